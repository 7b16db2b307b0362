//! Countries and regions of addresses: from what Magento sends to the CRM's own ISO directory (sync spec 5.7).

use crate::magento::directory;
use crate::quirk::{Quirk, Quirks};

/// Countries of Magento that OroCRM's platform 4.1 does not come with (its `AddressBundle`, `countries.yml` of 4.1.13).
const NOT_OF_THE_PLATFORM: &[&str] = &[
    "AN", "AQ", "AW", "BM", "BV", "CK", "CX", "EH", "FK", "FO", "GF", "GI", "GP", "GS", "GU", "HK", "HM", "IO", "KY",
    "LC", "MP", "MQ", "MS", "NC", "NF", "NU", "PF", "PM", "PN", "PR", "RE", "SJ", "TC", "TF", "TK", "VA", "VG", "VI",
    "WF", "YT",
];

/// The ISO 3166 alpha-2 code behind a raw value, which may be that code, the alpha-3 code or the country's name. The
/// reference client does not know all of Magento's countries.
pub fn iso2(raw: &str, quirks: &Quirks) -> Option<&'static str> {
    named(raw).filter(|code| !quirks.has(Quirk::CountriesOfThePlatform) || !NOT_OF_THE_PLATFORM.contains(code))
}

fn named(raw: &str) -> Option<&'static str> {
    let countries = directory::countries();
    let found = countries
        .iter()
        .find(|country| country.iso2_code == raw)
        .or_else(|| countries.iter().find(|country| country.iso3_code == raw))
        .or_else(|| countries.iter().find(|country| country.name == raw))?;
    Some(&found.iso2_code)
}

/// The combined code of a region: country, dash, code, unless the code starts with that already (sync spec 5.5).
pub fn combined_code(country: &str, code: &str) -> String {
    if code.starts_with(&format!("{country}-")) { code.to_owned() } else { format!("{country}-{code}") }
}

/// Countries whose regions Magento names by their ISO 3166-2 codes. Elsewhere (Germany's `BAW`, Spain's names) the
/// two directories share no code, so that only the region's name can be kept.
const ISO_CODED: &[&str] = &["US", "CA", "CH", "FR", "RO", "EE", "LV", "LT"];

/// Associated states that Magento lists under the United States and the platform does not. Post offices of the armed forces
/// are regions of platform 4.1.
const NOT_ISO: &[&str] = &["US-FM", "US-MH", "US-PW"];

/// The system region that stands for a row of the Magento region dictionary: its combined code, or that code with a
/// one-letter region padded (`FR-1` is `FR-01`).
pub fn system_region(country: &str, code: &str) -> Option<String> {
    let combined = combined_code(country, code);
    if is_system_region(&combined) {
        return Some(combined);
    }
    let padded = format!("{country}-{code:0>2}");
    is_system_region(&padded).then_some(padded)
}

fn is_system_region(combined: &str) -> bool {
    let Some((country, code)) = combined.split_once('-') else { return false };
    if !ISO_CODED.contains(&country) || NOT_ISO.contains(&combined) || (country == "FR" && code.len() < 2) {
        return false;
    }
    directory::regions().iter().filter(|region| region.country_id == country).any(|region| match country {
        "EE" | "LV" | "LT" => region.code == combined,
        "FR" => format!("{:0>2}", region.code) == code,
        _ => region.code == code,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quirk::Profile;

    #[test]
    fn a_country_is_found_by_either_code_or_its_name() {
        // Vector 101.
        for (raw, expected) in
            [("US", Some("US")), ("GBR", Some("GB")), ("United Kingdom", Some("GB")), ("SomeCountryId", None)]
        {
            assert_eq!(iso2(raw, &Quirks::default()), expected);
        }
    }

    #[test]
    fn forty_countries_are_unknown_to_the_reference_client() {
        // Q-50, by any of their names.
        let reference = Profile::OroCrm41.quirks();
        for raw in ["HK", "HKG", "PR", "GP", "GI", "AQ", "VA", "GS", "Gibraltar"] {
            assert_eq!((iso2(raw, &reference), iso2(raw, &Quirks::default()).is_some()), (None, true), "{raw}");
        }
        let known =
            |quirks: &Quirks| directory::countries().iter().filter(|c| iso2(&c.iso2_code, quirks).is_some()).count();
        assert_eq!((known(&reference), known(&Quirks::default())), (206, 246));
    }

    #[test]
    fn the_regions_that_the_platform_knows_are_counted() {
        // As the reference's own look-up finds them among the regions of platform 4.1.13.
        let regions = directory::regions();
        let known = regions.iter().filter(|region| system_region(&region.country_id, &region.code).is_some()).count();
        assert_eq!((known, regions.len()), (297, 484));
    }

    #[test]
    fn a_code_that_starts_with_its_country_is_combined_already() {
        assert_eq!(combined_code("US", "CA"), "US-CA");
        assert_eq!(combined_code("EE", "EE-37"), "EE-37");
    }

    #[test]
    fn magento_regions_stand_for_iso_regions_where_their_codes_agree() {
        for (country, code, expected) in [
            ("US", "CA", Some("US-CA")),
            ("US", "AP", Some("US-AP")),
            ("US", "FM", None),
            ("FR", "1", Some("FR-01")),
            ("FR", "2A", Some("FR-2A")),
            ("EE", "EE-37", Some("EE-37")),
            ("LV", "Salas novads", None),
            ("DE", "BAY", None),
            ("US", "ZZ", None),
        ] {
            assert_eq!(system_region(country, code).as_deref(), expected, "{country} {code}");
        }
    }
}

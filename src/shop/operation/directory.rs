//! Countries and regions: wire spec, sections 7.1 and 9.

use super::{Call, Operations};
use crate::magento::directory;
use crate::shop::Refusal;
use crate::soap::{SoapStruct, SoapValue};

pub(super) const OPERATIONS: Operations = &[("directoryCountryList", countries), ("directoryRegionList", regions)];

fn countries(_: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let row = |country: &directory::Country| -> SoapValue {
        SoapStruct::new()
            .with("country_id", country.country_id.as_str())
            .with("iso2_code", country.iso2_code.as_str())
            .with("iso3_code", country.iso3_code.as_str())
            .with("name", country.name.as_str())
            .into()
    };
    Ok(directory::countries().iter().map(row).collect::<Vec<_>>().into())
}

/// Regions of a country by name; an unknown code of two or three letters is another fault than one of any other length.
fn regions(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let code = call.text("country");
    let Some(country) = directory::country(&code) else {
        return Err(match code.chars().count() {
            2 | 3 => call.fault("country_not_exists"),
            _ => call.fault_with("country_not_exists", format!("Invalid country code: {code}")),
        });
    };
    let mut regions: Vec<&directory::Region> =
        directory::regions().iter().filter(|region| region.country_id == country.country_id).collect();
    regions.sort_by_key(|region| collation_key(&region.name));
    let row = |region: &directory::Region| -> SoapValue {
        SoapStruct::new()
            .with("region_id", region.region_id.to_string())
            .with("code", region.code.as_str())
            .with("name", region.name.as_str())
            .into()
    };
    Ok(regions.into_iter().map(row).collect::<Vec<_>>().into())
}

/// `utf8_general_ci` sorts accented Latin letters with their base letter.
fn collation_key(name: &str) -> String {
    const FOLDED: &[(&str, char)] = &[
        ("áàâäãåāą", 'a'),
        ("çćč", 'c'),
        ("éèêëēėę", 'e'),
        ("ģğ", 'g'),
        ("íìîïīį", 'i'),
        ("ķ", 'k'),
        ("ļł", 'l'),
        ("ñńņ", 'n'),
        ("óòôöõō", 'o'),
        ("ŗř", 'r'),
        ("śšşșß", 's'),
        ("ţťț", 't'),
        ("úùûüūų", 'u'),
        ("ýÿ", 'y'),
        ("źżž", 'z'),
    ];
    let fold = |c: char| FOLDED.iter().find(|(letters, _)| letters.contains(c)).map_or(c, |(_, base)| *base);
    name.to_lowercase().chars().map(fold).collect()
}

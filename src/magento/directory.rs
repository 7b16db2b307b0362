//! Countries and regions of a default install, with their real ids: wire spec, section 9.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Flavor;

/// A country of the directory.
#[derive(Debug, Deserialize)]
pub struct Country {
    /// Id, which is the ISO 3166 alpha-2 code.
    pub country_id: String,
    /// ISO 3166 alpha-2 code.
    pub iso2_code: String,
    /// ISO 3166 alpha-3 code.
    pub iso3_code: String,
    /// The country's name in English.
    pub name: String,
}

/// A region of the directory.
#[derive(Debug, Deserialize)]
pub struct Region {
    /// Id, from 1 to 484.
    pub region_id: i64,
    /// Alpha-2 code of its country.
    pub country_id: String,
    /// Code, unique within its country.
    pub code: String,
    /// The name as Magento shows it.
    pub name: String,
}

#[derive(Deserialize)]
struct Directory {
    gone_countries: Vec<String>,
    new_countries: Vec<Country>,
    countries: Vec<Country>,
    regions: Vec<Region>,
}

static DIRECTORY: LazyLock<Directory> =
    LazyLock::new(|| super::table::table("directory", include_str!("contract/directory.json")));

/// All 246 countries by id.
pub fn countries() -> &'static [Country] {
    &DIRECTORY.countries
}

/// The countries of a shop by id: newer OpenMage has three that became independent or changed, and South Sudan, and not
/// the Netherlands Antilles that some were.
pub fn countries_of(flavor: Flavor) -> Vec<&'static Country> {
    let Directory { gone_countries, new_countries, countries, .. } = &*DIRECTORY;
    if !flavor.has_new_countries() {
        return countries.iter().collect();
    }
    let kept = countries.iter().filter(|country| !gone_countries.contains(&country.country_id));
    let mut all: Vec<&Country> = kept.chain(new_countries).collect();
    all.sort_by(|a, b| a.country_id.cmp(&b.country_id));
    all
}

/// All 484 regions by id.
pub fn regions() -> &'static [Region] {
    &DIRECTORY.regions
}

/// A region by id.
pub fn region(id: i64) -> Option<&'static Region> {
    let at = usize::try_from(id).ok()?.checked_sub(1)?;
    DIRECTORY.regions.get(at).filter(|region| region.region_id == id)
}

/// A country by its alpha-2 or alpha-3 code in any case.
pub fn country(code: &str) -> Option<&'static Country> {
    DIRECTORY
        .countries
        .iter()
        .find(|country| country.iso2_code.eq_ignore_ascii_case(code) || country.iso3_code.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_a_real_install() {
        assert_eq!((countries().len(), regions().len()), (246, 484));
        for (id, country, name) in [(12, "US", "California"), (43, "US", "New York"), (81, "DE", "Bayern")] {
            let region = region(id).unwrap();
            assert_eq!((region.country_id.as_str(), region.name.as_str()), (country, name));
        }
        assert!(region(0).is_none() && region(485).is_none());
        assert_eq!(country("deu").map(|c| c.name.as_str()), Some("Germany"));
    }
}

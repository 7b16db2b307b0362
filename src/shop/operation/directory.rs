//! Countries and regions: wire spec, sections 7.1 and 9.

use super::{Call, Operations};
use crate::magento::columns::collation;
use crate::magento::directory;
use crate::shop::Refusal;
use crate::soap::{SoapStruct, SoapValue};

pub(super) const OPERATIONS: Operations = &[("directoryCountryList", countries), ("directoryRegionList", regions)];

fn countries(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let row = |country: &directory::Country| -> SoapValue {
        SoapStruct::new()
            .with("country_id", country.country_id.as_str())
            .with("iso2_code", country.iso2_code.as_str())
            .with("iso3_code", country.iso3_code.as_str())
            .with("name", country.name.as_str())
            .into()
    };
    let listed = directory::countries_of(call.shop.flavor());
    Ok(listed.into_iter().map(row).collect::<Vec<_>>().into())
}

/// Regions of a country by name; an unknown code of two or three letters is another fault than one of any other length.
fn regions(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let code = call.text("country");
    let code_is = |country: &&&directory::Country| {
        country.iso2_code.eq_ignore_ascii_case(&code) || country.iso3_code.eq_ignore_ascii_case(&code)
    };
    let known = directory::countries_of(call.shop.flavor());
    let Some(country) = known.iter().find(code_is) else {
        return Err(match code.chars().count() {
            2 | 3 => call.fault("country_not_exists"),
            _ => call.fault_with("country_not_exists", format!("Invalid country code: {code}")),
        });
    };
    let mut regions: Vec<&directory::Region> =
        directory::regions().iter().filter(|region| region.country_id == country.country_id).collect();
    regions.sort_by(|a, b| collation::compare(&a.name, &b.name));
    let row = |region: &directory::Region| -> SoapValue {
        SoapStruct::new()
            .with("region_id", region.region_id.to_string())
            .with("code", region.code.as_str())
            .with("name", region.name.as_str())
            .into()
    };
    Ok(regions.into_iter().map(row).collect::<Vec<_>>().into())
}

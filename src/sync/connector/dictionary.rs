//! How websites, store views, customer groups and regions are asked for (sync spec 2.5; client trace, section 3).

use super::list::ListCall;
use super::source::{REGION_PAGE_SIZE, RowSource};
use crate::client::{ClientError, MagentoClient};
use crate::quirk::{Quirk, Quirks};
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::bridge::Bridge;
use crate::sync::convert::dictionary::{stores_with_admin, websites_of_stores};
use crate::sync::convert::nested::collection;
use crate::sync::error::CallError;

/// Websites as the bridge lists them, or made of the store views.
///
/// # Errors
/// Whatever the call fails with.
pub async fn websites(
    client: &mut MagentoClient,
    bridge: &Bridge,
    quirks: &Quirks,
) -> Result<Vec<SoapStruct>, ClientError> {
    if !bridge.is_supported() {
        return Ok(websites_of_stores(&stores(client).await?));
    }
    let answer = client.call("oroWebsiteList", SoapStruct::new()).await?;
    Ok(rows(&answer, quirks))
}

/// Store views with the admin view before them.
///
/// # Errors
/// Whatever the call fails with.
pub async fn stores(client: &mut MagentoClient) -> Result<Vec<SoapStruct>, ClientError> {
    Ok(stores_with_admin(&client.call_list("storeList", SoapStruct::new()).await?))
}

/// Customer groups.
///
/// # Errors
/// Whatever the call fails with.
pub async fn customer_groups(client: &mut MagentoClient) -> Result<Vec<SoapStruct>, ClientError> {
    client.call_list("customerGroupList", SoapStruct::new()).await
}

/// Regions as the bridge lists them from 1.2.14 on, else country by country; rows then get their `countryCode`.
///
/// # Errors
/// Whatever one of the calls fails with.
pub async fn regions(
    client: &mut MagentoClient,
    bridge: &Bridge,
    page_size: Option<usize>,
    quirks: &Quirks,
) -> Result<Vec<SoapStruct>, CallError> {
    if bridge.lists_regions() {
        return listed_regions(client, page_size, quirks).await;
    }
    let countries = client.call("directoryCountryList", SoapStruct::new()).await?;
    let mut regions = Vec::new();
    for country in rows(&countries, quirks) {
        let code = country.get("iso2_code").cloned().unwrap_or_default();
        let answer = client.call("directoryRegionList", SoapStruct::new().with("country", code.clone())).await?;
        regions.extend(of_country(&answer, &code, quirks));
    }
    Ok(regions)
}

fn of_country(answer: &SoapValue, code: &SoapValue, quirks: &Quirks) -> Vec<SoapStruct> {
    rows(answer, quirks).into_iter().map(|region| region.with("countryCode", code.clone())).collect()
}

async fn listed_regions(
    client: &mut MagentoClient,
    page_size: Option<usize>,
    quirks: &Quirks,
) -> Result<Vec<SoapStruct>, CallError> {
    let call = ListCall::new("oroRegionList", "region_id").with_page_size(Some(page_size.unwrap_or(REGION_PAGE_SIZE)));
    let mut source = RowSource::pages(call, None, quirks);
    let mut regions = Vec::new();
    while let Some(region) = source.next(client).await? {
        regions.push(region);
    }
    Ok(regions)
}

/// The rows of an answer. A list of one that WS-I delivers as a bare record is taken for the list of its members by the
/// reference client: rows without any field then.
fn rows(answer: &SoapValue, quirks: &Quirks) -> Vec<SoapStruct> {
    match answer {
        SoapValue::Struct(single) if quirks.has(Quirk::SingleElementNotNormalised) => {
            vec![SoapStruct::new(); single.len()]
        }
        other => collection(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quirk::Profile;

    #[test]
    fn regions_of_each_country_get_its_code() {
        // Vector 53.
        let region = |code: &str| SoapValue::from(SoapStruct::new().with("code", code).with("region_id", "1"));
        let mut found = Vec::new();
        for (country, codes) in [("UA", &[][..]), ("US", &["AZ", "DE"]), ("RU", &["MO", "TU"])] {
            let answer = codes.iter().map(|code| region(code)).collect::<Vec<_>>().into();
            found.extend(of_country(&answer, &country.into(), &Quirks::default()));
        }
        let named: Vec<_> =
            found.iter().map(|row| [row.text("code"), row.text("countryCode")].map(Option::unwrap)).collect();
        assert_eq!(named, [["AZ", "US"], ["DE", "US"], ["MO", "RU"], ["TU", "RU"]]);
    }

    #[test]
    fn a_single_record_is_a_list_of_one_unless_the_quirk_is_on() {
        // Vector 11; a map with numbers for keys cannot come over the wire.
        let listed = |rows_of: SoapValue| rows(&rows_of, &Quirks::default()).len();
        assert_eq!(
            (listed(vec![SoapStruct::new().with("a", 1).into()].into()), listed(Vec::<SoapValue>::new().into())),
            (1, 0)
        );
        let single = SoapValue::from(SoapStruct::new().with("website_id", 1).with("code", "base"));
        assert_eq!(rows(&single, &Quirks::default()).len(), 1);
        let broken = rows(&single, &Profile::OroCrm41.quirks());
        assert_eq!((broken.len(), broken[0].is_empty()), (2, true));
    }
}

//! Websites, store views, customer groups and regions (sync spec 5.3 to 5.5).

use indexmap::IndexMap;

use super::{Kind, Record, RowError, Rule, country, filled, limit, read, require};
use crate::crm::{CrmValue, Entity, StoreId, WebsiteId};
use crate::quirk::Quirks;
use crate::soap::SoapStruct;

const WEBSITE: &[Rule] = &[
    ("website_id", "originId", Kind::Int),
    ("code", "code", Kind::Text),
    ("name", "name", Kind::Text),
    ("sort_order", "sortOrder", Kind::Int),
    ("default_group_id", "defaultGroupId", Kind::Int),
    ("is_default", "default", Kind::Bool),
];

const STORE: &[Rule] = &[
    ("store_id", "originId", Kind::Int),
    ("code", "code", Kind::Text),
    ("name", "name", Kind::Text),
    ("website_id", "website", Kind::Link(Entity::Website)),
];

const CUSTOMER_GROUP: &[Rule] =
    &[("customer_group_id", "originId", Kind::Int), ("customer_group_code", "name", Kind::Text)];

const REGION: &[Rule] =
    &[("region_id", "regionId", Kind::Int), ("code", "code", Kind::Text), ("name", "name", Kind::Text)];

/// A website; a code or name that is too long is cut.
pub fn website(row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
    let mut record = read(WEBSITE, row, quirks)?;
    for (field, max) in [("code", 32), ("name", 255)] {
        let cut = record.text(field).filter(|text| text.chars().count() > max).map(|text| shorten(text, max - 3));
        if let Some(cut) = cut {
            record.values.insert(field, CrmValue::Text(cut));
        }
    }
    require(&record, "originId", "website_id")?;
    require(&record, "code", "code")?;
    require(&record, "name", "name")?;
    Ok(record)
}

/// A store view.
pub fn store(row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
    let record = read(STORE, row, quirks)?;
    require(&record, "originId", "store_id")?;
    require(&record, "code", "code")?;
    require(&record, "name", "name")?;
    require(&record, "website", "website_id")?;
    limit(&record, &[("code", 32), ("name", 255)])?;
    Ok(record)
}

/// A customer group; number 0 is "NOT LOGGED IN".
pub fn customer_group(row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
    let record = read(CUSTOMER_GROUP, row, quirks)?;
    require(&record, "originId", "customer_group_id")?;
    require(&record, "name", "customer_group_code")?;
    Ok(record)
}

/// A region. An empty name is left out, so that it never overwrites a stored one.
pub fn region(row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
    let mut record = read(REGION, row, quirks)?;
    require(&record, "regionId", "region_id")?;
    require(&record, "code", "code")?;
    let country = row.get("countryCode").and_then(filled).ok_or(RowError::Missing { field: "countryCode" })?;
    let code = record.text("code").unwrap_or_default();
    let combined = country::combined_code(&country, code);
    record.values.insert("combinedCode", CrmValue::Text(combined));
    record.values.insert("countryCode", CrmValue::Text(country));
    if record.text("name").is_none() {
        record.values.shift_remove("name");
    }
    limit(&record, &[("code", 32), ("combinedCode", 60)])?;
    Ok(record)
}

/// The store views of `storeList` with the admin view before them; an empty list stays empty (vector 51).
pub fn stores_with_admin(rows: &[SoapStruct]) -> Vec<SoapStruct> {
    if rows.is_empty() {
        return Vec::new();
    }
    let admin = SoapStruct::new().with("website_id", 0).with("code", "admin").with("name", "Admin").with("store_id", 0);
    let kept = |row: &SoapStruct| -> SoapStruct {
        ["website_id", "code", "name", "store_id"]
            .into_iter()
            .filter_map(|name| row.get(name).map(|value| (name, value.clone())))
            .collect()
    };
    std::iter::once(admin).chain(rows.iter().map(kept)).collect()
}

/// Websites made of the store views, for shops without the bridge: names and codes of each website's views joined
/// (vector 52).
pub fn websites_of_stores(stores: &[SoapStruct]) -> Vec<SoapStruct> {
    let mut websites: IndexMap<String, (Vec<String>, Vec<String>)> = IndexMap::new();
    for store in stores {
        let (names, codes) = websites.entry(store.text("website_id").unwrap_or_default()).or_default();
        names.push(store.text("name").unwrap_or_default());
        codes.push(store.text("code").unwrap_or_default());
    }
    websites
        .into_iter()
        .map(|(id, (names, codes))| {
            SoapStruct::new().with("name", names.join(", ")).with("code", codes.join(" / ")).with("website_id", id)
        })
        .collect()
}

/// The website's store ids, for filters by store; `None` when it has none.
pub fn stores_of_website(stores: &[SoapStruct], website: WebsiteId) -> Option<Vec<StoreId>> {
    let int = |store: &SoapStruct, name| store.get(name).and_then(crate::soap::SoapValue::to_int);
    let ids: Vec<StoreId> = stores
        .iter()
        .filter(|store| int(store, "website_id").map(WebsiteId) == Some(website))
        .filter_map(|store| int(store, "store_id").map(StoreId))
        .collect();
    (!ids.is_empty()).then_some(ids)
}

/// Cuts a text to a number of bytes without splitting a character and marks the cut.
fn shorten(text: &str, bytes_max: usize) -> String {
    let end = (0..=bytes_max.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}...", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store_row(id: i64, website: i64, code: &str, name: &str) -> SoapStruct {
        SoapStruct::new()
            .with("store_id", id)
            .with("code", code)
            .with("website_id", website)
            .with("name", name)
            .with("sort_order", 0)
    }

    #[test]
    fn a_long_website_is_cut_and_marked() {
        // Vector 108.
        let row = SoapStruct::new().with("website_id", 1).with("code", "x".repeat(300)).with("name", "ü".repeat(300));
        let record = website(&row, &Quirks::default()).unwrap();
        assert_eq!(record.text("code").map(str::len), Some(32));
        assert!(record.text("name").is_some_and(|name| name.len() == 255 && name.ends_with("ü...")));
    }

    #[test]
    fn websites_are_made_of_their_store_views() {
        // Vectors 51 and 52.
        let rows = [store_row(1, 1, "fr_b2b", "B2B French"), store_row(2, 1, "fr_b2c", "B2C French")];
        let stores = stores_with_admin(&rows);
        assert_eq!(stores[0].text("code").as_deref(), Some("admin"));
        assert_eq!(stores[2].len(), 4);
        let websites = websites_of_stores(&stores);
        let texts: Vec<_> = websites.iter().map(|w| (w.text("website_id"), w.text("name"), w.text("code"))).collect();
        let text = |t: &str| Some(t.to_owned());
        assert_eq!(
            texts,
            [
                (text("0"), text("Admin"), text("admin")),
                (text("1"), text("B2B French, B2C French"), text("fr_b2b / fr_b2c")),
            ]
        );
        assert!(stores_with_admin(&[]).is_empty());
    }

    #[test]
    fn a_website_without_stores_cannot_be_filtered_by_store() {
        let stores = [store_row(1, 1, "a", "A"), store_row(3, 1, "c", "C"), store_row(2, 2, "b", "B")];
        assert_eq!(stores_of_website(&stores, WebsiteId(1)), Some(vec![StoreId(1), StoreId(3)]));
        assert_eq!(stores_of_website(&stores, WebsiteId(9)), None);
    }

    #[test]
    fn a_region_without_name_does_not_overwrite_one() {
        let row =
            SoapStruct::new().with("region_id", "12").with("code", "CA").with("countryCode", "US").with("name", "");
        let record = region(&row, &Quirks::default()).unwrap();
        assert_eq!((record.text("combinedCode"), record.value("name")), (Some("US-CA"), None));
    }
}

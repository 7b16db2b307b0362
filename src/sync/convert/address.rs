//! Addresses: what all kinds have in common, and a customer's addresses (sync spec 5.7).

use super::{Kind, Link, Record, RowError, Rule, attribute, country, filled, integer, read};
use crate::crm::{CrmValue, Entity, OriginId};
use crate::quirk::{Quirk, Quirks};
use crate::soap::{SoapStruct, SoapValue};

const FIELDS: &[Rule] = &[
    ("firstname", "firstName", Kind::Text),
    ("middlename", "middleName", Kind::Text),
    ("lastname", "lastName", Kind::Text),
    ("prefix", "namePrefix", Kind::Text),
    ("suffix", "nameSuffix", Kind::Text),
    ("company", "organization", Kind::Text),
    ("city", "city", Kind::Text),
    ("postcode", "postalCode", Kind::Text),
    ("telephone", "phone", Kind::Text),
    ("region", "regionText", Kind::Text),
    ("created_at", "created", Kind::DateTime),
    ("updated_at", "updated", Kind::DateTime),
];

/// The fields every address has. `country` is the ISO code when it is known, `countryText` the raw value; the region
/// is still Magento's number.
pub fn common(row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
    let mut record = read(FIELDS, row, quirks)?;
    if let Some(value) = row.get("street") {
        street(&mut record, value, quirks);
    }
    if let Some(value) = row.get("country_id") {
        let raw = filled(value);
        let code = raw.as_deref().and_then(|raw| country::iso2(raw, quirks));
        record.values.insert("country", code.map_or(CrmValue::Null, |code| CrmValue::Text(code.to_owned())));
        record.values.insert("countryText", raw.map_or(CrmValue::Null, CrmValue::Text));
    }
    let region = row.get("region_id").map_or(Ok(None), |value| integer("region_id", value))?;
    let region = region.filter(|id| *id != 0).map(|id| Link::to(Entity::Region, OriginId(id)));
    record.links.insert("region", region);
    Ok(record)
}

/// An address of a customer, with its types: `shipping` before `billing`, as the flags say.
pub fn customer_address(row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
    let mut record = common(row, quirks)?;
    let origin_id = row.get("customer_address_id").map_or(Ok(None), |value| integer("customer_address_id", value))?;
    record.values.insert("originId", origin_id.map_or(CrmValue::Null, CrmValue::Int));
    let types = [("is_default_shipping", "shipping"), ("is_default_billing", "billing")]
        .into_iter()
        .filter(|(flag, _)| row.get(flag).is_some_and(SoapValue::is_truthy))
        .map(|(_, name)| name.to_owned())
        .collect();
    record.values.insert("types", CrmValue::TextList(types));
    attribute::fill(&mut record, row, Entity::CustomerAddress, quirks)?;
    empty_what_is_left_out(&mut record, quirks);
    Ok(record)
}

/// What an order's or a cart's address belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressOf {
    /// An order: one type, a fax number.
    Order,
    /// A cart.
    Cart,
}

/// Fields that the CRM's order addresses do not have, although Magento sends them (the reference client's own records
/// show it; sync spec 5.7 lists them for all addresses).
const NOT_OF_ORDERS: &[&str] = &["street2", "middleName", "namePrefix", "nameSuffix"];

/// An address of an order or a cart.
pub fn sale_address(row: &SoapStruct, of: AddressOf, quirks: &Quirks) -> Result<Record, RowError> {
    let mut record = common(row, quirks)?;
    let origin_id = row.get("address_id").map_or(Ok(None), |value| integer("address_id", value))?;
    record.values.insert("originId", origin_id.map_or(CrmValue::Null, CrmValue::Int));
    if of == AddressOf::Order {
        let kind = row.get("address_type").and_then(filled);
        record.values.insert("types", CrmValue::TextList(kind.into_iter().collect()));
        if let Some(fax) = row.get("fax") {
            record.values.insert("fax", filled(fax).map_or(CrmValue::Null, CrmValue::Text));
        }
        super::empty_what_is_left_out(&mut record, &[("fax", "fax", Kind::Text)], quirks);
    }
    empty_what_is_left_out(&mut record, quirks);
    if of == AddressOf::Order {
        record.values.retain(|field, _| !NOT_OF_ORDERS.contains(field));
    }
    Ok(record)
}

/// What an address lacks is empty in Magento: it answers all of an address or nothing.
fn empty_what_is_left_out(record: &mut Record, quirks: &Quirks) {
    const OF_SEVERAL: &[Rule] = &[
        ("street", "street", Kind::Text),
        ("street", "street2", Kind::Text),
        ("country_id", "country", Kind::Text),
        ("country_id", "countryText", Kind::Text),
    ];
    super::empty_what_is_left_out(record, FIELDS, quirks);
    super::empty_what_is_left_out(record, OF_SEVERAL, quirks);
}

/// A street of several lines, as a text with line feeds or as a list (RPC and WS-I send either).
///
/// The reference client loses the third and later lines; fixed, they stay in `street2`.
fn street(record: &mut Record, value: &SoapValue, quirks: &Quirks) {
    let lines: Vec<String> = match value {
        SoapValue::List(items) => items.iter().map(|item| item.to_text().unwrap_or_default()).collect(),
        other => other.to_text().map(|text| text.split('\n').map(str::to_owned).collect()).unwrap_or_default(),
    };
    let text = |line: &str| if line.trim().is_empty() { CrmValue::Null } else { CrmValue::Text(line.to_owned()) };
    record.values.insert("street", text(lines.first().map_or("", String::as_str)));
    if let Some((_, rest)) = lines.split_first()
        && !rest.is_empty()
    {
        let kept = if quirks.has(Quirk::ThirdStreetLineLost) { &rest[..1] } else { rest };
        record.values.insert("street2", text(&kept.join("\n")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quirk::Profile;

    fn streets(value: impl Into<SoapValue>, quirks: &Quirks) -> (Option<String>, Option<String>) {
        let record = common(&SoapStruct::new().with("street", value), quirks).unwrap();
        (record.text("street").map(str::to_owned), record.text("street2").map(str::to_owned))
    }

    #[test]
    fn the_third_street_line_is_kept_unless_the_quirk_is_on() {
        // Vector 114, Q-32.
        let text = |line: &str| Some(line.to_owned());
        assert_eq!(streets("L1\nL2\nL3", &Profile::OroCrm41.quirks()), (text("L1"), text("L2")));
        assert_eq!(streets("L1\nL2\nL3", &Quirks::default()), (text("L1"), text("L2\nL3")));
        assert_eq!(streets("L1", &Quirks::default()), (text("L1"), None));
        assert_eq!(streets(vec!["L1".into(), SoapValue::from("L2")], &Quirks::default()), (text("L1"), text("L2")));
    }

    #[test]
    fn both_default_flags_make_a_shipping_and_a_billing_address() {
        // Vector 103.
        let row = SoapStruct::new()
            .with("customer_address_id", "7")
            .with("is_default_billing", true)
            .with("is_default_shipping", "1")
            .with("region_id", 81);
        let record = customer_address(&row, &Quirks::default()).unwrap();
        assert_eq!(record.value("types"), Some(&CrmValue::TextList(vec!["shipping".into(), "billing".into()])));
        assert_eq!((record.origin_id(), record.link("region")), (Some(OriginId(7)), Some(OriginId(81))));
    }

    #[test]
    fn an_unknown_country_keeps_its_text_only() {
        // Vector 102.
        let row = SoapStruct::new().with("country_id", "Narnia");
        let record = common(&row, &Quirks::default()).unwrap();
        assert_eq!((record.value("country"), record.text("countryText")), (Some(&CrmValue::Null), Some("Narnia")));
    }
}

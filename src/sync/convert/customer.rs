//! Customers, from the list rows and the detail calls of either API (sync spec 5.6).

use super::nested::listed;
use super::{
    Kind, Link, Record, RowError, Rule, address, attribute, empty_what_is_left_out, filled, integer, limit, read,
};
use crate::crm::{CrmValue, Entity, OriginId};
use crate::quirk::Quirks;
use crate::soap::{SoapStruct, SoapValue};

const FIELDS: &[Rule] = &[
    ("customer_id", "originId", Kind::Int),
    ("email", "email", Kind::Text),
    ("firstname", "firstName", Kind::Text),
    ("middlename", "middleName", Kind::Text),
    ("lastname", "lastName", Kind::Text),
    ("prefix", "namePrefix", Kind::Text),
    ("suffix", "nameSuffix", Kind::Text),
    ("dob", "birthday", Kind::Date),
    ("taxvat", "vat", Kind::Text),
    ("created_in", "createdIn", Kind::Text),
    ("created_at", "createdAt", Kind::DateTime),
    ("updated_at", "updatedAt", Kind::DateTime),
    ("group_id", "group", Kind::Link(Entity::CustomerGroup)),
    ("store_id", "store", Kind::Link(Entity::Store)),
    ("website_id", "website", Kind::Link(Entity::Website)),
];

/// Members of which an answer without them says that they hold nothing. Not the gender, which Magento's own API does
/// not know.
const WHOLE: &[Rule] = &[
    ("middlename", "middleName", Kind::Text),
    ("prefix", "namePrefix", Kind::Text),
    ("suffix", "nameSuffix", Kind::Text),
    ("dob", "birthday", Kind::Date),
    ("taxvat", "vat", Kind::Text),
];

const LIMITS: &[(&str, usize)] = &[
    ("email", 255),
    ("firstName", 255),
    ("middleName", 255),
    ("lastName", 255),
    ("namePrefix", 255),
    ("nameSuffix", 255),
    ("vat", 255),
];

/// A customer with the addresses the row holds, if it holds any. A password never gets in.
pub fn customer(row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
    let mut record = read(FIELDS, row, quirks)?;
    if let Some(value) = row.get("gender") {
        record.values.insert("gender", gender(value));
    }
    let unconfirmed = row.get("confirmation").is_some_and(SoapValue::is_truthy);
    record.values.insert("confirmed", CrmValue::Bool(!unconfirmed));
    group_of_bridge(&mut record, row)?;
    if let Some(addresses) = row.get("addresses") {
        let rows = listed("addresses", addresses, quirks)?;
        let rows = rows.iter().map(|row| address::customer_address(row, quirks));
        record.rows.insert("addresses", rows.collect::<Result<_, _>>()?);
    }
    attribute::fill(&mut record, row, Entity::Customer, quirks)?;
    empty_what_is_left_out(&mut record, WHOLE, quirks);
    limit(&record, LIMITS)?;
    Ok(record)
}

/// The bridge may send the group as a record; its id counts when the row has no `group_id`.
fn group_of_bridge(record: &mut Record, row: &SoapStruct) -> Result<(), RowError> {
    let group = row.get("group").and_then(SoapValue::as_struct);
    if let Some(id) = group.and_then(|group| group.get("customer_group_id"))
        && record.link("group").is_none()
    {
        let id = integer("customer_group_id", id)?;
        record.links.insert("group", id.map(|id| Link::to(Entity::CustomerGroup, OriginId(id))));
    }
    Ok(())
}

/// 1 and 2 are male and female, other numbers stay as they are; words are accepted in any case.
fn gender(value: &SoapValue) -> CrmValue {
    let Some(text) = filled(value) else { return CrmValue::Null };
    let gender = match text.trim().to_lowercase().as_str() {
        "1" | "male" => "male".to_owned(),
        "2" | "female" => "female".to_owned(),
        other if other.parse::<f64>().is_ok() => other.to_owned(),
        _ => return CrmValue::Null,
    };
    CrmValue::Text(gender)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quirk::Quirk;

    #[test]
    fn gender_comes_as_a_number_or_a_word() {
        for (raw, expected) in [
            (SoapValue::from(1), CrmValue::Text("male".into())),
            ("2".into(), CrmValue::Text("female".into())),
            ("Female".into(), CrmValue::Text("female".into())),
            ("3".into(), CrmValue::Text("3".into())),
            ("Divers".into(), CrmValue::Null),
            (SoapValue::Nil, CrmValue::Null),
        ] {
            assert_eq!(gender(&raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn an_address_list_is_present_only_when_the_row_has_it() {
        let quirks = Quirks::default();
        let row = SoapStruct::new().with("customer_id", "1").with("password", "secret");
        let record = customer(&row, &quirks).unwrap();
        assert!(!record.rows.contains_key("addresses") && !record.values.contains_key("password"));
        let single = row.with("addresses", SoapStruct::new().with("customer_address_id", 4));
        assert_eq!(customer(&single, &quirks).unwrap().rows["addresses"].len(), 1);
        let error = customer(&single, &quirks.with(Quirk::SingleElementNotNormalised, true)).unwrap_err();
        assert_eq!(error.to_string(), "field \"addresses\" holds \"one record\", expected a list");
    }

    #[test]
    fn a_customer_is_confirmed_when_nothing_waits_for_confirmation() {
        for (row, expected) in [
            (SoapStruct::new(), true),
            (SoapStruct::new().with("confirmation", ""), true),
            (SoapStruct::new().with("confirmation", "0"), true),
            (SoapStruct::new().with("confirmation", "a8f0"), false),
        ] {
            assert_eq!(customer(&row, &Quirks::default()).unwrap().value("confirmed"), Some(&CrmValue::Bool(expected)));
        }
    }
}

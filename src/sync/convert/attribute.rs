//! EAV attributes that the bridge sends as `{key, value}` pairs: they fill CRM fields of the same name that the row
//! itself did not bring (sync spec 5.1, point 6).

use super::nested::listed;
use super::{Kind, Link, Record, RowError, convert, integer};
use crate::crm::{Entity, OriginId};
use crate::quirk::Quirks;
use crate::soap::SoapStruct;

/// CRM fields that an attribute may fill, by entity: scalar fields that the field maps do not name for sure.
fn fillable(entity: Entity) -> &'static [(&'static str, Kind)] {
    match entity {
        Entity::Customer => &[
            ("namePrefix", Kind::Text),
            ("middleName", Kind::Text),
            ("nameSuffix", Kind::Text),
            ("birthday", Kind::Date),
            ("gender", Kind::Text),
            ("vat", Kind::Text),
            ("createdIn", Kind::Text),
        ],
        Entity::CustomerAddress => &[
            ("namePrefix", Kind::Text),
            ("middleName", Kind::Text),
            ("nameSuffix", Kind::Text),
            ("organization", Kind::Text),
        ],
        _ => &[],
    }
}

/// Relations that an attribute named after them and `_id` may fill, found by Magento's key.
const RELATIONS: &[(&str, Entity)] =
    &[("group", Entity::CustomerGroup), ("store", Entity::Store), ("website", Entity::Website)];

/// The relation that an attribute such as `group_id` stands for, by its name in camel case.
fn relation(entity: Entity, name: &str) -> Option<(&'static str, Entity)> {
    let relation = name.strip_suffix("Id").filter(|_| entity == Entity::Customer)?;
    RELATIONS.iter().find(|(field, _)| field.eq_ignore_ascii_case(relation)).copied()
}

/// Fills fields that are absent from the record; names are matched without regard to case. Attributes that no CRM
/// field is named after are dropped. A list of one pair, as WS-I delivers it, counts as a list.
pub(super) fn fill(record: &mut Record, row: &SoapStruct, entity: Entity, quirks: &Quirks) -> Result<(), RowError> {
    let Some(attributes) = row.get("attributes") else { return Ok(()) };
    for pair in listed("attributes", attributes, quirks)? {
        let (Some(key), Some(value)) = (pair.text("key"), pair.get("value")) else { continue };
        let name = camel_case(&key);
        if let Some((field, target)) = relation(entity, &name) {
            if !record.links.contains_key(field) {
                let id = integer(&key, value)?;
                record.links.insert(field, id.map(|id| Link::to(target, OriginId(id))));
            }
            continue;
        }
        let field = fillable(entity).iter().find(|(field, _)| field.eq_ignore_ascii_case(&name));
        let Some((field, kind)) = field else { continue };
        if !record.values.contains_key(field) {
            record.values.insert(field, convert(&key, value, *kind, quirks)?);
        }
    }
    Ok(())
}

/// `some_attribute_one` is `someAttributeOne`.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut text, word| {
        let mut letters = word.chars();
        text.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        text.push_str(letters.as_str());
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::CrmValue;
    use crate::soap::SoapValue;

    #[test]
    fn names_become_camel_case() {
        for (name, expected) in [
            ("some_attribute_one", "someAttributeOne"),
            ("someAttributeTwo", "someAttributeTwo"),
            ("some_id", "someId"),
        ] {
            assert_eq!(camel_case(name), expected);
        }
    }

    #[test]
    fn each_entity_has_fields_that_attributes_fill() {
        let pair = |key: &str| SoapValue::from(SoapStruct::new().with("key", key).with("value", "x"));
        let names = ["vat", "organization", "middle_name", "no_such_field"];
        let row = SoapStruct::new().with("attributes", names.map(pair).to_vec());
        for (entity, expected) in [
            (Entity::Customer, &["vat", "middleName"][..]),
            (Entity::CustomerAddress, &["organization", "middleName"]),
            (Entity::Order, &[]),
        ] {
            let mut record = Record::default();
            fill(&mut record, &row, entity, &Quirks::default()).unwrap();
            assert_eq!(record.values.keys().copied().collect::<Vec<_>>(), expected, "{entity:?}");
        }
    }

    #[test]
    fn an_attribute_that_ends_in_id_is_a_relation_by_magentos_key() {
        // Vector 110, with the CRM's own relations; those that the row brought stay.
        let pair = |key: &str, value: &str| SoapValue::from(SoapStruct::new().with("key", key).with("value", value));
        let row = SoapStruct::new()
            .with("attributes", vec![pair("group_id", "4"), pair("store_id", "2"), pair("some_id", "val1")]);
        let mut record = Record::default();
        record.links.insert("store", Some(Link::to(Entity::Store, OriginId(1))));
        fill(&mut record, &row, Entity::Customer, &Quirks::default()).unwrap();
        assert_eq!((record.link("group"), record.link("store")), (Some(OriginId(4)), Some(OriginId(1))));
        assert!(record.values.is_empty() && record.links.len() == 2);
    }

    #[test]
    fn an_attribute_fills_an_absent_field_only() {
        // Vector 109, with the CRM's own fields.
        let pair = |key: &str, value: &str| SoapValue::from(SoapStruct::new().with("key", key).with("value", value));
        let row = SoapStruct::new()
            .with("attributes", vec![pair("VAT", "12"), pair("created_in", "x"), pair("shoe_size", "41")]);
        let mut record = Record::default();
        record.values.insert("createdIn", CrmValue::Null);
        fill(&mut record, &row, Entity::Customer, &Quirks::default()).unwrap();
        assert_eq!(record.text("vat"), Some("12"));
        assert_eq!(record.values.len(), 2);
    }
}

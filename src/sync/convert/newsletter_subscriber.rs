//! Newsletter subscribers (sync spec 5.11).

use super::{Kind, Link, Record, RowError, Rule, filled, limit, read, require};
use crate::crm::{CrmValue, Entity, OriginId};
use crate::quirk::Quirks;
use crate::soap::{SoapStruct, SoapValue};

const FIELDS: &[Rule] = &[
    ("subscriber_id", "originId", Kind::Int),
    ("subscriber_email", "email", Kind::Text),
    ("subscriber_status", "status", Kind::Text),
    ("subscriber_confirm_code", "confirmCode", Kind::Text),
    ("store_id", "store", Kind::Link(Entity::Store)),
    ("change_status_at", "changeStatusAt", Kind::DateTime),
];

/// A subscriber; `status` is the option id (1 subscribed, 2 not active, 3 unsubscribed, 4 unconfirmed).
pub fn subscriber(row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
    let mut record = read(FIELDS, row, quirks)?;
    require(&record, "originId", "subscriber_id")?;
    let email = record
        .text("email")
        .map(|email| email.trim().to_owned())
        .ok_or(RowError::Missing { field: "subscriber_email" })?;
    record.values.insert("email", CrmValue::Text(email));
    record.links.insert("customer", customer(row));
    limit(&record, &[("confirmCode", 32), ("email", 255)])?;
    Ok(record)
}

/// Only digits and signs of the customer's id count, and 0 is nobody.
pub(crate) fn customer(row: &SoapStruct) -> Option<Link> {
    let raw = row.get("customer_id").and_then(filled)?;
    let digits: String = raw.chars().filter(|c| c.is_ascii_digit() || matches!(c, '+' | '-')).collect();
    let origin_id = digits.parse().ok().filter(|id: &OriginId| id.0 != 0)?;
    let is_text = matches!(row.get("customer_id"), Some(SoapValue::Text(_)));
    Some(Link { is_text, ..Link::to(Entity::Customer, origin_id) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_id_is_stripped_to_its_digits_and_zero_is_nobody() {
        for (raw, expected) in [("12", Some(12)), (" 1 2x", Some(12)), ("0", None), ("", None)] {
            let row = SoapStruct::new()
                .with("subscriber_id", "1")
                .with("subscriber_email", " a@x.com ")
                .with("customer_id", raw);
            let record = subscriber(&row, &Quirks::default()).unwrap();
            assert_eq!((record.link("customer").map(|id| id.0), record.text("email")), (expected, Some("a@x.com")));
        }
    }
}

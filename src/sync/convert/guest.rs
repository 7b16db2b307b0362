//! Guests: customers that exist only through an order (sync spec 6.3 and 6.4).

use super::{Kind, Link, Record, RowError, Rule, filled, read};
use crate::crm::{CrmValue, Entity, OriginId};
use crate::quirk::Quirks;
use crate::soap::SoapStruct;

const FIELDS: &[Rule] = &[
    ("customer_email", "email", Kind::Text),
    ("customer_firstname", "firstName", Kind::Text),
    ("customer_lastname", "lastName", Kind::Text),
    ("created_at", "createdAt", Kind::DateTime),
    ("updated_at", "updatedAt", Kind::DateTime),
    ("store_id", "store", Kind::Link(Entity::Store)),
];

/// The guest behind an order. The website is the store's and the group "NOT LOGGED IN", both set where the store is
/// known.
pub fn of_order(row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
    let mut record = read(FIELDS, row, quirks)?;
    let created_in = row.get("store_name").and_then(filled).map(|name| last_line(&name));
    record.values.insert("createdIn", created_in.map_or(CrmValue::Null, CrmValue::Text));
    record.values.insert("guest", CrmValue::Bool(true));
    record.values.insert("confirmed", CrmValue::Bool(false));
    record.values.insert("isActive", CrmValue::Bool(false));
    record.links.insert("group", Some(Link::to(Entity::CustomerGroup, OriginId(0))));
    Ok(record)
}

/// Magento sends website, store and view on three lines; the view is where the guest bought.
fn last_line(text: &str) -> String {
    text.rsplit('\n').next().unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_was_created_in_the_store_view_of_the_order() {
        let row = SoapStruct::new()
            .with("customer_email", "g@x.com")
            .with("store_name", "EU Website\nEU Store\nDeutsch (EU)")
            .with("store_id", "3");
        let record = of_order(&row, &Quirks::default()).unwrap();
        assert_eq!(
            (record.text("createdIn"), record.link("store"), record.link("group")),
            (Some("Deutsch (EU)"), Some(OriginId(3)), Some(OriginId(0)))
        );
    }
}

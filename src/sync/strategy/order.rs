//! Orders with their addresses, items and notes (sync spec 5.8 and 9.5): what an order record does to what exists.

use super::html::sanitize;
use super::{Change, is_empty};
use crate::crm::{CrmValue, Entity, Fields, Row};

/// An order record whose relations are looked up already. Collections are `None` when the row did not speak of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderImport {
    /// Fields of the order.
    pub fields: Fields,
    /// Fields of its addresses.
    pub addresses: Option<Vec<Fields>>,
    /// Fields of its items.
    pub items: Option<Vec<Fields>>,
    /// Fields of its notes.
    pub notes: Option<Vec<Fields>>,
    /// Whose the order is, or will be; its notes are theirs too.
    pub owner: CrmValue,
}

/// What the CRM holds already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Existing<'a> {
    /// The order of that increment id.
    pub order: Option<&'a Row>,
    /// The addresses of the order that the CRM has.
    pub addresses: &'a [Row],
    /// The items of the order that the CRM has.
    pub items: &'a [Row],
    /// The notes of the order that the CRM has.
    pub notes: &'a [Row],
}

/// Decides what an order record does. Addresses are replaced by the imported ones; items and notes that Magento no longer
/// names stay.
pub fn order(import: OrderImport, existing: Existing<'_>) -> Vec<Change> {
    let mut changes =
        vec![Change::Root { entity: Entity::Order, id: existing.order.map(|row| row.id), fields: import.fields }];
    if let Some(addresses) = import.addresses {
        changes.extend(address_changes(addresses, existing.addresses));
    }
    for (entity, rows, stored) in [
        (Entity::OrderItem, import.items, existing.items),
        (Entity::OrderNote, import.notes.map(|notes| valid_notes(notes, &import.owner)), existing.notes),
    ] {
        for fields in rows.into_iter().flatten() {
            let id = by_origin(stored, &fields).map(|row| row.id);
            changes.push(Change::Child { entity, id, owner: "order", fields });
        }
    }
    changes
}

fn by_origin<'a>(rows: &'a [Row], fields: &Fields) -> Option<&'a Row> {
    let origin_id = fields.origin_id()?;
    rows.iter().find(|row| row.fields.origin_id() == Some(origin_id))
}

/// By origin id; else an address that says the same and gets the origin id now.
fn address_changes(imported: Vec<Fields>, existing: &[Row]) -> Vec<Change> {
    let mut kept = Vec::new();
    let mut changes = Vec::new();
    for fields in imported {
        let alike = || existing.iter().find(|row| !kept.contains(&row.id) && is_alike(row, &fields));
        let row = by_origin(existing, &fields).or_else(alike);
        kept.extend(row.map(|row| row.id));
        let id = row.map(|row| row.id);
        changes.push(Change::Child { entity: Entity::OrderAddress, id, owner: "owner", fields });
    }
    let gone = existing.iter().filter(|row| !kept.contains(&row.id));
    changes.extend(gone.map(|row| Change::Delete { entity: Entity::OrderAddress, id: row.id }));
    changes
}

fn is_alike(row: &Row, fields: &Fields) -> bool {
    ["street", "city", "postalCode", "country", "region"]
        .iter()
        .all(|name| row.fields.get(name).cloned().unwrap_or_default() == fields.get(name).cloned().unwrap_or_default())
}

/// Notes with an id and a message, which keeps the HTML that is allowed; the others are dropped, the order goes on.
fn valid_notes(notes: Vec<Fields>, owner: &CrmValue) -> Vec<Fields> {
    let valid = |mut note: Fields| {
        let message = note.text("message").filter(|message| !message.trim().is_empty())?;
        let message = sanitize(message);
        note.origin_id()?;
        note.set("message", message);
        note.set("owner", owner.clone());
        Some(note)
    };
    notes.into_iter().filter_map(valid).collect()
}

/// First and last name as the order or cart shows them: the customer's, or the billing address's where there is none.
pub fn shown_names(customer: Option<&Row>, billing: Option<&Fields>) -> (CrmValue, CrmValue) {
    let of = |fields: &Fields, name| fields.get(name).cloned().unwrap_or_default();
    match (customer, billing) {
        (Some(row), _) => (of(&row.fields, "firstName"), of(&row.fields, "lastName")),
        (None, Some(fields)) => (of(fields, "firstName"), of(fields, "lastName")),
        (None, None) => (CrmValue::Null, CrmValue::Null),
    }
}

/// What the import of an order does to its cart: it is bought, by the order's customer, whose names a cart that is saved
/// shows.
pub fn purchased(cart: &Row, customer: Option<&Row>) -> Fields {
    let mut fields = Fields::new();
    if cart.fields.text("status") != Some("purchased") {
        fields.set("status", "purchased");
    }
    if let Some(customer) = customer
        && cart.fields.link("customer") != Some(customer.id)
    {
        fields.set("customer", customer.id);
    }
    if let Some(customer) = customer.filter(|_| !fields.is_empty()) {
        let (first, last) = shown_names(Some(customer), None);
        fields.set("firstName", first);
        fields.set("lastName", last);
    }
    fields
}

/// What the import of an order does to its customer: the order's currency becomes theirs.
pub fn currency(customer: &Row, order: &Fields) -> Fields {
    match order
        .get("currency")
        .filter(|currency| !currency.is_null() && Some(*currency) != customer.fields.get("currency"))
    {
        Some(currency) => Fields::new().with("currency", currency.clone()),
        None => Fields::new(),
    }
}

/// Whether an imported row lacks a field that validation asks for.
pub fn lacks(fields: &Fields, stored: Option<&Row>, name: &str) -> bool {
    match fields.get(name) {
        Some(value) => value.is_null(),
        None => stored.is_none_or(|row| is_empty(row, name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::RowId;

    fn row(entity: Entity, id: i64, fields: Fields) -> Row {
        Row { entity, id: RowId(id), fields }
    }

    fn note(origin_id: Option<i64>, message: Option<&str>) -> Fields {
        Fields::new().with("originId", origin_id).with("message", message)
    }

    fn described(changes: &[Change]) -> Vec<String> {
        let id = |id: &Option<RowId>| id.map_or("new".to_owned(), |id| id.0.to_string());
        let name = |entity: &Entity| entity.table();
        changes
            .iter()
            .map(|change| match change {
                Change::Root { entity, id: row, .. } => format!("{} {}", name(entity), id(row)),
                Change::Child { entity, id: row, .. } => format!("{} {}", name(entity), id(row)),
                Change::Delete { entity, id } => format!("delete {} {}", name(entity), id.0),
            })
            .collect()
    }

    #[test]
    fn notes_without_id_or_message_are_dropped() {
        // Vector 136.
        let (id, text) = (Some(7), Some("shipped"));
        for (notes, expected) in [
            (vec![note(None, None)], 0),
            (vec![note(id, text)], 1),
            (vec![note(id, text), note(Some(8), None)], 1),
            (vec![note(None, text)], 0),
        ] {
            assert_eq!(valid_notes(notes, &CrmValue::Null).len(), expected);
        }
    }

    #[test]
    fn the_message_of_a_note_is_sanitised_and_its_owner_the_orders() {
        // Vector 137.
        let owner = CrmValue::from("admin");
        let notes = valid_notes(vec![note(Some(7), Some("<script>alert('x > y')</script><b>Paid</b>"))], &owner);
        assert_eq!((notes[0].text("message"), notes[0].get("owner")), (Some("<b>Paid</b>"), Some(&owner)));
    }

    #[test]
    fn addresses_are_replaced_and_one_that_says_the_same_is_used_again() {
        let paris = || Fields::new().with("city", "Paris").with("street", "1 rue");
        let stored = [
            row(Entity::OrderAddress, 1, paris().with("originId", CrmValue::Null)),
            row(Entity::OrderAddress, 2, Fields::new().with("city", "Rome").with("originId", 12)),
            row(Entity::OrderAddress, 3, Fields::new().with("city", "Oslo").with("originId", 13)),
        ];
        let imported = vec![paris().with("originId", 11), Fields::new().with("city", "Turin").with("originId", 12)];
        let changes = address_changes(imported, &stored);
        assert_eq!(described(&changes), ["orderAddress 1", "orderAddress 2", "delete orderAddress 3"]);
    }

    #[test]
    fn items_that_magento_no_longer_names_stay() {
        let stored = row(Entity::Order, 5, Fields::new().with("incrementId", "100"));
        let items = [1, 2].map(|id| row(Entity::OrderItem, id, Fields::new().with("originId", id + 10)));
        let import = OrderImport {
            items: Some(vec![Fields::new().with("originId", 12), Fields::new().with("originId", 13)]),
            ..OrderImport::default()
        };
        let existing = Existing { order: Some(&stored), items: &items, ..Existing::default() };
        assert_eq!(described(&order(import, existing)), ["order 5", "orderItem 2", "orderItem new"]);
    }

    #[test]
    fn a_cart_is_bought_by_the_orders_customer() {
        let customer = row(Entity::Customer, 3, Fields::new().with("currency", "USD").with("firstName", "Grace"));
        let cart = row(Entity::Cart, 4, Fields::new().with("status", "expired"));
        let bought = purchased(&cart, Some(&customer));
        assert_eq!((bought.text("status"), bought.link("customer")), (Some("purchased"), Some(RowId(3))));
        assert_eq!(bought.text("firstName"), Some("Grace"));
        let again = row(Entity::Cart, 4, Fields::new().with("status", "purchased").with("customer", RowId(3)));
        assert!(purchased(&again, Some(&customer)).is_empty());
        assert_eq!(currency(&customer, &Fields::new().with("currency", "CHF")).text("currency"), Some("CHF"));
        assert!(currency(&customer, &Fields::new().with("currency", "USD")).is_empty());
    }
}

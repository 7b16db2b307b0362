//! Carts with their items and addresses (sync spec 5.9): which are left out, which items count as removed, which status
//! stays.

use jiff::Timestamp;

use super::Change;
use crate::crm::{CrmValue, Entity, Fields, Row};
use crate::quirk::{Quirk, Quirks};

/// A cart record whose relations are looked up already. Collections are `None` when the row did not speak of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CartImport {
    /// Fields of the cart.
    pub fields: Fields,
    /// Fields of its items.
    pub items: Option<Vec<Fields>>,
    /// Fields of its addresses, each with its `kind`.
    pub addresses: Vec<Fields>,
}

/// What the CRM holds already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Existing<'a> {
    /// The cart of that origin id.
    pub cart: Option<&'a Row>,
    /// The items of the cart that the CRM has.
    pub items: &'a [Row],
    /// Its addresses, and with Q-21 those of the same origin ids wherever they are.
    pub addresses: &'a [Row],
}

/// Statuses that the CRM gave and that a cart's own activity does not take back.
const TERMINAL: &[&str] = &["purchased", "lost", "converted_to_opportunity"];

/// Whether somebody can be reached about a cart: by e-mail or by the phone of the billing address (vector 128).
pub fn has_contact(email: Option<&str>, billing_phone: Option<&str>) -> bool {
    let filled = |text: Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
    filled(email) || filled(billing_phone)
}

/// Decides what a cart record does.
///
/// A purchased, lost or converted cart keeps its status; in the reference client the imported one always wins.
pub fn cart(mut import: CartImport, existing: Existing<'_>, now: Timestamp, quirks: &Quirks) -> Vec<Change> {
    let stored = existing.cart.and_then(|row| row.fields.text("status"));
    if !quirks.has(Quirk::CartStatusReset) && stored.is_some_and(|status| TERMINAL.contains(&status)) {
        import.fields.remove("status");
    }
    let removed = removed_items(&import, existing, now);
    let mut changes =
        vec![Change::Root { entity: Entity::Cart, id: existing.cart.map(|row| row.id), fields: import.fields }];
    changes.extend(import.addresses.into_iter().map(|fields| {
        let same = |row: &&Row| {
            let is_kind = row.fields.text("kind") == fields.text("kind");
            let id = fields.origin_id();
            id.is_some() && row.fields.origin_id() == id
                || is_kind && row.fields.link("cart") == existing.cart.map(|c| c.id)
        };
        let id = existing.addresses.iter().find(same).map(|row| row.id);
        Change::Child { entity: Entity::CartAddress, id, owner: "cart", fields }
    }));
    for mut fields in import.items.into_iter().flatten() {
        let origin_id = fields.origin_id();
        let row = existing.items.iter().find(|row| origin_id.is_some() && row.fields.origin_id() == origin_id);
        fields.set("removed", removed.all);
        changes.push(Change::Child { entity: Entity::CartItem, id: row.map(|row| row.id), owner: "cart", fields });
    }
    changes.extend(removed.changes);
    changes
}

/// Items that were taken out of the cart.
struct Removed {
    /// Whether the cart is empty, so that even the items that came with it are gone.
    all: bool,
    changes: Vec<Change>,
}

/// While a cart is open, stored items that Magento no longer names are flagged, all of them when it holds nothing.
fn removed_items(import: &CartImport, existing: Existing<'_>, now: Timestamp) -> Removed {
    let stored_status = existing.cart.and_then(|row| row.fields.text("status"));
    let is_open = import.fields.text("status").or(stored_status) == Some("open");
    let Some(items) = import.items.as_ref().filter(|_| is_open) else {
        return Removed { all: false, changes: Vec::new() };
    };
    let all = matches!(import.fields.get("itemsQty"), Some(CrmValue::Decimal(qty)) if qty.trunc().is_zero());
    let is_listed = |row: &Row| items.iter().any(|item| item.origin_id() == row.fields.origin_id());
    let flagged = |row: &&Row| row.fields.get("removed").is_some_and(CrmValue::is_true);
    let changes = existing
        .items
        .iter()
        .filter(|row| !is_listed(row) && !flagged(row))
        .map(|row| Change::Child {
            entity: Entity::CartItem,
            id: Some(row.id),
            owner: "cart",
            fields: Fields::new().with("removed", true).with("updatedAt", now),
        })
        .collect();
    Removed { all, changes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::RowId;
    use crate::quirk::Profile;
    use rust_decimal::Decimal;

    fn stored(status: &str) -> Row {
        Row { entity: Entity::Cart, id: RowId(1), fields: Fields::new().with("status", status) }
    }

    fn item(id: i64) -> Row {
        let fields = Fields::new().with("originId", id).with("removed", false);
        Row { entity: Entity::CartItem, id: RowId(id), fields }
    }

    fn import(status: &str, items: &[i64], qty: i64) -> CartImport {
        let items = items.iter().map(|id| Fields::new().with("originId", *id)).collect();
        let fields = Fields::new().with("status", status).with("itemsQty", Decimal::from(qty));
        CartImport { fields, items: Some(items), addresses: Vec::new() }
    }

    /// Origin ids of items by whether the changes flag them as removed.
    fn removed(changes: &[Change]) -> Vec<(i64, bool)> {
        let of = |change: &Change| match change {
            Change::Child { entity: Entity::CartItem, id, fields, .. } => {
                let origin_id = fields.int("originId").or(id.map(|id| id.0))?;
                Some((origin_id, fields.get("removed").is_some_and(CrmValue::is_true)))
            }
            _ => None,
        };
        changes.iter().filter_map(of).collect()
    }

    #[test]
    fn items_that_left_an_open_cart_are_flagged() {
        // Vector 129, then an empty cart and an expired one.
        let (open, items) = (stored("open"), [item(1), item(2)]);
        let existing = Existing { cart: Some(&open), items: &items, addresses: &[] };
        for (record, expected) in [
            (import("open", &[2, 3], 2), vec![(2, false), (3, false), (1, true)]),
            (import("open", &[2, 3], 0), vec![(2, true), (3, true), (1, true)]),
            (import("expired", &[2, 3], 2), vec![(2, false), (3, false)]),
        ] {
            let changes = cart(record, existing, Timestamp::UNIX_EPOCH, &Quirks::default());
            assert_eq!(removed(&changes), expected);
        }
    }

    #[test]
    fn a_purchased_cart_stays_purchased_unless_the_quirk_is_on() {
        // Vector 132: the reference client makes an inactive cart of an order expired again.
        for (quirks, before, imported, expected) in [
            (Quirks::default(), "purchased", "expired", None),
            (Quirks::default(), "lost", "open", None),
            (Quirks::default(), "expired", "open", Some("open")),
            (Profile::OroCrm41.quirks(), "purchased", "expired", Some("expired")),
        ] {
            let row = stored(before);
            let existing = Existing { cart: Some(&row), ..Existing::default() };
            let changes = cart(import(imported, &[], 1), existing, Timestamp::UNIX_EPOCH, &quirks);
            let Change::Root { fields, .. } = &changes[0] else { panic!("a root comes first") };
            assert_eq!(fields.text("status"), expected, "{before} then {imported}");
        }
    }

    #[test]
    fn a_cart_that_nobody_can_be_reached_about_is_left_out() {
        // Vector 128.
        for (email, phone, expected) in [
            (None, None, false),
            (Some(" "), Some(""), false),
            (Some("a@x.com"), None, true),
            (None, Some("555"), true),
        ] {
            assert_eq!(has_contact(email, phone), expected);
        }
    }
}

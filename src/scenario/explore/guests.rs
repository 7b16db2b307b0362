//! Guests who order under several names, or several spellings of their e-mail address. They are one guest, called as the order
//! that was read first calls them (vector 116): which one that is depends on the moment of an edit.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::email_address;
use crate::scenario::run::compare::{Difference, Kind};

/// What a guest is called, and what is called after them.
const NAMES: &[&str] =
    &["namePrefix", "firstName", "middleName", "lastName", "nameSuffix", "account", "contact", "name", "email"];
/// Tables in which they stand.
const TABLES: &[&str] = &["crm customers", "crm contacts"];

/// The differences without what such guests are called, as long as each is there as often as they should be.
pub(super) fn but_their_names(mut differences: Vec<Difference>, state: &Value) -> Vec<Difference> {
    let guests = of_several_orders(state);
    let guest = |one: &Difference| {
        let (field, value) = one.key.as_ref().filter(|_| TABLES.contains(&one.table.as_str()))?;
        Some(email_address::key(value)).filter(|email| field == "email" && guests.contains(email))
    };
    let mut surplus = BTreeMap::<(String, String), i64>::new();
    for one in &differences {
        let Some(email) = guest(one) else { continue };
        *surplus.entry((one.table.clone(), email)).or_default() += match one.kind {
            Kind::Extra => 1,
            Kind::Missing => -1,
            Kind::Changed => 0,
        };
    }
    differences.retain(|one| {
        let Some(email) = guest(one) else { return true };
        let is_even = surplus.get(&(one.table.clone(), email)).is_none_or(|rows| *rows == 0);
        let is_name = one.field.as_ref().is_none_or(|(field, ..)| NAMES.contains(&field.as_str()));
        !(is_even && is_name)
    });
    differences
}

/// E-mail addresses of several orders that are nobody's who has registered. The CRM's orders are asked: an ending holds of a
/// shop only the tables that a sync writes to.
fn of_several_orders(state: &Value) -> BTreeSet<String> {
    let rows = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let integrations = state.get("crm").map(|crm| rows(crm, "integrations")).unwrap_or_default();
    // Somebody's client has one integration, whose lists stand alone.
    let lists = integrations.iter().chain(state.get("crm"));
    let mut orders = BTreeMap::<String, usize>::new();
    for order in lists.flat_map(|integration| rows(integration, "orders")) {
        let is_guests = order.get("customer").and_then(Value::as_str).is_none_or(|customer| !is_registered(customer));
        if let Some(email) = order.get("customerEmail").and_then(Value::as_str).filter(|_| is_guests) {
            *orders.entry(email_address::key(email)).or_default() += 1;
        }
    }
    orders.into_iter().filter(|(_, count)| *count > 1).map(|(email, _)| email).collect()
}

/// Whether a customer as the CRM's state names them has an id of Magento's.
fn is_registered(customer: &str) -> bool {
    customer.split_once(' ').is_some_and(|(id, _)| id.parse::<i64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn changed(table: &str, email: &str, field: &str) -> Difference {
        Difference {
            kind: Kind::Changed,
            table: table.to_owned(),
            key: Some(("email".to_owned(), email.to_owned())),
            field: Some((field.to_owned(), Some("Mia".to_owned()), Some("Ned".to_owned()))),
            rows: 1,
        }
    }

    fn row(kind: Kind, email: &str) -> Difference {
        Difference { kind, field: None, ..changed("crm contacts", email, "") }
    }

    #[test]
    fn only_the_names_of_guests_of_several_orders_are_left_open() {
        let order = |email: &str, customer: Value| json!({ "customerEmail": email, "customer": customer });
        let orders = [
            order("Office@example.com", json!("Office@example.com")),
            order("office@example.com", Value::Null),
            order("once@example.com", json!("once@example.com")),
            order("ada@example.com", json!("1 ada@example.com")),
            order("ada@example.com", json!("1 ada@example.com")),
        ];
        let state = json!({ "crm": { "integrations": [{ "orders": orders }] } });
        for (differences, left) in [
            (vec![changed("crm customers", "office@example.com", "firstName")], 0),
            (vec![changed("crm contacts", "office@example.com", "lastName")], 0),
            (vec![changed("crm customers", "office@example.com", "lifetime")], 1),
            (vec![changed("crm orders", "office@example.com", "firstName")], 1),
            (vec![changed("crm customers", "once@example.com", "firstName")], 1),
            (vec![changed("crm customers", "ada@example.com", "firstName")], 1),
            (vec![row(Kind::Missing, "Office@example.com"), row(Kind::Extra, "office@example.com")], 0),
            (vec![row(Kind::Missing, "Office@example.com")], 1),
            (vec![row(Kind::Extra, "office@example.com")], 1),
        ] {
            assert_eq!(but_their_names(differences.clone(), &state).len(), left, "{differences:?}");
        }
    }
}

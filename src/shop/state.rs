//! The shop's content as an ordered tree for snapshots and for looking at. Secrets are masked, empty tables left out.

use serde_json::{Map, Value, json};

use super::Shop;
use super::database::{Database, Row};
use crate::secret::MASK;

/// Columns nobody must see.
const SECRET: &[&str] = &["password_hash", "rp_token", "cc_number_enc", "cc_cid_enc"];

/// Tables of the installation that hold no content.
const INSTALLED: &[&str] = &["eav_entity_attribute"];

pub(super) fn of(shop: &Shop) -> Value {
    let mut state = Map::new();
    state.insert("style".to_owned(), json!(shop.mode().as_str()));
    state.insert("bridge".to_owned(), json!(shop.bridge().map(|release| release.short())));
    let users: Vec<Value> =
        shop.users.iter().map(|user| json!({"username": user.name, "active": user.active, "api_key": MASK})).collect();
    state.insert("api_users".to_owned(), Value::Array(users));
    for name in Database::names() {
        let table = shop.database.table(name);
        if !table.is_empty() && !INSTALLED.contains(&name) {
            let rows = table.iter().map(|(_, row)| row_value(row)).collect();
            state.insert(name.to_owned(), Value::Array(rows));
        }
    }
    Value::Object(state)
}

fn row_value(row: &Row) -> Value {
    let shown = row.iter().filter_map(|(column, value)| {
        let value = value?;
        let value = if SECRET.contains(&column) { MASK } else { value };
        Some((column.to_owned(), json!(value)))
    });
    Value::Object(shown.collect())
}

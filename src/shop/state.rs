//! The shop's content as an ordered tree for snapshots and for looking at. Secrets are masked, empty tables left out.

use serde_json::{Map, Value, json};

use super::Shop;
use super::database::Database;
use super::row::Row;
use crate::secret::MASK;

/// Columns nobody must see.
const SECRET: &[&str] = &["password_hash", "rp_token", "cc_number_enc", "cc_cid_enc"];

/// Tables of the installation that hold no content.
const INSTALLED: &[&str] = &["eav_entity_attribute"];

pub(super) fn of(shop: &Shop) -> Value {
    let mut state = Map::new();
    state.insert("style".to_owned(), json!(shop.mode().as_str()));
    state.insert("bridge".to_owned(), json!(shop.bridge().map(|release| release.short())));
    state.insert(API_USERS.to_owned(), users(shop).collect());
    for name in Database::names() {
        let table = shop.database.table(name);
        if !table.is_empty() && !INSTALLED.contains(&name) {
            let rows = table.iter().map(|(_, row)| row_value(row)).collect();
            state.insert(name.to_owned(), Value::Array(rows));
        }
    }
    Value::Object(state)
}

/// The table of API users, which a shop has besides its database.
pub const API_USERS: &str = "api_users";

/// API users with masked keys.
pub fn users(shop: &Shop) -> impl Iterator<Item = Value> + '_ {
    shop.users.iter().map(|user| json!({"username": user.name, "active": user.active, "api_key": MASK}))
}

/// Names of all tables that can be looked at.
pub fn tables() -> impl Iterator<Item = &'static str> {
    std::iter::once(API_USERS).chain(Database::names())
}

/// The rows of one table as [`Shop::state`] has them; `None` for an unknown name.
pub fn rows<'a>(shop: &'a Shop, name: &str) -> Option<Box<dyn Iterator<Item = Value> + 'a>> {
    if name == API_USERS {
        return Some(Box::new(users(shop)));
    }
    let table = shop.database.get(name)?;
    Some(Box::new(table.iter().map(|(_, row)| row_value(row))))
}

fn row_value(row: &Row) -> Value {
    Value::Object(shown_row(row).map(|(column, value)| (column.to_owned(), json!(value))).collect())
}

/// A row's columns that have a value, secrets masked.
pub fn shown_row(row: &Row) -> impl Iterator<Item = (&str, &str)> {
    row.iter().filter_map(|(column, value)| {
        let value = value?;
        Some((column, if SECRET.contains(&column) { MASK } else { value }))
    })
}

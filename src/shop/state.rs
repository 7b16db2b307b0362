//! The shop's content as an ordered tree for snapshots and for looking at. Secrets are masked, empty tables left out.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::Shop;
use super::row::Row;
use crate::secret::MASK;

/// Columns nobody must see.
const SECRET: &[&str] = &["password_hash", "rp_token", "cc_number_enc", "cc_cid_enc"];

/// Tables of the installation that hold no content.
const INSTALLED: &[&str] = &["eav_entity_attribute"];

pub(super) fn of(shop: &Shop) -> Value {
    // Texts, numbers and lists of them can always be written.
    serde_json::to_value(Whole(shop)).unwrap_or_default()
}

/// All of a shop, written row by row.
pub struct Whole<'a>(pub &'a Shop);

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(shop) = self;
        let mut state = serializer.serialize_map(None)?;
        state.serialize_entry("style", shop.mode().as_str())?;
        state.serialize_entry("bridge", &shop.bridge().map(|release| release.short()))?;
        state.serialize_entry(API_USERS, &Rows { shop, table: API_USERS })?;
        for table in shop.database.all_names() {
            if !shop.database.table(table).is_empty() && !INSTALLED.contains(&table) {
                state.serialize_entry(table, &Rows { shop, table })?;
            }
        }
        state.end()
    }
}

struct Rows<'a> {
    shop: &'a Shop,
    table: &'a str,
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(rows(self.shop, self.table).into_iter().flatten())
    }
}

/// The table of API users, which a shop has besides its database.
pub const API_USERS: &str = "api_users";

/// API users with masked keys.
pub fn users(shop: &Shop) -> impl Iterator<Item = Value> + '_ {
    shop.users.iter().map(|user| json!({"username": user.name, "active": user.active, "api_key": MASK}))
}

/// Names of all tables that can be looked at.
pub fn tables(shop: &Shop) -> impl Iterator<Item = &'static str> {
    std::iter::once(API_USERS).chain(shop.database.all_names())
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

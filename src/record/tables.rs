//! A seed of a real shop's tables with personal data replaced, as a recording's is: in the tables of people every field that is
//! known to be personal and every one that nobody has looked at, in the others what was learned there.

use std::collections::BTreeSet;

use serde_json::Value;

use super::cipher::SubstituteKey;
use super::personal::{Kind, kind_of, known_kind};
use super::sanitiser::Sanitiser;
use crate::magento::columns::{self, SqlType};
use crate::shop::{Seed, SeedError};

/// What tables of people begin with.
const PEOPLE: &[&str] = &["customer", "sales_flat_", "newsletter_subscriber", "gift_message", "wishlist"];
/// What begins like that and is of nobody.
const NOBODYS: &[&str] = &["customer_group"];
/// Columns of those tables that are words of Magento's own.
const WORDS: &[&str] = &["entity_name"];
/// What columns of codes end with: a word that is somebody's name somewhere is none in them.
const CODES: &[&str] = &["_id", "_ids", "code", "type", "status", "state", "method", "path", "class", "currency"];
/// Kinds of own attributes that hold options by their numbers, flags or amounts.
const CHOSEN: &[&str] = &["select", "multiselect", "boolean", "price"];
/// Where the configuration names people, or has what they wrote.
const PERSONAL_PATHS: &[&str] =
    &["trans_email/", "general/store_information/", "contacts/", "sales/identity/", "shipping/origin/", "design/"];

fn is_of_people(table: &str) -> bool {
    PEOPLE.iter().any(|people| table.starts_with(people)) && !NOBODYS.contains(&table)
}

/// The seed with personal data replaced; the same key replaces the same by the same.
///
/// # Errors
/// [`SeedError`] never comes from a seed that could be read.
pub fn without_personal_data(seed: &Seed, key: SubstituteKey) -> Result<Seed, SeedError> {
    let odd = |error: serde_json::Error| SeedError::Invalid {
        what: error.to_string(),
        remedy: "report this as a bug".to_owned(),
    };
    let mut whole: Value = serde_json::from_str(&seed.to_json()?).map_err(odd)?;
    let mut sanitiser = Sanitiser::new(key);
    for (table, rows) in whole["tables"].as_object().into_iter().flatten() {
        if is_of_people(table) {
            sanitiser.learn_arguments("", rows);
        }
    }
    sanitiser.learn_arguments("", &whole["customers"]);
    for (path, value) in whole.get_mut("config").and_then(Value::as_object_mut).into_iter().flatten() {
        let is_address = value.as_str().is_some_and(|text| text.contains('@'));
        if is_address || PERSONAL_PATHS.iter().any(|personal| path.starts_with(personal)) {
            *value = sanitiser.json(value);
        }
    }
    let chosen = chosen(&whole);
    if !whole["customers"].is_null() {
        whole["customers"] = sanitiser.arguments("", &whole["customers"]);
    }
    for (table, rows) in whole.get_mut("tables").and_then(Value::as_object_mut).into_iter().flatten() {
        let replaced = if is_of_people(table) { sanitiser.arguments("", rows) } else { sanitiser.json(rows) };
        let before = std::mem::replace(rows, replaced);
        for (row, before) in rows.as_array_mut().into_iter().flatten().zip(before.as_array().into_iter().flatten()) {
            for (column, value) in before.as_object().into_iter().flatten() {
                if WORDS.contains(&column.as_str()) || chosen.contains(column) || is_code(table, column) {
                    row[column] = value.clone();
                }
            }
        }
    }
    serde_json::from_value(whole).map_err(odd)
}

/// The codes of own attributes that hold options, flags or amounts.
fn chosen(whole: &Value) -> BTreeSet<String> {
    let rows = whole["tables"]["eav_attribute"].as_array().into_iter().flatten();
    let is_chosen = |row: &&Value| row["frontend_input"].as_str().is_some_and(|input| CHOSEN.contains(&input));
    rows.filter(is_chosen).filter_map(|row| row["attribute_code"].as_str().map(str::to_owned)).collect()
}

/// Whether a column holds no text that could be about a person: a code, or what is no text in the database.
fn is_code(table: &str, column: &str) -> bool {
    if kind_of("", column) != Kind::Kept && is_of_people(table) || known_kind(column).is_some() {
        return false;
    }
    let known = columns::table(table).and_then(|known| known.column(column));
    let is_text = known.is_none_or(|known| matches!(known.declared.sql_type, SqlType::Varchar(_) | SqlType::Text(_)));
    !is_text || CODES.iter().any(|end| column.ends_with(end))
}

//! A seed of a real shop's tables with personal data replaced, as a recording's is: in the tables of people every field that is
//! known to be personal and every one that nobody has looked at, in the others what was learned there.

use serde_json::Value;

use super::cipher::SubstituteKey;
use super::sanitiser::Sanitiser;
use crate::shop::{Seed, SeedError};

/// What tables of people begin with.
const PEOPLE: &[&str] = &["customer", "sales_flat_", "newsletter_subscriber", "gift_message", "wishlist"];
/// What begins like that and is of nobody.
const NOBODYS: &[&str] = &["customer_group"];
/// Columns of those tables that are words of Magento's own.
const WORDS: &[&str] = &["entity_name"];

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
    let config = sanitiser.json(&whole["config"]);
    if !whole["config"].is_null() {
        whole["config"] = config;
    }
    if !whole["customers"].is_null() {
        whole["customers"] = sanitiser.arguments("", &whole["customers"]);
    }
    for (table, rows) in whole["tables"].as_object_mut().into_iter().flatten() {
        let replaced = if is_of_people(table) { sanitiser.arguments("", rows) } else { sanitiser.json(rows) };
        let before = std::mem::replace(rows, replaced);
        for (row, before) in rows.as_array_mut().into_iter().flatten().zip(before.as_array().into_iter().flatten()) {
            for word in WORDS {
                if let Some(value) = before.get(*word) {
                    row[*word] = value.clone();
                }
            }
        }
    }
    serde_json::from_value(whole).map_err(odd)
}

//! Turns a dump of a real shop's tables into a seed: tables by Magento's names, users, roles and configuration.

use indexmap::IndexMap;
use serde_json::Value;

use super::database::Database;
use super::dump::{Converted, Part, Tables};
use super::seed::{NODES_MAX, Seed, SeedError, SeedRow, SeedUser, check_nodes};

impl Seed {
    /// Reads a dump: an object of tables, plus `config`, `api_users` and `api_roles`.
    ///
    /// # Errors
    /// [`SeedError::Syntax`] when it is no JSON, [`SeedError::Invalid`] when it is no dump.
    pub fn from_recorded(json: &str, name: &str) -> Result<Self, SeedError> {
        Self::from_dump(json, name, None, &Part::default()).map(|converted| converted.seed)
    }

    /// The same with what was not understood. Where it holds the tables of a real shop, attributes become columns of their
    /// entities, the `prefix` of the tables is taken off, and only a part may be wanted.
    ///
    /// # Errors
    /// As [`Seed::from_recorded`].
    pub fn from_dump(json: &str, name: &str, prefix: Option<&str>, part: &Part) -> Result<Converted, SeedError> {
        check_nodes(json, name, NODES_MAX)?;
        let dump: Value = serde_json::from_str(json).map_err(|error| SeedError::Syntax {
            name: name.to_owned(),
            line: error.line() as u64,
            column: error.column() as u64,
            message: error.to_string(),
        })?;
        let Some(dump) = dump.as_object() else {
            return Err(SeedError::Invalid {
                what: format!("{name} is no dump of a shop"),
                remedy: "give a JSON object of tables".to_owned(),
            });
        };
        if Tables::are_real(dump.keys().map(String::as_str)) {
            let tables = dump.iter().map(|(table, content)| (table.clone(), rows(content)));
            return Ok(Tables(tables.collect()).convert(prefix, part));
        }
        let mut seed = Self::default();
        let mut notes = Vec::new();
        for (table, content) in dump {
            match table.as_str() {
                "config" => seed.config = texts(content),
                "api_users" => seed.api_users = users(content, dump.get("api_roles")),
                "core_website" => seed.websites = without_admin(content, "website_id"),
                "core_store_group" => seed.store_groups = without_admin(content, "group_id"),
                "core_store" => seed.store_views = without_admin(content, "store_id"),
                "customer_group" => seed.customer_groups = rows(content),
                known if Database::names().any(|name| name == known) => {
                    seed.tables.insert(known.to_owned(), rows(content).into_iter().map(super::Row::from).collect());
                }
                "api_roles" => {}
                unknown => {
                    let count = content.as_array().map_or(0, Vec::len);
                    notes.push(format!("{unknown}: {count} rows of a table that a seed has no place for"));
                }
            }
        }
        Ok(Converted { seed, notes, is_incomplete: false })
    }
}

fn rows(content: &Value) -> Vec<SeedRow> {
    let cell = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let row = |row: &serde_json::Map<String, Value>| row.iter().map(|(k, v)| (k.clone(), cell(v))).collect();
    content.as_array().into_iter().flatten().filter_map(Value::as_object).map(row).collect()
}

fn without_admin(content: &Value, key: &str) -> Vec<SeedRow> {
    rows(content).into_iter().filter(|row| row.get(key).and_then(|id| id.as_deref()) != Some("0")).collect()
}

fn texts(content: &Value) -> IndexMap<String, String> {
    let pairs = content.as_object().into_iter().flatten();
    pairs.filter_map(|(path, value)| Some((path.clone(), value.as_str()?.to_owned()))).collect()
}

fn users(content: &Value, roles: Option<&Value>) -> Vec<SeedUser> {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let role_of = |user: &str| {
        let mut roles = roles.and_then(Value::as_array).into_iter().flatten();
        let has = |role: &&Value| role["users"].as_array().is_some_and(|users| users.iter().any(|u| u == user));
        roles.find(has).map(|role| {
            let mut nodes: Vec<String> = Vec::new();
            for node in role["allow"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !nodes.iter().any(|known| known == node) {
                    nodes.push(node.to_owned());
                }
            }
            nodes
        })
    };
    let user = |row: &Value| SeedUser {
        username: text(row, "username"),
        api_key: text(row, "api_key"),
        is_active: text(row, "is_active") == "1",
        role: role_of(&text(row, "username")),
    };
    content.as_array().into_iter().flatten().map(user).collect()
}

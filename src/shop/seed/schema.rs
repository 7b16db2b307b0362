//! The JSON schema of seed files, made from the tables of columns: for editors, and to look up what a table has.

use serde_json::{Map, Value, json};

use crate::magento::columns::{self, SqlType, TableColumns};
use crate::shop::database::Database;

/// Lists of a seed that have names of their own, and their tables.
const LISTS: &[(&str, &str, &str)] = &[
    ("websites", "core_website", "Websites; the admin website 0 is added"),
    ("store_groups", "core_store_group", "Store groups; one per website is added when there are none"),
    ("store_views", "core_store", "Store views; the admin store 0 is added"),
    ("customer_groups", "customer_group", "Customer groups; those of a fresh install when there are none"),
];

/// The schema as indented JSON.
pub fn text() -> String {
    format!("{:#}\n", schema())
}

fn schema() -> Value {
    let mut properties = Map::new();
    properties.insert(
        "config".to_owned(),
        json!({
            "description": "Values of Magento's configuration, by path: general/locale/timezone",
            "type": "object",
            "additionalProperties": scalar("")
        }),
    );
    for (list, table, described) in LISTS {
        properties.insert((*list).to_owned(), rows(table, described));
    }
    properties.insert(
        "api_users".to_owned(),
        json!({
            "description": "SOAP users",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["username", "api_key"],
                "additionalProperties": false,
                "properties": {
                    "username": {"type": "string", "description": "User name"},
                    "api_key": {"type": "string", "description": "API key, at least six characters"},
                    "is_active": {"type": "boolean", "description": "Whether the account is active; yes when left out"},
                    "role": {
                        "description": "Allowed ACL nodes, such as customer/info; [all] for everything",
                        "type": ["array", "null"],
                        "items": {"type": "string"}
                    }
                }
            }
        }),
    );
    let mut customers = rows("customer", "Customers with their addresses");
    if let Some(columns) = customers.pointer_mut("/items/properties").and_then(Value::as_object_mut) {
        columns.insert("customer_id".to_owned(), scalar("the same as entity_id"));
        columns.insert("addresses".to_owned(), rows("customer_address", "Addresses; the first is the default one"));
    }
    properties.insert("customers".to_owned(), customers);
    properties.insert(
        "columns".to_owned(),
        json!({
            "description": "Columns that another module has added to Magento's tables, by table",
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}}
        }),
    );
    properties.insert("attributes".to_owned(), attributes());
    properties.insert(
        "own_tables".to_owned(),
        json!({
            "description": "Tables of another module, by name; their rows are under tables",
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "key": {"type": "string", "description": "The column that counts its rows; entity_id when left out"},
                    "columns": {
                        "type": "object",
                        "description": "Its other columns: int, bool, decimal, varchar(32), text, date, datetime",
                        "additionalProperties": {"type": "string"}
                    }
                }
            }
        }),
    );
    let tables: Map<String, Value> =
        Database::names().map(|name| (name.to_owned(), or_alike(rows(name, "")))).collect();
    properties.insert(
        "tables".to_owned(),
        json!({
            "description": "Any other table, by Magento's name",
            "type": "object",
            "additionalProperties": or_alike(json!({"type": "array", "items": {"type": "object"}})),
            "properties": tables
        }),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Seed",
        "description": "The starting data of a Magento shop. Names are those of Magento's columns and attributes.",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "$defs": {
            "alike": {
                "description": "Groups of rows that have most values in common",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["common", "rows"],
                    "additionalProperties": false,
                    "properties": {
                        "common": {"type": "object", "description": "The values of every column"},
                        "rows": {
                            "type": "array",
                            "description": "What each row has otherwise",
                            "items": {"type": "object"}
                        }
                    }
                }
            }
        }
    })
}

/// Rows that may be written as groups of rows that are alike.
fn or_alike(mut list: Value) -> Value {
    list["type"] = json!(["array", "object"]);
    list["additionalProperties"] = json!(false);
    list["properties"] = json!({"alike": {"$ref": "#/$defs/alike"}});
    list
}

fn attributes() -> Value {
    json!({
        "description": "Attributes of customers, addresses, products and categories that Magento has not",
        "type": "array",
        "items": {
            "type": "object",
            "required": ["code"],
            "additionalProperties": false,
            "properties": {
                "entity": {"enum": ["customer", "address", "product", "category"], "default": "product"},
                "code": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
                "type": {"enum": ["text", "textarea", "date", "boolean", "select", "multiselect", "price"], "default": "text"},
                "label": {"type": "string"},
                "options": {
                    "description": "Of a select or multiselect: labels, or labels by option id",
                    "type": ["array", "object"]
                },
                "sets": {"type": "array", "description": "Attribute sets that have it, by name or id; all when left out"},
                "apply_to": {"type": "array", "description": "Types of product that have it; all when left out"},
                "scope": {"enum": ["global", "website", "store"], "default": "global"},
                "required": {"type": "boolean", "default": false},
                "unique": {"type": "boolean", "default": false},
                "default": {"type": ["string", "number", "boolean", "null"]}
            }
        }
    })
}

fn rows(table: &str, described: &str) -> Value {
    let known = columns::table(table);
    let properties: Map<String, Value> = known.into_iter().flat_map(columns_of).collect();
    let mut list = json!({"type": "array", "items": {"type": "object", "properties": properties}});
    if !described.is_empty() {
        list["description"] = json!(described);
    }
    list
}

fn columns_of(table: &'static TableColumns) -> impl Iterator<Item = (String, Value)> {
    table.columns.iter().map(|(name, column)| {
        let label = column.attribute.and_then(|attribute| attribute.label.as_deref());
        let target = table.foreign.get(name).map(|key| format!(", {}.{}", key.table, key.column));
        let text = format!(
            "{}{}{}",
            label.map(|label| format!("{label}: ")).unwrap_or_default(),
            column.declared,
            target.unwrap_or_default()
        );
        let mut schema = scalar(&text);
        if let SqlType::Varchar(most) = column.declared.sql_type {
            schema["maxLength"] = json!(most);
        }
        (name.clone(), schema)
    })
}

/// A value as people write one: a text, a number, a flag, or null.
fn scalar(described: &str) -> Value {
    let mut schema = json!({"type": ["string", "number", "boolean", "null"]});
    if !described.is_empty() {
        schema["description"] = json!(described);
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_every_table_is_listed() {
        let schema = schema();
        for table in columns::tables() {
            let Some(listed) = schema.pointer(&format!("/properties/tables/properties/{table}/items/properties"))
            else {
                panic!("{table} is not listed")
            };
            for column in columns::table(table).unwrap().columns.keys() {
                assert!(listed.get(column).is_some(), "{table}.{column}");
            }
        }
        let gender = schema.pointer("/properties/customers/items/properties/gender/description").unwrap();
        assert_eq!(gender, "Gender: int(11)");
    }
}

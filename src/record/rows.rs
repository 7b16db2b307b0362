//! Rows of Magento's tables out of recorded answers; which operation shows which table is a table of its own.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use crate::datetime;
use crate::shop::seed::SeedRow;
use crate::soap::document_literal::LIST_ITEM;
use crate::soap::{SoapStruct, SoapValue};

#[derive(Deserialize)]
struct Tables {
    operations: BTreeMap<String, Source>,
    tables: BTreeMap<String, Facts>,
}

/// What an operation's answer holds.
#[derive(Deserialize)]
struct Source {
    table: String,
    /// Column that is an argument of the call.
    parent: Option<(String, String)>,
}

#[derive(Default, Deserialize)]
struct Facts {
    key: String,
    /// Columns by what the API calls them.
    #[serde(default)]
    aliases: BTreeMap<String, String>,
    /// What the API says for what is in the column.
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, String>>,
    /// Fields that come from other tables.
    #[serde(default)]
    joined: Vec<String>,
    /// Flags that the parent holds as a reference.
    #[serde(default)]
    marks: BTreeMap<String, String>,
    #[serde(default)]
    children: Vec<Child>,
}

#[derive(Deserialize)]
struct Child {
    member: String,
    table: String,
    parent: String,
    #[serde(default)]
    set: BTreeMap<String, String>,
    #[serde(default)]
    newest_first: bool,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    serde_json::from_str(include_str!("seed_tables.json"))
        .unwrap_or_else(|error| panic!("the built-in table of recorded rows is broken: {error}"))
});

/// Rows by table and by what tells them apart.
#[derive(Default)]
pub(super) struct Rows {
    tables: IndexMap<String, IndexMap<String, SeedRow>>,
    /// Whether customers came with attributes of their own.
    pub(super) has_attributes: bool,
}

impl Rows {
    /// Takes up what an operation answered.
    pub(super) fn add(&mut self, operation: &str, arguments: &Value, answer: &SoapValue) {
        let Some(source) = TABLES.operations.get(operation) else { return };
        for record in records(answer) {
            let mut given = SeedRow::new();
            if let Some((column, argument)) = &source.parent {
                given.insert(column.clone(), argument_text(&arguments[argument.as_str()]));
            }
            self.record(&source.table, record, given, None);
        }
    }

    /// The rows of a table.
    pub(super) fn take(&mut self, table: &str) -> Vec<SeedRow> {
        self.tables.shift_remove(table).into_iter().flat_map(IndexMap::into_values).collect()
    }

    /// What is left, by table.
    pub(super) fn rest(self) -> IndexMap<String, Vec<SeedRow>> {
        self.tables.into_iter().map(|(table, rows)| (table, rows.into_values().collect())).collect()
    }

    /// Adds a record and what hangs below it; `place` tells rows without an id apart.
    fn record(&mut self, table: &str, record: &SoapStruct, given: SeedRow, place: Option<String>) {
        let Some(facts) = TABLES.tables.get(table) else { return };
        let mut row = given;
        for (name, value) in record.iter().filter(|(name, _)| !facts.joined.iter().any(|joined| joined == name)) {
            if facts.marks.contains_key(name) || facts.children.iter().any(|child| child.member == name) {
                continue;
            }
            if name == "attributes" {
                self.has_attributes |= attributes(value, &mut row);
            } else if name == "gift_message" {
                self.gift_message(record, value);
            } else if !matches!(value, SoapValue::List(_) | SoapValue::Struct(_)) {
                let column = facts.aliases.get(name).map_or(name, String::as_str);
                let text = text(value).map(|text| stored(facts, column, text));
                // The alias of a column that is there under its own name too says nothing new.
                if text.is_some() || !row.contains_key(column) {
                    row.insert(column.to_owned(), text);
                }
            }
        }
        let id = row.get(&facts.key).cloned().flatten().filter(|id| !id.is_empty());
        let Some(id) = id.map(|id| id.to_string()).or_else(|| place.clone()) else { return };
        if place.as_ref() == Some(&id) {
            row.shift_remove(&facts.key);
        }
        for (flag, reference) in
            facts.marks.iter().filter(|(flag, _)| record.get(flag).is_some_and(SoapValue::is_truthy))
        {
            let _ = flag;
            self.refer(row.get("parent_id").cloned().flatten(), reference, &id);
        }
        for child in &facts.children {
            let Some(below) = record.get(&child.member) else { continue };
            self.below(child, &id, below);
        }
        merge(self.tables.entry(table.to_owned()).or_default().entry(id).or_default(), row);
    }

    fn below(&mut self, child: &Child, id: &str, below: &SoapValue) {
        let mut found = records(below);
        if child.newest_first {
            found.reverse();
        }
        for (at, record) in
            found.into_iter().enumerate().filter(|(_, record)| record.iter().any(|(_, value)| !value.is_nil()))
        {
            let mut given: SeedRow =
                child.set.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
            given.insert(child.parent.clone(), Some(id.to_owned()));
            let kind = child.set.values().next().map_or("", String::as_str);
            self.record(&child.table, record, given.clone(), Some(format!("of {id} {kind}{at}")));
        }
    }

    /// An address that is its customer's default.
    fn refer(&mut self, customer: Option<String>, column: &str, id: &str) {
        let Some(customer) = customer else { return };
        let row = self.tables.entry("customer".to_owned()).or_default().entry(customer).or_default();
        row.insert(column.to_owned(), Some(id.to_owned()));
    }

    fn gift_message(&mut self, record: &SoapStruct, message: &SoapValue) {
        let id = record.get("gift_message_id").and_then(text).filter(|id| !id.is_empty() && id != "0");
        let Some((id, message)) = id.zip(text(message)) else { return };
        let row =
            SeedRow::from([("gift_message_id".to_owned(), Some(id.clone())), ("message".to_owned(), Some(message))]);
        self.tables.entry("gift_message".to_owned()).or_default().insert(id, row);
    }
}

/// A later answer knows better, but for what it leaves out.
fn merge(known: &mut SeedRow, row: SeedRow) {
    for (column, value) in row {
        if value.is_some() || !known.contains_key(&column) {
            known.insert(column, value);
        }
    }
}

/// Records of a list, of a single one, and of either in the wrappers of WS-I.
fn records(value: &SoapValue) -> Vec<&SoapStruct> {
    match value {
        SoapValue::List(items) => items.iter().flat_map(records).collect(),
        SoapValue::Struct(record) => match record.get(LIST_ITEM).or_else(|| record.get("result")) {
            Some(inner) if record.len() == 1 => records(inner),
            _ => vec![record],
        },
        _ => Vec::new(),
    }
}

/// Attributes of the shop's own, as key and value.
fn attributes(value: &SoapValue, row: &mut SeedRow) -> bool {
    let pairs = records(value);
    for pair in &pairs {
        if let Some(key) = pair.text("key") {
            row.entry(key).or_insert_with(|| pair.get("value").and_then(text));
        }
    }
    !pairs.is_empty()
}

fn text(value: &SoapValue) -> Option<String> {
    match value {
        SoapValue::Bool(flag) => Some(if *flag { "1" } else { "0" }.to_owned()),
        other => other.to_text(),
    }
}

fn argument_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What the column holds for what the API says: labels are numbers, and moments are UTC.
fn stored(facts: &Facts, column: &str, text: String) -> String {
    if let Some(known) = facts.values.get(column).and_then(|values| values.get(&text)) {
        return known.clone();
    }
    let is_moment = column.ends_with("_at") && text.contains('T');
    let moment = is_moment.then(|| text.parse::<jiff::Timestamp>().ok()).flatten();
    moment.map_or(text, datetime::to_sql)
}

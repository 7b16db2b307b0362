//! Two ends of a scenario, row by row. What depends on when a sync ran is left out: stamps, bookmarks, statistics.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

/// Members that say when something ran or how it is set up, not what came of it.
const LEFT_OUT: &[&str] = &[
    "settings",
    "initialSyncStartDate",
    "bookmarks",
    "lastStatuses",
    "createdAt",
    "updatedAt",
    "importedAt",
    "syncedAt",
    "created",
    "updated",
    "created_at",
    "updated_at",
    "changeStatusAt",
    "change_status_at",
    // Drawn by chance, the more calls the later.
    "confirmCode",
    "subscriber_confirm_code",
    // What somebody was told when an order was placed and the sync after it failed.
    "statusMessage",
    // Each amount that a sync happened to see on the way.
    "lifetimeHistory",
];
/// Whether a member only says when something ran.
pub(super) fn is_stamp(name: &str) -> bool {
    LEFT_OUT.contains(&name)
}

/// Copies of the customer's name from when the row was saved (sync spec 5.9): a customer who comes later renames it with
/// the next change.
const COPIED: &[(&str, &str)] =
    &[("crm orders", "firstName"), ("crm orders", "lastName"), ("crm carts", "firstName"), ("crm carts", "lastName")];
/// Another way to say nothing: an export fills in what an import leaves out.
const NOTHING: (&str, &str, &str) = ("shop customer", "gender", "0");
/// Fields a row is known by, in the order of preference.
const KEYS: &[&str] = &["originId", "entity_id", "subscriber_id", "email", "name", "code", "incrementId"];
/// The queue of an integration: texts, one per row that waits.
const WAITING: &str = "pendingExports";

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It is not there.
    Missing,
    /// It is there once too often.
    Extra,
    /// A field has another value.
    Changed,
}

/// A difference between two states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The kind of the difference.
    pub kind: Kind,
    /// `crm` or `shop`, then the table: `crm customers`, `crm customers addresses`.
    pub table: String,
    /// The field the row is known by and its value.
    pub key: Option<(String, String)>,
    /// The changed field, its right value and what is there.
    pub field: Option<(String, Option<String>, Option<String>)>,
    /// Rows of the table in the right end.
    pub rows: usize,
}

impl Difference {
    /// Whether another end differs in the same place.
    fn is_at(&self, other: &Self) -> bool {
        let name = |difference: &Self| difference.field.as_ref().map(|(name, ..)| name.clone());
        (self.kind, &self.table, &self.key, name(self)) == (other.kind, &other.table, &other.key, name(other))
    }

    /// Whether it only says that something still waits to be exported.
    pub fn waits(&self) -> bool {
        self.field.as_ref().is_some_and(|(name, ..)| name == WAITING || name == "syncState")
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.key.as_ref().map(|(name, value)| format!(" with {name} {value}")).unwrap_or_default();
        write!(f, "{}: the row{row} ", self.table)?;
        match (&self.kind, &self.field) {
            (Kind::Missing, _) => f.write_str("is missing"),
            (Kind::Extra, _) => f.write_str("is there once too often"),
            (Kind::Changed, Some((name, expected, found))) => {
                let shown =
                    |value: &Option<String>| value.clone().map_or("nothing".to_owned(), |text| format!("{text:?}"));
                write!(f, "has {name} {} instead of {}", shown(found), shown(expected))
            }
            (Kind::Changed, None) => f.write_str("is different"),
        }
    }
}

/// The fields of a row, nested ones by their paths.
type Fields = BTreeMap<String, String>;
/// Rows by table and key, each key with all its rows in order.
type Tables = BTreeMap<String, BTreeMap<(String, String), Vec<Fields>>>;

/// All differences, tables in order.
pub(in crate::scenario) fn compare(expected: &Value, found: &Value) -> Vec<Difference> {
    let (expected, found) = (tables(expected), tables(found));
    let mut differences = Vec::new();
    let names: std::collections::BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let none = BTreeMap::new();
    for table in names {
        let (right, there) = (expected.get(table).unwrap_or(&none), found.get(table).unwrap_or(&none));
        let rows = right.values().map(Vec::len).sum();
        let keys: std::collections::BTreeSet<_> = right.keys().chain(there.keys()).collect();
        for key in keys {
            let empty = Vec::new();
            let (right, there) = (right.get(key).unwrap_or(&empty), there.get(key).unwrap_or(&empty));
            let found = |kind, field| Difference { kind, table: table.clone(), key: Some(key.clone()), field, rows };
            differences.extend((there.len()..right.len()).map(|_| found(Kind::Missing, None)));
            differences.extend((right.len()..there.len()).map(|_| found(Kind::Extra, None)));
            for (right, there) in right.iter().zip(there) {
                differences.extend(changed(right, there).map(|field| found(Kind::Changed, Some(field))));
            }
        }
    }
    differences
}

/// Rows that are neither as in the one end nor as in the other; what is wrong with them is told by the other.
pub(in crate::scenario) fn neither(one: &Value, other: &Value, found: &Value) -> Vec<Difference> {
    let (before, there) = (tables(one), tables(found));
    let none = Vec::new();
    let rows = |tables: &Tables, difference: &Difference| {
        let key = difference.key.clone().unwrap_or_default();
        tables.get(&difference.table).and_then(|rows| rows.get(&key)).unwrap_or(&none).clone()
    };
    let mut differences = compare(other, found);
    differences.retain(|difference| rows(&before, difference) != rows(&there, difference));
    differences
}

/// Those differences that others have too.
pub(in crate::scenario) fn in_both(mut differences: Vec<Difference>, others: &[Difference]) -> Vec<Difference> {
    differences.retain(|difference| others.iter().any(|other| difference.is_at(other)));
    differences
}

fn changed<'a>(
    right: &'a Fields,
    there: &'a Fields,
) -> impl Iterator<Item = (String, Option<String>, Option<String>)> + 'a {
    let names: std::collections::BTreeSet<&String> = right.keys().chain(there.keys()).collect();
    names
        .into_iter()
        .filter(|name| right.get(*name) != there.get(*name))
        .map(|name| (name.clone(), right.get(name).cloned(), there.get(name).cloned()))
}

fn tables(state: &Value) -> Tables {
    let mut tables = Tables::new();
    if let Value::Object(members) = state {
        for (name, below) in members {
            collect(name, below, "", &mut tables);
        }
    }
    tables
}

/// Sorts what stands below a name into tables; `parent` is the key of the row it belongs to.
fn collect(path: &str, value: &Value, parent: &str, tables: &mut Tables) {
    match value {
        Value::Object(members) => {
            for (name, below) in kept(members) {
                collect(&format!("{path} {name}"), below, parent, tables);
            }
        }
        Value::Array(rows) => {
            for row in rows {
                if let Value::Object(members) = row {
                    collect_row(path, members, parent, tables);
                }
            }
        }
        _ => {}
    }
}

fn collect_row(path: &str, members: &Map<String, Value>, parent: &str, tables: &mut Tables) {
    let mut fields = Fields::new();
    let mut below = Vec::new();
    for (name, value) in kept(members) {
        match value {
            Value::Array(items) if items.iter().any(Value::is_object) => below.push((name, value)),
            Value::Object(_) => below.push((name, value)),
            Value::Array(items) => {
                // Words of a list are a set: the types of an address come in the order of whoever wrote them last.
                let mut words: Vec<String> = items.iter().map(text).collect();
                words.sort_unstable();
                fields.insert(name.clone(), words.join(", "));
            }
            scalar => {
                fields.insert(name.clone(), text(scalar));
            }
        }
    }
    let known = KEYS.iter().find_map(|key| Some(((*key).to_owned(), fields.get(*key)?.clone())));
    let whole = || fields.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ");
    let key = known
        .unwrap_or_else(|| (String::new(), if parent.is_empty() { whole() } else { format!("{parent}: {}", whole()) }));
    let table = path.replace("crm integrations ", "crm ");
    fields.retain(|name, value| {
        !COPIED.contains(&(&table, name)) && (table.as_str(), name.as_str(), value.as_str()) != NOTHING
    });
    for (name, value) in below {
        // A channel's lists are tables of their own; lists of other rows are told apart by the row they hang below.
        collect(&format!("{path} {name}").replace("crm integrations ", "crm "), value, &key.1, tables);
    }
    tables.entry(path.to_owned()).or_default().entry(key).or_default().push(fields);
}

fn kept(members: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    members.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn state(customers: Value) -> Value {
        json!({ "crm": { "integrations": [{ "bookmarks": {"customer": "2024"}, "customers": customers }] } })
    }

    fn found(customers: Value) -> Vec<String> {
        let right = json!([
            { "originId": 1, "email": "a@x", "updatedAt": "1", "addresses": [{ "originId": 7, "city": "Rome" }] },
            { "originId": 2, "email": "b@x" }
        ]);
        compare(&state(right), &state(customers)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn words_of_a_list_are_a_set() {
        let of = |types: [&str; 2]| state(json!([{ "originId": 1, "types": types }]));
        assert_eq!(compare(&of(["billing", "shipping"]), &of(["shipping", "billing"])), []);
        assert_eq!(compare(&of(["billing", "shipping"]), &of(["billing", "other"])).len(), 1);
    }

    #[test]
    fn rows_are_told_apart_by_what_they_are_known_by() {
        let same = json!([
            { "originId": 2, "email": "b@x" },
            { "originId": 1, "email": "a@x", "updatedAt": "2", "addresses": [{ "originId": 7, "city": "Rome" }] }
        ]);
        assert_eq!(found(same), Vec::<String>::new());
        let lost = json!([{ "originId": 1, "email": "a@x", "addresses": [{ "originId": 7, "city": "Oslo" }] }]);
        assert_eq!(
            found(lost),
            [
                "crm customers: the row with originId 2 is missing",
                "crm customers addresses: the row with originId 7 has city \"Oslo\" instead of \"Rome\"",
            ]
        );
        let doubled = json!([
            { "originId": 1, "email": "a@x", "addresses": [{ "originId": 7, "city": "Rome" }, { "originId": 8 }] },
            { "originId": 2, "email": "b@x" },
            { "originId": 2, "email": "b@x" }
        ]);
        assert_eq!(
            found(doubled),
            [
                "crm customers: the row with originId 2 is there once too often",
                "crm customers addresses: the row with originId 8 is there once too often",
            ]
        );
    }
}

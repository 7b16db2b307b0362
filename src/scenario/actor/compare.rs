//! The rows of a client and ours, row by row: rows are told apart by a key, and of two rows with one key every field that the client shows is
//! compared by what it means.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;

use super::rows::Tables;
use super::testee::Testee;
use crate::crm::{ColumnType, Entity};
use crate::database::Row;
use crate::scenario::language::finding::did_you_mean;
use crate::scenario::language::known::SHOWN_ON;
use crate::scenario::language::text::kind::Kind;

/// Fields that tell rows apart where a client's file names none: the first that a row has.
const KEYS: &[&str] = &["originId", "incrementId", "email", "code", "name"];

/// The kinds of differences between the client's rows and ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The client does not have the row.
    Missing,
    /// Only the client has it.
    TooMany,
    /// A field has another value.
    Field,
    /// The two shops are not the same.
    Shop,
    /// The client says that it failed where our sync succeeded.
    Failed,
}

/// A difference between a row of the client and ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The kind of the difference.
    pub wrong: Wrong,
    /// Of which entity; `shop` for the shop.
    pub entity: String,
    /// Which row, such as `originId 3`.
    pub key: String,
    /// The field that differs; `None` for a whole row.
    pub field: Option<String>,
    /// What our sync left.
    pub ours: Option<String>,
    /// What the client left.
    pub theirs: Option<String>,
    /// How many rows of ours have that key.
    pub expected: usize,
}

impl Difference {
    /// One of the shops, in words.
    pub fn of_shop(told: String) -> Self {
        let (field, ours, theirs) = (None, None, None);
        Self { wrong: Wrong::Shop, entity: "shop".to_owned(), key: told, field, ours, theirs, expected: 0 }
    }
}

impl Difference {
    /// The client's last word is that it failed; what it said.
    pub fn of_failure(said: &str) -> Self {
        let key = said.lines().next().unwrap_or_default().to_owned();
        Self { wrong: Wrong::Failed, entity: "outcome".to_owned(), ..Self::of_shop(key) }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<String>| value.as_ref().map_or("nothing".to_owned(), |text| format!("\"{text}\""));
        let Self { entity, key, .. } = self;
        match (self.wrong, &self.field) {
            (Wrong::Shop, _) => f.write_str(key),
            (Wrong::Failed, _) => write!(f, "outcome: the client says that it failed, where our sync succeeds: {key}"),
            (Wrong::Missing, _) => write!(f, "{entity} {key} is missing"),
            (Wrong::TooMany, _) => write!(f, "{entity} {key} is there once too often"),
            (Wrong::Field, field) => {
                let field = field.as_deref().unwrap_or_default();
                write!(f, "{entity} {key}: {field} is {}, expected {}", shown(&self.theirs), shown(&self.ours))
            }
        }
    }
}

/// Everything that differs, by table and key.
///
/// # Errors
/// A field that the entity does not have, which would never be compared.
pub fn compare(client: &Testee, ours: &Tables, theirs: &Tables) -> Result<Vec<Difference>, String> {
    let mut found = Vec::new();
    for (table, rows) in theirs {
        let Some(entity) = Entity::named(table) else { continue };
        let fields = fields(client, entity, rows)?;
        let of_ours = ours.get(table).map_or(&[][..], Vec::as_slice);
        let keys = match client.key(table) {
            [] => common_key(of_ours, rows),
            told => {
                let place = client.place_of(table);
                has_keys(rows, told, table).map_err(|why| format!("{place}: {why}"))?;
                told.to_vec()
            }
        };
        let (mut right, left) = (grouped(of_ours, &keys), grouped(rows, &keys));
        for (key, rows) in left {
            let expected = right.remove(&key).unwrap_or_default();
            of_key(entity, &key, &fields, &expected, &rows, &mut found);
        }
        for (key, rows) in right {
            of_key(entity, &key, &fields, &rows, &[], &mut found);
        }
    }
    Ok(found)
}

/// The fields that count.
fn fields(client: &Testee, entity: Entity, rows: &[Row]) -> Result<Vec<String>, String> {
    let compared = client.compared(entity.table());
    let mut fields: Vec<String> = Vec::new();
    for name in rows.iter().flat_map(|row| row.keys()) {
        if fields.contains(name) || compared.is_some_and(|of| of.leaves_out(name)) {
            continue;
        }
        if entity.column(name).is_none() && !(entity == Entity::OrderNote && name == SHOWN_ON) {
            let known = entity.columns().iter().map(|(name, _)| *name);
            let nearest = did_you_mean(name, known).map(|hint| format!(" ({hint})")).unwrap_or_default();
            return Err(format!(
                "its rows of {0} have `{name}`, which is no field of {0}{nearest}. Name it as scenarios do, or leave it out with `compare: {{{0}: {{without: [{name}]}}}}`",
                entity.table()
            ));
        }
        if compared.is_none_or(|of| of.has(name)) {
            fields.push(name.clone());
        }
    }
    Ok(fields)
}

/// Which of the fields that name rows does so on both sides; none where no field does.
fn common_key(ours: &[Row], theirs: &[Row]) -> Vec<String> {
    let names = |rows: &[Row], name: &str| rows.iter().any(|row| row.get(name).is_some_and(Option::is_some));
    let is_common = |name: &&str| {
        let (ours_do, theirs_do) = (names(ours, name), names(theirs, name));
        (ours_do || ours.is_empty()) && (theirs_do || theirs.is_empty()) && (ours_do || theirs_do)
    };
    KEYS.iter().copied().find(is_common).map(|name| vec![name.to_owned()]).unwrap_or_default()
}

/// Every row has the fields by which its file tells rows apart, with a value.
fn has_keys(rows: &[Row], keys: &[String], table: &str) -> Result<(), String> {
    for name in keys {
        if rows.iter().any(|row| !row.contains_key(name)) {
            return Err(format!(
                "the rows of {table} have no field `{name}`, by which `key` tells them apart; select it, or name another"
            ));
        }
        let nameless = rows.iter().filter(|row| row.get(name).is_none_or(Option::is_none)).count();
        if nameless > 0 && keys.len() == 1 {
            return Err(format!(
                "{nameless} of {} rows of {table} have nothing in `{name}`, by which `key` tells them apart; name a field \
                 that all have, or leave `key` out",
                rows.len()
            ));
        }
    }
    Ok(())
}

fn grouped<'r>(rows: &'r [Row], keys: &[String]) -> BTreeMap<String, Vec<&'r Row>> {
    let mut groups: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        groups.entry(key(row, keys)).or_default().push(row);
    }
    groups
}

fn key(row: &Row, keys: &[String]) -> String {
    let value = |name: &str| row.get(name).and_then(Option::as_deref);
    let is_nameless = || keys.iter().all(|name| value(name).is_none());
    if keys.is_empty() || is_nameless() {
        let known = KEYS.iter().find_map(|name| value(name).map(|value| format!("{name} {value}")));
        let whole = || row.iter().map(|(name, value)| format!("{name} {}", value.as_deref().unwrap_or("-")));
        return known.unwrap_or_else(|| whole().collect::<Vec<_>>().join(", "));
    }
    keys.iter().map(|name| format!("{name} {}", value(name).unwrap_or("-"))).collect::<Vec<_>>().join(", ")
}

fn of_key(entity: Entity, key: &str, fields: &[String], ours: &[&Row], theirs: &[&Row], found: &mut Vec<Difference>) {
    let difference = |wrong| Difference {
        wrong,
        entity: entity.table().to_owned(),
        key: key.to_owned(),
        field: None,
        ours: None,
        theirs: None,
        expected: ours.len(),
    };
    for (ours, theirs) in ours.iter().zip(theirs) {
        for field in fields {
            let value = |row: &Row| row.get(field).cloned().flatten();
            let (right, left) = (value(ours), value(theirs));
            let kind = Kind::of_crm(entity.table(), field);
            if !same(kind, right.as_deref(), left.as_deref()) {
                let field = Some(field.clone());
                found.push(Difference { field, ours: right, theirs: left, ..difference(Wrong::Field) });
            }
        }
    }
    for _ in theirs.len()..ours.len() {
        found.push(difference(Wrong::Missing));
    }
    for _ in ours.len()..theirs.len() {
        found.push(difference(Wrong::TooMany));
    }
}

/// Whether two values mean the same: databases write flags, numbers and moments in their own ways.
fn same(kind: Kind, ours: Option<&str>, theirs: Option<&str>) -> bool {
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return ours == theirs };
    if kind.same(ours, theirs) {
        return true;
    }
    match kind {
        Kind::Crm(ColumnType::Bool) => flag(ours).is_some() && flag(ours) == flag(theirs),
        Kind::Crm(ColumnType::Decimal) => number(ours).is_some() && number(ours) == number(theirs),
        Kind::Crm(ColumnType::DateTime) => {
            let moment = |text: &str| crate::datetime::parse(text).ok().flatten();
            moment(ours).is_some() && moment(ours) == moment(theirs)
        }
        Kind::Crm(ColumnType::TextList) => words(ours) == words(theirs),
        _ => false,
    }
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "1" | "true" | "t" | "yes" => Some(true),
        "0" | "false" | "f" | "no" => Some(false),
        _ => None,
    }
}

fn number(text: &str) -> Option<Decimal> {
    text.parse::<Decimal>().ok().map(|number| number.normalize())
}

fn words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = text.split(',').map(str::trim).collect();
    words.sort_unstable();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_same_by_what_they_mean() {
        for (column, ours, theirs, expected) in [
            ("guest", Some("true"), Some("1"), true),
            ("guest", Some("true"), Some("0"), false),
            ("originId", Some("7"), Some("7"), true),
            ("firstName", Some("Ada"), Some("ada"), false),
            ("firstName", None, Some(""), false),
            ("firstName", None, None, true),
            ("createdAt", Some("2024-01-10 12:00:00"), Some("2024-01-10T12:00:00Z"), true),
            ("createdAt", Some("2024-01-10 12:00:00"), Some("2024-01-10 12:00:01"), false),
            ("lifetime", Some("60"), Some("60.0000"), true),
        ] {
            let kind = Kind::of_crm("customer", column);
            assert_eq!(same(kind, ours, theirs), expected, "{column} {ours:?} {theirs:?}");
        }
    }

    fn rows(of: &[&[(&str, Option<&str>)]]) -> Vec<Row> {
        let row = |row: &&[(&str, Option<&str>)]| -> Row {
            row.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect()
        };
        of.iter().map(row).collect()
    }

    #[test]
    fn rows_are_told_apart_by_what_both_sides_have() {
        let ours = rows(&[&[("originId", Some("1")), ("email", Some("a@b.example"))]]);
        for (theirs, expected) in [
            (rows(&[&[("originId", Some("1")), ("email", Some("a@b.example"))]]), Some("originId")),
            // A client that keeps no origin id is not wrong in every row.
            (rows(&[&[("originId", None), ("email", Some("a@b.example"))]]), Some("email")),
            (rows(&[&[("email", Some("a@b.example"))]]), Some("email")),
            (rows(&[&[("firstName", Some("Ada"))]]), None),
            (Vec::new(), Some("originId")),
        ] {
            assert_eq!(common_key(&ours, &theirs).first().map(String::as_str), expected, "{theirs:?}");
        }
    }

    #[test]
    fn a_key_that_rows_do_not_have_is_said() {
        let keys = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let some =
            rows(&[&[("originId", Some("1")), ("websiteId", None)], &[("originId", None), ("websiteId", Some("1"))]]);
        for (names, expected) in [
            (&["oid"][..], Some("have no field `oid`")),
            (&["originId"], Some("1 of 2 rows of customer have nothing in `originId`")),
            (&["originId", "websiteId"], None),
        ] {
            let said = has_keys(&some, &keys(names), "customer").err();
            assert_eq!(said.is_some(), expected.is_some(), "{names:?}");
            assert!(said.unwrap_or_default().contains(expected.unwrap_or_default()), "{names:?}");
        }
    }
}

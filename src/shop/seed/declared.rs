//! What a seed declares besides Magento's: tables with their columns, attributes; and that the tables it fills are there.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::attributes;
use super::{OwnTable, Seed, SeedError};
use crate::magento::columns::TableColumns;
use crate::nearest::nearest;
use crate::shop::database::Database;

/// Something that is wrong with a declaration, and the keys that lead to it.
pub(super) struct Wrong {
    pub(super) path: Vec<String>,
    pub(super) what: String,
    pub(super) remedy: String,
}

impl Wrong {
    fn new(path: &[&str], what: String, remedy: &str) -> Self {
        Self { path: path.iter().map(|step| (*step).to_owned()).collect(), what, remedy: remedy.to_owned() }
    }
}

impl From<Wrong> for SeedError {
    fn from(Wrong { what, remedy, .. }: Wrong) -> Self {
        Self::Invalid { what, remedy }
    }
}

/// Everything that is wrong with what a seed declares.
pub(super) fn wrong(seed: &Seed) -> Vec<Wrong> {
    let own = seed.own_tables.iter().filter_map(|(name, own)| own_table(name, own).err());
    let filled = seed.tables.keys().filter(|table| !is_table(table, &seed.own_tables));
    let filled = filled.map(|table| unknown_table(table, &seed.own_tables));
    let mut seen = BTreeSet::new();
    let attributes = seed.attributes.iter().enumerate().filter_map(|(number, attribute)| {
        let Err(SeedError::Invalid { what, remedy }) = attributes::check(attribute, &mut seen) else { return None };
        Some(Wrong::new(&["attributes", &number.to_string(), "code"], what, &remedy))
    });
    own.chain(filled).chain(attributes).collect()
}

fn is_table(name: &str, own: &IndexMap<String, OwnTable>) -> bool {
    own.contains_key(name) || Database::names().any(|known| known == name)
}

/// The columns of a table of another module.
pub(super) fn own_table(name: &str, own: &OwnTable) -> Result<TableColumns, Wrong> {
    let is_name =
        |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if Database::names().any(|known| known == name) {
        let what = format!("own_tables: {name} is a table of Magento");
        return Err(Wrong::new(
            &["own_tables", name],
            what,
            "name columns that a module has added to it under `columns`",
        ));
    }
    let no_name = |path: &[&str], text: &str| {
        Err(Wrong::new(path, format!("own_tables: \"{text}\" does not do as a name"), "use letters, digits and _"))
    };
    if !is_name(name) {
        return no_name(&["own_tables", name], name);
    }
    if !is_name(&own.key) {
        return no_name(&["own_tables", name, "key"], &own.key);
    }
    if let Some(column) = own.columns.keys().find(|column| !is_name(column)) {
        return no_name(&["own_tables", name, "columns", column], column);
    }
    let columns = own.columns.iter().map(|(column, text)| (column.as_str(), text.as_str()));
    TableColumns::own(&own.key, columns).map_err(|(column, text)| {
        Wrong::new(
            &["own_tables", name, "columns", &column],
            format!("own_tables: {name}.{column}: there is no type \"{text}\""),
            "write int, bool, decimal, varchar(32), text, date or datetime",
        )
    })
}

pub(super) fn unknown_table(table: &str, own: &IndexMap<String, OwnTable>) -> Wrong {
    let mut known: Vec<&str> = Database::names().collect();
    known.extend(own.keys().map(String::as_str));
    let remedy = match nearest(table, known) {
        Some(nearest) => format!("did you mean \"{nearest}\"? A table of your own is declared under `own_tables`"),
        None => "declare a table of your own under `own_tables`".to_owned(),
    };
    Wrong::new(&["tables", table], format!("tables: there is no table \"{table}\""), &remedy)
}

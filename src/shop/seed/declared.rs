//! What a seed declares besides Magento's: tables with their columns, attributes; and that the tables it fills are there.

use std::collections::{BTreeMap, BTreeSet};

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
    own.chain(filled).chain(attributes).chain(of_attributes(seed)).collect()
}

/// What attributes say of options, sets and values that others have, or nobody.
fn of_attributes(seed: &Seed) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let sets = sets(seed);
    for (number, (attribute, options)) in seed.attributes.iter().zip(attributes::options(&seed.attributes)).enumerate()
    {
        let number = number.to_string();
        let code = attribute.code.as_str();
        let mut told = |key: &[&str], what: String, remedy: &str| {
            let path: Vec<&str> = ["attributes", &number].into_iter().chain(key.iter().copied()).collect();
            wrong.push(Wrong::new(&path, format!("attributes: {what}"), remedy));
        };
        if let Some(default) = attribute.default.as_deref().filter(|default| !default.is_empty())
            && let Err(misfit) = attribute.holds(attribute.entity.table(), default, &options)
        {
            told(&["default"], format!("the default of {code}: {}", misfit.what), &misfit.remedy);
        }
        for (id, label) in options {
            if let Some(other) = owners.insert(id.clone(), code).filter(|other| *other != code) {
                let what = format!("the option \"{label}\" of {code} has the id {id}, as one of {other} has");
                told(&["options", &id], what, "write a number of its own, or labels without ids");
            }
        }
        for (nth, name) in attribute.sets.iter().flatten().enumerate() {
            if !sets.iter().any(|(id, known)| id == name || known == name) {
                let listed: Vec<&str> = sets.iter().map(|(_, name)| name.as_str()).collect();
                let remedy = format!("there are {}; another one is a row of eav_attribute_set", listed.join(", "));
                told(&["sets", &nth.to_string()], format!("there is no attribute set \"{name}\""), &remedy);
            }
        }
    }
    wrong
}

/// Attribute sets of products, by id and name: those of the seed, or those that its products are in.
fn sets(seed: &Seed) -> Vec<(String, String)> {
    let rows = seed.tables.get("eav_attribute_set").into_iter().flatten();
    let of_products = rows.filter(|row| row.get("entity_type_id").is_none_or(|entity| entity == "4"));
    let own: Vec<(String, String)> = of_products
        .map(|row| (row.text("attribute_set_id").to_owned(), row.text("attribute_set_name").to_owned()))
        .collect();
    if seed.tables.get("eav_attribute_set").is_some_and(|rows| !rows.is_empty()) {
        return own;
    }
    let products = seed.tables.get("catalog_product").into_iter().flatten();
    let named = products.filter_map(|row| row.get("attribute_set_id")).filter(|id| *id != "4");
    let named: BTreeSet<&str> = named.collect();
    let default = ("4".to_owned(), "Default".to_owned());
    std::iter::once(default).chain(named.into_iter().map(|id| (id.to_owned(), format!("Set {id}")))).collect()
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

//! Edits of a table, as somebody does them in the database itself: names there are not are refused, values become what
//! the column keeps of them, and keys are the database's own.

use super::people::not_allowed;
use super::{EditError, row_of};
use crate::magento::columns;
use crate::magento::columns::collation;
use crate::magento::columns::stored::stored;
use crate::shop::seed::SeedRow;
use crate::shop::written;
use crate::shop::{Row, Shop};

/// Tables whose records carry stamps.
const STAMPED: &[&str] = &[
    "customer",
    "customer_address",
    "sales_flat_order",
    "sales_flat_quote",
    "sales_flat_creditmemo",
    "catalog_product",
];

fn known_table(shop: &Shop, table: &str) -> Result<&'static str, EditError> {
    shop.database.all_names().find(|name| *name == table).ok_or_else(|| {
        let nearest = crate::nearest::nearest(table, shop.database.all_names());
        EditError::UnknownTable { table: table.to_owned(), nearest: nearest.unwrap_or_default().to_owned() }
    })
}

pub(super) fn create(shop: &mut Shop, table: &str, fields: &SeedRow) -> Result<i64, EditError> {
    let table = known_table(shop, table)?;
    check_columns(shop, table, fields)?;
    let mut row = row_of(fields);
    let key = shop.database.table(table).key();
    if row.get(key).is_some() && shop.database.table(table).row(row.int(key)).is_some() {
        let what = format!("{table} has a record {} already", row.text(key));
        return Err(not_allowed(what, format!("leave {key} out, or update that record")));
    }
    check_keys(shop, table, fields, &row, None)?;
    if STAMPED.contains(&table) {
        let now = shop.now_sql();
        row.set_default("created_at", &now);
        row.set_default("updated_at", &now);
    }
    if table == "customer" {
        shop.complete_customer(&mut row);
    }
    let parent = row.int("parent_id");
    let id = shop.database.table_mut(table).insert(row);
    match table {
        "customer_address" => shop.touch_customer(parent),
        "customer" => shop.subscription_follows(id),
        _ => {}
    }
    Ok(id)
}

pub(super) fn update(shop: &mut Shop, table: &str, id: i64, fields: &SeedRow) -> Result<i64, EditError> {
    let table = known_table(shop, table)?;
    check_columns(shop, table, fields)?;
    let now = shop.now_sql();
    let count = shop.database.table(table).len();
    if let Some(mut row) = shop.database.table(table).row(id).cloned() {
        let key = row_of(fields);
        for (column, value) in fields {
            row.set_opt(column.clone(), value.clone());
        }
        let name = shop.database.table(table).key();
        if key.has(name) && key.int(name) != id {
            let what = format!("{name} of {table} {id} cannot become another one");
            return Err(not_allowed(what, "leave it out, or create another record"));
        }
        check_keys(shop, table, fields, &row, Some(id))?;
    }
    let changed = shop.database.table_mut(table).update(id, |row| {
        if STAMPED.contains(&table) {
            row.set("updated_at", now);
        }
        for (column, value) in fields {
            row.set_opt(column.clone(), value.clone());
        }
    });
    if !changed {
        return Err(EditError::UnknownRecord { table: table.to_owned(), id, count });
    }
    if table == "customer_address" {
        let parent = shop.database.table(table).row(id).map_or(0, |row| row.int("parent_id"));
        shop.touch_customer(parent);
    }
    if table == "customer" {
        shop.subscription_follows(id);
    }
    Ok(id)
}

pub(super) fn delete(shop: &mut Shop, table: &str, id: i64) -> Result<i64, EditError> {
    let table = known_table(shop, table)?;
    let count = shop.database.table(table).len();
    if table == "customer_address" {
        shop.drop_default_address(id);
    }
    let removed = shop.delete_row(table, id);
    if removed { Ok(id) } else { Err(EditError::UnknownRecord { table: table.to_owned(), id, count }) }
}

fn check_columns(shop: &Shop, table: &'static str, fields: &SeedRow) -> Result<(), EditError> {
    for column in fields.keys() {
        let is_declared = shop.database.table(table).sql_type(column).is_some();
        if !written::is_column(&[table], column) && !is_declared && !shop.has_own_column(table, column) {
            return Err(written::no_column(&[table], column).into());
        }
    }
    Ok(shop.check_labels(&[table], fields)?)
}

/// What the database refuses: null where the column takes none, a pointer to a record there is not, a second row with the
/// values of a unique key.
fn check_keys(shop: &Shop, table: &'static str, fields: &SeedRow, row: &Row, id: Option<i64>) -> Result<(), EditError> {
    let Some(known) = columns::table(table) else { return Ok(()) };
    for (column, value) in fields {
        let declared = known.column(column).map(|column| &column.declared);
        if value.is_none() && declared.is_some_and(|declared| !declared.nullable && !declared.auto_increment) {
            return Err(not_allowed(format!("Column '{column}' cannot be null"), "write a value, or leave it out"));
        }
        let (Some(text), Some(target)) = (value, known.foreign.get(column)) else { continue };
        let Some(rows) = shop.database.get(&target.table).filter(|rows| rows.key() == target.column) else { continue };
        let wanted = declared.map_or(text.as_str().into(), |declared| stored(text, declared.sql_type));
        if rows.row(crate::soap::value::leading_int(&wanted)).is_none() {
            let what = format!("{table}.{column} is {wanted}, and {} has no such record", target.table);
            return Err(not_allowed(what, format!("create it first, or name one of its {}", rows.len())));
        }
    }
    let changed = |unique: &&Vec<String>| unique.iter().any(|column| fields.contains_key(column));
    for unique in known.unique.iter().filter(changed) {
        let of = |row: &Row| -> Option<Vec<String>> {
            let value = |column: &String| {
                let text = row.get(column)?;
                let sql_type = known.column(column)?.declared.sql_type;
                Some(collation::key(&stored(text, sql_type)).into_owned())
            };
            unique.iter().map(value).collect()
        };
        let Some(wanted) = of(row) else { continue };
        let first = row.text(&unique[0]).to_owned();
        let rows = shop.database.table(table).with(&unique[0], &first);
        let mut others = rows.filter(|(other, _)| Some(*other) != id);
        if others.any(|(_, other)| of(other).as_ref() == Some(&wanted)) {
            let what = format!("Duplicate entry '{}' for key {}", wanted.join("-"), unique.join(" and "));
            return Err(not_allowed(what, format!("{table} has a record with it already; change that one")));
        }
    }
    Ok(())
}

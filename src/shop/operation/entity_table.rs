//! Listing entities with filters: a field is a column of the entity's own table, or an attribute, whose table the
//! database joins, so that an entity without a value is dropped (wire spec, section 6.3).

use std::borrow::Cow;

use super::Call;
use crate::magento::columns::saved::{InvalidDate, saved};
use crate::magento::columns::{self, Attribute, SqlType, collation};
use crate::magento::{Condition, Pager};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::SoapValue;

/// How a listing reads its entities.
pub(super) struct Entities {
    /// The name of the table.
    pub(super) table: &'static str,
    /// What the API calls columns, and the columns.
    pub(super) aliases: &'static [(&'static str, &'static str)],
}

/// An index is taken for as many rows of this many at most.
const INDEX_FRACTION: usize = 4;

/// Columns of an entity's own table that are no attributes, so that no filter finds them.
const NO_ATTRIBUTES: &[(&str, &str)] = &[("customer", "is_active")];

/// A field that can be filtered by.
struct Field {
    column: String,
    sql_type: SqlType,
    /// Whether every entity has it; an attribute is only there where it has a value.
    everywhere: bool,
}

impl Entities {
    /// The entities that pass the call's filters, by id.
    pub(super) fn find<'a>(&self, call: &'a Call<'_>) -> Result<Vec<(i64, Cow<'a, Row>)>, Refusal> {
        self.find_in(call, 0)
    }

    /// The entities that pass the call's filters in a store view, as it shows them.
    pub(super) fn find_in<'a>(&self, call: &'a Call<'_>, store: i64) -> Result<Vec<(i64, Cow<'a, Row>)>, Refusal> {
        self.find_page(call, store, Pager::All)
    }

    /// A page of them.
    pub(super) fn find_page<'a>(
        &self,
        call: &'a Call<'_>,
        store: i64,
        pager: Pager,
    ) -> Result<Vec<(i64, Cow<'a, Row>)>, Refusal> {
        let mut filters = call.filters()?;
        for (alias, column) in self.aliases {
            filters.rename(alias, column);
        }
        let mut fields = Vec::with_capacity(filters.fields.len());
        for name in filters.fields.keys() {
            let unknown = || call.fault_with("filters_invalid", format!("Invalid attribute name: {name}"));
            fields.push(self.field(call.shop, name).ok_or_else(unknown)?);
        }
        if let Some(field) = fields.iter().find(|field| columns::is_virtual(self.table, &field.column)) {
            return Err(Refusal::ErrorPage(format!("Unknown column 'e.{}' in 'WHERE'", field.column)));
        }
        let type_of = |name: &str| filters.fields.get_index_of(name).map_or(SqlType::TEXT, |at| fields[at].sql_type);
        let tests = filters.tests(type_of).map_err(|error| Refusal::ErrorPage(error.text("")))?;
        let rows = call.shop.database.table(self.table).candidates(&filters);
        let rows = rows.map(|(id, row)| (id, call.shop.in_store(self.table, row, store)));
        let found = rows.filter(|(_, row)| {
            let mut conditions = fields.iter().zip(&tests);
            // An attribute stored as null can be found, one that was never stored cannot (recording 049).
            conditions.all(|(field, (_, test))| {
                (field.everywhere || row.has(&field.column)) && test.passes(row.get(&field.column))
            })
        });
        // A database that goes along the index of the entity's name finds them in its order. It does so where that leaves
        // it few rows to read.
        let name = if self.table == "customer" { "email" } else { "sku" };
        if !filters.fields.get(name).is_some_and(Condition::is_range) {
            return Ok(pager.slice(found));
        }
        let mut found: Vec<(i64, Cow<'_, Row>)> = found.collect();
        if found.len() * INDEX_FRACTION <= call.shop.database.table(self.table).len() {
            found.sort_by_cached_key(|(_, row)| (collation::key(row.text(name)).into_owned(), row.int("website_id")));
        }
        Ok(pager.slice(found))
    }

    fn field(&self, shop: &Shop, name: &str) -> Option<Field> {
        let table = columns::table(self.table)?;
        if let Some(column) = table.name(name).filter(|column| !NO_ATTRIBUTES.contains(&(self.table, *column))) {
            let known = table.column(column)?;
            let everywhere = table.is_static(column);
            return Some(Field { column: column.to_owned(), sql_type: known.declared.sql_type, everywhere });
        }
        if NO_ATTRIBUTES.contains(&(self.table, name)) {
            return None;
        }
        let sql_type = shop.own_attribute(self.table, name)?;
        Some(Field { column: name.to_owned(), sql_type, everywhere: false })
    }
}

/// The entity's type in the rows of `eav_attribute`.
pub(super) fn entity_type(table: &str) -> &'static str {
    match table {
        "customer" => "1",
        "customer_address" => "2",
        "catalog_category" => "3",
        _ => "4",
    }
}

impl Shop {
    /// The type of an attribute that somebody added: one of `eav_attribute`, or one that the seed gives an entity.
    fn own_attribute(&self, entity: &'static str, code: &str) -> Option<SqlType> {
        let mut attributes = self.database.table("eav_attribute").iter().map(|(_, row)| row);
        let is_it = |row: &&Row| {
            let of_entity =
                row.get("entity_type_id").map_or(entity == "catalog_product", |id| id == entity_type(entity));
            of_entity && row.get("attribute_code") == Some(code)
        };
        match attributes.find(is_it) {
            Some(row) => Some(type_of(row)),
            None => self.database.table(entity).has_column(code).then_some(SqlType::Varchar(255)),
        }
    }

    /// Whether a table has a column that Magento's own tables have not: an attribute that somebody added, or what another
    /// module put there.
    pub fn has_own_column(&self, table: &str, column: &str) -> bool {
        let entity = columns::tables().find(|known| *known == table && columns::attributes(known).is_some());
        let is_attribute = entity.is_some_and(|entity| self.own_attribute(entity, column).is_some());
        is_attribute || self.database.get(table).is_some_and(|table| table.has_column(column))
    }

    /// A value of an entity's column or attribute as Magento saves it.
    ///
    /// # Errors
    /// [`InvalidDate`] where the attribute's backend throws it.
    pub(in crate::shop) fn saved(
        &self,
        entity: &'static str,
        code: &str,
        text: &str,
    ) -> Result<Option<String>, InvalidDate> {
        match columns::table(entity).and_then(|table| table.column(code)) {
            Some(column) => saved(text, column.declared.sql_type, column.attribute),
            None => {
                let sql_type = self.own_attribute(entity, code).unwrap_or(SqlType::TEXT);
                saved(text, sql_type, own_day().filter(|_| sql_type.is_moment()))
            }
        }
    }
}

/// What Magento makes of an attribute of somebody's own that is a date: it has the backend of a native one.
fn own_day() -> Option<&'static Attribute> {
    columns::table("customer").and_then(|table| table.column("dob")).and_then(|column| column.attribute)
}

/// A value of an entity as a text; of a list, as several options are chosen, its items with commas.
pub(super) fn joined(value: &SoapValue) -> Option<String> {
    match value {
        SoapValue::List(items) => {
            let texts: Option<Vec<String>> = items.iter().map(SoapValue::to_text).collect();
            texts.map(|texts| texts.join(","))
        }
        one => one.to_text(),
    }
}

/// The type of an attribute's values, by its backend type or, where a row has none, by what forms show.
fn type_of(attribute: &Row) -> SqlType {
    let by_backend = attribute.get("backend_type").and_then(SqlType::of_backend);
    let by_input = || match attribute.text("frontend_input") {
        "textarea" | "multiselect" => "text",
        "date" => "datetime",
        "boolean" | "select" => "int",
        "price" | "weight" => "decimal",
        _ => "varchar",
    };
    by_backend.or_else(|| SqlType::of_backend(by_input())).unwrap_or(SqlType::Varchar(255))
}

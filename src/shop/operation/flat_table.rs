//! Listing rows of Magento's flat tables with filters that become SQL: a field that is no column of the table is
//! answered with the database's own words (wire spec, section 6.3).

use std::sync::LazyLock;

use indexmap::IndexMap;

use super::Call;
use crate::magento::{Filters, Pager};
use crate::shop::{Refusal, Row};
use crate::soap::SoapStruct;

/// Columns of the tables that can be filtered, by table; the data is the table `columns.json`.
static COLUMNS: LazyLock<IndexMap<String, Vec<String>>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../columns.json"))
        .unwrap_or_else(|error| panic!("the built-in table of columns is broken: {error}"))
});

/// Columns of a table that can be filtered by, attributes of an entity included.
pub(super) fn columns(table: &str) -> impl Iterator<Item = &'static str> {
    COLUMNS.get(table).into_iter().flatten().map(String::as_str)
}

/// How a listing reads its table.
pub(super) struct Listing {
    /// The table.
    pub(super) table: &'static str,
    /// What the API calls a column, and the column.
    pub(super) alias: (&'static str, &'static str),
    /// Columns that joined tables add.
    pub(super) joined: &'static [&'static str],
    /// The query up to the conditions, which fault texts quote.
    pub(super) select: &'static str,
    /// What follows the conditions.
    pub(super) order: &'static str,
}

/// Why rows cannot be listed.
pub(super) struct DatabaseError(pub(super) String);

impl Listing {
    /// The rows that pass the call's filters, in key order.
    pub(super) fn find<'a>(&self, call: &'a Call<'_>, pager: Pager) -> Result<Vec<&'a Row>, DatabaseError> {
        self.find_with(call, Filters::from_value(call.arguments.get("filters")), pager)
    }

    /// The rows that pass these filters, in key order.
    pub(super) fn find_with<'a>(
        &self,
        call: &'a Call<'_>,
        mut filters: Filters,
        pager: Pager,
    ) -> Result<Vec<&'a Row>, DatabaseError> {
        let (alias, column) = self.alias;
        filters.rename(alias, column);
        let known = |field: &str| columns(self.table).any(|column| column == field) || self.joined.contains(&field);
        if let Some(field) = filters.fields.keys().find(|field| !known(field)) {
            let message = format!("SQLSTATE[42S22]: Column not found: 1054 Unknown column '{field}' in 'WHERE'");
            return Err(DatabaseError(format!("{message}, query was: {}", self.query(&filters, pager))));
        }
        let mut found = Vec::new();
        for (_, row) in call.shop.database.table(self.table).candidates(&filters) {
            let joined = self.join(call, row, &filters);
            let mut passes = true;
            for (field, condition) in &filters.fields {
                let value = if self.joined.contains(&field.as_str()) { joined.as_deref() } else { row.get(field) };
                passes &= condition.matches(value).map_err(|error| self.syntax_error(&error.0, &filters, pager))?;
            }
            if passes {
                found.push(row);
            }
        }
        Ok(found)
    }

    /// The website of a row's store, which is the only thing any listing joins.
    fn join(&self, call: &Call<'_>, row: &Row, filters: &Filters) -> Option<String> {
        let wanted = self.joined.iter().any(|column| filters.fields.contains_key(*column));
        let store = wanted.then(|| call.shop.database.table("core_store").row(row.int("store_id"))).flatten()?;
        store.get("website_id").map(str::to_owned)
    }

    fn syntax_error(&self, near: &str, filters: &Filters, pager: Pager) -> DatabaseError {
        DatabaseError(format!(
            "SQLSTATE[42000]: Syntax error or access violation: 1064 You have an error in your SQL syntax; check the \
             manual that corresponds to your MariaDB server version for the right syntax to use near '{near}' at line \
             1, query was: {}",
            self.query(filters, pager)
        ))
    }

    fn query(&self, filters: &Filters, pager: Pager) -> String {
        let conditions: Vec<String> =
            filters.fields.iter().map(|(field, condition)| condition.to_sql(&format!("`{field}`"))).collect();
        let limit = match pager {
            Pager::All => String::new(),
            Pager::Page { page: 1, size } => format!(" LIMIT {size}"),
            Pager::Page { page, size } => format!(" LIMIT {size} OFFSET {}", (page - 1) * size),
        };
        format!("{} WHERE {}{}{limit}", self.select, conditions.join(" AND "), self.order)
    }
}

impl DatabaseError {
    /// What most listings make of it: an exception nobody catches.
    pub(super) fn uncaught(self, call: &Call<'_>) -> Refusal {
        call.uncaught(self.0)
    }
}

/// A row as an answer, with columns that the API calls otherwise. The column stays under its own name too: the schema
/// picks what reaches the wire.
pub(super) fn record(row: &Row, aliases: &[(&str, &str)]) -> SoapStruct {
    let mut answer = row.to_struct();
    for (name, column) in aliases {
        answer.set(*name, row.get(column));
    }
    answer
}

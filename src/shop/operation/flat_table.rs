//! Listing rows of Magento's flat tables with filters that become SQL: a field that is no column of the table is
//! answered with the database's own words (wire spec, section 6.3).

use super::Call;
use crate::magento::columns::{self, SqlType, TableColumns};
use crate::magento::{Filters, Pager, SqlError};
use crate::shop::{Refusal, Row};
use crate::soap::SoapStruct;

/// How a listing reads its table.
pub(super) struct Listing {
    /// The name of the table.
    pub(super) table: &'static str,
    /// What the API calls a column, and the column.
    pub(super) alias: (&'static str, &'static str),
    /// What is joined to it.
    pub(super) joins: Joins,
    /// The query up to the conditions, which fault texts quote.
    pub(super) select: &'static str,
    /// What follows the conditions.
    pub(super) order: &'static str,
}

/// What a listing joins to its table, and so can be filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joins {
    /// Nothing is joined.
    Nothing,
    /// Billing and shipping address of an order.
    Addresses,
    /// The same and the website of the order's store.
    AddressesAndWebsite,
}

/// Fields of the two addresses that the collection of orders knows by a name of their own.
const ADDRESS_FIELDS: &[&str] = &["firstname", "middlename", "lastname", "telephone", "postcode"];

/// Where the value of a field is.
#[derive(Clone, Copy)]
enum Source {
    Own(&'static str),
    Website,
    Address(&'static str, &'static str),
}

/// Why rows cannot be listed.
pub(super) enum NotListed {
    /// The database says so.
    Database(String),
    /// Before the database was asked.
    Refused(Refusal),
}

impl Listing {
    /// The rows that pass the call's filters, in key order.
    pub(super) fn find<'a>(&self, call: &'a Call<'_>, pager: Pager) -> Result<Vec<&'a Row>, NotListed> {
        let filters = call.filters().map_err(NotListed::Refused)?;
        self.find_first(call, filters, pager, pager.end())
    }

    /// The rows that pass these filters, in key order.
    pub(super) fn find_with<'a>(
        &self,
        call: &'a Call<'_>,
        filters: Filters,
        pager: Pager,
    ) -> Result<Vec<&'a Row>, NotListed> {
        self.find_first(call, filters, pager, None)
    }

    /// The first so many of them, or all.
    fn find_first<'a>(
        &self,
        call: &'a Call<'_>,
        mut filters: Filters,
        pager: Pager,
        count: Option<usize>,
    ) -> Result<Vec<&'a Row>, NotListed> {
        let (alias, column) = self.alias;
        filters.rename(alias, column);
        let refused = |text: String| NotListed::Database(format!("{text}, query was: {}", self.query(&filters, pager)));
        let mut sources = Vec::with_capacity(filters.fields.len());
        for field in filters.fields.keys() {
            sources.push(self.source(field).map_err(refused)?);
        }
        let of_field =
            |field: &str| filters.fields.get_index_of(field).map_or(SqlType::TEXT, |at| self.sql_type(sources[at]));
        let tests = filters.tests(of_field).map_err(|error| self.database_error(&error, &filters, pager))?;
        let mut found = Vec::new();
        let is_enough = |found: &Vec<_>| count.is_some_and(|count| found.len() >= count);
        for (_, row) in call.shop.database.table(self.table).candidates(&filters) {
            let mut conditions = sources.iter().zip(&tests);
            if conditions.all(|(source, (_, test))| test.passes(value(call, row, *source))) {
                found.push(row);
                if is_enough(&found) {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Where a field is, or what the database says of one that is nowhere or in two places.
    fn source(&self, field: &str) -> Result<Source, String> {
        let joins_addresses = self.joins != Joins::Nothing;
        let of_address = |kind: &'static str| {
            let name = field.strip_prefix(kind)?.strip_prefix('_')?;
            let known = ADDRESS_FIELDS.iter().find(|known| **known == name)?;
            Some(Source::Address(kind, known))
        };
        if joins_addresses && let Some(source) = of_address("billing").or_else(|| of_address("shipping")) {
            return Ok(source);
        }
        if let Some(own) = columns::table(self.table).and_then(|table| table.name(field)) {
            return Ok(Source::Own(own));
        }
        if self.joins == Joins::AddressesAndWebsite && field.eq_ignore_ascii_case("website_id") {
            return Ok(Source::Website);
        }
        let addresses = columns::table(ADDRESSES).filter(|_| joins_addresses);
        if addresses.and_then(|table| table.name(field)).is_some() {
            let text = format!("1052 Column '{field}' in WHERE is ambiguous");
            return Err(format!("SQLSTATE[23000]: Integrity constraint violation: {text}"));
        }
        Err(format!("SQLSTATE[42S22]: Column not found: 1054 Unknown column '{field}' in 'WHERE'"))
    }

    fn sql_type(&self, source: Source) -> SqlType {
        let of = |table: Option<&TableColumns>, column: &str| {
            table.and_then(|table| table.column(column)).map_or(SqlType::TEXT, |column| column.declared.sql_type)
        };
        match source {
            Source::Own(column) => of(columns::table(self.table), column),
            Source::Website => of(columns::table("core_store"), "website_id"),
            Source::Address(_, column) => of(columns::table(ADDRESSES), column),
        }
    }

    fn database_error(&self, error: &SqlError, filters: &Filters, pager: Pager) -> NotListed {
        NotListed::Database(error.text(&self.query(filters, pager)))
    }

    fn query(&self, filters: &Filters, pager: Pager) -> String {
        let conditions: Vec<String> =
            filters.fields.iter().map(|(field, condition)| condition.to_sql(&self.in_sql(field))).collect();
        let limit = pager.in_sql();
        format!("{} WHERE {}{}{limit}", self.select, conditions.join(" AND "), self.order)
    }

    /// A field as the query names it. The collection of orders maps those that are in several of its tables.
    fn in_sql(&self, field: &str) -> String {
        let is_mapped = matches!(field, "entity_id" | "customer_id" | "quote_address_id");
        match self.source(field) {
            Ok(Source::Address(kind, column)) => format!("{kind}_o_a.{column}"),
            Ok(Source::Own(_)) if is_mapped && self.joins != Joins::Nothing => format!("main_table.{field}"),
            _ => format!("`{field}`"),
        }
    }
}

const ADDRESSES: &str = "sales_flat_order_address";

fn value<'a>(call: &'a Call<'_>, row: &'a Row, source: Source) -> Option<&'a str> {
    let database = &call.shop.database;
    match source {
        Source::Own(column) => row.get(column),
        Source::Website => database.table("core_store").row(row.int("store_id"))?.get("website_id"),
        Source::Address(kind, column) => {
            let mut addresses = database.table(ADDRESSES).with("parent_id", row.text("entity_id"));
            let (_, address) = addresses.find(|(_, address)| address.get("address_type") == Some(kind))?;
            address.get(column)
        }
    }
}

impl NotListed {
    /// What most listings make of it: an exception nobody catches.
    pub(super) fn uncaught(self, call: &Call<'_>) -> Refusal {
        self.or_else(|text| call.uncaught(text))
    }

    /// The refusal that a listing makes of what the database says.
    pub(super) fn or_else(self, of_database: impl FnOnce(String) -> Refusal) -> Refusal {
        match self {
            Self::Database(text) => of_database(text),
            Self::Refused(refusal) => refusal,
        }
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

//! What the database knows of a shop's columns: for each column of each table the SQL type, whether it may be null and
//! its default; keys; and for the attributes of customers, addresses, products and categories how Magento treats them.
//! Here too is how MariaDB compares ([`compare`], [`collation`]), reads moments ([`moment`]) and keeps ([`stored`]) a
//! value of such a column. No rows and no operations: those are in `shop`.
//!
//! The tables `tables.json` and `attributes.json` are what OpenMage 19.4.23 with bridge 1.2.19 installs on MariaDB 10.11.
//! They go by the names the fake has for its tables: an entity's row holds its attributes as columns, and a few rows
//! hold what a real shop keeps in a second table (titles and prices of custom options and downloads, the fields that
//! `catalog_eav_attribute` adds to an attribute, a rule's coupon code).

mod attribute;
pub mod collation;
pub mod compare;
pub mod moment;
mod number;
pub mod saved;
mod sql_type;
pub mod stored;
#[cfg(test)]
mod vectors;

use std::collections::HashSet;
use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;

pub use attribute::{Attribute, Scope};
pub(crate) use number::leading as leading_number;
pub use sql_type::{Declaration, SqlType};

/// A table of a shop.
#[derive(Debug)]
pub struct TableColumns {
    /// Columns of the primary key; empty for tables without one.
    pub primary: Vec<String>,
    /// Unique keys, each with its columns.
    pub unique: Vec<Vec<String>>,
    /// Foreign keys by column.
    pub foreign: IndexMap<String, ForeignKey>,
    /// Columns in the order of the table, then the attributes of an entity.
    pub columns: IndexMap<String, Column>,
}

/// A column of a table, or an attribute of an entity, which its row holds as a column.
#[derive(Debug)]
pub struct Column {
    /// Type, nullability and default.
    pub declared: Declaration,
    /// What Magento knows of it, when it is an attribute of an entity.
    pub attribute: Option<&'static Attribute>,
}

/// What a column points to.
#[derive(Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The name of the table.
    pub table: String,
    /// Column of that table.
    pub column: String,
    /// What a delete there does to the rows here.
    pub on_delete: OnDelete,
}

/// What a delete does to the rows that point to what is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDelete {
    /// The rows that point to the deleted one are deleted too.
    Cascade,
    /// Their column becomes null.
    SetNull,
}

#[derive(Deserialize)]
struct WrittenTable {
    #[serde(default)]
    primary: Vec<String>,
    #[serde(default)]
    unique: Vec<Vec<String>>,
    #[serde(default)]
    foreign: IndexMap<String, String>,
    columns: IndexMap<String, String>,
}

static ATTRIBUTES: LazyLock<IndexMap<String, IndexMap<String, Attribute>>> =
    LazyLock::new(|| super::table::table("attributes", include_str!("attributes.json")));

static TABLES: LazyLock<IndexMap<String, TableColumns>> = LazyLock::new(|| {
    let written: IndexMap<String, WrittenTable> = super::table::table("tables", include_str!("tables.json"));
    written.into_iter().map(|(name, table)| (name.clone(), TableColumns::read(&name, table))).collect()
});

/// A table by the name the fake has for it; `None` for an unknown one.
pub fn table(name: &str) -> Option<&'static TableColumns> {
    TABLES.get(name)
}

/// Whether any of Magento's tables has a column of that name.
pub fn is_known(column: &str) -> bool {
    static NAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        let columns = tables().filter_map(table).flat_map(|table| table.columns.keys());
        columns.map(String::as_str).collect()
    });
    NAMES.contains(column)
}

/// Names of all tables.
pub fn tables() -> impl Iterator<Item = &'static str> {
    TABLES.keys().map(String::as_str)
}

/// The attributes of an entity by code: `customer`, `customer_address`, `catalog_product` or `catalog_category`. Those
/// that somebody added are rows of the shop's `eav_attribute` and not here.
pub fn attributes(entity: &str) -> Option<&'static IndexMap<String, Attribute>> {
    ATTRIBUTES.get(entity)
}

/// Whether an attribute is said to be a column of its entity's table that the table has not: `category_ids` of products.
/// The database refuses a filter by it.
pub fn is_virtual(entity: &str, attribute: &str) -> bool {
    (entity, attribute) == ("catalog_product", "category_ids")
}

impl TableColumns {
    fn read(name: &str, written: WrittenTable) -> Self {
        let broken = |what: &str| -> ! { panic!("the built-in table of columns is broken at {name}: {what}") };
        let declared = |text: &str| Declaration::parse(text).unwrap_or_else(|| broken(text));
        let attributes = attributes(name);
        let known = |column: &str| attributes.and_then(|known| known.get(column));
        let mut columns: IndexMap<String, Column> = written
            .columns
            .iter()
            .map(|(column, text)| (column.clone(), Column { declared: declared(text), attribute: known(column) }))
            .collect();
        for (code, attribute) in attributes.into_iter().flatten() {
            let attribute_column = || Column { declared: attribute.declared(), attribute: Some(attribute) };
            columns.entry(code.clone()).or_insert_with(attribute_column);
        }
        let foreign = written
            .foreign
            .iter()
            .map(|(column, text)| (column.clone(), ForeignKey::parse(text).unwrap_or_else(|| broken(text))))
            .collect();
        Self { primary: written.primary, unique: written.unique, foreign, columns }
    }

    /// A table of somebody's own: a key that counts up, and columns with types as a `CREATE TABLE` writes them, such as
    /// `varchar(32)`; `int`, `varchar` and `decimal` alone do too.
    ///
    /// # Errors
    /// The column whose type is none, and the type.
    pub fn own<'a>(key: &str, columns: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, (String, String)> {
        let counted = SqlType::Int { bytes: 4, width: 10, unsigned: true };
        let key_column = Declaration { sql_type: counted, nullable: false, auto_increment: true, default: None };
        let mut all = IndexMap::from([(key.to_owned(), Column { declared: key_column, attribute: None })]);
        for (name, text) in columns {
            let declared = Declaration::parse_loosely(text).ok_or_else(|| (name.to_owned(), text.to_owned()))?;
            all.entry(name.to_owned()).or_insert(Column { declared, attribute: None });
        }
        Ok(Self { primary: vec![key.to_owned()], unique: Vec::new(), foreign: IndexMap::new(), columns: all })
    }

    /// A column by name. Names ignore case, as the database's do.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.get(name).or_else(|| self.columns.get(&name.to_lowercase()))
    }

    /// Whether a column is in the entity's own table, so that every entity has it, and not an attribute's value.
    pub fn is_static(&self, column: &str) -> bool {
        let is_static = |known: &Column| known.attribute.is_none_or(|attribute| attribute.backend_type == "static");
        self.columns.get(column).is_some_and(is_static)
    }

    /// The name of a column as the table writes it.
    pub fn name(&self, name: &str) -> Option<&str> {
        let found = self.columns.get_key_value(name).or_else(|| self.columns.get_key_value(&name.to_lowercase()));
        found.map(|(name, _)| name.as_str())
    }
}

impl ForeignKey {
    /// Reads `customer.entity_id set null`.
    fn parse(text: &str) -> Option<Self> {
        let (target, action) = text.split_once(' ')?;
        let (table, column) = target.split_once('.')?;
        let on_delete = match action {
            "cascade" => OnDelete::Cascade,
            "set null" => OnDelete::SetNull,
            _ => return None,
        };
        Some(Self { table: table.to_owned(), column: column.to_owned(), on_delete })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_of_the_built_in_data_is_read() {
        assert!(tables().count() > 50);
        for name in tables() {
            let table = table(name).unwrap();
            assert!(!table.columns.is_empty(), "{name}");
            for column in table.primary.iter().chain(table.unique.iter().flatten()).chain(table.foreign.keys()) {
                assert!(table.columns.contains_key(column), "{name} has a key on {column}");
            }
        }
    }

    #[test]
    fn columns_know_their_types() {
        for (name, column, expected) in [
            ("sales_flat_order", "entity_id", "int(10) unsigned not null auto_increment"),
            ("sales_flat_order", "increment_id", "varchar(50)"),
            ("sales_flat_order", "base_grand_total", "decimal(12,4)"),
            ("sales_flat_order", "created_at", "timestamp"),
            ("sales_flat_order", "CUSTOMER_DOB", "datetime"),
            ("customer", "website_id", "smallint(5) unsigned"),
            ("customer", "dob", "datetime"),
            ("customer", "firstname", "varchar(255)"),
            ("customer", "default_billing", "int(11)"),
            ("customer_address", "street", "text"),
            ("catalog_product", "sku", "varchar(64)"),
            ("catalog_product", "price", "decimal(12,4)"),
            ("catalog_product", "status", "int(11)"),
            ("cataloginventory_stock_item", "qty", "decimal(12,4) not null default 0.0000"),
            ("newsletter_subscriber", "subscriber_email", "varchar(150)"),
        ] {
            let found = table(name).unwrap().column(column).unwrap();
            assert_eq!(found.declared.to_string(), expected, "{name}.{column}");
        }
    }

    #[test]
    fn keys_say_what_a_delete_does() {
        let orders = table("sales_flat_order").unwrap();
        let customer = &orders.foreign["customer_id"];
        assert_eq!((customer.table.as_str(), customer.on_delete), ("customer", OnDelete::SetNull));
        let items = table("sales_flat_order_item").unwrap();
        assert_eq!(items.foreign["order_id"].on_delete, OnDelete::Cascade);
        assert_eq!(orders.unique, [["increment_id"]]);
    }

    #[test]
    fn attributes_say_how_they_are_treated() {
        let product = |code: &str| &attributes("catalog_product").unwrap()[code];
        assert_eq!(product("price").backend.as_deref(), Some("catalog/product_attribute_backend_price"));
        assert_eq!((product("price").scope, product("name").scope), (Scope::Website, Scope::Store));
        assert!(product("weight").applies_to("simple") && !product("weight").applies_to("virtual"));
        assert!(product("name").applies_to("virtual"));
        assert_eq!(attributes("customer").unwrap()["dob"].input_filter.as_deref(), Some("date"));
        assert_eq!(attributes("customer_address").unwrap()["street"].lines, 2);
    }
}

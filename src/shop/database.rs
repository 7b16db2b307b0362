//! The tables of a shop by their names. What a table is stands in `table`.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use indexmap::IndexMap;

pub use super::table::Table;
use super::table::TableFacts;
use crate::magento::columns::TableColumns;

/// The tables of a shop. One without a key of its own (a link table) numbers its rows.
const TABLES: &[TableFacts] = &[
    TableFacts { name: "core_website", key: "website_id", indexed: &[] },
    TableFacts { name: "core_store_group", key: "group_id", indexed: &[] },
    TableFacts { name: "core_store", key: "store_id", indexed: &[] },
    TableFacts { name: "customer_group", key: "customer_group_id", indexed: &[] },
    TableFacts { name: "customer", key: "entity_id", indexed: &["email"] },
    TableFacts { name: "customer_address", key: "entity_id", indexed: &["parent_id"] },
    TableFacts { name: "catalog_product", key: "entity_id", indexed: &["sku"] },
    TableFacts { name: "catalog_category", key: "entity_id", indexed: &["parent_id"] },
    TableFacts { name: "catalog_product_store_value", key: "value_id", indexed: &["product_id"] },
    TableFacts { name: "catalog_category_store_value", key: "value_id", indexed: &["category_id"] },
    TableFacts { name: "catalog_category_product", key: "", indexed: &["category_id", "product_id"] },
    TableFacts { name: "catalog_product_website", key: "", indexed: &["product_id"] },
    TableFacts { name: "cataloginventory_stock_item", key: "item_id", indexed: &["product_id"] },
    TableFacts { name: "sales_flat_order", key: "entity_id", indexed: &["increment_id"] },
    TableFacts { name: "sales_flat_order_item", key: "item_id", indexed: &["order_id"] },
    TableFacts { name: "sales_flat_order_address", key: "entity_id", indexed: &["parent_id"] },
    TableFacts { name: "sales_flat_order_payment", key: "entity_id", indexed: &["parent_id"] },
    TableFacts { name: "sales_flat_order_status_history", key: "entity_id", indexed: &["parent_id"] },
    TableFacts { name: "sales_flat_invoice", key: "entity_id", indexed: &["increment_id", "order_id"] },
    TableFacts { name: "sales_flat_invoice_item", key: "entity_id", indexed: &["parent_id"] },
    TableFacts { name: "sales_flat_invoice_comment", key: "entity_id", indexed: &["parent_id"] },
    TableFacts { name: "sales_flat_shipment", key: "entity_id", indexed: &["increment_id", "order_id"] },
    TableFacts { name: "sales_flat_shipment_item", key: "entity_id", indexed: &["parent_id"] },
    TableFacts { name: "sales_flat_shipment_track", key: "entity_id", indexed: &["parent_id"] },
    TableFacts { name: "sales_flat_shipment_comment", key: "entity_id", indexed: &["parent_id"] },
    TableFacts { name: "sales_flat_creditmemo", key: "entity_id", indexed: &["increment_id", "order_id"] },
    TableFacts { name: "sales_flat_creditmemo_item", key: "entity_id", indexed: &["parent_id"] },
    TableFacts { name: "sales_flat_creditmemo_comment", key: "entity_id", indexed: &["parent_id"] },
    TableFacts { name: "sales_flat_quote", key: "entity_id", indexed: &[] },
    TableFacts { name: "sales_flat_quote_item", key: "item_id", indexed: &["quote_id"] },
    TableFacts { name: "sales_flat_quote_item_option", key: "option_id", indexed: &["item_id"] },
    TableFacts { name: "sales_flat_quote_address", key: "address_id", indexed: &["quote_id"] },
    TableFacts { name: "sales_flat_quote_payment", key: "payment_id", indexed: &["quote_id"] },
    TableFacts { name: "newsletter_subscriber", key: "subscriber_id", indexed: &["subscriber_email"] },
    TableFacts { name: "sales_order_status", key: "", indexed: &[] },
    TableFacts { name: "sales_order_status_state", key: "", indexed: &[] },
    TableFacts { name: "eav_entity_store", key: "entity_store_id", indexed: &[] },
    TableFacts { name: "gift_message", key: "gift_message_id", indexed: &[] },
    TableFacts { name: "wishlist", key: "wishlist_id", indexed: &[] },
    TableFacts { name: "wishlist_item", key: "wishlist_item_id", indexed: &["wishlist_id"] },
    TableFacts { name: "salesrule", key: "rule_id", indexed: &[] },
    TableFacts { name: "tax_calculation_rate", key: "tax_calculation_rate_id", indexed: &[] },
    TableFacts { name: "checkout_agreement", key: "agreement_id", indexed: &[] },
    TableFacts { name: "catalog_product_tier_price", key: "value_id", indexed: &["product_id"] },
    TableFacts { name: "report_viewed_product_index", key: "index_id", indexed: &[] },
    TableFacts { name: "eav_attribute", key: "attribute_id", indexed: &[] },
    TableFacts { name: "eav_attribute_option", key: "option_id", indexed: &["attribute_id"] },
    TableFacts { name: "eav_attribute_set", key: "attribute_set_id", indexed: &[] },
    TableFacts { name: "eav_attribute_group", key: "attribute_group_id", indexed: &["attribute_set_id"] },
    TableFacts {
        name: "eav_entity_attribute",
        key: "entity_attribute_id",
        indexed: &["attribute_set_id", "attribute_group_id"],
    },
    TableFacts { name: "catalog_product_link", key: "link_id", indexed: &["product_id"] },
    TableFacts { name: "catalog_product_super_attribute", key: "product_super_attribute_id", indexed: &["product_id"] },
    TableFacts {
        name: "catalog_product_super_attribute_label",
        key: "value_id",
        indexed: &["product_super_attribute_id"],
    },
    TableFacts {
        name: "catalog_product_super_attribute_pricing",
        key: "value_id",
        indexed: &["product_super_attribute_id"],
    },
    TableFacts { name: "catalog_product_super_link", key: "link_id", indexed: &["parent_id"] },
    TableFacts { name: "catalog_product_bundle_option", key: "option_id", indexed: &["parent_id"] },
    TableFacts { name: "catalog_product_bundle_option_value", key: "value_id", indexed: &["option_id"] },
    TableFacts { name: "catalog_product_bundle_selection", key: "selection_id", indexed: &["parent_product_id"] },
    TableFacts { name: "catalog_product_option", key: "option_id", indexed: &["product_id"] },
    TableFacts { name: "catalog_product_option_type_value", key: "option_type_id", indexed: &["option_id"] },
    TableFacts { name: "catalog_product_media_gallery", key: "value_id", indexed: &["product_id"] },
    TableFacts { name: "tag", key: "tag_id", indexed: &[] },
    TableFacts { name: "tag_relation", key: "tag_relation_id", indexed: &["tag_id", "product_id"] },
    TableFacts { name: "downloadable_link", key: "link_id", indexed: &["product_id"] },
    TableFacts { name: "downloadable_sample", key: "sample_id", indexed: &["product_id"] },
    TableFacts { name: "oro_wishlist_status", key: "", indexed: &[] },
];

/// All tables of a shop.
#[derive(Clone, Debug)]
pub struct Database {
    tables: IndexMap<&'static str, Table>,
}

/// Names of tables and keys that seeds declare. They are kept for as long as the program runs, as those of Magento's tables
/// are; a name that comes again takes no more room.
static OWN_NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

fn kept(name: &str) -> &'static str {
    let mut names = OWN_NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let new: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.insert(new);
    new
}

impl Default for Database {
    fn default() -> Self {
        Self { tables: TABLES.iter().map(|facts| (facts.name, Table::new(facts))).collect() }
    }
}

impl Database {
    /// Names of all tables.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TABLES.iter().map(|facts| facts.name)
    }

    /// The key of a table of Magento; empty for one whose rows are numbered by where they stand.
    pub fn key_of(name: &str) -> Option<&'static str> {
        TABLES.iter().find(|facts| facts.name == name).map(|facts| facts.key)
    }

    /// Names of the tables that a seed has declared besides.
    pub fn own_names(&self) -> impl Iterator<Item = &'static str> {
        self.tables.keys().copied().skip(TABLES.len())
    }

    /// Names of all tables, those of Magento first.
    pub fn all_names(&self) -> impl Iterator<Item = &'static str> {
        self.tables.keys().copied()
    }

    /// Adds a table that is not Magento's; its key counts its rows. One of that name is there no more.
    pub(super) fn declare(&mut self, name: &str, key: &str, declared: TableColumns) {
        let (name, key) = (kept(name), kept(key));
        let table = Table::own(key, declared);
        self.tables.insert(name, table);
    }

    /// Packs the rows of all tables close together, once many were added one behind the other: a tree that grows at its end
    /// is left half empty.
    pub(super) fn fill_up(&mut self) {
        for table in self.tables.values_mut() {
            table.fill_up();
        }
    }

    /// A table by name.
    pub fn get(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// A table by name, to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Table> {
        self.tables.get_mut(name)
    }

    /// A table of the fixed list; the name is a constant of this program.
    pub fn table(&self, name: &'static str) -> &Table {
        &self.tables[name]
    }

    /// A table of the fixed list, to change.
    pub fn table_mut(&mut self, name: &'static str) -> &mut Table {
        &mut self.tables[name]
    }
}

//! A part of a shop: the newest customers, orders, carts and so on, with what belongs to them and what they point to.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::text;
use crate::shop::seed::SeedRow;

/// How much of a shop becomes a seed.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// So many of the newest of each kind.
    pub limit: Option<usize>,
    /// Only what was changed from this moment on, as the database writes it.
    pub since: Option<String>,
}

/// Tables of which a part is taken, in an order in which what is pointed to comes after what points to it.
const ROOTS: &[&str] = &[
    "sales_flat_creditmemo",
    "sales_flat_order",
    "sales_flat_quote",
    "newsletter_subscriber",
    "customer",
    "catalog_product",
];

/// Rows that make others stay: the table, its column, the table that it points to.
const NEEDED: &[(&str, &str, &str)] = &[
    ("sales_flat_creditmemo", "order_id", "sales_flat_order"),
    ("sales_flat_order", "customer_id", "customer"),
    ("sales_flat_quote", "customer_id", "customer"),
    ("newsletter_subscriber", "customer_id", "customer"),
    ("sales_flat_order_item", "product_id", "catalog_product"),
    ("sales_flat_quote_item", "product_id", "catalog_product"),
];

/// Rows that go with others: the table, its column, the table of the others.
const CHILDREN: &[(&str, &str, &str)] = &[
    ("sales_flat_order_item", "order_id", "sales_flat_order"),
    ("sales_flat_order_address", "parent_id", "sales_flat_order"),
    ("sales_flat_order_payment", "parent_id", "sales_flat_order"),
    ("sales_flat_order_status_history", "parent_id", "sales_flat_order"),
    ("sales_flat_invoice", "order_id", "sales_flat_order"),
    ("sales_flat_shipment", "order_id", "sales_flat_order"),
    ("sales_flat_invoice_item", "parent_id", "sales_flat_invoice"),
    ("sales_flat_invoice_comment", "parent_id", "sales_flat_invoice"),
    ("sales_flat_shipment_item", "parent_id", "sales_flat_shipment"),
    ("sales_flat_shipment_track", "parent_id", "sales_flat_shipment"),
    ("sales_flat_shipment_comment", "parent_id", "sales_flat_shipment"),
    ("sales_flat_creditmemo_item", "parent_id", "sales_flat_creditmemo"),
    ("sales_flat_creditmemo_comment", "parent_id", "sales_flat_creditmemo"),
    ("sales_flat_quote_item", "quote_id", "sales_flat_quote"),
    ("sales_flat_quote_item_option", "item_id", "sales_flat_quote_item"),
    ("sales_flat_quote_address", "quote_id", "sales_flat_quote"),
    ("sales_flat_quote_payment", "quote_id", "sales_flat_quote"),
    ("customer_address", "parent_id", "customer"),
    ("wishlist", "customer_id", "customer"),
    ("wishlist_item", "wishlist_id", "wishlist"),
    ("catalog_product_store_value", "product_id", "catalog_product"),
    ("catalog_product_website", "product_id", "catalog_product"),
    ("catalog_category_product", "product_id", "catalog_product"),
    ("cataloginventory_stock_item", "product_id", "catalog_product"),
    ("catalog_product_tier_price", "product_id", "catalog_product"),
    ("catalog_product_link", "product_id", "catalog_product"),
    ("catalog_product_super_attribute", "product_id", "catalog_product"),
    ("catalog_product_super_link", "parent_id", "catalog_product"),
    ("catalog_product_bundle_option", "parent_id", "catalog_product"),
    ("catalog_product_bundle_selection", "parent_product_id", "catalog_product"),
    ("tag_relation", "product_id", "catalog_product"),
];

impl Part {
    /// Takes the rest out; answers what went.
    pub(super) fn of(&self, made: &mut IndexMap<String, Vec<SeedRow>>) -> Vec<String> {
        if self.limit.is_none() && self.since.is_none() {
            return Vec::new();
        }
        let mut notes = Vec::new();
        for table in ROOTS {
            let needed: BTreeSet<String> = NEEDED
                .iter()
                .filter(|(_, _, target)| target == table)
                .flat_map(|(from, column, _)| {
                    made.get(*from).into_iter().flatten().filter_map(move |row| text(row, column))
                })
                .map(str::to_owned)
                .collect();
            let Some(rows) = made.get_mut(*table) else { continue };
            let before = rows.len();
            let key = if *table == "newsletter_subscriber" { "subscriber_id" } else { "entity_id" };
            let number = |row: &SeedRow| text(row, key).map(crate::soap::value::leading_int).unwrap_or_default();
            let is_new = |row: &SeedRow| {
                let changed = text(row, "updated_at")
                    .or_else(|| text(row, "change_status_at"))
                    .or_else(|| text(row, "created_at"));
                self.since.as_deref().is_none_or(|since| changed.is_none_or(|changed| changed >= since))
            };
            let mut newest: Vec<i64> = rows.iter().filter(|row| is_new(row)).map(number).collect();
            newest.sort_unstable_by(|one, other| other.cmp(one));
            newest.truncate(self.limit.unwrap_or(usize::MAX));
            let newest: BTreeSet<i64> = newest.into_iter().collect();
            rows.retain(|row| newest.contains(&number(row)) || text(row, key).is_some_and(|id| needed.contains(id)));
            if rows.len() < before {
                notes.push(format!(
                    "{table}: {} of {before} rows, by --limit and --since and what they point to",
                    rows.len()
                ));
            }
            children_of(made, table);
        }
        notes
    }
}

/// Takes out what belongs to rows that have gone.
fn children_of(made: &mut IndexMap<String, Vec<SeedRow>>, table: &str) {
    for (child, column, _) in CHILDREN.iter().filter(|(_, _, parent)| *parent == table) {
        let key = match table {
            "wishlist" => "wishlist_id",
            "sales_flat_quote_item" => "item_id",
            _ => "entity_id",
        };
        let parents: BTreeSet<String> =
            made.get(table).into_iter().flatten().filter_map(|row| text(row, key)).map(str::to_owned).collect();
        if let Some(rows) = made.get_mut(*child) {
            rows.retain(|row| text(row, column).is_some_and(|id| parents.contains(id)));
            children_of(made, child);
        }
    }
}

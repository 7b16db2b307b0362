//! How much of a shop becomes a seed: the newest customers, orders, carts and so on, with what belongs to them and what they
//! point to. Names are those of a real shop's tables.

use super::entities::BACKENDS;

/// How much of a shop becomes a seed.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// So many of the newest of each kind.
    pub limit: Option<usize>,
    /// Only what was changed from this moment on, as the database writes it.
    pub since: Option<String>,
    /// Only these kinds, and what they point to; all when empty.
    pub only: Vec<Kind>,
}

impl Part {
    /// Whether it is all of the shop.
    pub fn is_whole(&self) -> bool {
        self.limit.is_none() && self.since.is_none() && self.only.is_empty()
    }

    pub(super) fn wants(&self, kind: Option<Kind>) -> bool {
        kind.is_some_and(|kind| self.only.is_empty() || self.only.contains(&kind))
    }
}

/// What people call the entities that a part is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Customers with their addresses and wishlists.
    Customers,
    /// Orders with their items, addresses, payments, comments, invoices and shipments.
    Orders,
    /// Carts.
    Carts,
    /// Credit memos, with the orders they are of.
    CreditMemos,
    /// Subscribers of the newsletter.
    Subscribers,
    /// Products.
    Products,
}

impl Kind {
    /// All, with their names.
    pub const NAMES: [(&'static str, Self); 6] = [
        ("customers", Self::Customers),
        ("orders", Self::Orders),
        ("carts", Self::Carts),
        ("credit-memos", Self::CreditMemos),
        ("subscribers", Self::Subscribers),
        ("products", Self::Products),
    ];
}

/// A table of which a part is taken.
pub(super) struct Root {
    /// What people call its rows; none for rows that are only there because others point to them.
    pub(super) kind: Option<Kind>,
    pub(super) table: &'static str,
    pub(super) key: &'static str,
}

/// In an order in which what is pointed to comes after what points to it.
pub(super) const ROOTS: &[Root] = &[
    Root { kind: Some(Kind::CreditMemos), table: "sales_flat_creditmemo", key: "entity_id" },
    Root { kind: Some(Kind::Orders), table: "sales_flat_order", key: "entity_id" },
    Root { kind: Some(Kind::Carts), table: "sales_flat_quote", key: "entity_id" },
    Root { kind: Some(Kind::Subscribers), table: "newsletter_subscriber", key: "subscriber_id" },
    Root { kind: Some(Kind::Customers), table: "customer_entity", key: "entity_id" },
    Root { kind: Some(Kind::Products), table: "catalog_product_entity", key: "entity_id" },
    Root { kind: None, table: "gift_message", key: "gift_message_id" },
];

/// Columns that say when a row was changed, the better one first.
pub(super) const CHANGED: &[&str] = &["updated_at", "change_status_at", "created_at"];

/// Rows that make others stay: the table, its column, the table that it points to.
pub(super) const NEEDED: &[(&str, &str, &str)] = &[
    ("sales_flat_creditmemo", "order_id", "sales_flat_order"),
    ("sales_flat_order", "customer_id", "customer_entity"),
    ("sales_flat_quote", "customer_id", "customer_entity"),
    ("newsletter_subscriber", "customer_id", "customer_entity"),
    ("sales_flat_order_item", "product_id", "catalog_product_entity"),
    ("sales_flat_quote_item", "product_id", "catalog_product_entity"),
    ("wishlist_item", "product_id", "catalog_product_entity"),
    ("catalog_product_super_link", "product_id", "catalog_product_entity"),
    ("catalog_product_bundle_selection", "product_id", "catalog_product_entity"),
    ("sales_flat_order", "gift_message_id", "gift_message"),
    ("sales_flat_order_item", "gift_message_id", "gift_message"),
    ("sales_flat_quote", "gift_message_id", "gift_message"),
    ("sales_flat_quote_item", "gift_message_id", "gift_message"),
];

/// A table whose rows go with those of another.
pub(super) struct Child {
    pub(super) table: String,
    pub(super) column: &'static str,
    pub(super) key_of_parent: &'static str,
}

/// Rows that go with others: the table, its column, the table of the others, what counts those.
const CHILDREN: &[(&str, &str, &str, &str)] = &[
    ("sales_flat_order_item", "order_id", "sales_flat_order", "entity_id"),
    ("sales_flat_order_address", "parent_id", "sales_flat_order", "entity_id"),
    ("sales_flat_order_payment", "parent_id", "sales_flat_order", "entity_id"),
    ("sales_flat_order_status_history", "parent_id", "sales_flat_order", "entity_id"),
    ("sales_flat_invoice", "order_id", "sales_flat_order", "entity_id"),
    ("sales_flat_shipment", "order_id", "sales_flat_order", "entity_id"),
    ("sales_flat_invoice_item", "parent_id", "sales_flat_invoice", "entity_id"),
    ("sales_flat_invoice_comment", "parent_id", "sales_flat_invoice", "entity_id"),
    ("sales_flat_shipment_item", "parent_id", "sales_flat_shipment", "entity_id"),
    ("sales_flat_shipment_track", "parent_id", "sales_flat_shipment", "entity_id"),
    ("sales_flat_shipment_comment", "parent_id", "sales_flat_shipment", "entity_id"),
    ("sales_flat_creditmemo_item", "parent_id", "sales_flat_creditmemo", "entity_id"),
    ("sales_flat_creditmemo_comment", "parent_id", "sales_flat_creditmemo", "entity_id"),
    ("sales_flat_quote_item", "quote_id", "sales_flat_quote", "entity_id"),
    ("sales_flat_quote_item_option", "item_id", "sales_flat_quote_item", "item_id"),
    ("sales_flat_quote_address", "quote_id", "sales_flat_quote", "entity_id"),
    ("sales_flat_quote_payment", "quote_id", "sales_flat_quote", "entity_id"),
    ("customer_address_entity", "parent_id", "customer_entity", "entity_id"),
    ("wishlist", "customer_id", "customer_entity", "entity_id"),
    ("wishlist_item", "wishlist_id", "wishlist", "wishlist_id"),
    ("oro_wishlist_status", "wishlist_id", "wishlist", "wishlist_id"),
    ("catalog_product_website", "product_id", "catalog_product_entity", "entity_id"),
    ("catalog_category_product", "product_id", "catalog_product_entity", "entity_id"),
    ("cataloginventory_stock_item", "product_id", "catalog_product_entity", "entity_id"),
    ("catalog_product_entity_tier_price", "entity_id", "catalog_product_entity", "entity_id"),
    ("catalog_product_entity_media_gallery", "entity_id", "catalog_product_entity", "entity_id"),
    ("catalog_product_entity_media_gallery_value", "value_id", "catalog_product_entity_media_gallery", "value_id"),
    ("catalog_product_link", "product_id", "catalog_product_entity", "entity_id"),
    ("catalog_product_super_attribute", "product_id", "catalog_product_entity", "entity_id"),
    (
        "catalog_product_super_attribute_label",
        "product_super_attribute_id",
        "catalog_product_super_attribute",
        "product_super_attribute_id",
    ),
    (
        "catalog_product_super_attribute_pricing",
        "product_super_attribute_id",
        "catalog_product_super_attribute",
        "product_super_attribute_id",
    ),
    ("catalog_product_super_link", "parent_id", "catalog_product_entity", "entity_id"),
    ("catalog_product_bundle_option", "parent_id", "catalog_product_entity", "entity_id"),
    ("catalog_product_bundle_option_value", "option_id", "catalog_product_bundle_option", "option_id"),
    ("catalog_product_bundle_selection", "parent_product_id", "catalog_product_entity", "entity_id"),
    ("catalog_product_option", "product_id", "catalog_product_entity", "entity_id"),
    ("catalog_product_option_title", "option_id", "catalog_product_option", "option_id"),
    ("catalog_product_option_price", "option_id", "catalog_product_option", "option_id"),
    ("catalog_product_option_type_value", "option_id", "catalog_product_option", "option_id"),
    ("catalog_product_option_type_title", "option_type_id", "catalog_product_option_type_value", "option_type_id"),
    ("catalog_product_option_type_price", "option_type_id", "catalog_product_option_type_value", "option_type_id"),
    ("downloadable_link", "product_id", "catalog_product_entity", "entity_id"),
    ("downloadable_link_title", "link_id", "downloadable_link", "link_id"),
    ("downloadable_link_price", "link_id", "downloadable_link", "link_id"),
    ("downloadable_sample", "product_id", "catalog_product_entity", "entity_id"),
    ("downloadable_sample_title", "sample_id", "downloadable_sample", "sample_id"),
    ("report_viewed_product_index", "product_id", "catalog_product_entity", "entity_id"),
    ("tag_relation", "product_id", "catalog_product_entity", "entity_id"),
];

/// Entities whose attributes go with their rows.
const WITH_ATTRIBUTES: &[&str] = &["customer_entity", "customer_address_entity", "catalog_product_entity"];

/// What goes with the rows of a table.
pub(super) fn children(parent: &str) -> Vec<Child> {
    let rows = CHILDREN.iter().filter(|(_, _, of, _)| *of == parent);
    let mut all: Vec<Child> =
        rows.map(|(table, column, _, key)| Child { table: (*table).to_owned(), column, key_of_parent: key }).collect();
    if WITH_ATTRIBUTES.contains(&parent) {
        all.extend(BACKENDS.iter().map(|backend| Child {
            table: format!("{parent}_{backend}"),
            column: "entity_id",
            key_of_parent: "entity_id",
        }));
    }
    all
}

/// Whether rows of a table are only there with those of a root.
pub(super) fn is_of_root(table: &str) -> bool {
    let is_value = |entity: &&&str| {
        table
            .strip_prefix(**entity)
            .and_then(|rest| rest.strip_prefix('_'))
            .is_some_and(|rest| BACKENDS.contains(&rest))
    };
    ROOTS.iter().any(|root| root.table == table)
        || CHILDREN.iter().any(|(child, ..)| *child == table)
        || WITH_ATTRIBUTES.iter().any(|entity| is_value(&entity))
}

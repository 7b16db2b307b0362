//! What goes with a record when it is deleted: the foreign keys of Magento's tables, and what its code does besides.

use super::Shop;

/// What deleting a record does to one that refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OnDelete {
    /// The record goes too, with all that refers to it.
    Cascade,
    /// It refers to nothing any more.
    SetNull,
}

/// A column that refers to another table's key.
struct Reference {
    table: &'static str,
    column: &'static str,
    to: &'static str,
    on_delete: OnDelete,
}

const fn cascade(table: &'static str, column: &'static str, to: &'static str) -> Reference {
    Reference { table, column, to, on_delete: OnDelete::Cascade }
}

const fn set_null(table: &'static str, column: &'static str, to: &'static str) -> Reference {
    Reference { table, column, to, on_delete: OnDelete::SetNull }
}

/// Foreign keys of a real shop's tables, as its database declares them. Three are kept by Magento's code instead: a cart's
/// customer, and the defaults of a group and of a website.
const REFERENCES: &[Reference] = &[
    cascade("catalog_category_product", "category_id", "catalog_category"),
    cascade("catalog_category_product", "product_id", "catalog_product"),
    cascade("catalog_category_store_value", "category_id", "catalog_category"),
    cascade("catalog_category_store_value", "store_id", "core_store"),
    cascade("catalog_product", "attribute_set_id", "eav_attribute_set"),
    cascade("catalog_product_bundle_option", "parent_id", "catalog_product"),
    cascade("catalog_product_bundle_option_value", "option_id", "catalog_product_bundle_option"),
    cascade("catalog_product_bundle_selection", "option_id", "catalog_product_bundle_option"),
    cascade("catalog_product_bundle_selection", "product_id", "catalog_product"),
    cascade("catalog_product_super_attribute", "product_id", "catalog_product"),
    cascade("catalog_product_super_attribute_label", "product_super_attribute_id", "catalog_product_super_attribute"),
    cascade("catalog_product_super_attribute_pricing", "product_super_attribute_id", "catalog_product_super_attribute"),
    cascade("catalog_product_super_attribute_pricing", "website_id", "core_website"),
    cascade("catalog_product_super_link", "parent_id", "catalog_product"),
    cascade("catalog_product_super_link", "product_id", "catalog_product"),
    cascade("catalog_product_link", "linked_product_id", "catalog_product"),
    cascade("catalog_product_link", "product_id", "catalog_product"),
    cascade("catalog_product_media_gallery", "product_id", "catalog_product"),
    cascade("catalog_product_option", "product_id", "catalog_product"),
    cascade("catalog_product_option_type_value", "option_id", "catalog_product_option"),
    cascade("catalog_product_store_value", "product_id", "catalog_product"),
    cascade("catalog_product_store_value", "store_id", "core_store"),
    cascade("catalog_product_tier_price", "customer_group_id", "customer_group"),
    cascade("catalog_product_tier_price", "product_id", "catalog_product"),
    cascade("catalog_product_tier_price", "website_id", "core_website"),
    cascade("catalog_product_website", "product_id", "catalog_product"),
    cascade("catalog_product_website", "website_id", "core_website"),
    cascade("cataloginventory_stock_item", "product_id", "catalog_product"),
    cascade("core_store", "group_id", "core_store_group"),
    cascade("core_store", "website_id", "core_website"),
    cascade("core_store_group", "website_id", "core_website"),
    set_null("customer", "store_id", "core_store"),
    set_null("customer", "website_id", "core_website"),
    cascade("customer_address", "parent_id", "customer"),
    cascade("downloadable_link", "product_id", "catalog_product"),
    cascade("downloadable_sample", "product_id", "catalog_product"),
    cascade("eav_attribute_group", "attribute_set_id", "eav_attribute_set"),
    cascade("eav_attribute_option", "attribute_id", "eav_attribute"),
    cascade("eav_entity_attribute", "attribute_group_id", "eav_attribute_group"),
    cascade("eav_entity_attribute", "attribute_id", "eav_attribute"),
    cascade("eav_entity_store", "store_id", "core_store"),
    set_null("newsletter_subscriber", "store_id", "core_store"),
    cascade("report_viewed_product_index", "customer_id", "customer"),
    cascade("report_viewed_product_index", "product_id", "catalog_product"),
    set_null("report_viewed_product_index", "store_id", "core_store"),
    cascade("sales_flat_creditmemo", "order_id", "sales_flat_order"),
    set_null("sales_flat_creditmemo", "store_id", "core_store"),
    cascade("sales_flat_creditmemo_comment", "parent_id", "sales_flat_creditmemo"),
    cascade("sales_flat_creditmemo_item", "parent_id", "sales_flat_creditmemo"),
    cascade("sales_flat_invoice", "order_id", "sales_flat_order"),
    set_null("sales_flat_invoice", "store_id", "core_store"),
    cascade("sales_flat_invoice_comment", "parent_id", "sales_flat_invoice"),
    cascade("sales_flat_invoice_item", "parent_id", "sales_flat_invoice"),
    set_null("sales_flat_order", "customer_id", "customer"),
    set_null("sales_flat_order", "store_id", "core_store"),
    cascade("sales_flat_order_address", "parent_id", "sales_flat_order"),
    cascade("sales_flat_order_item", "order_id", "sales_flat_order"),
    set_null("sales_flat_order_item", "store_id", "core_store"),
    cascade("sales_flat_order_payment", "parent_id", "sales_flat_order"),
    cascade("sales_flat_order_status_history", "parent_id", "sales_flat_order"),
    set_null("sales_flat_quote", "customer_id", "customer"),
    cascade("sales_flat_quote", "store_id", "core_store"),
    cascade("sales_flat_quote_address", "quote_id", "sales_flat_quote"),
    cascade("sales_flat_quote_item", "parent_item_id", "sales_flat_quote_item"),
    cascade("sales_flat_quote_item", "product_id", "catalog_product"),
    cascade("sales_flat_quote_item", "quote_id", "sales_flat_quote"),
    set_null("sales_flat_quote_item", "store_id", "core_store"),
    cascade("sales_flat_quote_item_option", "item_id", "sales_flat_quote_item"),
    cascade("sales_flat_quote_payment", "quote_id", "sales_flat_quote"),
    cascade("sales_flat_shipment", "order_id", "sales_flat_order"),
    set_null("sales_flat_shipment", "store_id", "core_store"),
    cascade("sales_flat_shipment_comment", "parent_id", "sales_flat_shipment"),
    cascade("sales_flat_shipment_item", "parent_id", "sales_flat_shipment"),
    cascade("sales_flat_shipment_track", "parent_id", "sales_flat_shipment"),
    set_null("tag", "first_customer_id", "customer"),
    set_null("tag", "first_store_id", "core_store"),
    cascade("tag_relation", "customer_id", "customer"),
    cascade("tag_relation", "product_id", "catalog_product"),
    cascade("tag_relation", "store_id", "core_store"),
    cascade("tag_relation", "tag_id", "tag"),
    cascade("wishlist", "customer_id", "customer"),
    cascade("wishlist_item", "product_id", "catalog_product"),
    set_null("wishlist_item", "store_id", "core_store"),
    cascade("wishlist_item", "wishlist_id", "wishlist"),
];

impl Shop {
    /// Deletes a record and does to those that refer to it what the database and Magento do; false when there is none.
    pub(in crate::shop) fn delete_row(&mut self, table: &'static str, id: i64) -> bool {
        let Some(row) = self.database.table(table).row(id).cloned() else { return false };
        // Magento's own deed comes first where it looks at what the database is about to empty.
        match table {
            "customer" => self.delete_subscription_of(row.text("email")),
            "customer_group" => self.move_customers_out_of(id),
            _ => {}
        }
        self.database.table_mut(table).remove(id);
        self.let_go(table, id);
        true
    }

    fn let_go(&mut self, table: &'static str, id: i64) {
        let key = id.to_string();
        for reference in REFERENCES.iter().filter(|reference| reference.to == table) {
            let rows = self.database.table(reference.table).with(reference.column, &key);
            let ids: Vec<i64> = rows.map(|(id, _)| id).collect();
            for id in ids {
                match reference.on_delete {
                    OnDelete::Cascade => {
                        self.delete_row(reference.table, id);
                    }
                    OnDelete::SetNull => {
                        let rows = self.database.table_mut(reference.table);
                        rows.update(id, |row| row.set_opt(reference.column, None));
                    }
                }
            }
        }
    }

    /// The newsletter goes with the customer: the subscription of that address is deleted, whoever made it.
    fn delete_subscription_of(&mut self, email: &str) {
        let table = self.database.table("newsletter_subscriber");
        let ids: Vec<i64> = table.with("subscriber_email", email).map(|(id, _)| id).collect();
        for id in ids {
            self.database.table_mut("newsletter_subscriber").remove(id);
        }
    }

    /// The customers of a group that goes are saved into the default group.
    fn move_customers_out_of(&mut self, group: i64) {
        let default = self.settings.text("customer/create_account/default_group");
        let now = self.now_sql();
        let of_group = group.to_string();
        let ids: Vec<i64> =
            self.database.table("customer").with("group_id", &of_group).map(|(customer, _)| customer).collect();
        for id in ids {
            self.database.table_mut("customer").update(id, |row| {
                row.set("group_id", default.as_str());
                row.set("updated_at", now.as_str());
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::Database;

    #[test]
    fn every_reference_is_between_tables_there_are() {
        let names: Vec<&str> = Database::names().collect();
        for reference in REFERENCES {
            for name in [reference.table, reference.to] {
                assert!(names.contains(&name), "{name}");
            }
        }
    }
}

//! Which field of Magento's forms takes what, by table and column. What is not here takes what its column holds.

use super::takes::{Labels, Takes};
use crate::magento::product_type::PRODUCT_TYPES;

/// Columns of some tables that take the same.
struct Fields {
    tables: &'static [&'static str],
    columns: &'static [&'static str],
    takes: Takes,
}

const GENDER: Labels = &[("1", "Male"), ("2", "Female"), ("3", "Not Specified")];
const SUBSCRIBER_STATUS: Labels =
    &[("1", "Subscribed"), ("2", "Not Activated"), ("3", "Unsubscribed"), ("4", "Unconfirmed")];
const INVOICE_STATE: Labels = &[("1", "Pending"), ("2", "Paid"), ("3", "Canceled")];
const CREDIT_MEMO_STATE: Labels = &[("1", "Pending"), ("2", "Refunded"), ("3", "Canceled")];
const PRODUCT_STATUS: Labels = &[("1", "Enabled"), ("2", "Disabled")];
const VISIBILITY: Labels =
    &[("1", "Not Visible Individually"), ("2", "Catalog"), ("3", "Search"), ("4", "Catalog, Search")];

const PEOPLE: &[&str] = &["customer", "customer_address"];
const ADDRESSES: &[&str] = &["customer_address", "sales_flat_quote_address", "sales_flat_order_address"];
const SALES: &[&str] = &["sales_flat_order", "sales_flat_quote"];
const DOCUMENTS: &[&str] = &["sales_flat_invoice", "sales_flat_shipment", "sales_flat_creditmemo"];
const ITEMS: &[&str] = &["sales_flat_quote_item", "sales_flat_order_item"];
const ALL_SALES: &[&str] =
    &["sales_flat_order", "sales_flat_quote", "sales_flat_invoice", "sales_flat_shipment", "sales_flat_creditmemo"];
const PRODUCT: &[&str] = &["catalog_product"];
const STORE: Takes = Takes::Record("core_store", "code");
const GROUP: Takes = Takes::Record("customer_group", "customer_group_code");

const FIELDS: &[Fields] = &[
    of(&["customer"], &["gender"], Takes::One(GENDER)),
    of(&["customer"], &["dob"], Takes::Birthday),
    of(&["customer"], &["firstname"], Takes::Something("The first name cannot be empty.")),
    of(&["customer"], &["lastname"], Takes::Something("The last name cannot be empty.")),
    of(&["customer"], &["website_id"], Takes::Record("core_website", "code")),
    of(&["customer"], &["store_id"], STORE),
    of(&["customer"], &["group_id"], GROUP),
    of(&["customer"], &["is_active", "disable_auto_group_change"], Takes::YesNo),
    of(PEOPLE, &["created_at"], Takes::Past),
    of(ADDRESSES, &["country_id"], Takes::Country),
    of(ADDRESSES, &["email"], Takes::Email),
    of(SALES, &["customer_email"], Takes::Email),
    of(SALES, &["customer_gender"], Takes::One(GENDER)),
    of(SALES, &["customer_dob"], Takes::Birthday),
    of(SALES, &["customer_group_id"], GROUP),
    of(&["sales_flat_order"], &["shipping_method"], Takes::Carrier),
    of(SALES, &["is_virtual", "customer_is_guest", "is_active", "customer_note_notify", "email_sent"], Takes::YesNo),
    of(
        SALES,
        &[
            "total_qty_ordered",
            "total_item_count",
            "items_qty",
            "items_count",
            "weight",
            "total_paid",
            "total_refunded",
        ],
        Takes::NotNegative,
    ),
    of(
        ALL_SALES,
        &[
            "grand_total",
            "base_grand_total",
            "subtotal",
            "base_subtotal",
            "shipping_amount",
            "base_shipping_amount",
            "tax_amount",
            "base_tax_amount",
            "total_qty",
        ],
        Takes::NotNegative,
    ),
    of(
        ALL_SALES,
        &[
            "order_currency_code",
            "quote_currency_code",
            "base_currency_code",
            "store_currency_code",
            "global_currency_code",
        ],
        Takes::Currency,
    ),
    of(ALL_SALES, &["store_id"], STORE),
    of(ALL_SALES, &["created_at"], Takes::Past),
    of(DOCUMENTS, &["email_sent"], Takes::YesNo),
    of(&["sales_flat_invoice"], &["state"], Takes::One(INVOICE_STATE)),
    of(&["sales_flat_creditmemo"], &["state"], Takes::One(CREDIT_MEMO_STATE)),
    of(ITEMS, &["qty", "qty_ordered"], Takes::Positive),
    of(
        ITEMS,
        &[
            "price",
            "base_price",
            "original_price",
            "row_total",
            "base_row_total",
            "tax_amount",
            "tax_percent",
            "weight",
        ],
        Takes::NotNegative,
    ),
    of(ITEMS, &["sku"], Takes::Something("what is bought has an SKU")),
    of(ITEMS, &["name"], Takes::Something("what is bought has a name")),
    of(ITEMS, &["product_type"], Takes::One(PRODUCT_TYPES)),
    of(ITEMS, &["is_virtual"], Takes::YesNo),
    of(ITEMS, &["store_id"], STORE),
    of(&["newsletter_subscriber"], &["subscriber_status"], Takes::One(SUBSCRIBER_STATUS)),
    of(&["newsletter_subscriber"], &["subscriber_email"], Takes::Email),
    of(&["newsletter_subscriber"], &["store_id"], STORE),
    of(&["newsletter_subscriber"], &["customer_id"], Takes::Record("customer", "email")),
    of(&["newsletter_subscriber"], &["change_status_at"], Takes::Past),
    of(&["core_website"], &["name"], Takes::Something("a website has a name")),
    of(&["core_website"], &["is_default"], Takes::YesNo),
    of(&["core_website"], &["default_group_id"], Takes::Record("core_store_group", "name")),
    of(&["core_store"], &["name"], Takes::Something("a store view has a name")),
    of(&["core_store"], &["is_active"], Takes::YesNo),
    of(&["customer_group"], &["customer_group_code"], Takes::Something("a customer group has a name")),
    of(&["customer_group"], &["tax_class_id"], Takes::TaxClass),
    of(PRODUCT, &["sku"], Takes::Something("a product has an SKU")),
    of(PRODUCT, &["name"], Takes::Something("a product has a name")),
    of(PRODUCT, &["price", "special_price", "cost", "msrp", "weight"], Takes::NotNegative),
    of(PRODUCT, &["status"], Takes::One(PRODUCT_STATUS)),
    of(PRODUCT, &["visibility"], Takes::One(VISIBILITY)),
    of(PRODUCT, &["type_id"], Takes::One(PRODUCT_TYPES)),
    of(PRODUCT, &["tax_class_id"], Takes::TaxClass),
    of(PRODUCT, &["attribute_set_id"], Takes::AttributeSet),
    of(PRODUCT, &["created_at"], Takes::Past),
    of(&["cataloginventory_stock_item"], &["is_in_stock", "manage_stock"], Takes::YesNo),
];

const fn of(tables: &'static [&'static str], columns: &'static [&'static str], takes: Takes) -> Fields {
    Fields { tables, columns, takes }
}

/// What a field takes besides what its column holds.
pub(in crate::shop) fn takes(table: &str, column: &str) -> Option<Takes> {
    let found = FIELDS.iter().find(|fields| fields.tables.contains(&table) && fields.columns.contains(&column));
    found.map(|fields| fields.takes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::magento::columns;

    /// A misspelt name in the table would be a rule that nobody is held to.
    #[test]
    fn every_field_is_a_column() {
        for Fields { tables, columns: names, .. } in FIELDS {
            for name in *names {
                let has = |table: &&&str| columns::table(table).is_some_and(|known| known.column(name).is_some());
                assert!(tables.iter().any(|table| has(&table)), "{tables:?} {name}");
            }
        }
    }
}

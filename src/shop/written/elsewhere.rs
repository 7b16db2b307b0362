//! What people look for in a record and Magento keeps in a table of its own.

/// Table, word, and where that is.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        "catalog_product",
        "category_ids",
        "the categories of a product are rows of catalog_category_product, such as {category_id: 2, product_id: 1}",
    ),
    (
        "catalog_product",
        "categories",
        "the categories of a product are rows of catalog_category_product, such as {category_id: 2, product_id: 1}",
    ),
    (
        "catalog_product",
        "website_ids",
        "the websites of a product are rows of catalog_product_website, such as {product_id: 1, website_id: 1}",
    ),
    (
        "catalog_product",
        "websites",
        "the websites of a product are rows of catalog_product_website, such as {product_id: 1, website_id: 1}",
    ),
    (
        "catalog_product",
        "qty",
        "the stock of a product is a row of cataloginventory_stock_item, such as {product_id: 1, qty: 5, is_in_stock: 1}",
    ),
    (
        "catalog_product",
        "tier_prices",
        "tier prices are rows of catalog_product_tier_price, such as {product_id: 1, qty: 10, value: 8.50}",
    ),
    ("customer_group", "name", "did you mean `customer_group_code`?"),
    ("customer_group", "code", "did you mean `customer_group_code`?"),
    ("customer", "password", "the database keeps `password_hash`"),
    ("customer", "street", ADDRESS),
    ("customer", "city", ADDRESS),
    ("customer", "postcode", ADDRESS),
    ("customer", "telephone", ADDRESS),
    ("customer", "country_id", ADDRESS),
    (
        "customer",
        "is_subscribed",
        "who is subscribed is a row of newsletter_subscriber, such as {subscriber_email: ada@example.com, subscriber_status: 1}",
    ),
    (
        "sales_flat_order",
        "items",
        "the items of an order are rows of sales_flat_order_item, such as {order_id: 1, sku: mug, qty_ordered: 1}",
    ),
    (
        "sales_flat_quote",
        "items",
        "the items of a cart are rows of sales_flat_quote_item, such as {quote_id: 1, sku: mug, qty: 1}",
    ),
];

const ADDRESS: &str = "it is a column of the customer's address (customer_address)";

/// Where something is that a table has no column for.
pub(super) fn of(table: &str, word: &str) -> Option<&'static str> {
    ELSEWHERE.iter().find(|(of, known, _)| *of == table && *known == word).map(|(_, _, hint)| *hint)
}

/// The same where the table is not known.
pub(in crate::shop) fn of_any(word: &str) -> Option<&'static str> {
    ELSEWHERE.iter().find(|(_, known, _)| *known == word).map(|(_, _, hint)| *hint)
}

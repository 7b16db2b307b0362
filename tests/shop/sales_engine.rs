//! One engine sells: an order that an edit places is what an order of the API is, column by column, and every document
//! of it too, whoever makes it.

use indexmap::IndexMap;
use mockgento::shop::{Row, Sale, ShopEdit};
use mockgento::soap::WireStyle;
use serde_json::json;

use crate::support::sales;
use crate::support::wire::{STYLES, Wire};

/// What two orders may differ in: what is counted, drawn or stamped, and what only one of the two says.
const OWN: &[&str] = &[
    "entity_id",
    "item_id",
    "increment_id",
    "parent_id",
    "order_id",
    "order_item_id",
    "quote_id",
    "quote_item_id",
    "parent_item_id",
    "billing_address_id",
    "shipping_address_id",
    "protect_code",
    "created_at",
    "updated_at",
    // The API's client spells an address out, the edit takes the customer's own.
    "customer_address_id",
    // What the client sent, which an edit makes up.
    "product_options",
];

const TABLES: &[(&str, &str)] = &[
    ("sales_flat_order", "entity_id"),
    ("sales_flat_order_item", "order_id"),
    ("sales_flat_order_address", "parent_id"),
    ("sales_flat_order_payment", "parent_id"),
    ("sales_flat_invoice", "order_id"),
    ("sales_flat_shipment", "order_id"),
    ("sales_flat_creditmemo", "order_id"),
];

fn id_of(shop: &Wire, increment_id: &str) -> i64 {
    let orders = shop.shop.database().get("sales_flat_order").expect("orders");
    orders.with("increment_id", increment_id).next().expect("the order").0
}

/// Every column of an order's rows, by table, without those that are its own.
fn columns(shop: &Wire, order: i64) -> IndexMap<String, Option<String>> {
    let mut all = IndexMap::new();
    let mut add = |table: &str, at: usize, row: &Row| {
        for (column, value) in row.iter().filter(|(column, _)| !OWN.contains(column)) {
            all.insert(format!("{table}.{at}.{column}"), value.map(str::to_owned));
        }
    };
    for (table, column) in TABLES {
        let rows = shop.shop.database().get(table).expect("a table");
        let of_order = order.to_string();
        for (at, (id, row)) in rows.with(column, &of_order).enumerate() {
            add(table, at, row);
            let items = format!("{table}_item");
            let Some(lines) = shop.shop.database().get(&items).filter(|_| *table != "sales_flat_order") else {
                continue;
            };
            let parent = id.to_string();
            for (line, (_, row)) in lines.with("parent_id", &parent).enumerate() {
                add(&items, line, row);
            }
        }
    }
    all
}

/// The order of [`sales::order`], placed at the counter.
fn place_at_the_counter(shop: &mut Wire) -> String {
    let text = |pairs: &[(&str, &str)]| -> IndexMap<String, Option<String>> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
    };
    let address = sales::address("billing");
    let address =
        ["firstname", "lastname", "street", "city", "region", "region_id", "postcode", "country_id", "telephone"]
            .map(|name| (name.to_owned(), address[name].as_str().map(str::to_owned)));
    let items = [("TEA-G", "2"), ("TEA-B", "1")].map(|(sku, qty)| text(&[("sku", sku), ("qty", qty)]));
    let sale = Sale {
        customer: Some(1),
        items: items.into(),
        address: address.into_iter().collect(),
        set: text(&[("shipping_amount", "15")]),
        ..Sale::default()
    };
    let id = shop.shop.edit(&ShopEdit::PlaceOrder(sale)).expect("an order");
    shop.shop.database().get("sales_flat_order").unwrap().row(id).unwrap().text("increment_id").to_owned()
}

/// What differs between two orders; a column that is missing in one counts as null.
fn differences(a: &IndexMap<String, Option<String>>, b: &IndexMap<String, Option<String>>) -> Vec<String> {
    let names: Vec<&String> = a.keys().chain(b.keys().filter(|name| !a.contains_key(*name))).collect();
    let value = |of: &IndexMap<String, Option<String>>, name: &String| of.get(name).cloned().flatten();
    let differ = names.into_iter().filter(|name| value(a, name) != value(b, name));
    differ.map(|name| format!("{name}: {:?} by the API, {:?} by an edit", value(a, name), value(b, name))).collect()
}

fn finish(shop: &mut Wire, number: &str) {
    shop.ok(
        "salesOrderInvoiceCreate",
        json!({"invoiceIncrementId": number, "itemsQty": [], "comment": null, "email": "0", "includeComment": "0"}),
    );
    shop.ok(
        "salesOrderShipmentCreate",
        json!({"orderIncrementId": number, "itemsQty": [], "comment": "sent", "email": 0, "includeComment": 0}),
    );
    shop.ok("salesOrderCreditmemoCreate", json!({"orderIncrementId": number}));
}

#[test]
fn an_order_of_an_edit_is_what_an_order_of_the_api_is() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let by_api = sales::order(&mut shop);
        let by_edit = place_at_the_counter(&mut shop);
        let orders = [&by_api, &by_edit].map(|number| id_of(&shop, number));
        let placed = orders.map(|id| columns(&shop, id));
        assert_eq!(differences(&placed[0], &placed[1]), Vec::<String>::new());
        let sum = placed[1]["sales_flat_order.0.base_grand_total"].clone();
        assert_eq!(sum, placed[1]["sales_flat_order.0.grand_total"]);
        assert!(sum.is_some_and(|sum| sum.parse::<f64>().unwrap() > 40.0));

        for number in [&by_api, &by_edit] {
            finish(&mut shop, number);
        }
        let finished = orders.map(|id| columns(&shop, id));
        assert_eq!(differences(&finished[0], &finished[1]), Vec::<String>::new());
        assert_eq!(finished[1]["sales_flat_order.0.state"].as_deref(), Some("closed"));
        let order = &finished[1];
        for column in ["total_paid", "total_refunded", "base_total_refunded", "base_total_invoiced"] {
            assert_eq!(
                order[&format!("sales_flat_order.0.{column}")],
                order["sales_flat_order.0.grand_total"],
                "{column}"
            );
        }
    }
}

#[test]
fn sums_that_somebody_gives_are_divided_among_the_lines_and_add_up_to_the_end() {
    let mut shop = Wire::tea_shop(WireStyle::RpcEncoded, None);
    let row = |pairs: &[(&str, &str)]| -> IndexMap<String, Option<String>> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
    };
    let cases: &[&[(&str, &str)]] = &[
        &[],
        &[("shipping_amount", "5")],
        &[("discount_amount", "-1")],
        &[("discount_amount", "1"), ("tax_amount", "2.03"), ("shipping_amount", "4.99")],
        &[("tax_amount", "0.01")],
    ];
    for set in cases {
        let items = [("a", "3.33", "3"), ("b", "1.10", "1"), ("c", "0", "2")];
        let sale = Sale {
            customer: Some(1),
            items: items.map(|(sku, price, qty)| row(&[("sku", sku), ("price", price), ("qty", qty)])).into(),
            set: row(set),
            ..Sale::default()
        };
        let id = shop.shop.edit(&ShopEdit::PlaceOrder(sale)).expect("an order");
        let number =
            shop.shop.database().get("sales_flat_order").unwrap().row(id).unwrap().text("increment_id").to_owned();
        // One piece first, the rest then: what is left over by rounding must not get lost.
        let first = shop.shop.database().get("sales_flat_order_item").unwrap();
        let of_order = id.to_string();
        let first = first.with("order_id", &of_order).next().unwrap().0;
        let part = json!([{"order_item_id": first, "qty": 1}]);
        shop.ok("salesOrderInvoiceCreate", json!({"invoiceIncrementId": number, "itemsQty": part}));
        shop.ok("salesOrderInvoiceCreate", json!({"invoiceIncrementId": number, "itemsQty": []}));
        let of_memo = json!({"qtys": part, "shipping_amount": 0});
        shop.ok("salesOrderCreditmemoCreate", json!({"orderIncrementId": number, "creditmemoData": of_memo}));
        shop.ok("salesOrderCreditmemoCreate", json!({"orderIncrementId": number}));
        let order = shop.shop.database().get("sales_flat_order").unwrap().row(id).unwrap().clone();
        let sum = |column: &str| order.text(column).parse::<f64>().unwrap();
        let expected = sum("subtotal") + sum("shipping_amount") + sum("tax_amount") + sum("discount_amount");
        assert!((sum("grand_total") - expected).abs() < 0.005, "{set:?}: {} {expected}", sum("grand_total"));
        assert!(sum("discount_amount") <= 0.0, "{set:?}");
        for column in ["total_paid", "total_invoiced", "total_refunded", "base_total_refunded"] {
            assert_eq!(order.text(column), order.text("grand_total"), "{set:?}: {column}");
        }
        assert_eq!(order.text("state"), "closed", "{set:?}");
    }
}

#[test]
fn a_refund_at_the_counter_is_one_of_the_api_handed_back() {
    let mut shop = Wire::tea_shop(WireStyle::RpcEncoded, None);
    let number = place_at_the_counter(&mut shop);
    let order = id_of(&shop, &number);
    shop.shop.edit(&ShopEdit::Refund { order, set: IndexMap::new() }).expect("a credit memo");
    let columns = columns(&shop, order);
    let of = |column: &str| columns.get(&format!("sales_flat_order.0.{column}")).cloned().flatten();
    assert_eq!(of("state").as_deref(), Some("closed"));
    for column in ["total_paid", "total_refunded", "base_total_refunded", "total_offline_refunded"] {
        assert_eq!(of(column), of("grand_total"), "{column}");
    }
    assert_eq!(of("total_online_refunded"), None);
    let again = shop.shop.edit(&ShopEdit::Refund { order, set: IndexMap::new() }).unwrap_err().to_string();
    assert_eq!(again, format!("refunding order {order} is refused: Cannot create credit memo for the order."));
}

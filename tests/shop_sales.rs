//! From a cart to a refund, as a client of the API lives it; and every fault on the way.

#![expect(clippy::expect_used, reason = "helpers of a test may fail it")]

#[path = "support/wire.rs"]
mod wire;

use mockgento::soap::{SoapStruct, WireMode};
use serde_json::{Value, json};
use wire::{STYLES, Wire};

fn text(record: &SoapStruct, name: &str) -> String {
    record.text(name).unwrap_or_else(|| "nil".to_owned())
}

fn texts(record: &SoapStruct, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| text(record, name)).collect()
}

fn address(mode: &str) -> Value {
    json!({"mode": mode, "firstname": "Ada", "lastname": "Lovelace", "street": "1 Main St", "city": "Los Angeles",
           "region": "California", "region_id": "12", "postcode": "90001", "country_id": "US", "telephone": "555",
           "is_default_billing": 0, "is_default_shipping": 0})
}

/// A cart of Ada's with two green teas and one black one, ready to be ordered but for what the caller adds.
fn cart(shop: &mut Wire) -> i64 {
    let cart = shop.ok("shoppingCartCreate", json!({"storeId": "1"})).to_int().expect("an id");
    let products = json!([{"product_id": "1", "qty": 2}, {"sku": "TEA-B", "qty": 1}]);
    shop.ok("shoppingCartProductAdd", json!({"quoteId": cart, "products": products}));
    shop.ok("shoppingCartCustomerSet", json!({"quoteId": cart, "customer": {"mode": "customer", "customer_id": 1}}));
    let addresses = json!([address("billing"), address("shipping")]);
    shop.ok("shoppingCartCustomerAddresses", json!({"quoteId": cart, "customer": addresses}));
    cart
}

fn order(shop: &mut Wire) -> String {
    let cart = cart(shop);
    shop.ok("shoppingCartShippingMethod", json!({"quoteId": cart, "method": "flatrate_flatrate"}));
    shop.ok("shoppingCartPaymentMethod", json!({"quoteId": cart, "method": {"method": "checkmo"}}));
    shop.ok("shoppingCartOrder", json!({"quoteId": cart})).to_text().expect("an increment id")
}

#[test]
fn a_cart_adds_up_and_becomes_an_order() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, Some("1.2.19"));
        let cart = cart(&mut shop);
        let rates = shop.rows("shoppingCartShippingList", json!({"quoteId": cart}));
        assert_eq!(
            texts(&rates[0], &["code", "carrier_title", "method_title"]),
            ["flatrate_flatrate", "Flat Rate", "Fixed"]
        );
        shop.ok("shoppingCartShippingMethod", json!({"quoteId": cart, "method": "flatrate_flatrate"}));
        assert_eq!(shop.ok("shoppingCartCouponAdd", json!({"quoteId": cart, "couponCode": "SAVE10"})), true.into());
        let methods = shop.rows("shoppingCartPaymentList", json!({"quoteId": cart}));
        assert_eq!(methods.iter().map(|row| text(row, "code")).collect::<Vec<_>>(), ["checkmo", "banktransfer"]);
        shop.ok("shoppingCartPaymentMethod", json!({"quoteId": cart, "method": {"method": "banktransfer"}}));
        let message = json!({"from": "Ada", "to": "Bob", "message": "Drink & think"});
        let said = shop.record("giftMessageSetForQuote", json!({"quoteId": cart.to_string(), "giftMessage": message}));
        assert_eq!(text(&said, "entityId"), cart.to_string());
        assert!(said.get("result").is_some_and(mockgento::soap::SoapValue::is_truthy));

        // 2 × 10.00 + 7.50, ten percent off, 8.25 percent tax on the rest, 3 × 5.00 for sending.
        let totals = shop.rows("shoppingCartTotals", json!({"quoteId": cart}));
        let lines: Vec<String> = totals
            .iter()
            .map(|row| format!("{}: {:.2}", text(row, "title"), text(row, "amount").parse::<f64>().expect("a number")))
            .collect();
        assert_eq!(
            lines,
            [
                "Subtotal: 27.50",
                "Discount (SAVE10): -2.75",
                "Shipping & Handling (Flat Rate - Fixed): 15.00",
                "Tax: 2.04",
                "Grand Total: 41.79"
            ]
        );
        let number = shop.ok("shoppingCartOrder", json!({"quoteId": cart})).to_text().expect("an increment id");
        assert_eq!(number, "100000001");
        let order = shop.record("salesOrderInfo", json!({"orderIncrementId": number}));
        assert_eq!(
            texts(
                &order,
                &[
                    "state",
                    "status",
                    "customer_email",
                    "grand_total",
                    "total_qty_ordered",
                    "gift_message",
                    "coupon_code"
                ]
            )[..5],
            ["new", "pending", "ada@example.com", "41.7900", "3.0000"]
        );
        let stock = shop.rows("catalogInventoryStockItemList", json!({"products": ["1", "2"]}));
        assert_eq!(stock.iter().map(|row| text(row, "qty")).collect::<Vec<_>>(), ["98.0000", "2.0000"]);
        let quotes = shop.rows("oroQuoteList", json!({"filters": {}, "pager": {"page": "1", "pageSize": "10"}}));
        assert!(!quotes[0].get("is_active").is_some_and(mockgento::soap::SoapValue::is_truthy));
        assert_eq!(texts(&quotes[0], &["reserved_order_id", "items_qty"]), ["100000001", "3.0000"]);
    }
}

#[test]
fn an_order_is_invoiced_sent_and_refunded() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let number = order(&mut shop);
        let items =
            wire::rows(shop.record("salesOrderInfo", json!({"orderIncrementId": number})).get("items").expect("items"));
        let first = text(&items[0], "item_id");
        let state = |shop: &mut Wire| {
            let order = shop.record("salesOrderInfo", json!({"orderIncrementId": number}));
            texts(&order, &["state", "total_paid", "total_refunded"])
        };

        // One green tea of two, then the rest.
        let part = json!([{"order_item_id": first, "qty": 1}]);
        shop.ok("salesOrderInvoiceCreate", json!({"invoiceIncrementId": number, "itemsQty": part, "comment": "one", "email": "0", "includeComment": "0"}));
        assert_eq!(state(&mut shop)[..2], ["processing", "25.8300"]);
        let invoice = shop.ok(
            "salesOrderInvoiceCreate",
            json!({"invoiceIncrementId": number, "itemsQty": [], "comment": null, "email": "0", "includeComment": "0"}),
        );
        let invoice = invoice.to_text().expect("an increment id");
        assert_eq!(state(&mut shop)[..2], ["processing", "44.7700"]);
        shop.ok(
            "salesOrderInvoiceAddComment",
            json!({"invoiceIncrementId": invoice, "comment": "paid", "email": "0", "includeComment": "0"}),
        );
        let info = shop.record("salesOrderInvoiceInfo", json!({"invoiceIncrementId": invoice}));
        assert_eq!(wire::rows(info.get("comments").expect("comments")).len(), 1);

        let shipment = shop.ok(
            "salesOrderShipmentCreate",
            json!({"orderIncrementId": number, "itemsQty": [], "comment": "sent", "email": 0, "includeComment": 0}),
        );
        let shipment = shipment.to_text().expect("an increment id");
        assert_eq!(state(&mut shop)[0], "complete");
        let track = shop.ok(
            "salesOrderShipmentAddTrack",
            json!({"shipmentIncrementId": shipment, "carrier": "ups", "title": "UPS", "trackNumber": "1Z9"}),
        );
        let track = track.to_text().expect("an id");
        let info = shop.record("salesOrderShipmentInfo", json!({"shipmentIncrementId": shipment}));
        assert_eq!(
            texts(&wire::rows(info.get("tracks").expect("tracks"))[0], &["carrier_code", "number"]),
            ["ups", "1Z9"]
        );
        shop.ok("salesOrderShipmentRemoveTrack", json!({"shipmentIncrementId": shipment, "trackId": track}));
        shop.ok(
            "salesOrderShipmentAddComment",
            json!({"shipmentIncrementId": shipment, "comment": "late", "email": "0", "includeInEmail": "0"}),
        );
        shop.ok("salesOrderShipmentSendInfo", json!({"shipmentIncrementId": shipment, "comment": ""}));
        let carriers = shop.rows("salesOrderShipmentGetCarriers", json!({"orderIncrementId": number}));
        assert_eq!(texts(&carriers[0], &["key", "value"]), ["custom", "Custom Value"]);

        // One tea without the shipping, then all the rest.
        let part = json!({"qtys": [{"order_item_id": first, "qty": 1}], "shipping_amount": 0});
        let memo = shop.ok("salesOrderCreditmemoCreate", json!({"orderIncrementId": number, "creditmemoData": part, "comment": "broken", "notifyCustomer": 0, "includeComment": 0}));
        assert_eq!(state(&mut shop)[..], ["complete", "44.7700", "10.8300"]);
        let memo = memo.to_text().expect("an increment id");
        shop.ok(
            "salesOrderCreditmemoAddComment",
            json!({"creditmemoIncrementId": memo, "comment": "sorry", "notifyCustomer": 0, "includeComment": 0}),
        );
        shop.ok("salesOrderCreditmemoCreate", json!({"orderIncrementId": number, "creditmemoData": {}, "comment": null, "notifyCustomer": 0, "includeComment": 0}));
        assert_eq!(state(&mut shop)[..], ["closed", "44.7700", "44.7700"]);
    }
}

#[test]
fn guests_and_buyers_who_register_get_what_they_chose() {
    let mut shop = Wire::tea_shop(WireMode::RpcEncoded, None);
    for (mode, email) in [("guest", "guest@example.com"), ("register", "new@example.com")] {
        let cart = cart(&mut shop);
        let customer = json!({"mode": mode, "email": email, "firstname": "New", "lastname": "Comer",
                              "password": "secret-12", "confirmation": "secret-12"});
        shop.ok("shoppingCartCustomerSet", json!({"quoteId": cart, "customer": customer}));
        shop.ok("shoppingCartShippingMethod", json!({"quoteId": cart, "method": "flatrate_flatrate"}));
        shop.ok("shoppingCartPaymentMethod", json!({"quoteId": cart, "method": {"method": "checkmo"}}));
        let number = shop.ok("shoppingCartOrder", json!({"quoteId": cart})).to_text().expect("a number");
        let order = shop.record("salesOrderInfo", json!({"orderIncrementId": number}));
        let expected = if mode == "guest" { ["nil", "1"] } else { ["3", "0"] };
        assert_eq!(texts(&order, &["customer_id", "customer_is_guest"]), expected, "{mode}");
    }
    let found = shop
        .rows("customerCustomerList", json!({"filters": {"filter": [{"key": "email", "value": "new@example.com"}]}}));
    assert_eq!(texts(&found[0], &["firstname", "group_id"]), ["New", "1"]);
}

#[test]
fn products_of_a_cart_change_leave_and_move() {
    let mut shop = Wire::tea_shop(WireMode::RpcEncoded, None);
    let cart = cart(&mut shop);
    let listed = shop.rows("shoppingCartProductList", json!({"quoteId": cart}));
    assert_eq!(listed.iter().map(|row| text(row, "sku")).collect::<Vec<_>>(), ["TEA-G", "TEA-B"]);
    shop.ok("shoppingCartProductUpdate", json!({"quoteId": cart, "products": [{"product_id": "1", "qty": 5}]}));
    shop.ok("shoppingCartProductRemove", json!({"quoteId": cart, "products": [{"sku": "TEA-B"}]}));
    let info = shop.record("shoppingCartInfo", json!({"quoteId": cart}));
    assert_eq!(
        texts(&info, &["items_qty", "subtotal"])
            .iter()
            .map(|n| n.parse::<f64>().expect("a number"))
            .collect::<Vec<_>>(),
        [5.0, 50.0]
    );
    let edit = mockgento::shop::ShopEdit::Create {
        table: "sales_flat_quote".to_owned(),
        fields: [
            ("store_id", "1"),
            ("is_active", "1"),
            ("customer_id", "1"),
            ("created_at", "2024-01-10 11:00:00"),
            ("updated_at", "2024-01-10 11:00:00"),
        ]
        .map(|(name, value)| (name.to_owned(), Some(value.to_owned())))
        .into_iter()
        .collect(),
    };
    let target = shop.shop.edit(&edit).expect("a cart");
    shop.ok(
        "shoppingCartProductMoveToCustomerQuote",
        json!({"quoteId": cart, "products": [{"product_id": "1", "qty": 5}]}),
    );
    let rows = shop.rows("shoppingCartProductList", json!({"quoteId": target}));
    assert_eq!(rows.len(), 1);
    assert!(shop.rows("shoppingCartProductList", json!({"quoteId": cart})).is_empty());
}

/// Calls that fail, and what they say. `CART` stands for a cart with products, addresses and a customer, `EMPTY` for a new
/// one, `ORDER` for an order that is paid and sent, `OPEN` for one that is not.
const FAULTS: &[(&str, &str, &str)] = &[
    ("salesOrderInfo", r#"{"orderIncrementId": "9"}"#, "100 Requested order not exists."),
    ("salesOrderHold", r#"{"orderIncrementId": "ORDER"}"#, "103 Hold action is not available."),
    ("salesOrderUnhold", r#"{"orderIncrementId": "OPEN"}"#, "103 Unhold action is not available."),
    ("salesOrderCancel", r#"{"orderIncrementId": "ORDER"}"#, "103 Order status not changed. Details in error message."),
    ("salesOrderInvoiceInfo", r#"{"invoiceIncrementId": "9"}"#, "100 Requested invoice does not exist."),
    (
        "salesOrderInvoiceCreate",
        r#"{"invoiceIncrementId": "9", "itemsQty": [], "comment": "", "email": "0", "includeComment": "0"}"#,
        "103 Requested order not exists.",
    ),
    (
        "salesOrderInvoiceCreate",
        r#"{"invoiceIncrementId": "ORDER", "itemsQty": [], "comment": "", "email": "0", "includeComment": "0"}"#,
        "102 Cannot do invoice for order.",
    ),
    (
        "salesOrderInvoiceCreate",
        r#"{"invoiceIncrementId": "OPEN", "itemsQty": [{"order_item_id": 3, "qty": 9}], "comment": "", "email": "0", "includeComment": "0"}"#,
        "1 Invalid qty to invoice item \"Green <tea>\"",
    ),
    ("salesOrderInvoiceCapture", r#"{"invoiceIncrementId": "100000001"}"#, "104 Invoice cannot be captured."),
    ("salesOrderInvoiceVoid", r#"{"invoiceIncrementId": "100000001"}"#, "104 Invoice cannot be voided."),
    ("salesOrderInvoiceCancel", r#"{"invoiceIncrementId": "100000001"}"#, "104 Invoice cannot be canceled."),
    ("salesOrderShipmentInfo", r#"{"shipmentIncrementId": "9"}"#, "100 Requested shipment not exists."),
    (
        "salesOrderShipmentCreate",
        r#"{"orderIncrementId": "9", "itemsQty": [], "comment": "x", "email": 0, "includeComment": 0}"#,
        "103 Requested order not exists.",
    ),
    (
        "salesOrderShipmentCreate",
        r#"{"orderIncrementId": "ORDER", "itemsQty": [], "comment": "x", "email": 0, "includeComment": 0}"#,
        "102 Cannot do shipment for order.",
    ),
    (
        "salesOrderShipmentAddTrack",
        r#"{"shipmentIncrementId": "100000001", "carrier": "owl", "title": "Owl", "trackNumber": "1"}"#,
        "102 Invalid carrier specified.",
    ),
    (
        "salesOrderShipmentRemoveTrack",
        r#"{"shipmentIncrementId": "100000001", "trackId": "9"}"#,
        "104 Requested tracking not exists.",
    ),
    ("salesOrderCreditmemoInfo", r#"{"creditmemoIncrementId": "9"}"#, "100 Requested credit memo does not exist"),
    (
        "salesOrderCreditmemoCreate",
        r#"{"orderIncrementId": "9", "creditmemoData": {}, "comment": "", "notifyCustomer": 0, "includeComment": 0}"#,
        "103 Requested order does not exist",
    ),
    (
        "salesOrderCreditmemoCreate",
        r#"{"orderIncrementId": "OPEN", "creditmemoData": {}, "comment": "", "notifyCustomer": 0, "includeComment": 0}"#,
        "106 Credit memo for requested order can not be created.",
    ),
    (
        "salesOrderCreditmemoCreate",
        r#"{"orderIncrementId": "ORDER", "creditmemoData": {"shipping_amount": 99}, "comment": "", "notifyCustomer": 0, "includeComment": 0}"#,
        "1 Maximum shipping amount allowed to refund is: $15.00",
    ),
    (
        "salesOrderCreditmemoList",
        r#"{"filters": {"filter": [{"key": "nope", "value": "1"}]}}"#,
        "101 SQLSTATE[42S22]: Column not found: 1054 Unknown column 'nope' in 'WHERE', query was: SELECT `main_table`.* FROM `sales_flat_creditmemo` AS `main_table` WHERE (`nope` = '1')",
    ),
    ("shoppingCartCreate", r#"{"storeId": "mars"}"#, "1001 Can not make operation because store is not exists"),
    ("shoppingCartInfo", r#"{"quoteId": 99}"#, "1002 Can not make operation because quote is not exists"),
    ("shoppingCartOrder", r#"{"quoteId": CART}"#, "1008 Please specify a shipping method."),
    ("shoppingCartProductAdd", r#"{"quoteId": EMPTY, "products": []}"#, "1021 Product's data is not valid."),
    (
        "shoppingCartProductAdd",
        r#"{"quoteId": EMPTY, "products": [{"sku": "TEA-B", "qty": 9}, {"qty": 1}]}"#,
        "1022 The requested quantity for \"Black tea\" is not available.\nOne item of products do not have identifier or sku",
    ),
    (
        "shoppingCartProductAdd",
        r#"{"quoteId": EMPTY, "products": [{"sku": "POT", "qty": 1}]}"#,
        "1022 This product is currently out of stock.",
    ),
    (
        "shoppingCartProductAdd",
        r#"{"quoteId": EMPTY, "products": [{"sku": "SET", "qty": 1}]}"#,
        "1022 Please specify the product's option(s).",
    ),
    (
        "shoppingCartProductUpdate",
        r#"{"quoteId": EMPTY, "products": [{"sku": "TEA-G", "qty": 1}]}"#,
        "1024 One item of products is not belong any of quote item",
    ),
    (
        "shoppingCartProductRemove",
        r#"{"quoteId": EMPTY, "products": [{"sku": "TEA-G"}]}"#,
        "1026 One item of products is not belong any of quote item",
    ),
    (
        "shoppingCartProductMoveToCustomerQuote",
        r#"{"quoteId": EMPTY, "products": [{"sku": "TEA-G"}]}"#,
        "1028 Customer is not set for quote.",
    ),
    (
        "shoppingCartProductMoveToCustomerQuote",
        r#"{"quoteId": CART, "products": [{"sku": "TEA-G"}]}"#,
        "1029 Customer's quote is not existed.",
    ),
    (
        "shoppingCartCustomerSet",
        r#"{"quoteId": EMPTY, "customer": {"mode": "customer", "customer_id": 99}}"#,
        "1042 The customer's identifier is not valid or customer is not existed",
    ),
    (
        "shoppingCartCustomerSet",
        r#"{"quoteId": EMPTY, "customer": {"mode": "guest", "email": "x", "firstname": "A", "lastname": "B"}}"#,
        "1044 Invalid email address \"x\".",
    ),
    (
        "shoppingCartCustomerSet",
        r#"{"quoteId": EMPTY, "customer": {"mode": "ghost"}}"#,
        "1045 Customer's mode is unknown",
    ),
    ("shoppingCartCustomerAddresses", r#"{"quoteId": EMPTY, "customer": []}"#, "1051 Customer address data is empty."),
    (
        "shoppingCartCustomerAddresses",
        r#"{"quoteId": EMPTY, "customer": [{"mode": "billing", "firstname": "A", "lastname": "B", "street": "S", "city": "C", "country_id": "US", "postcode": "1"}]}"#,
        "1052 Please enter the telephone number.",
    ),
    (
        "shoppingCartCustomerAddresses",
        r#"{"quoteId": CART, "customer": [{"mode": "billing", "address_id": "99"}]}"#,
        "1053 The customer's address identifier is not valid",
    ),
    (
        "shoppingCartCustomerAddresses",
        r#"{"quoteId": CART, "customer": [{"mode": "billing", "address_id": "2"}]}"#,
        "1055 Customer address identifier do not belong customer, which set in quote",
    ),
    (
        "shoppingCartShippingList",
        r#"{"quoteId": EMPTY}"#,
        "1061 Can not make operation because of customer shipping address is not set",
    ),
    (
        "shoppingCartShippingMethod",
        r#"{"quoteId": CART, "method": "owl_owl"}"#,
        "1062 Shipping method is not available",
    ),
    ("shoppingCartPaymentMethod", r#"{"quoteId": CART, "method": {}}"#, "1071 Payment method data is empty."),
    (
        "shoppingCartPaymentMethod",
        r#"{"quoteId": EMPTY, "method": {"method": "checkmo"}}"#,
        "1073 Customer's shipping address is not set. Required for payment method data.",
    ),
    (
        "shoppingCartPaymentMethod",
        r#"{"quoteId": CART, "method": {"method": "free"}}"#,
        "1074 Payment method is not allowed",
    ),
    (
        "shoppingCartPaymentMethod",
        r#"{"quoteId": CART, "method": {"method": "paypal"}}"#,
        "1075 The requested Payment Method is not available.",
    ),
    (
        "shoppingCartCouponAdd",
        r#"{"quoteId": EMPTY, "couponCode": "SAVE10"}"#,
        "1081 Coupon could not be applied because quote is empty.",
    ),
    ("giftMessageSetForQuote", r#"{"quoteId": "CART", "giftMessage": {}}"#, "1101 Gift message data is not valid."),
    (
        "giftMessageSetForQuoteProduct",
        r#"{"quoteId": "CART", "productsAndMessages": [{"product": {}, "message": {"from": "A"}}]}"#,
        "1102 Product's data is not valid.",
    ),
    (
        "giftMessageSetForQuoteItem",
        r#"{"quoteItemId": "99", "giftMessage": {"from": "A"}}"#,
        "1103 Quote item is not exists",
    ),
];

#[test]
fn every_wrong_call_says_what_the_fault_tables_say() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let done = order(&mut shop);
        shop.ok(
            "salesOrderInvoiceCreate",
            json!({"invoiceIncrementId": done, "itemsQty": [], "comment": null, "email": "0", "includeComment": "0"}),
        );
        shop.ok(
            "salesOrderShipmentCreate",
            json!({"orderIncrementId": done, "itemsQty": [], "comment": "x", "email": 0, "includeComment": 0}),
        );
        // Black tea is back in stock for the second order.
        shop.shop
            .edit(&mockgento::shop::ShopEdit::Update {
                table: "cataloginventory_stock_item".to_owned(),
                id: 2,
                fields: [("qty".to_owned(), Some("3.0000".to_owned()))].into_iter().collect(),
            })
            .expect("an edit");
        let open = order(&mut shop);
        let cart = cart(&mut shop).to_string();
        let empty = shop.ok("shoppingCartCreate", json!({"storeId": "1"})).to_text().expect("an id");
        for (operation, arguments, expected) in FAULTS {
            let filled =
                [("ORDER", done.as_str()), ("OPEN", open.as_str()), ("CART", cart.as_str()), ("EMPTY", empty.as_str())]
                    .iter()
                    .fold((*arguments).to_owned(), |text, (name, value)| text.replace(name, value));
            let arguments: Value = serde_json::from_str(&filled).expect("JSON");
            let answer = shop.call(operation, arguments);
            assert_eq!(
                answer.as_ref().err().map(String::as_str),
                Some(*expected),
                "{style:?} {operation} {filled}: {answer:?}"
            );
        }
    }
}

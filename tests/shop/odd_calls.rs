//! What a running OpenMage 19.4.23 did with calls that no recording has: identifiers that look like numbers, quantities, orders
//! that are invoiced in part, customers with an id, values of store views.

use crate::support::sales::{cart, order};
use crate::support::wire::{self, STYLES, Wire};
use mockgento::soap::{SoapStruct, WireStyle};
use serde_json::{Value, json};

fn text(record: &SoapStruct, name: &str) -> String {
    record.text(name).unwrap_or_else(|| "nil".to_owned())
}

fn order_of(shop: &mut Wire, number: &str) -> SoapStruct {
    shop.record("salesOrderInfo", json!({"orderIncrementId": number}))
}

fn item_ids(shop: &mut Wire, number: &str) -> Vec<String> {
    let order = order_of(shop, number);
    wire::rows(order.get("items").expect("items")).iter().map(|item| text(item, "item_id")).collect()
}

fn invoice(shop: &mut Wire, number: &str, qtys: &Value) -> Result<String, String> {
    let call =
        json!({"invoiceIncrementId": number, "itemsQty": qtys, "comment": null, "email": "0", "includeComment": "0"});
    shop.call("salesOrderInvoiceCreate", call).map(|made| made.to_text().expect("an increment id"))
}

#[test]
fn only_a_number_without_zeros_in_front_is_an_id_before_it_is_an_sku() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let made = |sku: &str| json!({"type": "simple", "set": "4", "sku": sku, "productData": {"name": sku}});
        let [zeros, number] =
            ["002", "2"].map(|sku| shop.ok("catalogProductCreate", made(sku)).to_text().expect("an id"));
        assert!(zeros != "2" && number != "2");
        for (asked, kind, expected) in [
            ("002", None, zeros.as_str()),
            ("2", None, "2"),
            ("+2", None, "2"),
            ("2", Some("sku"), &number),
            ("2", Some("SKU"), &number),
            ("002", Some("id"), "2"),
            ("01", None, "1"),
            ("1.5", None, "1"),
            ("1.0", None, "1"),
            (" 1", None, "1"),
            ("1e0", None, "1"),
            ("1x", None, "101"),
            ("1x", Some("id"), "101"),
            ("0", None, "101"),
            ("-1", None, "101"),
            ("01", Some("sku"), "101"),
        ] {
            let answer = shop.call("catalogProductInfo", json!({"productId": asked, "identifierType": kind}));
            let found = match answer {
                Ok(product) => text(product.as_struct().expect("a product"), "product_id"),
                Err(fault) => fault.split(' ').next().unwrap_or_default().to_owned(),
            };
            assert_eq!(found, expected, "{style:?} {asked:?} {kind:?}");
        }
        shop.ok("catalogProductDelete", json!({"product": "002"}));
        let left = shop.record("catalogProductInfo", json!({"productId": "2", "identifierType": "id"}));
        assert_eq!(text(&left, "sku"), "TEA-B");
    }
}

#[test]
fn an_order_that_is_invoiced_in_part_goes_on_when_it_is_canceled() {
    for (sent, state) in [(false, "processing"), (true, "complete")] {
        let mut shop = Wire::tea_shop(WireStyle::RpcEncoded, None);
        let number = order(&mut shop);
        let ids = item_ids(&mut shop, &number);
        let part = json!([{"order_item_id": ids[0], "qty": 2}]);
        invoice(&mut shop, &number, &part).expect("an invoice");
        if sent {
            let call =
                json!({"orderIncrementId": number, "itemsQty": part, "comment": null, "email": 0, "includeComment": 0});
            shop.ok("salesOrderShipmentCreate", call);
        }
        let refused = shop.call("salesOrderCancel", json!({"orderIncrementId": number}));
        assert!(refused.is_err_and(|text| text.starts_with("103 ")), "the order is not canceled");
        let told = order_of(&mut shop, &number);
        assert_eq!((text(&told, "state"), text(&told, "status")), (state.to_owned(), state.to_owned()));
        let items = wire::rows(told.get("items").expect("items"));
        let canceled: Vec<String> = items.iter().map(|item| text(item, "qty_canceled")).collect();
        assert_eq!(canceled, ["0.0000", "1.0000"]);
        let refund = json!({"orderIncrementId": number, "creditmemoData": {"qtys": part}, "comment": null, "notifyCustomer": 0, "includeComment": 0});
        shop.ok("salesOrderCreditmemoCreate", refund);
    }
    let mut shop = Wire::tea_shop(WireStyle::RpcEncoded, None);
    let number = order(&mut shop);
    shop.ok("salesOrderCancel", json!({"orderIncrementId": number}));
    assert_eq!(text(&order_of(&mut shop, &number), "state"), "canceled");
}

#[test]
fn documents_take_whole_pieces_and_never_less_than_none() {
    for (qty, expected, subtotal) in [
        (json!(-1), Ok("0.0000"), "0.0000"),
        (json!(0.5), Ok("0.0000"), "0.0000"),
        (json!(1.9), Ok("1.0000"), "10.0000"),
        (json!(3), Err("Invalid qty to invoice item"), ""),
    ] {
        let mut shop = Wire::tea_shop(WireStyle::RpcEncoded, None);
        let number = order(&mut shop);
        let ids = item_ids(&mut shop, &number);
        let items = json!([{"order_item_id": ids[0], "qty": qty}]);
        match (invoice(&mut shop, &number, &items), expected) {
            (Ok(made), Ok(invoiced)) => {
                let told = shop.record("salesOrderInvoiceInfo", json!({"invoiceIncrementId": made}));
                assert_eq!(text(&told, "subtotal"), subtotal, "{qty}");
                let order = order_of(&mut shop, &number);
                let item = &wire::rows(order.get("items").expect("items"))[0];
                assert_eq!(text(item, "qty_invoiced"), invoiced, "{qty}");
            }
            (Err(fault), Err(expected)) => assert!(fault.contains(expected), "{qty}: {fault}"),
            (answer, _) => panic!("{qty}: {answer:?}"),
        }
    }
}

#[test]
fn a_customer_that_is_created_over_another_keeps_its_website() {
    let mut shop = Wire::tea_shop(WireStyle::RpcEncoded, None);
    let before = shop.record("customerCustomerInfo", json!({"customerId": 1}));
    let data = json!({"customer_id": 1, "email": "over@example.com", "firstname": "Over"});
    shop.ok("customerCustomerCreate", json!({"customerData": data}));
    let after = shop.record("customerCustomerInfo", json!({"customerId": 1}));
    assert_eq!(text(&after, "firstname"), "Over");
    for kept in ["website_id", "created_in", "created_at", "lastname"] {
        assert_eq!(text(&after, kept), text(&before, kept), "{kept}");
    }
    let data =
        json!({"customer_id": 77, "email": "new@example.com", "firstname": "A", "lastname": " ", "website_id": 1});
    shop.ok("customerCustomerCreate", json!({"customerData": data}));
    let made = shop.record("customerCustomerInfo", json!({"customerId": 77}));
    assert_eq!((text(&made, "created_in"), text(&made, "lastname")), ("nil".to_owned(), " ".to_owned()));
    let filter = json!({"filters": {"filter": [{"key": "is_active", "value": "1"}]}});
    let refused = shop.call("customerCustomerList", filter).expect_err("is_active is no attribute");
    assert!(refused.contains("Invalid attribute name: is_active"), "{refused}");
}

#[test]
fn the_blanks_around_a_street_go() {
    for (street, expected) in [(json!(["", "x"]), "x"), (json!([" a", "", "b "]), "a\n\nb")] {
        let mut shop = Wire::tea_shop(WireStyle::RpcEncoded, None);
        let data = json!({"firstname": "A", "lastname": "B", "street": street, "city": "LA", "country_id": "US",
                          "region_id": 12, "postcode": "90034", "telephone": "1"});
        let id = shop.ok("customerAddressCreate", json!({"customerId": 1, "addressData": data}));
        let told = shop.record("customerAddressInfo", json!({"addressId": id.to_int()}));
        assert_eq!(text(&told, "street"), expected);
    }
}

#[test]
fn a_value_that_is_emptied_in_a_store_view_is_empty_there() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let update = json!({"product": "TEA-G", "productData": {"name": ""}, "storeView": "1"});
        shop.ok("catalogProductUpdate", update);
        let mut name = |store: Value| {
            text(&shop.record("catalogProductInfo", json!({"productId": "TEA-G", "storeView": store})), "name")
        };
        assert_eq!(name(json!("1")), "nil", "{style:?}");
        assert_ne!(name(Value::Null), "nil", "{style:?}");
    }
}

#[test]
fn the_stock_of_a_new_product_is_counted_once_it_is_told() {
    let mut shop = Wire::tea_shop(WireStyle::RpcEncoded, None);
    for (sku, kind, stock, expected) in [
        ("untold", "simple", json!(null), "1"),
        ("below", "simple", json!({"qty": "-5", "is_in_stock": 1}), "0"),
        ("some", "simple", json!({"qty": "5", "is_in_stock": 1}), "1"),
        ("unmanaged", "simple", json!({"qty": "-5", "manage_stock": 0, "use_config_manage_stock": 0}), "1"),
    ] {
        let mut data = json!({"name": sku, "weight": "1"});
        if !stock.is_null() {
            data["stock_data"] = stock;
        }
        shop.ok("catalogProductCreate", json!({"type": kind, "set": "4", "sku": sku, "productData": data}));
        let listed = shop.rows("catalogInventoryStockItemList", json!({"products": [sku]}));
        assert_eq!(text(&listed[0], "is_in_stock"), expected, "{sku}");
    }
    for (kind, expected) in [("simple", "1.0000"), ("bundle", "nil")] {
        let data = json!({"name": kind, "weight": "1"});
        shop.ok("catalogProductCreate", json!({"type": kind, "set": "4", "sku": kind, "productData": data}));
        assert_eq!(text(&shop.record("catalogProductInfo", json!({"productId": kind})), "weight"), expected, "{kind}");
    }
    shop.ok("catalogProductUpdate", json!({"product": "TEA-G", "productData": {"special_price": "3"}}));
    let special = shop.record("catalogProductGetSpecialPrice", json!({"product": "TEA-G"}));
    assert!(text(&special, "special_from_date").ends_with(":00"), "the seconds are left out");
}

#[test]
fn a_line_that_cannot_be_asked_for_is_thrown_by_its_update() {
    let mut shop = Wire::tea_shop(WireStyle::RpcEncoded, None);
    let data = json!({"name": "Set", "price": "1", "status": 1});
    shop.ok("catalogProductCreate", json!({"type": "configurable", "set": "4", "sku": "conf", "productData": data}));
    let cart = cart(&mut shop);
    for (operation, code) in [
        ("shoppingCartProductUpdate", "1 "),
        ("shoppingCartProductRemove", "1026 "),
        ("shoppingCartProductAdd", "1022 "),
    ] {
        let products = json!([{"product_id": "1", "qty": 5}, {"sku": "conf", "qty": 1}]);
        let refused = shop.call(operation, json!({"quoteId": cart, "products": products})).expect_err(operation);
        assert!(refused.starts_with(code), "{operation}: {refused}");
    }
    let told = shop.record("shoppingCartInfo", json!({"quoteId": cart}));
    assert_eq!(text(&told, "items_qty"), "3", "nothing of it was saved");
}

#[test]
fn a_coupon_gives_a_cart_an_address_to_count_for() {
    for (code, expected) in [("SAVE10", Ok("-2.0000")), ("NOSUCH", Err("1083")), (" ", Err("1083"))] {
        let mut shop = Wire::tea_shop(WireStyle::RpcEncoded, None);
        let cart = shop.ok("shoppingCartCreate", json!({"storeId": "1"})).to_int().expect("an id");
        shop.ok("shoppingCartProductAdd", json!({"quoteId": cart, "products": [{"sku": "TEA-G", "qty": 2}]}));
        let answer = shop.call("shoppingCartCouponAdd", json!({"quoteId": cart, "couponCode": code}));
        let totals = shop.rows("shoppingCartTotals", json!({"quoteId": cart}));
        assert_eq!(text(&totals[0], "amount").parse(), Ok(20.0), "{code:?}");
        match (answer, expected) {
            (Ok(_), Ok(discount)) => {
                assert_eq!(text(&totals[1], "title"), "Discount (SAVE10)");
                assert_eq!(text(&totals[1], "amount").parse::<f64>(), discount.parse());
            }
            (Err(fault), Err(code)) => assert!(fault.starts_with(code), "{fault}"),
            (answer, _) => panic!("{code:?}: {answer:?}"),
        }
        let sent = shop.call("shoppingCartShippingMethod", json!({"quoteId": cart, "method": "nosuch"}));
        assert!(sent.is_err_and(|fault| fault.starts_with("1062")), "it has an address");
    }
}

#[test]
fn the_skus_of_what_a_buyer_chooses_are_behind_the_products() {
    let mut shop = Wire::tea_shop(WireStyle::RpcEncoded, None);
    for (title, kind, fields) in [
        (
            "Cut",
            "drop_down",
            json!([{"title": "Fine", "price": "1", "price_type": "fixed", "sku": "fine", "sort_order": "1"}]),
        ),
        ("Name", "field", json!([{"price": "2", "price_type": "fixed", "sku": "eng", "max_characters": "9"}])),
    ] {
        let data =
            json!({"title": title, "type": kind, "sort_order": "1", "is_require": "0", "additional_fields": fields});
        shop.ok("catalogProductCustomOptionAdd", json!({"productId": "1", "data": data}));
    }
    let options = shop.rows("catalogProductCustomOptionList", json!({"productId": "1"}));
    let [cut, name] = [0, 1].map(|at| text(&options[at], "option_id"));
    let values = shop.rows("catalogProductCustomOptionValueList", json!({"optionId": cut}));
    let fine = text(&values[0], "value_id");
    for (chosen, sku) in [
        (json!([]), "TEA-G"),
        (json!([{"key": cut, "value": fine}]), "TEA-G-fine"),
        (json!([{"key": cut, "value": fine}, {"key": name, "value": "Ann"}]), "TEA-G-fine-eng"),
        // One of a list is not looked for.
        (json!([{"key": cut, "value": "99"}]), "TEA-G"),
    ] {
        let cart = shop.ok("shoppingCartCreate", json!({"storeId": "1"})).to_int().expect("an id");
        let products = json!([{"product_id": "1", "qty": 1, "options": chosen}]);
        shop.ok("shoppingCartProductAdd", json!({"quoteId": cart, "products": products}));
        let lines = shop.rows("shoppingCartProductList", json!({"quoteId": cart}));
        assert_eq!(text(&lines[0], "sku"), sku);
    }
}

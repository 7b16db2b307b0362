//! A tour of the built-in shops as clients of catalogues, stock, carts and orders make it: each finds work at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::vectors::{Caller, number};
use crate::magento::Flavor;
use crate::shop::built_in;

fn caller(name: &str) -> Caller {
    Caller::on(built_in::seed(name).unwrap().unwrap(), Flavor::Magento194)
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

fn with_type<'a>(products: &'a Value, kind: &str) -> Vec<&'a Value> {
    list(products).iter().filter(|product| product["type"] == kind).collect()
}

#[test]
fn a_catalogue_client_finds_products_of_every_type() {
    for (name, count) in [("corner-shop", 30), ("big", 500)] {
        let mut shop = caller(name);
        let products = shop.told("catalogProductList", json!({}));
        assert_eq!(list(&products).len(), count, "{name}");
        let of_type = |kind: &str| with_type(&products, kind)[0].clone();
        for kind in ["simple", "virtual", "downloadable", "configurable", "grouped", "bundle"] {
            assert_eq!(
                with_type(&products, kind).len() * 10,
                if kind == "simple" { 5 * count } else { count },
                "{kind}"
            );
            let id = &of_type(kind)["product_id"];
            let info = shop.told("catalogProductInfo", json!({"productId": id, "store": "1"}));
            assert_eq!((&info["type"], info["websites"].as_array().unwrap().len()), (&json!(kind), 2), "{info}");
            assert!(!info["name"].as_str().unwrap().is_empty() && !list(&info["categories"]).is_empty(), "{info}");
        }
        let tree = shop.told("catalogCategoryTree", json!({"parentId": "2"}));
        assert_eq!(list(&tree["children"]).len(), 2, "{tree}");
        let top = &tree["children"][0]["category_id"];
        assert!(list(&shop.told("catalogCategoryAssignedProducts", json!({"categoryId": top}))).len() > count / 2);
        let skus = |sku: &str| json!({"product": sku, "productId": sku, "identifierType": "sku"});
        assert_eq!(list(&shop.told("catalogProductAttributeTierPriceInfo", skus("harbour-pot"))).len(), 2);
        let pictures = shop.told("catalogProductAttributeMediaList", skus("harbour-mug-s"));
        assert_eq!(list(&pictures[0]["types"]).len(), 3, "{pictures}");
        let group = json!({"type": "grouped", "product": "harbour-table", "identifierType": "sku"});
        assert_eq!(list(&shop.told("catalogProductLinkList", group)).len(), 3);
        let id = of_type("downloadable")["product_id"].clone();
        let links = shop.told("catalogProductDownloadableLinkList", json!({"productId": id}));
        assert_eq!((list(&links["links"]).len(), list(&links["samples"]).len()), (1, 1));
        let options = shop.told("catalogProductCustomOptionList", skus("harbour-tray"));
        assert_eq!(list(&options).len(), 1, "{options}");
        let size = shop.told("catalogProductAttributeOptions", json!({"attributeId": "size"}));
        assert!(list(&size).iter().any(|option| option["label"] == "Large"), "{size}");
        let special = list(&products).iter().filter(|product| !product["special_price"].is_null()).count();
        assert!(special * 9 > count, "{special} special prices of {count}");
    }
}

#[test]
fn a_stock_client_finds_what_is_there_and_what_is_not() {
    for name in ["corner-shop", "big"] {
        let mut shop = caller(name);
        let products = shop.told("catalogProductList", json!({}));
        let ids: Vec<&Value> = list(&products).iter().map(|product| &product["product_id"]).collect();
        let stock = shop.told("catalogInventoryStockItemList", json!({"products": ids}));
        assert_eq!(list(&stock).len(), ids.len());
        let flags: BTreeSet<&str> = list(&stock).iter().map(|item| item["is_in_stock"].as_str().unwrap()).collect();
        assert_eq!(flags, BTreeSet::from(["0", "1"]), "{name}");
        assert!(list(&stock).iter().all(|item| number(&item["qty"].as_str().unwrap().replace('.', "").into()) >= 0));
    }
}

/// Puts one of every type into a cart, orders it, and takes it through to a refund.
#[test]
fn a_cart_client_buys_one_of_everything() {
    let mut shop = caller("corner-shop");
    let cart = shop.told("shoppingCartCreate", json!({"store": "1"}));
    let pair = |key: &Value, value: &Value| json!({"key": key, "value": value});
    let id_of = |shop: &mut Caller, sku: &str| {
        shop.told("catalogProductInfo", json!({"productId": sku, "identifierType": "sku"}))["product_id"].clone()
    };
    let size = list(&shop.told("catalogProductAttributeOptions", json!({"attributeId": "size"})))
        .iter()
        .find(|option| option["label"] == "Large")
        .unwrap()["value"]
        .clone();
    let attribute = shop.told("catalogProductAttributeInfo", json!({"attribute": "size"}))["attribute_id"].clone();
    let member = id_of(&mut shop, "harbour-pot");
    let bundle = id_of(&mut shop, "harbour-breakfast");
    let selections: Vec<(String, String)> = {
        let table = shop.shop.database().table("catalog_product_bundle_selection");
        let rows = table.rows_with("parent_product_id", bundle.as_str().unwrap());
        let mut by_option: BTreeMap<String, String> = BTreeMap::new();
        for row in rows {
            let selection = row.text("selection_id").to_owned();
            by_option.entry(row.text("option_id").to_owned()).or_insert(selection);
        }
        by_option.into_iter().collect()
    };
    let chosen: Vec<Value> =
        selections.iter().map(|(option, selection)| json!({"key": option, "value": selection})).collect();
    let products = json!([
        {"sku": "harbour-pot", "qty": "1"},
        {"sku": "harbour-wrapping", "qty": "1"},
        {"sku": "harbour-book", "qty": "1"},
        {"sku": "harbour-mug", "qty": "1", "super_attribute": [pair(&attribute, &size)]},
        {"sku": "harbour-table", "qty": "1", "super_group": [pair(&member, &json!("2"))]},
        {"sku": "harbour-breakfast", "qty": "1", "bundle_option": chosen},
    ]);
    for product in list(&products) {
        assert_eq!(shop.told("shoppingCartProductAdd", json!({"quoteId": cart, "products": [product]})), json!(true));
    }
    let guest =
        json!({"mode": "guest", "email": "g@example.com", "firstname": "G", "lastname": "H", "website_id": "1"});
    shop.told("shoppingCartCustomerSet", json!({"quoteId": cart, "customer": guest}));
    let address = |mode: &str| {
        json!({"mode": mode, "firstname": "G", "lastname": "H", "street": "1 Main St", "city": "Austin",
               "region_id": "57", "region": "Texas", "postcode": "78701", "country_id": "US", "telephone": "1",
               "is_default_billing": 0, "is_default_shipping": 0})
    };
    let addresses = json!([address("billing"), address("shipping")]);
    shop.told("shoppingCartCustomerAddresses", json!({"quoteId": cart, "customer": addresses}));
    shop.told("shoppingCartShippingMethod", json!({"quoteId": cart, "method": "flatrate_flatrate"}));
    shop.told("shoppingCartPaymentMethod", json!({"quoteId": cart, "method": {"method": "checkmo"}}));
    let order = shop.told("shoppingCartOrder", json!({"quoteId": cart}));
    let info = shop.told("salesOrderInfo", json!({"orderIncrementId": order}));
    let kinds: BTreeSet<&str> =
        list(&info["items"]).iter().map(|item| item["product_type"].as_str().unwrap()).collect();
    let all = ["bundle", "configurable", "downloadable", "grouped", "simple", "virtual"];
    assert_eq!(kinds, BTreeSet::from(all));
    shop.told("salesOrderInvoiceCreate", json!({"invoiceIncrementId": order, "orderIncrementId": order}));
    shop.told("salesOrderShipmentCreate", json!({"orderIncrementId": order}));
    shop.told("salesOrderCreditmemoCreate", json!({"creditmemoIncrementId": order, "orderIncrementId": order}));
    assert_eq!(shop.told("salesOrderInfo", json!({"orderIncrementId": order}))["state"], "closed");
}

#[test]
fn what_was_sold_is_in_the_catalogue_and_has_its_documents() {
    for (name, orders) in [("corner-shop", 15), ("big", 1_030)] {
        let mut shop = caller(name);
        assert_eq!(list(&shop.told("salesOrderList", json!({}))).len(), orders, "{name}");
        for operation in ["salesOrderInvoiceList", "salesOrderShipmentList", "salesOrderCreditmemoList"] {
            assert!(!list(&shop.told(operation, json!({}))).is_empty(), "{name}: {operation}");
        }
        let database = shop.shop.database();
        let (products, items) = (database.table("catalog_product"), database.table("sales_flat_order_item"));
        let mut kinds = BTreeSet::new();
        for (id, item) in items.iter() {
            assert!(products.row(item.int("product_id")).is_some(), "{name}: item {id} {item:?}");
            kinds.insert(item.text("product_type"));
            if ["configurable", "bundle"].contains(&item.text("product_type")) {
                let mut of_order = items.with("order_id", item.text("order_id"));
                let text = id.to_string();
                assert!(of_order.any(|(_, row)| row.get("parent_item_id") == Some(text.as_str())), "{name}: item {id}");
            }
        }
        assert_eq!(kinds, BTreeSet::from(["bundle", "configurable", "downloadable", "simple", "virtual"]), "{name}");
    }
    let shop = caller("corner-shop");
    let orders = shop.shop.database().table("sales_flat_order");
    let states: BTreeSet<&str> = orders.iter().map(|(_, order)| order.text("state")).collect();
    for state in ["new", "processing", "complete", "closed", "canceled", "holded"] {
        assert!(states.contains(state), "{state}: {states:?}");
    }
}

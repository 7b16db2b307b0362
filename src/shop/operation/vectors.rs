//! Calls of the catalogue and of carts on the corner shop, one after the other, with what of each answer matters: rules that
//! no sync and no scenario comes by.

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::magento::{BridgeRelease, Flavor};
use crate::shop::{Refusal, Seed, Shop, ShopConfig};
use crate::soap::{SoapStruct, SoapValue, WireStyle};

pub(super) fn value(json: &Value) -> SoapValue {
    match json {
        Value::Null => SoapValue::Nil,
        Value::Bool(on) => (*on).into(),
        Value::Number(number) => number.as_i64().map_or_else(|| number.to_string().into(), SoapValue::from),
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => items.iter().map(value).collect::<Vec<_>>().into(),
        Value::Object(members) => record(members).into(),
    }
}

fn record(members: &serde_json::Map<String, Value>) -> SoapStruct {
    members.iter().map(|(name, member)| (name.as_str(), value(member))).collect()
}

pub(super) struct Caller {
    pub(super) shop: Shop,
    pub(super) session: String,
}

impl Caller {
    pub(super) fn new(flavor: Flavor) -> Self {
        Self::on(Seed::corner_shop_people().unwrap(), flavor)
    }

    pub(super) fn on(seed: Seed, flavor: Flavor) -> Self {
        let clock = Clock::virtual_at("2024-01-10T12:00:00Z".parse().unwrap());
        let mut config = ShopConfig::new(clock);
        config.flavor = flavor;
        config.bridge = Some(BridgeRelease::newest());
        let mut shop = Shop::new(config, seed).unwrap();
        let login = SoapStruct::new().with("username", "oro").with("apiKey", "oro-key-1");
        let session = shop.dispatch("login", &login).unwrap().to_text().unwrap();
        Self { shop, session }
    }

    pub(super) fn call(&mut self, operation: &str, arguments: &Value) -> Result<Value, Refusal> {
        let mut all = SoapStruct::new().with("sessionId", self.session.as_str());
        for (name, argument) in arguments.as_object().unwrap() {
            all.set(name.as_str(), value(argument));
        }
        self.shop.dispatch(operation, &all).map(|answer| json!(answer))
    }

    #[track_caller]
    pub(super) fn told(&mut self, operation: &str, arguments: Value) -> Value {
        self.call(operation, &arguments).unwrap_or_else(|refusal| panic!("{operation} {arguments}: {refusal}"))
    }

    /// The message of a fault.
    #[track_caller]
    pub(super) fn refused(&mut self, operation: &str, arguments: Value) -> String {
        match self.call(operation, &arguments) {
            Ok(answer) => panic!("{operation} {arguments} answers {answer}"),
            Err(refusal) => refusal.to_string(),
        }
    }
}

pub(super) fn number(value: &Value) -> i64 {
    value.as_i64().or_else(|| value.as_str()?.parse().ok()).unwrap()
}

fn keys(rows: &Value) -> Vec<&str> {
    rows.as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect()
}

#[test]
fn attributes_tell_what_their_input_has() {
    let mut shop = Caller::new(Flavor::Magento194);
    for (attribute, scope, expected) in [
        ("name", Some("store"), &["frontend_class", "is_html_allowed_on_front", "used_for_sort_by"][..]),
        ("description", Some("store"), &["is_wysiwyg_enabled", "is_html_allowed_on_front"]),
        ("price", None, &["is_filterable", "is_filterable_in_search", "position", "used_for_sort_by"]),
        ("status", Some("website"), &["is_filterable", "is_filterable_in_search", "position", "used_for_sort_by"]),
        ("news_from_date", Some("website"), &["used_for_sort_by"]),
    ] {
        let told = shop.told("catalogProductAttributeInfo", json!({"attribute": attribute}));
        assert_eq!(told["scope"].as_str(), scope, "{attribute}");
        assert_eq!(keys(&told["additional_fields"]), expected, "{attribute}");
    }
    let by_code = shop.told("catalogCategoryAttributeOptions", json!({"attributeId": "available_sort_by"}));
    let labels: Vec<&str> = by_code.as_array().unwrap().iter().map(|row| row["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["Best Value", "Name", "Price"]);
    assert!(shop.refused("catalogCategoryAttributeOptions", json!({"attributeId": "no_such"})).contains("ttribute"));
    for scope in ["global", "website", "store", "no_such"] {
        let data = json!({
            "attribute_code": format!("made_{scope}"), "frontend_input": "text", "scope": scope, "default_value": "",
            "is_unique": 0, "is_required": 0, "apply_to": [], "is_configurable": 0, "is_searchable": 0,
            "is_visible_in_advanced_search": 0, "is_comparable": 0, "is_used_for_promo_rules": 0, "is_visible_on_front": 0,
            "used_in_product_listing": 0, "frontend_label": [{"store_id": 0, "label": "Made"}],
        });
        let id = shop.told("catalogProductAttributeCreate", json!({"data": data}));
        let told = shop.told("catalogProductAttributeInfo", json!({"attribute": number(&id).to_string()}));
        assert_eq!(told["scope"], json!(if scope == "no_such" { "store" } else { scope }));
    }
}

#[test]
fn products_and_categories_are_kept_as_they_were_sent() {
    let mut shop = Caller::new(Flavor::Magento194);
    let level = shop.told("catalogCategoryLevel", json!({}));
    assert_eq!((&level[0]["category_id"], &level[0]["name"]), (&json!("2"), &json!("Default Category")), "{level}");
    assert_eq!(shop.told("catalogCategoryLevel", json!({"parentCategory": 2})), json!([]));
    let category = json!({
        "name": "Cups", "is_active": 1, "include_in_menu": 1, "available_sort_by": ["position", "name"],
        "default_sort_by": "position", "url_key": "Nice Cups",
    });
    let cups = number(&shop.told("catalogCategoryCreate", json!({"parentId": 2, "categoryData": category})));
    let told = shop.told("catalogCategoryInfo", json!({"categoryId": cups}));
    assert_eq!((&told["name"], &told["url_key"]), (&json!("Cups"), &json!("nice-cups")), "{told}");
    let below = shop.told("catalogCategoryLevel", json!({"parentCategory": 2}));
    assert_eq!(below[0]["name"], json!("Cups"));

    let data = |name: &str| json!({"name": name, "price": "12.50", "status": 1, "weight": 1, "websites": [1], "categories": [cups]});
    let create = |sku: &str| json!({"type": "simple", "set": 4, "sku": sku, "productData": data(sku)});
    let mug = number(&shop.told("catalogProductCreate", create("mug")));
    assert!(number(&shop.told("catalogProductCreate", create(&"m".repeat(64)))) > mug);
    assert!(shop.refused("catalogProductCreate", create(&"m".repeat(65))).contains("64 characters"));
    assert!(shop.refused("catalogProductCreate", create(" mug ")).contains("must be unique"));
    let whole = shop.told("catalogProductInfo", json!({"productId": mug}));
    assert_eq!((&whole["name"], &whole["price"]), (&json!("mug"), &json!("12.5000")), "{whole}");
    let asked = json!({"productId": mug, "attributes": {"attributes": ["name"]}});
    let some = shop.told("catalogProductInfo", asked);
    assert_eq!((&some["name"], some.get("price")), (&json!("mug"), None), "{some}");
    let refused = shop.refused("catalogProductDownloadableLinkList", json!({"productId": mug}));
    assert!(refused.contains("ownloadable"), "{refused}");
}

#[test]
fn a_cart_takes_what_magento_lets_it() {
    let mut shop = Caller::new(Flavor::Magento194);
    let cart = number(&shop.told("shoppingCartCreate", json!({"storeId": 1})));
    assert_eq!(shop.told("shoppingCartLicense", json!({"quoteId": cart})), json!([]));
    let customer = |mode: &str| json!({"quoteId": cart, "customer": {"mode": mode, "firstname": "A", "lastname": "B", "email": "a@b.example"}});
    let refused = shop.refused("shoppingCartCustomerSet", customer("nobody"));
    assert!(refused.contains("ustomer"), "{refused}");
    assert_eq!(shop.told("shoppingCartCustomerSet", customer("guest")), json!(true));
    let refused = shop.refused("shoppingCartPaymentMethod", json!({"quoteId": cart, "method": {"method": "checkmo"}}));
    assert!(refused.contains("address"), "{refused}");

    let mut openmage = Caller::new(Flavor::OpenMage194);
    let cart = number(&openmage.told("shoppingCartCreate", json!({"storeId": 1})));
    let customer = json!({"quoteId": cart, "customer": {"mode": "nobody"}});
    assert!(openmage.refused("shoppingCartCustomerSet", customer).contains("must be of type"));
}

/// What a comment says of the notification when `notify` is left out, and what it says otherwise.
#[test]
fn a_notify_that_is_left_out_is_not_applicable_or_no() {
    let mut shop = Caller::on(Seed::corner_shop().unwrap(), Flavor::Magento194);
    let orders = shop.shop.database.table("sales_flat_order");
    let order = orders.iter().next().map(|(_, row)| row.text("increment_id").to_owned()).unwrap();
    for (style, notify, expected) in [
        (WireStyle::RpcEncoded, None, "2"),
        (WireStyle::RpcEncoded, Some(Value::Null), "2"),
        (WireStyle::RpcEncoded, Some(json!(true)), "1"),
        (WireStyle::RpcEncoded, Some(json!(false)), "0"),
        (WireStyle::RpcEncoded, Some(json!("1")), "1"),
        (WireStyle::RpcEncoded, Some(json!("true")), "0"),
        (WireStyle::WsI, None, "0"),
        (WireStyle::WsI, Some(Value::Null), "0"),
        (WireStyle::WsI, Some(json!(true)), "1"),
    ] {
        shop.shop.set_mode(style);
        let mut arguments = json!({"orderIncrementId": order, "status": "processing", "comment": "Packed"});
        if let Some(notify) = &notify {
            arguments["notify"] = notify.clone();
        }
        shop.told("salesOrderAddComment", arguments);
        let history = shop.shop.database.table("sales_flat_order_status_history").iter().last();
        let said = history.map(|(_, row)| row.text("is_customer_notified").to_owned());
        assert_eq!(said.as_deref(), Some(expected), "{style:?} {notify:?}");
    }
}

/// A file to buy makes links exist, a sample does not.
#[test]
fn only_a_link_says_that_there_are_links() {
    let mut shop = Caller::on(Seed::corner_shop().unwrap(), Flavor::Magento194);
    let products = shop.shop.database.table("catalog_product");
    let book = products.iter().find(|(_, row)| row.get("sku") == Some("harbour-book")).map(|(id, _)| id).unwrap();
    for (kind, expected) in [("sample", "0"), ("link", "1")] {
        shop.shop.database.table_mut("catalog_product").update(book, |row| row.set("links_exist", "0"));
        let file = json!({
            "title": "A page", "type": "url", "sample_url": "http://files.example/1", "link_url": "http://files.example/2",
            "sample": {"type": "url", "url": "http://files.example/3"},
        });
        let told = json!({"productId": book.to_string(), "resource": file, "resourceType": kind});
        shop.told("catalogProductDownloadableLinkAdd", told);
        let row = shop.shop.database.table("catalog_product").row(book).map(|row| row.text("links_exist").to_owned());
        assert_eq!(row.as_deref(), Some(expected), "{kind}");
    }
}

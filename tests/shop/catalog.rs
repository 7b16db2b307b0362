//! The catalogue, as a client of the API fills, changes and empties it.

use crate::support::sales;
use crate::support::wire::{STYLES, Wire};
use jiff::SignedDuration;
use mockgento::magento::Contract;
use mockgento::shop::Shop;
use mockgento::soap::{SoapStruct, SoapValue, TypeRef, WireStyle};
use serde_json::{Value, json};

use crate::support::wire;

/// Values of a record, space for nil.
fn texts(record: &SoapStruct, names: &[&str]) -> String {
    names.iter().map(|name| record.text(name).unwrap_or_else(|| "nil".to_owned())).collect::<Vec<_>>().join(" | ")
}

fn lines(rows: &[SoapStruct], names: &[&str]) -> Vec<String> {
    rows.iter().map(|row| texts(row, names)).collect()
}

fn items(value: Option<&SoapValue>) -> Vec<SoapStruct> {
    value.map(wire::rows).unwrap_or_default()
}

fn strings(value: Option<&SoapValue>) -> Vec<String> {
    match value {
        Some(SoapValue::List(items)) => items.iter().filter_map(SoapValue::to_text).collect(),
        Some(SoapValue::Struct(wrapper)) => strings(wrapper.get("complexObjectArray")),
        Some(one) => one.to_text().into_iter().collect(),
        None => Vec::new(),
    }
}

fn new_category(name: &str) -> Value {
    json!({"name": name, "is_active": 1, "available_sort_by": ["position", "name"], "default_sort_by": "position",
           "include_in_menu": 1})
}

#[test]
fn no_operation_of_the_contract_is_left_out() {
    let missing: Vec<&str> = Contract::shared()
        .operations()
        .map(|operation| operation.name.as_str())
        .filter(|name| !Shop::implemented(name))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

/// The server remembers answers and the dry run allows calls because of what the table says of an operation.
#[test]
fn operations_that_are_said_to_read_change_nothing() {
    let mut wire = Wire::tea_shop(WireStyle::RpcEncoded, Some("1.2.19"));
    let (before, version) = (wire.shop.state(), wire.shop.version());
    let mut answered = 0;
    for facts in Contract::shared().operations().filter(|facts| facts.reads_only) {
        let schema = wire.shop.codec().schema().operation(&facts.name);
        let parts = schema.map(|operation| operation.request.parts.clone()).unwrap_or_default();
        for value in ["1", "GREEN", "100000001"] {
            let arguments = parts.iter().filter(|part| part.name != "sessionId").map(|part| match &part.type_ref {
                TypeRef::Xsd(_) => (part.name.clone(), json!(value)),
                _ => (part.name.clone(), json!({})),
            });
            let arguments = Value::Object(arguments.collect());
            wire.shop.clock().advance(SignedDuration::from_secs(1));
            answered += usize::from(wire.call(&facts.name, arguments).is_ok());
            assert_eq!(wire.shop.state(), before, "{} changed something", facts.name);
        }
    }
    assert_eq!(wire.shop.version(), version);
    assert!(answered > 60, "only {answered} calls were answered, which shows little");
}

#[test]
fn categories_grow_move_and_go() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let create = |shop: &mut Wire, parent: i64, name: &str| {
            let arguments = json!({"parentId": parent, "categoryData": new_category(name), "storeView": null});
            shop.ok("catalogCategoryCreate", arguments).to_int().expect("an id")
        };
        let herbal = create(&mut shop, 3, "Herbal & fruit");
        let mint = create(&mut shop, herbal, "Mint");
        let info = shop.record("catalogCategoryInfo", json!({"categoryId": mint}));
        assert_eq!(
            texts(&info, &["path", "level", "position", "url_key", "url_path", "parent_id"]),
            format!("1/2/3/{herbal}/{mint} | 4 | 1 | mint | tea/herbal-fruit/mint.html | {herbal}").replace("tea/", "")
        );
        let tea = shop.record("catalogCategoryInfo", json!({"categoryId": 3}));
        assert_eq!(texts(&tea, &["children_count", "all_children"]), format!("2 | 3,{herbal},{mint}"));

        // Mint goes to the top, before Tea.
        shop.ok("catalogCategoryMove", json!({"categoryId": mint, "parentId": 2, "afterId": "0"}));
        let tree = shop.record("catalogCategoryTree", json!({"parentId": "1", "storeView": null}));
        assert_eq!(texts(&tree, &["category_id", "name", "level"]), "1 | Root Catalog | 0");
        let default = items(tree.get("children"));
        let below = items(default[0].get("children"));
        assert_eq!(
            lines(&below, &["category_id", "name", "position", "level"]),
            [format!("{mint} | Mint | 1 | 2"), "3 | Tea | 2 | 2".to_owned()]
        );
        let moved = shop.record("catalogCategoryInfo", json!({"categoryId": mint}));
        assert_eq!(texts(&moved, &["path", "level"]), format!("1/2/{mint} | 2"));

        let roots =
            shop.rows("catalogCategoryLevel", json!({"website": "base", "storeView": null, "parentCategory": null}));
        assert_eq!(lines(&roots, &["category_id", "name", "is_active"]), ["2 | Default Category | 1"]);
        let level =
            shop.rows("catalogCategoryLevel", json!({"website": null, "storeView": "default", "parentCategory": null}));
        assert_eq!(lines(&level, &["category_id"]), ["3".to_owned(), mint.to_string()]);

        shop.ok(
            "catalogCategoryUpdate",
            json!({"categoryId": mint, "categoryData": {"name": "Peppermint", "is_active": 0}}),
        );
        let renamed = shop.record("catalogCategoryInfo", json!({"categoryId": mint}));
        assert_eq!(texts(&renamed, &["name", "is_active", "default_sort_by"]), "Peppermint | 0 | position");

        shop.ok("catalogCategoryDelete", json!({"categoryId": 3}));
        let gone = shop.call("catalogCategoryInfo", json!({"categoryId": herbal}));
        assert_eq!(gone, Err("102 Category not exists.".to_owned()), "what was below goes too");
        let products = shop.rows("catalogProductList", json!({"filters": null, "storeView": null}));
        assert_eq!(products.len(), 5, "products stay");
        assert_eq!(strings(products[0].get("category_ids")), Vec::<String>::new());
    }
}

#[test]
fn products_are_put_into_categories_and_taken_out() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let list = |shop: &mut Wire| {
            let rows = shop.rows("catalogCategoryAssignedProducts", json!({"categoryId": 3}));
            lines(&rows, &["product_id", "type", "set", "sku", "position"])
        };
        shop.ok(
            "catalogCategoryAssignProduct",
            json!({"categoryId": 3, "product": "POT", "position": "5", "identifierType": "sku"}),
        );
        shop.ok("catalogCategoryUpdateProduct", json!({"categoryId": 3, "product": "2", "position": "7"}));
        shop.ok("catalogCategoryRemoveProduct", json!({"categoryId": 3, "product": "TEA-G"}));
        assert_eq!(list(&mut shop), ["4 | simple | 4 | POT | 5", "2 | simple | 4 | TEA-B | 7"]);
    }
}

#[test]
fn products_are_created_changed_and_deleted() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, Some("1.2.19"));
        let data = json!({
            "name": "White tea", "price": "12.5", "weight": "0.05", "status": "1", "visibility": "4",
            "description": "From Fujian", "short_description": "White", "tax_class_id": "2",
            "websites": ["base"], "categories": ["3"], "special_price": "11", "special_from_date": "2024-01-01",
            "tier_price": [{"customer_group_id": "all", "website": "all", "qty": 3, "price": 9.5}],
            "stock_data": {"qty": "40", "is_in_stock": 1, "manage_stock": 1},
        });
        let arguments = json!({"type": "simple", "set": "4", "sku": "TEA-W", "productData": data, "storeView": null});
        let id = shop.ok("catalogProductCreate", arguments).to_int().expect("an id");
        let info = shop.record("catalogProductInfo", json!({"productId": "TEA-W"}));
        assert_eq!(
            texts(&info, &["product_id", "sku", "type", "set", "name", "price", "weight", "url_key", "has_options"]),
            format!("{id} | TEA-W | simple | 4 | White tea | 12.5000 | 0.0500 | white-tea | 0")
        );
        assert_eq!(strings(info.get("websites")), ["1"]);
        assert_eq!(strings(info.get("categories")), ["3"]);
        assert_eq!(lines(&items(info.get("tier_price")), &["price"]), ["9.5"], "the record has the price only");
        let tiers = shop.rows("catalogProductAttributeTierPriceInfo", json!({"product": "TEA-W"}));
        assert_eq!(lines(&tiers, &["customer_group_id", "website", "qty", "price"]), ["all | all | 3 | 9.5"]);
        let stock = shop.rows("catalogInventoryStockItemList", json!({"products": ["TEA-W", "1", "nothing"]}));
        assert_eq!(lines(&stock, &["sku", "qty", "is_in_stock"]), ["TEA-G | 100.0000 | 1", "TEA-W | 40.0000 | 1"]);

        shop.ok(
            "catalogProductUpdate",
            json!({"product": "TEA-W", "productData": {"name": "Silver needle", "categories": []}}),
        );
        let special = json!({"product": "TEA-W", "specialPrice": "10.25", "fromDate": "2024-02-01", "toDate": null});
        assert_eq!(shop.ok("catalogProductSetSpecialPrice", special).to_int(), Some(1));
        let special = shop.record("catalogProductGetSpecialPrice", json!({"product": "TEA-W"}));
        assert_eq!(
            texts(&special, &["special_price", "special_from_date", "special_to_date"]),
            if style == WireStyle::WsI {
                "10.2500 | 2024-02-01 00:00:00 | "
            } else {
                "10.2500 | 2024-02-01 00:00:00 | nil"
            }
        );
        let row = shop.rows("catalogProductList", json!({"filters": {"filter": [{"key": "sku", "value": "TEA-W"}]}}));
        assert_eq!(lines(&row, &["name", "price", "special_price"]), ["Silver needle | 12.5000 | 10.2500"]);
        // An empty list of WS-I is an object without members, which Magento takes for nothing sent.
        let left: &[&str] = if style == WireStyle::WsI { &["3"] } else { &[] };
        assert_eq!(strings(row[0].get("category_ids")), left);

        assert_eq!(shop.ok("catalogProductDelete", json!({"product": "TEA-W"})).to_int(), Some(1));
        assert_eq!(
            shop.call("catalogProductInfo", json!({"productId": id.to_string()})),
            Err("101 Product not exists.".to_owned())
        );
    }
}

#[test]
fn many_products_change_at_once_and_each_failure_is_named() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let data = json!([{"name": "Sencha"}, {"name": "Assam"}]);
        shop.ok("catalogProductMultiUpdate", json!({"productIds": ["TEA-G", "TEA-B"], "productData": data}));
        let answer =
            shop.call("catalogProductMultiUpdate", json!({"productIds": ["TEA-G", "99"], "productData": data}));
        assert_eq!(answer, Err("108 Product ID 99:\n product_not_exists".to_owned()));
        let names = shop.rows("catalogProductList", json!({"filters": null}));
        assert_eq!(&lines(&names, &["name"])[..2], ["Sencha", "Assam"], "those that could be changed are");
        let stock = json!([{"qty": "7"}, {"is_in_stock": 0}]);
        shop.ok("catalogInventoryStockItemMultiUpdate", json!({"productIds": ["TEA-G", "2"], "productData": stock}));
        shop.ok("catalogInventoryStockItemUpdate", json!({"product": "4", "data": {"qty": "2.5", "is_in_stock": 1}}));
        let stock = shop.rows("catalogInventoryStockItemList", json!({"products": ["1", "2", "4"]}));
        assert_eq!(lines(&stock, &["qty", "is_in_stock"]), ["7.0000 | 1", "3.0000 | 0", "2.5000 | 1"]);
    }
}

#[test]
fn tier_prices_hold_in_carts() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let tiers = json!([
            {"customer_group_id": "all", "website": "all", "qty": 5, "price": 6.0},
            {"customer_group_id": "2", "website": "all", "qty": 2, "price": 1.0},
            {"customer_group_id": "2", "website": "base", "qty": 3, "price": 1.0}
        ]);
        let update = json!({"product": "TEA-G", "tier_price": tiers});
        assert_eq!(shop.ok("catalogProductAttributeTierPriceUpdate", update).to_int(), Some(1));
        let rows = shop.rows("catalogProductAttributeTierPriceInfo", json!({"product": "TEA-G"}));
        assert_eq!(
            lines(&rows, &["customer_group_id", "website", "qty", "price"]),
            ["2 | all | 2 | 1", "all | all | 5 | 6"],
            "prices are global, so that one for a website is dropped"
        );
        let twice = json!([{"qty": 5, "price": 6}, {"qty": "5.0", "price": 7}]);
        assert_eq!(
            shop.call("catalogProductAttributeTierPriceUpdate", json!({"product": "TEA-G", "tier_price": twice})),
            Err("1 Duplicate website tier price customer group and quantity.".to_owned())
        );
        let cart = shop.ok("shoppingCartCreate", json!({"storeId": "1"})).to_int().expect("an id");
        // A cart adds up to nothing before it has an address.
        let addresses = json!([sales::address("billing"), sales::address("shipping")]);
        shop.ok("shoppingCartCustomerAddresses", json!({"quoteId": cart, "customer": addresses}));
        for (qty, subtotal) in [(4, 40.0), (1, 30.0)] {
            let products = json!([{"sku": "TEA-G", "qty": qty}]);
            shop.ok("shoppingCartProductAdd", json!({"quoteId": cart, "products": products}));
            let cart = shop.record("shoppingCartInfo", json!({"quoteId": cart}));
            let found: f64 = cart.text("subtotal").expect("a sum").parse().expect("a number");
            assert!((found - subtotal).abs() < 0.001, "{found}: the fifth makes all cheaper");
        }
    }
}

#[test]
fn attributes_and_sets_are_made_and_used() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let data = json!({
            "attribute_code": "steeping_time", "frontend_input": "select", "scope": "global", "is_unique": 0,
            "is_required": 0, "is_configurable": 0, "is_searchable": 1, "is_visible_in_advanced_search": 0,
            "is_comparable": 1, "is_used_for_promo_rules": 0, "is_visible_on_front": 1, "used_in_product_listing": 0,
            "frontend_label": [{"store_id": "0", "label": "Steeping time"}], "apply_to": ["simple"],
        });
        let id = shop.ok("catalogProductAttributeCreate", json!({"data": data})).to_int().expect("an id");
        let option = json!({"label": [{"store_id": ["0"], "value": "3 minutes"}], "order": 1, "is_default": 1});
        shop.ok("catalogProductAttributeAddOption", json!({"attribute": "steeping_time", "data": option}));
        let options = shop.rows("catalogProductAttributeOptions", json!({"attributeId": id.to_string()}));
        let chosen = options[1].text("value").expect("an id");
        assert_eq!(texts(&options[1], &["label"]), "3 minutes");
        let info = shop.record("catalogProductAttributeInfo", json!({"attribute": id.to_string()}));
        assert_eq!(
            texts(&info, &["attribute_code", "frontend_input", "scope", "is_comparable", "default_value"]),
            format!("steeping_time | select | global | 1 | {chosen}")
        );
        assert_eq!(lines(&items(info.get("frontend_label")), &["store_id", "label"]), ["0 | Steeping time"]);

        let set =
            shop.ok("catalogProductAttributeSetCreate", json!({"attributeSetName": "Teas", "skeletonSetId": "4"}));
        let set = set.to_text().expect("an id");
        let group =
            shop.ok("catalogProductAttributeSetGroupAdd", json!({"attributeSetId": set, "groupName": "Brewing"}));
        let group = group.to_text().expect("an id");
        shop.ok("catalogProductAttributeSetGroupRename", json!({"groupId": group, "groupName": "How to brew"}));
        let member =
            json!({"attributeId": id.to_string(), "attributeSetId": set, "attributeGroupId": group, "sortOrder": "1"});
        shop.ok("catalogProductAttributeSetAttributeAdd", member.clone());
        assert_eq!(
            shop.call("catalogProductAttributeSetAttributeAdd", member),
            Err("109 Requested attribute is already in requested attribute set.".to_owned())
        );
        let sets = shop.rows("catalogProductAttributeSetList", json!({}));
        assert_eq!(lines(&sets, &["name"]), ["Default", "Teas"]);
        let listed = shop.rows("catalogProductAttributeList", json!({"setId": set.parse::<i64>().expect("an id")}));
        assert!(lines(&listed, &["code", "type", "scope"]).contains(&"steeping_time | select | global".to_owned()));
        // WS-I never declared this one, nor the removal of options.
        if style == WireStyle::RpcEncoded {
            let additional = shop.rows(
                "catalogProductListOfAdditionalAttributes",
                json!({"productType": "simple", "attributeSetId": set}),
            );
            let codes = lines(&additional, &["code"]);
            assert!(codes.contains(&"steeping_time".to_owned()) && !codes.contains(&"name".to_owned()), "{codes:?}");
        }

        // What a set has not is not kept. Only RPC's record has room for such attributes.
        let extra =
            json!({"single_data": [{"key": "steeping_time", "value": chosen}, {"key": "colour", "value": "green"}]});
        let data = match style {
            WireStyle::RpcEncoded => json!({"name": "Sencha", "additional_attributes": extra}),
            WireStyle::WsI => json!({"name": "Sencha"}),
        };
        shop.ok("catalogProductCreate", json!({"type": "simple", "set": set, "sku": "SENCHA", "productData": data}));
        if style == WireStyle::RpcEncoded {
            let asked = json!({"attributes": ["name"], "additional_attributes": ["steeping_time", "colour"]});
            let info = shop.record("catalogProductInfo", json!({"productId": "SENCHA", "attributes": asked}));
            assert_eq!(
                lines(&items(info.get("additional_attributes")), &["key", "value"]),
                [format!("steeping_time | {chosen}")]
            );
        }

        assert_eq!(
            shop.call("catalogProductAttributeSetRemove", json!({"attributeSetId": set})),
            Err("105 Unable to remove attribute set as it has related goods. Use forceProductsRemove parameter to \
                 remove attribute set with all goods."
                .to_owned())
        );
        shop.ok("catalogProductAttributeSetRemove", json!({"attributeSetId": set, "forceProductsRemove": "1"}));
        assert!(shop.call("catalogProductInfo", json!({"productId": "SENCHA"})).is_err());
        if style == WireStyle::RpcEncoded {
            shop.ok("catalogProductAttributeRemoveOption", json!({"attribute": "steeping_time", "optionId": chosen}));
            let info = shop.record("catalogProductAttributeInfo", json!({"attribute": "steeping_time"}));
            assert!(items(info.get("options")).is_empty());
        }
        shop.ok("catalogProductAttributeUpdate", json!({"attribute": "steeping_time", "data": {"scope": "website", "frontend_label": [{"store_id": "0", "label": "Time"}]}}));
        let info = shop.record("catalogProductAttributeInfo", json!({"attribute": "steeping_time"}));
        assert_eq!(texts(&info, &["scope"]), "website");
        shop.ok("catalogProductAttributeRemove", json!({"attribute": "steeping_time"}));
        assert!(shop.call("catalogProductAttributeInfo", json!({"attribute": "steeping_time"})).is_err());
    }
}

/// The smallest PNG there is.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[test]
fn pictures_come_with_their_types_and_addresses() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let file = json!({"content": PIXEL, "mime": "image/png", "name": "green tea"});
        let data =
            json!({"file": file, "label": "A cup", "position": "1", "types": ["image", "thumbnail"], "exclude": "0"});
        let create = json!({"product": "TEA-G", "data": data});
        let path = shop.ok("catalogProductAttributeMediaCreate", create.clone()).to_text().expect("a path");
        assert_eq!(path, "/g/r/green_tea.png");
        let second = shop.ok("catalogProductAttributeMediaCreate", create).to_text().expect("a path");
        assert_eq!(second, "/g/r/green_tea_1.png");
        let rows = shop.rows("catalogProductAttributeMediaList", json!({"product": "TEA-G"}));
        assert_eq!(
            lines(&rows, &["file", "label", "position", "exclude", "url"])[0],
            "/g/r/green_tea.png | A cup | 1 | 0 | http://tea.example/media/catalog/product/g/r/green_tea.png"
        );
        assert_eq!(strings(rows[0].get("types")), Vec::<String>::new(), "the newer one took them");
        assert_eq!(strings(rows[1].get("types")), ["image", "thumbnail"]);
        let update = json!({"product": "TEA-G", "file": path, "data": {"label": "Cup", "types": ["image"]}});
        shop.ok("catalogProductAttributeMediaUpdate", update);
        let info = shop.record("catalogProductAttributeMediaInfo", json!({"product": "TEA-G", "file": path}));
        assert_eq!(texts(&info, &["label"]), "Cup");
        assert_eq!(strings(info.get("types")), ["image"]);
        shop.ok("catalogProductAttributeMediaRemove", json!({"product": "TEA-G", "file": path}));
        assert_eq!(
            shop.call("catalogProductAttributeMediaInfo", json!({"product": "TEA-G", "file": path})),
            Err("103 Requested image not exists in product images' gallery.".to_owned())
        );
        let types = shop.rows("catalogProductAttributeMediaTypes", json!({"setId": "4"}));
        assert_eq!(lines(&types, &["code"]), ["image", "small_image", "thumbnail"]);
    }
}

#[test]
fn products_are_linked() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        assert_eq!(
            strings(Some(&shop.ok("catalogProductLinkTypes", json!({})))),
            ["related", "up_sell", "cross_sell", "grouped"]
        );
        let held = shop.rows("catalogProductLinkAttributes", json!({"type": "grouped"}));
        assert_eq!(lines(&held, &["code", "type"]), ["position | int", "qty | decimal"]);
        let link = |data: Value| json!({"type": "related", "product": "TEA-G", "linkedProduct": "POT", "data": data});
        shop.ok("catalogProductLinkAssign", link(json!({"position": "2"})));
        shop.ok("catalogProductLinkUpdate", link(json!({"position": "4"})));
        let rows = shop.rows("catalogProductLinkList", json!({"type": "related", "product": "1"}));
        assert_eq!(lines(&rows, &["product_id", "type", "set", "sku", "position"]), ["4 | simple | 4 | POT | 4"]);
        let gone = json!({"type": "related", "product": "TEA-G", "linkedProduct": "POT"});
        shop.ok("catalogProductLinkRemove", gone);
        assert!(shop.rows("catalogProductLinkList", json!({"type": "related", "product": "1"})).is_empty());
    }
}

#[test]
fn options_have_values_to_choose_from() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let values = json!([
            {"title": "50 <b>g</b>", "price": "0", "price_type": "fixed", "sku": "50", "sort_order": "0"},
            {"title": "100 g", "price": "4.5", "price_type": "fixed", "sku": "100", "sort_order": "1"}
        ]);
        let data = json!({"title": "Weight", "type": "radio", "is_require": 1, "sort_order": "1", "additional_fields": values});
        shop.ok("catalogProductCustomOptionAdd", json!({"productId": "1", "data": data, "store": "default"}));
        let note = json!({"title": "Note", "type": "field", "is_require": 0, "sort_order": "2",
                          "additional_fields": [{"price": "1", "price_type": "percent", "sku": "N", "max_characters": "80"}]});
        shop.ok("catalogProductCustomOptionAdd", json!({"productId": "1", "data": note, "store": "default"}));
        let list = shop.rows("catalogProductCustomOptionList", json!({"productId": "1", "store": "default"}));
        assert_eq!(
            lines(&list, &["title", "type", "is_require", "sort_order"]),
            ["Weight | radio | 1 | 1", "Note | field | 0 | 2"]
        );
        let product = shop.record("catalogProductInfo", json!({"productId": "1"}));
        assert_eq!(texts(&product, &["has_options"]), "1");
        let option = list[0].text("option_id").expect("an id");
        let info = shop.record("catalogProductCustomOptionInfo", json!({"optionId": option, "store": "default"}));
        let fields = items(info.get("additional_fields"));
        assert_eq!(
            lines(&fields, &["title", "price", "price_type", "sku"]),
            ["50 g | 0.0000 | fixed | 50", "100 g | 4.5000 | fixed | 100"]
        );
        let more = json!([{"title": "1 kg", "price": "30", "price_type": "fixed", "sku": "1000", "sort_order": "2"}]);
        shop.ok("catalogProductCustomOptionValueAdd", json!({"optionId": option, "data": more}));
        let value = fields[0].text("value_id").expect("an id");
        let change = json!({"title": "25 g", "price": "-1", "price_type": "fixed", "sku": "25"});
        shop.ok("catalogProductCustomOptionValueUpdate", json!({"valueId": value, "data": change}));
        let one = shop.record("catalogProductCustomOptionValueInfo", json!({"valueId": value}));
        assert_eq!(
            texts(&one, &["option_id", "title", "price", "default_title", "store_price"]),
            format!("{option} | 25 g | -1.0000 | 25 g | -1.0000")
        );
        shop.ok("catalogProductCustomOptionValueRemove", json!({"valueId": value}));
        let values = shop.rows("catalogProductCustomOptionValueList", json!({"optionId": option}));
        assert_eq!(lines(&values, &["title"]), ["100 g", "1 kg"]);
        let note = list[1].text("option_id").expect("an id");
        let longer = json!({"title": "Your note", "additional_fields": [{"max_characters": "200"}]});
        shop.ok("catalogProductCustomOptionUpdate", json!({"optionId": note, "data": longer}));
        let info = shop.record("catalogProductCustomOptionInfo", json!({"optionId": note, "store": "default"}));
        assert_eq!(
            lines(&items(info.get("additional_fields")), &["max_characters", "price", "sku"]),
            ["200 | 1.0000 | N"]
        );
        shop.ok("catalogProductCustomOptionRemove", json!({"optionId": option}));
        assert_eq!(shop.rows("catalogProductCustomOptionList", json!({"productId": "1", "store": "default"})).len(), 1);
        let types = shop.rows("catalogProductCustomOptionTypes", json!({}));
        assert_eq!(types.len(), 10);
    }
}

#[test]
fn customers_tag_products() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        for customer in ["1", "2"] {
            let data =
                json!({"tag": "fresh 'for mornings'", "product_id": "1", "customer_id": customer, "store": "default"});
            let answer = shop.ok("catalogProductTagAdd", json!({"data": data}));
            assert_eq!(lines(&wire::rows(&answer), &["key", "value"]), ["fresh | 1", "for mornings | 2"]);
        }
        let list = shop.rows("catalogProductTagList", json!({"productId": "1", "store": "default"}));
        assert_eq!(lines(&list, &["tag_id", "name"]), ["1 | fresh", "2 | for mornings"]);
        let change = json!({"status": "1", "base_popularity": "7", "name": " crisp "});
        shop.ok("catalogProductTagUpdate", json!({"tagId": "1", "data": change, "store": "default"}));
        let info = shop.record("catalogProductTagInfo", json!({"tagId": "1", "store": "default"}));
        assert_eq!(texts(&info, &["name", "status", "base_popularity"]), "crisp | 1 | 7");
        assert_eq!(lines(&items(info.get("products")), &["key", "value"]), ["1 | 2"]);
        shop.ok("catalogProductTagRemove", json!({"tagId": "1"}));
        let list = shop.rows("catalogProductTagList", json!({"productId": "1", "store": "default"}));
        assert_eq!(lines(&list, &["name"]), ["for mornings"]);
    }
}

#[test]
fn downloads_are_sold() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let create =
            json!({"type": "downloadable", "set": "4", "sku": "BOOK", "productData": {"name": "Book", "price": "9"}});
        shop.ok("catalogProductCreate", create);
        let link = json!({
            "title": "The book", "price": "1.5", "is_unlimited": 1, "number_of_downloads": 3, "is_shareable": 1, "sort_order": 1,
            "type": "file", "file": {"name": "book.pdf", "base64_content": "JVBERi0="},
            "sample": {"type": "url", "url": "https://tea.example/sample.pdf"}
        });
        let add = |resource: Value, kind: &str| json!({"productId": "BOOK", "resource": resource, "resourceType": kind, "identifierType": "sku"});
        assert_eq!(shop.ok("catalogProductDownloadableLinkAdd", add(link, "link")).to_int(), Some(1));
        let sample =
            json!({"title": "A page", "type": "url", "sample_url": "https://tea.example/page.pdf", "sort_order": 0});
        shop.ok("catalogProductDownloadableLinkAdd", add(sample, "sample"));
        let list =
            shop.record("catalogProductDownloadableLinkList", json!({"productId": "BOOK", "identifierType": "sku"}));
        let links = items(list.get("links"));
        assert_eq!(
            lines(
                &links,
                &["title", "price", "number_of_downloads", "is_unlimited", "is_shareable", "link_type", "sample_url"]
            ),
            ["The book | 1.5000 | 0 | 1 | 1 | file | https://tea.example/sample.pdf"]
        );
        assert_eq!(lines(&items(links[0].get("file_save")), &["name", "size", "status"]), ["book.pdf | 5 | old"]);
        assert_eq!(lines(&items(list.get("samples")), &["title", "sample_type"]), ["A page | url"]);
        let link = links[0].text("link_id").expect("an id");
        shop.ok("catalogProductDownloadableLinkRemove", json!({"linkId": link, "resourceType": "link"}));
        let list =
            shop.record("catalogProductDownloadableLinkList", json!({"productId": "BOOK", "identifierType": "sku"}));
        assert!(items(list.get("links")).is_empty());
    }
}

#[test]
fn a_chosen_store_view_is_forgotten_with_the_answer() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        assert_eq!(shop.ok("catalogProductCurrentStore", json!({"storeView": null})).to_int(), Some(0));
        assert_eq!(shop.ok("catalogProductCurrentStore", json!({"storeView": "default"})).to_int(), Some(1));
        for (operation, store) in [
            ("catalogProductCurrentStore", 0),
            ("catalogProductAttributeCurrentStore", 0),
            ("catalogProductAttributeMediaCurrentStore", 0),
            ("catalogCategoryCurrentStore", 0),
            ("catalogCategoryAttributeCurrentStore", 0),
        ] {
            assert_eq!(shop.ok(operation, json!({"storeView": null})).to_int(), Some(store), "{operation}");
        }
    }
}

#[test]
fn the_bridge_lists_wishlists_and_what_visitors_looked_at() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, Some("1.2.19"));
        let none = json!({"filters": {"filter": []}});
        // The bridge forgot to declare the pager in WS-I.
        let paged = match style {
            WireStyle::RpcEncoded => json!({"filters": {"filter": []}, "pager": {"page": 1, "pageSize": 10}}),
            WireStyle::WsI => none.clone(),
        };
        let lists = shop.rows("wishlistList", none.clone());
        assert_eq!(lines(&lists, &["wishlist_id", "customer_id", "shared"]), ["1 | 1 | 0", "2 | 2 | 1"]);
        let entries = shop.rows("wishlistItemList", none.clone());
        assert_eq!(lines(&entries, &["wishlist_item_id", "product_id", "qty"]), ["1 | 2 | 1.0000", "2 | 4 | 2.0000"]);
        let lists = shop.rows("oroWishlistList", paged.clone());
        assert_eq!(lines(&lists, &["wishlist_id", "customer_email"]), ["1 | ada@example.com", "2 | bob@example.com"]);
        assert_eq!(
            lines(&items(lists[0].get("items")), &["sku", "product_name", "website_id"]),
            ["TEA-B | Black tea | 1", "POT | Pot | 1"]
        );
        assert!(shop.rows("oroWishlistStatusList", paged).is_empty(), "only the Enterprise Edition keeps a log");
        let viewed = shop.rows("reportProductViewedList", none);
        assert_eq!(
            lines(&viewed, &["product_id", "sku", "customer_id"]),
            ["1 | TEA-G | 1"],
            "one row for each product"
        );
        let filters =
            json!({"filters": {"complex_filter": [{"key": "customer_id", "value": {"key": "eq", "value": "2"}}]}});
        assert_eq!(lines(&shop.rows("wishlistList", filters), &["wishlist_id"]), ["2"]);
    }
}

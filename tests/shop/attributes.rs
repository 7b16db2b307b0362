//! Attributes that a shop has besides Magento's, as its seed says: saved, returned, filtered and listed.

use mockgento::magento::BridgeRelease;
use mockgento::shop::seed::SeedUser;
use mockgento::shop::{Seed, Shop, ShopConfig};
use mockgento::soap::WireStyle;
use serde_json::{Value, json};

use crate::support::{self, served::Served, wire::STYLES, wire::rows};

const SEED: &str = "
config: {oro/api/enable_attributes: 1}
attributes:
  - {entity: customer, code: tier, type: select, label: Tier, options: {7: Gold, 9: Silver}}
  - {entity: address, code: door_code}
  - {code: warranty, label: Warranty, scope: store, required: true}
  - {code: material, type: multiselect, options: [Wood, Steel], sets: [Default]}
  - {entity: category, code: season, type: select, options: [Summer, Winter]}
  - {entity: customer, code: vip_until, type: date}
customers:
  - {entity_id: 1, email: ann@example.com, firstname: Ann, lastname: Lee, tier: 7}
  - {entity_id: 2, email: bob@example.com, firstname: Bob, lastname: Ray, tier: 9}
  - {entity_id: 3, email: cyd@example.com, firstname: Cyd, lastname: Fox}
tables:
  catalog_product:
    - {entity_id: 1, sku: mug, name: Mug, type_id: simple, attribute_set_id: 4, warranty: 2 years}
    - {entity_id: 2, sku: cap, name: Cap, type_id: simple, attribute_set_id: 4}
";

fn shop(seed: &str, mode: WireStyle) -> Result<Shop, String> {
    let mut seed = Seed::parse(seed, "seed.yaml").map_err(|error| error.to_string())?;
    seed.api_users.push(SeedUser::with_full_access("apiuser", "apikey123"));
    let bridge = Some(BridgeRelease::newest());
    let config = ShopConfig { mode, bridge, ..ShopConfig::new(support::clock()) };
    Shop::new(config, seed).map_err(|error| error.to_string())
}

fn filter(key: &str, value: &str) -> Value {
    json!({"filter": [{"key": key, "value": value}]})
}

#[tokio::test]
async fn entities_are_filtered_by_them() {
    for mode in STYLES {
        let shop = Served::start(shop(SEED, mode).unwrap()).await;
        for (operation, key, value, expected) in [
            ("customerCustomerList", "tier", "7", vec!["1"]),
            ("customerCustomerList", "tier", "8", vec![]),
            ("catalogProductList", "warranty", "2 years", vec!["1"]),
        ] {
            let arguments = json!({"filters": filter(key, value), "storeView": null});
            let mut arguments = arguments;
            if operation == "customerCustomerList" {
                arguments.as_object_mut().unwrap().remove("storeView");
            } else if mode == WireStyle::WsI {
                let view = arguments.as_object_mut().unwrap().remove("storeView").unwrap();
                arguments["store"] = view;
            }
            let listed = shop.call(operation, arguments).await.unwrap();
            let ids: Vec<String> = rows(&listed)
                .iter()
                .filter_map(|row| row.text("customer_id").or_else(|| row.text("product_id")))
                .collect();
            assert_eq!(ids, expected, "{mode:?} {operation} {key} {value}");
        }
    }
}

#[tokio::test]
async fn values_are_saved_and_returned() {
    let shop = Served::start(shop(SEED, WireStyle::RpcEncoded).unwrap()).await;
    let tier = |answer: &Value| {
        let pairs = answer["attributes"].as_array().cloned().unwrap_or_default();
        pairs.iter().find(|pair| pair["key"] == "tier").map(|pair| pair["value"].clone())
    };
    let info = shop.answer("oroCustomerInfo", json!({"customerId": 1, "attributes": null})).await;
    assert_eq!(tier(&info), Some(json!("7")), "{info}");
    let edit = json!({"update": {"table": "customer", "id": 3, "fields": {"tier": 9}}});
    assert_eq!(shop.admin("POST", "/edits", edit).await.0, 200);
    let info = shop.answer("oroCustomerInfo", json!({"customerId": 3, "attributes": null})).await;
    assert_eq!(tier(&info), Some(json!("9")), "{info}");
}

#[tokio::test]
async fn version_1_saves_lists_and_days_of_them_as_those_of_native_ones() {
    use crate::own_operations::call_path;

    let shop = Served::start(shop(SEED, WireStyle::RpcEncoded).unwrap()).await;
    let member = |name: &str, value: &str| {
        format!("<value><struct><member><name>{name}</name><value>{value}</value></member></struct></value>")
    };
    let list = "<array><data><value><string>1</string></value><value><string>2</string></value></data></array>";
    let mug = "<value><string>mug</string></value>";
    call_path(&shop, "product.update", &format!("{mug}{}", member("material", list))).await;
    let told = call_path(&shop, "product.info", mug).await;
    assert!(told.contains("<name>material</name><value><string>1,2</string></value>"), "{told}");
    let ann = "<value><int>1</int></value>";
    for (day, kept) in [("2026-01-31", true), ("garbage", false)] {
        let answer = call_path(&shop, "customer.update", &format!("{ann}{}", member("vip_until", day))).await;
        assert_eq!(answer.contains("<boolean>1</boolean>"), kept, "{day}: {answer}");
    }
    let told = call_path(&shop, "customer.info", ann).await;
    assert!(told.contains("2026-01-31"), "{told}");
}

#[tokio::test]
async fn the_operations_on_attributes_list_them() {
    let shop = Served::start(shop(SEED, WireStyle::RpcEncoded).unwrap()).await;
    let codes = |answer: &Value| -> Vec<String> {
        answer.as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let of_products = shop.answer("catalogProductAttributeList", json!({"setId": 4})).await;
    let codes_of_products = codes(&of_products);
    assert!(codes_of_products.contains(&"warranty".to_owned()) && codes_of_products.contains(&"material".to_owned()));
    for of_others in ["tier", "season", "door_code"] {
        assert!(!codes_of_products.contains(&of_others.to_owned()), "{of_others} is of no product");
    }
    let warranty = of_products.as_array().unwrap().iter().find(|row| row["code"] == "warranty").unwrap();
    assert_eq!(
        (&warranty["scope"], &warranty["required"], &warranty["type"]),
        (&json!("store"), &json!("1"), &json!("text"))
    );
    let options =
        shop.answer("catalogProductAttributeOptions", json!({"attributeId": "material", "storeView": null})).await;
    let labels: Vec<&str> = options.as_array().unwrap().iter().filter_map(|row| row["label"].as_str()).collect();
    assert!(labels.contains(&"Wood") && labels.contains(&"Steel"), "{options}");
    let categories = shop.answer("catalogCategoryAttributeList", json!({})).await;
    assert!(codes(&categories).contains(&"season".to_owned()) && !codes(&categories).contains(&"warranty".to_owned()));
    let options =
        shop.answer("catalogCategoryAttributeOptions", json!({"attributeId": "season", "storeView": null})).await;
    assert!(options.to_string().contains("Winter"), "{options}");
}

#[tokio::test]
async fn edits_take_ids_and_say_which() {
    let shop = Served::start(shop(SEED, WireStyle::RpcEncoded).unwrap()).await;
    for (edit, said) in [
        (json!({"update_customer": {"id": 1, "fields": {"tier": "Silver"}}}), "write 9, which is Silver"),
        (json!({"update": {"table": "catalog_product", "id": 1, "fields": {"material": "Wood"}}}), "which is Wood"),
        (json!({"update": {"table": "catalog_category", "id": 2, "fields": {"season": "Spring"}}}), "for Summer"),
        (json!({"update_customer": {"id": 1, "fields": {"tier": "9"}}}), ""),
    ] {
        let (status, answer) = shop.admin("POST", "/edits", edit).await;
        assert!((status == 200) == said.is_empty() && answer.to_string().contains(said), "{said}: {status} {answer}");
    }
}

#[test]
fn what_contradicts_magento_or_itself_is_refused() {
    for (attributes, said) in [
        ("[{entity: customer, code: firstname}]", "Magento's customer has firstname already"),
        ("[{code: Tier}]", "\"Tier\" is no code"),
        ("[{code: tier}, {code: tier}]", "tier of catalog_product is there twice"),
        ("[{code: tier, options: [a]}]", "tier has options"),
        ("[{code: tier, sets: [Default, Toys]}]", "there is no attribute set \"Toys\""),
        ("[{code: tier, type: select, options: {x: a}}]", "the option \"a\" of tier has the id \"x\""),
        ("[{entity: customer, code: tier, apply_to: [simple]}]", "tier is of no product"),
        ("[{code: tier, typ: select}]", "seed.yaml:"),
        ("[{code: tier, apply_to: [simple, simpel]}]", "tier applies to \"simpel\"; did you mean simple?"),
    ] {
        let told = shop(&format!("attributes: {attributes}"), WireStyle::RpcEncoded).err().unwrap();
        assert!(told.contains(said), "{attributes}: {told}");
    }
    for (attribute, value, said) in [
        ("type: date", "yesterday", "customer.tier cannot hold \"yesterday\"; write a UTC time"),
        ("type: date", "2024-02-01", ""),
        ("type: price", "a lot", "customer.tier cannot hold \"a lot\""),
        ("type: select, options: {7: Gold}", "Gold", "\"Gold\" is none; write 7, which is Gold"),
        ("type: select, options: {7: Gold}", "gold", "write 7, which is Gold"),
        ("type: select, options: {7: Gold}", "Bronze", "\"Bronze\" is none; there are 7 for Gold"),
        ("type: select, options: [Silver, Gold]", "Gold", "write 5, which is Gold"),
        (
            "type: multiselect, options: {7: Gold, 9: Silver}",
            "7,Silver",
            "\"Silver\" is none; write 9, which is Silver",
        ),
        ("type: boolean", "yes", "write 1, which is Yes"),
        ("type: select, options: {7: Gold}", "7", ""),
        ("type: boolean", "perhaps", "\"perhaps\" is none; there are 1 for Yes, 0 for No"),
        ("type: multiselect, options: {7: Gold}", "7,8", "\"8\" is none; there are 7 for Gold"),
        ("type: multiselect, options: {7: Gold, 8: Tin}", "7,8", ""),
        ("type: text", "anything", ""),
    ] {
        let seed = format!(
            "attributes: [{{entity: customer, code: tier, {attribute}}}]\n\
             customers: [{{email: ann@example.com, firstname: Ann, lastname: Lee, tier: '{value}'}}]\n"
        );
        let told = shop(&seed, WireStyle::RpcEncoded).err().unwrap_or_default();
        assert!(told.contains(said) && told.is_empty() == said.is_empty(), "{attribute} {value}: {told}");
    }
    // Rows of Magento's own tables, options among them, say the same; so do edits of a running shop.
    let rows = "tables:
  eav_attribute_option: [{option_id: 20, attribute_id: 92, label: Red}]
  catalog_product: [{entity_id: 1, sku: mug, type_id: simple, attribute_set_id: 4, VALUE}]
";
    for (value, said) in [
        ("color: Red", "catalog_product.color holds ids of options, and \"Red\" is none; write 20, which is Red"),
        ("status: enabled", "write 1, which is Enabled"),
        ("color: 20, status: 1", ""),
    ] {
        let told = shop(&rows.replace("VALUE", value), WireStyle::RpcEncoded).err().unwrap_or_default();
        assert!(told.contains(said) && told.is_empty() == said.is_empty(), "{value}: {told}");
    }
    // The same code on different entities is no contradiction.
    assert!(shop("attributes: [{entity: customer, code: tier}, {code: tier}]", WireStyle::RpcEncoded).is_ok());
}

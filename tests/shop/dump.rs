//! A seed of a real shop's tables: what `mysqldump` writes of them becomes a shop that answers.

use mockgento::record::{SubstituteKey, without_personal_data};
use mockgento::shop::dump::{Converted, Kind, Part, Tables};
use mockgento::shop::seed::SeedUser;
use mockgento::shop::{Seed, Shop, ShopConfig};
use serde_json::json;

use crate::support::{self, served::Served};

const DUMP: &str = include_str!("../fixtures/dump/shop.sql");

fn converted(part: &Part) -> Converted {
    Tables::of_sql(DUMP, "shop.sql").unwrap().convert(None, part)
}

fn shop(mut seed: Seed) -> Shop {
    seed.api_users.push(SeedUser::with_full_access("apiuser", "apikey123"));
    // The seed is read again as the command prints it.
    let seed = Seed::parse(&seed.to_yaml().unwrap(), "seed.yaml").unwrap();
    Shop::new(ShopConfig::new(support::clock()), seed).unwrap()
}

#[tokio::test]
async fn attributes_become_columns_and_the_shop_answers_by_them() {
    let Converted { seed, notes } = converted(&Part::default());
    let shop = Served::start(shop(seed)).await;
    let ann = shop.answer("customerCustomerInfo", json!({"customerId": 5, "attributes": null})).await;
    assert_eq!(
        (&ann["email"], &ann["firstname"], &ann["dob"]),
        (&json!("ann@example.com"), &json!("Ann"), &json!("1980-12-31 00:00:00"))
    );
    let address = shop.answer("customerAddressInfo", json!({"addressId": 8})).await;
    assert_eq!(
        (&address["street"], &address["is_default_billing"]),
        (&json!("1 Main St\nFlat 2"), &json!(true)),
        "{address}"
    );
    let product = shop
        .answer(
            "catalogProductInfo",
            json!({"productId": "3", "storeView": null, "attributes": null, "identifierType": null}),
        )
        .await;
    assert_eq!((&product["sku"], &product["name"]), (&json!("mug"), &json!("O'Neil's mug")), "{product}");
    let order = shop.answer("salesOrderInfo", json!({"orderIncrementId": "100000001"})).await;
    assert_eq!(
        (&order["customer_email"], &order["items"][0]["sku"]),
        (&json!("ann@example.com"), &json!("mug")),
        "{order}"
    );
    let told = notes.join("\n");
    for said in [
        "acme_loyalty: 2 rows of a table that a seed has no place for",
        "core_config_data: 1 values that are named like secrets are left out",
        "core_config_data: 1 values of websites and store views",
        "api_user: oro: only hashes of their keys are known",
        "customer_entity: 1 values of attributes that eav_attribute does not have",
    ] {
        assert!(told.contains(said), "{said}\n{told}");
    }
    assert!(!told.contains("log_url"), "what nobody misses is not listed: {told}");
}

#[test]
fn an_attribute_of_the_shops_own_is_one_of_the_seed_too() {
    let Converted { seed, .. } = converted(&Part::default());
    let tier = seed.tables["customer"][0].get("tier").map(str::to_owned);
    assert_eq!(tier.as_deref(), Some("7"));
    let attributes = &seed.tables["eav_attribute"];
    let codes: Vec<_> = attributes.iter().filter_map(|row| row.get("attribute_code")).collect();
    assert_eq!(codes, ["tier", "fabric"], "Magento's own are not repeated: {attributes:?}");
    let options = &seed.tables["eav_attribute_option"];
    assert_eq!(options[0].get("label"), Some("Gold"));
}

/// A shop numbers its attributes as they came; the fake's have the numbers of a fresh install.
#[tokio::test]
async fn what_names_an_attribute_by_its_number_names_the_same_in_the_fake() {
    let Converted { seed, .. } = converted(&Part::default());
    let fabric = seed.tables["eav_attribute"][1].get("attribute_id").unwrap().to_owned();
    assert_ne!(fabric, "92", "in the fake that is another attribute");
    let numbers = |table: &str| -> Vec<Option<String>> {
        seed.tables[table].iter().map(|row| row.get("attribute_id").map(str::to_owned)).collect()
    };
    let color = numbers("catalog_product_super_attribute")[0].clone().unwrap();
    assert_eq!(numbers("catalog_product_super_attribute"), [Some(color.clone()), Some(fabric.clone())]);
    let chosen = seed.tables["sales_flat_quote_item_option"][0].get("value").map(str::to_owned);
    assert_eq!(chosen.unwrap(), format!("a:2:{{i:{color};s:2:\"21\";i:{fabric};s:2:\"22\";}}"));
    let shop = Served::start(shop(seed)).await;
    for (code, number, label) in [("color", color, "Blue"), ("fabric", fabric, "Wool")] {
        for asked in [code.to_owned(), number] {
            let options =
                shop.answer("catalogProductAttributeOptions", json!({"attributeId": asked, "storeView": null})).await;
            assert_eq!(options[1]["label"], json!(label), "{asked}: {options}");
        }
    }
}

#[tokio::test]
async fn what_the_fake_keeps_in_other_tables_is_put_there() {
    let Converted { seed, notes } = converted(&Part::default());
    let shop = Served::start(shop(seed)).await;
    let of_mug = |more: serde_json::Value| {
        let mut all = json!({"product": "3", "storeView": null, "identifierType": null});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let images = shop.answer("catalogProductAttributeMediaList", of_mug(json!({}))).await;
    assert_eq!(
        (&images[0]["file"], &images[0]["label"]),
        (&json!("/m/u/mug.jpg"), &json!("From the left")),
        "{images}"
    );
    let prices = shop.answer("catalogProductAttributeTierPriceInfo", of_mug(json!({}))).await;
    assert_eq!(prices[0]["price"], json!(8.0), "{prices}");
    let told = "catalog_product_entity_media_gallery_value: 1 values of single store views, websites or coupons";
    assert!(notes.iter().any(|note| note == told), "{notes:?}");
}

#[test]
fn only_some_kinds_bring_what_they_point_to_and_nothing_else() {
    for (only, expected) in [
        (Kind::Orders, [("customer", 1), ("sales_flat_order", 2), ("sales_flat_quote", 0), ("catalog_product", 1)]),
        (Kind::Carts, [("customer", 1), ("sales_flat_order", 0), ("sales_flat_quote", 1), ("catalog_product", 2)]),
        (Kind::Customers, [("customer", 3), ("sales_flat_order", 0), ("sales_flat_quote", 0), ("catalog_product", 0)]),
        (Kind::Products, [("customer", 0), ("sales_flat_order", 0), ("sales_flat_quote", 0), ("catalog_product", 3)]),
    ] {
        let Converted { seed, notes } = converted(&Part { only: vec![only], ..Part::default() });
        for (table, count) in expected {
            assert_eq!(seed.tables.get(table).map_or(0, Vec::len), count, "{only:?}: {table}: {notes:?}");
        }
        Shop::new(ShopConfig::new(support::clock()), seed).unwrap();
    }
    // The newest product is the configurable one, whose simple product is older.
    let part = Part { only: vec![Kind::Products], limit: Some(1), since: Some("2024-01-02".to_owned()) };
    let Converted { seed, .. } = converted(&part);
    let ids: Vec<_> = seed.tables["catalog_product"].iter().filter_map(|row| row.get("entity_id")).collect();
    assert_eq!(ids, ["4", "5"]);
}

#[test]
fn a_part_has_what_its_rows_point_to_and_what_belongs_to_them() {
    let part = Part { limit: Some(1), ..Part::default() };
    let Converted { seed, notes } = converted(&part);
    let ids = |table: &str| -> Vec<String> {
        let rows = seed.tables.get(table).into_iter().flatten();
        rows.filter_map(|row| row.get("entity_id").map(str::to_owned)).collect()
    };
    // The newest customer is 6; 5 stays because the newest order is hers.
    assert_eq!(
        (ids("customer"), ids("sales_flat_order")),
        (vec!["5".to_owned(), "6".to_owned()], vec!["2".to_owned()])
    );
    assert_eq!(seed.tables["sales_flat_order_item"].len(), 1);
    assert!(notes.iter().any(|note| note.starts_with("sales_flat_order: 1 of 2 rows")), "{notes:?}");
    let none = converted(&Part { since: Some("2030-01-01".to_owned()), ..Part::default() });
    let rows = |table: &str| none.seed.tables.get(table).map_or(0, Vec::len);
    assert_eq!((rows("sales_flat_order"), rows("sales_flat_order_item")), (0, 0));
    Shop::new(ShopConfig::new(support::clock()), seed).unwrap();
}

#[test]
fn personal_data_is_replaced_everywhere_and_the_rest_stays() {
    let Converted { seed, .. } = converted(&Part::default());
    let replaced = without_personal_data(&seed, SubstituteKey::of("a key for this test")).unwrap();
    let text = replaced.to_yaml().unwrap();
    for original in ["ann@example.com", "Ann", "Lee", "Main St", "555-0100", "1980-12-31"] {
        assert!(seed.to_yaml().unwrap().contains(original), "{original} is in the dump");
        assert!(!text.contains(original), "{original} is left: {text}");
    }
    for kept in ["100000001", "mug", "pending", "simple"] {
        assert!(text.contains(kept), "{kept} is gone: {text}");
    }
    let email = |seed: &Seed, table: &str, column: &str| seed.tables[table][0].get(column).map(str::to_owned);
    let (customer, order) =
        (email(&replaced, "customer", "email"), email(&replaced, "sales_flat_order", "customer_email"));
    assert_eq!(customer, order, "the same person has the same address");
    Shop::new(ShopConfig::new(support::clock()), replaced).unwrap();
}

#[test]
fn json_of_real_tables_is_flattened_too_and_unknown_tables_are_told() {
    let json = r#"{"customer_entity": [{"entity_id": 1, "email": "a@example.com", "group_id": 1, "website_id": 1}],
        "eav_attribute": [{"attribute_id": 5, "entity_type_id": 1, "attribute_code": "firstname"}],
        "customer_entity_varchar": [{"entity_id": 1, "attribute_id": 5, "value": "Ann"}], "acme": [{"x": 1}]}"#;
    let Converted { seed, notes } = Seed::from_dump(json, "dump.json", None, &Part::default()).unwrap();
    assert_eq!(seed.tables["customer"][0].get("firstname"), Some("Ann"));
    assert_eq!(notes, ["acme: 1 rows of a table that a seed has no place for; `own_tables` can declare one"]);
    let plain =
        Seed::from_dump(r#"{"customer": [], "acme": [{"x": 1}]}"#, "dump.json", None, &Part::default()).unwrap();
    assert_eq!(plain.notes, ["acme: 1 rows of a table that a seed has no place for"]);
}

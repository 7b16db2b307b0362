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
    let Converted { seed, notes, .. } = converted(&Part::default());
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

#[tokio::test]
async fn own_attributes_of_products_are_in_the_sets_that_have_them() {
    let shop = Served::start(shop(converted(&Part::default()).seed)).await;
    let listed = shop.answer("catalogProductAttributeList", json!({"setId": 4})).await;
    let codes: Vec<&str> = listed.as_array().unwrap().iter().filter_map(|row| row["code"].as_str()).collect();
    assert!(codes.contains(&"fabric"), "{codes:?}");
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
    let Converted { seed, notes, .. } = converted(&Part::default());
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
        let Converted { seed, notes, .. } = converted(&Part { only: vec![only], ..Part::default() });
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
    let Converted { seed, notes, .. } = converted(&part);
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
    let Converted { seed, notes, .. } = Seed::from_dump(json, "dump.json", None, &Part::default()).unwrap();
    assert_eq!(seed.tables["customer"][0].get("firstname"), Some("Ann"));
    assert_eq!(notes, ["acme: 1 rows of a table that a seed has no place for; `own_tables` can declare one"]);
    let plain =
        Seed::from_dump(r#"{"customer": [], "acme": [{"x": 1}]}"#, "dump.json", None, &Part::default()).unwrap();
    assert_eq!(plain.notes, ["acme: 1 rows of a table that a seed has no place for"]);
}

#[test]
fn a_dump_that_was_cut_is_refused() {
    let whole = |text: &str| Tables::of_sql(text, "shop.sql").map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(whole(DUMP), Ok(()));
    let lines: Vec<&str> = DUMP.lines().collect();
    for kept in [lines.len() - 1, 40, 12] {
        let told = whole(&lines[..kept].join("\n")).unwrap_err();
        assert!(told.contains("does not end with \"-- Dump completed\""), "{kept}: {told}");
    }
    // Without comments nothing says that it is whole, but a statement has an end.
    let plain = lines[1..].iter().filter(|line| !line.starts_with("--")).copied().collect::<Vec<_>>().join("\n");
    assert_eq!(whole(&plain), Ok(()));
    let told = whole(plain.trim_end().trim_end_matches(';')).unwrap_err();
    assert!(told.contains("the dump ends inside of a statement"), "{told}");
}

#[test]
fn rows_that_cannot_be_told_apart_are_told() {
    let json = r#"{"customer_entity": [{"entity_id": 1, "email": "a@example.com"}, {"entity_id": 1, "email": "b@example.com"},
        {"email": "c@example.com"}, {"entity_id": "x", "email": "d@example.com"}]}"#;
    let Converted { seed, notes, .. } = Seed::from_dump(json, "dump.json", None, &Part::default()).unwrap();
    assert_eq!(seed.tables["customer"].len(), 1);
    assert_eq!(
        notes,
        [
            "customer_entity: 2 rows whose entity_id is no number",
            "customer_entity: 1 further rows with the entity_id of another one: 1",
        ]
    );
}

#[test]
fn what_holds_no_personal_data_stays_although_somebody_is_called_so() {
    let seed = Seed::parse(
        "config:
  general/locale/timezone: Europe/Berlin
  general/store_information/name: Berlin shop
  trans_email/ident_general/email: ann@shop.test
tables:
  eav_attribute:
    - {attribute_id: 903, entity_type_id: 1, attribute_code: hobbies, frontend_input: multiselect}
    - {attribute_id: 904, entity_type_id: 4, attribute_code: colours, frontend_input: multiselect}
  customer:
    - {entity_id: 1, email: ann@example.com, firstname: Ann, lastname: Simple, hobbies: '903,904'}
  customer_address:
    - {entity_id: 1, parent_id: 1, firstname: Ann, lastname: Simple, city: Berlin, company: Hilldale, postcode: '903', street: Main}
  catalog_product:
    - {entity_id: 1, sku: mug, name: A mug of Berlin, type_id: simple, attribute_set_id: 4, colours: '903,904', brand_code: Hilldale, depot_id: '903'}
",
        "seed.yaml",
    )
    .unwrap();
    let replaced = without_personal_data(&seed, SubstituteKey::of("a key for this test")).unwrap();
    let nothing = Seed::parse("customers: []\n", "seed.yaml").unwrap();
    assert!(without_personal_data(&nothing, SubstituteKey::of("a key for this test")).is_ok());
    assert_eq!(replaced.config["general/locale/timezone"], "Europe/Berlin");
    for personal in ["general/store_information/name", "trans_email/ident_general/email"] {
        assert_ne!(replaced.config[personal], seed.config[personal], "{personal}");
    }
    let (customer, product) = (&replaced.tables["customer"][0], &replaced.tables["catalog_product"][0]);
    assert_eq!((customer.get("hobbies"), product.get("colours")), (Some("903,904"), Some("903,904")));
    assert_eq!((product.get("type_id"), product.get("sku")), (Some("simple"), Some("mug")));
    let codes = ["brand_code", "depot_id"].map(|column| product.get(column));
    assert_eq!(codes, [Some("Hilldale"), Some("903")], "a code is nobody's company");
    assert!(!product.get("name").unwrap().contains("Berlin"), "a free text may be about somebody");
    let address = &replaced.tables["customer_address"][0];
    assert!(address.get("city") != Some("Berlin") && address.get("postcode") != Some("903"), "{address:?}");
}

#[test]
fn a_time_zone_that_there_is_not_is_refused() {
    let seed = Seed::parse("config: {general/locale/timezone: Europe/Paugrk}\ncustomers: []\n", "seed.yaml").unwrap();
    let told = Shop::new(ShopConfig::new(support::clock()), seed).err().unwrap().to_string();
    assert!(told.contains("general/locale/timezone is \"Europe/Paugrk\", which is no time zone"), "{told}");
}

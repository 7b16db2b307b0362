//! `mockgento record`, `replay` and `serve --cassette`: recordings of a sync and of other people's clients.

mod personal;
mod proxy;
mod real_clients;
mod sync;
mod trouble;

use std::path::Path;
use std::process::Output;

use jiff::{SignedDuration, Timestamp};
use mockgento::magento::directory;
use mockgento::testing::{TestShop, TestShopBuilder};
use serde_json::json;
use tokio::process::Command;

pub async fn mockgento(shop: &TestShop, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(arguments)
        .env("MOCKGENTO_API_KEY", shop.key())
        .output()
        .await
        .unwrap()
}

pub async fn record(shop: &TestShop, folder: &Path, more: &[&str]) -> Output {
    let (url, folder) = (shop.wsdl_url().to_string(), folder.display().to_string());
    let common = ["record", "--url", &url, "--user", shop.user(), "--out", &folder, "--start-date", &days_ago(20)];
    mockgento(shop, &[&common, more].concat()).await
}

/// A recording is made now: what it records must be recent, or the walk back is long.
pub fn days_ago(days: i64) -> String {
    let at = Timestamp::now() - SignedDuration::from_hours(24 * days);
    at.strftime("%Y-%m-%d").to_string()
}

pub async fn started(builder: TestShopBuilder) -> TestShop {
    let shop = builder.running_clock().user("api-of-acme", "s3cret-key-of-acme").start().await;
    let stamp = format!("{} 10:00:00", days_ago(9));
    for customer in shop.rows("customer") {
        let id = customer["entity_id"].as_i64().or_else(|| customer["entity_id"].as_str()?.parse().ok()).unwrap();
        shop.update("customer", id, json!({"created_at": stamp, "updated_at": stamp}));
    }
    shop.create(
        "sales_flat_order",
        json!({
            "increment_id": "100000001", "store_id": 1, "customer_is_guest": 1, "status": "new",
            "customer_email": "Gustav.Gast@acme-mail.example", "customer_firstname": "Gustav",
            "customer_lastname": "Gastmann", "remote_ip": "192.0.2.77", "customer_taxvat": "DE999888777",
            "created_at": stamp, "updated_at": stamp,
        }),
    );
    shop
}

/// Every text of the shop that says who somebody is.
pub fn originals(shop: &TestShop) -> Vec<String> {
    let personal = [
        "email",
        "firstname",
        "lastname",
        "middlename",
        "street",
        "city",
        "telephone",
        "company",
        "taxvat",
        "postcode",
        "password_hash",
        "customer_email",
        "customer_firstname",
        "customer_lastname",
        "remote_ip",
        "customer_taxvat",
    ];
    let mut originals =
        vec!["api-of-acme".to_owned(), "s3cret-key-of-acme".to_owned(), shop.url().host_str().unwrap().to_owned()];
    for table in ["customer", "customer_address", "sales_flat_order"] {
        for row in shop.rows(table) {
            let texts = row.as_object().unwrap().iter().filter(|(name, _)| personal.contains(&name.as_str()));
            originals.extend(texts.filter_map(|(_, value)| value.as_str()).map(str::to_owned));
        }
    }
    // What is shorter is in too many other words. Regions remain, and a city may be called like its region.
    let is_region = |text: &str| directory::regions().iter().any(|region| region.name == text);
    originals.retain(|text| text.chars().count() >= 5 && !is_region(text));
    originals
}

/// All files below a folder, by name.
pub fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files.map(|entry| (entry.path().display().to_string(), std::fs::read_to_string(entry.path()).unwrap())).collect()
}

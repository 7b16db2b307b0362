//! What tests of recordings start and look at: a shop with people in it, the program, the files that it leaves.

use std::path::Path;
use std::process::{Output, Stdio};

use jiff::{SignedDuration, Timestamp};
use mockgento::magento::directory;
use mockgento::shop::Seed;
use mockgento::testing::{TestShop, TestShopBuilder};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// `mockgento record --proxy` or `serve --cassette` as a user starts it.
pub struct Running {
    process: Child,
    /// Host and port.
    pub address: String,
    /// Path and query of the WSDL.
    pub wsdl: String,
}

impl Running {
    pub async fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.args(arguments).env_remove("MOCKGENTO_API_KEY").kill_on_drop(true);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        loop {
            let line = lines.next_line().await.unwrap().unwrap();
            if let Some(url) = line.strip_prefix("WSDL at http://") {
                let (address, path) = url.split_once('/').unwrap();
                let (address, wsdl) = (address.to_owned(), format!("/{path}"));
                // Whoever prints on must not be cut off.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Self { process, address, wsdl };
            }
        }
    }

    /// How it ends by itself, and what it said on standard error.
    pub async fn ended(self) -> (Option<i32>, String) {
        let output = self.process.wait_with_output().await.unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Ctrl-C.
    pub async fn interrupted(self) -> (Option<i32>, String) {
        let id = self.process.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
        self.ended().await
    }
}

pub async fn mockgento(shop: &TestShop, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(arguments)
        .env("MOCKGENTO_API_KEY", shop.key())
        .output()
        .await
        .unwrap()
}

/// A recording is made now: what it records must be recent, or the walk back is long.
pub fn days_ago(days: i64) -> String {
    let at = Timestamp::now() - SignedDuration::from_hours(24 * days);
    at.strftime("%Y-%m-%d").to_string()
}

pub async fn started(builder: TestShopBuilder) -> TestShop {
    let shop = builder
        .seed(Seed::corner_shop_people().unwrap())
        .running_clock()
        .user("api-of-acme", "s3cret-key-of-acme")
        .start()
        .await;
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

//! `mockgento record` and `replay`: nothing personal in any file, and the same CRM without the shop, in both styles.

#![expect(clippy::unwrap_used, reason = "helpers of a test may fail it")]

use std::path::Path;
use std::process::Output;

use jiff::{SignedDuration, Timestamp};
use mockgento::testing::{Disruption, TestShop, TestShopBuilder, When};
use serde_json::{Value, json};
use tokio::process::Command;

async fn mockgento(shop: &TestShop, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(arguments)
        .env("MOCKGENTO_API_KEY", shop.key())
        .output()
        .await
        .unwrap()
}

async fn record(shop: &TestShop, folder: &Path, more: &[&str]) -> Output {
    let (url, folder) = (shop.wsdl_url().to_string(), folder.display().to_string());
    let common = ["record", "--url", &url, "--user", shop.user(), "--out", &folder, "--start-date", &days_ago(20)];
    mockgento(shop, &[&common, more].concat()).await
}

/// A recording is made now: what it records must be recent, or the walk back is long.
fn days_ago(days: i64) -> String {
    let at = Timestamp::now() - SignedDuration::from_hours(24 * days);
    at.strftime("%Y-%m-%d").to_string()
}

async fn started(builder: TestShopBuilder) -> TestShop {
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
fn originals(shop: &TestShop) -> Vec<String> {
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
    // What is shorter is in too many other words.
    originals.retain(|text| text.chars().count() >= 5);
    originals
}

#[tokio::test]
async fn a_recording_holds_nobody_and_replays_to_the_same_crm() {
    for (builder, style) in [
        (TestShop::builder(), &[][..]),
        (TestShop::builder().wsi().mended_wsdl(), &["--wsi"]),
        (TestShop::builder().without_bridge(), &[]),
    ] {
        let shop = started(builder).await;
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("recording");
        let run = record(&shop, &folder, style).await;
        assert!(run.status.success(), "{style:?} {run:#?}");

        let originals = originals(&shop);
        assert!(originals.len() > 30, "{originals:?}");
        let mut read = 0;
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            read += text.len();
            for original in &originals {
                assert!(!text.contains(original.as_str()), "{original} is in {}", path.display());
            }
        }
        assert!(read > 100_000);

        shop.forget_calls();
        let named = folder.display().to_string();
        let again = mockgento(&shop, &["replay", &named]).await;
        assert!(again.status.success(), "{again:#?}");
        assert!(shop.received_calls().is_empty(), "a replay asks nobody");
        let crm: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("crm.json")).unwrap()).unwrap();
        assert!(crm["integrations"][0]["customers"].as_array().unwrap().len() > 3, "{style:?}");

        let path = folder.join("crm.json");
        let changed = std::fs::read_to_string(&path).unwrap().replacen("\"guest\": false", "\"guest\": true", 1);
        std::fs::write(&path, changed).unwrap();
        let differs = mockgento(&shop, &["replay", &named]).await;
        assert_eq!(differs.status.code(), Some(1), "{differs:#?}");
    }
}

#[tokio::test]
async fn one_key_replaces_a_person_by_the_same_person_and_no_key_by_somebody_else() {
    let shop = started(TestShop::builder()).await;
    let place = tempfile::tempdir().unwrap();
    let key = place.path().join("key");
    std::fs::write(&key, "correct horse battery staple").unwrap();
    let key = key.display().to_string();
    let mut states = Vec::new();
    for (name, more) in [("a", vec!["--substitutes", &key]), ("b", vec!["--substitutes", &key]), ("c", vec![])] {
        let folder = place.path().join(name);
        let run = record(&shop, &folder, &more).await;
        assert!(run.status.success(), "{run:#?}");
        let crm: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("crm.json")).unwrap()).unwrap();
        states.push(crm["integrations"][0]["customers"][0]["email"].clone());
    }
    assert!(states[0] == states[1] && states[1] != states[2], "{states:?}");
    let taken = record(&shop, &place.path().join("a"), &[]).await;
    assert_eq!(taken.status.code(), Some(2), "a folder that holds something is left alone");
}

#[tokio::test]
async fn a_bad_night_is_recorded_with_its_faults() {
    let shop = started(TestShop::builder()).await;
    shop.keep_disrupting(
        Disruption::Status(500),
        When { operation: Some("oroOrderList".to_owned()), ..When::default() },
    );
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("night");
    let run = record(&shop, &folder, &[]).await;
    assert_eq!(run.status.code(), Some(1), "{run:#?}");
    let cassette = std::fs::read_to_string(folder.join("cassette.json")).unwrap();
    assert!(cassette.contains("\"status\": 500"));
    let again = mockgento(&shop, &["replay", &folder.display().to_string()]).await;
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(again.status.success() && said.contains("did not come through"), "{said}");
}

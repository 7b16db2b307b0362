//! States of a shop to come back to, in the middle of a test.

use mockgento::soap::WireStyle;
use serde_json::{Value, json};

use crate::support::{self, served::Served};

async fn email(shop: &Served) -> Value {
    shop.answer("customerCustomerInfo", json!({"customerId": 1, "attributes": null})).await["email"].clone()
}

#[tokio::test]
async fn a_checkpoint_brings_back_rows_sessions_settings_disruptions_and_time() {
    let mut shop = Served::start(support::shop(&support::clock())).await;
    let first = email(&shop).await;
    let armed = json!({"disruption": "session-expired", "when": {"operation": "storeList"}, "times": 0});
    shop.admin("POST", "/disruptions", armed).await;
    assert_eq!(shop.admin("POST", "/checkpoints", json!({"save": "before"})).await.0, 201);
    let edit = json!({"update": {"table": "customer", "id": 1, "fields": {"email": "other@example.com"}}});
    for _ in 0..2 {
        shop.admin("POST", "/edits", edit.clone()).await;
        shop.admin("PUT", "/settings", json!({"wsi": true})).await;
        shop.admin("PUT", "/clock", json!({"advance": "3 days"})).await;
        shop.admin("DELETE", "/disruptions", Value::Null).await;
        shop.login().await;
        assert_eq!(email(&shop).await, json!("other@example.com"));
        assert_eq!(shop.admin("POST", "/checkpoints", json!({"restore": "before"})).await.0, 204);
        assert_eq!(shop.shop.shop().lock().unwrap().mode(), WireStyle::RpcEncoded);
        assert_eq!(shop.admin("GET", "/clock", Value::Null).await.1["now"], "2026-11-23T09:26:30Z");
        shop.login().await;
        assert_eq!(email(&shop).await, first);
        let refused = shop.answer("storeList", json!({})).await;
        assert!(
            refused.as_str().is_some_and(|fault| fault.starts_with("5 ")),
            "the disruption is armed again: {refused}"
        );
    }
    assert_eq!(shop.admin("GET", "/checkpoints", Value::Null).await.1["checkpoints"][0]["name"], "before");
    assert_eq!(shop.admin("DELETE", "/checkpoints/before", Value::Null).await.0, 204);
    let (status, problem) = shop.admin("POST", "/checkpoints", json!({"restore": "before"})).await;
    assert!(status == 404 && problem["remedy"].as_str().unwrap().starts_with("there is none yet"), "{problem}");
}

/// Saved by tests, each in its turn, with the reset of a test runner between them.
#[tokio::test]
async fn what_a_test_saves_is_gone_after_the_next_reset_and_what_was_prepared_stays() {
    let shop = Served::start(support::shop(&support::clock())).await;
    let names = async || {
        let known = shop.admin("GET", "/checkpoints", Value::Null).await.1;
        let names: Vec<String> = known["checkpoints"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect();
        names
    };
    let edit = |email: &str| json!({"update": {"table": "customer", "id": 1, "fields": {"email": email}}});
    shop.admin("POST", "/edits", edit("prepared@example.com")).await;
    shop.admin("POST", "/checkpoints", json!({"save": "prepared"})).await;
    for test in 0..40 {
        assert_eq!(shop.admin("POST", "/reset", json!({})).await.0, 204);
        assert_eq!(names().await, ["prepared"], "test {test}");
        shop.admin("POST", "/edits", edit("mine@example.com")).await;
        let saved = shop.admin("POST", "/checkpoints", json!({"save": format!("mine {test}")})).await;
        assert_eq!(saved.0, 201, "test {test}: {}", saved.1);
        // Nor does it change what others begin with.
        shop.admin("POST", "/checkpoints", json!({"save": "prepared"})).await;
        let (status, problem) =
            shop.admin("POST", "/checkpoints", json!({"restore": format!("mine {}", test - 1)})).await;
        assert!(status == 404 && problem["remedy"].as_str().unwrap().contains("a reset forgets"), "{problem}");
    }
    shop.admin("POST", "/reset", json!({})).await;
    shop.admin("POST", "/checkpoints", json!({"restore": "prepared"})).await;
    let rows = shop.admin("GET", "/state?table=customer&limit=1", Value::Null).await.1;
    assert_eq!(rows["customer"][0]["email"], "prepared@example.com");
}

#[tokio::test]
async fn a_checkpoint_of_any_name_is_deleted_by_it() {
    let shop = Served::start(support::shop(&support::clock())).await;
    for (name, written) in [
        ("two words", "two%20words"),
        ("Ümläut", "%C3%9Cml%C3%A4ut"),
        ("50% off?", "50%25%20off%3F"),
        ("a+b", "a+b"),
        ("plain", "plain"),
    ] {
        assert_eq!(shop.admin("POST", "/checkpoints", json!({"save": name})).await.0, 201, "{name}");
        assert_eq!(shop.admin("DELETE", &format!("/checkpoints/{written}"), Value::Null).await.0, 204, "{name}");
    }
    for name in ["", "a/b", ".", ".."] {
        assert_eq!(shop.admin("POST", "/checkpoints", json!({"save": name})).await.0, 400, "{name}");
    }
}

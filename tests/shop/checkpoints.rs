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
    assert_eq!((status, &problem["remedy"]), (404, &json!("there is none yet")));
}

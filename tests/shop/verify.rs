//! What a test in any language asks of the calls that came: how often, with which arguments, in which order, and nothing else.

use mockgento::soap::WireStyle;
use serde_json::{Value, json};

use crate::support::{self, served::Served};

async fn after_some_calls(mode: WireStyle) -> Served {
    let mut shop = support::shop(&support::clock());
    shop.set_mode(mode);
    let served = Served::start(shop).await;
    for id in [1, 2, 1] {
        served.call("customerCustomerInfo", json!({"customerId": id, "attributes": null})).await.unwrap();
    }
    let filters = json!({"filters": {"filter": [{"key": "website_id", "value": "1"}]}});
    served.call("customerCustomerList", filters).await.unwrap();
    served
}

async fn verified(shop: &Served, question: Value) -> (u16, Value) {
    shop.admin("POST", "/requests/verify", question).await
}

#[tokio::test]
async fn calls_are_verified_by_their_arguments_in_both_styles() {
    for mode in [WireStyle::RpcEncoded, WireStyle::WsI] {
        let shop = after_some_calls(mode).await;
        let info = |id: u32| json!({"to": "customerCustomerInfo", "with": {"customerId": id}});
        let list = json!({"to": "customerCustomerList", "with": {"filters": ["website_id = 1"]}});
        let all = json!([{"to": "customerCustomerInfo", "count": 3}, list]);
        for (question, holds) in [
            (json!({"calls": [{"to": "customerCustomerInfo", "with": {"customerId": 1}, "count": 2}]}), true),
            (json!({"calls": [{"to": "customerCustomerInfo", "count": {"at least": 4}}]}), false),
            (json!({"calls": [{"to": "customerCustomerInfo", "count": {"at most": 3}}]}), true),
            (json!({"calls": [info(2), list], "in order": true}), true),
            (json!({"calls": [list, info(2)], "in order": true}), false),
            (json!({"calls": all, "nothing else": true}), true),
            (json!({"calls": [list], "nothing else": true}), false),
            (json!({"calls": [{"to": "storeList", "count": 0}]}), true),
        ] {
            let (status, answer) = verified(&shop, question.clone()).await;
            assert_eq!(status, if holds { 200 } else { 409 }, "{mode:?} {question}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_near_miss_names_the_argument_and_both_values() {
    let shop = after_some_calls(WireStyle::RpcEncoded).await;
    let question = json!({"calls": [{"to": "customerCustomerInfo", "with": {"customerId": 7}}]});
    let (status, answer) = verified(&shop, question).await;
    assert_eq!(status, 409);
    let near = &answer["unmet"][0]["near"][0]["differs"][0];
    assert_eq!(near, &json!({"argument": "customerId", "expected": "\"7\"", "found": "\"1\""}));
    assert!(answer["detail"].as_str().unwrap().contains("customerId is \"1\", expected \"7\""), "{answer}");
}

#[tokio::test]
async fn what_cannot_be_verified_is_said() {
    let shop = after_some_calls(WireStyle::RpcEncoded).await;
    for (question, said) in [
        (json!({"calls": []}), "nothing is asked"),
        (json!({"call": []}), "call"),
        (json!({"calls": [{"to": "x", "with": {"a": {"regex": "("}}}]}), "regular expression"),
        (json!({"calls": [{"to": "x", "with": {"a": {"contains": "b", "not": "c"}}}]}), "cannot stand beside"),
        // None of it would come, however often a client called what was meant.
        (json!({"calls": [{"to": "customerCustomerInof", "count": 0}]}), "no operation customerCustomerInof"),
        (json!({"calls": [{"to": "customer.inof", "count": 0}]}), "no operation customer.inof"),
    ] {
        let (status, answer) = verified(&shop, question.clone()).await;
        assert_eq!(status, 400, "{question}: {answer}");
        assert!(answer["detail"].as_str().unwrap().contains(said), "{question}: {answer}");
    }
}

#[tokio::test]
async fn a_disruption_of_an_operation_that_is_not_there_is_refused() {
    let shop = Served::start(support::shop(&support::clock())).await;
    for (operation, status) in [("storeLst", 400), ("storeList", 201), ("store.list", 201), ("wsdl", 201)] {
        let armed = json!({"disruption": {"status": 503}, "when": {"operation": operation}});
        let (found, answer) = shop.admin("POST", "/disruptions", armed).await;
        assert_eq!(found, status, "{operation}: {answer}");
        assert!(status != 400 || answer["remedy"] == "did you mean storeList?", "{answer}");
    }
}

#[tokio::test]
async fn a_disruption_strikes_only_calls_with_its_arguments() {
    let shop = Served::start(support::shop(&support::clock())).await;
    let armed = json!({
        "disruption": {"fault": {"code": "101", "string": "No luck"}},
        "when": {"operation": "customerCustomerInfo", "arguments": {"customerId": 2}},
        "times": 0,
    });
    let (status, answer) = shop.admin("POST", "/disruptions", armed).await;
    assert_eq!((status, &answer["when"]["arguments"]), (201, &json!({"customerId": "2"})));
    let info = |id: i64| shop.call("customerCustomerInfo", json!({"customerId": id, "attributes": null}));
    assert!(info(1).await.is_ok());
    assert!(info(2).await.unwrap_err().contains("No luck"));
    assert!(info(1).await.is_ok());
}

//! The library face as a test of another crate uses it: one line to start, assertions that say what came instead.

use std::panic::AssertUnwindSafe;

use jiff::SignedDuration;
use mockgento::clock::Clock;
use mockgento::testing::{Disruption, Flavor, Outcome, ShopEdit, TestShop, When};
use mockgento::transport::tcp::{TcpOptions, TcpTransport};
use mockgento::transport::{HttpRequest, Transport};
use serde_json::json;

/// Calls an operation in RPC style; what came back.
async fn call(shop: &TestShop, operation: &str, parts: &[(&str, &str)]) -> String {
    let parts: String = parts.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
    let envelope = format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><m:{operation} \
         xmlns:m=\"urn:Magento\">{parts}</m:{operation}></e:Body></e:Envelope>"
    );
    let transport = TcpTransport::new(TcpOptions::default(), Clock::system()).unwrap();
    let mut url = shop.wsdl_url();
    url.set_query(None);
    let answer = transport.send(HttpRequest::post(url, Vec::new(), envelope.into_bytes())).await.unwrap();
    String::from_utf8(answer.body).unwrap()
}

async fn session(shop: &TestShop) -> String {
    let answer = call(shop, "login", &[("username", shop.user()), ("apiKey", shop.key())]).await;
    regex::Regex::new("[0-9a-f]{32}").unwrap().find(&answer).expect("a session").as_str().to_owned()
}

/// The message of the panic `work` ends in.
fn panic_of(work: impl FnOnce()) -> String {
    let caught = std::panic::catch_unwind(AssertUnwindSafe(work)).expect_err("a panic");
    caught.downcast_ref::<String>().expect("a text").clone()
}

#[tokio::test]
async fn a_test_sees_what_its_code_sent() {
    let shop = TestShop::start().await;
    let id = shop.create("customer", json!({"email": "ann@example.com", "firstname": "Ann", "website_id": 1}));
    let sid = session(&shop).await;
    let answer = call(&shop, "customerCustomerInfo", &[("sessionId", &sid), ("customerId", &id.to_string())]).await;
    assert!(answer.contains("ann@example.com"), "{answer}");
    shop.assert_calls("login", 1);
    shop.assert_called_with("customerCustomerInfo", json!({"customerId": id}));
    shop.assert_not_called("customerCustomerList");
    shop.assert_no_failures();
    assert!(matches!(shop.received("customerCustomerInfo")[0].outcome, Outcome::Record(_)));
    shop.forget_calls();
    shop.assert_not_called("login");
}

#[tokio::test]
async fn a_failed_assertion_lists_what_came_and_why_it_failed() {
    let shop = TestShop::start().await;
    assert_eq!(panic_of(|| shop.assert_called("login")), "expected a call of login; received:\n  nothing at all");
    let sid = session(&shop).await;
    call(&shop, "customerCustomerInfo", &[("sessionId", &sid), ("customerId", "4711")]).await;
    assert_eq!(
        panic_of(|| shop.assert_called_with("customerCustomerInfo", json!({"customerId": 1}))),
        "expected a call of customerCustomerInfo with {\"customerId\":1}; received:\n  \
         1 login {\"username\":\"tester\",\"apiKey\":\"***\"} -> text\n  \
         2 customerCustomerInfo {\"customerId\":4711} -> fault 102: Customer not exists.\n      \
         no customer has entity_id \"4711\"; the table has 12, such as 11, 1, 4, 7, 10, 12, 2, 3\n"
    );
    assert!(panic_of(|| shop.assert_no_failures()).starts_with("expected no failures, there were 1; received:"));
    assert!(panic_of(|| shop.assert_calls("login", 2)).starts_with("expected 2 calls of login, there were 1;"));
    assert_eq!(
        panic_of(|| shop.delete("customers", 1)),
        "the shop has no table \"customers\"; did you mean \"customer\"?"
    );
}

#[tokio::test]
async fn trouble_strikes_until_it_is_cleared_and_time_passes_when_told() {
    let shop = TestShop::start().await;
    shop.keep_disrupting(Disruption::HtmlPage, When::nth_of("storeList", 1));
    let sid = session(&shop).await;
    for _ in 0..2 {
        assert!(call(&shop, "storeList", &[("sessionId", &sid)]).await.contains("<html>"));
    }
    shop.clear_disruptions();
    assert!(call(&shop, "storeList", &[("sessionId", &sid)]).await.contains("storeListResponse"));
    shop.advance(SignedDuration::from_hours(2));
    assert!(call(&shop, "storeList", &[("sessionId", &sid)]).await.contains("Session expired"));
    assert_eq!(shop.now().to_string(), "2026-01-31T11:00:00Z");
}

#[tokio::test]
async fn a_shop_starts_as_its_builder_says() {
    let seed = "customers: [{email: solo@example.com, firstname: So, lastname: Lo}]";
    let shop = TestShop::builder()
        .seed_text(seed)
        .user("me", "my-own-key")
        .flavor(Flavor::OpenMage2016)
        .without_bridge()
        .frozen_at("2014-05-01T00:00:00Z")
        .start()
        .await;
    assert_eq!((shop.rows("customer").len(), shop.rows("wishlist").len()), (1, 0));
    assert_eq!((shop.user(), shop.key()), ("me", "my-own-key"));
    assert_eq!(shop.state()["bridge"], json!(null));
    session(&shop).await;
    shop.edit(&ShopEdit::SetUserActive { user: "me".to_owned(), active: false });
    assert!(call(&shop, "login", &[("username", "me"), ("apiKey", "my-own-key")]).await.contains("Access denied"));
    assert!(shop.received("login")[1].why.as_deref().is_some_and(|why| why.contains("is not active")));
    let broken = panic_of(|| drop(TestShop::builder().seed_text("customer: []")));
    assert!(broken.starts_with("seed:1:1: ") && broken.contains("customer"), "{broken}");
    assert!(panic_of(|| drop(TestShop::builder().bridge("9.9"))).contains("released are 1.1.3"));
}

#[tokio::test]
#[should_panic(expected = "when.every: every 0 calls is never; write 1 for every call")]
async fn a_disruption_that_never_strikes_is_not_armed() {
    let shop = TestShop::start().await;
    shop.disrupt(Disruption::HtmlPage, When { every: Some(0), ..When::default() });
}

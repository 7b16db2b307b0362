//! The control API as a program in any language uses it: JSON over a real socket, next to SOAP calls on the same shop.

use mockgento::clock::Clock;
use mockgento::server::{AdminApi, FakeShop, ServerOptions};
use mockgento::transport::tcp::{TcpOptions, TcpTransport};
use mockgento::transport::{HttpRequest, Transport};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support;

const LOGIN: &str = include_str!("../fixtures/recorded/rpc-001-login-ok.req.xml");
const BAD_LOGIN: &str = include_str!("../fixtures/recorded/rpc-002-login-bad-key.req.xml");

async fn start() -> FakeShop {
    FakeShop::start(support::shop(&support::clock()), ServerOptions::default()).await.unwrap()
}

/// Sends a request as written and reads until the server closes.
async fn raw(shop: &FakeShop, head: &str, body: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(shop.address()).await.unwrap();
    let request = format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head[9..12].parse().unwrap(), head.to_owned(), body.to_owned())
}

async fn ask(shop: &FakeShop, method: &str, path: &str, body: Value) -> (u16, Value) {
    let host = shop.address();
    let (body, kind) = match body {
        Value::Null => (String::new(), ""),
        body => (body.to_string(), "Content-Type: application/json\r\n"),
    };
    let head = format!("{method} /__admin{path} HTTP/1.1\r\nHost: {host}\r\n{kind}");
    let (status, _, text) = raw(shop, &head, &body).await;
    let value = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect("JSON") };
    (status, value)
}

async fn get(shop: &FakeShop, path: &str) -> Value {
    let (status, value) = ask(shop, "GET", path, Value::Null).await;
    assert_eq!(status, 200, "{path}: {value}");
    value
}

async fn call(shop: &FakeShop, envelope: &str) -> String {
    let transport = TcpTransport::new(TcpOptions::default(), Clock::system()).unwrap();
    let mut url = shop.wsdl_url();
    url.set_query(None);
    let headers = vec![("Content-Type".to_owned(), "text/xml; charset=utf-8".to_owned())];
    let answer = transport.send(HttpRequest::post(url, headers, envelope.as_bytes().to_vec())).await.unwrap();
    String::from_utf8(answer.body).unwrap()
}

async fn session(shop: &FakeShop) -> String {
    let answer = call(shop, LOGIN).await;
    regex::Regex::new("[0-9a-f]{32}").unwrap().find(&answer).expect("a session").as_str().to_owned()
}

fn envelope(operation: &str, parts: &[(&str, &str)]) -> String {
    let parts: String = parts.iter().map(|(name, value)| format!("<{name}>{value}</{name}>")).collect();
    format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><m:{operation} \
         xmlns:m=\"urn:Magento\">{parts}</m:{operation}></e:Body></e:Envelope>"
    )
}

#[tokio::test]
async fn requests_are_listed_masked_filtered_and_forgotten() {
    let shop = start().await;
    call(&shop, LOGIN).await;
    call(&shop, BAD_LOGIN).await;
    call(&shop, "<nope").await;
    let all = get(&shop, "/requests").await;
    assert_eq!((all["total"].clone(), all["last_number"].clone()), (json!(3), json!(3)));
    assert_eq!(all["requests"][0]["arguments"], json!({"username": "apiuser", "apiKey": "***"}));
    assert!(!all.to_string().contains("apikey123"));
    for (query, numbers) in [
        ("operation=login", vec![1, 2]),
        ("outcome=fault", vec![2, 3]),
        ("outcome=value", vec![1]),
        ("after=1&outcome=fault&operation=login", vec![2]),
        ("limit=1", vec![3]),
        ("since=2026-11-23T09:26:31Z", vec![]),
        ("since=2026-11-23T09:26:30Z", vec![1, 2, 3]),
    ] {
        let found = get(&shop, &format!("/requests?{query}")).await;
        let found: Vec<i64> =
            found["requests"].as_array().unwrap().iter().map(|r| r["number"].as_i64().unwrap()).collect();
        assert_eq!(found, numbers, "{query}");
    }
    assert_eq!(get(&shop, "/requests/2").await["outcome"]["fault"]["code"], "2");
    assert_eq!(ask(&shop, "DELETE", "/requests", Value::Null).await.0, 204);
    let left = get(&shop, "/requests").await;
    assert_eq!((left["total"].clone(), left["last_number"].clone()), (json!(0), json!(3)));
    assert_eq!(ask(&shop, "GET", "/requests/2", Value::Null).await.0, 404);
}

#[tokio::test]
async fn each_failure_is_explained() {
    let shop = start().await;
    let sid = session(&shop).await;
    let edit = json!({"set_user_role": {"user": "oro", "nodes": ["customer", "customer/info"]}});
    assert_eq!(ask(&shop, "POST", "/edits", edit).await.0, 200);
    let limited = call(&shop, &envelope("login", &[("username", "oro"), ("apiKey", "oro-key-1")])).await;
    let limited = regex::Regex::new("[0-9a-f]{32}").unwrap().find(&limited).unwrap().as_str().to_owned();
    for (request, fault, why) in [
        (
            envelope("login", &[("username", "nobody"), ("apiKey", "x")]),
            "2",
            "the shop has no API user \"nobody\"; it has oro, apiuser",
        ),
        (
            envelope("login", &[("username", "apiuser"), ("apiKey", "no")]),
            "2",
            "the apiKey is not the one of \"apiuser\"",
        ),
        (envelope("login", &[("username", "apiuser"), ("apiKey", "")]), "6", "login came with an empty apiKey"),
        (envelope("login", &[("username", "apiuser")]), "6", "login came without apiKey"),
        (envelope("storeList", &[]), "SOAP-ENV:Client", "the call has no arguments"),
        (envelope("storeInfo", &[("storeId", "1")]), "5", "the call has no sessionId"),
        (envelope("storeList", &[("sessionId", "feed")]), "5", "the shop has no such session"),
        (
            envelope("customerCustomerInfo", &[("sessionId", &sid), ("customerId", "999")]),
            "102",
            "no customer has entity_id \"999\"; the table has ",
        ),
        (
            envelope("customerCustomerDelete", &[("sessionId", &limited), ("customerId", "1")]),
            "2",
            "customerCustomerDelete needs customer, customer/delete; \"oro\" may customer, customer/info",
        ),
        (
            envelope("customerCustomerLst", &[("sessionId", &sid)]),
            "SOAP-ENV:Server",
            "no operation is named customerCustomerLst; did you mean customerCustomerList?",
        ),
        (
            envelope("oroPing", &[("sessionId", &sid)]),
            "SOAP-ENV:Server",
            "oroPing came with the OroCRM bridge 1.1.3 and this shop has no bridge",
        ),
        (
            envelope("storeListRequestParam", &[("sessionId", &sid)]),
            "SOAP-ENV:Server",
            "<storeListRequestParam> calls storeList in WS-I style",
        ),
        ("<a/>".to_owned(), "env:VersionMismatch", "the root is no envelope of SOAP 1.1 or 1.2"),
        ("<a>".to_owned(), "Sender", "the body is not well-formed: "),
    ] {
        call(&shop, &request).await;
        let last = get(&shop, "/requests?limit=1").await;
        let last = &last["requests"][0];
        assert_eq!(last["outcome"]["fault"]["code"], fault, "{request}\n{last}");
        let told = last["why"].as_str().unwrap_or("nothing");
        assert!(told.starts_with(why), "{request}\ntold: {told}\nnot:  {why}");
    }
    let later = json!({"advance": "2 hours"});
    ask(&shop, "PUT", "/clock", later).await;
    call(&shop, &envelope("storeList", &[("sessionId", &sid)])).await;
    let last = get(&shop, "/requests?limit=1").await;
    assert_eq!(
        last["requests"][0]["why"],
        "the session was last used 7200 s ago and sessions live 3600 s; log in again"
    );
}

#[tokio::test]
async fn the_shop_is_edited_dumped_and_reset() {
    let shop = start().await;
    let sid = session(&shop).await;
    let before = get(&shop, "/state").await;
    assert!(!before.to_string().contains("oro-key-1"));
    let fields = json!({"email": "new@example.com", "firstname": "Nora 😀", "website_id": 1, "middlename": null});
    let (status, made) = ask(&shop, "POST", "/edits", json!({"create": {"table": "customer", "fields": fields}})).await;
    assert_eq!(status, 200, "{made}");
    let customers = get(&shop, "/state?table=customer").await;
    let found = customers["customer"].as_array().unwrap().iter().find(|row| row["email"] == "new@example.com").unwrap();
    assert_eq!((&found["firstname"], &found["entity_id"]), (&json!("Nora ????"), &json!(made["id"].to_string())));
    assert_eq!(found["created_at"], "2026-11-23 09:26:30");
    let id = made["id"].as_i64().unwrap();
    let wrong = json!({"update": {"table": "customer", "id": id + 1, "fields": {"firstname": "N"}}});
    let (status, problem) = ask(&shop, "POST", "/edits", wrong).await;
    assert_eq!(status, 409);
    assert!(problem["detail"].as_str().unwrap().starts_with("customer has no record"), "{problem}");

    ask(&shop, "PUT", "/clock", json!({"advance": "1 day"})).await;
    ask(&shop, "PUT", "/settings", json!({"wsi": true, "bridge": "1.1.4"})).await;
    ask(&shop, "POST", "/disruptions", json!({"disruption": "garbage"})).await;
    let (status, _) = ask(&shop, "POST", "/reset", json!({})).await;
    assert_eq!(status, 204);
    assert_eq!(get(&shop, "/state").await, before);
    assert_eq!(get(&shop, "/clock").await["now"], "2026-11-23T09:26:30Z");
    assert_eq!(get(&shop, "/disruptions").await["disruptions"], json!([]));
    assert_eq!(get(&shop, "/requests").await["total"], 0);
    assert!(call(&shop, &envelope("storeList", &[("sessionId", &sid)])).await.contains("Session expired"));
    assert_eq!(shop.shop().lock().unwrap().base_url(), shop.url().as_str());
}

#[tokio::test]
async fn another_seed_is_loaded_and_a_broken_one_changes_nothing() {
    let shop = start().await;
    let seed = json!({
        "api_users": [{"username": "me", "api_key": "my-key-1", "role": ["all"]}],
        "customers": [{"email": "solo@example.com", "firstname": "So", "lastname": "Lo", "website_id": 1}],
    });
    assert_eq!(ask(&shop, "PUT", "/seed", seed).await, (204, Value::Null));
    let loaded = get(&shop, "/state").await;
    assert_eq!(loaded["customer"].as_array().unwrap().len(), 1);
    for (broken, detail) in [
        (json!({"customer": []}), "`customer` is not known here; did you mean `customers`?"),
        (json!({"api_users": [{"username": "me", "api_key": "short", "role": ["all"]}]}), "api_users"),
        (json!({"api_users": [{"username": "me", "api_key": "long-enough", "role": ["al"]}]}), "names \"al\""),
    ] {
        let (status, problem) = ask(&shop, "PUT", "/seed", broken).await;
        assert_eq!(status, 400);
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
        assert!(problem["remedy"].as_str().unwrap().contains("mockgento seed corner-shop"), "{problem}");
    }
    assert_eq!(get(&shop, "/state").await, loaded);
    ask(&shop, "POST", "/reset", json!({})).await;
    assert_eq!(get(&shop, "/state").await, loaded);
}

#[tokio::test]
async fn disruptions_are_armed_listed_strike_and_are_disarmed() {
    let shop = start().await;
    let fault = json!({"disruption": {"fault": {"code": "5", "string": "Busy"}}, "when": {"operation": "login"}});
    let (status, armed) = ask(&shop, "POST", "/disruptions", fault).await;
    assert_eq!((status, &armed["id"], &armed["name"], &armed["times"]), (201, &json!(1), &json!("fault 5"), &json!(1)));
    let lasting = json!({"disruption": {"status": 502}, "when": {"operation": "storeList"}, "times": 0});
    assert_eq!(ask(&shop, "POST", "/disruptions", lasting).await.1["id"], 2);
    assert!(call(&shop, LOGIN).await.contains("<faultstring>Busy</faultstring>"));
    let struck = get(&shop, "/requests/1").await;
    assert_eq!(
        (&struck["disruptions"], &struck["why"]),
        (&json!(["fault 5"]), &json!("a disruption answered instead of the shop"))
    );
    let left = get(&shop, "/disruptions").await;
    assert_eq!(left["disruptions"].as_array().unwrap().len(), 1);
    assert_eq!(ask(&shop, "DELETE", "/disruptions/1", Value::Null).await.0, 404);
    assert_eq!(ask(&shop, "DELETE", "/disruptions/2", Value::Null).await.0, 204);
    ask(&shop, "POST", "/disruptions", json!({"disruption": "expire-sessions", "when": {"operation": "storeList"}}))
        .await;
    let sid = session(&shop).await;
    call(&shop, &envelope("storeList", &[("sessionId", &sid)])).await;
    let last = get(&shop, "/requests?limit=1").await;
    assert_eq!(last["requests"][0]["why"], "a disruption ended all sessions just before this call");
    let (status, problem) = ask(&shop, "POST", "/disruptions", json!({"disruption": "earthquake"})).await;
    assert_eq!(status, 400);
    assert_eq!(problem["detail"], "body:1:15: `earthquake` is not known here", "{problem}");
    assert!(problem["remedy"].as_str().unwrap().starts_with("known are `"), "{problem}");
}

/// The rule is the one of scenarios; here is that it is asked, and what is said. A test that armed it would test nothing.
#[tokio::test]
async fn a_disruption_that_never_strikes_or_cannot_be_sent_is_not_armed() {
    let shop = start().await;
    for (body, detail) in [
        (json!({"disruption": "garbage", "when": {"every": 0}}), "when.every: every 0 calls is never"),
        (json!({"disruption": "garbage", "when": {"percent": 200}}), "when.percent: this is no share"),
        (json!({"disruption": {"status": 101}}), "disruption: this status comes with no error page"),
        (json!({"disruption": {"redirect": "a b\nc"}}), "disruption: this is no address"),
    ] {
        let (status, problem) = ask(&shop, "POST", "/disruptions", body.clone()).await;
        assert_eq!((status, &problem["title"]), (400, &json!("the disruption cannot be used")), "{body}: {problem}");
        assert!(problem["detail"].as_str().unwrap().starts_with(detail), "{body}: {problem}");
    }
    assert_eq!(get(&shop, "/disruptions").await["disruptions"], json!([]));
}

/// Whatever is wrong with a body is said at its place with what to write instead, in no words of a parser.
#[tokio::test]
async fn a_body_that_cannot_be_read_is_told_by_place_and_remedy() {
    let shop = start().await;
    for (path, body, detail, remedy) in [
        ("/edits", json!([]), "body:1:1: this is not a word, and not a record of one key", "write one of the words"),
        ("/edits", json!({}), "body:1:2: this is not a word, and not a record of one key", "write one of the words"),
        ("/edits", json!({"updat": {}}), "body:1:2: `updat` is not known here", "did you mean `update`?"),
        ("/edits", json!({"update": {"table": "customer"}}), "`id` is missing", "add `id: …`"),
        (
            "/disruptions",
            json!({"with": "internal-error"}),
            "body:1:2: `with` is not known here",
            "known are `disruption`",
        ),
        ("/disruptions", json!("x"), "body:1:1: this is a text, and a body is a record", "openapi.json"),
        ("/requests/verify", json!({"calls": 1}), "body:1:10: this is not a list", "write it as `[one, two]`"),
        (
            "/disruptions",
            json!({"disruption": {"status": 503, "date-skew": 60}}),
            "this record has one key, and a second one stands here",
            "keep one of them",
        ),
        (
            "/edits",
            json!({"create_address": {"customer": 1, "fields": []}}),
            "this is not a record",
            "a record without keys is {} and not []",
        ),
    ] {
        let (status, problem) = ask(&shop, "POST", path, body.clone()).await;
        assert_eq!(status, 400, "{path} {body}");
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{body}: {problem}");
        assert!(problem["remedy"].as_str().unwrap().contains(remedy), "{body}: {problem}");
    }
}

#[tokio::test]
async fn settings_switch_the_wsdl_and_the_answers_at_run_time() {
    let shop = start().await;
    let wsdl = || async {
        let host = shop.address();
        raw(&shop, &format!("GET /api/v2_soap/?wsdl HTTP/1.1\r\nHost: {host}\r\n"), "").await.2
    };
    assert!(wsdl().await.contains("style=\"rpc\"") && !wsdl().await.contains("oroPing"));
    let (status, now) =
        ask(&shop, "PUT", "/settings", json!({"wsi": true, "bridge": "1.2.19", "flavor": "openmage-20"})).await;
    assert_eq!(
        (status, &now["wsi"], &now["bridge"], &now["flavor"]),
        (200, &json!(true), &json!("1.2.19"), &json!("openmage-20.16"))
    );
    let text = wsdl().await;
    assert!(text.contains("style=\"document\"") && text.contains("oroPing") && text.contains("urn:OpenMage"));
    assert!(call(&shop, LOGIN).await.contains("Procedure 'login' not present"));
    let zone = json!({"bridge": "none", "configuration": {"general/locale/timezone": "Europe/Berlin"}});
    let (_, now) = ask(&shop, "PUT", "/settings", zone).await;
    assert_eq!(
        (&now["bridge"], &now["configuration"]["general/locale/timezone"]),
        (&json!("none"), &json!("Europe/Berlin"))
    );
    for (body, detail) in [
        (json!({"bridge": "9.9"}), "\"9.9\" is not a release"),
        (json!({"flavor": "magento-2"}), "unknown variant"),
        (json!({"style": "wsi"}), "unknown field"),
    ] {
        let (status, problem) = ask(&shop, "PUT", "/settings", body).await;
        assert_eq!(status, 400);
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
    }
    assert_eq!(get(&shop, "/settings").await, now);
}

#[tokio::test]
async fn the_clock_is_set_advanced_frozen_and_let_go() {
    let clock = Clock::adjustable(None);
    let shop = FakeShop::start(support::shop(&clock), ServerOptions::default()).await.unwrap();
    assert_eq!(get(&shop, "/clock").await["runs"], true);
    let change = json!({"now": "2014-02-03T04:05:06Z", "advance": "1d 1h", "runs": false});
    let (_, now) = ask(&shop, "PUT", "/clock", change).await;
    assert_eq!(now["runs"], false);
    assert!(now["now"].as_str().unwrap().starts_with("2014-02-04T05:05:0"), "{now}");
    assert_eq!(get(&shop, "/clock").await, now);
    for (body, status) in
        [(json!({"advance": "soon"}), 400), (json!({"now": "today"}), 400), (json!({"run": true}), 400)]
    {
        assert_eq!(ask(&shop, "PUT", "/clock", body.clone()).await.0, status, "{body}");
    }
    ask(&shop, "POST", "/reset", json!({})).await;
    assert_eq!(get(&shop, "/clock").await["runs"], true);

    let by_hand = start().await;
    assert_eq!(ask(&by_hand, "PUT", "/clock", json!({"runs": true})).await.0, 409);
}

#[tokio::test]
async fn pages_of_other_sites_and_other_names_get_nothing() {
    let shop = start().await;
    let host = shop.address();
    for (head, body, expected) in [
        (format!("GET /__admin/state HTTP/1.1\r\nHost: rebound.example:{}\r\n", host.port()), "", 403),
        (format!("GET /__admin/state HTTP/1.1\r\nHost: {host}\r\nOrigin: http://evil.example\r\n"), "", 403),
        ("GET /__admin/state HTTP/1.0\r\n".to_owned(), "", 403),
        (format!("POST /__admin/reset HTTP/1.1\r\nHost: {host}\r\n"), "", 415),
        (format!("POST /__admin/reset HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/plain\r\n"), "{}", 415),
        (format!("PATCH /__admin/settings HTTP/1.1\r\nHost: {host}\r\n"), "", 405),
        (format!("GET /__admin/nope HTTP/1.1\r\nHost: {host}\r\n"), "", 404),
        (format!("GET /__admin/requests?number=3 HTTP/1.1\r\nHost: {host}\r\n"), "", 400),
        (format!("PUT /__admin/seed HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"), "{", 400),
    ] {
        let (status, answer, text) = raw(&shop, &head, body).await;
        assert_eq!(status, expected, "{head}");
        assert!(answer.contains("application/problem+json"), "{answer}");
        let problem: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(problem["status"], expected, "{text}");
        assert!(problem["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{text}");
    }
    assert_eq!(get(&shop, "/requests").await["total"], 0);
}

#[tokio::test]
async fn documents_are_served_and_none_of_it_when_switched_off() {
    let shop = start().await;
    let health = get(&shop, "/health").await;
    assert_eq!((&health["status"], &health["wsdl"]), (&json!("ok"), &json!(shop.wsdl_url().as_str())));
    assert_eq!(get(&shop, "/openapi.json").await["openapi"], "3.1.0");
    let host = shop.address();
    for path in ["/__admin", "/__admin/", "/__admin/ui"] {
        let (status, head, page) = raw(&shop, &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n"), "").await;
        assert_eq!(status, 200);
        assert!(head.contains("Content-Security-Policy: default-src 'none'"), "{head}");
        assert!(page.starts_with("<!doctype html>"), "{path}");
    }
    let options = ServerOptions { admin: AdminApi::Off, ..ServerOptions::default() };
    let shop = FakeShop::start(support::shop(&support::clock()), options).await.unwrap();
    let host = shop.address();
    let (status, head, _) = raw(&shop, &format!("GET /__admin/health HTTP/1.1\r\nHost: {host}\r\n"), "").await;
    assert_eq!(status, 404);
    assert!(head.contains("text/html"), "{head}");
}

//! A shop with 120 customers and 100 orders, and requests for pages of them.

#![allow(dead_code, reason = "not every benchmark wants all of it")]

use mockgento::clock::Clock;
use mockgento::magento::BridgeRelease;
use mockgento::server::{EndpointOptions, HttpRequestParts, endpoint};
use mockgento::shop::seed::SeedUser;
use mockgento::shop::{Sale, Seed, Shop, ShopConfig, ShopEdit};
use mockgento::soap::{Answer, SoapStruct, SoapValue, WireStyle};

/// Opens the shop with the newest bridge.
pub fn shop(mode: WireStyle) -> Shop {
    let mut seed = Seed::parse(include_str!("../../scenarios/seeds/crowd.yaml"), "crowd.yaml").expect("a seed");
    seed.api_users.push(SeedUser::with_full_access("apiuser", "apikey123"));
    let bridge = Some(BridgeRelease::find("1.2.19").expect("a release"));
    let mut shop = Shop::new(ShopConfig { mode, bridge, ..ShopConfig::new(Clock::system()) }, seed).expect("a shop");
    for customer in 1..=100 {
        shop.edit(&ShopEdit::PlaceOrder(order(customer))).expect("an order");
    }
    shop
}

/// Three things for a customer, sent to an address.
fn order(customer: i64) -> Sale {
    let row = |columns: &[(&str, &str)]| {
        columns.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
    };
    Sale {
        customer: Some(customer),
        items: vec![
            row(&[("sku", "MUG"), ("name", "Mug"), ("price", "12.50"), ("qty", "2")]),
            row(&[("sku", "LAMP"), ("name", "Lamp & shade"), ("price", "99"), ("qty", "1")]),
        ],
        address: row(&[
            ("firstname", "Ada"),
            ("lastname", "Lovelace"),
            ("street", "1 Main St"),
            ("city", "Los Angeles"),
            ("country_id", "US"),
            ("postcode", "90001"),
            ("telephone", "555-0100"),
        ]),
        ..Sale::default()
    }
}

fn post(shop: &mut Shop, body: &[u8]) -> Vec<u8> {
    let request = HttpRequestParts {
        method: "POST".to_owned(),
        path: "/api/v2_soap/".to_owned(),
        content_type: Some("text/xml; charset=utf-8".to_owned()),
        ..HttpRequestParts::default()
    };
    endpoint::answer(shop, &EndpointOptions::default(), &request, body).body
}

/// The envelope of a call in a session.
pub fn request(shop: &Shop, operation: &str, session: &str, page: Option<u32>) -> Vec<u8> {
    let mut arguments = SoapStruct::new().with("sessionId", session);
    if let Some(page) = page {
        let pager = SoapStruct::new().with("page", page.to_string()).with("pageSize", "100");
        arguments = arguments.with("filters", SoapStruct::new()).with("pager", pager);
    }
    shop.codec().write_request(operation, &arguments).expect("a request")
}

/// The same of a list that a filter leaves whole, as every page of a sync has one.
pub fn filtered(shop: &Shop, operation: &str, session: &str) -> Vec<u8> {
    let pair = |key: &str, value: SoapValue| SoapStruct::new().with("key", key).with("value", value);
    let since = pair("created_at", pair("from", "2000-01-01 00:00:00".into()).into());
    let pager = SoapStruct::new().with("page", "1").with("pageSize", "100");
    let arguments = SoapStruct::new()
        .with("sessionId", session)
        .with("filters", SoapStruct::new().with("complex_filter", vec![SoapValue::from(since)]))
        .with("pager", pager);
    shop.codec().write_request(operation, &arguments).expect("a request")
}

const FIRST_HUNDRED: &str = "customer_id";

/// A list of the first hundred customers over XML-RPC.
pub fn xml_rpc_list(session: &str) -> Vec<u8> {
    let text = |text: &str| format!("<param><value><string>{text}</string></value></param>");
    format!(
        "<?xml version=\"1.0\"?><methodCall><methodName>call</methodName><params>{}{}<param><value><array><data><value><struct>\
         <member><name>{FIRST_HUNDRED}</name><value><struct><member><name>lteq</name><value><int>100</int></value></member>\
         </struct></value></member></struct></value></data></array></value></param></params></methodCall>",
        text(session),
        text("customer.list")
    )
    .into_bytes()
}

/// A list of the first hundred customers over SOAP v1.
pub fn soap1_list(session: &str) -> Vec<u8> {
    let map = |key: &str, value: &str| format!("<item><key>{key}</key>{value}</item>");
    let condition = map("lteq", "<value xsi:type=\"xsd:int\">100</value>");
    let filter = map(FIRST_HUNDRED, &format!("<value xsi:type=\"a:Map\">{condition}</value>"));
    format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:m=\"urn:Magento\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
         xmlns:a=\"http://xml.apache.org/xml-soap\" xmlns:c=\"http://schemas.xmlsoap.org/soap/encoding/\"><e:Body><m:call>\
         <sessionId>{session}</sessionId><resourcePath>customer.list</resourcePath><args xsi:type=\"c:Array\">\
         <item xsi:type=\"a:Map\">{filter}</item></args></m:call></e:Body></e:Envelope>"
    )
    .into_bytes()
}

/// Logs in.
pub fn session(shop: &mut Shop) -> String {
    let arguments = SoapStruct::new().with("username", "apiuser").with("apiKey", "apikey123");
    let body = shop.codec().write_request("login", &arguments).expect("a request");
    let answer = post(shop, &body);
    match shop.codec().read_response("login", &answer).expect("an answer") {
        Answer::Value(SoapValue::Struct(wrapper)) => wrapper.text("result").expect("a session"),
        Answer::Value(value) => value.to_text().expect("a session"),
        Answer::Fault(fault) => panic!("{}", fault.string),
    }
}

/// Arguments of a call for a page of a hundred rows.
pub fn arguments(shop: &mut Shop) -> SoapStruct {
    let session = session(shop);
    let pager = SoapStruct::new().with("page", "1").with("pageSize", "100");
    SoapStruct::new().with("sessionId", session).with("filters", SoapStruct::new()).with("pager", pager)
}

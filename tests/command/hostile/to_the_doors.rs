//! What anybody may send to the other doors of a shop: API version 1 over SOAP, XML-RPC and JSON-RPC.

use std::time::{Duration, Instant};

use super::{LIST, Shop, bomb, envelope};

fn xml_rpc(method: &str, parameters: &[&str]) -> String {
    let parameters: String = parameters.iter().map(|value| format!("<param>{value}</param>")).collect();
    format!(
        "<?xml version=\"1.0\"?><methodCall><methodName>{method}</methodName><params>{parameters}</params></methodCall>"
    )
}

#[test]
fn a_door_counts_the_values_of_a_request() {
    let shop = Shop::start_with(&["--flavor", "openmage-20.16"]);
    let json = |body: &str| shop.ask("POST /api/jsonrpc/", body.as_bytes());
    assert!(json("{\"method\":\"login\",\"params\":[\"a\",\"b\"],\"id\":1}").contains("Access denied"));
    // As values, these would take gigabytes.
    for body in [
        format!("{{\"method\":\"login\",\"params\":[{}0]}}", "0,".repeat(10_000_000)),
        format!("{{\"method\":\"login\",\"params\":[{}0]}}", "{},".repeat(8_000_000)),
        format!("{{\"method\":\"login\",\"x\":{}", "[".repeat(10_000_000)),
    ] {
        let answer = json(&body);
        assert!(answer.starts_with("HTTP/1.1 503"), "{}", &answer[..answer.len().min(300)]);
    }
    shop.assert_small();
    let many = format!("<value><array><data>{}</data></array></value>", "<value/>".repeat(200_000));
    let answer = shop.ask("POST /api/xmlrpc/", xml_rpc("login", &[&many]).as_bytes());
    assert!(answer.contains("Invalid request, no method passed"), "{answer}");
    let text = format!("<value>x<![CDATA[{}]]></value>", "&".repeat(30_000_000));
    let answer = shop.ask("POST /api/xmlrpc/", xml_rpc("login", &[&text, "<value>k</value>"]).as_bytes());
    assert!(answer.contains("<int>636</int>"), "{}", &answer[..answer.len().min(300)]);
    let v1 = envelope("login", "<username href=\"#i0\"/><apiKey>x</apiKey>", &bomb(30));
    let answer = shop.ask("POST /api/soap/", v1.as_bytes());
    assert!(answer.contains("more than 100000 values once references are followed"), "{answer}");
    let circle = format!("<m id=\"a\" {LIST}><x href=\"#a\"/></m>");
    let answer = shop.ask("POST /api/soap/", envelope("login", "<username href=\"#a\"/>", &circle).as_bytes());
    assert!(answer.contains("Unresolved reference '#a'"), "{answer}");
    shop.assert_small();
}

/// Each beginning of it was tried as a number once.
#[test]
fn a_long_number_is_read_once() {
    let shop = Shop::start();
    let began = Instant::now();
    let number = format!("<value><double>{}{}</double></value>", "0".repeat(4_000_000), "x".repeat(4_000_000));
    let answer = shop.ask("POST /api/xmlrpc/", xml_rpc("processingRow", &[&number]).as_bytes());
    assert!(answer.contains("<int>623</int>"), "{answer}");
    assert!(began.elapsed() < Duration::from_secs(20), "it took {:?}", began.elapsed());
    shop.assert_small();
}

/// A request of two megabytes asks for all of the shop twenty thousand times.
#[test]
fn the_answers_to_many_calls_in_one_are_bounded() {
    let shop = Shop::start();
    let ask = |body: &str| shop.ask("POST /api/xmlrpc/", body.as_bytes());
    let login = ask(&xml_rpc("login", &["<value>oro</value>", "<value>oro-key-1</value>"]));
    let session = login.split("<string>").nth(1).and_then(|rest| rest.split('<').next()).unwrap().to_owned();
    let id = format!("<value>{session}</value>");
    let array = |items: String| format!("<value><array><data>{items}</data></array></value>");
    let list = |path: &str| array(format!("<value>{path}</value>"));
    assert!(ask(&xml_rpc("multiCall", &[&id, &array(list("directory_country.list"))])).contains("<string>DE</string>"));
    let answer = ask(&xml_rpc("multiCall", &[&id, &array(list("directory_country.list").repeat(20_000))]));
    assert!(answer.starts_with("HTTP/1.1 503"), "{}", &answer[..answer.len().min(300)]);
    let call = |path: &str| {
        format!(
            "<value><struct><member><name>methodName</name><value>call</value></member><member><name>params</name>{}\
             </member></struct></value>",
            array(format!("{id}<value>{path}</value>"))
        )
    };
    let answer = ask(&xml_rpc("system.multicall", &[&array(call("directory_country.list").repeat(5000))]));
    assert!(answer.starts_with("HTTP/1.1 503"), "{}", &answer[..answer.len().min(300)]);
    assert!(shop.last_shown().contains("the answers to many calls in one"));
    shop.assert_small();
}

/// Compiled, a pattern of ten letters takes megabytes; a call may have one for each column.
#[test]
fn a_pattern_of_a_filter_is_no_larger_than_a_megabyte() {
    let shop = Shop::start();
    let answer = shop.call(&envelope("login", "<username>oro</username><apiKey>oro-key-1</apiKey>", ""));
    let session = answer.split_once("loginReturn").and_then(|(_, rest)| rest.split(['>', '<']).nth(1)).unwrap();
    let filtered = |pattern: &str| {
        let one = |column: &str| {
            format!("<item><key>{column}</key><value><key>regexp</key><value>{pattern}</value></value></item>")
        };
        let all: String = ["email", "firstname", "lastname", "store_id", "website_id", "group_id"].map(one).concat();
        let parts =
            format!("<sessionId>{session}</sessionId><filters><complex_filter>{all}</complex_filter></filters>");
        shop.call(&envelope("customerCustomerList", &parts, ""))
    };
    assert!(!filtered("^.{0,50}$").contains("faultcode"));
    let answer = filtered("((\\pL{30}){30}){30}");
    assert!(answer.starts_with("HTTP/1.1 503"), "{}", &answer[..answer.len().min(500)]);
    shop.assert_small();
}

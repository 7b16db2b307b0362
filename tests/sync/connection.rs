//! `mockgento check` and `mockgento sync` as a person runs them, against a served shop and against what is none: one
//! clear message, the right exit code, no secret in any output.

use std::path::Path;
use std::process::Command;

use mockgento::clock::Clock;
use mockgento::magento::BridgeRelease;
use mockgento::server::{FakeShop, ServerOptions};
use mockgento::shop::{Seed, Shop, ShopConfig};
use mockgento::soap::WireStyle;

const KEY: &str = "oro-key-1";

async fn shop(mode: WireStyle, bridge: Option<&str>) -> FakeShop {
    let bridge = bridge.map(|version| BridgeRelease::find(version).unwrap());
    let config = ShopConfig { mode, bridge, ..ShopConfig::new(Clock::system()) };
    let shop = Shop::new(config, Seed::corner_shop_people().unwrap()).unwrap();
    FakeShop::start(shop, ServerOptions::default()).await.unwrap()
}

struct Ran {
    code: i32,
    text: String,
}

async fn mockgento(key: &str, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
    command.args(arguments).env("MOCKGENTO_API_KEY", key).env("NO_COLOR", "1");
    // The shop runs on this test's runtime, so the command must not block it.
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert!(!text.contains(KEY) && !text.contains("wrong-key"), "a key is shown: {text}");
    Ran { code: output.status.code().unwrap(), text }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_what_the_shop_offers() {
    for (mode, bridge, expected) in [
        (WireStyle::RpcEncoded, Some("1.2.19"), "You are running OroBridge version 1.2.19."),
        (WireStyle::WsI, Some("1.1.4"), "Your OroBridge extension version 1.1.0 is outdated"),
        (WireStyle::WsI, None, "Connection successful, please select a website"),
    ] {
        let shop = shop(mode, bridge).await;
        let url = shop.wsdl_url().to_string();
        let mut arguments = vec!["check", "--url", &url, "--user", "oro"];
        if mode == WireStyle::WsI {
            arguments.push("--wsi");
        }
        let ran = mockgento(KEY, &arguments).await;
        assert_eq!(ran.code, 0, "{}", ran.text);
        assert!(ran.text.contains(expected), "{}", ran.text);
    }
}

/// The form's answer, sync spec 1.5; vectors 72, 98 and 99.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_as_json_has_what_the_form_is_filled_with() {
    let expected = |version: Option<&str>, supported: bool, notes: bool, labels: [&str; 2]| {
        serde_json::json!({
            "success": true,
            "isExtensionInstalled": version.is_some(),
            "extensionVersion": version,
            "requiredExtensionVersion": "1.2.0",
            "isSupportedVersion": supported,
            "isOrderNoteSupportExtensionVersion": notes,
            "websites": [{"id": -1, "label": "All web sites"}, {"id": 1, "label": labels[0]}, {"id": 2, "label": labels[1]}],
        })
    };
    let real = ["Website ID: 1, Stores: Corner Shop", "Website ID: 2, Stores: Outlet – Restposten & Söhne"];
    let derived = ["Website ID: 1, Stores: English, Deutsch", "Website ID: 2, Stores: Outlet"];
    for (bridge, expected, carts, subscribers) in [
        (Some("1.2.19"), expected(Some("1.2.19"), true, true, real), true, true),
        (Some("1.1.4"), expected(Some("1.1.0"), false, false, derived), true, false),
        (None, expected(None, false, false, derived), false, false),
    ] {
        let shop = shop(WireStyle::RpcEncoded, bridge).await;
        let url = shop.wsdl_url().to_string();
        let ran = mockgento(KEY, &["check", "--json", "--url", &url, "--user", "oro"]).await;
        let report: serde_json::Value = serde_json::from_str(&ran.text).unwrap();
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&report[name], value, "{name} with {bridge:?}");
        }
        let connectors = report["connectors"].as_object().unwrap();
        assert_eq!(connectors["customer"], "Customers");
        assert_eq!(connectors.contains_key("cart_initial"), carts);
        assert_eq!(connectors.contains_key("newsletter_subscriber"), subscribers);
    }
    let shop = shop(WireStyle::RpcEncoded, None).await;
    let url = shop.wsdl_url().to_string();
    let ran = mockgento("wrong-key", &["check", "--json", "--url", &url, "--user", "oro"]).await;
    let failure: serde_json::Value = serde_json::from_str(&ran.text).unwrap();
    assert_eq!(failure["success"], false);
    assert_eq!(failure["errorMessage"], "Parameters are not valid!");
    assert_eq!(failure["reason"], "login (call 1): SOAP fault 2: Access denied.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_fails_says_why_and_what_to_do() {
    let rpc = shop(WireStyle::RpcEncoded, None).await;
    let wsi = shop(WireStyle::WsI, None).await;
    let (rpc_url, wsi_url) = (rpc.wsdl_url().to_string(), wsi.wsdl_url().to_string());
    let elsewhere = rpc.url().join("about-us").unwrap().to_string();
    let schema = rpc.url().join("mockgento/soap-encoding.xsd").unwrap().to_string();
    for (key, arguments, expected) in [
        (
            "wrong-key",
            vec!["--url", &rpc_url],
            "SOAP fault 2: Access denied; the shop takes no such user and API key: compare",
        ),
        (KEY, vec!["--url", &rpc_url, "--wsi"], "the shop speaks RPC/encoded, not WS-I; switch WS-I Compliance off"),
        (KEY, vec!["--url", &wsi_url], "the shop speaks WS-I (document/literal); switch WS-I Compliance on"),
        (KEY, vec!["--url", &elsewhere], "answers HTTP 404 where a WSDL was expected; check the URL"),
        (KEY, vec!["--url", &schema], "the answer is XML but not a WSDL 1.1: its root is <schema>"),
        (KEY, vec!["--url", "http://127.0.0.1:1/?wsdl"], "cannot connect to http://127.0.0.1:1/?wsdl; check the host"),
    ] {
        let arguments: Vec<&str> = ["check", "--user", "oro"].into_iter().chain(arguments).collect();
        let ran = mockgento(key, &arguments).await;
        assert_eq!(ran.code, 1, "{}", ran.text);
        assert!(ran.text.contains(expected), "expected: {expected}\nfound: {}", ran.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_fills_a_file_and_goes_on_from_it() {
    let shop = shop(WireStyle::RpcEncoded, Some("1.2.19")).await;
    let url = shop.wsdl_url().to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("crm.sqlite").display().to_string();
    let arguments = ["sync", "--url", &url, "--user", "oro", "--crm", &file, "--start-date", "2013-01-01"];
    let first = mockgento(KEY, &arguments).await;
    assert_eq!(first.code, 0, "{}", first.text);
    assert!(first.text.contains("\ncustomer_initial: 12 read, 12 added"), "{}", first.text);
    // What is not given again is kept: the sync start date does not move.
    let second = mockgento(KEY, &arguments[..arguments.len() - 2]).await;
    assert_eq!(second.code, 0, "{}", second.text);
    assert!(!second.text.contains("region_dictionary"), "regions are up to date: {}", second.text);
    assert!(!second.text.contains("customer_initial"), "{}", second.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_cannot_run_says_why_and_exits_with_two() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("notes.txt"), "notes, and long enough to be taken for the header of a database file").unwrap();
    let crm = |file: &str| path(file);
    for (file, start_date, expected) in [
        (crm("notes.txt"), "2013-01-01", "is not an SQLite database"),
        (crm("missing/crm.sqlite"), "2013-01-01", "does not exist; make it first"),
        (crm("new.sqlite"), "yesterday", "invalid value 'yesterday' for '--start-date <DATE>'"),
    ] {
        let url = "http://127.0.0.1:1/?wsdl";
        let arguments = ["sync", "--url", url, "--user", "oro", "--crm", &file, "--start-date", start_date];
        let ran = mockgento(KEY, &arguments).await;
        assert_eq!(ran.code, 2, "{}", ran.text);
        // The report wraps long lines wherever it likes.
        let flat = ran.text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(flat.contains(expected), "expected: {expected}\nfound: {}", ran.text);
        assert!(!Path::new(&crm("new.sqlite")).exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_key_is_asked_for() {
    let ran = mockgento("", &["check", "--url", "http://127.0.0.1:1/?wsdl", "--user", "oro"]).await;
    assert_ne!(ran.code, 0);
    assert!(ran.text.contains("the SOAP API user or key is empty; set both"), "{}", ran.text);
}

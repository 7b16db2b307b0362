//! What a CRM file says of a shop need not be said again, and no command turns its integration to another shop, or to
//! another name, by the way.

use std::path::Path;
use std::process::{Command, Stdio};

use jiff::{SignedDuration, Timestamp};
use mockgento::testing::TestShop;
use serde_json::{Value, json};

const KEY: &str = "oro-key-1";

async fn shop() -> TestShop {
    let shop = TestShop::builder().user("oro", KEY).running_clock().start().await;
    let ada = json!({
        "email": "ada@example.com", "firstname": "Ada", "lastname": "Lovelace", "website_id": "1", "store_id": "1",
        "group_id": "1"
    });
    shop.create("customer", ada);
    shop
}

/// Days back, so that the walk is short.
fn start() -> String {
    (Timestamp::now() - SignedDuration::from_hours(96)).strftime("%Y-%m-%d").to_string()
}

fn mockgento(crm: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
    command.args(arguments).arg("--crm").arg(crm).stdin(Stdio::null());
    let output = command.env("NO_COLOR", "1").env("MOCKGENTO_API_KEY", KEY).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    // Messages wrap with the width of the terminal.
    let words: Vec<&str> = text.split_whitespace().filter(|word| !matches!(*word, "│" | "×" | "help:")).collect();
    (output.status.code(), words.join(" "))
}

/// Name and URL of every integration of a file.
fn integrations(crm: &Path) -> Vec<(String, String)> {
    let (_, text) = mockgento(crm, &["status", "--json"]);
    let all: Vec<Value> = serde_json::from_str(&text).unwrap();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    all.iter().map(|one| (text(one, "name"), text(one, "api_url"))).collect()
}

fn with<'a>(arguments: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [arguments, more].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_file_says_need_not_be_said_again() {
    let shop = shop().await;
    let url = shop.wsdl_url().to_string();
    let folder = tempfile::tempdir().unwrap();
    let crm = folder.path().join("crm.sqlite");
    for command in [&["sync"][..], &["check"], &["sync", "--dry-run"]] {
        let (code, text) = mockgento(&crm, command);
        assert!(code == Some(2) && text.contains("give --url and --user once"), "{command:?}: {text}");
        assert!(!crm.exists(), "{command:?} makes no file");
    }
    let start = start();
    let first = with(&["sync", "--url", &url, "--user", "oro", "--name", "Shop"], &["--start-date", &start]);
    let (code, text) = mockgento(&crm, &first);
    assert_eq!(code, Some(0), "{text}");
    for command in [
        &["sync"][..],
        &["sync", "--url", &url],
        &["sync", "--user", "oro"],
        &["sync", "--name", "Shop"],
        &["sync", "--dry-run"],
        &["check"],
        &["check", "--url", &url, "--user", "oro"],
        &["schedule"],
        &["status"],
        &["integration", "show"],
    ] {
        let (code, text) = mockgento(&crm, command);
        assert_eq!(code, Some(0), "{command:?}: {text}");
        assert_eq!(integrations(&crm), [("Shop".to_owned(), url.clone())], "{command:?}");
    }
    for command in [&["sync", "--name", "Magento"][..], &["check", "--name", "Magento"]] {
        let (code, text) = mockgento(&crm, command);
        let said = "there is no integration \"Magento\"; the CRM file has \"Shop\"";
        assert!(code == Some(2) && text.contains(said), "{command:?}: {text}");
        let of_shop = with(command, &["--url", &url, "--user", "oro"]);
        let (code, text) = mockgento(&crm, &of_shop);
        assert!(code == Some(2) && text.contains("has that shop as \"Shop\""), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_goes_over_to_another_shop_only_when_told() {
    let (shop, other) = (shop().await, shop().await);
    let (url, elsewhere) = (shop.wsdl_url().to_string(), other.wsdl_url().to_string());
    let folder = tempfile::tempdir().unwrap();
    let crm = folder.path().join("crm.sqlite");
    let start = start();
    let two_way = with(&["sync", "--url", &url, "--user", "oro", "--two-way", "remote"], &["--start-date", &start]);
    let (code, text) = mockgento(&crm, &two_way);
    assert_eq!(code, Some(0), "{text}");
    let login = ["--url", &elsewhere, "--user", "oro"];
    for command in
        [&["sync"][..], &["sync", "--yes"], &["sync", "--name", "Magento"], &["sync", "--dry-run"], &["check"]]
    {
        let (code, text) = mockgento(&crm, &with(command, &login));
        assert!(code == Some(2) && text.contains("\"Magento\" was read from") && text.contains("--new-url"), "{text}");
        assert!(text.contains(&url) && text.contains(&elsewhere), "{text}");
        assert_eq!(integrations(&crm), [("Magento".to_owned(), url.clone())], "{command:?}");
    }
    assert!(other.received_calls().is_empty(), "the other shop heard nothing");

    // Edits that wait stay with their shop, whatever is said.
    let (code, text) = mockgento(&crm, &["crm", "set", "customer", "ada@example.com", "lastName=Edited"]);
    assert_eq!(code, Some(0), "{text}");
    for command in [&["sync", "--yes", "--new-url"][..], &["check", "--new-url"]] {
        let (code, text) = mockgento(&crm, &with(command, &login));
        assert!(code == Some(2) && text.contains("in \"Magento\" that belong"), "{text}");
        let writes = other.received("customerCustomerUpdate");
        assert!(writes.is_empty() && integrations(&crm)[0].1 == url, "{command:?}");
    }
    let (code, text) = mockgento(&crm, &["sync", "--yes"]);
    assert!(code == Some(0) && text.contains("written to the shop"), "{text}");
    let (code, text) = mockgento(&crm, &with(&["sync", "--new-url"], &login));
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(integrations(&crm), [("Magento".to_owned(), elsewhere.clone())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_integrations_one_is_chosen() {
    let (shop, other) = (shop().await, shop().await);
    let (url, elsewhere) = (shop.wsdl_url().to_string(), other.wsdl_url().to_string());
    let folder = tempfile::tempdir().unwrap();
    let crm = folder.path().join("crm.sqlite");
    for (name, url) in [("One", &url), ("Two", &elsewhere)] {
        let (code, text) = mockgento(
            &crm,
            &with(&["sync", "--url", url, "--user", "oro", "--name", name], &["--start-date", &start()]),
        );
        assert_eq!(code, Some(0), "{text}");
    }
    for command in [&["sync"][..], &["check"], &["schedule"], &["sync", "--dry-run"], &["integration", "show"]] {
        let (code, text) = mockgento(&crm, command);
        assert!(code == Some(2) && text.contains("several integrations"), "{command:?}: {text}");
        assert!(text.contains("\"One\", \"Two\"") && !text.contains("One, Two"), "{command:?}: {text}");
    }
    shop.forget_calls();
    other.forget_calls();
    let (code, text) = mockgento(&crm, &["sync", "--name", "Two"]);
    assert!(code == Some(0) && shop.received_calls().is_empty() && !other.received_calls().is_empty(), "{text}");
    // A URL says which, too.
    let (code, text) = mockgento(&crm, &["sync", "--url", &url]);
    assert!(code == Some(0) && !shop.received_calls().is_empty(), "{text}");
    let both = [("One".to_owned(), url.clone()), ("Two".to_owned(), elsewhere.clone())];
    assert_eq!(integrations(&crm), both);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_file_keeps_goes_to_its_own_shop_only() {
    let (shop, other) = (shop().await, shop().await);
    let (url, elsewhere) = (shop.wsdl_url().to_string(), other.wsdl_url().to_string());
    let folder = tempfile::tempdir().unwrap();
    let crm = folder.path().join("crm.sqlite");
    let (code, text) =
        mockgento(&crm, &with(&["sync", "--save-key", "--url", &url, "--user", "oro"], &["--start-date", &start()]));
    assert_eq!(code, Some(0), "{text}");
    let without_key = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.args(arguments).arg("--crm").arg(&crm).stdin(Stdio::null()).env_remove("MOCKGENTO_API_KEY");
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, text) = without_key(&["sync"]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = without_key(&["sync", "--new-url", "--url", &elsewhere]);
    assert!(code == Some(2) && text.contains("key of \"oro\" is missing"), "{text}");
    assert!(other.received_calls().is_empty());
}

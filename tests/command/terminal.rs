//! What a shop says does nothing to the terminal of whoever reads it.

use std::process::Command;

use mockgento::testing::TestShop;
use serde_json::{Value, json};

const KEY: &str = "oro-key-1";
/// A title, a cleared screen, a colour, the same with C1 controls, a carriage return, text turned round.
const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[31mred\u{9b}2J\u{90}q\u{9c}\rgone\u{202e}txt\u{2066}\u{7f}";

fn has_active(text: &str) -> bool {
    let is_active = |c: char| c.is_control() && c != '\n' && c != '\t' || "\u{202e}\u{2066}\u{2028}".contains(c);
    text.contains(is_active)
}

#[tokio::test(flavor = "multi_thread")]
async fn controls_in_data_are_shown_as_escapes() {
    // XML carries no C0 controls but line ends; rows of a CRM file may hold any.
    let from_shop: String = HOSTILE.chars().filter(|c| !c.is_ascii_control() || *c == '\r').collect();
    let shop = TestShop::builder().user("oro", KEY).running_clock().start().await;
    let id = shop.create("customer", json!({"email": "a@example.com", "firstname": from_shop, "lastname": "Lee"}));
    let folder = tempfile::tempdir().unwrap();
    let crm = folder.path().join("crm.sqlite");
    let run = |arguments: &[&str], with_crm: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.args(arguments).env("MOCKGENTO_API_KEY", KEY).env("NO_COLOR", "1");
        if with_crm {
            command.arg("--crm").arg(&crm);
        }
        let output = command.output().unwrap();
        let (out, error) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(!has_active(&out) && !has_active(&error), "{arguments:?}: {out:?} {error:?}");
        (out, error)
    };
    let url = shop.wsdl_url().to_string();
    let shop_args = ["--url", &url, "--user", "oro"];
    run(&[&["check"], &shop_args[..]].concat(), false);
    run(&[&["check", "--json"], &shop_args[..]].concat(), false);
    run(&[&["sync", "--start-date", "2026-01-01", "-vv"], &shop_args[..]].concat(), true);
    let raw = rusqlite::Connection::open(&crm).unwrap();
    raw.execute("UPDATE customer SET lastName = ?1 WHERE originId = ?2", (HOSTILE, id)).unwrap();
    raw.execute("UPDATE status SET message = ?1", [HOSTILE]).unwrap();
    raw.execute("UPDATE integration SET settings = json_set(settings, '$.apiUser', ?1)", [HOSTILE]).unwrap();
    drop(raw);
    let name = id.to_string();
    let by_id = format!("originId={name}");
    let (shown, _) = run(&["crm", "show", "customer", "--where", &by_id], true);
    assert!(shown.contains("\\u{1b}]0;owned\\u{7}\\u{1b}[2J\\u{1b}[31mred\\u{9b}2J"), "{shown}");
    assert!(shown.contains("\\u{202e}txt"), "{shown}");
    let (text, _) = run(&["crm", "show", "customer", "--where", &by_id, "--json"], true);
    let rows: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(rows[0]["lastName"], HOSTILE, "JSON means the same");
    let (text, _) = run(&["crm", "export"], true);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["customer"].as_array().map(Vec::is_empty), Some(false));
    run(&["status"], true);
    run(&["status", "--json"], true);
    run(&["integration", "show"], true);
    run(&["crm", "set", "customer", &name, &format!("birthday={HOSTILE}")], true);
    run(&["crm", "show", HOSTILE], true);
    run(&["schedule", "--name", HOSTILE], true);
    run(&["run", &format!("nowhere/{}", HOSTILE.replace('\0', ""))], false);
    run(&["check", "--url", &url, "--user", HOSTILE], false);
}

/// Tables fit a terminal of 80 columns: `COLUMNS` says how wide it is.
#[tokio::test(flavor = "multi_thread")]
async fn tables_fit_eighty_columns() {
    let shop = TestShop::builder().seed(mockgento::shop::Seed::corner_shop().unwrap()).running_clock().start().await;
    let folder = tempfile::tempdir().unwrap();
    let crm = folder.path().join("crm.sqlite").display().to_string();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.args(arguments).env("MOCKGENTO_API_KEY", KEY).env("NO_COLOR", "1").env("COLUMNS", "80");
        let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let url = shop.wsdl_url().to_string();
    run(&["sync", "--url", &url, "--user", "oro", "--crm", &crm, "--start-date", "2026-11-01"]);
    let mut wrong = Vec::new();
    for arguments in [
        &["list"][..],
        &["quirks"],
        &["coverage", "--tag", "two-way"],
        &["status", "--crm", &crm],
        &["crm", "show", "website", "--crm", &crm],
        &["crm", "show", "region", "--crm", &crm, "--limit", "20"],
        &["crm", "show", "customerGroup", "--crm", &crm],
        &["integration", "show", "--crm", &crm],
        &["serve", "--list-operations"],
        &["conform", "--features"],
    ] {
        let text = run(arguments);
        assert!(!text.is_empty(), "{arguments:?}");
        // A word that is longer than the line, such as an address, cannot be broken.
        let is_wide =
            |line: &&str| line.chars().count() > 80 && line.split_whitespace().all(|word| word.chars().count() < 40);
        wrong.extend(text.lines().find(is_wide).map(|line| format!("{arguments:?}: {line}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

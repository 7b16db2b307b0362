//! A sync that came through and lacks something says what, and exits with 3; and what every command exits with is written
//! in one place.

use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use mockgento::cli::{command, exit_code};
use mockgento::disrupt::{Disruption, When};
use mockgento::shop::generate::{Recipe, generate};
use mockgento::testing::TestShop;
use serde_json::Value;
use tempfile::TempDir;

const KEY: &str = "oro-key-1";
const CUSTOMERS: usize = 30;
/// Made of an order that nobody logged in for.
const GUESTS: usize = 1;

/// A shop whose clock is so many days ahead of this machine's, with rows of its last forty days.
async fn shop(days_ahead: i64) -> TestShop {
    let now = Timestamp::now() + SignedDuration::from_hours(24 * days_ahead);
    let recipe = Recipe {
        customers: u32::try_from(CUSTOMERS).unwrap(),
        addresses: 30,
        carts: 0,
        orders: 20,
        items: 20,
        credit_memos: 0,
        products: 0,
        invoices: 0,
        shipments: 0,
        subscribers: 30,
        from: now - SignedDuration::from_hours(24 * 40),
        to: now - SignedDuration::from_hours(1),
        random_seed: 3,
    };
    let shop = TestShop::builder().seed(generate(&recipe).unwrap()).user("oro", KEY).running_clock().start().await;
    shop.set_time(now);
    shop
}

fn sync(shop: &TestShop, folder: &TempDir, more: &[&str]) -> (i32, String) {
    let start = (Timestamp::now() - SignedDuration::from_hours(24 * 50)).strftime("%Y-%m-%d").to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(["sync", "--url", shop.wsdl_url().as_str(), "--user", "oro", "--start-date", &start, "--crm"])
        .arg(folder.path().join("crm.sqlite"))
        .args(more)
        .env("NO_COLOR", "1")
        .env("MOCKGENTO_API_KEY", KEY)
        .output()
        .unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// What `status` says.
fn standing(folder: &TempDir, json: bool) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
    command.args(["status", "--crm"]).arg(folder.path().join("crm.sqlite")).env("NO_COLOR", "1");
    let output = if json { command.arg("--json") } else { &mut command }.output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn rows(folder: &TempDir, entity: &str) -> usize {
    let output = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(["crm", "show", entity, "--json", "--crm"])
        .arg(folder.path().join("crm.sqlite"))
        .output()
        .unwrap();
    serde_json::from_slice::<Vec<Value>>(&output.stdout).unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_rows_are_counted_named_and_the_exit_code_is_3() {
    let (shop, folder) = (shop(0).await, tempfile::tempdir().unwrap());
    let when = || When { operation: Some("oroCustomerList".to_owned()), ..When::default() };
    shop.keep_disrupting(Disruption::WrongType("created_at".to_owned()), when());
    let (code, text) = sync(&shop, &folder, &[]);
    let customers = CUSTOMERS.to_string();
    assert!(
        text.contains(&format!("{customers} customer rows refused: ")) && text.contains("(first: customer "),
        "{text}"
    );
    assert!(text.contains("done, but rows were refused, skipped or out of reach"), "{text}");
    assert_eq!(code, 3, "{text}");
    let (code, text) = sync(&shop, &folder, &["--json", "--force"]);
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(code, 3);
    let refused = json["left_out"].as_array().unwrap().iter().find(|rows| rows["fate"] == "refused").unwrap();
    assert_eq!((&refused["entity"], &refused["rows"]), (&"customer".into(), &CUSTOMERS.into()), "{text}");
    assert_eq!(json["exit_code"], 3);
    // Mended, everything is in and the end is 0.
    shop.clear_disruptions();
    let (code, text) = sync(&shop, &folder, &["--force"]);
    assert_eq!((code, rows(&folder, "customer")), (0, CUSTOMERS + GUESTS), "{text}");
    assert!(text.contains(": done\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shops_clock_rules_the_first_sync() {
    for days in [-30, 0, 30] {
        let (shop, folder) = (shop(days).await, tempfile::tempdir().unwrap());
        let (code, text) = sync(&shop, &folder, &[]);
        let found = (rows(&folder, "customer"), rows(&folder, "order"), rows(&folder, "newsletterSubscriber"));
        let expected = if days < 0 { found } else { (CUSTOMERS + GUESTS, 20, 30) };
        assert_eq!((code, found), (0, expected), "the shop is {days} days ahead: {text}");
        // Clocks that agree are nothing to speak of.
        assert_eq!(text.contains("Notice: the shop's clock, "), days != 0, "the shop is {days} days ahead: {text}");
        // What the shop gets afterwards comes too.
        shop.advance(SignedDuration::from_hours(1));
        let ann = serde_json::json!({"email": "ann@example.com", "firstname": "Ann", "lastname": "Lee"});
        shop.create("customer", ann);
        shop.advance(SignedDuration::from_hours(1));
        let (code, text) = sync(&shop, &folder, &[]);
        assert_eq!((code, rows(&folder, "customer")), (0, found.0 + 1), "the shop is {days} days ahead: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_date_that_the_shops_clock_has_not_come_to_is_no_success() {
    let (shop, folder) = (shop(-60).await, tempfile::tempdir().unwrap());
    let (code, text) = sync(&shop, &folder, &[]);
    assert!(text.contains("only dictionaries were asked for: the sync start date, "), "{text}");
    assert_eq!((code, rows(&folder, "customer")), (3, 0), "{text}");
    let (code, text) = sync(&shop, &folder, &["--json"]);
    let json: Value = serde_json::from_str(&text).unwrap();
    assert!(code == 3 && json["exit_code"] == 3 && json["not_begun"]["start"].is_string(), "{text}");
    shop.advance(SignedDuration::from_hours(24 * 20));
    assert!(!sync(&shop, &folder, &[]).1.contains("only dictionaries"), "the shop's time has come to the start date");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_far_a_connector_is_behind_is_said_until_it_is_not() {
    let (shop, folder) = (shop(0).await, tempfile::tempdir().unwrap());
    assert_eq!(sync(&shop, &folder, &[]).0, 0);
    shop.advance(SignedDuration::from_hours(24 * 20));
    let (code, text) = sync(&shop, &folder, &[]);
    assert!(code == 3 && text.contains("customer is 13 days behind: it has come to "), "{code}: {text}");
    assert!(standing(&folder, false).contains(" (13 days behind)"), "{}", standing(&folder, false));
    let (code, text) = sync(&shop, &folder, &["--json"]);
    let json: Value = serde_json::from_str(&text).unwrap();
    assert!(code == 3 && json["behind"][0]["connector"] == "customer", "{code}: {text}");
    assert!(standing(&folder, true).contains("\"behind_seconds\": "));
    assert_eq!(sync(&shop, &folder, &[]).0, 0, "the third week ends in the present");
    assert!(!standing(&folder, false).contains(" behind)") && !standing(&folder, true).contains("behind_seconds"));
}

#[test]
fn one_table_says_what_every_command_exits_with() {
    let commands = command();
    let names: Vec<&str> =
        commands.get_subcommands().map(clap::Command::get_name).filter(|name| *name != "help").collect();
    let told: Vec<&str> = exit_code::TABLE.iter().map(|(name, ..)| *name).collect();
    assert_eq!(told, names);
    let documented = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/exit-codes.md")).unwrap();
    assert!(
        documented.ends_with(&exit_code::document()),
        "write this into docs/exit-codes.md:\n{}",
        exit_code::document()
    );
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    for (code, meaning) in exit_code::CODES {
        assert!(readme.contains(&format!("| {} | {meaning} |", *code as u8)), "{meaning}");
    }
    for words in [&["--help"][..], &["sync", "--help"], &["crm", "show", "-h"], &["run", "-h"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_mockgento")).args(words).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let has_three = text.contains("\n  3  done, but rows were refused");
        assert!(text.contains("Exit codes:\n  0  everything is as expected\n  1  "), "{words:?}: {text}");
        assert_eq!(has_three, !words.contains(&"run"), "{words:?}: {text}");
    }
}

//! `mockgento sync` as a user runs it, in a process of its own: killed and run again, stopped with Ctrl-C, two at once; and
//! `mockgento schedule` and `mockgento status`, which tell about it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use jiff::{SignedDuration, Timestamp};
use mockgento::disrupt::{Disruption, When};
use mockgento::shop::generate::{Recipe, generate};
use mockgento::shop::{Sale, ShopEdit};
use mockgento::testing::TestShop;
use serde_json::{Value, json};
use tempfile::TempDir;

const KEY: &str = "oro-key-1";

/// Everything happened in the last three days, so that the walk is short.
fn recipe() -> Recipe {
    let now = Timestamp::now();
    Recipe {
        customers: 130,
        addresses: 200,
        carts: 20,
        orders: 120,
        items: 200,
        credit_memos: 5,
        products: 0,
        invoices: 0,
        shipments: 0,
        subscribers: 40,
        from: now - SignedDuration::from_hours(72),
        to: now - SignedDuration::from_hours(1),
        random_seed: 7,
    }
}

async fn shop() -> TestShop {
    TestShop::builder().seed(generate(&recipe()).unwrap()).user("oro", KEY).running_clock().start().await
}

/// A CRM file in a folder of its own.
struct CrmFile(TempDir);

impl CrmFile {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("crm.sqlite")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.args(arguments).arg("--crm").arg(self.path());
        command.env("NO_COLOR", "1").env("MOCKGENTO_API_KEY", KEY);
        command
    }

    fn sync(&self, shop: &TestShop) -> Command {
        let start = (Timestamp::now() - SignedDuration::from_hours(96)).strftime("%Y-%m-%d").to_string();
        let url = shop.wsdl_url().to_string();
        // With a line for each event, by which these tests know how far a run is.
        let arguments = ["--two-way", "remote", "--yes", "-v", "--start-date", &start];
        self.command(&[&["sync", "--url", &url, "--user", "oro"], &arguments[..]].concat())
    }

    /// The same for a shop that need not have the bridge.
    fn one_way(&self, shop: &TestShop) -> Command {
        let start = (Timestamp::now() - SignedDuration::from_hours(96)).strftime("%Y-%m-%d").to_string();
        let url = shop.wsdl_url().to_string();
        self.command(&["sync", "--url", &url, "--user", "oro", "--start-date", &start])
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        said(&self.command(arguments).output().unwrap())
    }

    /// What the CRM holds, but for the times of imports and the keys of its rows, which depend on when a run was cut.
    fn content(&self) -> Value {
        let (code, text) = self.run(&["crm", "export"]);
        assert_eq!(code, Some(0), "{text}");
        let mut all: Value = serde_json::from_str(&text).unwrap();
        for (entity, rows) in all.as_object_mut().unwrap() {
            let rows = rows.as_array_mut().unwrap();
            let kept = std::mem::take(rows).into_iter().map(|row| stable(entity, row));
            *rows = kept.collect();
            rows.sort_by_key(Value::to_string);
        }
        all
    }
}

/// A row without what depends on when it was imported.
fn stable(entity: &str, mut row: Value) -> Value {
    let fields = row.as_object_mut().unwrap();
    for field in ["row", "importedAt", "syncedAt", "created", "updated", "createdAt"] {
        if field != "createdAt" || entity == "lifetimeHistory" {
            fields.remove(field);
        }
    }
    row
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), text)
}

/// Runs until so many lines of progress were printed, then does something to the process. Gives its exit code, if it
/// came to have one.
fn until_line(mut command: Command, lines: usize, then: impl FnOnce(&mut Child)) -> Option<i32> {
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut printed = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(printed.by_ref().take(lines).all(|line| line.is_ok()));
    then(&mut child);
    let _ = printed.count();
    child.wait().unwrap().code()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_is_killed_again_and_again_ends_as_one_that_was_not() {
    let shop = shop().await;
    let whole = CrmFile::new();
    let (code, text) = said(&whole.sync(&shop).output().unwrap());
    assert_eq!(code, Some(0), "{text}");
    let expected = whole.content();
    assert!(
        expected["customer"].to_string().contains("customer.130@example.com"),
        "the whole sync imported the customers"
    );

    let killed = CrmFile::new();
    let mut kills = 0;
    // Each run gets a little further before it is killed.
    for lines in (2..40).step_by(3) {
        let code = until_line(killed.sync(&shop), lines, |child| child.kill().unwrap());
        kills += usize::from(code.is_none());
    }
    assert!(kills > 5, "runs were cut");
    let (code, text) = said(&killed.sync(&shop).output().unwrap());
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(killed.content(), expected);
    let (code, status) = killed.run(&["status"]);
    assert_eq!(code, Some(0), "{status}");
    assert!(status.contains("100 %") && !status.contains("running"), "{status}");
}

/// What people do in the shop while somebody syncs from it.
fn edited(shop: &TestShop, nth: i64) {
    let fields = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
    };
    let (renamed, email) = (format!("Edited{nth}"), format!("new{nth}@example.com"));
    let customer = "customer".to_owned();
    shop.edit(&ShopEdit::Update {
        table: customer.clone(),
        id: 1 + nth * 7,
        fields: fields(&[("lastname", &renamed)]),
    });
    let newcomer = [("email", email.as_str()), ("firstname", "New"), ("lastname", "Comer")];
    let place = [("website_id", "1"), ("store_id", "1"), ("group_id", "1")];
    shop.edit(&ShopEdit::Create { table: customer, fields: fields(&[newcomer, place].concat()) });
    let items = vec![fields(&[("sku", "mug"), ("name", "Mug"), ("price", "10.00"), ("qty", "1")])];
    shop.edit(&ShopEdit::PlaceOrder(Sale { customer: Some(2 + nth * 7), items, ..Sale::default() }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_is_killed_while_the_shop_is_edited_ends_as_one_of_the_shop_as_it_is_then() {
    let shop = shop().await;
    let killed = CrmFile::new();
    let mut kills = 0;
    for (nth, lines) in (0..).zip((2..32).step_by(3)) {
        let code = until_line(killed.sync(&shop), lines, |child| {
            edited(&shop, nth);
            child.kill().unwrap();
        });
        kills += usize::from(code.is_none());
    }
    assert!(kills > 5, "runs were cut");
    let whole = CrmFile::new();
    let [killed, whole] = [&killed, &whole].map(|file| {
        for _ in 0..2 {
            let (code, text) = said(&file.sync(&shop).output().unwrap());
            assert_eq!(code, Some(0), "{text}");
        }
        rows_of(&file.content())
    });
    assert_eq!(killed, whole);
}

/// Who is there, under which name and with which sum of orders, and all orders. Of a guest the name depends on which order was
/// read first.
fn rows_of(content: &Value) -> Vec<String> {
    let rows = |entity: &str| content[entity].as_array().cloned().unwrap_or_default();
    let customer = |row: Value| {
        let name = if row["originId"].is_null() { Value::Null } else { row["lastName"].clone() };
        format!("{} {} {name} {}", row["originId"], row["email"], row["lifetime"])
    };
    let order = |row: Value| format!("{} {} {}", row["incrementId"], row["status"], row["totalAmount"]);
    let mut all: Vec<String> =
        rows("customer").into_iter().map(customer).chain(rows("order").into_iter().map(order)).collect();
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_are_asked_for_ahead_bring_the_same() {
    let shop = shop().await;
    let whole = CrmFile::new();
    assert_eq!(said(&whole.sync(&shop).output().unwrap()).0, Some(0));
    let one_by_one = shop.received("oroCustomerList").len();
    // A call that goes wrong is made again, once, in a new session where the old one has expired.
    for (trouble, again) in [(None, 0), (Some(Disruption::ExpireSessions), 1), (Some(Disruption::Status(502)), 1)] {
        shop.forget_calls();
        let ahead = CrmFile::new();
        if let Some(trouble) = trouble.clone() {
            // Pages are asked for by key, so the second page is known by its turn only.
            shop.disrupt(trouble, When::nth_of("oroCustomerList", 2));
        }
        let (code, text) = said(&ahead.sync(&shop).args(["--concurrency", "2"]).output().unwrap());
        assert_eq!(code, Some(0), "{text}");
        assert_eq!(ahead.content(), whole.content(), "{trouble:?}");
        let asked = shop.received("oroCustomerList").len();
        assert_eq!(asked, one_by_one + again, "{trouble:?}: only what went wrong is asked for again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_whose_export_was_killed_is_in_the_shop_once() {
    let shop = shop().await;
    let crm = CrmFile::new();
    assert_eq!(said(&crm.sync(&shop).output().unwrap()).0, Some(0));
    let (code, text) = crm.run(&["crm", "set", "customer", "5", "lastName=Exported"]);
    assert_eq!(code, Some(0), "{text}");
    for lines in 1..4 {
        until_line(crm.sync(&shop), lines, |child| child.kill().unwrap());
    }
    assert_eq!(said(&crm.sync(&shop).output().unwrap()).0, Some(0));
    let renamed = |row: &&Value| row["lastname"] == "Exported";
    assert_eq!(shop.rows("customer").iter().filter(renamed).count(), 1);
    assert_eq!(shop.rows("customer").len(), 130, "no customer was doubled");
    assert!(!crm.run(&["status"]).1.contains("wait for their export"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_lets_the_batch_in_hand_be_written_and_the_next_run_goes_on() {
    let shop = shop().await;
    let crm = CrmFile::new();
    let mut command = crm.sync(&shop);
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let first = lines.by_ref().map(Result::unwrap).find(|line| line.starts_with("customer_initial wrote"));
    assert_eq!(first.as_deref(), Some("customer_initial wrote 25 rows"));
    signal(&child, "INT");
    let _ = lines.count();
    let (code, text) = said(&child.wait_with_output().unwrap());
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("stopped; the next sync goes on from here"), "{text}");
    let (_, status) = crm.run(&["status"]);
    assert!(status.contains("stopped at the end of a batch; it goes on with the next run"), "{status}");

    let (code, text) = said(&crm.sync(&shop).output().unwrap());
    assert_eq!(code, Some(0), "{text}");
    let whole = CrmFile::new();
    assert_eq!(said(&whole.sync(&shop).output().unwrap()).0, Some(0));
    assert_eq!(crm.content(), whole.content());
}

/// Waits until the shop has been asked for it, then presses Ctrl-C so many times; what was said, and how soon.
async fn interrupted(shop: &TestShop, mut command: Command, operation: &str, times: usize) -> (Option<i32>, String) {
    let child = command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    for _ in 0..600 {
        if !shop.received(operation).is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    for _ in 0..times {
        // The second is another one only when the first was heard.
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        signal(&child, "INT");
    }
    let ended = tokio::task::spawn_blocking(|| said(&child.wait_with_output().unwrap()));
    tokio::time::timeout(std::time::Duration::from_secs(30), ended).await.expect("it waits on").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_wait_for_a_shop_that_does_not_answer() {
    let shop = shop().await;
    // A page, and the login.
    for operation in ["oroCustomerList", "login"] {
        let crm = CrmFile::new();
        shop.forget_calls();
        let when = When { operation: Some(operation.to_owned()), ..When::default() };
        shop.keep_disrupting(Disruption::Stall { after_bytes: 0 }, when);
        let (code, text) = interrupted(&shop, crm.one_way(&shop), operation, 1).await;
        assert_eq!(code, Some(1), "{operation}: {text}");
        for word in ["Ctrl-C again ends it at once", "stopped; the next sync goes on from here"] {
            assert!(text.contains(word), "{operation}: {text}");
        }
        shop.clear_disruptions();
        let (code, text) = said(&crm.one_way(&shop).output().unwrap());
        assert_eq!(code, Some(0), "{operation}: {text}");
    }
}

/// Whether the shop took an edit is known by its answer alone, so that is waited for until somebody insists.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_ctrl_c_ends_what_is_in_hand() {
    let shop = shop().await;
    let crm = CrmFile::new();
    assert_eq!(said(&crm.sync(&shop).output().unwrap()).0, Some(0));
    let (code, text) = crm.run(&["crm", "set", "customer", "5", "lastName=Exported"]);
    assert_eq!(code, Some(0), "{text}");
    let operation = "oroCustomerUpdate";
    let when = When { operation: Some(operation.to_owned()), ..When::default() };
    shop.keep_disrupting(Disruption::Stall { after_bytes: 0 }, when);
    shop.forget_calls();
    let (code, text) = interrupted(&shop, crm.sync(&shop), operation, 2).await;
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("ended; the next run goes on from what was written"), "{text}");
    let (_, status) = crm.run(&["status"]);
    assert!(status.contains("its run was cut; it goes on") && status.contains("wait for their export: "), "{status}");
    shop.clear_disruptions();
    assert_eq!(said(&crm.sync(&shop).output().unwrap()).0, Some(0));
    assert!(!crm.run(&["status"]).1.contains("wait for their export"));
}

#[tokio::test(flavor = "multi_thread")]
async fn status_knows_a_run_that_was_killed_from_one_that_runs() {
    let shop = shop().await;
    let crm = CrmFile::new();
    until_line(crm.sync(&shop), 12, |child| {
        let (_, text) = crm.run(&["status"]);
        assert!(text.contains("running"), "{text}");
        child.kill().unwrap();
    });
    let (code, text) = crm.run(&["status"]);
    assert!(code == Some(1) && text.contains("its run was killed; the next sync goes on"), "{text}");
    assert!(!text.contains("running"), "{text}");
    assert!(!crm.run(&["status", "--json"]).1.contains("running"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_sync_into_the_same_file_is_refused_while_the_first_runs() {
    let shop = shop().await;
    let crm = CrmFile::new();
    until_line(crm.sync(&shop), 1, |_| {
        let (code, text) = said(&crm.sync(&shop).output().unwrap());
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains("another sync works on"), "{text}");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_sync_waits_is_merged_and_is_run_by_the_next_sync() {
    let shop = shop().await;
    let crm = CrmFile::new();
    let (code, text) = crm.run(&["status"]);
    assert!(code == Some(2) && text.contains("there is no CRM file"), "{text}");
    assert_eq!(said(&crm.sync(&shop).output().unwrap()).0, Some(0));

    let scheduled = "A sync job has been added to the queue. Check progress";
    let (code, text) = crm.run(&["schedule"]);
    assert_eq!((code, text.trim_end()), (Some(0), scheduled));
    let (code, text) = crm.run(&["schedule", "--force"]);
    assert!(code == Some(0) && text.starts_with(scheduled) && text.contains("It joined the job"), "{text}");
    let (_, status) = crm.run(&["status"]);
    assert!(status.contains("oro_integration:sync_integration (full)  new"), "{status}");

    let (code, text) = said(&crm.sync(&shop).output().unwrap());
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("customer_initial wrote"), "a full re-sync walks again: {text}");
    let (_, json) = crm.run(&["status", "--json"]);
    let status: Value = serde_json::from_str(&json).unwrap();
    let jobs: Vec<_> = status[0]["jobs"].as_array().unwrap().iter().map(|job| job["status"].clone()).collect();
    assert_eq!(jobs, vec![json!("success"); 4]);
    let (code, text) = crm.run(&["schedule", "--name", "Magneto"]);
    assert!(
        code == Some(2) && text.contains("there is no integration \"Magneto\"; this CRM has \"Magento\""),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn status_tells_of_what_failed_and_exits_with_1() {
    let shop = shop().await;
    let crm = CrmFile::new();
    shop.keep_disrupting(
        Disruption::Status(500),
        When { operation: Some("oroCustomerList".to_owned()), ..When::default() },
    );
    let (code, text) = said(&crm.sync(&shop).output().unwrap());
    assert_eq!(code, Some(1), "{text}");
    let (code, status) = crm.run(&["status"]);
    assert_eq!(code, Some(1), "{status}");
    assert!(status.contains("customer_initial did not come through"), "{status}");
    assert!(status.contains("HTTP 500"), "{status}");
}

/// The command does what a scenario's step does: what needs the bridge fails without it, and says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_bridge_that_goes_or_comes_is_said_and_settled_by_a_check() {
    let shop = shop().await;
    let crm = CrmFile::new();
    let bridge = |version: Option<&str>| shop.edit(&ShopEdit::SetBridge(version.map(str::to_owned)));
    let check = || {
        let url = shop.wsdl_url().to_string();
        crm.run(&["check", "--url", &url, "--user", "oro"])
    };
    let sync = || said(&crm.one_way(&shop).output().unwrap());
    assert_eq!(sync().0, Some(0));
    bridge(None);
    let (code, text) = sync();
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("Oro Bridge extension is not installed."), "{text}");
    assert_eq!(check().0, Some(0));
    let (code, text) = sync();
    assert!(code == Some(0) && !text.contains("Notice"), "{text}");
    bridge(Some("1.2.19"));
    let (code, text) = sync();
    let notice = "\"Magento\" was saved without it, so these are not synced: carts, newsletter subscribers";
    assert!(code == Some(0) && text.contains(notice), "{text}");
    assert_eq!(check().0, Some(0));
    let (code, text) = sync();
    assert!(code == Some(0) && !text.contains("Notice"), "{text}");
}

//! `mockgento sync --dry-run` against a running shop: the plan it ends in, and that nothing is written anywhere. Then the
//! real sync of the same edits: asked for, and written down.

use std::path::{Path, PathBuf};
use std::process::Output;

use mockgento::magento::Contract;
use mockgento::shop::Seed;
use mockgento::testing::{Disruption, TestShop, When};
use serde_json::{Value, json};
use tokio::process::Command;

const SESSION: [&str; 4] = ["login", "startSession", "endSession", "wsdl"];

/// A shop and a folder with a CRM file of it.
struct Staging {
    shop: TestShop,
    folder: tempfile::TempDir,
}

impl Staging {
    async fn new() -> Self {
        let shop = TestShop::builder().seed(Seed::corner_shop_people().unwrap()).running_clock().start().await;
        let stamp = "2024-02-01 10:00:00";
        shop.create(
            "customer",
            json!({"email": "ann@example.com", "firstname": "Ann", "lastname": "Lee", "created_at": stamp, "updated_at": stamp}),
        );
        for (number, first, day) in [(1, "Gus", "2024-03-01"), (2, "Gustav", "2024-05-01")] {
            shop.create(
                "sales_flat_order",
                json!({
                    "increment_id": format!("10000000{number}"), "store_id": 1, "customer_is_guest": 1, "status": "new",
                    "customer_email": "guest@example.com", "customer_firstname": first, "customer_lastname": "Guest",
                    "created_at": format!("{day} 10:00:00"), "updated_at": format!("{day} 10:00:00"),
                }),
            );
        }
        Self { shop, folder: tempfile::tempdir().unwrap() }
    }

    fn crm(&self) -> PathBuf {
        self.folder.path().join("crm.sqlite")
    }

    async fn mockgento(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_mockgento"))
            .args(arguments)
            .args(["--crm", &self.crm().display().to_string()])
            .env("MOCKGENTO_API_KEY", self.shop.key())
            .stdin(std::process::Stdio::null())
            .output()
            .await
            .unwrap()
    }

    async fn sync(&self, arguments: &[&str]) -> Output {
        let url = self.shop.wsdl_url().to_string();
        let common = ["sync", "--url", &url, "--user", self.shop.user(), "--start-date", "2024-01-01"];
        self.mockgento(&[&common, arguments].concat()).await
    }

    async fn plan(&self, arguments: &[&str]) -> Value {
        let run = self.sync(&[&["--dry-run", "--json"], arguments].concat()).await;
        serde_json::from_slice(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:#?}"))
    }

    /// Calls that could have changed the shop.
    fn writing_calls(&self) -> Vec<String> {
        let contract = Contract::shared();
        let writes = |name: &String| {
            !SESSION.contains(&name.as_str()) && contract.operation(name).is_none_or(|facts| !facts.reads_only)
        };
        self.shop.received_calls().into_iter().map(|call| call.operation).filter(writes).collect()
    }

    fn scratch(&self) -> PathBuf {
        self.folder.path().join("crm.sqlite.dry-run")
    }
}

/// Rows of an entity with that fate; none when the plan does not name the entity.
fn count(plan: &Value, entity: &str, fate: &str) -> u64 {
    let entities = plan["entities"].as_array().unwrap();
    let found = entities.iter().find(|counts| counts["entity"] == entity);
    found.map_or(0, |counts| counts[fate].as_u64().unwrap())
}

fn every(operation: &str) -> When {
    When { operation: Some(operation.to_owned()), ..When::default() }
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_default()
}

#[tokio::test]
async fn a_dry_run_of_a_new_crm_plans_what_the_sync_then_does_and_leaves_nothing() {
    let staging = Staging::new().await;
    let page = staging.folder.path().join("plan.html");
    let plan = staging.plan(&["--html", &page.display().to_string()]).await;
    assert_eq!(plan["complete"], true, "{plan:#}");
    let combined = &plan["combined_guests"][0];
    assert_eq!(combined["orders"], json!(["100000001", "100000002"]), "{plan:#}");
    assert_eq!(combined["email"], "guest@example.com");
    assert_eq!(staging.writing_calls(), [""; 0]);
    assert!(!staging.crm().exists() && !staging.scratch().exists());
    assert!(String::from_utf8(bytes(&page)).unwrap().contains("<h1>Plan of a sync</h1>"));

    let run = staging.sync(&[]).await;
    assert!(run.status.success(), "{run:#?}");
    let again = staging.plan(&[]).await;
    for entity in ["customer", "order", "account"] {
        let planned = count(&plan, entity, "created");
        assert_eq!(planned, count(&again, entity, "unchanged"), "{entity}");
        assert_eq!(count(&again, entity, "created"), 0, "{entity}");
        assert!(planned > 0, "{entity}");
    }
}

#[tokio::test]
async fn edits_are_planned_with_conflicts_then_asked_about_and_written_down() {
    let staging = Staging::new().await;
    assert!(staging.sync(&["--two-way", "remote"]).await.status.success());
    let known = staging.mockgento(&["crm", "show", "customer", "--json"]).await;
    let known: Value = serde_json::from_slice(&known.stdout).unwrap();
    let first = known.as_array().unwrap().iter().find(|row| row["originId"].is_i64()).unwrap().clone();
    let (id, first_name) = (first["originId"].as_i64().unwrap(), first["firstName"].as_str().unwrap());
    let set = ["crm", "set", "customer", &id.to_string(), "firstName=Edited", "lastName=InCrm"];
    assert!(staging.mockgento(&set).await.status.success());
    staging.shop.update("customer", id, json!({"lastname": "InShop"}));
    staging.shop.forget_calls();
    let before = bytes(&staging.crm());

    let plan = staging.plan(&[]).await;
    assert_eq!(staging.writing_calls(), [""; 0]);
    assert_eq!(bytes(&staging.crm()), before, "the CRM file is as it was");
    let write = plan["writes"].as_array().unwrap().iter().find(|write| write["entity"] == "customer").unwrap();
    assert_eq!(write["origin_id"], id);
    let expected = json!({"field": "firstname", "before": first_name, "after": "Edited"});
    assert!(write["changes"].as_array().unwrap().contains(&expected), "{write:#}");
    let conflict = &write["conflicts"][0];
    assert_eq!((&conflict["field"], &conflict["winner"]), (&json!("lastname"), &json!("magento")), "{write:#}");
    assert_eq!((&conflict["crm"], &conflict["magento"]), (&json!("InCrm"), &json!("InShop")));

    let unasked = staging.sync(&[]).await;
    let said = String::from_utf8_lossy(&unasked.stderr).into_owned();
    assert_eq!(unasked.status.code(), Some(2), "{said}");
    assert!(said.contains("1 edit waits and would be written to") && said.contains("--dry-run"), "{said}");
    assert_eq!(staging.writing_calls(), [""; 0]);

    assert!(staging.sync(&["--yes"]).await.status.success());
    assert!(staging.writing_calls().contains(&"oroCustomerUpdate".to_owned()), "{:?}", staging.writing_calls());
    let audit = String::from_utf8(bytes(&staging.folder.path().join("crm.sqlite.audit.jsonl"))).unwrap();
    let lines: Vec<Value> = audit.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let at = lines.iter().position(|line| line["audit"] == "writing" && line["entity"] == "customer").unwrap();
    assert!(lines[at]["changes"].as_array().unwrap().contains(&expected), "{audit}");
    assert_eq!((&lines[at + 1]["audit"], &lines[at + 1]["result"]["result"]), (&json!("ended"), &json!("updated")));
    assert!(!audit.contains(staging.shop.key()));
}

#[tokio::test]
async fn a_dry_run_that_a_fault_ends_says_so_and_goes_on_where_it_stood() {
    let staging = Staging::new().await;
    staging.shop.keep_disrupting(Disruption::Status(500), When::nth_of("oroOrderList", 2));
    staging.shop.keep_disrupting(Disruption::Status(500), every("salesOrderCreditmemoList"));
    let cut = staging.plan(&[]).await;
    assert_eq!(cut["complete"], false, "{cut:#}");
    assert!(cut["ended_by"].as_str().unwrap().contains("did not come through"), "{cut:#}");
    assert!(staging.scratch().exists() && !staging.crm().exists());
    let stops = cut["failures"].as_array().unwrap().iter().any(|failure| failure["stops_connector"] == true);
    assert!(stops, "{cut:#}");

    staging.shop.clear_disruptions();
    let whole = staging.plan(&[]).await;
    assert_eq!(whole["complete"], true, "{whole:#}");
    assert!(
        whole["calls"]["operations"]["login"]["calls"].as_u64() > cut["calls"]["operations"]["login"]["calls"].as_u64()
    );
    assert_eq!(staging.writing_calls(), [""; 0]);
    assert!(!staging.scratch().exists());
    // What was planned in two goes is what one sync does.
    assert!(staging.sync(&[]).await.status.success());
    let after = staging.plan(&[]).await;
    assert_eq!(count(&whole, "order", "created"), count(&after, "order", "unchanged"));
}

#[tokio::test]
async fn a_dry_run_is_bounded_by_rows_entities_and_days() {
    let staging = Staging::new().await;
    let plan =
        staging.plan(&["--limit", "1", "--entities", "customers", "--since", "2025-01-01", "--rate", "500"]).await;
    assert_eq!(count(&plan, "order", "created"), 0, "{plan:#}");
    assert_eq!(staging.received_orders(), 0);
    for wrong in [["--rate", "0"], ["--entities", "products"], ["--limit", "many"]] {
        let run = staging.sync(&[&["--dry-run"][..], &wrong].concat()).await;
        assert_eq!(run.status.code(), Some(2), "{wrong:?}");
    }
    let alone = staging.sync(&["--limit", "1"]).await;
    assert_eq!(alone.status.code(), Some(2), "a bound without --dry-run is refused");
}

#[tokio::test]
async fn a_missing_right_and_a_missing_bridge_are_warned_of() {
    let shop = TestShop::builder().running_clock().without_bridge().start().await;
    let staging = Staging { shop, folder: tempfile::tempdir().unwrap() };
    staging.shop.keep_disrupting(Disruption::AccessDenied, every("salesOrderCreditmemoList"));
    let plan = staging.plan(&[]).await;
    let warnings = plan["warnings"].to_string();
    for expected in
        ["bridge is not installed", "may not call salesOrderCreditmemoList; give its role the resource sales/"]
    {
        assert!(warnings.contains(expected), "{expected}: {warnings}");
    }
    assert_eq!(staging.writing_calls(), [""; 0]);
}

impl Staging {
    fn received_orders(&self) -> usize {
        // One look-up by the probe of rights.
        self.shop.received("oroOrderList").len().saturating_sub(1)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_that_was_killed_goes_on_and_ends_as_one_that_was_not() {
    let staging =
        Staging { shop: TestShop::builder().running_clock().start().await, folder: tempfile::tempdir().unwrap() };
    let url = staging.shop.wsdl_url().to_string();
    let crm = staging.crm().display().to_string();
    let common = ["sync", "--url", &url, "--user", staging.shop.user(), "--start-date", "2012-01-01", "--crm", &crm];
    let mut slow = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args([&common[..], &["--dry-run", "--rate", "20"]].concat())
        .env("MOCKGENTO_API_KEY", staging.shop.key())
        .stderr(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while staging.shop.received("oroCustomerList").len() < 4 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    slow.kill().await.unwrap();
    assert!(staging.scratch().join("dry-run.json").exists() && !staging.crm().exists());
    staging.shop.forget_calls();
    let resumed = staging.sync_from("2012-01-01", &["--dry-run", "--json"]).await;
    let second_run = staging.shop.received_calls().len();
    assert!(String::from_utf8_lossy(&resumed.stderr).contains("going on with the dry run"), "{resumed:#?}");
    let resumed: Value = serde_json::from_slice(&resumed.stdout).unwrap();
    assert!(resumed["calls"]["operations"]["login"]["calls"].as_u64() >= Some(2), "calls before the kill count too");
    staging.shop.forget_calls();
    let whole = staging.sync_from("2012-01-01", &["--dry-run", "--json"]).await;
    assert!(second_run < staging.shop.received_calls().len(), "what was read is not read again");
    let whole: Value = serde_json::from_slice(&whole.stdout).unwrap();
    assert_eq!(resumed["entities"], whole["entities"]);
    assert_eq!(resumed["doubled_accounts"], whole["doubled_accounts"]);
    assert_eq!(staging.writing_calls(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_thing_to_know_before_a_real_sync_is_warned_of() {
    let seed = "store_views:\n- {code: default, website_id: 1, name: Open}\n- {code: old, website_id: 1, name: Closed, \
                is_active: 0}\n";
    let shop = TestShop::builder().seed_text(seed).bridge("1.1.4").running_clock().start().await;
    let staging = Staging { shop, folder: tempfile::tempdir().unwrap() };
    staging.shop.keep_disrupting(Disruption::DateSkew(7200), When::default());
    staging.shop.keep_disrupting(Disruption::Drip { bytes: 300_000, every_seconds: 1 }, every("wsdl"));
    staging.shop.keep_disrupting(Disruption::AccessDenied, every("oroQuoteList"));
    let plan = staging.plan(&["--entities", "customers", "--since", "2030-01-01"]).await;
    let warnings = plan["warnings"].to_string();
    for expected in [
        "s ahead of this machine's",
        "so the shop seems to make it anew for every call",
        "the OroCRM bridge is 1.1.0, older than 1.2.0",
        "may not call oroQuoteList",
        "store view \\\"Closed\\\" is disabled",
    ] {
        assert!(warnings.contains(expected), "{expected}: {warnings}");
    }
    let healthy = Staging::new().await.plan(&["--entities", "customers", "--since", "2030-01-01"]).await;
    assert_eq!(healthy["warnings"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_fails_and_whenever_a_dry_run_ends_explains_itself_and_writes_nothing() {
    let staging = Staging::new().await;
    for (disruption, operation, code, expected) in [
        (Disruption::Status(404), "wsdl", 1, "nothing was planned: "),
        (Disruption::HtmlPage, "wsdl", 1, "where a WSDL was expected"),
        (Disruption::AccessDenied, "login", 1, "Access denied."),
        (Disruption::InternalError, "storeList", 1, "store_dictionary"),
        (Disruption::AccessDenied, "oroCustomerList", 1, "customer"),
        (Disruption::TruncatedXml, "oroOrderList", 1, "order"),
    ] {
        staging.shop.keep_disrupting(disruption.clone(), every(operation));
        let run = staging.sync(&["--dry-run", "--since", "2026-01-01"]).await;
        let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert_eq!((run.status.code(), said.contains(expected)), (Some(code), true), "{operation}: {said}");
        staging.shop.clear_disruptions();
    }
    assert!(staging.plan(&["--since", "2026-01-01"]).await["complete"] == true);
    assert_eq!(staging.writing_calls(), [""; 0]);
    assert!(!staging.crm().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_and_no_session_is_in_anything_a_dry_run_or_a_sync_writes() {
    let staging = Staging::new().await;
    let page = staging.folder.path().join("plan.html");
    let mut all = String::new();
    let mut heard = |run: &Output| {
        all.push_str(&String::from_utf8_lossy(&run.stdout));
        all.push_str(&String::from_utf8_lossy(&run.stderr));
    };
    heard(&staging.sync(&["--two-way", "local", "-vv"]).await);
    let known = staging.mockgento(&["crm", "show", "customer", "--json"]).await;
    let known: Value = serde_json::from_slice(&known.stdout).unwrap();
    let id = known.as_array().unwrap().iter().find_map(|row| row["originId"].as_i64()).unwrap().to_string();
    assert!(staging.mockgento(&["crm", "set", "customer", &id, "firstName=Edited"]).await.status.success());
    // A fault that quotes what it was given is masked too.
    let quoting = Disruption::Fault { code: "1".to_owned(), string: format!("no {} here", staging.shop.key()) };
    staging.shop.keep_disrupting(quoting, every("salesOrderCreditmemoList"));
    heard(&staging.sync(&["--dry-run", "-vv", "--keep", "--html", &page.display().to_string()]).await);
    heard(&staging.sync(&["--dry-run", "--json"]).await);
    heard(&staging.sync(&["--yes", "-vv"]).await);
    for file in ["plan.html", "crm.sqlite.audit.jsonl", "crm.sqlite.dry-run/dry-run.json"] {
        let content = bytes(&staging.folder.path().join(file));
        assert!(!content.is_empty(), "{file} is written");
        all.push_str(&String::from_utf8(content).unwrap());
    }
    assert!(all.contains("Edited") && !all.contains(staging.shop.key()), "{all}");
    let session = regex::Regex::new(r"\b[0-9a-f]{32}\b").unwrap();
    assert_eq!(session.find(&all).map(|found| found.as_str()), None);
}

impl Staging {
    async fn sync_from(&self, date: &str, arguments: &[&str]) -> Output {
        let url = self.shop.wsdl_url().to_string();
        self.mockgento(
            &[&["sync", "--url", &url, "--user", self.shop.user(), "--start-date", date], arguments].concat(),
        )
        .await
    }
}

/// An edit of the first registered customer; its Magento id.
async fn edited(staging: &Staging) -> i64 {
    assert!(staging.sync(&["--two-way", "remote"]).await.status.success());
    let known = staging.mockgento(&["crm", "show", "customer", "--json"]).await;
    let known: Value = serde_json::from_slice(&known.stdout).unwrap();
    let id = known.as_array().unwrap().iter().find_map(|row| row["originId"].as_i64()).unwrap();
    let set = ["crm", "set", "customer", &id.to_string(), "firstName=Edited", "vat=X1"];
    assert!(staging.mockgento(&set).await.status.success());
    id
}

#[tokio::test]
async fn a_dry_run_is_a_gate_with_a_reviewed_plan_and_limits() {
    let staging = Staging::new().await;
    edited(&staging).await;
    let at = |name: &str| staging.folder.path().join(name).display().to_string();
    let (plan, junit) = (at("plan.snap"), at("plan.xml"));
    let gate = async |arguments: &[&str]| {
        let run = staging.sync(&[&["--dry-run", "--expect", &plan, "--junit", &junit], arguments].concat()).await;
        (run.status.code(), String::from_utf8_lossy(&run.stderr).into_owned())
    };
    let (code, said) = gate(&[]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("is not there; review the plan"), "{said}");
    assert_eq!(gate(&["--accept"]).await.0, Some(0));
    assert_eq!(gate(&["--max-writes", "1", "--max-deleted", "0", "--max-failed", "0"]).await.0, Some(0));
    let (code, said) = gate(&["--max-writes", "0"]).await;
    assert_eq!((code, said.contains("max-writes: 1 writes to Magento are planned, at most 0 may be")), (Some(1), true));
    let xml = String::from_utf8(bytes(Path::new(&junit))).unwrap();
    assert!(xml.contains("<testcase name=\"expect\"") && xml.contains("failures=\"1\""), "{xml}");
    // A shop that changes is another plan.
    staging.shop.update("customer", 1, json!({"middlename": "Quincy"}));
    let (code, said) = gate(&[]).await;
    assert_eq!((code, said.contains("the plan is not that of")), (Some(1), true), "{said}");
    // What was not read passes no gate.
    staging.shop.keep_disrupting(Disruption::AccessDenied, every("oroOrderList"));
    let (code, said) = gate(&["--accept"]).await;
    assert_ne!(code, Some(0), "{said}");
    assert_eq!(staging.writing_calls(), [""; 0]);
}

#[tokio::test]
async fn an_audit_is_undone_field_by_field_where_the_shop_still_holds_what_was_written() {
    let staging = Staging::new().await;
    let id = edited(&staging).await;
    let row = |staging: &Staging| {
        let rows = staging.shop.rows("customer");
        rows.into_iter().find(|row| row["entity_id"] == json!(id.to_string())).unwrap()
    };
    let before = row(&staging);
    assert!(staging.sync(&["--yes"]).await.status.success());
    assert_eq!(row(&staging)["firstname"], "Edited");
    // Somebody goes on in the shop.
    staging.shop.update("customer", id, json!({"taxvat": "SHOP"}));
    let audit = staging.folder.path().join("crm.sqlite.audit.jsonl").display().to_string();
    let url = staging.shop.wsdl_url().to_string();
    let undo = async |more: &[&str]| {
        let run = Command::new(env!("CARGO_BIN_EXE_mockgento"))
            .args([&["undo", &audit, "--url", &url, "--user", staging.shop.user()], more].concat())
            .env("MOCKGENTO_API_KEY", staging.shop.key())
            .output()
            .await
            .unwrap();
        (run.status.code(), String::from_utf8_lossy(&run.stdout).into_owned())
    };
    staging.shop.forget_calls();
    let (code, said) = undo(&[]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("taxvat: somebody changed it since") && said.contains("nothing was written"), "{said}");
    assert_eq!(staging.writing_calls(), [""; 0]);
    let (_, said) = undo(&["--yes"]).await;
    assert!(said.contains("1 field was put back"), "{said}");
    let after = row(&staging);
    assert_eq!((&after["firstname"], &after["taxvat"]), (&before["firstname"], &json!("SHOP")));
    for (column, value) in before.as_object().unwrap() {
        let is_touched = ["updated_at", "taxvat"].contains(&column.as_str());
        assert!(is_touched || after[column] == *value, "{column}: {} is not {value}", after[column]);
    }
    assert!(Path::new(&format!("{audit}.undo.jsonl")).exists());
}

#[tokio::test]
async fn two_way_sync_is_refused_for_a_shop_without_the_bridge_and_an_edit_waits() {
    let shop = TestShop::builder().running_clock().without_bridge().start().await;
    let id =
        shop.create("customer", json!({"email": "ann@example.com", "firstname": "Ann", "lastname": "Lee"})).to_string();
    let staging = Staging { shop, folder: tempfile::tempdir().unwrap() };
    let refused = staging.sync(&["--two-way", "remote"]).await;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!((refused.status.code(), staging.crm().exists()), (Some(2), false), "{said}");
    assert!(said.contains("two-way sync needs the OroCRM bridge 1.2.0 or newer"), "{said}");
    assert!(staging.sync(&["--two-way", "remote", "--profile", "orocrm-4.1"]).await.status.success());
    staging.shop.forget_calls();
    assert!(staging.mockgento(&["crm", "set", "customer", &id, "lastName=Changed"]).await.status.success());
    assert!(staging.shop.received_calls().is_empty(), "an edit in the CRM calls no shop");
    let run = staging.sync(&["--yes"]).await;
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(
        said.contains(&format!("the edit of customer {id} was not written: two-way sync needs the OroCRM bridge")),
        "{said}"
    );
    assert_eq!(staging.writing_calls(), [""; 0]);
}

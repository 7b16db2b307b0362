//! A CRM file in a person's hands: what `mockgento crm` shows, exports and edits, and the documented schema.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jiff::Timestamp;
use mockgento::clock::Clock;
use mockgento::crm::{Crm, Entity, Fields, IntegrationSettings};
use mockgento::quirk::Quirks;
use mockgento::secret::ApiKey;
use rusqlite::Connection;
use serde_json::Value;

const KEY: &str = "oro-key-1";

/// A file with one integration, its dictionary and two customers, one of them a guest.
fn crm_file(folder: &Path) -> PathBuf {
    let path = folder.join("crm.sqlite");
    let mut crm = Crm::open(&path, Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
    let settings = IntegrationSettings {
        api_url: "http://shop.example/api/v2_soap/?wsdl=1".to_owned(),
        api_user: "oro".to_owned(),
        api_key: ApiKey::new(KEY),
        is_two_way_sync_enabled: true,
        ..IntegrationSettings::default()
    };
    let channel = crm.add_integration(&settings).unwrap().0;
    let of_channel = || Fields::new().with("channel", channel).with("originId", 1);
    let website = crm.insert(Entity::Website, of_channel().with("code", "base").with("name", "Main")).unwrap();
    let store = of_channel().with("code", "default").with("name", "English").with("website", website);
    let store = crm.insert(Entity::Store, store).unwrap();
    let group = crm.insert(Entity::CustomerGroup, of_channel().with("name", "General")).unwrap();
    for (origin, email, first, guest) in
        [(Some(7), "jane@example.com", "Jane", false), (None, "guest@example.com", "Gus", true)]
    {
        let fields = Fields::new().with("channel", channel).with("originId", origin).with("email", email);
        let fields = fields.with("firstName", first).with("lastName", "O'Neil, \"the\" one").with("guest", guest);
        let fields = fields.with("store", store).with("website", website).with("group", group);
        let id = crm.insert(Entity::Customer, fields).unwrap();
        crm.customer_created(id, &Quirks::default()).unwrap();
    }
    path
}

fn mockgento(arguments: &[&str], file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(arguments)
        .arg("--crm")
        .arg(file)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

fn printed(arguments: &[&str], file: &Path) -> String {
    let run = mockgento(arguments, file);
    assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

/// Exit code and what was said on standard error.
fn refused(arguments: &[&str], file: &Path) -> (Option<i32>, String) {
    let run = mockgento(arguments, file);
    let text = String::from_utf8(run.stderr).unwrap();
    (run.status.code(), text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn rows_are_shown_as_a_table_in_full_or_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let file = crm_file(folder.path());
    let table = printed(&["crm", "show", "customer"], &file);
    assert!(table.starts_with("row  originId") && table.contains("jane@example.com"), "{table}");
    assert!(table.ends_with("2 rows\n"), "{table}");
    let full = printed(&["crm", "show", "customer", "--where", "group=General", "guest=yes"], &file);
    assert!(full.contains("\nemail       guest@example.com\n") && full.contains("\nchannel     Magento"), "{full}");
    let json: Value = serde_json::from_str(&printed(&["crm", "show", "account", "--json"], &file)).unwrap();
    assert_eq!(json.as_array().map(Vec::len), Some(2));
    assert_eq!(mockgento(&["crm", "show", "order"], &file).status.code(), Some(1), "nothing found");
}

#[test]
fn the_export_has_every_row_in_both_formats_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = crm_file(folder.path());
    let text = printed(&["crm", "export"], &file);
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["customer"][0]["store"], "default");
    assert_eq!(json.as_object().map(serde_json::Map::len), Some(Entity::ALL.len()));
    assert!(!text.contains(KEY));
    let text = printed(&["crm", "export", "--entity", "customer", "--format", "csv"], &file);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0]["lastName"].as_str(), rows[0]["group"].as_str()), ("O'Neil, \"the\" one", "General"));
    let csv_folder = folder.path().join("csv");
    printed(&["crm", "export", "--format", "csv", "--out", csv_folder.to_str().unwrap()], &file);
    assert_eq!(std::fs::read_dir(csv_folder).unwrap().count(), Entity::ALL.len());
}

#[test]
fn edits_leave_change_sets_for_the_next_sync() {
    let folder = tempfile::tempdir().unwrap();
    let file = crm_file(folder.path());
    for arguments in [
        &["crm", "set", "customer", "jane@example.com", "firstName=Janet", "vat=12"][..],
        &["crm", "create", "customerAddress", "owner=7", "street=Main 1", "city=Bonn", "country=DE"],
        &["crm", "create", "customer", "email=n@example.com", "firstName=N", "lastName=N", "store=1", "group=General"],
        &["crm", "register", "guest@example.com"],
    ] {
        let said = printed(arguments, &file);
        assert!(said.contains("the next sync"), "{said}");
    }
    let crm = Crm::open(&file, Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
    let channel = crm.integrations().unwrap()[0].id;
    let pending = crm.pending_exports(channel).unwrap();
    let what: Vec<&str> = pending.iter().map(|export| export.entity.table()).collect();
    assert_eq!(what, ["customer", "customerAddress", "customer", "customer"]);
    let (old, new) = &pending[0].change_set["firstName"];
    assert_eq!((old.as_str(), new.as_str()), (Some("Jane"), Some("Janet")));
}

#[test]
fn what_cannot_be_done_is_said_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let file = crm_file(folder.path());
    for (arguments, expected) in [
        (
            &["crm", "show", "customer", "--where", "emial=x"][..],
            "customer has no field \"emial\"; did you mean \"email\"?",
        ),
        (&["crm", "show", "custmer"], "did you mean customer?"),
        (&["crm", "show", "customer", "--where", "email"], "write it as field=value"),
        (&["crm", "export", "--format", "csv"], "name one with --entity, or a folder with --out"),
        (&["crm", "set", "customer", "nobody@example.com", "vat=1"], "there is no customer nobody@example.com"),
        (&["crm", "set", "customer", "7", "originId=8"], "originId is kept by the CRM itself; leave it out"),
        (
            &["crm", "set", "customer", "7", "birthday=soon"],
            "customer.birthday takes a date as YYYY-MM-DD, not \"soon\"",
        ),
    ] {
        let (code, text) = refused(arguments, &file);
        assert!(code == Some(2) && text.contains(expected), "{arguments:?}: {text}");
    }
    let (code, text) = refused(&["crm", "show", "customer"], &folder.path().join("none.sqlite"));
    assert!(code == Some(2) && text.contains("there is no CRM file"), "{text}");
    assert!(!folder.path().join("none.sqlite").exists(), "asking does not make a file");
    let notes = folder.path().join("notes.txt");
    std::fs::write(&notes, "these are notes, not a database, and long enough to be a header").unwrap();
    let (_, text) = refused(&["crm", "show", "customer"], &notes);
    assert!(text.contains("is not an SQLite database; name a new file or one that mockgento made"), "{text}");
}

#[test]
fn a_file_that_another_program_writes_to_can_be_read_but_not_edited() {
    let folder = tempfile::tempdir().unwrap();
    let file = crm_file(folder.path());
    let other = Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(printed(&["crm", "show", "customer"], &file).ends_with("2 rows\n"));
    let (code, text) = refused(&["crm", "set", "customer", "7", "vat=1"], &file);
    assert!(code == Some(2) && text.contains("another program is writing to the CRM; wait until it is done"), "{text}");
}

/// Rows of the documentation's tables: the backticked name of each and the rest.
fn documented() -> (BTreeMap<String, Vec<String>>, BTreeMap<String, Vec<String>>) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/crm-schema.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (mut views, mut tables) = (BTreeMap::new(), BTreeMap::new());
    let mut table = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("### `") {
            name.trim_end_matches('`').clone_into(&mut table);
            tables.insert(table.clone(), Vec::new());
        }
        let Some((name, rest)) = line.strip_prefix("| `").and_then(|row| row.split_once("` | ")) else { continue };
        let rest = rest.trim_end_matches(" |");
        match tables.get_mut(&table) {
            Some(columns) => columns.push(name.to_owned()),
            None => drop(views.insert(name.to_owned(), rest.split(", ").map(str::to_owned).collect())),
        }
    }
    (views, tables)
}

#[test]
fn the_documented_schema_is_the_real_one() {
    let folder = tempfile::tempdir().unwrap();
    let database = Connection::open(crm_file(folder.path())).unwrap();
    let real = |kind: &str| -> BTreeMap<String, Vec<String>> {
        let sql = "SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite_%'";
        let mut statement = database.prepare(sql).unwrap();
        let names: Vec<String> = statement.query_map([kind], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let columns = |name: &str| -> Vec<String> {
            let mut statement = database.prepare(&format!("PRAGMA table_info(\"{name}\")")).unwrap();
            statement.query_map([], |row| row.get(1)).unwrap().map(Result::unwrap).collect()
        };
        names.into_iter().map(|name| (name.clone(), columns(&name))).collect()
    };
    let (views, tables) = documented();
    assert_eq!(views, real("view"));
    assert_eq!(tables, real("table"));
}

#[test]
fn every_grid_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let database = Connection::open(crm_file(folder.path())).unwrap();
    let one = |sql: &str| -> String { database.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(one("SELECT \"Channel\" FROM grid_customers WHERE \"Guest\" = 'Yes'"), "Magento");
    assert_eq!(one("SELECT \"Contact name\" FROM grid_accounts"), "Jane O'Neil, \"the\" one");
    let (views, _) = documented();
    for view in views.keys() {
        database.prepare(&format!("SELECT * FROM \"{view}\"")).unwrap().query([]).unwrap().next().unwrap();
    }
}

#[test]
fn grids_say_statuses_in_words_and_list_what_waits() {
    let folder = tempfile::tempdir().unwrap();
    let file = crm_file(folder.path());
    let mut crm = Crm::open(&file, Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
    let jane = crm.find_one(Entity::Customer, &[("originId", 7.into())]).unwrap().unwrap();
    let channel = jane.fields.link("channel").unwrap();
    let of_channel = || Fields::new().with("channel", channel);
    for (origin, status) in [(1, "1"), (2, "2"), (3, "3"), (4, "4"), (5, "new")] {
        let fields = of_channel().with("originId", origin).with("status", status).with("customer", jane.id);
        crm.insert(Entity::NewsletterSubscriber, fields).unwrap();
    }
    let order = of_channel().with("incrementId", "100000001").with("customer", jane.id).with("currency", "EUR");
    let order = crm.insert(Entity::Order, order).unwrap();
    for (origin, status) in [(1, "1"), (2, "2"), (3, "3")] {
        let fields = of_channel().with("originId", origin).with("status", status).with("order", order);
        crm.insert(Entity::CreditMemo, fields.with("incrementId", format!("20000000{origin}"))).unwrap();
    }
    let tax: rust_decimal::Decimal = "0.19".parse().unwrap();
    let item = of_channel().with("originId", 1).with("order", order).with("sku", "mug").with("taxPercent", tax);
    crm.insert(Entity::OrderItem, item).unwrap();
    drop(crm);
    printed(&["crm", "set", "customer", "jane@example.com", "firstName=Janet", "vat=12"], &file);
    printed(&["crm", "create", "customerAddress", "owner=7", "street=Main 1", "city=Bonn", "country=DE"], &file);
    let database = Connection::open(&file).unwrap();
    let all = |column: &str, grid: &str| -> Vec<String> {
        let mut statement = database.prepare(&format!("SELECT \"{column}\" FROM {grid}")).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    for (column, grid, expected) in [
        (
            "Status",
            "grid_newsletter_subscribers",
            &["Subscribed", "Not active", "Unsubscribed", "Unconfirmed", "new"][..],
        ),
        ("Status", "grid_credit_memos", &["Pending", "Refunded", "Canceled"]),
        ("SKU", "grid_order_items", &["mug"]),
        ("City", "grid_customer_addresses", &["Bonn"]),
        ("Customer", "grid_pending_edits", &["jane@example.com", "jane@example.com"]),
        ("Entity", "grid_pending_edits", &["customer", "customerAddress"]),
    ] {
        assert_eq!(all(column, grid), expected, "{grid}");
    }
    assert_eq!(all("Fields", "grid_pending_edits"), ["firstName, vat, syncState", "(new)"]);
    let tax: f64 = database.query_row("SELECT \"Tax %\" FROM grid_order_items", [], |row| row.get(0)).unwrap();
    assert!((tax - 19.0).abs() < 1e-9, "{tax}");
}

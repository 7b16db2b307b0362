//! What a first sync of a large shop costs: a made-up shop is served here and synced by another process into a file, as a
//! user does. Prints rows a second by connector, the sync's memory, and how long the sync of 100 changes takes after it.
//!
//! `cargo bench --bench sync_initial -- --customers 100000` takes minutes; without it ten thousand customers have to do.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot run has nothing to say")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mockgento::shop::generate::{Recipe, generate};
use mockgento::testing::TestShop;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const KEY: &str = "oro-key-1";
const CHANGES: i64 = 100;

fn main() {
    let customers = customers();
    let folder = tempfile::tempdir().unwrap();
    let crm = folder.path().join("crm.sqlite");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let seed = generate(&recipe(customers)).unwrap();
    let shop = runtime.block_on(TestShop::builder().seed(seed).user("oro", KEY).running_clock().start());
    let url = shop.wsdl_url().to_string();

    println!("{customers} customers, {} addresses, {customers} orders, {} items", customers * 3 / 2, customers * 3);
    let initial = sync(&url, &crm, &[]);
    print("first sync", &initial);
    let ahead = sync(&url, &folder.path().join("ahead.sqlite"), &["--concurrency", "2"]);
    print("first sync with --concurrency 2", &ahead);
    for customer in 1..=CHANGES {
        shop.update("customer", customer, serde_json::json!({"lastname": "Changed"}));
    }
    let second = sync(&url, &crm, &[]);
    println!("sync of {CHANGES} changes: {:.2} s", second.took.as_secs_f64());
    let renamed = second.rows.get("customer").copied().unwrap_or_default();
    assert_eq!(i64::from(renamed), CHANGES, "the second sync brings the changes");
}

fn print(what: &str, synced: &Synced) {
    println!("{what}: {:.1} s, memory of the sync at most {} MB", synced.took.as_secs_f64(), synced.memory_mb);
    for (connector, rows) in &synced.rows {
        println!("  {connector}: {rows} rows, {:.0} rows/s", f64::from(*rows) / synced.seconds[connector]);
    }
}

fn customers() -> u32 {
    let arguments: Vec<String> = std::env::args().collect();
    let at = arguments.iter().position(|argument| argument == "--customers");
    at.and_then(|at| arguments.get(at + 1)).map_or(10_000, |number| number.parse().expect("--customers takes a number"))
}

fn recipe(customers: u32) -> Recipe {
    Recipe {
        customers,
        addresses: customers * 3 / 2,
        carts: customers / 5,
        orders: customers,
        items: customers * 3,
        credit_memos: customers / 50,
        products: 0,
        invoices: 0,
        shipments: 0,
        subscribers: customers / 2,
        from: "2023-01-01T00:00:00Z".parse().unwrap(),
        to: "2024-01-01T00:00:00Z".parse().unwrap(),
        random_seed: 1,
    }
}

struct Synced {
    took: Duration,
    memory_mb: u64,
    rows: BTreeMap<String, u32>,
    seconds: BTreeMap<String, f64>,
}

fn sync(url: &str, crm: &Path, options: &[&str]) -> Synced {
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(["sync", "--url", url, "--user", "oro", "--start-date", "2023-01-01", "--crm"])
        .arg(crm)
        .args(options)
        .env("MOCKGENTO_API_KEY", KEY)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (mut rows, mut seconds) = (BTreeMap::new(), BTreeMap::new());
    let (mut memory, mut last) = (0, Instant::now());
    let mut lines = 0_u32;
    // Time between two lines belongs to the connector of the second.
    for line in BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap) {
        let connector = line.split(' ').next().unwrap_or_default().to_owned();
        *seconds.entry(connector.clone()).or_insert(0.0) += last.elapsed().as_secs_f64();
        last = Instant::now();
        if let Some(written) = line.split(" wrote ").nth(1).and_then(|rest| rest.split(' ').next()) {
            *rows.entry(connector).or_insert(0) += written.parse::<u32>().unwrap();
        }
        lines += 1;
        if lines % 64 == 1 {
            memory = memory.max(memory_mb(&child));
        }
    }
    assert!(child.wait().unwrap().success(), "the sync works");
    Synced { took: began.elapsed(), memory_mb: memory, rows, seconds }
}

/// The most memory a process had so far; 0 where the system does not say so.
fn memory_mb(process: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default() / 1024
}

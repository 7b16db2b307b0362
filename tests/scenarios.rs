//! Every shipped scenario as a test of its own, in memory and over loopback TCP, against the same snapshots.

#![expect(clippy::expect_used, reason = "helpers of a test may fail it")]

use std::io::Write;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use mockgento::report::console::explained;
use mockgento::scenario::runner::{Carrier, RunOptions, run};
use mockgento::scenario::{Case, Scenario, find};
use mockgento::snapshot::{Mode, Store};

fn main() {
    let arguments = Arguments::from_args();
    let trials: Vec<Trial> = match cases() {
        Ok(cases) => cases.iter().flat_map(trials).collect(),
        Err(error) => vec![Trial::test("scenarios", move || Err(error.into()))],
    };
    assert!(!trials.is_empty(), "there are no scenarios; `cargo test` must not pass without any");
    libtest_mimic::run(&arguments, trials).exit();
}

fn cases() -> Result<Vec<Case>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut cases = Vec::new();
    for path in find(&[root]).map_err(|error| error.to_string())? {
        cases.extend(Scenario::load(&path).map_err(|error| error.to_string())?.cases());
    }
    Ok(cases)
}

fn trials(case: &Case) -> [Trial; 2] {
    [("memory", Carrier::InMemory), ("tcp", Carrier::Tcp)].map(|(name, carrier)| {
        let case = case.clone();
        Trial::test(format!("{name}::{}", case.name), move || check(&case, carrier)).with_kind("scenario")
    })
}

fn check(case: &Case, carrier: Carrier) -> Result<(), Failed> {
    for name in case.snapshots() {
        tell_insta(&Store::new(case.scenario.snapshots.as_path(), Mode::Check).path(&name));
    }
    let result = run(case, RunOptions::new(carrier, Mode::Check));
    if result.passed() { Ok(()) } else { Err(explained(&result).into()) }
}

/// `cargo insta test --unreferenced` deletes snapshots that no test has named in this file.
fn tell_insta(snapshot: &Path) {
    let Some(references) = std::env::var_os("INSTA_SNAPSHOT_REFERENCES_FILE").map(PathBuf::from) else { return };
    let file = std::fs::OpenOptions::new().append(true).create(true).open(references);
    if let Ok(mut file) = file {
        writeln!(file, "{}", snapshot.display()).expect("a writable references file");
    }
}

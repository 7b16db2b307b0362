//! A project as people have it today still loads and runs: `tests/frozen/project` was written by `mockgento init`, `new`,
//! `accept`, `sync` and `crm set` of the version before 0.2.0, and nobody edits it. What becomes red because it was wrong is in
//! the table, and in the CHANGELOG with its remedy.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Cases whose snapshots are of another time, and what else of them fails now: the kinds of failures and why.
const RED_BECAUSE_WRONG: &[(&str, &[&str], &str)] = &[
    (
        "channels/earlier-start-date",
        &["snapshot", "unmet"],
        "after a sync the start date cannot be changed, as the guide says; `quirks: {Q-53: yes}` moves it",
    ),
    ("failures/stalled", &["snapshot"], "regions are there before the first sync; accept"),
    (
        "first-sync",
        &["snapshot"],
        "regions are there before the first sync, addresses and phones have a primary; accept",
    ),
    ("guests/guest-registers-later", &["snapshot"], "who registers completes what the guest made; accept"),
    ("more/orders", &["snapshot"], "totals are 0 and carts are bought as in a checkout; accept"),
    ("more/two-way.local", &["snapshot"], "only what was edited is written; accept"),
    ("more/two-way.remote", &["snapshot"], "only what was edited is written; accept"),
    ("newsletter/from-the-crm", &["snapshot"], "regions are there before the first sync; accept"),
    ("orders/order-notes.before", &["snapshot"], "totals are 0 and carts are bought as in a checkout; accept"),
    ("orders/order-notes.newest", &["snapshot", "unmet"], "notes keep the HTML that the CRM allows; expect it"),
    ("scheduling/automatic-sync", &["snapshot"], "regions are there before the first sync; accept"),
    ("two_way/edits-meet.rpc.bridge-1.1.4.local-wins", &["unmet"], WITHOUT_BRIDGE),
    ("two_way/edits-meet.rpc.bridge-1.1.4.remote-wins", &["unmet"], WITHOUT_BRIDGE),
    ("two_way/edits-meet.rpc.no-bridge.local-wins", &["unmet"], WITHOUT_BRIDGE),
    ("two_way/edits-meet.rpc.no-bridge.remote-wins", &["unmet"], WITHOUT_BRIDGE),
    ("two_way/edits-meet.wsi.no-bridge.local-wins", &["unmet"], WITHOUT_BRIDGE),
    ("two_way/edits-meet.wsi.no-bridge.remote-wins", &["unmet"], WITHOUT_BRIDGE),
];

const WITHOUT_BRIDGE: &str =
    "two-way sync needs the bridge 1.2.0, as the guide says; `quirks: {Q-17: yes}` does without";

fn project() -> tempfile::TempDir {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frozen/project");
    let folder = tempfile::tempdir().unwrap();
    for entry in walkdir::WalkDir::new(&source) {
        let entry = entry.unwrap();
        let target = folder.path().join(entry.path().strip_prefix(&source).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).unwrap();
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
    folder
}

fn mockgento(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
    let output = command.args(arguments).current_dir(folder).env("NO_COLOR", "1").output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn scenarios_of_the_version_before_load_and_only_what_was_wrong_is_red() {
    let folder = project();
    let (code, said, errors) = mockgento(folder.path(), &["run", "--check", "--report", "json=report.jsonl"]);
    assert_eq!(code, Some(1), "{said}{errors}");
    let report = std::fs::read_to_string(folder.path().join("report.jsonl")).unwrap();
    let lines = report.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut red: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut cases = 0;
    for line in lines.filter(|line| line["type"] == "scenario") {
        cases += 1;
        let mut kinds: Vec<String> = line["failures"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|failure| failure["kind"].as_str().unwrap_or_default().to_owned())
            .collect();
        kinds.sort();
        kinds.dedup();
        if !kinds.is_empty() {
            red.insert(line["name"].as_str().unwrap_or_default().to_owned(), kinds);
        }
    }
    assert!(cases >= 23, "{cases} cases: {report}");
    let expected: BTreeMap<String, Vec<String>> = RED_BECAUSE_WRONG
        .iter()
        .map(|(case, kinds, _)| ((*case).to_owned(), kinds.iter().map(|kind| (*kind).to_owned()).collect()))
        .collect();
    assert_eq!(red, expected, "{said}");
}

#[test]
fn a_crm_file_of_the_version_before_opens_keeps_its_rows_and_loses_its_key() {
    let folder = project();
    let (code, said, errors) = mockgento(folder.path(), &["status", "--crm", "crm.sqlite"]);
    assert_eq!(code, Some(0), "{said}{errors}");
    assert!(errors.contains("note:"), "the owner is told that the key is gone: {errors}");
    let (code, customers, errors) = mockgento(folder.path(), &["crm", "show", "customer", "--crm", "crm.sqlite"]);
    assert_eq!(code, Some(0), "{errors}");
    assert!(customers.contains("ada@example.com") && customers.contains("Frozen"), "{customers}");
    assert!(customers.contains("2 rows"), "{customers}");
    let bytes = std::fs::read(folder.path().join("crm.sqlite")).unwrap();
    let key = b"frozen-key-1";
    assert!(!bytes.windows(key.len()).any(|window| window == key), "the key is still in the file");
}

#[test]
fn words_of_the_release_before_are_read_with_a_warning_and_migrate_rewrites_them() {
    let folder = project();
    let file = "scenarios/two_way/edits-meet.yaml";
    let before = std::fs::read_to_string(folder.path().join(file)).unwrap();

    let (code, _, warned) = mockgento(folder.path(), &["list", file]);
    assert_eq!(code, Some(0), "{warned}");
    assert_eq!(
        warned,
        "warning: scenarios/two_way/edits-meet.yaml:25:7: `in cells` is `in cases` now; `mockgento migrate` rewrites it\n"
    );

    let (code, told, _) = mockgento(folder.path(), &["migrate", "--check"]);
    assert_eq!(code, Some(1));
    assert!(told.ends_with("4 words are to be rewritten; run it without --check\n"), "{told}");
    assert_eq!(std::fs::read_to_string(folder.path().join(file)).unwrap(), before, "nothing is written");

    let (code, told, _) = mockgento(folder.path(), &["migrate"]);
    assert_eq!(code, Some(0));
    assert!(told.contains("scenarios/two_way/edits-meet.yaml:36:7: `in cells` is `in cases` now\n"), "{told}");
    assert!(told.ends_with("4 words were rewritten\n"), "{told}");
    let after = std::fs::read_to_string(folder.path().join(file)).unwrap();
    assert_eq!(after, before.replace("in cells", "in cases"));

    let (code, told, _) = mockgento(folder.path(), &["migrate"]);
    assert_eq!((code, told.as_str()), (Some(0), "no word of an earlier release was found\n"));
    assert_eq!(mockgento(folder.path(), &["list", file]).2, "");
}

//! The sync spec's test vectors (its section 12) are numbered; every one is held by a test beside its rule, by a trace or
//! by a scenario that names it. So are its quirks (section 13). Here is looked that none is forgotten.

#![expect(clippy::unwrap_used, reason = "helpers of a test may fail it")]

use std::collections::BTreeSet;
use std::path::Path;

use mockgento::quirk::Quirk;
use regex::Regex;
use walkdir::WalkDir;

const LAST: u32 = 158;

/// Vectors about parts of the CRM that are not here, and why.
const NOT_OURS: &[(u32, &str)] = &[
    (17, "a bag of filters is made anew for each call here, nothing is ever reset in one"),
    (60, "callers cannot hand filters to a stream"),
    (86, "secrets are masked in every text, whatever the job is called"),
    (91, "there is no form whose fields could be disabled; vector 92 holds what is stored"),
    (106, "imports keep nulls (sync spec 5.1); the option that drops them belongs to other integrations"),
    (110, "relations made of attribute names are for entities that an administrator adds to the CRM"),
    (158, "the frame that shows Magento's admin for placing an order is a page of the CRM"),
];

/// The numbers that comments name after the word vector: `vectors 3, 7 and 21 to 31`.
fn named(text: &str) -> BTreeSet<u32> {
    let text = Regex::new(r"\n\s*(///?|#) ?").unwrap().replace_all(text, " ");
    let mention = Regex::new(r"[Vv]ectors? ((?:\d+(?: to \d+)?(?:, | and )?)+)").unwrap();
    let span = Regex::new(r"(\d+)(?: to (\d+))?").unwrap();
    let mut found = BTreeSet::new();
    for mention in mention.captures_iter(&text) {
        for span in span.captures_iter(&mention[1]) {
            let first: u32 = span[1].parse().unwrap();
            let last = span.get(2).map_or(first, |last| last.as_str().parse().unwrap());
            found.extend(first..=last);
        }
    }
    found
}

#[test]
fn every_vector_of_the_sync_spec_is_held_by_a_test_or_said_not_to_be() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut held = BTreeSet::new();
    for folder in ["src", "tests", "scenarios"] {
        for entry in WalkDir::new(root.join(folder)).sort_by_file_name() {
            let entry = entry.unwrap();
            let is_read = entry.path().extension().is_some_and(|ending| ending == "rs" || ending == "yaml");
            if is_read && !entry.path().ends_with(file!()) {
                held.extend(named(&std::fs::read_to_string(entry.path()).unwrap()));
            }
        }
    }
    let not_ours: BTreeSet<u32> = NOT_OURS.iter().map(|(number, _)| *number).collect();
    let forgotten: Vec<u32> = (1..=LAST).filter(|n| !held.contains(n) && !not_ours.contains(n)).collect();
    assert_eq!(forgotten, Vec::<u32>::new(), "vectors that no test names");
    let both: Vec<_> = held.intersection(&not_ours).collect();
    assert!(both.is_empty(), "held by a test after all: {both:?}");
}

/// What tests say: test files, test modules of the sources, scenarios.
fn said_by_tests(root: &Path) -> String {
    let mut said = String::new();
    for folder in ["src", "tests", "scenarios"] {
        for entry in WalkDir::new(root.join(folder)).sort_by_file_name() {
            let entry = entry.unwrap();
            let path = entry.path();
            if path.ends_with(file!()) || !path.extension().is_some_and(|ending| ending == "rs" || ending == "yaml") {
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            let is_source = folder == "src" && !path.ends_with("vectors.rs") && !path.ends_with("tests.rs");
            let from = if is_source { text.find("#[cfg(test)]").unwrap_or(text.len()) } else { 0 };
            said.push_str(&text[from..]);
        }
    }
    said
}

#[test]
fn every_quirk_that_can_be_switched_is_shown_by_a_test_or_a_scenario() {
    let said = said_by_tests(Path::new(env!("CARGO_MANIFEST_DIR")));
    let is_shown = |quirk: &Quirk| said.contains(quirk.id()) || said.contains(&format!("Quirk::{quirk:?}"));
    let switched = Quirk::ALL.iter().filter(|quirk| quirk.is_switchable());
    let forgotten: Vec<&str> = switched.filter(|quirk| !is_shown(quirk)).map(|quirk| quirk.id()).collect();
    assert_eq!(forgotten, Vec::<&str>::new(), "quirks that no test shows");
}

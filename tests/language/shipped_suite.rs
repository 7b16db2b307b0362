//! What docs/shipped-scenarios.md promises: every feature, reported failure and defect is shown by something that is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mockgento::quirk::{Profile, Quirk, Recommendation};
use mockgento::report::matrix;
use mockgento::scenario::explore::{ExploreOptions, explore, usual};
use mockgento::scenario::{Case, Scenario, find};

/// Disruptions of each scenario that are tried here.
const RUNS_OF_A_SCENARIO: usize = 2;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The cells of the table below a heading.
fn table(heading: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join("docs/shipped-scenarios.md")).unwrap();
    let (_, below) = text.split_once(&format!("## {heading}\n")).unwrap();
    let lines = below.lines().take_while(|line| !line.starts_with("## ")).filter(|line| line.starts_with("| "));
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    lines.skip(1).map(cells).collect()
}

/// What stands between backquotes.
fn named(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// Files below a folder with that extension.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let all = walkdir::WalkDir::new(root().join(folder)).sort_by_file_name().into_iter().map(|entry| entry.unwrap());
    all.map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect()
}

#[track_caller]
fn is_there(name: &str) {
    let path = if name.ends_with(".rs") { root().join(name) } else { root().join(format!("scenarios/{name}.yaml")) };
    assert!(path.is_file(), "{name} is named in docs/shipped-scenarios.md, but there is no {}", path.display());
}

#[test]
fn every_feature_of_the_user_guide_has_a_scenario() {
    let rows = table("Features of the user guide");
    assert!(rows.len() > 20, "{rows:?}");
    for row in &rows {
        let shown = named(&row[1]);
        assert!(!shown.is_empty(), "nothing shows {}", row[0]);
        shown.iter().for_each(|name| is_there(name));
    }
}

#[test]
fn every_reported_failure_is_shown_or_says_why_not() {
    let rows = table("Failures that users reported");
    let numbers: Vec<usize> = rows.iter().map(|row| row[0].parse().unwrap()).collect();
    assert_eq!(numbers, (1..=25).collect::<Vec<_>>());
    for row in &rows {
        let [_, what, source, shown] = row.as_slice() else { panic!("{row:?}") };
        assert!(source.contains("https://github.com/"), "{what}: reported where?");
        let names = named(shown);
        names.iter().for_each(|name| is_there(name));
        assert!(!names.is_empty() || shown.starts_with("not reproducible: "), "{what}: {shown}");
    }
}

/// Where a quirk is shown: a scenario that switches it on and off, or tests that name it.
fn shown(quirk: Quirk, scenarios: &[String], tests: &[String]) -> bool {
    let (id, variant) = (quirk.id(), format!("Quirk::{quirk:?}"));
    let both = |text: &String| ["yes", "no"].iter().all(|word| text.contains(&format!("{id}: {word}")));
    scenarios.iter().any(both) || tests.iter().any(|text| text.contains(id) || text.contains(&variant))
}

#[test]
fn every_defect_is_shown_both_ways() {
    let read = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
    let scenarios: Vec<String> = files("scenarios", "yaml").iter().map(read).collect();
    let beside_rules = files("src", "rs").into_iter().filter_map(|path| {
        let text = read(&path);
        let is_whole = path.ends_with("vectors.rs") || path.ends_with("tests.rs");
        // What comes before is the rule itself, which names its quirk too.
        let from = if is_whole { 0 } else { text.find("#[cfg(test)]\nmod tests {")? };
        Some(text[from..].to_owned())
    });
    let this = Path::new(file!()).file_name().unwrap();
    let in_folder = files("tests", "rs").into_iter().filter(|path| path.file_name() != Some(this));
    let tests: Vec<String> = beside_rules.chain(in_folder.map(|path| read(&path))).collect();
    let missing: BTreeSet<&str> = Quirk::ALL
        .iter()
        .filter(|quirk| quirk.is_switchable() && quirk.recommendation() != Recommendation::Reproduce)
        .filter(|quirk| !shown(**quirk, &scenarios, &tests))
        .map(|quirk| quirk.id())
        .collect();
    assert!(missing.is_empty(), "neither a scenario with both behaviours nor a vector shows {missing:?}");
}

/// A draw of disruptions and calls of every shipped scenario; `ci/explore` tells all of them.
#[test]
fn no_usual_disruption_loses_doubles_or_blocks_anything_in_the_documented_profile() {
    let mut runs = 0;
    for (seed, case) in (0..).zip(cases()) {
        let found = explore(&case, &drawn(seed)).unwrap();
        assert!(found.failed.is_empty(), "{}", matrix::text(&found));
        runs += found.singles.runs;
    }
    assert!(runs > 250, "{runs}");
}

fn drawn(seed: u64) -> ExploreOptions {
    ExploreOptions {
        depth: 1,
        seed,
        runs_max: RUNS_OF_A_SCENARIO,
        jobs: std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        profile: Some(Profile::Documented),
        troubles: usual(),
        operations: Vec::new(),
        calls_max: None,
        blame: false,
        reproduce: None,
        attempts: mockgento::scenario::explore::Attempts::default(),
        until: None,
        stops: None,
    }
}

fn cases() -> Vec<Case> {
    let scenarios = find(&[root().join("scenarios")]).unwrap();
    scenarios.iter().flat_map(|path| Scenario::load(path).unwrap().cases()).collect()
}

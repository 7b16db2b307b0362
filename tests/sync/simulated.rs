//! Scenarios that are drawn: the same ones for the same seed, all of them in sync in the end, and not when a rule is broken.
//! `MOCKGENTO_SIMULATE=500` runs more of them.

use std::collections::BTreeSet;
use std::path::Path;

use mockgento::quirk::Quirk;
use mockgento::scenario::Scenario;
use mockgento::scenario::runner::{Carrier, RunOptions, run};
use mockgento::scenario::simulate::{SimulateOptions, draw, planned, simulate};
use mockgento::snapshot::Mode;

fn options() -> SimulateOptions {
    SimulateOptions { seed: 1, jobs: 2, ..SimulateOptions::default() }
}

#[test]
fn the_same_seed_draws_the_same_scenarios_and_another_one_others() {
    let texts = |seed| (1..=40).map(move |number| draw(&SimulateOptions { seed, ..options() }, number).text());
    let (once, again): (Vec<_>, Vec<_>) = (texts(3).collect(), texts(3).collect());
    assert_eq!(once, again);
    assert_eq!(once.iter().chain(texts(4).collect::<Vec<_>>().iter()).collect::<BTreeSet<_>>().len(), 80);
}

/// What is drawn reaches what it is for: every word below stands in some scenario.
#[test]
fn draws_reach_both_sides_all_settings_and_all_trouble() {
    let all: String = (1..=300).map(|number| draw(&options(), number).text()).collect();
    for word in [
        "wsi: yes",
        "bridge: none",
        "two way sync: yes",
        "local wins",
        "remote wins",
        "guest customer sync: no",
        "page size: 25",
        "kill: yes",
        "during:",
        "force: yes",
        "disrupt:",
        "times: 4",
        "in crm:",
        "create customer:",
        "delete customer:",
        "create address:",
        "delete address:",
        "place order:",
        "guest:",
        "refund order:",
        "create cart:",
        "delete cart:",
        "unsubscribe:",
        "customer_group_code",
        "Guest1@Example.com",
        "operation: customerAddressCreate",
    ] {
        assert!(all.contains(word), "{word}");
    }
}

#[test]
fn whatever_is_drawn_ends_in_sync() {
    let wanted = std::env::var("MOCKGENTO_SIMULATE").ok().and_then(|number| number.parse().ok()).unwrap_or(10);
    let found = simulate(&options(), 1..wanted + 1).failed;
    assert!(found.is_empty(), "{}", found.iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join("\n---\n"));
}

/// A bug that is planted by a switch: it is found, and what is written fails as an ordinary scenario, but for the bug.
fn is_found(quirk: Quirk, crowds: usize) {
    let planted = SimulateOptions { quirks: vec![quirk], crowds, search: 40, ..options() };
    let found = (0..100).find_map(|batch| simulate(&planted, batch * 2 + 1..batch * 2 + 3).failed.into_iter().next());
    let found = found.unwrap_or_else(|| panic!("{} is not found in 200 scenarios", quirk.id()));
    let told = |text: &str| {
        let case = Scenario::from_text(Path::new("found.yaml"), text).unwrap().cases().remove(0);
        run(&case, RunOptions::new(Carrier::InMemory, Mode::Check))
    };
    assert!(!told(&found.text).passed(), "{}", found.text);
    assert!(found.steps.0 < found.steps.1, "nothing was left out of {}", found.text);
    let mended = found.text.replace(&format!("{}: yes", quirk.id()), &format!("{}: no", quirk.id()));
    let result = told(&mended);
    assert!(result.passed(), "{:?}\n{mended}", result.failures);
}

#[test]
fn an_edit_that_a_failed_export_clears_is_found() {
    is_found(Quirk::ExportFlagClearedOnFailure, 0);
}

/// A second page takes a crowd, and the loss takes somebody who leaves the first one meanwhile.
#[test]
fn pages_that_are_read_by_number_are_found() {
    is_found(Quirk::PagesByNumber, 100);
}

/// A plan is what happens: shops and CRM files as scenarios leave them, both styles, with the bridge and without, two-way sync,
/// deletions, edits that wait, guests. Every sync that nothing strikes is planned on copies, then made, and compared.
#[test]
fn every_sync_does_what_its_plan_says() {
    let wanted = std::env::var("MOCKGENTO_SIMULATE").ok().and_then(|number| number.parse().ok()).unwrap_or(8);
    let mut count = 0;
    for number in 1..wanted + 1 {
        let drawn = draw(&SimulateOptions { seed: 5, crowds: 0, ..options() }, number);
        let (planned, found) = planned(&drawn).unwrap_or_else(|why| panic!("{why}\n{}", drawn.text()));
        assert!(found.is_empty(), "{}\n{}", found.join("\n"), drawn.text());
        count += planned;
    }
    assert!(count >= 3 * usize::try_from(wanted).unwrap(), "{count} syncs were planned");
}

//! Every word of the scenario language in a wrong form: each step, edit and disruption there is must be refused at its
//! place, with what is wrong and what to do. A new word without a wrong form here fails.

use std::collections::BTreeSet;
use std::path::Path;

use mockgento::disrupt::Disruption;
use mockgento::scenario::step::StepKind;
use mockgento::scenario::{Scenario, ScenarioError, schema};

/// Word, step, and what is said about it.
const STEPS: &[(&str, &str, &str)] = &[
    ("check connection", "{check connection: {api kee: x}}", "did you mean `api key`?"),
    ("sync website list", "{sync website list: {now: yes}}", "`now` is not known here"),
    ("integration", "{integration: staging}", "there is no integration called `staging`"),
    ("sync", "{sync: {only: customr}}", "did you mean `customer`?"),
    (
        "during",
        "{during: {sync: {}, before: {operation: oroCustomrList}, advance: 1 minute}}",
        "did you mean `oroCustomerList`?",
    ),
    ("run", "{run: \"sh -c 'open\"}", "is not a command"),
    ("sync data", "{sync data: {}}", "it is not said what is meant"),
    ("schedule sync", "{schedule sync: {farce: yes}}", "known are `force`"),
    ("run queue", "{run queue: {force: yes}}", "`force` is not known here"),
    ("expire carts", "{expire carts: {now: yes}}", "`now` is not known here"),
    ("in magento", "{in magento: {update custmer: {}}}", "did you mean `update customer`?"),
    ("in crm", "{in crm: {delete chanel: {}}}", "did you mean `delete channel`?"),
    ("advance", "{advance: soon}", "a length of time such as 5 minutes"),
    ("disrupt", "{disrupt: {operation: oroPing}}", "`with` is missing"),
    ("clear", "{clear: {shop: staging}}", "there is no shop called `staging`"),
    ("use", "{use: registr}", "no fragment is called `registr`"),
    ("expect", "{expect: {crm: {rows: customer}}}", "nothing is expected of these rows"),
    ("snapshot", "{snapshot: My Snapshot}", "does not do as a snapshot's name"),
];

/// Word, what is written after `with:`, and what is said about it. Words that stand alone take nothing.
const DISRUPTIONS: &[(&str, &str, &str)] = &[
    ("expire-sessions", "{expire-sessions: now}", ALONE),
    ("session-expired", "{session-expired: 1}", ALONE),
    ("access-denied", "{access-denied: oro}", ALONE),
    ("internal-error", "{internal-error: 1}", ALONE),
    ("fault", "{fault: {string: Oops}}", "`code` is missing"),
    ("fault-afterwards", "{fault-afterwards: 1}", ALONE),
    ("empty-page", "{empty-page: 1}", ALONE),
    ("single-row", "{single-row: 1}", ALONE),
    ("duplicate-row", "{duplicate-row: 2}", ALONE),
    ("last-page-again", "{last-page-again: 3}", ALONE),
    ("missing-element", "{missing-element: \"<email>\"}", "this is no element's name"),
    ("wrong-type", "{wrong-type: \"\"}", "this is no element's name"),
    ("html-page", "{html-page: maintenance}", ALONE),
    ("truncated-xml", "{truncated-xml: 10}", ALONE),
    ("php-warning", "{php-warning: Notice}", ALONE),
    ("byte-order-mark", "{byte-order-mark: yes}", ALONE),
    ("wrong-charset", "{wrong-charset: utf-16}", ALONE),
    ("invalid-utf8", "{invalid-utf8: yes}", ALONE),
    ("control-character", "{control-character: 7}", ALONE),
    ("empty-body", "{empty-body: yes}", ALONE),
    ("no-date", "{no-date: yes}", ALONE),
    ("date-skew", "{date-skew: tomorrow}", "this is not a whole number"),
    ("status", "{status: 200}", "write one from 400 to 599"),
    ("redirect", "{redirect: login}", "this is no address"),
    ("gzip", "{gzip: yes}", ALONE),
    ("content-length", "{content-length: long}", "this is not a whole number"),
    ("refused", "{refused: yes}", ALONE),
    ("tls-failure", "{tls-failure: expired}", ALONE),
    ("reset", "{reset: {after_bites: 12}}", "did you mean `after_bytes`?"),
    ("close", "{close: {}}", "`after_bytes` is missing"),
    ("stall", "{stall: {after_bytes: soon}}", "this is not a whole number"),
    ("half-open", "{half-open: 40}", ALONE),
    ("drip", "{drip: {bytes: 0, every_seconds: 1}}", "nothing would ever come"),
    ("garbage", "{garbage: xyz}", ALONE),
];

const ALONE: &str = "this word stands alone";

/// What is said of a scenario whose third line is this step.
fn said(folder: &Path, step: &str) -> String {
    let path = folder.join("scenario.yaml");
    std::fs::write(&path, format!("title: t\nsteps:\n  - {step}\n")).unwrap();
    match Scenario::load(&path) {
        Ok(_) => String::new(),
        Err(error @ ScenarioError::Wrong { .. }) => error.to_string(),
        Err(other) => panic!("{other}"),
    }
}

fn check(step: &str, expected: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let said = said(folder.path(), step);
    if said.contains("scenario.yaml:3:") && said.contains(expected) { Ok(()) } else { Err(format!("{step}: {said}")) }
}

fn all_right(results: impl Iterator<Item = Result<(), String>>) {
    let wrong: Vec<String> = results.filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn words(table: &[(&'static str, &str, &str)]) -> BTreeSet<&'static str> {
    table.iter().map(|(word, ..)| *word).collect()
}

#[test]
fn every_step_has_a_wrong_form_that_is_refused() {
    assert_eq!(words(STEPS), StepKind::WORDS.iter().copied().collect());
    all_right(STEPS.iter().map(|(_, step, expected)| check(step, expected)));
}

#[test]
fn every_disruption_has_a_wrong_form_that_is_refused() {
    assert_eq!(words(DISRUPTIONS), Disruption::KINDS.iter().copied().collect());
    all_right(DISRUPTIONS.iter().map(|(_, with, expected)| check(&format!("{{disrupt: {{with: {with}}}}}"), expected)));
}

/// A value that the schema knows under `definition`: edits are the variants of an enum.
fn edits(definition: &str) -> Vec<String> {
    let schema: serde_json::Value = serde_json::from_str(&schema::text()).unwrap();
    let variants = schema["definitions"][definition]["oneOf"].as_array().unwrap().iter();
    variants.flat_map(|variant| variant["properties"].as_object().unwrap().keys().cloned()).collect()
}

#[test]
fn every_edit_refuses_what_it_does_not_know() {
    for (place, definition) in [("in magento", "MagentoEdit"), ("in crm", "CrmEdit")] {
        let edits = edits(definition);
        assert!(edits.len() > 10, "{edits:?}");
        let step = |edit: &String| format!("{{{place}: {{{edit}: {{nonsense: 1}}}}}}");
        all_right(edits.iter().map(|edit| check(&step(edit), "`nonsense` is not known here")));
    }
}

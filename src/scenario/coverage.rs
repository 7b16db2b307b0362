//! What a suite of scenarios exercises, and what none of them does: operations and SOAP faults by the journals of their
//! shops, connectors by the CRM's statuses, words of the language by the files. The universe of words is the language's
//! own schema.

use super::run::exercised::Exercised;
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexSet;
use serde::Serialize;
use serde_json::Value;

use crate::disrupt::Disruption;
use crate::magento::Contract;
use crate::quirk::Quirk;
use crate::scenario::language::schema;
use crate::scenario::run::case::Case;
use crate::scenario::run::result::CaseResult;
use crate::sync::connector::Connector;

/// One kind of thing that may be exercised.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// The kind of thing that is counted, such as operations.
    pub name: &'static str,
    /// How many scenarios exercise each of those that some do.
    pub covered: BTreeMap<String, usize>,
    /// Names that no scenario exercises.
    pub missing: Vec<String>,
}

/// One kind of thing, with the scenarios that exercise each.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// The kind of thing that is counted, such as operations.
    pub name: &'static str,
    /// Which scenarios exercise each of those that some do, by their place in the results.
    pub covered: BTreeMap<String, Vec<usize>>,
    /// Names that no scenario exercises.
    pub missing: Vec<String>,
}

/// What the suite exercises.
pub fn of(cases: &[Case], results: &[CaseResult]) -> Vec<Section> {
    let counted = |matrix: Matrix| Section {
        name: matrix.name,
        covered: matrix.covered.into_iter().map(|(word, scenarios)| (word, scenarios.len())).collect(),
        missing: matrix.missing,
    };
    matrices(cases, results).into_iter().map(counted).collect()
}

/// What the suite exercises, and where.
pub fn matrices(cases: &[Case], results: &[CaseResult]) -> Vec<Matrix> {
    let schema: Value = serde_json::from_str(&schema::text()).unwrap_or_default();
    let told: Vec<Value> = cases.iter().map(told).collect();
    let seen = |pick: fn(&Exercised) -> &BTreeSet<String>| {
        scenarios_by_word(results.iter().map(|result| pick(&result.exercised).clone()))
    };
    let written = |universe: &[String]| scenarios_by_word(told.iter().map(|scenario| keys_among(scenario, universe)));
    let words = |name: &'static str, definition: &str| {
        let universe = words_of(&schema, definition);
        section(name, written(&universe), universe)
    };
    let operations = operations_of(cases);
    let connectors = Connector::ALL.iter().map(|connector| connector.name().to_owned()).collect();
    let quirks: Vec<String> =
        Quirk::ALL.iter().filter(|quirk| quirk.is_switchable()).map(|quirk| quirk.id().to_owned()).collect();
    let faults = Contract::shared().fault_table("global").iter();
    let faults = faults.map(|(_, code, text)| format!("{code} {text}")).collect();
    vec![
        words("steps", "StepKind"),
        words("edits in Magento", "MagentoEdit"),
        words("edits in the CRM", "CrmEdit"),
        words("settings of the integration", "IntegrationSetup"),
        section(
            "disruptions",
            seen(|seen| &seen.disruptions),
            Disruption::KINDS.iter().map(|kind| (*kind).to_owned()).collect(),
        ),
        section("quirks switched", written(&quirks), quirks),
        section("connectors", seen(|seen| &seen.connectors), connectors),
        section("SOAP faults", seen(|seen| &seen.faults), faults),
        section("operations", seen(|seen| &seen.operations), operations),
    ]
}

/// The operations that the shops of these cases have between them; scenarios that are run several times are read once.
fn operations_of(cases: &[Case]) -> Vec<String> {
    let mut files = BTreeSet::new();
    let product = Contract::shared().operations().map(|facts| facts.name.clone());
    let mut all: IndexSet<String> = product.collect();
    for case in cases.iter().filter(|case| files.insert(&case.scenario.file.path)) {
        all.extend(case.operations());
    }
    all.into_iter().collect()
}

fn section(name: &'static str, covered: BTreeMap<String, Vec<usize>>, universe: Vec<String>) -> Matrix {
    let missing = universe.into_iter().filter(|word| !covered.contains_key(word)).collect();
    Matrix { name, covered, missing }
}

/// By word, the numbers of the scenarios that have it.
fn scenarios_by_word(scenarios: impl Iterator<Item = BTreeSet<String>>) -> BTreeMap<String, Vec<usize>> {
    let mut by_word: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, words) in scenarios.enumerate() {
        for word in words {
            by_word.entry(word).or_default().push(number);
        }
    }
    by_word
}

/// The scenario as it is written, with the files of its fragments.
fn told(case: &Case) -> Value {
    let mut files = vec![&case.scenario.file];
    for origin in case.scenario.script.steps.iter().filter_map(|step| step.1.as_ref()) {
        if !files.contains(&&origin.file) {
            files.push(&origin.file);
        }
    }
    files.iter().map(|file| serde_saphyr::from_str::<Value>(&file.text).unwrap_or_default()).collect()
}

fn keys_among(value: &Value, universe: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(value, universe, &mut found);
    found
}

fn collect(value: &Value, universe: &[String], found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                if universe.contains(key) {
                    found.insert(key.clone());
                }
                collect(member, universe, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| match item {
            Value::String(word) if universe.contains(word) => drop(found.insert(word.clone())),
            other => collect(other, universe, found),
        }),
        _ => {}
    }
}

/// The words of a definition of the schema: its members, or the names of its variants.
fn words_of(schema: &Value, definition: &str) -> Vec<String> {
    let Some(definition) = schema["definitions"].get(definition) else { return Vec::new() };
    let members = |of: &Value| of["properties"].as_object().map(|members| members.keys().cloned().collect::<Vec<_>>());
    let variants = definition["oneOf"].as_array().into_iter().flatten().filter_map(members).flatten();
    members(definition).unwrap_or_default().into_iter().chain(variants).collect()
}

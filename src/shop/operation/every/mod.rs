//! Every operation, called on the corner shop with what fits and what does not (`calls.yaml`), in API version 2 and, where it
//! has a method there, in version 1. The answers are snapshots: a changed rule shows as a changed answer. What is right is
//! said by the recordings of real shops; this holds what they have shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::vectors::Caller;
use crate::magento::version1::Method;
use crate::magento::{Contract, Flavor, Version1};
use crate::shop::{Refusal, Seed, built_in, version1};
use crate::soap::{SoapStruct, SoapValue, WireStyle};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    call: String,
    #[serde(default)]
    with: Map<String, Value>,
    #[serde(rename = "as")]
    name: Option<String>,
}

fn calls() -> Vec<Call> {
    serde_saphyr::from_str(include_str!("calls.yaml")).unwrap()
}

fn seed() -> Seed {
    built_in::seed("corner-shop").unwrap().unwrap()
}

/// An argument with what names stand for; nothing when a name stands for nothing, because that call was refused.
fn filled(argument: &Value, kept: &BTreeMap<String, Value>) -> Option<Value> {
    Some(match argument {
        Value::String(text) if text.starts_with('$') => {
            let (name, path) = text[1..].split_at(text[1..].find('/').unwrap_or(text.len() - 1));
            kept.get(name)?.pointer(path)?.clone()
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| filled(item, kept)).collect::<Option<_>>()?),
        Value::Object(members) => {
            let filled = members.iter().map(|(name, member)| Some((name.clone(), filled(member, kept)?)));
            Value::Object(filled.collect::<Option<_>>()?)
        }
        other => other.clone(),
    })
}

/// An answer, a member or a row a line.
fn write_answer(into: &mut String, answer: &Value) {
    match answer {
        Value::Array(rows) if !rows.is_empty() => {
            for row in rows {
                writeln!(into, "  - {row}").unwrap();
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::Array(rows) if rows.iter().any(Value::is_object) => {
                        writeln!(into, "  {name}:").unwrap();
                        rows.iter().for_each(|row| writeln!(into, "  - {row}").unwrap());
                    }
                    member => writeln!(into, "  {name}: {member}").unwrap(),
                }
            }
        }
        other => writeln!(into, "  {other}").unwrap(),
    }
}

/// Makes all calls and writes down what came of each.
fn told(mut call: impl FnMut(&Call, &Value) -> Option<Result<Value, Refusal>>) -> String {
    let mut kept: BTreeMap<String, Value> = BTreeMap::new();
    let mut text = String::new();
    for one in calls() {
        let Some(arguments) = filled(&Value::Object(one.with.clone()), &kept) else {
            writeln!(text, "{}: not called, for what it needs was refused", one.call).unwrap();
            continue;
        };
        let Some(outcome) = call(&one, &arguments) else { continue };
        writeln!(text, "{} {arguments}", one.call).unwrap();
        match outcome {
            Ok(answer) => {
                write_answer(&mut text, &answer);
                one.name.map(|name| kept.insert(name, answer));
            }
            Err(refusal) => writeln!(text, "  refused: {refusal}").unwrap(),
        }
    }
    text
}

fn in_version2(flavor: Flavor) -> String {
    let mut shop = Caller::on(seed(), flavor);
    told(|one, arguments| Some(shop.call(&one.call, arguments)))
}

#[test]
fn every_operation_answers_as_it_did() {
    insta::assert_snapshot!("version2", in_version2(Flavor::Magento194));
}

/// What another release answers otherwise, as the lines that differ.
#[test]
fn releases_answer_otherwise_where_they_did() {
    let of_reference = in_version2(Flavor::Magento194);
    for (name, flavor) in [("magento-1.7", Flavor::Magento17), ("openmage-20.16", Flavor::OpenMage2016)] {
        let of_release = in_version2(flavor);
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
        let (reference, release) = (lines(&of_reference), lines(&of_release));
        let mut differing = String::new();
        let mut heading = "";
        for line in of_release.lines() {
            if !line.starts_with(' ') {
                heading = line;
            } else if !reference.contains(line) {
                writeln!(differing, "{heading}\n{line}").unwrap();
            }
        }
        let gone = of_reference.lines().filter(|line| line.starts_with(' ') && !release.contains(*line)).count();
        writeln!(differing, "{gone} lines of the reference are not there").unwrap();
        insta::assert_snapshot!(name, differing);
    }
}

/// A value as PHP has it behind version 1: maps are arrays.
fn as_array(json: &Value) -> SoapValue {
    match json {
        Value::Array(items) => items.iter().map(as_array).collect::<Vec<_>>().into(),
        Value::Object(members) => {
            let members: SoapStruct = members.iter().map(|(name, member)| (name.as_str(), as_array(member))).collect();
            members.into_array().into()
        }
        other => super::vectors::value(other),
    }
}

/// The path of an operation in version 1 with its method.
fn method_of(operation: &str) -> Option<(&'static str, &'static Method)> {
    let contract = Contract::shared();
    let methods = Version1::shared().methods.iter();
    let mut found =
        methods.filter(|(path, _)| contract.operation_at(path).is_some_and(|(facts, _)| facts.name == operation));
    found.next().map(|(path, method)| (path.as_str(), method))
}

#[test]
fn every_method_of_version1_answers_as_it_did() {
    let mut caller = Caller::on(seed(), Flavor::Magento194);
    let session = caller.session.clone();
    let told = told(|one, arguments| {
        let (path, method) = method_of(&one.call)?;
        let shop = &mut caller.shop;
        let schema = shop.contract().schema(WireStyle::RpcEncoded, shop.bridge(), shop.flavor());
        let parts = schema.operation(&one.call).map(|operation| operation.request.parts.clone())?;
        let mut args: Vec<SoapValue> = Vec::new();
        for part in parts.iter().skip(1).take(method.parameters.len()) {
            args.push(arguments.get(&*part.name).map_or(SoapValue::Nil, as_array));
        }
        while args.last().is_some_and(SoapValue::is_nil) {
            args.pop();
        }
        let call = SoapStruct::new().with("sessionId", session.as_str()).with("apiPath", path).with("args", args);
        let call = version1::read("call", call, shop);
        Some(shop.handle(&call).map(|answer| json!(answer)))
    });
    insta::assert_snapshot!("version1", told);
}

#[test]
fn every_operation_is_called() {
    let called: BTreeSet<String> = calls().into_iter().map(|one| one.call).collect();
    let of_handler =
        ["login", "startSession", "endSession", "call", "multiCall", "resources", "globalFaults", "resourceFaults"];
    let missing: Vec<&str> = Contract::shared()
        .operations()
        .map(|operation| operation.name.as_str())
        .filter(|name| !of_handler.contains(name) && !called.contains(*name))
        .collect();
    assert!(missing.is_empty(), "no call of {missing:?} in calls.yaml");
}

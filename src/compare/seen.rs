//! Stubs of what operations of modules answered, with personal data replaced as a recording has it.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::own_answers::SeenCall;
use super::portrait::Portrait;
use super::service::{Declared, ServiceFacts};
use super::wanted::{self, WantedQuestion};
use crate::matching::{Condition, Conditions, Matcher};
use crate::place::At;
use crate::record::Sanitiser;
use crate::shop::stubs::{FaultCodeText, FaultParts, FaultText, StubText};
use crate::soap::{SoapStruct, SoapValue};
use crate::written_value::{Fields, Value};

impl SeenCall {
    /// What was asked about; a fake has other rows than the shop, so that filters and pages say nothing.
    fn asked_about(&self) -> IndexMap<&str, String> {
        self.arguments.iter().filter_map(|(name, value)| Some((name, value.to_text()?))).collect()
    }

    /// How much there is to see in it.
    fn weight(&self) -> usize {
        self.outcome.as_ref().map_or(0, |value| 1 + leaves(value))
    }
}

fn leaves(value: &SoapValue) -> usize {
    match value {
        SoapValue::Nil => 0,
        SoapValue::List(items) => items.iter().map(leaves).sum(),
        SoapValue::Struct(record) => record.iter().map(|(_, member)| leaves(member)).sum(),
        _ => 1,
    }
}

/// Stubs that answer what a shop's modules were seen to answer, the fullest answer to every call that is like none that was
/// seen. At most `records` rows of a list are kept.
pub fn stubs_of(shop: &Portrait, sanitiser: &mut Sanitiser, records: usize) -> Vec<At<StubText>> {
    learn(shop, sanitiser);
    let operations: BTreeSet<&str> = shop.seen.iter().map(|seen| seen.operation.as_str()).collect();
    let mut stubs = Vec::new();
    for operation in wanted::operations(&shop.facts).filter(|name| operations.contains(name)) {
        let calls: Vec<&SeenCall> = shop.seen.iter().filter(|seen| seen.operation == operation).collect();
        let Some(fullest) = calls.iter().rev().max_by_key(|seen| seen.weight()) else { continue };
        let others = calls.iter().filter(|seen| !std::ptr::eq(**seen, *fullest) && !seen.asked_about().is_empty());
        for seen in others {
            stubs.push(stub(seen, seen.asked_about(), &shop.facts, sanitiser, records));
        }
        stubs.push(stub(fullest, IndexMap::new(), &shop.facts, sanitiser, records));
    }
    stubs
}

/// The questions that a file may keep, as they were written: those whose arguments give nobody away.
pub fn questions_to_keep<'q>(questions: &'q [WantedQuestion], sanitiser: &Sanitiser) -> Vec<&'q WantedQuestion> {
    let is_plain = |question: &&WantedQuestion| {
        let arguments = question.arguments.clone().map_or(Json::Null, |arguments| json(&arguments.into()));
        replaced(sanitiser, &question.operation, arguments.clone()) == arguments
    };
    questions.iter().filter(is_plain).collect()
}

/// First all is learned, then it is replaced.
fn learn(shop: &Portrait, sanitiser: &mut Sanitiser) {
    let sample = &shop.sample;
    let addresses = sample.addresses.iter().flat_map(|(_, rows)| rows);
    for (operation, rows) in [
        ("customerCustomerInfo", sample.customers.iter().chain(addresses).collect::<Vec<_>>()),
        ("salesOrderInfo", sample.orders.iter().chain(&sample.carts).collect()),
        ("newsletterSubscriberList", sample.subscribers.iter().collect()),
    ] {
        for row in rows {
            sanitiser.learn_arguments(operation, &json(&row.clone().into()));
        }
    }
    for seen in &shop.seen {
        if let Ok(value) = &seen.outcome {
            sanitiser.learn_arguments(&seen.operation, &json(value));
        }
    }
}

fn stub(
    seen: &SeenCall,
    when: IndexMap<&str, String>,
    facts: &ServiceFacts,
    sanitiser: &Sanitiser,
    records: usize,
) -> At<StubText> {
    let operation = seen.operation.as_str();
    let masked = |value: Json| replaced(sanitiser, operation, value);
    let when = when.into_iter().map(|(name, text)| {
        let masked = masked(Map::from_iter([(name.to_owned(), text.into())]).into());
        let text = masked.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        (At::nowhere(name.to_owned()), At::nowhere(Condition::Value(Matcher::Exact(text))))
    });
    let mut stub = StubText::of(operation, Conditions(when.collect()));
    match &seen.outcome {
        Ok(value) => {
            let answer = facts.parts(operation).map(|(_, answer)| answer).unwrap_or_default();
            let fitting = fitting(value, &answer, facts, records);
            stub.answer = Some(At::nowhere(written(&masked(json(&fitting)))));
        }
        Err(fault) => {
            let said = masked(Map::from_iter([("faultstring".to_owned(), fault.string.as_str().into())]).into());
            let string = plain(said.get("faultstring").and_then(Json::as_str).unwrap_or_default());
            let code = FaultCodeText::Text(fault.code.to_string());
            stub.fault = Some(At::nowhere(FaultText::Written(FaultParts { code, string })));
        }
    }
    At::nowhere(stub)
}

/// With personal data replaced; what gives somebody away all the same is left empty.
fn replaced(sanitiser: &Sanitiser, operation: &str, value: Json) -> Json {
    fn checked(sanitiser: &Sanitiser, value: Json) -> Json {
        match value {
            Json::String(text) if sanitiser.survivor(&text).is_some() => Json::String(String::new()),
            Json::Array(items) => items.into_iter().map(|item| checked(sanitiser, item)).collect(),
            Json::Object(members) => members
                .into_iter()
                .map(|(name, member)| (name, checked(sanitiser, member)))
                .collect::<Map<_, _>>()
                .into(),
            other => other,
        }
    }
    checked(sanitiser, sanitiser.arguments(operation, &value))
}

/// What a stub may answer: the fields that are declared, those that are required among them, and no more rows than wanted.
fn fitting(value: &SoapValue, type_name: &str, facts: &ServiceFacts, records: usize) -> SoapValue {
    match (facts.types.get(type_name), value) {
        (Some(Declared::Array(item)), SoapValue::List(rows)) => {
            rows.iter().take(records).map(|row| fitting(row, item, facts, records)).collect::<Vec<_>>().into()
        }
        (Some(Declared::Array(item)), SoapValue::Struct(_)) => vec![fitting(value, item, facts, records)].into(),
        (Some(Declared::Array(_)), _) => Vec::<SoapValue>::new().into(),
        (Some(Declared::Record(fields)), SoapValue::Struct(record)) => {
            let mut fit = SoapStruct::new();
            for (name, member) in record.iter() {
                if let Some(declared) = fields.get(name) {
                    fit.set(name, fitting(member, declared.trim_end_matches('!'), facts, records));
                }
            }
            for (name, declared) in fields {
                if declared.ends_with('!') && fit.get(name).is_none() {
                    fit.set(name.as_str(), SoapValue::Nil);
                }
            }
            fit.into()
        }
        (Some(Declared::Record(_)), _) => SoapValue::Nil,
        (None, value) => value.clone(),
    }
}

/// Numbers as texts, for whoever replaces them.
fn json(value: &SoapValue) -> Json {
    match value {
        SoapValue::Nil => Json::Null,
        SoapValue::Bool(on) => Json::Bool(*on),
        SoapValue::List(items) => items.iter().map(json).collect(),
        SoapValue::Struct(record) => {
            record.iter().map(|(name, member)| (name.to_owned(), json(member))).collect::<Map<_, _>>().into()
        }
        scalar => scalar.to_text().map_or(Json::Null, Json::String),
    }
}

fn written(value: &Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Bool(on) => Value::Bool(*on),
        Json::Number(number) => Value::Text(number.to_string()),
        Json::String(text) => Value::Text(plain(text)),
        Json::Array(items) => Value::List(items.iter().map(|item| At::nowhere(written(item))).collect()),
        Json::Object(members) => {
            let members =
                members.iter().map(|(name, member)| (At::nowhere(name.clone()), At::nowhere(written(member))));
            Value::Record(Fields(members.collect()))
        }
    }
}

/// A text that is no template whatever it holds.
fn plain(text: &str) -> String {
    if !["{{", "{%", "{#"].iter().any(|mark| text.contains(mark)) {
        return text.to_owned();
    }
    format!("{{% raw %}}{}{{% endraw %}}", text.replace("endraw", "end raw"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_looks_like_a_template_is_none() {
        for (text, expected) in [
            ("plain {x}", "plain {x}"),
            ("{{ now }}", "{% raw %}{{ now }}{% endraw %}"),
            ("{% endraw %}{{ now }}", "{% raw %}{% end raw %}{{ now }}{% endraw %}"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }
}

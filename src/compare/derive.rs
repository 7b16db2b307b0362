//! Overrides out of two portraits: what the fake must do otherwise to be like the shop.

use indexmap::IndexMap;

use super::answer::Fields;
use super::portrait::Portrait;
use super::said::{ACCESS_DENIED, Said};
use super::service::{Declared, ServiceFacts};
use super::topic::Topic;
use crate::shop::Overrides;
use crate::shop::overrides::{AnswerOverride, FaultOverride, TypeOverride};

/// API fault "Session expired. Try to relogin."
const SESSION_EXPIRED: u16 = 5;

/// What the fake must do otherwise. `known` are the overrides that the fake already has.
pub fn overrides_of(shop: &Portrait, fake: &Portrait, known: &Overrides) -> Overrides {
    let mut own = of_service(&shop.facts, &fake.facts, known);
    for (question, reply) in &shop.said {
        let Some(other) = fake.said.get(question) else { continue };
        if reply.topic == Topic::Modules {
            // Stubs say what they answer.
            continue;
        }
        let operation = reply.operation.as_deref().unwrap_or_default();
        match (&reply.said, &other.said) {
            (Said::Fields(here), Said::Fields(there)) => of_fields(&mut own, operation, here, there),
            (Said::Fault(here), Said::Fault(there)) => {
                let denied = here.api_code() == Some(ACCESS_DENIED);
                // Every operation asks for the session before it does anything.
                let operation = reply.operation.as_deref().filter(|_| there.api_code() != Some(SESSION_EXPIRED));
                if let (Some(code), Some(fault), false) = (here.api_code(), there.api_code(), denied || here == there) {
                    add_fault(&mut own, operation, fault, code, &here.string);
                }
            }
            (Said::Words(here), Said::Words(there)) if here != there => of_words(&mut own, question, operation, here),
            _ => {}
        }
    }
    own
}

/// What the declarations say alone: enough to make a fake whose answers can be asked for.
pub(super) fn of_service(shop: &ServiceFacts, fake: &ServiceFacts, known: &Overrides) -> Overrides {
    let mut own = known.clone();
    if shop.namespace != fake.namespace {
        own.service.namespace = Some(shop.namespace.clone());
    }
    if shop.handler != fake.handler {
        own.service.handler = Some(shop.handler.clone());
    }
    let lacks = fake.operations.keys().filter(|name| !shop.operations.contains_key(*name)).cloned();
    own.operations.missing.extend(lacks);
    for (name, operation) in &shop.operations {
        let is_other = fake.operations.get(name).is_none_or(|other| other.signature != operation.signature);
        if is_other && !operation.signature.starts_with('(') {
            own.operations.declared.insert(name.clone(), operation.signature.clone());
        }
    }
    for (name, declared) in &shop.types {
        if let Some(change) = of_type(declared, fake.types.get(name)) {
            own.types.insert(name.clone(), change);
        }
    }
    own
}

fn of_type(declared: &Declared, other: Option<&Declared>) -> Option<TypeOverride> {
    let mut change = TypeOverride::default();
    match (declared, other) {
        (Declared::Array(item), Some(Declared::Array(other))) if item == other => return None,
        (Declared::Array(item), _) => change.array_of = Some(item.clone()),
        (Declared::Record(fields), Some(Declared::Record(known))) => {
            change.missing = known.keys().filter(|field| !fields.contains_key(*field)).cloned().collect();
            for (field, text) in fields {
                match known.get(field) {
                    None => {
                        change.extra.insert(field.clone(), text.clone());
                    }
                    Some(other) if other != text => {
                        change.changed.insert(field.clone(), text.clone());
                    }
                    Some(_) => {}
                }
            }
            // Fields that are added go to the end, where they may not belong.
            let kept = known.keys().filter(|field| fields.contains_key(*field));
            if !fields.keys().eq(kept.chain(change.extra.keys())) {
                change.order = fields.keys().cloned().collect();
            }
        }
        (Declared::Record(fields), _) => change.extra = fields.clone(),
    }
    (change != TypeOverride::default()).then_some(change)
}

fn of_fields(own: &mut Overrides, operation: &str, here: &Fields, there: &Fields) {
    let mut change = own.answers.get(operation).cloned().unwrap_or_default();
    let is_inside = |path: &str, of: &Fields| path.rsplit_once('.').is_some_and(|(outer, _)| !of.0.contains_key(outer));
    let gone = there.0.keys().filter(|path| !here.0.contains_key(*path) && !is_inside(path, here));
    change.without.extend(gone.cloned());
    for (path, seen) in &here.0 {
        let is_scalar = !here.0.keys().any(|other| other.starts_with(&format!("{path}.")));
        if !there.0.contains_key(path) && !is_inside(path, there) && is_scalar && !seen.types.contains("list") {
            change
                .with
                .insert(path.clone(), if seen.nil && seen.types.is_empty() { None } else { Some(String::new()) });
        }
    }
    if change != AnswerOverride::default() {
        own.answers.insert(operation.to_owned(), change);
    }
}

fn add_fault(own: &mut Overrides, operation: Option<&str>, fault: u16, code: u16, text: &str) {
    let is_known = |known: &FaultOverride| known.operation.as_deref() == operation && known.fault == fault;
    if !own.faults.iter().any(is_known) {
        own.faults.push(FaultOverride {
            operation: operation.map(str::to_owned),
            fault,
            code: Some(code).filter(|code| *code != fault),
            message: Some(text.to_owned()),
        });
    }
}

fn of_words(own: &mut Overrides, question: &str, operation: &str, here: &str) {
    let lines = || here.split(" | ").map(str::to_owned).collect::<Vec<_>>();
    let name = question.split_once('/').map_or(question, |(_, name)| name);
    match name {
        _ if name.ends_with(": a page past the end") && here == "the last row" => {
            own.paging.last_page_again.push(operation.to_owned());
        }
        "Date of an answer" => own.http.date = Some(here == "sent"),
        "Content-Type of an answer" if here != "not sent" => own.http.content_type = lines(),
        "Content-Type of the WSDL" if here != "not sent" => own.http.wsdl_content_type = lines(),
        "status of a fault" => own.http.fault_status = here.parse().ok(),
        _ => {
            // A header that differs on the WSDL alone is a matter of caches, not of the API.
            if let Some(header) = name.strip_suffix(" of an answer").filter(|header| header.chars().all(is_of_name)) {
                let value = Some(here.to_owned()).filter(|here| here != "not sent");
                own.http.headers.insert(header.to_owned(), value);
            }
        }
    }
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_lowercase() || c == '-'
}

/// Types and operations of a schema that fit a shop best, as a distance: 0 is the same.
pub(super) fn distance(shop: &ServiceFacts, other: &ServiceFacts) -> usize {
    let names = [shop.namespace != other.namespace, shop.handler != other.handler];
    let operations = differing(&shop.operations, &other.operations);
    let types = differing(&shop.types, &other.types);
    names.iter().filter(|differs| **differs).count() * 3 + operations + types
}

fn differing<T: PartialEq>(one: &IndexMap<String, T>, other: &IndexMap<String, T>) -> usize {
    let changed = one.iter().filter(|(name, value)| other.get(*name) != Some(value)).count();
    changed + other.keys().filter(|name| !one.contains_key(*name)).count()
}

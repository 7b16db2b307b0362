//! Overrides that fit the product and still say nothing, or one thing and its opposite.

use std::collections::BTreeSet;

use super::check::OverridesError;
use super::{AnswerOverride, Overrides, TypeOverride};
use crate::magento::Contract;
use crate::nearest::{meant, nearest};
use crate::place::At;
use crate::shop::stubs::may_be;
use crate::soap::{Message, ServiceSchema, Shape, TypeRef};
use crate::written_value::Value;

/// What is wrong: the keys that lead to it, the mistake and the remedy.
type Found = (Vec<String>, String, String);

fn found<S: ToString>(path: impl IntoIterator<Item = S>, what: String, remedy: impl Into<String>) -> Option<Found> {
    Some((path.into_iter().map(|step| step.to_string()).collect(), what, remedy.into()))
}

impl Overrides {
    /// The first of them that makes no sense in a shop of this product.
    ///
    /// # Errors
    /// [`OverridesError::Invalid`] with its line.
    pub(super) fn check_sense(&self, product: &ServiceSchema, own: &ServiceSchema) -> Result<(), OverridesError> {
        let all = self
            .of_operations()
            .or_else(|| self.types.iter().find_map(|(name, change)| of_type(name, change, product)))
            .or_else(|| self.answers.iter().find_map(|(name, change)| of_answer(name, change, own)))
            .or_else(|| self.of_faults())
            .or_else(|| self.of_paging(own))
            .or_else(|| self.of_asked(own))
            .or_else(|| self.of_content_types());
        let Some((path, what, remedy)) = all else { return Ok(()) };
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        Err(OverridesError::invalid(what, remedy).standing_at(self.file.place_of(&path)))
    }

    fn of_operations(&self) -> Option<Found> {
        let mut seen = BTreeSet::new();
        for (number, name) in self.operations.missing.iter().enumerate() {
            if !seen.insert(name) {
                let what = format!("operations: missing: {name} stands here twice");
                return found(["operations", "missing", &number.to_string()], what, "keep one of them");
            }
        }
        let parts = |text: &str| -> Vec<String> {
            let request = text.split("->").next().unwrap_or_default();
            request.split(',').filter_map(|part| Some(part.split_whitespace().next()?.to_owned())).collect()
        };
        self.operations.declared.iter().find_map(|(name, text)| {
            let path = ["operations", "declared", name];
            if self.operations.missing.contains(name) {
                let what = format!("operations: {name} is both missing and declared");
                return found(path, what, "keep it in one of the two");
            }
            let mut seen = BTreeSet::new();
            let twice = parts(text).into_iter().find(|part| !seen.insert(part.clone()))?;
            found(path, format!("operations: declared: {name} has two arguments {twice}"), "rename one of them")
        })
    }

    fn of_faults(&self) -> Option<Found> {
        let mut seen = BTreeSet::new();
        self.faults.iter().enumerate().find_map(|(number, fault)| {
            let at = |key: &'static str| ["faults".to_owned(), number.to_string(), key.to_owned()];
            let of = fault.operation.as_deref().map(|name| format!(" of {name}")).unwrap_or_default();
            if fault.code.is_none() && fault.message.is_none() {
                let what = format!("faults: nothing is said of the fault {}{of}", fault.fault);
                return found(at("fault"), what, "write the shop's `code`, its `message`, or both");
            }
            if !seen.insert((&fault.operation, fault.fault)) {
                let what = format!("faults: the fault {}{of} stands here twice", fault.fault);
                return found(at("fault"), what, "keep one of them");
            }
            let contract = Contract::shared();
            let resource = contract.operation(fault.operation.as_deref()?)?.resource.as_deref().unwrap_or("global");
            let known = || contract.fault_table(resource).iter().chain(contract.fault_table("global"));
            if known().any(|(_, code, _)| *code == fault.fault) {
                return None;
            }
            let listed: Vec<String> = known().map(|(name, code, _)| format!("{code} ({name})")).collect();
            let what = format!("faults: the product raises no fault {}{of}", fault.fault);
            found(at("fault"), what, format!("it has {}", listed.join(", ")))
        })
    }

    fn of_paging(&self, own: &ServiceSchema) -> Option<Found> {
        self.paging.last_page_again.iter().enumerate().find_map(|(number, name)| {
            let declared = own.operation(name)?;
            let is_list = declared.response.parts.iter().any(|part| {
                matches!(&part.type_ref, TypeRef::Complex(id)
                    if matches!(own.complex_type(*id).shape, Shape::Array { .. }))
            });
            let lacks = match (is_list, has_part(&declared.request, "pager")) {
                (true, true) => return None,
                (false, _) => "answers no list",
                (true, false) => "takes no pager",
            };
            let what = format!("paging: last page again: {name} {lacks}, so it has no pages");
            found(["paging", "last page again", &number.to_string()], what, "leave it out")
        })
    }

    fn of_asked(&self, own: &ServiceSchema) -> Option<Found> {
        self.asked.iter().enumerate().find_map(|(number, asked)| {
            let path = ["asked".to_owned(), number.to_string()];
            let (name, arguments) = asked.split_once('=').map_or((asked.as_str(), None), |(name, it)| (name, Some(it)));
            let Some(declared) = own.operation(name) else {
                let known = own.operations.keys().map(String::as_str);
                let remedy = meant(name, known).map_or_else(
                    || "declare it under `operations`, or leave it out".to_owned(),
                    |name| format!("did you mean \"{name}\"?"),
                );
                return found(
                    path,
                    format!("asked: there is no operation \"{name}\" in the shop that is overridden"),
                    remedy,
                );
            };
            if Contract::shared().operation(name).is_some() {
                let what = format!("asked: {name} is no operation of a module");
                return found(path, what, "leave it out; what Magento's own are asked is known");
            }
            let read: Result<At<Value>, _> = serde_saphyr::from_str(arguments.unwrap_or("{}"));
            let Ok(Value::Record(given)) = read.as_ref().map(At::get) else {
                let what = format!("asked: {} is not an operation and a record", asked.get());
                return found(path, what, "write its arguments behind it, as in acmeLoyaltyInfo={customerId: 42}");
            };
            let unknown = given.iter().map(|(name, _)| name).find(|given| !has_part(&declared.request, given))?;
            let known =
                declared.request.parts.iter().map(|part| part.name.as_str()).filter(|name| *name != "sessionId");
            let remedy = nearest(unknown, known)
                .map_or_else(|| "it has none but the session".to_owned(), |known| format!("did you mean {known}?"));
            found(path, format!("asked: {name} has no argument {}", unknown.get()), remedy)
        })
    }

    fn of_content_types(&self) -> Option<Found> {
        let types = [("content type", &self.http.content_type), ("wsdl content type", &self.http.wsdl_content_type)];
        for (key, lines) in types {
            if let Some((number, line)) = lines.iter().enumerate().find(|(_, line)| !is_value(line) || line.is_empty())
            {
                let what = format!("http: {key}: \"{}\" is no media type", line.escape_debug());
                return found(["http", key, &number.to_string()], what, "write such as text/xml; charset=utf-8");
            }
        }
        None
    }
}

fn of_type(name: &str, change: &TypeOverride, product: &ServiceSchema) -> Option<Found> {
    let path = |more: &[&str]| ["types", name].iter().chain(more).map(|step| (*step).to_owned()).collect::<Vec<_>>();
    let says_fields = !(change.missing.is_empty() && change.extra.is_empty() && change.changed.is_empty());
    if change.array_of.is_some() && (says_fields || !change.order.is_empty()) {
        let what = format!("types: {name} is a list, and a list has no fields");
        return found(path(&["array of"]), what, "leave out `array of`, or everything beside it");
    }
    let (_, known) = product.type_named(name)?;
    if *change == TypeOverride::default() {
        return found(
            path(&[]),
            format!("types: nothing is said of {name}"),
            "write what is otherwise, or leave it out",
        );
    }
    let Shape::Struct { fields, .. } = &known.shape else { return None };
    let is_there = |field: &str| fields.iter().any(|known| *known.name == *field);
    let is_missing = |field: &String| change.missing.contains(field);
    if let Some(field) = change.extra.keys().find(|field| is_there(field) && !is_missing(field)) {
        let what = format!("types: {name}: the product has the field {field} already");
        return found(path(&["extra", field]), what, "write its other type under `changed`, or leave it out");
    }
    if let Some(field) = change.changed.keys().find(|field| is_missing(field)) {
        let what = format!("types: {name}: {field} is both missing and changed");
        return found(path(&["changed", field]), what, "keep it in one of the two");
    }
    let there = || fields.iter().map(|field| field.name.as_ref()).filter(|name| !is_missing(&(*name).to_owned()));
    let unknown = |field: &&String| !there().any(|known| known == field.as_str()) && !change.extra.contains_key(*field);
    let (number, field) = change.order.iter().enumerate().find(|(_, field)| unknown(field))?;
    let what = format!("types: {name}: order: there is no field {field}");
    let remedy =
        meant(field, there()).map_or_else(|| "leave it out".to_owned(), |field| format!("did you mean {field}?"));
    found(path(&["order", &number.to_string()]), what, remedy)
}

fn of_answer(operation: &str, change: &AnswerOverride, own: &ServiceSchema) -> Option<Found> {
    if change.without.is_empty() && change.with.is_empty() {
        let what = format!("answers: nothing is said of {operation}");
        return found(["answers", operation], what, "write `without: […]` or `with: {…}`, or leave it out");
    }
    if let Some(path) = change.with.keys().find(|path| change.without.contains(path)) {
        let what = format!("answers: {operation}: {path} is both with and without");
        return found(["answers", operation, "with", path], what, "keep it in one of the two");
    }
    let answer = own.operation(operation)?.response.parts.first()?;
    change.with.iter().find_map(|(path, text)| {
        let (text, TypeRef::Xsd(xsd)) = (text.as_deref()?, end_of(own, &answer.type_ref, path)?) else { return None };
        if may_be(text, *xsd) {
            return None;
        }
        let what =
            format!("answers: {operation}: {path} is declared as {}, and \"{text}\" is none", xsd.qualified_name());
        found(["answers", operation, "with", path], what, "write one, or null")
    })
}

/// The type of the field to which a path through records and the rows of lists leads.
fn end_of<'a>(own: &'a ServiceSchema, from: &'a TypeRef, path: &str) -> Option<&'a TypeRef> {
    let mut at = from;
    for step in path.split('.') {
        let fields = loop {
            let TypeRef::Complex(id) = at else { return None };
            match &own.complex_type(*id).shape {
                Shape::Array { item, .. } => at = item,
                Shape::Struct { fields, .. } => break fields,
            }
        };
        at = &fields.iter().find(|field| *field.name == *step)?.type_ref;
    }
    Some(at)
}

fn has_part(message: &Message, name: &str) -> bool {
    message.parts.iter().any(|part| part.name == name)
}

fn is_value(text: &str) -> bool {
    text.chars().all(|letter| !letter.is_control() || letter == '\t')
}

//! Whether conditions on arguments can hold at all: one rule for stubs, disruptions, verifications and scenarios. A name that
//! no call has, or a word of matching that is mistyped, would never be met, and look like a success wherever nothing is wanted.

use super::Shop;
use crate::magento::{BridgeRelease, Contract, Flavor, Version1, columns};
use crate::matching::{Condition, Conditions, Matcher, MatcherWord};
use crate::nearest::{meant, nearest};
use crate::place::{At, Place};
use crate::soap::{ServiceSchema, Shape, TypeRef, WireStyle, Xsd};

/// Words of matching.
const MATCHERS: &[&str] = &["regex", "contains", "not", "one of", "is"];
/// What WS-I wraps the items of a list in.
const WRAPPER: &str = "complexObjectArray";
/// What every call may bring: the session, and in API version 1 what is bound to no name.
const ALWAYS: &[&str] = &["sessionId", "args"];

/// A condition that no call meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Where it is.
    pub place: Place,
    /// The mistake, as a lower-case fragment.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

/// The type of an argument in one of the services.
type Typed<'a> = (&'a ServiceSchema, &'a TypeRef);

/// What is wrong with conditions on calls of an operation in a shop.
pub fn unfit_in(shop: &Shop, operation: &str, conditions: &Conditions) -> Vec<Unfit> {
    let contract = shop.contract();
    let rpc = contract.schema(WireStyle::RpcEncoded, shop.bridge(), shop.flavor());
    let wsi = contract.schema(WireStyle::WsI, shop.bridge(), shop.flavor());
    unfit(contract, &[shop.codec().schema(), &rpc, &wsi], operation, conditions)
}

/// The same where only the API is known.
pub fn unfit_of(contract: &Contract, operation: &str, conditions: &Conditions) -> Vec<Unfit> {
    let styles = [WireStyle::RpcEncoded, WireStyle::WsI];
    let schemas = styles.map(|style| contract.schema(style, Some(BridgeRelease::newest()), Flavor::default()));
    unfit(contract, &[&schemas[0], &schemas[1]], operation, conditions)
}

/// The names that arguments of an operation have behind any door.
pub fn names(contract: &Contract, schemas: &[&ServiceSchema], operation: &str) -> Vec<String> {
    let mut names = contract.arguments(operation);
    let declared = schemas.iter().filter_map(|schema| schema.operation(operation));
    names.extend(declared.flat_map(|declared| &declared.request.parts).map(|part| part.name.clone()));
    let path = contract
        .operation(operation)
        .and_then(|facts| Some(format!("{}.{}", facts.resource.as_deref()?, facts.method.as_deref()?)));
    let method = path.and_then(|path| Version1::shared().methods.get(&path));
    names.extend(method.into_iter().flat_map(|method| &method.parameters).map(|parameter| parameter.name.clone()));
    names
}

fn unfit(contract: &Contract, schemas: &[&ServiceSchema], operation: &str, conditions: &Conditions) -> Vec<Unfit> {
    let at_path = contract.operation_at(operation).map(|(facts, _)| facts.name.clone());
    let operation = at_path.as_deref().unwrap_or(operation);
    let known = names(contract, schemas, operation);
    let mut found = Vec::new();
    for (name, condition) in &conditions.0 {
        let (argument, below) = split(name);
        if !is_among(&known, argument) {
            found.push(Unfit {
                place: name.place(),
                what: format!("{operation} has no argument {argument}"),
                remedy: no_argument(&known, argument),
            });
            continue;
        }
        let parts = schemas.iter().filter_map(|schema| {
            let parts = &schema.operation(operation)?.request.parts;
            Some((*schema, &parts.iter().find(|part| part.name == argument)?.type_ref))
        });
        let types: Vec<Typed<'_>> = parts.collect();
        match below.map_or(Ok(types.clone()), |below| step_along(types, name, below)) {
            Ok(types) => check(condition.get(), name, &condition.place(), &types, &mut found),
            Err(unfit) => found.push(unfit),
        }
    }
    found
}

/// What to write in the place of an argument that is none.
pub(super) fn no_argument(known: &[String], argument: &str) -> String {
    let mut listed: Vec<&str> = Vec::new();
    for name in known.iter().map(String::as_str).filter(|name| *name != "sessionId") {
        if !listed.contains(&name) {
            listed.push(name);
        }
    }
    match (nearest(argument, listed.iter().copied()), listed.is_empty()) {
        (Some(name), _) => format!("did you mean {name}?"),
        // A method that only `api.xml` declares.
        (None, true) => match meant(argument, ALWAYS.iter().copied()) {
            Some(name) => {
                format!("did you mean {name}? Arguments without names are `args`, the first of them `args.0`")
            }
            None => {
                "it has none but the session; those without names are `args`, the first of them `args.0`".to_owned()
            }
        },
        (None, false) => format!("it has {}", listed.join(", ")),
    }
}

/// Whether calls have an argument of that name, of those that an operation has.
pub(super) fn is_among(known: &[String], argument: &str) -> bool {
    known.iter().map(String::as_str).chain(ALWAYS.iter().copied()).any(|known| known == argument)
}

fn split(name: &str) -> (&str, Option<&str>) {
    name.split_once('.').map_or((name, None), |(first, below)| (first, Some(below)))
}

/// The types at the end of a path; those that nothing is known of are left out.
fn step_along<'a>(mut types: Vec<Typed<'a>>, name: &At<String>, path: &str) -> Result<Vec<Typed<'a>>, Unfit> {
    for step in path.split('.') {
        types = step_into(&types, step).map_err(|(what, remedy)| Unfit { place: name.place(), what, remedy })?;
    }
    Ok(types)
}

/// What is wrong with a path into the arguments of an operation, such as `customerData.email`; nothing where it may lead to
/// something. What has no type of its own may have any member.
pub(super) fn misled(shop: &Shop, operation: &str, path: &str) -> Option<(String, String)> {
    let (argument, below) = split(path);
    let schema = shop.codec().schema();
    let part = schema.operation(operation)?.request.parts.iter().find(|part| part.name == argument)?;
    let mut types: Vec<Typed<'_>> = vec![(schema, &part.type_ref)];
    for step in below?.split('.') {
        match step_into(&types, step) {
            Ok(below) => types = below,
            Err(mistake) => return Some(mistake),
        }
    }
    None
}

/// The types of a member. API version 1 takes members that no type declares, so only a name that is like a declared one is
/// a mistake.
fn step_into<'a>(types: &[Typed<'a>], step: &str) -> Result<Vec<Typed<'a>>, (String, String)> {
    if !types.is_empty() && types.iter().all(is_one_value) {
        let what = format!("{step} leads into what is one value and has no members");
        return Err((what, "end the path before it".to_owned()));
    }
    let (mut below, mut fields_of) = (Vec::new(), Vec::new());
    for (schema, type_ref) in types {
        let TypeRef::Complex(id) = type_ref else { continue };
        let declared = schema.complex_type(*id);
        match &declared.shape {
            Shape::Array { .. } if step == WRAPPER => below.push((*schema, *type_ref)),
            Shape::Array { item, .. } if step.bytes().all(|letter| letter.is_ascii_digit()) => {
                below.push((*schema, item))
            }
            Shape::Array { .. } => {}
            Shape::Struct { fields, .. } => match fields.iter().find(|field| *field.name == *step) {
                Some(field) => below.push((*schema, &field.type_ref)),
                None => fields_of.extend(fields.iter().map(|field| (declared.name.as_str(), field.name.as_ref()))),
            },
        }
    }
    if below.is_empty()
        && !columns::is_known(step)
        && let Some(field) = meant(step, fields_of.iter().map(|(_, field)| *field))
    {
        let name = fields_of.iter().find(|(_, known)| *known == field).map_or("the record", |(name, _)| *name);
        return Err((format!("{name} has no field {step}"), format!("did you mean {field}?")));
    }
    Ok(below)
}

fn items<'a>(types: &[Typed<'a>]) -> Vec<Typed<'a>> {
    let item = |(schema, type_ref): &Typed<'a>| match type_ref {
        TypeRef::Complex(id) => match &schema.complex_type(*id).shape {
            Shape::Array { item, .. } => (*schema, item),
            Shape::Struct { .. } => (*schema, *type_ref),
        },
        _ => (*schema, *type_ref),
    };
    types.iter().map(item).collect()
}

fn is_one_value((_, type_ref): &Typed<'_>) -> bool {
    matches!(type_ref, TypeRef::Xsd(xsd) if *xsd != Xsd::AnyType)
}

fn is_met_by_all_texts(word: &MatcherWord) -> bool {
    match word {
        MatcherWord::Contains(text) => text.is_empty(),
        MatcherWord::Regex(pattern) => pattern.text().is_empty(),
        _ => false,
    }
}

/// A record as the condition of a text can never hold: what is meant is a word of matching, mistyped.
fn check(condition: &Condition, name: &At<String>, place: &Place, types: &[Typed<'_>], found: &mut Vec<Unfit>) {
    match condition {
        Condition::Value(Matcher::Word(MatcherWord::OneOf(choices))) if choices.is_empty() => found.push(Unfit {
            place: place.clone(),
            what: format!("{} is never one of nothing", name.get()),
            remedy: "write the texts that it may be: {one of: [a, b]}".to_owned(),
        }),
        Condition::Value(Matcher::Word(word)) if is_met_by_all_texts(word) => found.push(Unfit {
            place: place.clone(),
            what: format!("{} has an empty text in it, whatever it is", name.get()),
            remedy: "write what it must hold, or {is: present}".to_owned(),
        }),
        Condition::Record(members) if members.is_empty() => found.push(Unfit {
            place: place.clone(),
            what: format!("nothing is said of {}", name.get()),
            remedy: "write what its members must be, or {is: present}".to_owned(),
        }),
        Condition::Value(_) => {}
        Condition::Items(conditions) => {
            if !types.is_empty() && types.iter().all(is_one_value) {
                found.push(Unfit {
                    place: place.clone(),
                    what: format!("{} is one value and no list", name.get()),
                    remedy: "write the value, or {one of: [a, b]} for one of several".to_owned(),
                });
                return;
            }
            let types = items(types);
            conditions.iter().for_each(|condition| check(condition, name, place, &types, found));
        }
        Condition::Record(members) => {
            let types = items(types);
            if let (true, Some(word)) = (!types.is_empty() && types.iter().all(is_one_value), members.0.keys().next()) {
                let remedy = nearest(word, MATCHERS.iter().copied()).map_or_else(
                    || format!("write a text, null, or one of {}", MATCHERS.join(", ")),
                    |known| format!("did you mean {known}?"),
                );
                let what = format!("{} is no record and cannot have {}", name.get(), word.get());
                found.push(Unfit { place: word.place(), what, remedy });
                return;
            }
            for (member, condition) in &members.0 {
                match step_along(types.clone(), member, member) {
                    Ok(below) => match meant(member, MATCHERS.iter().copied()) {
                        Some(known) if below.is_empty() && members.0.len() == 1 && !types.is_empty() => {
                            let what = format!("{} has no member {}", name.get(), member.get());
                            found.push(Unfit { place: member.place(), what, remedy: format!("did you mean {known}?") });
                        }
                        _ => check(condition.get(), member, &condition.place(), &below, found),
                    },
                    Err(unfit) => found.push(unfit),
                }
            }
        }
    }
}

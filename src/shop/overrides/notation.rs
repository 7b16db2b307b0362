//! How overrides write types and the parts of messages: as the contract's own tables do.

use super::OverridesError;
use crate::soap::{Message, Occurs, Part, ServiceSchema, TypeId, TypeRef, Xsd};

const XSD: [(&str, Xsd); 5] = [
    ("string", Xsd::String),
    ("int", Xsd::Int),
    ("boolean", Xsd::Boolean),
    ("double", Xsd::Double),
    ("anyType", Xsd::AnyType),
];

/// A type's reference, by the names of a service's types.
pub(super) fn type_ref(name: &str, types: &ServiceSchema) -> TypeRef {
    match XSD.iter().find(|(known, _)| *known == name) {
        Some((_, xsd)) => TypeRef::Xsd(*xsd),
        None => types
            .type_named(name)
            .map_or_else(|| TypeRef::Undeclared(name.to_owned()), |(id, _): (TypeId, _)| TypeRef::Complex(id)),
    }
}

/// A field's type and whether it is required, which an exclamation mark says.
pub(super) fn declared(text: &str) -> (&str, Occurs) {
    match text.strip_suffix('!') {
        Some(name) => (name, Occurs::Required),
        None => (text, Occurs::Optional),
    }
}

/// The parts of a request and of a response.
pub(super) fn parts(text: &str, types: &ServiceSchema) -> Result<[Vec<Part>; 2], OverridesError> {
    let (request, response) = text.split_once("->").unwrap_or((text, ""));
    Ok([of_message(request, text, types)?, of_message(response, text, types)?])
}

fn of_message(list: &str, whole: &str, types: &ServiceSchema) -> Result<Vec<Part>, OverridesError> {
    let named = list.split(',').map(str::trim).filter(|part| !part.is_empty());
    named
        .map(|part| {
            let (name, declared) = part.split_once(' ').ok_or_else(|| {
                let what = format!("operations: \"{part}\" of \"{whole}\" is no part of a message");
                OverridesError::invalid(what, "write a name and a type, such as \"sessionId string\"")
            })?;
            let (type_name, occurs) = match declared.trim().strip_suffix('?') {
                Some(optional) => (optional, Occurs::Optional),
                None => (declared.trim(), Occurs::Required),
            };
            Ok(Part { name: name.to_owned(), type_ref: type_ref(type_name, types), occurs })
        })
        .collect()
}

/// Writes the parts of an operation.
pub fn signature(request: &Message, response: &Message, types: &ServiceSchema) -> String {
    let written = |message: &Message| {
        let parts = message.parts.iter().map(|part| {
            let mark = if part.occurs == Occurs::Optional { "?" } else { "" };
            format!("{} {}{mark}", part.name, type_name(&part.type_ref, types))
        });
        parts.collect::<Vec<_>>().join(", ")
    };
    format!("{} -> {}", written(request), written(response)).trim().to_owned()
}

/// Writes a field's type.
pub fn type_text(type_ref: &TypeRef, occurs: Occurs, types: &ServiceSchema) -> String {
    let mark = if occurs == Occurs::Required { "!" } else { "" };
    format!("{}{mark}", type_name(type_ref, types))
}

fn type_name(type_ref: &TypeRef, types: &ServiceSchema) -> String {
    match type_ref {
        TypeRef::Xsd(xsd) => xsd.qualified_name().trim_start_matches("xsd:").to_owned(),
        TypeRef::Complex(id) => types.complex_type(*id).name.clone(),
        TypeRef::Undeclared(name) => name.clone(),
    }
}

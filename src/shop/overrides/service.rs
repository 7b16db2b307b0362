//! What overrides do to a service's declaration. What is not there to be changed stays away: the file was checked when
//! it was read, and a shop may be given another bridge since.

use super::notation::{declared, parts, type_ref};
use super::{OperationOverrides, Overrides, TypeOverride};
use crate::soap::{ComplexType, Field, Message, MessageShape, Occurs, Operation, ServiceSchema, Shape, WireStyle};

impl Overrides {
    /// A service as the shop declares it.
    pub fn service_of(&self, schema: &ServiceSchema) -> ServiceSchema {
        let mut own = schema.clone();
        if let Some(namespace) = &self.service.namespace {
            own.target_namespace.clone_from(namespace);
        }
        if let Some(handler) = &self.service.handler {
            own.handler.clone_from(handler);
        }
        // New types first: others may refer to them.
        for (name, change) in &self.types {
            if own.type_named(name).is_none() {
                own.types.push(new_type(name, change, own.mode));
            }
        }
        for (name, change) in &self.types {
            change_type(&mut own, name, change);
        }
        change_operations(&mut own, &self.operations);
        own
    }
}

fn new_type(name: &str, change: &TypeOverride, mode: WireStyle) -> ComplexType {
    let shape = match &change.array_of {
        Some(_) => Shape::Array { item: crate::soap::TypeRef::Xsd(crate::soap::Xsd::AnyType), least: Occurs::Optional },
        None => Shape::Struct { fields: Vec::new(), sequence: mode == WireStyle::WsI },
    };
    ComplexType { name: name.to_owned(), shape }
}

fn change_type(own: &mut ServiceSchema, name: &str, change: &TypeOverride) {
    let Some((id, known)) = own.type_named(name) else { return };
    let mut shape = known.shape.clone();
    if let Some(item_name) = &change.array_of {
        let (item_name, least) = declared(item_name);
        shape = Shape::Array { item: type_ref(item_name, own), least };
    }
    if let Shape::Struct { fields, .. } = &mut shape {
        change_fields(own, fields, change);
    }
    own.types[id.0].shape = shape;
}

fn change_fields(own: &ServiceSchema, fields: &mut Vec<Field>, change: &TypeOverride) {
    fields.retain(|field| !change.missing.iter().any(|name| **name == *field.name));
    for (name, text) in change.changed.iter().chain(&change.extra) {
        let (type_name, occurs) = declared(text);
        let type_ref = type_ref(type_name, own);
        match fields.iter_mut().find(|field| *field.name == **name) {
            Some(known) => (known.type_ref, known.occurs) = (type_ref, occurs),
            None if change.extra.contains_key(name) => {
                fields.push(Field { name: name.as_str().into(), type_ref, occurs });
            }
            None => {}
        }
    }
    if !change.order.is_empty() {
        // Those that are not named stay behind the others.
        fields.sort_by_key(|field| change.order.iter().position(|name| **name == *field.name).unwrap_or(usize::MAX));
    }
}

fn change_operations(own: &mut ServiceSchema, change: &OperationOverrides) {
    own.operations.retain(|name, _| !change.missing.contains(name));
    for (name, text) in &change.declared {
        let Ok([request, response]) = parts(text, own) else { continue };
        let operation = own.operations.entry(name.clone()).or_insert_with(|| Operation {
            name: name.clone(),
            request: message(name, "Request"),
            response: message(name, "Response"),
        });
        operation.request.parts = request;
        operation.response.parts = response;
        if own.mode == WireStyle::WsI {
            for (message, suffix) in
                [(&mut operation.request, "RequestParam"), (&mut operation.response, "ResponseParam")]
            {
                message.element.get_or_insert_with(|| format!("{name}{suffix}"));
                message.shape = MessageShape::Regular;
            }
        }
    }
}

fn message(operation: &str, suffix: &str) -> Message {
    Message { name: format!("{operation}{suffix}"), element: None, parts: Vec::new(), shape: MessageShape::Regular }
}

//! Builds a [`ServiceSchema`] out of the type and operation tables for one style and one bridge release.
//!
//! A row of the tables may end in modifiers: `rpc` or `wsi` for one style, `>=1.2.0.0` for the first bridge package
//! that has it, `<1.2.13.0` for the first that no longer has it, `openmage` or `openmage-20` for what only they have,
//! `sequence` for the few RPC records that are one.

mod operations;
mod presence;
mod types;

use indexmap::IndexMap;

use super::{BridgeRelease, Flavor};
use crate::soap::{
    ComplexType, Field, Message, MessageShape, Occurs, Operation, Part, ServiceSchema, Shape, TypeId, TypeRef,
    WireStyle, Xsd,
};
use operations::{ShapeName, Variant};
use presence::Target;
use types::{ShapeRow, TypeRow};

pub(super) use operations::OperationTable;
pub(super) use types::{Known, ShapeText, TypeTable};

/// Builds the schema of one style with one bridge release or none.
pub(super) fn build(
    types: &TypeTable,
    operations: &OperationTable,
    mode: WireStyle,
    bridge: Option<&BridgeRelease>,
    flavor: Flavor,
) -> ServiceSchema {
    let target = Target { mode, bridge, flavor };
    let rows: Vec<&TypeRow> = types.0.iter().filter(|row| row.presence.holds(target)).collect();
    let ids: IndexMap<&str, TypeId> =
        rows.iter().enumerate().map(|(at, row)| (row.name.as_str(), TypeId(at))).collect();
    let complex_types = rows.iter().map(|row| complex_type(row, target, &ids)).collect();
    let built = operations.0.iter().filter_map(|row| {
        let variant = row.variant(target)?;
        Some((row.name.clone(), operation(&row.name, variant, mode, &ids)))
    });
    ServiceSchema {
        mode,
        target_namespace: flavor.target_namespace().to_owned(),
        handler: flavor.handler(mode).to_owned(),
        types: complex_types,
        operations: built.collect(),
        unparsable: unparsable(target),
    }
}

/// Documents that no real server can read itself (wire spec, sections 1.3 and 8.1).
fn unparsable(target: Target<'_>) -> Option<String> {
    let bridge = target.bridge?;
    let lacks_messages = bridge.at_least("1.2.6.0") && !bridge.at_least("1.2.8.0");
    match target.mode {
        WireStyle::WsI if lacks_messages => Some(format!(
            "bridge {} declares operations in WS-I whose messages it forgot, so the shop cannot read its own WSDL; \
             use another release, or RPC",
            bridge.short()
        )),
        WireStyle::RpcEncoded if target.flavor.is_urn_openmage() => Some(
            "the bridge's types do not merge into the RPC WSDL of urn:OpenMage, so the shop cannot read its own WSDL; \
             use WS-I, an older flavor, or no bridge"
                .to_owned(),
        ),
        _ => None,
    }
}

fn complex_type(row: &TypeRow, target: Target<'_>, ids: &IndexMap<&str, TypeId>) -> ComplexType {
    let shape = match &row.shape {
        ShapeRow::Array(item, least) => Shape::Array { item: type_ref(item, ids), least: *least },
        ShapeRow::Struct(fields) => Shape::Struct {
            fields: fields
                .iter()
                .filter(|field| field.presence.holds(target))
                .map(|field| Field {
                    name: field.name.as_str().into(),
                    type_ref: type_ref(&field.type_name, ids),
                    occurs: field.occurs,
                })
                .collect(),
            sequence: row.sequence || target.mode == WireStyle::WsI,
        },
    };
    ComplexType { name: row.name.clone(), shape }
}

fn operation(name: &str, variant: &Variant, mode: WireStyle, ids: &IndexMap<&str, TypeId>) -> Operation {
    let (request, response) = variant.signature.split_once("->").unwrap_or((&variant.signature, ""));
    let (names, elements) = (variant.messages_of(name), variant.elements_of(name, mode));
    let shape_of = |is_request: bool| match variant.shape {
        Some(ShapeName::Malformed) => MessageShape::Malformed,
        Some(ShapeName::Undeclared) => MessageShape::Undeclared,
        Some(ShapeName::EmptyRequest) if is_request => MessageShape::Empty,
        _ => MessageShape::Regular,
    };
    Operation {
        name: name.to_owned(),
        request: Message { name: names.0, element: elements.0, parts: parts(request, ids), shape: shape_of(true) },
        response: Message { name: names.1, element: elements.1, parts: parts(response, ids), shape: shape_of(false) },
    }
}

fn parts(text: &str, ids: &IndexMap<&str, TypeId>) -> Vec<Part> {
    text.split(',')
        .filter_map(|part| part.trim().split_once(' '))
        .map(|(name, declared)| {
            let (type_name, occurs) = match declared.strip_suffix('?') {
                Some(optional) => (optional, Occurs::Optional),
                None => (declared, Occurs::Required),
            };
            Part { name: name.to_owned(), type_ref: type_ref(type_name, ids), occurs }
        })
        .collect()
}

fn type_ref(name: &str, ids: &IndexMap<&str, TypeId>) -> TypeRef {
    match name {
        "string" => TypeRef::Xsd(Xsd::String),
        "int" => TypeRef::Xsd(Xsd::Int),
        "boolean" => TypeRef::Xsd(Xsd::Boolean),
        "double" => TypeRef::Xsd(Xsd::Double),
        "anyType" => TypeRef::Xsd(Xsd::AnyType),
        complex => match ids.get(complex) {
            Some(id) => TypeRef::Complex(*id),
            None => TypeRef::Undeclared(complex.to_owned()),
        },
    }
}

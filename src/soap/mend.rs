//! Repairs of what strict SOAP stacks refuse in the real documents. A shop that serves mended documents must read
//! requests by the mended schema too.

use std::collections::BTreeSet;

use super::{
    ComplexType, Field, Message, MessageShape, Occurs, Operation, ServiceSchema, Shape, TypeRef, WireStyle, Xsd,
};

/// A copy of the service that every stack can load:
///
/// - malformed WS-I messages (wire spec, fact 14) become regular ones with a wrapper, and so can be called;
/// - operations whose messages nobody declares (bridge 1.2.6 and 1.2.7 in WS-I) are left out;
/// - references to types nobody declares (bridge 1.2.6 in RPC) become `xsd:anyType`;
/// - a field declared twice (`gender` of the customer to create) keeps its first declaration;
/// - `minOccurs` on a message part (OpenMage in RPC), which WSDL does not know, goes.
pub fn mend(schema: &ServiceSchema) -> ServiceSchema {
    let mut mended = ServiceSchema { unparsable: None, ..schema.clone() };
    mended.operations.retain(|_, operation| {
        ![&operation.request, &operation.response].iter().any(|message| message.shape == MessageShape::Undeclared)
    });
    for operation in mended.operations.values_mut() {
        mend_operation(operation, schema.mode);
    }
    for complex_type in &mut mended.types {
        mend_type(complex_type);
    }
    mended
}

fn mend_operation(operation: &mut Operation, mode: WireStyle) {
    let Operation { name, request, response } = operation;
    if request.shape == MessageShape::Malformed {
        // As in the bridge's other lists: only the session is demanded.
        for part in request.parts.iter_mut().filter(|part| part.name != "sessionId") {
            part.occurs = Occurs::Optional;
        }
        give_wrapper(request, format!("{name}RequestParam"));
    }
    if response.shape == MessageShape::Malformed {
        give_wrapper(response, format!("{name}ResponseParam"));
    }
    for part in request.parts.iter_mut().chain(&mut response.parts) {
        mend_reference(&mut part.type_ref);
        if mode == WireStyle::RpcEncoded {
            part.occurs = Occurs::Required;
        }
    }
}

fn give_wrapper(message: &mut Message, element: String) {
    message.element = Some(element);
    message.shape = MessageShape::Regular;
}

fn mend_type(complex_type: &mut ComplexType) {
    match &mut complex_type.shape {
        Shape::Array { item, .. } => mend_reference(item),
        Shape::Struct { fields, .. } => {
            let mut seen = BTreeSet::new();
            fields.retain(|field| seen.insert(field.name.clone()));
            for Field { type_ref, .. } in fields {
                mend_reference(type_ref);
            }
        }
    }
}

fn mend_reference(type_ref: &mut TypeRef) {
    if matches!(type_ref, TypeRef::Undeclared(_)) {
        *type_ref = TypeRef::Xsd(Xsd::AnyType);
    }
}

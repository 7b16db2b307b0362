//! Which members of a record the contract's types take and give. The encoding leaves out what a type does not know, so what
//! is not named here never leaves.

use crate::soap::{Field, Part};
use crate::soap::{ServiceSchema, Shape, SoapStruct, SoapValue, TypeRef, Xsd};

/// The members of `record` that the operation's argument declares, in the order of its type and cast as on the wire. An
/// argument that the contract does not know keeps all.
pub(super) fn leaving(schema: &ServiceSchema, operation: &str, argument: &str, record: &SoapStruct) -> SoapStruct {
    let parts = schema.operation(operation).map(|operation| operation.request.parts.as_slice()).unwrap_or_default();
    let Some(fields) = parts.iter().find(|part| part.name == argument).and_then(|part| fields(schema, part)) else {
        return record.clone();
    };
    let taken = |field: &Field| Some((field.name.clone(), cast(record.get(&field.name)?, &field.type_ref)));
    fields.iter().filter_map(taken).collect()
}

/// Whether the record that an operation answers declares a member.
pub(super) fn answers(schema: &ServiceSchema, operation: &str, member: &str) -> bool {
    let parts = schema.operation(operation).map(|operation| operation.response.parts.as_slice()).unwrap_or_default();
    let declares = |part: &Part| fields(schema, part).is_some_and(|all| all.iter().any(|field| &*field.name == member));
    parts.iter().any(declares)
}

fn fields<'a>(schema: &'a ServiceSchema, part: &Part) -> Option<&'a [Field]> {
    let TypeRef::Complex(id) = part.type_ref else { return None };
    match &schema.complex_type(id).shape {
        Shape::Struct { fields, .. } => Some(fields),
        Shape::Array { .. } => None,
    }
}

fn cast(value: &SoapValue, declared: &TypeRef) -> SoapValue {
    match declared {
        TypeRef::Xsd(Xsd::Int) if !value.is_nil() => {
            value.to_int().unwrap_or_else(|| i64::from(value.is_truthy())).into()
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::magento::{BridgeRelease, Contract, Flavor};
    use crate::soap::WireStyle;

    #[test]
    fn what_a_type_does_not_know_does_not_leave_and_an_empty_number_is_zero() {
        let record = SoapStruct::new()
            .with("gender", "")
            .with("email", "")
            .with("group_id", "3")
            .with("created_in", "Admin")
            .with("customer_id", "7");
        let expected = SoapStruct::new().with("customer_id", 7).with("email", "").with("group_id", 3).with("gender", 0);
        for mode in [WireStyle::RpcEncoded, WireStyle::WsI] {
            let schema = Contract::shared().schema(mode, Some(BridgeRelease::newest()), Flavor::OpenMage194);
            for operation in ["customerCustomerUpdate", "oroCustomerUpdate"] {
                assert_eq!(leaving(&schema, operation, "customerData", &record), expected, "{operation} {mode:?}");
            }
            assert_eq!(leaving(&schema, "nothing", "customerData", &record), record);
        }
    }

    #[test]
    fn a_gender_is_answered_by_the_bridge_only() {
        for mode in [WireStyle::RpcEncoded, WireStyle::WsI] {
            let schema = Contract::shared().schema(mode, Some(BridgeRelease::newest()), Flavor::OpenMage194);
            let gender = |operation| answers(&schema, operation, "gender");
            assert!(gender("oroCustomerInfo") && !gender("customerCustomerInfo"), "{mode:?}");
            assert!(answers(&schema, "customerCustomerInfo", "prefix"));
        }
    }
}

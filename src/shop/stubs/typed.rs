//! What templates make, as what is declared: they write texts, and an answer has numbers and flags too.

use crate::soap::{ServiceSchema, Shape, SoapValue, TypeRef, Xsd};

/// What a yes is written as.
const YES: &[&str] = &["1", "true", "True"];
/// What a no is written as.
const NO: &[&str] = &["0", "false", "False"];

/// Whether a text can be a value of that type; PHP makes something of an empty text.
pub(in crate::shop) fn may_be(text: &str, xsd: Xsd) -> bool {
    let text = text.trim();
    text.is_empty()
        || match xsd {
            Xsd::Int => text.parse::<i64>().is_ok(),
            Xsd::Double => text.parse::<f64>().is_ok_and(f64::is_finite),
            Xsd::Boolean => YES.contains(&text) || NO.contains(&text),
            _ => true,
        }
}

/// The value with flags that are flags.
///
/// # Errors
/// What is none of the declared type, and where it is.
pub(super) fn typed(
    schema: &ServiceSchema,
    type_ref: &TypeRef,
    value: SoapValue,
    path: &str,
) -> Result<SoapValue, String> {
    let id = match (type_ref, &value) {
        (TypeRef::Complex(id), _) => *id,
        (TypeRef::Xsd(xsd), SoapValue::Text(text)) => {
            if !may_be(text, *xsd) {
                let shown = crate::printable::shortened(text);
                return Err(format!("{path} is declared as {}, and \"{shown}\" is none", xsd.qualified_name()));
            }
            return Ok(match xsd {
                Xsd::Boolean if !text.trim().is_empty() => YES.contains(&text.trim()).into(),
                _ => value,
            });
        }
        _ => return Ok(value),
    };
    match (&schema.complex_type(id).shape, value) {
        (Shape::Array { item, .. }, SoapValue::List(items)) => {
            let one = |(number, value)| typed(schema, item, value, &format!("{path}[{number}]"));
            Ok(items.into_iter().enumerate().map(one).collect::<Result<Vec<_>, _>>()?.into())
        }
        (Shape::Array { item, .. }, value @ SoapValue::Struct(_)) => typed(schema, item, value, path),
        (Shape::Struct { fields, .. }, SoapValue::Struct(mut record)) => {
            for field in fields {
                if let Some(member) = record.get_mut(&field.name) {
                    let path = format!("{path}.{}", field.name);
                    *member = typed(schema, &field.type_ref, std::mem::take(member), &path)?;
                }
            }
            Ok(record.into())
        }
        (_, value) => Ok(value),
    }
}

//! WS-I document/literal layout: wire spec, section 3.3.

use super::envelope::{self, PROLOG, SOAP_ENV};
use super::error::EncodeError;
use super::{Message, Occurs, Part, ServiceSchema, Shape, SoapStruct, SoapValue, TypeRef, Xsd, scalar};
use crate::xml::writer::escape_attribute;

/// The element that repeats inside every list.
pub const LIST_ITEM: &str = "complexObjectArray";

/// Writes an envelope with one wrapper element in its body.
pub(super) fn write(
    schema: &ServiceSchema,
    message: &Message,
    members: &SoapStruct,
    split: bool,
) -> Result<Vec<u8>, EncodeError> {
    let mut writer = Writer { schema, out: String::with_capacity(4096) };
    for part in &message.parts {
        writer.part(part, members)?;
    }
    let body = writer.out;
    let mut document = String::with_capacity(body.len() + 400);
    document.push_str(PROLOG);
    document.push_str(&format!(
        "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"{SOAP_ENV}\" xmlns:ns1=\"{}\"><SOAP-ENV:Body>",
        escape_attribute(&schema.target_namespace)
    ));
    if let Some(wrapper) = &message.element {
        if body.is_empty() {
            document.push_str(&format!("<ns1:{wrapper}/>"));
        } else {
            document.push_str(&format!("<ns1:{wrapper}>{body}</ns1:{wrapper}>"));
        }
    }
    document.push_str("</SOAP-ENV:Body></SOAP-ENV:Envelope>\n");
    Ok(if split { envelope::split_lines(document) } else { document }.into_bytes())
}

struct Writer<'a> {
    schema: &'a ServiceSchema,
    out: String,
}

impl Writer<'_> {
    fn part(&mut self, part: &Part, members: &SoapStruct) -> Result<(), EncodeError> {
        self.member(&part.name, &part.type_ref, part.occurs, members)
    }

    fn member(
        &mut self,
        name: &str,
        declared: &TypeRef,
        occurs: Occurs,
        members: &SoapStruct,
    ) -> Result<(), EncodeError> {
        match (members.get(name), occurs) {
            (None, Occurs::Required) => Err(EncodeError::MissingProperty(name.to_owned())),
            (None | Some(SoapValue::Nil), Occurs::Optional) => Ok(()),
            (Some(value), _) => self.element(name, declared, value),
        }
    }

    fn element(&mut self, name: &str, declared: &TypeRef, value: &SoapValue) -> Result<(), EncodeError> {
        if value.is_nil() {
            self.out.push_str(&format!("<{name}/>"));
            return Ok(());
        }
        let shape = match declared {
            TypeRef::Xsd(xsd) => {
                self.scalar(name, *xsd, value);
                return Ok(());
            }
            TypeRef::Undeclared(_) => {
                self.scalar(name, Xsd::String, value);
                return Ok(());
            }
            TypeRef::Complex(id) => &self.schema.complex_type(*id).shape,
        };
        self.out.push_str(&format!("<{name}>"));
        let opened = self.out.len();
        match shape {
            Shape::Struct { fields, .. } => {
                let empty = SoapStruct::new();
                let members = value.as_struct().unwrap_or(&empty);
                for field in fields {
                    self.member(&field.name, &field.type_ref, field.occurs, members)?;
                }
            }
            Shape::Array { item, .. } => {
                let items: Vec<&SoapValue> = match value {
                    SoapValue::List(items) => items.iter().collect(),
                    SoapValue::Struct(members) => members.iter().map(|(_, member)| member).collect(),
                    _ => Vec::new(),
                };
                for member in items {
                    self.element(LIST_ITEM, item, member)?;
                }
            }
        }
        if self.out.len() == opened {
            self.out.pop();
            self.out.push_str("/>");
        } else {
            self.out.push_str(&format!("</{name}>"));
        }
        Ok(())
    }

    fn scalar(&mut self, name: &str, declared: Xsd, value: &SoapValue) {
        self.out.push_str(&format!("<{name}>{}</{name}>", scalar::write(value, declared)));
    }
}

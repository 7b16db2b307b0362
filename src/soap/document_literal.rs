//! WS-I document/literal layout: wire spec, section 3.3.

use super::envelope::{self, PROLOG};
use super::error::EncodeError;
use super::version::Form;
use super::{Message, Occurs, ServiceSchema, Shape, SoapStruct, SoapValue, TypeRef, Xsd, scalar};
use crate::xml::writer::{escape_attribute, put};

/// The element that repeats inside every list.
pub const LIST_ITEM: &str = "complexObjectArray";

/// Writes an envelope with one wrapper element in its body.
pub(super) fn write(
    schema: &ServiceSchema,
    message: &Message,
    members: &[(&str, &SoapValue)],
    form: Form,
) -> Result<Vec<u8>, EncodeError> {
    let mut writer = Writer { schema, out: String::with_capacity(4096) };
    // PHP writes an element without anything for what is no object.
    let parts = if members.is_empty() { &[][..] } else { message.parts.as_slice() };
    for part in parts {
        let member = members.iter().find(|(name, _)| part.name == *name).map(|(_, value)| *value);
        writer.member(&part.name, &part.type_ref, part.occurs, member)?;
    }
    let body = writer.out;
    let mut document = String::with_capacity(body.len() + 400);
    document.push_str(PROLOG);
    let (env, namespace) = (form.version.prefix(), form.version.envelope());
    document.push_str(&format!(
        "<{env}:Envelope xmlns:{env}=\"{namespace}\" xmlns:ns1=\"{}\"><{env}:Body>",
        escape_attribute(&schema.target_namespace)
    ));
    if let Some(wrapper) = &message.element {
        if body.is_empty() {
            document.push_str(&format!("<ns1:{wrapper}/>"));
        } else {
            put(&mut document, &["<ns1:", wrapper, ">", &body, "</ns1:", wrapper, ">"]);
        }
    }
    put(&mut document, &["</", env, ":Body></", env, ":Envelope>\n"]);
    Ok(if form.splits_lines { envelope::split_lines(document) } else { document }.into_bytes())
}

struct Writer<'a> {
    schema: &'a ServiceSchema,
    out: String,
}

impl Writer<'_> {
    fn member(
        &mut self,
        name: &str,
        declared: &TypeRef,
        occurs: Occurs,
        value: Option<&SoapValue>,
    ) -> Result<(), EncodeError> {
        match (value, occurs) {
            (None, Occurs::Required) => Err(EncodeError::MissingProperty(name.to_owned())),
            (None | Some(SoapValue::Nil), Occurs::Optional) => Ok(()),
            (Some(value), _) => self.element(name, declared, value),
        }
    }

    fn element(&mut self, name: &str, declared: &TypeRef, value: &SoapValue) -> Result<(), EncodeError> {
        if value.is_nil() {
            put(&mut self.out, &["<", name, "/>"]);
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
        put(&mut self.out, &["<", name, ">"]);
        let opened = self.out.len();
        match shape {
            Shape::Struct { fields, .. } => {
                let empty = SoapStruct::new();
                let members = value.as_struct().unwrap_or(&empty);
                for field in fields {
                    self.member(&field.name, &field.type_ref, field.occurs, members.get(&field.name))?;
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
            put(&mut self.out, &["</", name, ">"]);
        }
        Ok(())
    }

    fn scalar(&mut self, name: &str, declared: Xsd, value: &SoapValue) {
        put(&mut self.out, &["<", name, ">", &scalar::write(value, declared), "</", name, ">"]);
    }
}

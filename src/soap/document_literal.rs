//! WS-I document/literal layout: wire spec, section 3.3.

use super::envelope::{self, PROLOG};
use super::error::EncodeError;
use super::layout::{Columns, Layouts, Place};
use super::record::Member;
use super::version::Form;
use super::{Field, Message, Occurs, ServiceSchema, Shape, SoapStruct, SoapValue, TypeId, TypeRef, Xsd, scalar};
use crate::xml::writer::{escape_attribute, put, put_tag, reserve_for_more};

/// The element that repeats inside every list.
pub const LIST_ITEM: &str = "complexObjectArray";

/// Writes an envelope with one wrapper element in its body.
pub(super) fn write(
    schema: &ServiceSchema,
    message: &Message,
    members: &[(&str, &SoapValue)],
    form: Form,
) -> Result<Vec<u8>, EncodeError> {
    let splits_lines = form.splits_lines;
    let out = String::with_capacity(4096);
    let mut writer = Writer { schema, splits_lines, out, layouts: Layouts::default(), columns: Columns::default() };
    // PHP writes an element without anything for what is no object.
    let parts = if members.is_empty() { &[][..] } else { message.parts.as_slice() };
    for part in parts {
        let member = members.iter().find(|(name, _)| part.name == *name).map(|(_, value)| Member::Value(value));
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
        put(&mut document, &["<ns1:", wrapper, if body.is_empty() { "/>" } else { ">" }]);
    }
    let body = if message.element.is_some() { body.as_str() } else { "" };
    envelope::complete(&mut document, body, splits_lines);
    if let Some(wrapper) = message.element.as_ref().filter(|_| !body.is_empty()) {
        put_tag(&mut document, &["</ns1:", wrapper, ">"], splits_lines);
    }
    put_tag(&mut document, &["</", env, ":Body>"], splits_lines);
    put_tag(&mut document, &["</", env, ":Envelope>\n"], splits_lines);
    Ok(document.into_bytes())
}

struct Writer<'a> {
    schema: &'a ServiceSchema,
    splits_lines: bool,
    out: String,
    /// Where records have the fields of a type.
    layouts: Layouts<Vec<Option<Place>>>,
    columns: Columns<'a>,
}

impl<'a> Writer<'a> {
    fn member(
        &mut self,
        name: &str,
        declared: &TypeRef,
        occurs: Occurs,
        member: Option<Member<'a>>,
    ) -> Result<(), EncodeError> {
        match (member, occurs) {
            (None, Occurs::Required) => Err(EncodeError::MissingProperty(name.to_owned())),
            (None, Occurs::Optional) => Ok(()),
            (Some(member), Occurs::Optional) if member.is_nil() => Ok(()),
            (Some(member), _) => self.element(name, declared, member),
        }
    }

    /// Adds a tag of these parts.
    fn tag(&mut self, parts: &[&str]) {
        put_tag(&mut self.out, parts, self.splits_lines);
    }

    fn element(&mut self, name: &str, declared: &TypeRef, member: Member<'a>) -> Result<(), EncodeError> {
        if member.is_nil() {
            self.tag(&["<", name, "/>"]);
            return Ok(());
        }
        let (id, shape) = match declared {
            TypeRef::Xsd(xsd) => {
                self.scalar(name, *xsd, member);
                return Ok(());
            }
            TypeRef::Undeclared(_) => {
                self.scalar(name, Xsd::String, member);
                return Ok(());
            }
            TypeRef::Complex(id) => (*id, &self.schema.complex_type(*id).shape),
        };
        let value = member.value();
        self.tag(&["<", name, ">"]);
        let opened = self.out.len();
        match shape {
            Shape::Struct { fields, .. } => match value.and_then(SoapValue::as_struct) {
                Some(record) => self.fields(id, fields, record)?,
                None => {
                    fields.iter().try_for_each(|field| self.member(&field.name, &field.type_ref, field.occurs, None))?
                }
            },
            Shape::Array { item, .. } => {
                let items: Vec<&'a SoapValue> = match value {
                    Some(SoapValue::List(items)) => items.iter().collect(),
                    Some(SoapValue::Struct(members)) => members.iter().map(|(_, member)| member).collect(),
                    _ => Vec::new(),
                };
                let count = items.len();
                for (at, member) in items.into_iter().enumerate() {
                    reserve_for_more(&mut self.out, opened, at, count);
                    self.element(LIST_ITEM, item, Member::Value(member))?;
                }
            }
        }
        if self.out.len() == opened {
            self.out.pop();
            self.out.push_str("/>");
        } else {
            self.tag(&["</", name, ">"]);
        }
        Ok(())
    }

    fn fields(&mut self, id: TypeId, fields: &[Field], record: &'a SoapStruct) -> Result<(), EncodeError> {
        let places = self.layouts.find(id.0, record, || fields.iter().map(|field| record.place(&field.name)).collect());
        let columns = self.columns.read(record);
        for (field, place) in fields.iter().zip(places.iter()) {
            let member = place.map(|place| record.at(place, &columns));
            self.member(&field.name, &field.type_ref, field.occurs, member)?;
        }
        self.columns.give_back(columns);
        Ok(())
    }

    fn scalar(&mut self, name: &str, declared: Xsd, member: Member<'_>) {
        self.tag(&["<", name, ">"]);
        scalar::put(&mut self.out, member, declared);
        self.tag(&["</", name, ">"]);
    }
}

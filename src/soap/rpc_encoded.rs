//! SOAP section 5 encoding, written as PHP's serializer writes it and read as it reads: wire spec, section 3.2.

use std::rc::Rc;

use super::envelope::{self, PROLOG, XSD, XSI};
use super::error::EncodeError;
use super::layout::{Columns, Layouts, Place};
use super::record::Member;
use super::tags::Tags;
use super::version::Form;
use super::{
    Field, Message, Occurs, ServiceSchema, Shape, SoapStruct, SoapValue, SoapVersion, TypeId, TypeRef, Xsd, scalar,
};
use crate::xml::writer::{escape_attribute, put, put_tag, reserve_for_more};

/// A namespace that is declared on the envelope where it is first used.
#[derive(Clone, Copy, PartialEq)]
enum Prefix {
    SoapEnc,
    Xsd,
    Xsi,
}

/// Writes an envelope with one call or answer in its body.
pub(super) fn write(
    schema: &ServiceSchema,
    wrapper: &str,
    message: &Message,
    arguments: &[(&str, &SoapValue)],
    form: Form,
) -> Result<Vec<u8>, EncodeError> {
    let version = form.version;
    let splits_lines = form.splits_lines;
    let mut writer = Writer {
        schema,
        version,
        splits_lines,
        out: String::with_capacity(4096),
        used: Vec::with_capacity(3),
        tags: Vec::new(),
        layouts: Layouts::default(),
        columns: Columns::default(),
    };
    for (at, (name, value)) in arguments.iter().enumerate() {
        let part = message.parts.iter().find(|part| part.name == *name).or_else(|| message.parts.get(at));
        let Some(part) = part else { continue };
        if version == SoapVersion::V12 {
            // Which child is the result.
            writer.tag(&["<rpc:result>", &part.name, "</rpc:result>"]);
        }
        writer.element(&part.name, &part.type_ref, Member::Value(value))?;
    }
    let body = writer.out;
    let mut used = writer.used;
    // What is not used is declared all the same, behind the others.
    for prefix in [Prefix::Xsd, Prefix::SoapEnc, Prefix::Xsi] {
        if !used.contains(&prefix) {
            used.push(prefix);
        }
    }
    let mut document = String::with_capacity(body.len() + 700);
    document.push_str(PROLOG);
    let (env, namespace, encoding) = (version.prefix(), version.envelope(), version.encoding());
    document.push_str(&format!(
        "<{env}:Envelope xmlns:{env}=\"{namespace}\" xmlns:ns1=\"{}\"",
        escape_attribute(&schema.target_namespace)
    ));
    for prefix in used {
        document.push_str(&match prefix {
            Prefix::SoapEnc => format!(" xmlns:{}=\"{encoding}\"", version.encoding_prefix()),
            Prefix::Xsd => format!(" xmlns:xsd=\"{XSD}\""),
            Prefix::Xsi => format!(" xmlns:xsi=\"{XSI}\""),
        });
    }
    // The style stands on the envelope in one version and may only stand on the call in the other.
    let style = format!(" {env}:encodingStyle=\"{encoding}\"");
    let on_call = match version {
        SoapVersion::V11 => {
            put(&mut document, &[&style, "><SOAP-ENV:Body>"]);
            ""
        }
        SoapVersion::V12 => {
            put(&mut document, &["><env:Body xmlns:rpc=\"", RPC_12, "\">"]);
            &style
        }
    };
    if body.is_empty() {
        put(&mut document, &["<ns1:", wrapper, on_call, "/>"]);
    } else {
        put(&mut document, &["<ns1:", wrapper, on_call, ">"]);
    }
    envelope::complete(&mut document, &body, splits_lines);
    if !body.is_empty() {
        put_tag(&mut document, &["</ns1:", wrapper, ">"], splits_lines);
    }
    put_tag(&mut document, &["</", env, ":Body>"], splits_lines);
    put_tag(&mut document, &["</", env, ":Envelope>\n"], splits_lines);
    Ok(document.into_bytes())
}

/// Namespace of `result` in SOAP 1.2.
pub(super) const RPC_12: &str = "http://www.w3.org/2003/05/soap-rpc";

struct Writer<'a> {
    schema: &'a ServiceSchema,
    version: SoapVersion,
    splits_lines: bool,
    out: String,
    used: Vec<Prefix>,
    /// The tags of types that were written already.
    tags: Vec<(TypeId, Rc<Tags>)>,
    /// Where records have the fields of a type.
    layouts: Layouts<Vec<Option<Place>>>,
    columns: Columns<'a>,
}

impl<'a> Writer<'a> {
    /// Adds a tag of these parts.
    fn tag(&mut self, parts: &[&str]) {
        put_tag(&mut self.out, parts, self.splits_lines);
    }

    fn uses(&mut self, prefix: Prefix) {
        if !self.used.contains(&prefix) {
            self.used.push(prefix);
        }
    }

    fn element(&mut self, name: &str, declared: &TypeRef, member: Member<'a>) -> Result<(), EncodeError> {
        if member.is_nil() {
            self.uses(Prefix::Xsi);
            // A nil record or list states its type, a nil scalar does not.
            match declared {
                TypeRef::Complex(id) => {
                    let type_name = &self.schema.complex_type(*id).name;
                    self.tag(&["<", name, " xsi:nil=\"true\" xsi:type=\"ns1:", type_name, "\"/>"]);
                }
                TypeRef::Xsd(_) | TypeRef::Undeclared(_) => {
                    self.tag(&["<", name, " xsi:nil=\"true\"/>"]);
                }
            }
            return Ok(());
        }
        match declared {
            TypeRef::Xsd(xsd) => self.scalar(name, *xsd, member),
            TypeRef::Undeclared(_) => self.scalar(name, Xsd::String, member),
            TypeRef::Complex(id) => {
                let value = member.value();
                let complex = self.schema.complex_type(*id);
                match &complex.shape {
                    Shape::Struct { fields, .. } => return self.record(name, *id, fields, value),
                    Shape::Array { item, .. } => return self.array(name, &complex.name, item, value),
                }
            }
        }
        Ok(())
    }

    fn scalar(&mut self, name: &str, declared: Xsd, member: Member<'_>) {
        self.uses(Prefix::Xsd);
        self.uses(Prefix::Xsi);
        let declared = match (declared, member) {
            (Xsd::AnyType, Member::Value(SoapValue::Int(_))) => Xsd::Int,
            (Xsd::AnyType, Member::Value(SoapValue::Bool(_))) => Xsd::Boolean,
            (Xsd::AnyType, Member::Value(SoapValue::Double(_))) => Xsd::Double,
            (Xsd::AnyType, _) => Xsd::String,
            (other, _) => other,
        };
        self.tag(&["<", name, " xsi:type=\"", declared.qualified_name(), "\">"]);
        scalar::put(&mut self.out, member, declared);
        self.tag(&["</", name, ">"]);
    }

    /// Children come before the record's own type is set, which decides the order of namespace declarations.
    fn record(
        &mut self,
        name: &str,
        id: TypeId,
        fields: &[Field],
        value: Option<&'a SoapValue>,
    ) -> Result<(), EncodeError> {
        self.tag(&["<", name, " xsi:type=\"ns1:", &self.schema.complex_type(id).name, "\">"]);
        let opened = self.out.len();
        match value.and_then(SoapValue::as_struct) {
            Some(record) => self.fields(id, fields, record)?,
            None => {
                if let Some(field) = fields.iter().find(|field| field.occurs == Occurs::Required) {
                    return Err(EncodeError::MissingProperty(field.name.to_string()));
                }
            }
        }
        self.uses(Prefix::Xsi);
        self.close(name, opened);
        Ok(())
    }

    fn fields(&mut self, id: TypeId, fields: &[Field], record: &'a SoapStruct) -> Result<(), EncodeError> {
        let places = self.layouts.find(id.0, record, || fields.iter().map(|field| record.place(&field.name)).collect());
        let tags = self.tags_of(id, fields);
        let columns = self.columns.read(record);
        for (at, (field, place)) in fields.iter().zip(places.iter()).enumerate() {
            let Some(place) = *place else {
                if field.occurs == Occurs::Required {
                    return Err(EncodeError::MissingProperty(field.name.to_string()));
                }
                continue;
            };
            let member = record.at(place, &columns);
            let is_nil = member.is_nil();
            if is_nil && field.occurs == Occurs::Optional {
                continue;
            }
            match &field.type_ref {
                TypeRef::Xsd(Xsd::AnyType) | TypeRef::Complex(_) => {
                    self.element(&field.name, &field.type_ref, member)?;
                }
                TypeRef::Xsd(_) | TypeRef::Undeclared(_) if is_nil => {
                    self.uses(Prefix::Xsi);
                    self.tag(&[tags.nil(at)]);
                }
                scalar => {
                    self.uses(Prefix::Xsd);
                    self.uses(Prefix::Xsi);
                    self.tag(&[tags.open(at)]);
                    let declared = if let TypeRef::Xsd(xsd) = scalar { *xsd } else { Xsd::String };
                    scalar::put(&mut self.out, member, declared);
                    self.tag(&[tags.close(at)]);
                }
            }
        }
        self.columns.give_back(columns);
        Ok(())
    }

    fn tags_of(&mut self, id: TypeId, fields: &[Field]) -> Rc<Tags> {
        if let Some((_, tags)) = self.tags.iter().find(|(known, _)| *known == id) {
            return Rc::clone(tags);
        }
        let tags = Rc::new(Tags::of(fields));
        self.tags.push((id, Rc::clone(&tags)));
        tags
    }

    fn array(
        &mut self,
        name: &str,
        type_name: &str,
        item: &TypeRef,
        value: Option<&'a SoapValue>,
    ) -> Result<(), EncodeError> {
        let items: Vec<&'a SoapValue> = match value {
            Some(SoapValue::List(items)) => items.iter().collect(),
            Some(SoapValue::Struct(members)) => members.iter().map(|(_, member)| member).collect(),
            _ => Vec::new(),
        };
        let item_name = match item {
            TypeRef::Xsd(xsd) => {
                self.uses(Prefix::Xsd);
                xsd.qualified_name().to_owned()
            }
            TypeRef::Complex(id) => format!("ns1:{}", self.schema.complex_type(*id).name),
            TypeRef::Undeclared(other) => format!("ns1:{other}"),
        };
        self.uses(Prefix::SoapEnc);
        let count = items.len();
        let shape = match self.version {
            SoapVersion::V11 => format!("SOAP-ENC:arrayType=\"{item_name}[{count}]\""),
            SoapVersion::V12 => format!("enc:itemType=\"{item_name}\" enc:arraySize=\"{count}\""),
        };
        self.tag(&["<", name, " ", &shape, " xsi:type=\"ns1:", type_name, "\">"]);
        let opened = self.out.len();
        for (at, member) in items.into_iter().enumerate() {
            reserve_for_more(&mut self.out, opened, at, count);
            if member.is_nil() {
                self.uses(Prefix::Xsi);
                self.tag(&["<item xsi:nil=\"true\" xsi:type=\"", &item_name, "\"/>"]);
            } else {
                self.element("item", item, Member::Value(member))?;
            }
        }
        self.uses(Prefix::Xsi);
        self.close(name, opened);
        Ok(())
    }

    /// An element without children is written as an empty tag.
    fn close(&mut self, name: &str, opened: usize) {
        if self.out.len() == opened {
            self.out.pop();
            self.out.push_str("/>");
        } else {
            self.tag(&["</", name, ">"]);
        }
    }
}

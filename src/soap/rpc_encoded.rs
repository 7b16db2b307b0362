//! SOAP section 5 encoding, written as PHP's serializer writes it and read as it reads: wire spec, section 3.2.

use super::envelope::{self, PROLOG, XSD, XSI};
use super::error::EncodeError;
use super::record::Member;
use super::version::Form;
use super::{Message, Occurs, ServiceSchema, Shape, SoapStruct, SoapValue, SoapVersion, TypeRef, Xsd, scalar};
use crate::xml::writer::{escape_attribute, put, put_tag};

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
    let mut writer = Writer { schema, version, splits_lines, out: String::with_capacity(4096), used: Vec::new() };
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
}

impl Writer<'_> {
    /// Adds a tag of these parts.
    fn tag(&mut self, parts: &[&str]) {
        put_tag(&mut self.out, parts, self.splits_lines);
    }

    fn uses(&mut self, prefix: Prefix) {
        if !self.used.contains(&prefix) {
            self.used.push(prefix);
        }
    }

    fn element(&mut self, name: &str, declared: &TypeRef, member: Member<'_>) -> Result<(), EncodeError> {
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
                    Shape::Struct { .. } => return self.record(name, declared, value),
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
    fn record(&mut self, name: &str, declared: &TypeRef, value: Option<&SoapValue>) -> Result<(), EncodeError> {
        let TypeRef::Complex(id) = declared else { return Ok(()) };
        let complex = self.schema.complex_type(*id);
        let Shape::Struct { fields, .. } = &complex.shape else { return Ok(()) };
        let empty = SoapStruct::new();
        let members = value.and_then(SoapValue::as_struct).unwrap_or(&empty);
        self.tag(&["<", name, " xsi:type=\"ns1:", &complex.name, "\">"]);
        let opened = self.out.len();
        for field in fields {
            match (members.member(&field.name), field.occurs) {
                (None, Occurs::Required) => return Err(EncodeError::MissingProperty(field.name.to_string())),
                (None, Occurs::Optional) => {}
                (Some(member), Occurs::Optional) if member.is_nil() => {}
                (Some(member), _) => self.element(&field.name, &field.type_ref, member)?,
            }
        }
        self.uses(Prefix::Xsi);
        self.close(name, opened);
        Ok(())
    }

    fn array(
        &mut self,
        name: &str,
        type_name: &str,
        item: &TypeRef,
        value: Option<&SoapValue>,
    ) -> Result<(), EncodeError> {
        let items: Vec<&SoapValue> = match value {
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
        for member in items {
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

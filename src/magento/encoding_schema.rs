//! A schema of the SOAP 1.1 encoding namespace, for clients that follow the import of an RPC WSDL and cannot reach the
//! public one: SOAP 1.1, section 5.

use std::fmt::Write as _;
use std::sync::LazyLock;

/// XML Schema's built-in types, each of which the namespace repeats as an element that may carry `id` and `href`.
const SIMPLE_TYPES: [&str; 44] = [
    "duration",
    "dateTime",
    "NOTATION",
    "time",
    "date",
    "gYearMonth",
    "gYear",
    "gMonthDay",
    "gDay",
    "gMonth",
    "boolean",
    "base64Binary",
    "hexBinary",
    "float",
    "double",
    "anyURI",
    "QName",
    "string",
    "normalizedString",
    "token",
    "language",
    "Name",
    "NMTOKEN",
    "NCName",
    "NMTOKENS",
    "ID",
    "IDREF",
    "ENTITY",
    "IDREFS",
    "ENTITIES",
    "decimal",
    "integer",
    "nonPositiveInteger",
    "negativeInteger",
    "long",
    "int",
    "short",
    "byte",
    "nonNegativeInteger",
    "unsignedLong",
    "unsignedInt",
    "unsignedShort",
    "unsignedByte",
    "positiveInteger",
];

/// No declaration refers to another one of this document: zeep takes such a reference for a missing import and fetches
/// the public address again. What the groups of the public schema share is therefore written out.
const FRAME: &str = r###"<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://schemas.xmlsoap.org/soap/encoding/">
  <xs:attribute name="root" type="xs:boolean"/>
  <xs:attribute name="arrayType" type="xs:string"/>
  <xs:attribute name="offset" type="xs:string"/>
  <xs:attribute name="position" type="xs:string"/>
  <xs:simpleType name="arrayCoordinate">
    <xs:restriction base="xs:string"/>
  </xs:simpleType>
  <xs:simpleType name="base64">
    <xs:restriction base="xs:base64Binary"/>
  </xs:simpleType>
  <xs:complexType name="Array">
    <xs:sequence>
      <xs:any namespace="##any" minOccurs="0" maxOccurs="unbounded" processContents="lax"/>
    </xs:sequence>
    <xs:attribute name="id" type="xs:ID"/>
    <xs:attribute name="href" type="xs:anyURI"/>
    <xs:anyAttribute namespace="##any" processContents="lax"/>
  </xs:complexType>
  <xs:complexType name="Struct">
    <xs:sequence>
      <xs:any namespace="##any" minOccurs="0" maxOccurs="unbounded" processContents="lax"/>
    </xs:sequence>
    <xs:attribute name="id" type="xs:ID"/>
    <xs:attribute name="href" type="xs:anyURI"/>
    <xs:anyAttribute namespace="##other" processContents="lax"/>
  </xs:complexType>
  <xs:element name="anyType" type="xs:anyType"/>
"###;

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = FRAME.to_owned();
    for name in SIMPLE_TYPES {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  <xs:complexType name=\"{name}\">\n    <xs:simpleContent>\n      <xs:extension base=\"xs:{name}\">\n        \
             <xs:attribute name=\"id\" type=\"xs:ID\"/>\n        <xs:attribute name=\"href\" type=\"xs:anyURI\"/>\n      \
             </xs:extension>\n    </xs:simpleContent>\n  </xs:complexType>"
        );
    }
    text.push_str("</xs:schema>\n");
    text
});

/// The text of the SOAP encoding schema.
pub fn text() -> &'static str {
    &TEXT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::{Limits, parse};

    #[test]
    fn it_declares_what_an_rpc_document_refers_to() {
        let root = parse(text(), &Limits::wsdl()).unwrap();
        let names = |kind: &'static str| -> Vec<&str> {
            root.children_named(kind).filter_map(|child| child.attribute(None, "name")).collect()
        };
        assert!(names("attribute").contains(&"arrayType"));
        for name in ["Array", "Struct", "string", "int", "boolean", "double"] {
            assert!(names("complexType").contains(&name), "{name}");
        }
    }
}

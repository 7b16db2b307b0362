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

const FRAME: &str = r###"<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="http://schemas.xmlsoap.org/soap/encoding/" targetNamespace="http://schemas.xmlsoap.org/soap/encoding/">
  <xs:attribute name="root" type="xs:boolean"/>
  <xs:attribute name="arrayType" type="xs:string"/>
  <xs:attribute name="offset" type="tns:arrayCoordinate"/>
  <xs:attribute name="position" type="tns:arrayCoordinate"/>
  <xs:simpleType name="arrayCoordinate">
    <xs:restriction base="xs:string"/>
  </xs:simpleType>
  <xs:simpleType name="base64">
    <xs:restriction base="xs:base64Binary"/>
  </xs:simpleType>
  <xs:attributeGroup name="commonAttributes">
    <xs:attribute name="id" type="xs:ID"/>
    <xs:attribute name="href" type="xs:anyURI"/>
    <xs:anyAttribute namespace="##other" processContents="lax"/>
  </xs:attributeGroup>
  <xs:attributeGroup name="arrayAttributes">
    <xs:attribute ref="tns:arrayType"/>
    <xs:attribute ref="tns:offset"/>
  </xs:attributeGroup>
  <xs:attributeGroup name="arrayMemberAttributes">
    <xs:attribute ref="tns:position"/>
  </xs:attributeGroup>
  <xs:group name="Array">
    <xs:sequence>
      <xs:any namespace="##any" minOccurs="0" maxOccurs="unbounded" processContents="lax"/>
    </xs:sequence>
  </xs:group>
  <xs:group name="Struct">
    <xs:sequence>
      <xs:any namespace="##any" minOccurs="0" maxOccurs="unbounded" processContents="lax"/>
    </xs:sequence>
  </xs:group>
  <xs:complexType name="Array">
    <xs:group ref="tns:Array" minOccurs="0"/>
    <xs:attributeGroup ref="tns:arrayAttributes"/>
    <xs:attributeGroup ref="tns:commonAttributes"/>
  </xs:complexType>
  <xs:complexType name="Struct">
    <xs:group ref="tns:Struct" minOccurs="0"/>
    <xs:attributeGroup ref="tns:commonAttributes"/>
  </xs:complexType>
  <xs:element name="Array" type="tns:Array"/>
  <xs:element name="Struct" type="tns:Struct"/>
  <xs:element name="anyType" type="xs:anyType"/>
"###;

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = FRAME.to_owned();
    for name in SIMPLE_TYPES {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  <xs:complexType name=\"{name}\">\n    <xs:simpleContent>\n      <xs:extension base=\"xs:{name}\">\n        \
             <xs:attributeGroup ref=\"tns:commonAttributes\"/>\n      </xs:extension>\n    </xs:simpleContent>\n  \
             </xs:complexType>\n  <xs:element name=\"{name}\" type=\"tns:{name}\"/>"
        );
    }
    text.push_str("</xs:schema>\n");
    text
});

/// The document.
pub fn text() -> &'static str {
    &TEXT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::{Limits, parse};

    #[test]
    fn it_declares_what_an_rpc_document_refers_to() {
        let root = parse(text().as_bytes(), None, &Limits::default()).unwrap();
        let names = |kind: &'static str| -> Vec<&str> {
            root.children_named(kind).filter_map(|child| child.attribute(None, "name")).collect()
        };
        assert!(names("attribute").contains(&"arrayType"));
        for name in ["Array", "Struct", "string", "int", "boolean", "double"] {
            assert!(names("complexType").contains(&name) && names("element").contains(&name), "{name}");
        }
    }
}

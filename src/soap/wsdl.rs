//! Writes a service as a WSDL document, with the names of wire spec 2.3 and without documentation texts.

use std::collections::BTreeSet;
use std::fmt::{Display, Write as _};

use super::mend::mend;
use super::{
    ComplexType, Field, Message, MessageShape, Occurs, Operation, Part, ServiceSchema, Shape, TypeRef, WireStyle,
};
use crate::xml::writer::escape_attribute;

/// Namespace of WSDL 1.1.
pub const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
/// Namespace of WSDL's SOAP 1.1 binding.
pub const WSDL_SOAP: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
/// Namespace and public address of the SOAP encoding schema, which RPC documents import.
pub const SOAP_ENCODING: &str = "http://schemas.xmlsoap.org/soap/encoding/";

const XSD: &str = "http://www.w3.org/2001/XMLSchema";
const HTTP_TRANSPORT: &str = "http://schemas.xmlsoap.org/soap/http";
const INDENT: &str = "    ";

/// How a document may differ from the real shop's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WsdlOptions {
    /// Whether what strict stacks refuse is mended, see [`mend`].
    pub mend: bool,
    /// Where the RPC document says the encoding schema is.
    pub encoding_schema_location: EncodingSchemaLocation,
}

/// Where the RPC document says the encoding schema is. All clients download it (wire spec, section 2.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EncodingSchemaLocation {
    /// At its public address, as every real shop says.
    #[default]
    Exact,
    /// At this URL, for clients that have no way out.
    Url(String),
}

/// Writes the WSDL of a service that listens at `address`.
pub fn write(schema: &ServiceSchema, address: &str, options: &WsdlOptions) -> String {
    let mended;
    let schema = if options.mend {
        mended = mend(schema);
        &mended
    } else {
        schema
    };
    let mut writer = Writer { schema, names: Names::of(schema.mode), out: String::with_capacity(400_000), depth: 0 };
    writer.document(address, &options.encoding_schema_location);
    writer.out
}

/// How the two documents write the same elements.
struct Names {
    /// Prefix of WSDL elements.
    wsdl: &'static str,
    /// Prefix of schema elements.
    xsd: &'static str,
    /// Declarations of those prefixes that only one of the documents has.
    default_namespace: &'static str,
    schema_namespace: &'static str,
    style: &'static str,
    indent: &'static str,
}

impl Names {
    fn of(mode: WireStyle) -> Self {
        match mode {
            WireStyle::RpcEncoded => Self {
                wsdl: "",
                xsd: "",
                default_namespace: " xmlns=\"http://schemas.xmlsoap.org/wsdl/\"",
                schema_namespace: "xmlns",
                style: "rpc",
                indent: INDENT,
            },
            // Magento puts a bare line feed between all tags of this document (wire spec, section 2.1).
            WireStyle::WsI => Self {
                wsdl: "wsdl:",
                xsd: "xsd:",
                default_namespace: "",
                schema_namespace: "xmlns:xsd",
                style: "document",
                indent: "",
            },
        }
    }
}

struct Writer<'a> {
    schema: &'a ServiceSchema,
    names: Names,
    out: String,
    depth: usize,
}

impl Writer<'_> {
    fn document(&mut self, address: &str, encoding_schema: &EncodingSchemaLocation) {
        let namespace = escape_attribute(&self.schema.target_namespace);
        let product = namespace.trim_start_matches("urn:").to_owned();
        let Names { wsdl, default_namespace, .. } = self.names;
        self.out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let root = format!("{wsdl}definitions");
        self.open(format_args!(
            "{root} xmlns:typens=\"{namespace}\" xmlns:xsd=\"{XSD}\" xmlns:soap=\"{WSDL_SOAP}\" \
             xmlns:soapenc=\"{SOAP_ENCODING}\" xmlns:wsdl=\"{WSDL}\"{default_namespace} name=\"{product}\" \
             targetNamespace=\"{namespace}\""
        ));
        self.types(&namespace, encoding_schema);
        self.messages();
        self.port_type();
        self.binding(&namespace);
        self.service(&product, address);
        self.close(&root);
    }

    fn types(&mut self, namespace: &str, encoding_schema: &EncodingSchemaLocation) {
        let schema = self.schema;
        let types = format!("{}types", self.names.wsdl);
        let xsd_schema = format!("{}schema", self.names.xsd);
        self.open(&types);
        let declaration = self.names.schema_namespace;
        self.open(format_args!("{xsd_schema} {declaration}=\"{XSD}\" targetNamespace=\"{namespace}\""));
        if schema.mode == WireStyle::RpcEncoded {
            let location = match encoding_schema {
                EncodingSchemaLocation::Exact => SOAP_ENCODING.to_owned(),
                EncodingSchemaLocation::Url(url) => escape_attribute(url),
            };
            self.empty(format_args!("import namespace=\"{SOAP_ENCODING}\" schemaLocation=\"{location}\""));
        }
        for complex_type in &schema.types {
            self.complex_type(complex_type);
        }
        let mut written = BTreeSet::new();
        for message in messages_of(schema) {
            if let Some(element) = &message.element
                && written.insert(element)
            {
                self.wrapper(element, &message.parts);
            }
        }
        self.close(&xsd_schema);
        self.close(&types);
    }

    fn complex_type(&mut self, declared: &ComplexType) {
        let rpc = self.schema.mode == WireStyle::RpcEncoded;
        let tag = format!("{}complexType", self.names.xsd);
        self.open(format_args!("{tag} name=\"{}\"", escape_attribute(&declared.name)));
        match &declared.shape {
            Shape::Struct { fields, sequence } => self.record(fields, *sequence),
            Shape::Array { item, .. } if rpc => {
                let item = self.type_name(item);
                self.open("complexContent");
                self.open("restriction base=\"soapenc:Array\"");
                self.empty(format_args!("attribute ref=\"soapenc:arrayType\" wsdl:arrayType=\"{item}[]\""));
                self.close("restriction");
                self.close("complexContent");
            }
            Shape::Array { item, least } => {
                let least = least.minimum();
                let item = self.type_name(item);
                self.open("xsd:sequence");
                self.empty(format_args!(
                    "xsd:element minOccurs=\"{least}\" maxOccurs=\"unbounded\" name=\"complexObjectArray\" type=\"{item}\""
                ));
                self.close("xsd:sequence");
            }
        }
        self.close(&tag);
    }

    fn record(&mut self, fields: &[Field], sequence: bool) {
        let prefix = self.names.xsd;
        let group = format!("{prefix}{}", if sequence { "sequence" } else { "all" });
        self.open(&group);
        for Field { name, type_ref, occurs } in fields {
            let (name, type_name) = (escape_attribute(name), self.type_name(type_ref));
            let occurs = match occurs {
                Occurs::Optional => " minOccurs=\"0\"",
                Occurs::Required => "",
            };
            self.empty(format_args!("{prefix}element name=\"{name}\" type=\"{type_name}\"{occurs}"));
        }
        self.close(&group);
    }

    /// A WS-I body's wrapper element.
    fn wrapper(&mut self, name: &str, parts: &[Part]) {
        self.open(format_args!("xsd:element name=\"{}\"", escape_attribute(name)));
        self.open("xsd:complexType");
        self.open("xsd:sequence");
        for Part { name, type_ref, occurs } in parts {
            let (name, type_name) = (escape_attribute(name), self.type_name(type_ref));
            let least = occurs.minimum();
            self.empty(format_args!(
                "xsd:element minOccurs=\"{least}\" maxOccurs=\"1\" name=\"{name}\" type=\"{type_name}\""
            ));
        }
        self.close("xsd:sequence");
        self.close("xsd:complexType");
        self.close("xsd:element");
    }

    fn messages(&mut self) {
        let mut written = BTreeSet::new();
        for message in messages_of(self.schema) {
            if message.shape != MessageShape::Undeclared && written.insert(&message.name) {
                self.message(message);
            }
        }
    }

    fn message(&mut self, message: &Message) {
        let prefix = self.names.wsdl;
        let start = format!("{prefix}message name=\"{}\"", escape_attribute(&message.name));
        let kind = match self.schema.mode {
            WireStyle::RpcEncoded => "type",
            WireStyle::WsI => "element",
        };
        let parts: Vec<String> = match &message.element {
            Some(element) => vec![format!("name=\"parameters\" element=\"typens:{}\"", escape_attribute(element))],
            None => message
                .parts
                .iter()
                .map(|part| {
                    // Not WSDL, but OpenMage writes it.
                    let occurs = if part.occurs == Occurs::Optional { " minOccurs=\"0\"" } else { "" };
                    let name = escape_attribute(&part.name);
                    format!("name=\"{name}\" {kind}=\"{}\"{occurs}", self.type_name(&part.type_ref))
                })
                .collect(),
        };
        if parts.is_empty() {
            self.empty(start);
            return;
        }
        self.open(start);
        for part in parts {
            self.empty(format_args!("{prefix}part {part}"));
        }
        self.close(format_args!("{prefix}message"));
    }

    fn port_type(&mut self) {
        let prefix = self.names.wsdl;
        self.open(format_args!("{prefix}portType name=\"{}PortType\"", escape_attribute(&self.schema.handler)));
        for Operation { name, request, response } in self.schema.operations.values() {
            self.open(format_args!("{prefix}operation name=\"{}\"", escape_attribute(name)));
            self.empty(format_args!("{prefix}input message=\"typens:{}\"", escape_attribute(&request.name)));
            self.empty(format_args!("{prefix}output message=\"typens:{}\"", escape_attribute(&response.name)));
            self.close(format_args!("{prefix}operation"));
        }
        self.close(format_args!("{prefix}portType"));
    }

    fn binding(&mut self, namespace: &str) {
        let Names { wsdl: prefix, style, .. } = self.names;
        let handler = escape_attribute(&self.schema.handler);
        let (action, body) = match self.schema.mode {
            WireStyle::RpcEncoded => (
                format!("urn:{handler}Action"),
                format!("soap:body namespace=\"{namespace}\" use=\"encoded\" encodingStyle=\"{SOAP_ENCODING}\""),
            ),
            WireStyle::WsI => (String::new(), "soap:body use=\"literal\"".to_owned()),
        };
        self.open(format_args!("{prefix}binding name=\"{handler}Binding\" type=\"typens:{handler}PortType\""));
        self.empty(format_args!("soap:binding style=\"{style}\" transport=\"{HTTP_TRANSPORT}\""));
        for name in self.schema.operations.keys() {
            self.open(format_args!("{prefix}operation name=\"{}\"", escape_attribute(name)));
            self.empty(format_args!("soap:operation soapAction=\"{action}\""));
            for direction in ["input", "output"] {
                self.open(format_args!("{prefix}{direction}"));
                self.empty(&body);
                self.close(format_args!("{prefix}{direction}"));
            }
            self.close(format_args!("{prefix}operation"));
        }
        self.close(format_args!("{prefix}binding"));
    }

    fn service(&mut self, product: &str, address: &str) {
        let prefix = self.names.wsdl;
        let handler = escape_attribute(&self.schema.handler);
        self.open(format_args!("{prefix}service name=\"{product}Service\""));
        self.open(format_args!("{prefix}port name=\"{handler}Port\" binding=\"typens:{handler}Binding\""));
        self.empty(format_args!("soap:address location=\"{}\"", escape_attribute(address)));
        self.close(format_args!("{prefix}port"));
        self.close(format_args!("{prefix}service"));
    }

    fn type_name(&self, type_ref: &TypeRef) -> String {
        match type_ref {
            TypeRef::Xsd(xsd) => xsd.qualified_name().to_owned(),
            TypeRef::Complex(id) => format!("typens:{}", escape_attribute(&self.schema.complex_type(*id).name)),
            TypeRef::Undeclared(name) => format!("typens:{}", escape_attribute(name)),
        }
    }

    fn open(&mut self, tag: impl Display) {
        self.line(format_args!("<{tag}>"));
        self.depth += 1;
    }

    fn close(&mut self, tag: impl Display) {
        self.depth -= 1;
        self.line(format_args!("</{tag}>"));
    }

    fn empty(&mut self, tag: impl Display) {
        self.line(format_args!("<{tag}/>"));
    }

    fn line(&mut self, text: impl Display) {
        for _ in 0..self.depth {
            self.out.push_str(self.names.indent);
        }
        // Writing to a String cannot fail.
        let _ = writeln!(self.out, "{text}");
    }
}

fn messages_of(schema: &ServiceSchema) -> impl Iterator<Item = &Message> {
    schema.operations.values().flat_map(|operation| [&operation.request, &operation.response])
}

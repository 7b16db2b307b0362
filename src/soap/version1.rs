//! SOAP of API version 1: eight operations whose arguments and results are whatever PHP holds. The service, its
//! description, and answers as PHP's serializer writes them when nothing says of what type a value is.

use std::sync::Arc;

use super::envelope::{PROLOG, XSD, XSI};
use super::layout::{Columns, Layouts, Place};
use super::record::Member;
use super::rpc_encoded::RPC_12;
use super::schema::{
    ComplexType, Message, MessageShape, Occurs, Operation, Part, ServiceSchema, Shape, TypeId, TypeRef, Xsd,
};
use super::{SoapStruct, SoapValue, SoapVersion, WireStyle};
use crate::xml::writer::{escape_attribute, escape_text, put, put_text, reserve_for_more};

const STRING: &str = "xsd:string";
const ANY: &str = "xsd:anyType";
const FIXED_ARRAY: &str = "typens:FixedArray";

/// Name, documentation, parts of the request, type of the answer.
type Row = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str);

/// `resourceFaults` declares its parts the other way round than Magento's function takes them.
const OPERATIONS: [Row; 8] = [
    ("call", "Call api functionality", &[("sessionId", STRING), ("resourcePath", STRING), ("args", ANY)], ANY),
    (
        "multiCall",
        "Multiple calls of resource functionality",
        &[("sessionId", STRING), ("calls", FIXED_ARRAY), ("options", ANY)],
        FIXED_ARRAY,
    ),
    ("endSession", "End web service session", &[("sessionId", STRING)], "xsd:boolean"),
    ("login", "Login user and retrieve session id", &[("username", STRING), ("apiKey", STRING)], STRING),
    ("startSession", "Start web service session", &[], STRING),
    ("resources", "List of available resources", &[("sessionId", STRING)], FIXED_ARRAY),
    ("globalFaults", "List of resource faults", &[("sessionId", STRING)], FIXED_ARRAY),
    ("resourceFaults", "List of global faults", &[("resourceName", STRING), ("sessionId", STRING)], FIXED_ARRAY),
];

/// In which order the messages are described: `startSession` comes last.
const MESSAGES: [usize; 8] = [0, 1, 2, 3, 5, 6, 7, 4];

/// The service as PHP's SoapServer knows it.
pub fn service(target_namespace: &str, handler: &str) -> Arc<ServiceSchema> {
    let fixed_array = ComplexType {
        name: "FixedArray".to_owned(),
        shape: Shape::Array { item: TypeRef::Xsd(Xsd::AnyType), least: Occurs::Optional },
    };
    let part = |(name, type_name): (&str, &str)| Part {
        name: name.to_owned(),
        type_ref: match type_name {
            STRING => TypeRef::Xsd(Xsd::String),
            FIXED_ARRAY => TypeRef::Complex(TypeId(0)),
            "xsd:boolean" => TypeRef::Xsd(Xsd::Boolean),
            _ => TypeRef::Xsd(Xsd::AnyType),
        },
        occurs: Occurs::Optional,
    };
    let message = |name: String, parts: Vec<Part>| Message { name, element: None, parts, shape: MessageShape::Regular };
    let operations = OPERATIONS.iter().map(|(name, _, parts, result)| {
        let request = message((*name).to_owned(), parts.iter().copied().map(part).collect());
        let response = message(format!("{name}Response"), vec![part((&format!("{name}Return"), result))]);
        ((*name).to_owned(), Operation { name: (*name).to_owned(), request, response })
    });
    Arc::new(ServiceSchema {
        mode: WireStyle::RpcEncoded,
        target_namespace: target_namespace.to_owned(),
        handler: handler.to_owned(),
        types: vec![fixed_array],
        operations: operations.collect(),
        unparsable: None,
    })
}

/// Writes the description; `handler` is `{H}` of `{H}PortType`, often empty.
pub fn wsdl(target_namespace: &str, handler: &str, address: &str) -> String {
    let namespace = escape_attribute(target_namespace);
    let name = target_namespace.strip_prefix("urn:").unwrap_or(target_namespace);
    let name = escape_attribute(name);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<definitions xmlns:typens=\"{namespace}\" xmlns:xsd=\"{XSD}\" \
         xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\"\n    xmlns:soapenc=\"{ENCODING}\" \
         xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" xmlns=\"http://schemas.xmlsoap.org/wsdl/\"\n    \
         name=\"{name}\" targetNamespace=\"{namespace}\">\n    <types>\n        <schema xmlns=\"{XSD}\" \
         targetNamespace=\"{namespace}\">\n<!--            <import namespace=\"{ENCODING}\" schemaLocation=\"{ENCODING}\" \
         />-->\n            <complexType name=\"FixedArray\">\n                <complexContent>\n                    \
         <restriction base=\"soapenc:Array\">\n                        <attribute ref=\"soapenc:arrayType\" \
         wsdl:arrayType=\"xsd:anyType[]\" />\n                    </restriction>\n                </complexContent>\n\
         \x20           </complexType>\n        </schema>\n    </types>\n"
    );
    for at in MESSAGES {
        let (name, _, parts, result) = OPERATIONS[at];
        if parts.is_empty() {
            put(&mut out, &["    <message name=\"", name, "\" />\n"]);
        } else {
            put(&mut out, &["    <message name=\"", name, "\">\n"]);
            for (part, type_name) in parts {
                put(&mut out, &["        <part name=\"", part, "\" type=\"", type_name, "\" />\n"]);
            }
            out.push_str("    </message>\n");
        }
        put(
            &mut out,
            &["    <message name=\"", name, "Response\">\n        <part name=\"", name, "Return\" type=\"", result],
        );
        out.push_str("\" />\n    </message>\n");
    }
    out.push_str(&format!("    <portType name=\"{handler}PortType\">\n"));
    for (name, documentation, _, _) in OPERATIONS {
        out.push_str(&format!(
            "        <operation name=\"{name}\">\n            <documentation>{documentation}</documentation>\n            \
             <input message=\"typens:{name}\" />\n            <output message=\"typens:{name}Response\" />\n        \
             </operation>\n"
        ));
    }
    out.push_str(&format!(
        "    </portType>\n    <binding name=\"{handler}Binding\" type=\"typens:{handler}PortType\">\n        \
         <soap:binding style=\"rpc\" transport=\"http://schemas.xmlsoap.org/soap/http\" />\n"
    ));
    let body = format!(
        "                <soap:body namespace=\"{namespace}\" use=\"encoded\" encodingStyle=\"{ENCODING}\" />\n"
    );
    for (name, ..) in OPERATIONS {
        out.push_str(&format!(
            "        <operation name=\"{name}\">\n            <soap:operation soapAction=\"urn:{handler}Action\" />\n            \
             <input>\n{body}            </input>\n            <output>\n{body}            </output>\n        </operation>\n"
        ));
    }
    out.push_str(&format!(
        "    </binding>\n    <service name=\"{name}Service\">\n        <port name=\"{handler}Port\" \
         binding=\"typens:{handler}Binding\">\n            <soap:address location=\"{}\" />\n        </port>\n    \
         </service>\n</definitions>\n",
        escape_attribute(address)
    ));
    out
}

const ENCODING: &str = SoapVersion::V11.encoding();
const APACHE: &str = "http://xml.apache.org/xml-soap";

/// Writes an answer.
pub fn write_response(target_namespace: &str, version: SoapVersion, operation: &str, value: &SoapValue) -> Vec<u8> {
    let is_fixed = OPERATIONS.iter().any(|(name, _, _, result)| *name == operation && *result == FIXED_ARRAY);
    let mut writer = Writer {
        version,
        out: String::with_capacity(4096),
        used: Vec::with_capacity(4),
        layouts: Layouts::default(),
        columns: Columns::default(),
    };
    let name = format!("{operation}Return");
    match value {
        SoapValue::List(items) if is_fixed => {
            writer.list(&name, &items.iter().collect::<Vec<_>>(), Some("ns1:FixedArray"))
        }
        value => writer.value(&name, value),
    }
    let Writer { out: body, used, .. } = writer;
    let mut document = String::with_capacity(body.len() + 800);
    let (env, envelope, encoding) = (version.prefix(), version.envelope(), version.encoding());
    document.push_str(PROLOG);
    put(&mut document, &["<", env, ":Envelope xmlns:", env, "=\"", envelope, "\" xmlns:ns1=\""]);
    put(&mut document, &[&escape_attribute(target_namespace), "\""]);
    let last = (!used.contains(&Prefix::SoapEnc)).then_some(Prefix::SoapEnc);
    for prefix in used.into_iter().chain(last) {
        match prefix {
            Prefix::SoapEnc => put(&mut document, &[" xmlns:", version.encoding_prefix(), "=\"", encoding, "\""]),
            Prefix::Xsd => put(&mut document, &[" xmlns:xsd=\"", XSD, "\""]),
            Prefix::Xsi => put(&mut document, &[" xmlns:xsi=\"", XSI, "\""]),
            Prefix::Apache => put(&mut document, &[" xmlns:ns2=\"", APACHE, "\""]),
        }
    }
    let style = format!(" {env}:encodingStyle=\"{encoding}\"");
    let wrapper = format!("{operation}Response");
    match version {
        SoapVersion::V11 => put(&mut document, &[&style, "><SOAP-ENV:Body><ns1:", &wrapper, ">"]),
        SoapVersion::V12 => put(
            &mut document,
            &["><env:Body xmlns:rpc=\"", RPC_12, "\"><ns1:", &wrapper, &style, "><rpc:result>", &name, "</rpc:result>"],
        ),
    }
    put(&mut document, &[&body, "</ns1:", &wrapper, "></", env, ":Body></", env, ":Envelope>\n"]);
    document.into_bytes()
}

#[derive(Clone, Copy, PartialEq)]
enum Prefix {
    SoapEnc,
    Xsd,
    Xsi,
    Apache,
}

/// Writes values; a namespace is declared on the envelope in the order of its first use.
struct Writer<'a> {
    version: SoapVersion,
    out: String,
    used: Vec<Prefix>,
    /// What stands before the values of maps, and where the values are.
    layouts: Layouts<Vec<(String, Place)>>,
    columns: Columns<'a>,
}

impl<'a> Writer<'a> {
    fn put(&mut self, parts: &[&str]) {
        put(&mut self.out, parts);
    }

    fn uses(&mut self, prefix: Prefix) {
        if !self.used.contains(&prefix) {
            self.used.push(prefix);
        }
    }

    fn value(&mut self, name: &str, value: &'a SoapValue) {
        match value {
            SoapValue::Nil => {
                self.uses(Prefix::Xsi);
                self.put(&["<", name, " xsi:nil=\"true\"/>"]);
            }
            SoapValue::Bool(on) => self.scalar(name, "xsd:boolean", if *on { "true" } else { "false" }),
            SoapValue::Int(number) => self.scalar(name, "xsd:int", &number.to_string()),
            SoapValue::Double(number) => self.scalar(name, "xsd:float", &number.to_string()),
            SoapValue::Text(text) => self.text(name, text),
            SoapValue::List(items) => self.list(name, &items.iter().collect::<Vec<_>>(), None),
            SoapValue::Struct(members) if is_list(members) => {
                self.list(name, &members.iter().map(|(_, value)| value).collect::<Vec<_>>(), None);
            }
            SoapValue::Struct(members) => self.map(name, members),
        }
    }

    fn scalar(&mut self, name: &str, type_name: &str, text: &str) {
        self.uses(Prefix::Xsd);
        self.uses(Prefix::Xsi);
        self.put(&["<", name, " xsi:type=\"", type_name, "\">", text, "</", name, ">"]);
    }

    fn text(&mut self, name: &str, text: &str) {
        self.uses(Prefix::Xsd);
        self.uses(Prefix::Xsi);
        self.put(&["<", name, " xsi:type=\"", STRING, "\">"]);
        put_text(&mut self.out, text);
        self.put(&["</", name, ">"]);
    }

    fn list(&mut self, name: &str, items: &[&'a SoapValue], type_name: Option<&str>) {
        let (prefix, item_type) = match type_name {
            // What is declared to hold anything is not looked into.
            Some(_) => (Some(Prefix::Xsd), self.any()),
            None => self.type_of_items(items),
        };
        // A list of whatever, where nothing is declared, comes to its type last.
        if type_name.is_none() && item_type == self.any() {
            self.uses(Prefix::SoapEnc);
        }
        if let Some(prefix) = prefix {
            self.uses(prefix);
        }
        self.uses(Prefix::SoapEnc);
        let count = items.len();
        let own = match self.version {
            SoapVersion::V11 => format!("SOAP-ENC:arrayType=\"{item_type}[{count}]\""),
            SoapVersion::V12 => format!("enc:itemType=\"{item_type}\" enc:arraySize=\"{count}\""),
        };
        let type_name = type_name.unwrap_or(match self.version {
            SoapVersion::V11 => "SOAP-ENC:Array",
            SoapVersion::V12 => "enc:Array",
        });
        self.put(&["<", name, " ", &own, " xsi:type=\"", type_name]);
        if items.is_empty() {
            self.put(&["\"/>"]);
        } else {
            self.put(&["\">"]);
            let opened = self.out.len();
            for (at, item) in items.iter().enumerate() {
                reserve_for_more(&mut self.out, opened, at, count);
                self.value("item", item);
            }
            self.put(&["</", name, ">"]);
        }
        self.uses(Prefix::Xsi);
    }

    /// What has no type of its own: SOAP 1.1 calls it otherwise than 1.2.
    fn any(&self) -> &'static str {
        match self.version {
            SoapVersion::V11 => "xsd:ur-type",
            SoapVersion::V12 => ANY,
        }
    }

    /// The type that all items have.
    fn type_of_items(&self, items: &[&SoapValue]) -> (Option<Prefix>, &'static str) {
        let any = (Some(Prefix::Xsd), self.any());
        let Some(first) = items.first() else { return any };
        let found = self.type_of(first);
        if items[1..].iter().all(|item| self.type_of(item) == found) { found } else { any }
    }

    fn type_of(&self, value: &SoapValue) -> (Option<Prefix>, &'static str) {
        match value {
            SoapValue::Nil => (Some(Prefix::Xsi), "xsi:nil"),
            SoapValue::Bool(_) => (Some(Prefix::Xsd), "xsd:boolean"),
            SoapValue::Int(_) => (Some(Prefix::Xsd), "xsd:int"),
            SoapValue::Double(_) => (Some(Prefix::Xsd), "xsd:float"),
            SoapValue::Text(_) => (Some(Prefix::Xsd), STRING),
            SoapValue::Struct(members) if !is_list(members) => (Some(Prefix::Apache), "ns2:Map"),
            SoapValue::List(_) | SoapValue::Struct(_) => match self.version {
                SoapVersion::V11 => (Some(Prefix::SoapEnc), "SOAP-ENC:Array"),
                SoapVersion::V12 => (Some(Prefix::SoapEnc), "enc:Array"),
            },
        }
    }

    fn map(&mut self, name: &str, members: &'a SoapStruct) {
        self.put(&["<", name, " xsi:type=\"ns2:Map\">"]);
        let keyed = |(key, place)| {
            let type_name = if is_integer_key(key) { "xsd:int" } else { STRING };
            (format!("<item><key xsi:type=\"{type_name}\">{}</key>", escape_text(key)), place)
        };
        let places = self.layouts.find(0, members, || members.places().map(keyed).collect());
        let columns = self.columns.read(members);
        for (key, place) in places.iter() {
            self.uses(Prefix::Xsi);
            self.out.push_str(key);
            match members.at(*place, &columns) {
                Member::Value(value) => self.value("value", value),
                Member::Text(text) => self.text("value", text),
                Member::Nil => self.value("value", &SoapValue::Nil),
            }
            self.out.push_str("</item>");
        }
        self.columns.give_back(columns);
        self.put(&["</", name, ">"]);
        self.uses(Prefix::Apache);
        self.uses(Prefix::Xsi);
    }
}

/// Whether a map is a list in PHP: its keys are the numbers from 0 on, or it has none.
pub fn is_list(members: &SoapStruct) -> bool {
    members.members().enumerate().all(|(at, (key, _))| {
        // Most keys are words, which their first letter says.
        key.as_bytes().first().is_some_and(u8::is_ascii_digit) && key.parse() == Ok(at)
    })
}

/// The items of a map that is a list in PHP.
pub fn as_list(members: &SoapStruct) -> Option<Vec<SoapValue>> {
    is_list(members).then(|| members.iter().map(|(_, value)| value.clone()).collect())
}

/// Whether PHP makes an integer of a key.
pub fn is_integer_key(key: &str) -> bool {
    let digits = key.strip_prefix('-').unwrap_or(key);
    let is_plain = digits == "0" || (digits.as_bytes().first().is_some_and(|first| (b'1'..=b'9').contains(first)));
    is_plain && key != "-0" && key.parse::<i64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_integers_where_php_makes_some() {
        for (key, expected) in [
            ("0", true),
            ("7", true),
            ("-7", true),
            ("07", false),
            ("-0", false),
            ("1.5", false),
            ("", false),
            ("a", false),
            ("9223372036854775808", false),
            ("+1", false),
            (" 1", false),
        ] {
            assert_eq!(is_integer_key(key), expected, "{key:?}");
        }
    }

    /// Recordings of SOAP v1 (735, 751, 163, 105) have these shapes.
    #[test]
    fn lists_and_maps_are_typed_as_php_types_them() {
        let written = |operation: &str, value: SoapValue| {
            let bytes = write_response("urn:Magento", SoapVersion::V11, operation, &value);
            let text = String::from_utf8(bytes).unwrap();
            let (head, body) = text.split_once("<SOAP-ENV:Body>").unwrap();
            let declared: Vec<&str> = head.split("xmlns:").skip(2).filter_map(|rest| rest.split('=').next()).collect();
            let inner = body.split_once('>').unwrap().1.rsplit_once("</ns1:").unwrap().0.to_owned();
            (declared.join(" "), inner)
        };
        let map = |key: &str, value: SoapValue| SoapValue::Struct(SoapStruct::new().with(key, value));
        for (operation, value, namespaces, expected) in [
            (
                "endSession",
                true.into(),
                "ns1 xsd xsi SOAP-ENC",
                "<endSessionReturn xsi:type=\"xsd:boolean\">true</endSessionReturn>",
            ),
            (
                "call",
                Vec::new().into(),
                "ns1 SOAP-ENC xsd xsi",
                "<callReturn SOAP-ENC:arrayType=\"xsd:ur-type[0]\" xsi:type=\"SOAP-ENC:Array\"/>",
            ),
            (
                "multiCall",
                Vec::new().into(),
                "ns1 xsd SOAP-ENC xsi",
                "<multiCallReturn SOAP-ENC:arrayType=\"xsd:ur-type[0]\" xsi:type=\"ns1:FixedArray\"/>",
            ),
            (
                "call",
                map("a", SoapValue::Int(1)),
                "ns1 xsi xsd ns2 SOAP-ENC",
                "<callReturn xsi:type=\"ns2:Map\"><item><key xsi:type=\"xsd:string\">a</key><value xsi:type=\"xsd:int\">1</value></item></callReturn>",
            ),
            (
                "call",
                vec![map("7", SoapValue::Nil)].into(),
                "ns1 ns2 SOAP-ENC xsi",
                "<callReturn SOAP-ENC:arrayType=\"ns2:Map[1]\" xsi:type=\"SOAP-ENC:Array\"><item xsi:type=\"ns2:Map\"><item><key xsi:type=\"xsd:int\">7</key><value xsi:nil=\"true\"/></item></item></callReturn>",
            ),
        ] {
            let (declared, inner) = written(operation, value);
            assert_eq!((declared.as_str(), inner.as_str()), (namespaces, expected), "{operation}");
        }
    }
}

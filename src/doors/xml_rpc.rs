//! XML-RPC as `Zend_XmlRpc_Server` reads and writes it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::soap::value::leading_int;
use crate::soap::version1::as_list;
use crate::soap::{SoapStruct, SoapValue};
use crate::xml::writer::{escape_text, mark_forbidden, put};
use crate::xml::{self, Element, Limits, TextForm};

/// A fault: its code and text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("XML-RPC fault {code}: {text}")]
pub struct Fault {
    /// Zend's codes begin at 600; Magento's are below.
    pub code: i64,
    /// What it says.
    pub text: String,
}

impl Fault {
    fn new(code: i64, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }
}

/// A request.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The method's name as it was sent.
    pub method: String,
    /// The values of its parameters.
    pub parameters: Vec<SoapValue>,
    /// Their types, which must be those of a signature.
    types: Vec<&'static str>,
}

/// Types of the values that PHP holds, for requests that come within another one.
fn type_of(value: &SoapValue) -> &'static str {
    match value {
        SoapValue::Nil => "nil",
        SoapValue::Bool(_) => "boolean",
        SoapValue::Int(_) => "int",
        SoapValue::Double(_) => "double",
        SoapValue::Text(_) => "string",
        SoapValue::List(_) => "array",
        SoapValue::Struct(members) if as_list(members).is_some() => "array",
        SoapValue::Struct(_) => "struct",
    }
}

const NO_METHOD: &str = "Invalid request, no method passed; request must contain a 'methodName' tag";

/// Reads a request.
///
/// # Errors
/// The [`Fault`] that Zend answers.
pub fn read(body: &[u8]) -> Result<Request, Fault> {
    if body.is_empty() || body == b"0" {
        return Err(Fault::new(630, "Unable to read request"));
    }
    let limits = Limits::request();
    let no_method = || Fault::new(632, NO_METHOD);
    let text = xml::decode(body, None, &limits).map_err(|_| no_method())?;
    if text.contains("<!ENTITY") {
        return Err(Fault::new(631, "Failed to parse request"));
    }
    let text = without_document_type(&text);
    if text.starts_with(char::is_whitespace) && text.trim_start().starts_with("<?xml") {
        return Err(no_method());
    }
    let root = xml::parse(&text, &limits).map_err(|_| no_method())?;
    let method = root.child("methodName").map(|name| name.text.to_string()).unwrap_or_default();
    if method.is_empty() || method == "0" {
        return Err(no_method());
    }
    let mut request = Request { method, parameters: Vec::new(), types: Vec::new() };
    for parameter in root.child("params").map(|params| params.children.as_slice()).unwrap_or_default() {
        let value = parameter.child("value").ok_or_else(|| Fault::new(633, "Param must contain a value"))?;
        let (type_name, value) = read_value(value).ok_or_else(|| Fault::new(636, "Error creating xmlrpc value"))?;
        request.types.push(type_name);
        request.parameters.push(value);
    }
    Ok(request)
}

/// The document without its type declaration, which PHP reads over as long as it declares no entity.
fn without_document_type(text: &str) -> std::borrow::Cow<'_, str> {
    let Some(start) = text.find("<!DOCTYPE") else { return text.into() };
    let mut depth = 0_i32;
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'[' => depth += 1,
            b']' => depth -= 1,
            b'>' if depth == 0 => return format!("{}{}", &text[..start], &text[at + 1..]).into(),
            _ => {}
        }
    }
    text.into()
}

const EXTENSIONS: &str = "http://ws.apache.org/xmlrpc/namespaces/extensions";

/// A value and its type; `None` for what makes none.
fn read_value(value: &Element<'_>) -> Option<(&'static str, SoapValue)> {
    let Some(typed) = value.children.first() else { return Some(("string", untagged(value).into())) };
    let is_extension = typed.namespace.as_deref() == Some(EXTENSIONS);
    let text = typed.text.as_ref();
    Some(match (typed.local, is_extension) {
        ("i4" | "int", false) => ("int", integer(text)?.into()),
        // Of a big integer nothing arrives.
        ("i8", _) => {
            integer(text)?;
            ("i8", SoapValue::Nil)
        }
        ("double", false) => ("double", double(text).into()),
        ("boolean", false) => ("boolean", (!text.is_empty() && text != "0").into()),
        ("string", false) => ("string", text.into()),
        ("dateTime.iso8601", false) => ("dateTime.iso8601", moment(text)?.into()),
        ("base64", false) => ("base64", String::from_utf8_lossy(&decoded(text)).into_owned().into()),
        ("nil", _) => ("nil", SoapValue::Nil),
        ("array", false) => {
            let data = typed.child("data")?;
            let items = data.children_named("value").map(|item| read_value(item).map(|(_, value)| value));
            ("array", items.collect::<Option<Vec<_>>>()?.into())
        }
        ("struct", false) => {
            let mut members = SoapStruct::new();
            for member in typed.children_named("member") {
                if let (Some(name), Some(value)) = (member.child("name"), member.child("value")) {
                    members.set(name.text.as_ref(), read_value(value)?.1);
                }
            }
            ("struct", array(members))
        }
        _ => return None,
    })
}

/// An array of PHP: one without keys is a list.
fn array(members: SoapStruct) -> SoapValue {
    match as_list(&members) {
        Some(items) => items.into(),
        None => members.into_array().into(),
    }
}

/// What stands between the tags of a value without a type: Zend takes the markup as it is, and nothing of several lines.
fn untagged(value: &Element<'_>) -> String {
    let text = match value.text_form {
        TextForm::Nothing | TextForm::Text | TextForm::Mixed => escape_text(&value.text).into_owned(),
        TextForm::Cdata => format!("<![CDATA[{}]]>", value.text),
    };
    if text.contains('\n') || !value.attributes.is_empty() { String::new() } else { text }
}

/// PHP's integer of a text. A text that is more than the largest integer overflows, and PHP 8 compares words as words.
fn integer(text: &str) -> Option<i64> {
    const MAX: &str = "9223372036854775807";
    let is_more = match text.trim().parse::<f64>() {
        Ok(number) => text.trim().parse::<i64>().is_err() && number >= 9_223_372_036_854_775_807.0,
        Err(_) => text > MAX,
    };
    (!is_more).then(|| leading_int(text))
}

fn double(text: &str) -> f64 {
    let text = text.trim_start();
    (0..=text.len())
        .rev()
        .find_map(|end| text.get(..end)?.parse().ok())
        .filter(|number: &f64| number.is_finite())
        .unwrap_or(0.0)
}

/// A moment in the form in which Zend keeps it.
fn moment(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let (date, time) = digits.trim().split_once(['T', ' ']).unwrap_or((digits.trim(), "000000"));
    let time = time.trim_end_matches('Z');
    let is_number = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(date, 8) && is_number(time, 6)).then(|| format!("{date}T{}:{}:{}", &time[..2], &time[2..4], &time[4..]))
}

/// What PHP makes of base64: letters that are none are left out.
fn decoded(text: &str) -> Vec<u8> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let letters: String = text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/')).collect();
    GeneralPurpose::new(&alphabet::STANDARD, config).decode(letters).unwrap_or_default()
}

/// A method: its name, its signatures and what it is for.
struct Method {
    name: &'static str,
    returns: &'static [&'static str],
    /// Every list of parameters it may have.
    parameters: &'static [&'static [&'static str]],
    help: &'static str,
}

const STRING: &[&str] = &["string"];

/// In the order in which `system.listMethods` gives them.
const METHODS: [Method; 15] = [
    Method {
        name: "system.listMethods",
        returns: &["array"],
        parameters: &[&[]],
        help: "List all available XMLRPC methods\n\nReturns an array of methods.",
    },
    Method {
        name: "system.methodHelp",
        returns: STRING,
        parameters: &[STRING],
        help: "Display help message for an XMLRPC method",
    },
    Method {
        name: "system.methodSignature",
        returns: &["array"],
        parameters: &[STRING],
        help: "Return a method signature",
    },
    Method {
        name: "system.multicall",
        returns: &["array"],
        parameters: &[&["array"]],
        help: "Multicall - boxcar feature of XML-RPC for calling multiple methods\nin a single request.",
    },
    Method {
        name: "handlePhpError",
        returns: &["boolean"],
        parameters: &[&["int", "string", "string"]],
        help: "Handle PHP Errors",
    },
    Method { name: "startSession", returns: STRING, parameters: &[&[]], help: "Start web service session" },
    Method { name: "endSession", returns: &["boolean"], parameters: &[STRING], help: "End web service session" },
    Method {
        name: "login",
        returns: STRING,
        parameters: &[STRING, &["string", "string"]],
        help: "Login user and Retrieve session id",
    },
    Method {
        name: "call",
        returns: &["struct"],
        parameters: &[&["string", "string"], &["string", "string", "array"]],
        help: "Call resource functionality",
    },
    Method {
        name: "multiCall",
        returns: &["array", "void"],
        parameters: &[STRING, &["string", "array"], &["string", "array", "array"]],
        help: "Multiple calls of resource functionality",
    },
    Method {
        name: "resources",
        returns: &["array", "void"],
        parameters: &[STRING],
        help: "List of available resources",
    },
    Method {
        name: "resourceFaults",
        returns: &["array", "void"],
        parameters: &[&["string", "string"]],
        help: "List of resource faults",
    },
    Method { name: "globalFaults", returns: &["array"], parameters: &[STRING], help: "List of global faults" },
    Method {
        name: "processingMethodResult",
        returns: &["struct"],
        parameters: &[&["struct"]],
        help: "Processing of the method result",
    },
    Method { name: "processingRow", returns: &["struct"], parameters: &[&["struct"]], help: "Processing of the row" },
];

/// What a request asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// A function of Magento's handler with its arguments by position.
    Handler(Request),
    /// Something the protocol answers by itself.
    Answer(SoapValue),
    /// Many requests in one, each of which may be none.
    Many(Vec<Result<Request, Fault>>),
}

impl Request {
    /// A request that came as part of another one.
    fn within(method: &str, parameters: Vec<SoapValue>) -> Self {
        let types = parameters.iter().map(type_of).collect();
        Self { method: method.to_owned(), parameters, types }
    }

    /// Looks the method up and its signature.
    ///
    /// # Errors
    /// The [`Fault`] for a method that does not exist, or parameters that are not its own.
    pub fn resolve(self) -> Result<Asked, Fault> {
        let unknown = |code: i64, name: &str| Fault::new(code, format!("Method \"{name}\" does not exist"));
        let method = METHODS.iter().find(|known| known.name == self.method);
        let method = method.ok_or_else(|| unknown(620, &self.method))?;
        if !method.parameters.iter().any(|types| *types == self.types) {
            return Err(Fault::new(623, "Calling parameters do not match signature"));
        }
        let named = || {
            let name = self.parameters.first().and_then(SoapValue::as_text).unwrap_or_default();
            METHODS.iter().find(|known| known.name == name).ok_or_else(|| unknown(640, name))
        };
        Ok(Asked::Answer(match method.name {
            "system.listMethods" => METHODS.iter().map(|known| known.name.into()).collect::<Vec<_>>().into(),
            "system.methodHelp" => named()?.help.into(),
            "system.methodSignature" => signatures(named()?),
            "system.multicall" => {
                let calls = self.parameters.first().and_then(SoapValue::as_list).unwrap_or_default();
                return Ok(Asked::Many(calls.iter().map(of_many).collect()));
            }
            // What the handler does with its own results and errors, public by accident.
            "handlePhpError" => true.into(),
            "processingMethodResult" | "processingRow" => self.parameters.into_iter().next().unwrap_or_default(),
            _ => return Ok(Asked::Handler(self)),
        }))
    }
}

fn signatures(method: &Method) -> SoapValue {
    let mut rows = Vec::new();
    for returns in method.returns {
        for parameters in method.parameters {
            let parameters: Vec<SoapValue> = parameters.iter().map(|name| (*name).into()).collect();
            rows.push(SoapStruct::new().with("returnType", *returns).with("parameters", parameters).into());
        }
    }
    SoapValue::List(rows)
}

/// One of many requests.
fn of_many(call: &SoapValue) -> Result<Request, Fault> {
    let no_struct = || Fault::new(601, "system.multicall expects each method to be a struct");
    let SoapValue::Struct(call) = call else {
        return Err(match call {
            SoapValue::List(_) => Fault::new(602, "Missing methodName"),
            _ => no_struct(),
        });
    };
    let method = call.get("methodName").and_then(SoapValue::to_text);
    let method = method.ok_or_else(|| Fault::new(602, "Missing methodName"))?;
    let parameters = call.get("params").filter(|value| !value.is_nil());
    let parameters = parameters.ok_or_else(|| Fault::new(603, "Missing params"))?;
    let parameters = match parameters {
        SoapValue::List(items) => items.clone(),
        SoapValue::Struct(members) => members.iter().map(|(_, value)| value.clone()).collect(),
        _ => return Err(Fault::new(604, "Params must be an array")),
    };
    if method == "system.multicall" {
        return Err(Fault::new(605, "Recursive system.multicall forbidden"));
    }
    Ok(Request::within(&method, parameters))
}

const PROLOG: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Writes an answer.
pub fn write(value: &SoapValue) -> Vec<u8> {
    let mut out = String::with_capacity(4096);
    put(&mut out, &[PROLOG, "<methodResponse><params><param>"]);
    write_value(&mut out, value);
    out.push_str("</param></params></methodResponse>");
    out.into_bytes()
}

/// Writes a fault.
pub fn write_fault(fault: &Fault) -> Vec<u8> {
    let mut out = String::with_capacity(512);
    put(&mut out, &[PROLOG, "<methodResponse><fault>"]);
    write_value(&mut out, &fault_value(fault));
    out.push_str("</fault></methodResponse>");
    out.into_bytes()
}

/// A fault as a value, as it stands among many answers.
pub fn fault_value(fault: &Fault) -> SoapValue {
    SoapStruct::new().with("faultCode", fault.code).with("faultString", fault.text.as_str()).into()
}

fn write_value(out: &mut String, value: &SoapValue) {
    out.push_str("<value>");
    match value {
        SoapValue::Nil => out.push_str("<nil/>"),
        SoapValue::Bool(on) => put(out, &["<boolean>", if *on { "1" } else { "0" }, "</boolean>"]),
        SoapValue::Int(number) => put(out, &["<int>", &number.to_string(), "</int>"]),
        SoapValue::Double(number) => put(out, &["<double>", &double_text(*number), "</double>"]),
        SoapValue::Text(text) => put(out, &["<string>", &escaped(text), "</string>"]),
        SoapValue::List(items) => write_items(out, items),
        SoapValue::Struct(members) => match as_list(members) {
            Some(items) => write_items(out, &items),
            None => {
                out.push_str("<struct>");
                for (name, value) in members.iter() {
                    put(out, &["<member><name>", &escaped(name), "</name>"]);
                    write_value(out, value);
                    out.push_str("</member>");
                }
                out.push_str("</struct>");
            }
        },
    }
    out.push_str("</value>");
}

fn write_items(out: &mut String, items: &[SoapValue]) {
    if items.is_empty() {
        out.push_str("<array><data/></array>");
        return;
    }
    out.push_str("<array><data>");
    items.iter().for_each(|item| write_value(out, item));
    out.push_str("</data></array>");
}

/// `XMLWriter` escapes double quotes in texts too.
fn escaped(text: &str) -> std::borrow::Cow<'_, str> {
    match mark_forbidden(text) {
        std::borrow::Cow::Borrowed(text) if !text.contains(['&', '<', '>', '"', '\r']) => text.into(),
        marked => escape_text(&marked).replace('"', "&quot;").into(),
    }
}

/// Fourteen digits behind the point, without the zeros at their end; the point stays.
fn double_text(number: f64) -> String {
    format!("{number:.14}").trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(inside: &str) -> Result<SoapValue, i64> {
        let body = format!(
            "<?xml version=\"1.0\"?><methodCall><methodName>x</methodName><params><param>{inside}</param></params></methodCall>"
        );
        read(body.as_bytes()).map(|request| request.parameters[0].clone()).map_err(|fault| fault.code)
    }

    /// Recordings xmlrpc 619 to 692.
    #[test]
    fn values_are_read_as_zend_reads_them() {
        for (value, expected) in [
            ("<value><int>+1</int></value>", Ok(SoapValue::Int(1))),
            ("<value><i4>2147483648</i4></value>", Ok(SoapValue::Int(2_147_483_648))),
            ("<value><int/></value>", Ok(SoapValue::Int(0))),
            ("<value><int>abc</int></value>", Err(636)),
            ("<value><int>12abc</int></value>", Ok(SoapValue::Int(12))),
            ("<value><int>9223372036854775808</int></value>", Err(636)),
            ("<value><boolean>true</boolean></value>", Ok(true.into())),
            ("<value><boolean>0</boolean></value>", Ok(false.into())),
            ("<value>1</value>", Ok("1".into())),
            ("<value>a &amp; b</value>", Ok("a &amp; b".into())),
            ("<value><string>a &amp; b</string></value>", Ok("a & b".into())),
            ("<value><![CDATA[1]]></value>", Ok("<![CDATA[1]]>".into())),
            ("<value>a\nb</value>", Ok("".into())),
            ("<value>\n <string>1</string>\n</value>", Ok("1".into())),
            ("<value><double>1.5</double></value>", Ok(1.5.into())),
            ("<value><double>abc</double></value>", Ok(0.0.into())),
            ("<value><dateTime.iso8601>hello</dateTime.iso8601></value>", Err(636)),
            ("<value><dateTime.iso8601>20260102T03:04:05</dateTime.iso8601></value>", Ok("20260102T03:04:05".into())),
            ("<value><base64>***</base64></value>", Ok("".into())),
            ("<value><base64>MQ==</base64></value>", Ok("1".into())),
            ("<value><STRING>1</STRING></value>", Err(636)),
            ("<value><array/></value>", Err(636)),
            ("<value><array><data/></array></value>", Ok(Vec::new().into())),
            ("<value><struct/></value>", Ok(Vec::new().into())),
            (
                "<value><struct><member><name>a</name><value>1</value></member><member><value>2</value></member></struct></value>",
                Ok(SoapStruct::new().with("a", "1").into()),
            ),
            ("", Err(633)),
        ] {
            assert_eq!(asked(value), expected, "{value}");
        }
    }

    #[test]
    fn what_is_no_request_is_told() {
        for (body, code) in [
            ("", 630),
            ("0", 630),
            ("hello", 632),
            (" \n", 632),
            ("\n<?xml version=\"1.0\"?><a><methodName>x</methodName></a>", 632),
            ("<a><methodName>x</methodName></a>x", 632),
            ("<a/>", 632),
            ("<!DOCTYPE a [<!ENTITY b \"c\">]><a><methodName>x</methodName></a>", 631),
        ] {
            assert_eq!(read(body.as_bytes()).map_err(|fault| fault.code), Err(code), "{body}");
        }
        let read = read(b"<?xml version=\"1.0\"?>\n<!DOCTYPE a>\n<a><methodName>nosuch</methodName></a>").unwrap();
        assert_eq!(
            read.resolve().map_err(|fault| (fault.code, fault.text)).unwrap_err(),
            (620, "Method \"nosuch\" does not exist".to_owned())
        );
    }

    #[test]
    fn parameters_must_be_those_of_a_signature() {
        let text = || SoapValue::from("x");
        for (method, parameters, is_known) in [
            ("login", vec![text()], true),
            ("login", vec![text(), SoapValue::Nil], false),
            ("call", vec![text(), text(), Vec::new().into()], true),
            ("call", vec![text(), text(), SoapStruct::new().with("a", "b").into()], false),
            ("call", vec![text(), SoapValue::Int(5)], false),
            ("startSession", vec![], true),
        ] {
            let resolved = Request::within(method, parameters.clone()).resolve();
            assert_eq!(resolved.is_ok(), is_known, "{method} {parameters:?}");
        }
    }

    #[test]
    fn values_are_written_as_zend_writes_them() {
        for (value, expected) in [
            (SoapValue::Double(3.0), "<double>3.</double>"),
            (SoapValue::Double(24.99), "<double>24.99</double>"),
            ("a \"b\" 'c' & <d>".into(), "<string>a &quot;b&quot; 'c' &amp; &lt;d&gt;</string>"),
            (SoapStruct::new().into(), "<array><data/></array>"),
            (
                SoapStruct::new().with("1", "x").into(),
                "<struct><member><name>1</name><value><string>x</string></value></member></struct>",
            ),
            (SoapStruct::new().with("0", SoapValue::Nil).into(), "<array><data><value><nil/></value></data></array>"),
        ] {
            let mut out = String::new();
            write_value(&mut out, &value);
            assert_eq!(out, format!("<value>{expected}</value>"));
        }
    }
}

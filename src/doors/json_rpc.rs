//! JSON-RPC as `Zend_Json_Server` reads and writes it: one request, no batches, ids that become texts.

use serde_json::{Map, Value};

use crate::soap::version1::as_list;
use crate::soap::{SoapStruct, SoapValue};
use crate::xml::limits::REQUEST_ELEMENTS_MAX;

/// A request of JSON-RPC, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// The method; empty when there is none.
    pub method: String,
    /// Parameters by position, or by name.
    pub parameters: Parameters,
    /// How it is answered.
    pub envelope: Envelope,
}

/// The parameters of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameters {
    /// The parameters by their position.
    Positional(Vec<SoapValue>),
    /// The parameters by their names.
    Named(SoapStruct),
}

impl Default for Parameters {
    fn default() -> Self {
        Self::Positional(Vec::new())
    }
}

/// What an answer repeats of its request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The id as a text; `None` when there was none.
    pub id: Option<String>,
    /// Whether the request said 2.0.
    pub is_version_2: bool,
}

/// Why a request is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRequest {
    /// It cannot be parsed: Magento answers its error page.
    Unparsable,
    /// It is no object, or its parameters are none: PHP's error, an empty answer.
    NotAnArray,
    /// The method's name is not one.
    Invalid,
}

/// Nesting of a request; PHP allows more, and no call needs it.
const DEPTH_MAX: usize = 64;

/// Reads a request of as many keys and values as a document may have elements. Without a body, or with an empty list, it is one without a method.
///
/// # Errors
/// [`NoRequest`], with what is known of the envelope by then.
pub fn read(body: &[u8]) -> Result<Request, (NoRequest, Envelope)> {
    let nothing = |why| (why, Envelope::default());
    if body.is_empty() {
        return Ok(Request::default());
    }
    if crate::bounded::json_nodes(body) > REQUEST_ELEMENTS_MAX {
        return Err(nothing(NoRequest::Unparsable));
    }
    let read: Value = serde_json::from_slice(body).map_err(|_| nothing(NoRequest::Unparsable))?;
    let members = match read {
        Value::Object(members) => members,
        Value::Array(_) => return Ok(Request::default()),
        _ => return Err(nothing(NoRequest::NotAnArray)),
    };
    let envelope =
        Envelope { id: members.get("id").map(id_text), is_version_2: members.get("jsonrpc").is_some_and(is_version_2) };
    let method = match members.get("method") {
        None => String::new(),
        Some(Value::String(name)) if is_name(name) => name.clone(),
        Some(_) => return Err((NoRequest::Invalid, envelope)),
    };
    let parameters = match members.get("params") {
        None => Parameters::default(),
        Some(Value::Array(items)) => {
            let items = items.iter().map(|item| value_of(item, 0)).collect::<Option<Vec<_>>>();
            Parameters::Positional(items.ok_or_else(|| nothing(NoRequest::Unparsable))?)
        }
        Some(Value::Object(members)) => {
            Parameters::Named(record_of(members, 0).ok_or_else(|| nothing(NoRequest::Unparsable))?)
        }
        Some(_) => return Err(nothing(NoRequest::NotAnArray)),
    };
    Ok(Request { method, parameters, envelope })
}

/// `/^[a-z][a-z0-9_.]*$/i`
fn is_name(name: &str) -> bool {
    let mut letters = name.bytes();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

fn is_version_2(value: &Value) -> bool {
    match value {
        Value::String(text) => text == "2.0",
        Value::Number(number) => number.as_f64() == Some(2.0),
        _ => false,
    }
}

/// PHP's text of an id.
fn id_text(id: &Value) -> String {
    match id {
        Value::Null => String::new(),
        Value::Bool(on) => if *on { "1" } else { "" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => "Array".to_owned(),
    }
}

fn value_of(value: &Value, depth: usize) -> Option<SoapValue> {
    if depth > DEPTH_MAX {
        return None;
    }
    Some(match value {
        Value::Null => SoapValue::Nil,
        Value::Bool(on) => (*on).into(),
        Value::Number(number) => match number.as_i64() {
            Some(number) => number.into(),
            None => number.as_f64().unwrap_or_default().into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => items.iter().map(|item| value_of(item, depth + 1)).collect::<Option<Vec<_>>>()?.into(),
        Value::Object(members) => {
            let members = record_of(members, depth)?;
            match as_list(&members) {
                Some(items) => items.into(),
                None => members.into(),
            }
        }
    })
}

/// An object, of which PHP makes an array.
fn record_of(members: &Map<String, Value>, depth: usize) -> Option<SoapStruct> {
    let mut record = SoapStruct::new();
    for (name, value) in members {
        record.set(name.as_str(), value_of(value, depth + 1)?);
    }
    Some(record.into_array())
}

/// Writes an answer.
pub fn write(envelope: &Envelope, value: &SoapValue) -> Vec<u8> {
    let mut out = String::with_capacity(1024);
    out.push_str("{\"result\":");
    write_value(&mut out, value);
    close(out, envelope)
}

/// Writes an error. Zend has room for its own codes only; of Magento's faults the text is left.
pub fn write_error(envelope: &Envelope, code: i64, text: &str) -> Vec<u8> {
    let mut out = format!("{{\"error\":{{\"code\":{code},\"message\":");
    write_text(&mut out, text);
    out.push_str(if code == INVALID_REQUEST { ",\"data\":null}" } else { ",\"data\":{}}" });
    close(out, envelope)
}

/// The code of every fault that the handler raises.
pub const SERVER_ERROR: i64 = -32_000;
/// The code of a request whose method has no name.
pub const INVALID_REQUEST: i64 = -32_600;

fn close(mut out: String, envelope: &Envelope) -> Vec<u8> {
    out.push_str(",\"id\":");
    match &envelope.id {
        Some(id) => write_text(&mut out, id),
        None => out.push_str("null"),
    }
    if envelope.is_version_2 {
        out.push_str(",\"jsonrpc\":\"2.0\"");
    }
    out.push('}');
    out.into_bytes()
}

fn write_value(out: &mut String, value: &SoapValue) {
    match value {
        SoapValue::Nil => out.push_str("null"),
        SoapValue::Bool(on) => out.push_str(if *on { "true" } else { "false" }),
        SoapValue::Int(number) => out.push_str(&number.to_string()),
        SoapValue::Double(number) => out.push_str(&format!("{number:?}")),
        SoapValue::Text(text) => write_text(out, &crate::xml::writer::mark_forbidden(text)),
        SoapValue::List(items) => write_items(out, items),
        SoapValue::Struct(members) => match as_list(members) {
            Some(items) => write_items(out, &items),
            None => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    write_text(out, name);
                    out.push(':');
                    write_value(out, value);
                }
                out.push('}');
            }
        },
    }
}

fn write_items(out: &mut String, items: &[SoapValue]) {
    out.push('[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_value(out, item);
    }
    out.push(']');
}

/// A text as PHP's `json_encode` writes it: slashes and all that is not ASCII escaped.
fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(c),
            _ => {
                let mut units = [0_u16; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_become_texts_and_the_version_is_repeated() {
        for (body, expected) in [
            (r#"{"jsonrpc":"2.0","method":"a","id":1}"#, r#"{"result":true,"id":"1","jsonrpc":"2.0"}"#),
            (r#"{"jsonrpc":2.0,"method":"a","id":1.5}"#, r#"{"result":true,"id":"1.5","jsonrpc":"2.0"}"#),
            (r#"{"method":"a","id":{"a":1}}"#, r#"{"result":true,"id":"Array"}"#),
            (r#"{"method":"a","id":null}"#, r#"{"result":true,"id":""}"#),
            (r#"{"jsonrpc":"1.0","method":"a"}"#, r#"{"result":true,"id":null}"#),
        ] {
            let request = read(body.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(write(&request.envelope, &true.into())).unwrap(), expected, "{body}");
        }
    }

    #[test]
    fn what_is_no_request_is_told() {
        for (body, expected) in [
            ("{", NoRequest::Unparsable),
            ("\u{feff}{}", NoRequest::Unparsable),
            ("null", NoRequest::NotAnArray),
            (r#"{"method":"a","params":"x"}"#, NoRequest::NotAnArray),
            (r#"{"method":"a-b"}"#, NoRequest::Invalid),
            (r#"{"method":5}"#, NoRequest::Invalid),
        ] {
            assert_eq!(read(body.as_bytes()).unwrap_err().0, expected, "{body}");
        }
        for body in ["", "[]", "{}"] {
            assert_eq!(read(body.as_bytes()).unwrap().method, "", "{body}");
        }
    }

    #[test]
    fn a_request_has_so_many_values() {
        let body = |items: usize| format!(r#"{{"method":"a","params":[{}0]}}"#, "0,".repeat(items));
        assert!(read(body(REQUEST_ELEMENTS_MAX - 10).as_bytes()).is_ok());
        assert_eq!(read(body(REQUEST_ELEMENTS_MAX).as_bytes()).unwrap_err().0, NoRequest::Unparsable);
        let text = format!(r#"{{"method":"a","params":["{}"]}}"#, ",".repeat(REQUEST_ELEMENTS_MAX * 2));
        assert!(read(text.as_bytes()).is_ok(), "what stands in a text is one value");
    }

    #[test]
    fn texts_are_escaped_as_php_escapes_them() {
        let mut out = String::new();
        write_value(&mut out, &"a/\"ü\u{1f600}\n".into());
        assert_eq!(out, r#""a\/\"\u00fc\ud83d\ude00\n""#);
        out.clear();
        write_value(&mut out, &vec![SoapValue::Double(3.0), SoapStruct::new().into()].into());
        assert_eq!(out, "[3.0,[]]");
    }
}

//! Requests: bytes to values, with what Zend makes of each type.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::{Fault, Request};
use crate::soap::value::leading_int;
use crate::soap::version1::as_list;
use crate::soap::{SoapStruct, SoapValue};
use crate::xml::writer::escape_text;
use crate::xml::{self, Element, Limits, TextForm};

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
    let Some(typed) = value.children.first() else {
        return (value.text.len() <= UNTAGGED_BYTES_MAX).then(|| ("string", untagged(value).into()));
    };
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

/// A text without a type is no longer than this: its markup takes up to five times as much.
const UNTAGGED_BYTES_MAX: usize = 4 * 1024 * 1024;

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

/// The number that a text begins with, which PHP's `(float)` reads; looked at once, however long it is.
fn double(text: &str) -> f64 {
    let text = text.trim_start();
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits(sign);
    let mut end = sign + whole;
    let mut has_digits = whole > 0;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        has_digits |= fraction > 0;
        end += 1 + fraction;
    }
    if !has_digits {
        return 0.0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        end += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    text[..end].parse().ok().filter(|number: &f64| number.is_finite()).unwrap_or(0.0)
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
    fn a_number_is_what_a_text_begins_with() {
        for (text, expected) in [
            ("", 0.0),
            ("1", 1.0),
            (" -1.50x", -1.5),
            ("+.5", 0.5),
            ("5.", 5.0),
            (".", 0.0),
            ("-", 0.0),
            ("1e3", 1000.0),
            ("1e", 1.0),
            ("1e+x", 1.0),
            ("2E-1.5", 0.2),
            ("1.2.3", 1.2),
            ("inf", 0.0),
            ("nan", 0.0),
            ("1e999", 0.0),
        ] {
            assert_eq!(double(text), expected, "{text}");
        }
        // Each beginning of it was tried once, which took hours.
        assert_eq!(double(&format!("{}{}", "0".repeat(2_000_000), "x".repeat(2_000_000))), 0.0);
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
}

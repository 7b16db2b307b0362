//! Answers: values to bytes, byte by byte as Zend writes them.

use super::Fault;
use crate::soap::record::Member;
use crate::soap::version1::as_list;
use crate::soap::{SoapStruct, SoapValue};
use crate::xml::writer::{escape_text, mark_forbidden, put};

const PROLOG: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The bytes of an answer with this value.
pub fn write(value: &SoapValue) -> Vec<u8> {
    let mut out = String::with_capacity(4096);
    put(&mut out, &[PROLOG, "<methodResponse><params><param>"]);
    write_value(&mut out, value);
    out.push_str("</param></params></methodResponse>");
    out.into_bytes()
}

/// The bytes of an answer that is a fault.
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
        SoapValue::Text(text) => write_text(out, text),
        SoapValue::List(items) => write_items(out, items),
        SoapValue::Struct(members) => match as_list(members) {
            Some(items) => write_items(out, &items),
            None => {
                out.push_str("<struct>");
                for (name, member) in members.members() {
                    put(out, &["<member><name>", &escaped(name), "</name>"]);
                    match member {
                        Member::Value(value) => write_value(out, value),
                        Member::Text(text) => {
                            out.push_str("<value>");
                            write_text(out, text);
                            out.push_str("</value>");
                        }
                        Member::Nil => out.push_str("<value><nil/></value>"),
                    }
                    out.push_str("</member>");
                }
                out.push_str("</struct>");
            }
        },
    }
    out.push_str("</value>");
}

fn write_text(out: &mut String, text: &str) {
    put(out, &["<string>", &escaped(text), "</string>"]);
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
    // What begins otherwise than these is a control, or may be a character that XML forbids.
    let is_plain = |byte: u8| byte >= b' ' && !matches!(byte, b'&' | b'<' | b'>' | b'"' | 0xEF);
    if text.bytes().all(is_plain) {
        return text.into();
    }
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

//! Answers: values to bytes, byte by byte as Zend writes them.

use super::Fault;
use crate::soap::layout::{Columns, Layouts, Place};
use crate::soap::record::Member;
use crate::soap::version1::is_list;
use crate::soap::{SoapStruct, SoapValue};
use crate::xml::writer::{escape_text, is_plain, mark_forbidden, put, reserve_for_more};

const PROLOG: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The bytes of an answer with this value.
pub fn write(value: &SoapValue) -> Vec<u8> {
    document("<methodResponse><params><param>", value, "</param></params></methodResponse>")
}

/// The bytes of an answer that is a fault.
pub fn write_fault(fault: &Fault) -> Vec<u8> {
    document("<methodResponse><fault>", &fault_value(fault), "</fault></methodResponse>")
}

fn document(before: &str, value: &SoapValue, behind: &str) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.out.reserve(512);
    put(&mut writer.out, &[PROLOG, before]);
    writer.value(value);
    writer.out.push_str(behind);
    writer.out.into_bytes()
}

/// A fault as a value, as it stands among many answers.
pub fn fault_value(fault: &Fault) -> SoapValue {
    SoapStruct::new().with("faultCode", fault.code).with("faultString", fault.text.as_str()).into()
}

#[derive(Default)]
struct Writer<'a> {
    out: String,
    /// What stands before the members of structs, and where they are.
    layouts: Layouts<Vec<(String, Place)>>,
    columns: Columns<'a>,
}

impl<'a> Writer<'a> {
    fn value(&mut self, value: &'a SoapValue) {
        self.out.push_str("<value>");
        match value {
            SoapValue::Nil => self.out.push_str("<nil/>"),
            SoapValue::Bool(on) => put(&mut self.out, &["<boolean>", if *on { "1" } else { "0" }, "</boolean>"]),
            SoapValue::Int(number) => put(&mut self.out, &["<int>", &number.to_string(), "</int>"]),
            SoapValue::Double(number) => put(&mut self.out, &["<double>", &double_text(*number), "</double>"]),
            SoapValue::Text(text) => self.text(text),
            SoapValue::List(items) => self.items(items.iter(), items.len()),
            SoapValue::Struct(members) if is_list(members) => {
                self.items(members.iter().map(|(_, value)| value), members.len());
            }
            SoapValue::Struct(members) => self.members(members),
        }
        self.out.push_str("</value>");
    }

    fn members(&mut self, members: &'a SoapStruct) {
        let named = |(name, place)| (format!("<member><name>{}</name>", escaped(name)), place);
        let places = self.layouts.find(0, members, || members.places().map(named).collect());
        let columns = self.columns.read(members);
        self.out.push_str("<struct>");
        for (name, place) in places.iter() {
            self.out.push_str(name);
            match members.at(*place, &columns) {
                Member::Value(value) => self.value(value),
                Member::Text(text) => {
                    self.out.push_str("<value>");
                    self.text(text);
                    self.out.push_str("</value>");
                }
                Member::Nil => self.out.push_str("<value><nil/></value>"),
            }
            self.out.push_str("</member>");
        }
        self.out.push_str("</struct>");
        self.columns.give_back(columns);
    }

    fn text(&mut self, text: &str) {
        put(&mut self.out, &["<string>", &escaped(text), "</string>"]);
    }

    fn items(&mut self, items: impl Iterator<Item = &'a SoapValue>, count: usize) {
        if count == 0 {
            self.out.push_str("<array><data/></array>");
            return;
        }
        self.out.push_str("<array><data>");
        let opened = self.out.len();
        for (at, item) in items.enumerate() {
            reserve_for_more(&mut self.out, opened, at, count);
            self.value(item);
        }
        self.out.push_str("</data></array>");
    }
}

/// `XMLWriter` escapes double quotes in texts too.
fn escaped(text: &str) -> std::borrow::Cow<'_, str> {
    if is_plain(text) && !text.contains('"') {
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
            let mut writer = Writer::default();
            writer.value(&value);
            assert_eq!(writer.out, format!("<value>{expected}</value>"));
        }
    }
}

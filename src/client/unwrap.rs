//! What the reference client makes of decoded answers: WS-I unwrapping, lists, characters that cannot be printed. Sync
//! spec, sections 2.2, 3.2 and 3.3.

use std::borrow::Cow;

use crate::quirk::{Quirk, Quirks};
use crate::soap::document_literal::LIST_ITEM;
use crate::soap::{SoapStruct, SoapValue};

/// Takes the wrapper off a WS-I answer. A `result` of false or 0 stays what it is; with Q-27 the wrapper itself is
/// returned, which looks like success.
pub fn unwrap(answer: SoapValue, quirks: &Quirks) -> SoapValue {
    let SoapValue::Struct(wrapper) = &answer else { return SoapValue::Nil };
    let Some(result) = wrapper.get("result") else { return unwrap_members(answer) };
    if result.is_truthy() || !quirks.has(Quirk::FalseResultLooksTrue) {
        return nested(result.clone());
    }
    unwrap_members(answer)
}

fn nested(value: SoapValue) -> SoapValue {
    let value = match value {
        SoapValue::Struct(mut members) if members.get(LIST_ITEM).is_some() => {
            members.remove(LIST_ITEM).unwrap_or_default()
        }
        other => other,
    };
    match value {
        SoapValue::List(items) => items.into_iter().map(unwrap_members).collect::<Vec<_>>().into(),
        other => unwrap_members(other),
    }
}

fn unwrap_members(value: SoapValue) -> SoapValue {
    match value {
        SoapValue::Struct(members) => {
            let unwrapped = members.into_iter().map(|(name, member)| match member {
                SoapValue::Struct(_) | SoapValue::List(_) => (name, nested(member)),
                scalar => (name, scalar),
            });
            unwrapped.collect::<SoapStruct>().into()
        }
        other => other,
    }
}

/// A list of records out of whatever form it came in: a list, one record, nothing (sync spec 3.3).
pub fn collection(value: SoapValue) -> Vec<SoapStruct> {
    match value {
        SoapValue::List(items) => items
            .into_iter()
            .filter_map(|item| match item {
                SoapValue::Struct(record) => Some(record),
                _ => None,
            })
            .collect(),
        SoapValue::Struct(record) if !record.is_empty() => vec![record],
        _ => Vec::new(),
    }
}

/// Whether a character survives the reference client's filter: everything printable, blanks and line feeds.
fn is_printable(c: char) -> bool {
    match c {
        '\n' => true,
        '\u{61c}' | '\u{180e}' | '\u{2066}'..='\u{2069}' => false,
        other => !other.is_control(),
    }
}

/// Whether no character that is filtered out has this byte: most answers consist of such bytes alone. The others are C0
/// and DEL, and the first bytes of C1, U+061C, U+180E and U+2066 to U+2069.
fn is_surely_printable(byte: u8) -> bool {
    !matches!(byte, 0x00..=0x09 | 0x0b..=0x1f | 0x7f | 0xc2 | 0xd8 | 0xe1 | 0xe2)
}

/// Strips texts of what cannot be printed.
pub(super) fn printable(value: SoapValue) -> SoapValue {
    match value {
        SoapValue::Text(text) if !text.chars().all(is_printable) => {
            SoapValue::Text(text.chars().filter(|c| is_printable(*c)).collect())
        }
        SoapValue::List(items) => items.into_iter().map(printable).collect::<Vec<_>>().into(),
        SoapValue::Struct(members) => {
            members.into_iter().map(|(name, member)| (name, printable(member))).collect::<SoapStruct>().into()
        }
        other => other,
    }
}

/// The same for a raw answer; bytes that are no UTF-8 are left to the XML reader, which names the encoding.
pub(super) fn printable_bytes(body: &[u8]) -> Cow<'_, [u8]> {
    // Blocks without an early way out are looked through many bytes at a time.
    if body.chunks(256).all(|block| block.iter().fold(true, |all, byte| all & is_surely_printable(*byte))) {
        return Cow::Borrowed(body);
    }
    match std::str::from_utf8(body) {
        Ok(text) if !text.chars().all(is_printable) => {
            Cow::Owned(text.chars().filter(|c| is_printable(*c)).collect::<String>().into_bytes())
        }
        _ => Cow::Borrowed(body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn value(json: Value) -> SoapValue {
        match json {
            Value::Null => SoapValue::Nil,
            Value::Bool(b) => b.into(),
            Value::Number(n) => n.as_i64().map_or_else(|| n.as_f64().unwrap().into(), SoapValue::from),
            Value::String(text) => text.into(),
            Value::Array(items) => items.into_iter().map(value).collect::<Vec<_>>().into(),
            Value::Object(members) => members.into_iter().map(|(k, v)| (k, value(v))).collect::<SoapStruct>().into(),
        }
    }

    /// Vectors 1 to 9 of the sync spec.
    #[test]
    fn ws_i_answers_are_unwrapped_as_the_reference_client_does() {
        let reference = Quirks::default().with(Quirk::FalseResultLooksTrue, true);
        for (wire, expected) in [
            (json!(false), json!(null)),
            (json!({"result": {"entity_id": 123, "subtotal": 123.32}}), json!({"entity_id": 123, "subtotal": 123.32})),
            (json!({"result": {"complexObjectArray": [{"entity_id": 123}]}}), json!([{"entity_id": 123}])),
            (json!({"result": {"complexObjectArray": {"entity_id": 123}}}), json!({"entity_id": 123})),
            (
                json!({"result": {"entity_id": 123, "items": {"complexObjectArray": [{"id": 12}, {"id": 13}]}}}),
                json!({"entity_id": 123, "items": [{"id": 12}, {"id": 13}]}),
            ),
            (json!({"result": "someId"}), json!("someId")),
            (json!({"result": false}), json!({"result": false})),
            (json!({"result": 0}), json!({"result": 0})),
            (json!({"result": {}}), json!({})),
            (json!({"result": {"street": {"complexObjectArray": "Main 1"}}}), json!({"street": "Main 1"})),
        ] {
            assert_eq!(unwrap(value(wire.clone()), &reference), value(expected), "{wire}");
        }
        assert_eq!(unwrap(value(json!({"result": false})), &Quirks::default()), SoapValue::Bool(false));
    }

    /// Vectors 8, 10 and 11; a record whose members are numbers is still one record.
    #[test]
    fn collections_come_out_as_lists_whatever_went_in() {
        for (input, rows) in [
            (json!({"a": 1}), 1),
            (json!({"5": {"a": 1}, "6": {"a": 2}}), 1),
            (json!([{"a": 1}]), 1),
            (json!(null), 0),
            (json!("x"), 0),
            (json!([]), 0),
            (json!({}), 0),
            (json!([{"a": 1}, {"a": 2}]), 2),
        ] {
            assert_eq!(collection(value(input.clone())).len(), rows, "{input}");
        }
    }

    #[test]
    fn the_shortcut_over_bytes_skips_nothing_that_is_filtered_out() {
        for c in ('\0'..=char::MAX).filter(|c| !is_printable(*c)) {
            let text = c.to_string();
            assert!(text.bytes().any(|byte| !is_surely_printable(byte)), "{:?}", c);
            assert_eq!(*printable_bytes(text.as_bytes()), *b"", "{:?}", c);
        }
        assert_eq!(*printable_bytes("Zürich\n東京".as_bytes()), *"Zürich\n東京".as_bytes());
    }

    /// Vector 87.
    #[test]
    fn of_the_control_characters_only_the_line_feed_stays() {
        assert_eq!(printable("\ta\nb\u{b}\u{c}\r c\u{2066}".into()), SoapValue::from("a\nb c"));
    }
}

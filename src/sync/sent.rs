//! What an export sent before, and what of it comes back. A run that dies after its call never learns what came of it; when
//! the row was edited again since, the shop holds neither what the CRM knew nor what it wants now, but the CRM's own edit
//! between the two. That is no edit of the shop, and a new record that comes back so is the CRM's own. Pure.

use crate::crm::export_queue::SentFields;
use crate::soap::{SoapStruct, SoapValue};

/// What leaves, to be remembered. No password is.
pub(super) fn fields(data: &SoapStruct) -> SentFields {
    let is_kept = |name: &str| !name.contains("password");
    data.iter().filter(|(name, _)| is_kept(name)).map(|(name, value)| (name.to_owned(), text(value))).collect()
}

/// The one field that is lines.
const LINES: &str = "street";

/// What was sent, as a record again: of texts, and lines where an export has lines.
pub(super) fn record(sent: &SentFields) -> SoapStruct {
    let value = |name: &str, text: &str| match name {
        LINES => SoapValue::List(text.split('\n').map(SoapValue::from).collect()),
        _ => SoapValue::from(text),
    };
    sent.iter().map(|(name, text)| (name.as_str(), value(name, text))).collect()
}

/// The record before the edit, with what Magento holds now wherever that was sent from here. Nothing when nothing was
/// changed and nothing comes back.
pub(super) fn come_back(
    sent: &[SentFields],
    before: Option<&SoapStruct>,
    local: &SoapStruct,
    held: &SoapStruct,
) -> Option<SoapStruct> {
    let is_ours = |name: &str, value: &SoapValue| {
        sent.iter().any(|attempt| attempt.get(name).is_some_and(|was| *was == text(value)))
    };
    let mut ours = held.iter().filter(|(name, value)| is_ours(name, value)).peekable();
    if before.is_none() && ours.peek().is_none() {
        return None;
    }
    let mut before = before.unwrap_or(local).clone();
    for (name, value) in ours {
        before.set(name, value.clone());
    }
    Some(before)
}

/// A value as text; what is empty in any way is the empty text.
fn text(value: &SoapValue) -> String {
    match value {
        SoapValue::Nil => String::new(),
        SoapValue::Bool(flag) => if *flag { "1" } else { "" }.to_owned(),
        SoapValue::List(items) => items.iter().map(text).collect::<Vec<_>>().join("\n"),
        other => other.to_text().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record_of(fields: &[(&str, &str)]) -> SoapStruct {
        fields.iter().map(|(name, value)| (*name, SoapValue::from(*value))).collect()
    }

    #[test]
    fn what_was_sent_and_comes_back_is_no_edit_of_the_shop() {
        let (was, now) =
            (record_of(&[("lastname", "Lee"), ("dob", "")]), record_of(&[("lastname", "Fox"), ("dob", "")]));
        let sent = [fields(&record_of(&[("lastname", "Ray"), ("password", "s3cret")]))];
        assert!(!sent[0].contains_key("password"));
        for (held, before, expected) in [
            ("Ray", Some(&was), Some("Ray")),
            ("Lee", Some(&was), Some("Lee")),
            // Somebody else has been there.
            ("Poe", Some(&was), Some("Lee")),
            // The edit was taken back, so that no change is recorded.
            ("Ray", None, Some("Ray")),
            ("Lee", None, None),
        ] {
            let held = record_of(&[("lastname", held), ("dob", "")]);
            let found = come_back(&sent, before, &now, &held);
            assert_eq!(found.as_ref().and_then(|record| record.text("lastname")).as_deref(), expected);
        }
    }

    #[test]
    fn lines_of_a_street_and_what_is_empty_compare_as_texts() {
        let street = |lines: &[&str]| {
            let lines: Vec<SoapValue> = lines.iter().map(|line| SoapValue::from(*line)).collect();
            SoapStruct::new().with("street", lines).with("is_default_billing", false).with("company", SoapValue::Nil)
        };
        let sent = [fields(&street(&["1 Main St", "Flat 2"]))];
        let (was, now) = (street(&["1 Side St"]), street(&["3 Main St"]));
        let found = come_back(&sent, Some(&was), &now, &street(&["1 Main St", "Flat 2"])).unwrap();
        assert_eq!(found.get("street"), street(&["1 Main St", "Flat 2"]).get("street"));
        assert_eq!(record(&sent[0]).get("street"), found.get("street"));
    }
}

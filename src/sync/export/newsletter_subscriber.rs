//! A newsletter subscriber as `subscriberData` (sync spec 8.3).

use super::{key, text};
use crate::crm::CrmValue;
use crate::soap::SoapStruct;
use crate::sync::convert::Record;

/// The arguments of create and update, with the status that is wanted. Nobody's customer and the admin store are 0.
pub fn subscriber(record: &Record, status: &str) -> SoapStruct {
    let changed_at = match record.value("changeStatusAt") {
        Some(CrmValue::DateTime(at)) => crate::datetime::to_sql(*at),
        _ => String::new(),
    };
    let or_zero = |id: String| if id.is_empty() { "0".to_owned() } else { id };
    let data = SoapStruct::new()
        .with("subscriber_id", text(record, "originId"))
        .with("change_status_at", changed_at)
        .with("customer_id", or_zero(key(record, "customer")))
        .with("subscriber_email", text(record, "email"))
        .with("subscriber_status", status);
    let code = text(record, "confirmCode");
    let data = if code.is_empty() { data } else { data.with("subscriber_confirm_code", code) };
    data.with("store_id", or_zero(key(record, "store")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quirk::Quirks;
    use crate::sync::convert::newsletter_subscriber;

    #[test]
    fn a_known_subscriber_goes_out_as_it_came_in() {
        // The reference client's export of a recorded subscriber.
        let row = SoapStruct::new()
            .with("subscriber_id", "26")
            .with("store_id", "2")
            .with("change_status_at", "2026-11-10 10:07:27")
            .with("customer_id", "0")
            .with("subscriber_email", "sub25@example.net")
            .with("subscriber_status", "2");
        let record = newsletter_subscriber::subscriber(&row, &Quirks::default()).unwrap();
        let sent = serde_json::to_string(&subscriber(&record, "2")).unwrap();
        assert_eq!(
            sent,
            r#"{"subscriber_id":"26","change_status_at":"2026-11-10 10:07:27","customer_id":"0","subscriber_email":"sub25@example.net","subscriber_status":"2","store_id":"2"}"#
        );
    }

    #[test]
    fn a_new_subscriber_has_no_id_and_no_date() {
        let mut record = Record::default();
        record.values.insert("email", "new@example.com".into());
        let sent = subscriber(&record, "1");
        let members = ["subscriber_id", "change_status_at", "customer_id", "store_id"].map(|name| sent.text(name));
        assert_eq!(members, ["", "", "0", "0"].map(|text| Some(text.to_owned())));
        assert!(sent.get("subscriber_confirm_code").is_none());
    }
}

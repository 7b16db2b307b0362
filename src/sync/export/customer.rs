//! A customer as `customerData` (sync spec 8.3). The order of the members is the reference client's: its merge quirk
//! depends on it.

use super::{key, put_texts, text};
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::convert::Record;

/// The arguments of create and update.
pub fn customer(record: &Record) -> SoapStruct {
    let mut data = SoapStruct::new();
    put_texts(&mut data, record, &[("email", "email"), ("firstname", "firstName"), ("lastname", "lastName")]);
    data.set("group_id", key(record, "group"));
    put_texts(
        &mut data,
        record,
        &[("prefix", "namePrefix"), ("suffix", "nameSuffix"), ("dob", "birthday"), ("taxvat", "vat")],
    );
    data.set("gender", gender(record));
    put_texts(&mut data, record, &[("middlename", "middleName"), ("customer_id", "originId")]);
    data.set("store_id", key(record, "store"));
    data.set("website_id", key(record, "website"));
    data.set("created_in", text(record, "createdIn"));
    let password = text(record, "password");
    if !password.is_empty() {
        data.set("password", password);
    }
    data
}

fn gender(record: &Record) -> SoapValue {
    match record.text("gender") {
        Some("male") => SoapValue::Int(1),
        Some("female") => SoapValue::Int(2),
        Some(other) => other.into(),
        None => "".into(),
    }
}

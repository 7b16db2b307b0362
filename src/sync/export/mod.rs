//! CRM records in the shape Magento takes them, one file per entity (sync spec 8.3). Pure. The merge with what Magento
//! holds is in `merge`; who calls what is in `driver`.

use super::convert::Record;
use crate::crm::CrmValue;
use crate::soap::{SoapStruct, SoapValue};

pub mod address;
pub mod customer;
pub mod newsletter_subscriber;

/// A field as text, null as the empty text, as nearly all of Magento's arguments are sent.
fn text(record: &Record, field: &str) -> String {
    match record.value(field) {
        Some(CrmValue::Text(text)) => text.clone(),
        Some(CrmValue::Int(n)) => n.to_string(),
        Some(CrmValue::Date(day)) => day.to_string(),
        Some(CrmValue::Bool(flag)) => i64::from(*flag).to_string(),
        Some(CrmValue::Decimal(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// Magento's key of a relation as text.
fn key(record: &Record, field: &str) -> String {
    record.link(field).map_or_else(String::new, |id| id.to_string())
}

/// Puts `(Magento's name, CRM name)` pairs of plain texts into the arguments.
fn put_texts(arguments: &mut SoapStruct, record: &Record, fields: &[(&str, &str)]) {
    for (to, from) in fields {
        arguments.set(*to, SoapValue::Text(text(record, from)));
    }
}

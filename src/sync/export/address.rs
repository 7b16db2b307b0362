//! A customer's address as `addressData` (sync spec 8.3), members in the reference client's order.

use super::{key, put_texts, text};
use crate::crm::{CrmValue, OriginId};
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::convert::Record;

/// Fields the priority decides although no change of them is recorded (sync spec 8.5).
pub const ADDITIONAL: &[&str] = &["is_default_shipping", "is_default_billing"];

/// The arguments of create and update; `owner` is the customer's id in Magento.
pub fn address(record: &Record, owner: Option<OriginId>) -> SoapStruct {
    let mut data = SoapStruct::new();
    put_texts(
        &mut data,
        record,
        &[
            ("firstname", "firstName"),
            ("lastname", "lastName"),
            ("middlename", "middleName"),
            ("prefix", "namePrefix"),
            ("suffix", "nameSuffix"),
            ("region", "regionText"),
        ],
    );
    data.set("region_id", key(record, "region"));
    put_texts(
        &mut data,
        record,
        &[
            ("country_id", "country"),
            ("postcode", "postalCode"),
            ("telephone", "phone"),
            ("company", "organization"),
            ("city", "city"),
        ],
    );
    let second = text(record, "street2");
    if second.is_empty() {
        // The reference client leaves this stray member; no type knows it, so it is never sent.
        data.set("street2", "");
    }
    data.set("customer_address_id", text(record, "originId"));
    data.set("customer_id", owner.map_or_else(String::new, |id| id.to_string()));
    data.set("street", street(&text(record, "street"), &second));
    for (flag, name) in [("is_default_billing", "billing"), ("is_default_shipping", "shipping")] {
        data.set(flag, has_type(record, name));
    }
    data
}

/// The lines that are not empty; an empty text when there are none.
fn street(first: &str, second: &str) -> SoapValue {
    let lines: Vec<SoapValue> =
        first.split('\n').chain(second.split('\n')).filter(|line| !line.is_empty()).map(SoapValue::from).collect();
    if lines.is_empty() { "".into() } else { SoapValue::List(lines) }
}

/// Only the first two types count.
fn has_type(record: &Record, name: &str) -> bool {
    match record.value("types") {
        Some(CrmValue::TextList(types)) => types.iter().take(2).any(|t| t == name),
        _ => false,
    }
}

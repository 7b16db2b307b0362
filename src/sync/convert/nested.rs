//! Lists inside a record, which WS-I may deliver as a single record.

use super::RowError;
use crate::quirk::{Quirk, Quirks};
use crate::soap::{SoapStruct, SoapValue};

/// A collection as list, single record (a WS-I list of one) or nothing (sync spec 3.3).
pub(crate) fn collection(value: &SoapValue) -> Vec<SoapStruct> {
    match value {
        SoapValue::List(items) => items.iter().filter_map(SoapValue::as_struct).cloned().collect(),
        SoapValue::Struct(single) if !single.is_empty() => vec![single.clone()],
        _ => Vec::new(),
    }
}

/// The same for a nested list which the reference client never wraps: a single record kills its conversion.
pub(super) fn listed(field: &str, value: &SoapValue, quirks: &Quirks) -> Result<Vec<SoapStruct>, RowError> {
    let is_single = value.as_struct().is_some_and(|single| !single.is_empty());
    if is_single && quirks.has(Quirk::SingleElementNotNormalised) {
        return Err(RowError::Value { field: field.to_owned(), found: "one record".to_owned(), expected: "a list" });
    }
    Ok(collection(value))
}

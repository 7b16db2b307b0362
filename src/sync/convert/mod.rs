//! Rows as Magento sends them into import records with CRM field names and types, one file per entity (sync spec 5.1).
//! Pure: nothing here looks at the CRM or the wire. What a record does to rows that exist is in `strategy`.

use std::str::FromStr;

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use rust_decimal::Decimal;

use self::date::Parsed;
use crate::crm::{CrmValue, Entity, OriginId};
use crate::quirk::{Quirk, Quirks};
use crate::soap::{SoapStruct, SoapValue};

pub mod address;
pub mod attribute;
pub mod cart;
pub mod country;
pub mod credit_memo;
pub mod customer;
mod date;
pub mod dictionary;
pub mod guest;
pub(crate) mod nested;
pub mod newsletter_subscriber;
pub mod order;

/// One imported row: fields under their CRM names, relations still as Magento's keys, owned rows below it.
///
/// Presence matters: a field that is present and null overwrites, an absent one leaves the CRM's value alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// The plain fields by their names in the CRM.
    pub values: IndexMap<&'static str, CrmValue, RandomState>,
    /// Relations to rows that are looked up, never made; `None` sets the relation to null.
    pub links: IndexMap<&'static str, Option<Link>, RandomState>,
    /// Collections that are imported with the row.
    pub rows: IndexMap<&'static str, Vec<Record>, RandomState>,
}

/// A relation by Magento's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it points at.
    pub entity: Entity,
    /// Magento's primary key there; of a region its `region_id`.
    pub origin_id: OriginId,
    /// Whether Magento wrote the key as a text; the reference client's warnings show which.
    pub is_text: bool,
}

impl Link {
    /// A relation that no warning is about.
    pub fn to(entity: Entity, origin_id: OriginId) -> Self {
        Self { entity, origin_id, is_text: false }
    }

    /// The key as Magento wrote it, for JSON.
    pub fn key(&self) -> serde_json::Value {
        if self.is_text { self.origin_id.to_string().into() } else { self.origin_id.0.into() }
    }
}

impl Record {
    /// A plain field; `None` when the row did not have it.
    pub fn value(&self, field: &str) -> Option<&CrmValue> {
        self.values.get(field)
    }

    /// The text of a field, when it is one.
    pub fn text(&self, field: &str) -> Option<&str> {
        match self.values.get(field) {
            Some(CrmValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The number of a field, when it is one.
    pub fn int(&self, field: &str) -> Option<i64> {
        match self.values.get(field) {
            Some(CrmValue::Int(n)) => Some(*n),
            _ => None,
        }
    }

    /// Magento's primary key of the row.
    pub fn origin_id(&self) -> Option<OriginId> {
        self.int("originId").map(OriginId)
    }

    /// The key behind a relation.
    pub fn link(&self, field: &str) -> Option<OriginId> {
        self.links.get(field).copied().flatten().map(|link| link.origin_id)
    }
}

impl From<OriginId> for SoapValue {
    fn from(key: OriginId) -> Self {
        Self::Int(key.0)
    }
}

/// Magento's key in a column of a row.
pub(crate) fn key_of(row: &SoapStruct, column: &str) -> Option<OriginId> {
    row.get(column).and_then(SoapValue::to_int).map(OriginId)
}

/// A row that cannot be imported; the run goes on without it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// A value that does not fit its field.
    #[error("field \"{field}\" holds \"{found}\", expected {expected}")]
    Value {
        /// Magento's name of the field.
        field: String,
        /// The text that Magento sent.
        found: String,
        /// What should be there.
        expected: &'static str,
    },
    /// A field without which the row means nothing.
    #[error("required field \"{field}\" is missing or empty")]
    Missing {
        /// Magento's name of the field.
        field: &'static str,
    },
    /// A text that the CRM's column cannot hold.
    #[error("field \"{field}\" has {found} characters, at most {max} fit")]
    TooLong {
        /// CRM name of the field.
        field: &'static str,
        /// The number of characters that Magento sent.
        found: usize,
        /// The number of characters that fit.
        max: usize,
    },
}

/// How a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Scalars as text.
    Text,
    /// An integer.
    Int,
    /// A boolean: integer-like, or a word such as `true` or `off`.
    Bool,
    /// A decimal.
    Decimal,
    /// A date and time.
    DateTime,
    /// A date; the time after it is cut off.
    Date,
    /// Magento's key of a row that is looked up.
    Link(Entity),
}

/// One line of a field map: Magento's name, the CRM's, the conversion.
pub(crate) type Rule = (&'static str, &'static str, Kind);

/// Reads a row through a field map. Members the map does not name are left to the caller.
pub(crate) fn read(rules: &[Rule], row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
    let mut record = Record::default();
    for (from, to, kind) in rules {
        let Some(value) = row.get(from) else { continue };
        if let Kind::Link(entity) = kind {
            // Customer 0 is nobody: Magento writes it for guests' carts and subscriptions.
            let key = integer(from, value)?.filter(|id| *id != 0 || *entity != Entity::Customer);
            record.links.insert(
                to,
                key.map(|key| Link {
                    is_text: matches!(value, SoapValue::Text(_)),
                    ..Link::to(*entity, OriginId(key))
                }),
            );
        } else {
            record.values.insert(to, convert(from, value, *kind, quirks)?);
        }
    }
    Ok(record)
}

/// Empties the texts and dates that a row does not speak of: Magento leaves out of its answers what holds nothing (null in
/// PHP's SOAP server). `whole` are the members that every answer with this kind of row has when they hold something. What
/// never had a value keeps the CRM's default, and so sums are left alone (sync spec 5.8). The reference client keeps the text
/// that was there.
pub(crate) fn empty_what_is_left_out(record: &mut Record, whole: &[Rule], quirks: &Quirks) {
    if quirks.has(Quirk::EmptiedStays) {
        return;
    }
    let fields = whole.iter().filter(|(_, _, kind)| matches!(kind, Kind::Text | Kind::Date)).map(|(_, to, _)| *to);
    for field in fields {
        record.values.entry(field).or_insert(CrmValue::Null);
    }
}

/// One value by its column type; blank is null (sync spec 5.1, points 2 and 5).
pub(crate) fn convert(field: &str, value: &SoapValue, kind: Kind, quirks: &Quirks) -> Result<CrmValue, RowError> {
    let Some(text) = filled(value) else { return Ok(CrmValue::Null) };
    let wrong = |expected| RowError::Value { field: field.to_owned(), found: text.clone(), expected };
    let converted = match kind {
        Kind::Text => Some(CrmValue::Text(text.clone())),
        Kind::Int | Kind::Link(_) => text.trim().parse().ok().map(CrmValue::Int),
        Kind::Bool => boolean(&text).map(CrmValue::Bool),
        Kind::Decimal => Decimal::from_str(text.trim())
            .or_else(|_| Decimal::from_scientific(text.trim()))
            .ok()
            .map(CrmValue::Decimal),
        Kind::DateTime => date::date_time(&text, quirks).map(|at| match at {
            Parsed::At(at) => CrmValue::DateTime(at),
            Parsed::Zero => CrmValue::Null,
        }),
        Kind::Date => date::date(&text, quirks).map(|day| match day {
            Parsed::At(day) => CrmValue::Date(day),
            Parsed::Zero => CrmValue::Null,
        }),
    };
    converted.ok_or_else(|| {
        wrong(match kind {
            Kind::Int | Kind::Link(_) => "an integer",
            Kind::Bool => "a boolean",
            Kind::Decimal => "a number",
            Kind::Date => "a date as YYYY-MM-DD",
            Kind::DateTime | Kind::Text => "a date and time as YYYY-MM-DD HH:MM:SS or ISO 8601 with an offset",
        })
    })
}

/// The text of a scalar that is not blank; false is `0`, not PHP's empty text, because columns mean it.
pub(crate) fn filled(value: &SoapValue) -> Option<String> {
    let text = match value {
        SoapValue::Bool(flag) => i64::from(*flag).to_string(),
        other => other.to_text()?,
    };
    (!text.trim().is_empty()).then_some(text)
}

/// The integer of a member, null when blank.
pub(crate) fn integer(field: &str, value: &SoapValue) -> Result<Option<i64>, RowError> {
    let Some(text) = filled(value) else { return Ok(None) };
    let wrong = || RowError::Value { field: field.to_owned(), found: text.clone(), expected: "an integer" };
    text.trim().parse().map(Some).map_err(|_| wrong())
}

/// Requires a field to be there and filled.
pub(crate) fn require(record: &Record, to: &str, from: &'static str) -> Result<(), RowError> {
    let has_value = record.value(to).is_some_and(|value| *value != CrmValue::Null);
    if has_value || record.link(to).is_some() { Ok(()) } else { Err(RowError::Missing { field: from }) }
}

/// Refuses texts that the CRM's columns cannot hold.
pub(crate) fn limit(record: &Record, limits: &[(&'static str, usize)]) -> Result<(), RowError> {
    for (field, max) in limits {
        let found = record.text(field).map_or(0, |text| text.chars().count());
        if found > *max {
            return Err(RowError::TooLong { field, found, max: *max });
        }
    }
    Ok(())
}

fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "on" | "yes" => Some(true),
        "false" | "off" | "no" => Some(false),
        number => number.parse::<Decimal>().ok().map(|n| !n.is_zero()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_converted_by_column_type_and_blank_is_null() {
        let check = |value: SoapValue, kind| convert("f", &value, kind, &Quirks::default());
        assert_eq!(check("  ".into(), Kind::Text), Ok(CrmValue::Null));
        assert_eq!(check(SoapValue::Nil, Kind::Int), Ok(CrmValue::Null));
        assert_eq!(check("12".into(), Kind::Int), Ok(CrmValue::Int(12)));
        assert_eq!(check("0".into(), Kind::Bool), Ok(CrmValue::Bool(false)));
        assert_eq!(check(false.into(), Kind::Bool), Ok(CrmValue::Bool(false)));
        assert_eq!(check("yes".into(), Kind::Bool), Ok(CrmValue::Bool(true)));
        assert_eq!(check("12.3400".into(), Kind::Decimal), Ok(CrmValue::Decimal(Decimal::new(123_400, 4))));
        for (value, kind, message) in [
            ("x", Kind::Int, "field \"f\" holds \"x\", expected an integer"),
            (
                "2012-02-03",
                Kind::DateTime,
                "field \"f\" holds \"2012-02-03\", expected a date and time as YYYY-MM-DD HH:MM:SS or ISO 8601 with an offset",
            ),
        ] {
            assert_eq!(check(value.into(), kind).unwrap_err().to_string(), message);
        }
    }
}

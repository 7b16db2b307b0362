//! The dynamic value tree both towers speak: what PHP holds before it is encoded and after it was decoded.

use std::sync::Arc;

use serde::ser::{Serialize, SerializeSeq, Serializer};

use super::SoapStruct;

/// One value, untyped as in PHP; the schema decides how it is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum SoapValue {
    /// No value: PHP's null.
    #[default]
    Nil,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A double.
    Double(f64),
    /// A string, as the database holds most of Magento's values.
    Text(String),
    /// A list without keys.
    List(Vec<SoapValue>),
    /// A record or map; the order of its members is kept.
    Struct(SoapStruct),
}

/// The name of a member, shared by all records that have it.
pub type Name = Arc<str>;

impl SoapValue {
    /// PHP's string cast of a scalar: `true` is `1`, `false` is empty; `None` for nil, lists and records.
    pub fn to_text(&self) -> Option<String> {
        match self {
            Self::Bool(true) => Some("1".to_owned()),
            Self::Bool(false) => Some(String::new()),
            Self::Int(n) => Some(n.to_string()),
            Self::Double(x) => Some(x.to_string()),
            Self::Text(text) => Some(text.clone()),
            Self::Nil | Self::List(_) | Self::Struct(_) => None,
        }
    }

    /// The text without a copy, when it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// PHP's integer cast of a scalar: leading digits count, anything else is 0; `None` for nil, lists and records.
    pub fn to_int(&self) -> Option<i64> {
        match self {
            Self::Bool(b) => Some(i64::from(*b)),
            Self::Int(n) => Some(*n),
            #[expect(clippy::cast_possible_truncation, reason = "PHP truncates too")]
            Self::Double(x) => Some(*x as i64),
            Self::Text(text) => Some(leading_int(text)),
            Self::Nil | Self::List(_) | Self::Struct(_) => None,
        }
    }

    /// PHP's truthiness: null, false, 0, 0.0, "", "0" and an empty list are false. An empty record is true, as a
    /// PHP object is.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(b) => *b,
            Self::Int(n) => *n != 0,
            Self::Double(x) => *x != 0.0,
            Self::Text(text) => !text.is_empty() && text != "0",
            Self::List(items) => !items.is_empty(),
            Self::Struct(_) => true,
        }
    }

    /// Whether it is nil.
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// The record, when it is one.
    pub fn as_struct(&self) -> Option<&SoapStruct> {
        match self {
            Self::Struct(members) => Some(members),
            _ => None,
        }
    }

    /// The list, when it is one.
    pub fn as_list(&self) -> Option<&[SoapValue]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }
}

/// Reads the number a text starts with, as PHP's `(int)` does; an optional sign and blanks before it count.
pub fn leading_int(text: &str) -> i64 {
    let trimmed = text.trim_start();
    let sign = usize::from(trimmed.starts_with(['-', '+']));
    let digits = trimmed[sign..].find(|c: char| !c.is_ascii_digit()).unwrap_or(trimmed.len() - sign);
    trimmed[..sign + digits].parse().unwrap_or(0)
}

impl From<&str> for SoapValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for SoapValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for SoapValue {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<bool> for SoapValue {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<f64> for SoapValue {
    fn from(x: f64) -> Self {
        Self::Double(x)
    }
}

impl From<SoapStruct> for SoapValue {
    fn from(members: SoapStruct) -> Self {
        Self::Struct(members)
    }
}

impl From<Vec<SoapValue>> for SoapValue {
    fn from(items: Vec<SoapValue>) -> Self {
        Self::List(items)
    }
}

impl<T: Into<SoapValue>> From<Option<T>> for SoapValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nil, Into::into)
    }
}

impl Serialize for SoapValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nil => serializer.serialize_unit(),
            Self::Bool(b) => serializer.serialize_bool(*b),
            Self::Int(n) => serializer.serialize_i64(*n),
            Self::Double(x) => serializer.serialize_f64(*x),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Self::Struct(members) => members.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_the_number_that_it_is() {
        assert_eq!(SoapValue::from(1.5), SoapValue::Double(1.5));
        assert_eq!(SoapValue::from(7), SoapValue::Int(7));
    }

    #[test]
    fn scalars_cast_as_php_casts_them() {
        for (value, text, int, truthy) in [
            (SoapValue::from(true), "1", 1, true),
            (SoapValue::from(false), "", 0, false),
            (SoapValue::from("0"), "0", 0, false),
            (SoapValue::from("12.3400"), "12.3400", 12, true),
            (SoapValue::from("-7x"), "-7x", -7, true),
            (SoapValue::from("abc"), "abc", 0, true),
            (SoapValue::from(""), "", 0, false),
        ] {
            assert_eq!(value.to_text().as_deref(), Some(text));
            assert_eq!(value.to_int(), Some(int));
            assert_eq!(value.is_truthy(), truthy, "{value:?}");
        }
    }
}

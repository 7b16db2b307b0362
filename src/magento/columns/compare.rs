//! A column's value compared with the text of a filter, by the column's type.

use std::cmp::Ordering;

use super::collation;
use super::moment::Moment;
use super::number;
use super::sql_type::SqlType;

/// A text that a column of one type is compared with, read once for all rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal<'a> {
    text: &'a str,
    read: Read,
}

#[derive(Clone, Debug, PartialEq)]
enum Read {
    Text,
    Bytes,
    Number(f64),
    Moment(Moment),
}

impl<'a> Literal<'a> {
    /// A text to compare with columns of that type.
    pub fn new(text: &'a str, sql_type: SqlType) -> Self {
        let read = match sql_type {
            SqlType::Varchar(_) | SqlType::Text(_) => Read::Text,
            SqlType::Blob(_) => Read::Bytes,
            SqlType::Int { .. } | SqlType::Decimal { .. } => Read::Number(number::of(text)),
            // A text that is no moment counts as the zero one.
            SqlType::Date | SqlType::Datetime | SqlType::Timestamp => {
                Read::Moment(Moment::read(text).unwrap_or_default())
            }
        };
        Self { text, read }
    }

    /// Order of a column's value, as the database holds it, and this text.
    pub fn order_of(&self, value: &str) -> Ordering {
        match &self.read {
            Read::Text => collation::compare(value, self.text),
            Read::Bytes => value.cmp(self.text),
            // Neither is ever NaN.
            Read::Number(wanted) => number::of(value).partial_cmp(wanted).unwrap_or(Ordering::Equal),
            Read::Moment(wanted) => Moment::read(value).unwrap_or_default().cmp(wanted),
        }
    }

    /// Whether a column's value is this text.
    pub fn is(&self, value: &str) -> bool {
        self.order_of(value).is_eq()
    }
}

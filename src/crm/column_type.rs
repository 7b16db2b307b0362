//! What a column of the CRM holds.

use super::Entity;

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// A text of any length.
    Text,
    /// A whole number.
    Int,
    /// A boolean, stored as 0 or 1.
    Bool,
    /// A decimal, stored as a text with its scale.
    Decimal,
    /// A date and time in UTC, stored as `YYYY-MM-DD HH:MM:SS`.
    DateTime,
    /// A date, stored as `YYYY-MM-DD`.
    Date,
    /// A list of texts, stored as JSON.
    TextList,
    /// The key of a row of that entity.
    Ref(Entity),
}

impl ColumnType {
    /// What the column takes, for messages.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Int => "an integer",
            Self::Bool => "true or false",
            Self::Decimal => "a number",
            Self::DateTime => "a date and time as YYYY-MM-DD HH:MM:SS",
            Self::Date => "a date as YYYY-MM-DD",
            Self::TextList => "a list of texts",
            Self::Ref(_) => "a relation to another row",
        }
    }
}

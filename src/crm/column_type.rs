//! What a column of the CRM holds.

use super::Entity;

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Text,
    /// Integer.
    Int,
    /// Boolean.
    Bool,
    /// Decimal.
    Decimal,
    /// Date and time.
    DateTime,
    /// Date.
    Date,
    /// List of texts.
    TextList,
    /// Relation.
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

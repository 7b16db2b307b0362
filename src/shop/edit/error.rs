//! Why an edit cannot be done.

use crate::shop::sales::SaleRefused;
use crate::shop::written::{Miswritten, joined};

/// Why an edit cannot be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The shop has no such table.
    #[error("the shop has no table \"{table}\"; did you mean \"{nearest}\"?")]
    UnknownTable {
        /// The name that was given.
        table: String,
        /// The most similar one.
        nearest: String,
    },
    /// The table has no such record.
    #[error("{table} has no record {id}; it has {count} record{}", if *.count == 1 { "" } else { "s" })]
    UnknownRecord {
        /// The table that was named.
        table: String,
        /// Primary key asked for.
        id: i64,
        /// Number of records there.
        count: usize,
    },
    /// An amount that is none.
    #[error("{column} holds \"{found}\", which is no number; write one such as 12.50")]
    NoNumber {
        /// The name of the column.
        column: String,
        /// The value that was given.
        found: String,
    },
    /// Magento's rules do not allow it.
    #[error("{what} {id} is refused: {why}")]
    Refused {
        /// What was to be done, and with what.
        what: &'static str,
        /// The primary key of the record.
        id: i64,
        /// The refusal in Magento's words.
        why: SaleRefused,
    },
    /// A column there is not, or a value it cannot hold.
    #[error(transparent)]
    Miswritten(#[from] Miswritten),
    /// What Magento's forms or its database say no to.
    #[error("{}", joined(.0, .1))]
    NotAllowed(String, String),
    /// No such API user.
    #[error("the shop has no API user \"{user}\"; {remedy}")]
    UnknownUser {
        /// The name that was given.
        user: String,
        /// The one that is meant, or all there are.
        remedy: String,
    },
    /// No such bridge release.
    #[error(transparent)]
    UnknownRelease(#[from] crate::magento::bridge::UnknownRelease),
}

impl EditError {
    /// The column whose value is refused, where it is one.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Miswritten(wrong) => wrong.column.as_deref(),
            Self::NoNumber { column, .. } => Some(column),
            _ => None,
        }
    }

    /// Whether Magento says no to it; else what the edit names is not there.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::NotAllowed(..) | Self::Miswritten(_) | Self::NoNumber { .. })
    }
}

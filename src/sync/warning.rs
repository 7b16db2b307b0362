//! What a connector has to say of single rows: a run that comes through may still have refused some. Each knows what it is
//! about; how it reads is the reference client's text (sync spec 4.10) where that has one.

use std::fmt;

use serde::{Serialize, Serializer};

/// One thing that went wrong with one row, or with one batch of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Warning {
    /// A row that cannot be what it says; it is not in the CRM.
    Refused {
        /// What it is, such as `credit memo`.
        what: String,
        /// Its key, empty when it has none.
        key: String,
        /// The reason, as a lower-case fragment.
        reason: String,
    },
    /// A customer who belongs to no website; they are not in the CRM.
    NoWebsite {
        /// Their id in the shop.
        key: String,
    },
    /// A guest who cannot be made from an order.
    GuestRefused {
        /// The order's increment id.
        order: String,
        /// The reason, as a lower-case fragment.
        reason: String,
    },
    /// A row is in the CRM without something it refers to.
    Unresolved {
        /// How many rows the connector had read by then.
        row: usize,
        /// What is not there.
        text: String,
    },
    /// The CRM refused a batch for a row that is there already.
    BatchRefused {
        /// What the rows are, such as `carts`.
        what: &'static str,
        /// Magento's keys of the rows of the batch.
        keys: Vec<String>,
    },
    /// The details of a row could not be asked for; the next sync asks again.
    DetailsMissing {
        /// What it is, such as `customer`.
        what: &'static str,
        /// Magento's key of the row.
        key: String,
        /// What the shop or the wire said.
        error: String,
    },
}

impl Warning {
    /// A row that cannot be read.
    pub fn refused(what: impl Into<String>, key: impl Into<String>, reason: impl fmt::Display) -> Self {
        Self::Refused { what: what.into(), key: key.into(), reason: reason.to_string() }
    }

    /// Whether another says the same, of whichever row of the run.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unresolved { text, .. }, Self::Unresolved { text: told, .. }) => text == told,
            _ => self == other,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { what, key, reason } => write!(f, "{what} {key}: {reason}"),
            Self::NoWebsite { key } => write!(f, "customer {key} has no website"),
            Self::GuestRefused { order, reason } => write!(f, "guest of order {order}: {reason}"),
            Self::Unresolved { row, text } => write!(f, "Error in row #{row}. {text}"),
            Self::BatchRefused { what, keys } => write!(f, "Following {what} were not imported: {}", keys.join(", ")),
            Self::DetailsMissing { what, key, error } => write!(f, "{what} {key}: details are missing: {error}"),
        }
    }
}

/// As people read it.
impl Serialize for Warning {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

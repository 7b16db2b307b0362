//! What an import record does to the rows that exist: pure decisions, one file per entity (sync spec 5.2 to 5.11). The
//! caller looks rows up before and applies the changes after, both inside one transaction.

use crate::crm::{CrmValue, Entity, Fields, Row, RowId};

pub mod address;
pub mod cart;
pub mod credit_memo;
pub mod customer;
pub mod guest;
mod html;
pub mod newsletter;
pub mod order;

/// One step of what a record does. Steps are applied in order; children hang on the root before them.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Writes the record's own row: a new one, or fields of an existing one.
    Root {
        /// The kind of row.
        entity: Entity,
        /// The row that exists; `None` for a new one.
        id: Option<RowId>,
        /// The fields that are written.
        fields: Fields,
    },
    /// Writes a row that belongs to the root.
    Child {
        /// The kind of row.
        entity: Entity,
        /// The row that exists; `None` for a new one.
        id: Option<RowId>,
        /// The field that holds the root's id.
        owner: &'static str,
        /// The fields that are written.
        fields: Fields,
    },
    /// Removes a row that belonged to the root.
    Delete {
        /// The kind of row.
        entity: Entity,
        /// The row that is removed.
        id: RowId,
    },
}

/// Bits of `syncState` (sync spec 8.2).
pub mod sync_state {
    use crate::crm::Row;

    pub use crate::crm::export_queue::TO_EXPORT;
    /// The bit of what was found removed in Magento.
    pub const REMOVED: i64 = 2;

    /// The bits of a row.
    pub fn of(row: &Row) -> i64 {
        row.fields.int("syncState").unwrap_or(0)
    }

    /// Whether a CRM edit of the row waits for its export.
    pub fn is_to_export(row: &Row) -> bool {
        of(row) & TO_EXPORT != 0
    }

    /// Whether the row is known to be gone in Magento.
    pub fn is_removed(row: &Row) -> bool {
        of(row) & REMOVED != 0
    }
}

/// Whether a stored field is absent or null.
pub(crate) fn is_empty(row: &Row, field: &str) -> bool {
    row.fields.get(field).is_none_or(CrmValue::is_null)
}

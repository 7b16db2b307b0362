//! The order in which a list brings its rows, by their key.

/// The largest key that a table of Magento can have.
const KEY_MAX: i64 = u32::MAX as i64;

/// The order of a list's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOrder {
    /// The smallest key comes first, which is the oldest row.
    Ascending,
    /// Newest first, as the bridge lists subscribers.
    Descending,
}

impl KeyOrder {
    /// The condition of rows beyond a key.
    pub(super) fn beyond(self) -> &'static str {
        match self {
            Self::Ascending => "gt",
            Self::Descending => "lt",
        }
    }

    pub(super) fn is_beyond(self, key: i64, last: i64) -> bool {
        match self {
            Self::Ascending => key > last,
            Self::Descending => key < last,
        }
    }

    /// A key beyond which there is nothing.
    pub(super) fn end(self) -> i64 {
        match self {
            Self::Ascending => KEY_MAX,
            Self::Descending => 1,
        }
    }
}

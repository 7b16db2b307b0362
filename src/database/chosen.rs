//! Which rows of a table are asked for.

/// Which rows of a table.
#[derive(Clone, Copy, Debug)]
pub enum Chosen<'c> {
    /// All of them.
    All,
    /// Those whose column has one of these numbers.
    Numbered {
        /// The column.
        column: &'c str,
        /// The numbers.
        numbers: &'c [i64],
    },
    /// The newest.
    Newest {
        /// The column that counts the rows.
        key: &'c str,
        /// Columns that say when a row was changed; the first counts that is not null.
        changed: &'c [&'c str],
        /// Only rows that were changed from this moment on, or of which nobody knows.
        since: Option<&'c str>,
        /// So many.
        limit: Option<usize>,
    },
}

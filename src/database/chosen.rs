//! Which rows of a table are asked for.

/// Which rows of a table.
#[derive(Clone, Copy, Debug)]
pub enum Chosen<'c> {
    /// All rows of the table.
    All,
    /// Those whose column has one of these numbers.
    Numbered {
        /// The column that holds the numbers.
        column: &'c str,
        /// The numbers, one of which a row must have.
        numbers: &'c [i64],
    },
    /// The newest rows by a column.
    Newest {
        /// The column that counts the rows.
        key: &'c str,
        /// Columns that say when a row was changed; the first counts that is not null.
        changed: &'c [&'c str],
        /// Only rows that were changed from this moment on, or of which nobody knows.
        since: Option<&'c str>,
        /// The most rows that are read; `None` for all.
        limit: Option<usize>,
    },
}

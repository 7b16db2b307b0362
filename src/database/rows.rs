//! Rows as texts, the same whatever database they come from: numbers by their digits, flags as true and false, moments in UTC
//! as `2024-01-10 12:00:00`.

use indexmap::IndexMap;

use super::error::DatabaseError;

/// A row: its columns in the order of the query; `None` for null.
pub type Row = IndexMap<String, Option<String>>;

/// What a query gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its columns, which are there without rows too.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// Rows a query may give.
pub const ROWS_MAX: usize = 100_000;

/// How much may still come.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    rows: usize,
    /// Values, nulls too: each takes a hundred bytes with the name of its column.
    values: usize,
    bytes: usize,
}

impl Limits {
    /// What anybody compares.
    pub(super) const OF_A_QUERY: Self = Self { rows: ROWS_MAX, values: 2_000_000, bytes: 64 * 1024 * 1024 };
    /// All that is read of a shop: what a seed may have.
    #[cfg(feature = "databases")]
    pub(super) const OF_A_SHOP: Self = Self { rows: 20_000_000, values: 20_000_000, bytes: 1024 * 1024 * 1024 };
}

/// Rows that come one by one, up to a limit.
pub(super) struct Gathered<'l> {
    rows: Vec<Row>,
    left: &'l mut Limits,
}

impl<'l> Gathered<'l> {
    /// Counters that have not counted anything yet.
    pub(super) fn within(left: &'l mut Limits) -> Self {
        Self { rows: Vec::new(), left }
    }

    /// Adds one.
    ///
    /// # Errors
    /// When there are too many.
    pub(super) fn add(&mut self, row: Row) -> Result<(), DatabaseError> {
        let bytes = row.values().flatten().map(String::len).sum::<usize>();
        let left = self.left.rows.checked_sub(1).zip(self.left.values.checked_sub(row.len()));
        let Some(((rows, values), bytes)) = left.zip(self.left.bytes.checked_sub(bytes)) else {
            return Err(DatabaseError::TooMany(ROWS_MAX));
        };
        *self.left = Limits { rows, values, bytes };
        self.rows.push(row);
        Ok(())
    }

    pub(super) fn all(self, columns: Vec<String>) -> Found {
        Found { columns, rows: self.rows }
    }
}

/// Columns of a query, each once.
///
/// # Errors
/// No columns, or two of one name.
pub(super) fn columns(names: Vec<String>, query: &str) -> Result<Vec<String>, DatabaseError> {
    if names.is_empty() {
        return Err(DatabaseError::NoRows(query.to_owned()));
    }
    let twice = names.iter().enumerate().find(|(number, name)| names.iter().take(*number).any(|other| other == *name));
    match twice {
        Some((_, name)) => Err(DatabaseError::Twice { name: name.clone(), query: query.to_owned() }),
        None => Ok(names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_with_their_values_and_bytes() {
        let row = |columns: usize, bytes: usize| -> Row {
            (0..columns).map(|n| (format!("c{n}"), (bytes > 0).then(|| "x".repeat(bytes)))).collect()
        };
        let taken = |row: &Row, most: usize| {
            let mut limits = Limits::OF_A_QUERY;
            let mut gathered = Gathered::within(&mut limits);
            (0..most).take_while(|_| gathered.add(row.clone()).is_ok()).count()
        };
        assert_eq!(taken(&row(1, 0), ROWS_MAX + 1), ROWS_MAX);
        assert_eq!(taken(&row(1000, 0), ROWS_MAX), 2000);
        assert_eq!(taken(&row(1, 1_000_000), ROWS_MAX), 67);
    }
}

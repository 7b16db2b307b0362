//! Rows as texts, the same whatever database they come from: numbers by their digits, flags as true and false, moments in UTC
//! as `2024-01-10 12:00:00`.

use indexmap::IndexMap;

use super::error::DatabaseError;

/// A row: its columns in the order of the query; `None` for null.
pub type Row = IndexMap<String, Option<String>>;

/// Rows a query may give.
pub const ROWS_MAX: usize = 100_000;
/// Values of all of them, nulls too: each takes a hundred bytes with the name of its column.
const VALUES_MAX: usize = 2_000_000;
/// Bytes of all its values.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// Rows that come one by one, up to a limit.
#[derive(Default)]
pub(super) struct Gathered {
    rows: Vec<Row>,
    bytes: usize,
    values: usize,
}

impl Gathered {
    /// Adds one.
    ///
    /// # Errors
    /// When there are too many.
    pub(super) fn add(&mut self, row: Row) -> Result<(), DatabaseError> {
        self.bytes += row.values().flatten().map(String::len).sum::<usize>();
        self.values += row.len();
        self.rows.push(row);
        if self.rows.len() > ROWS_MAX || self.values > VALUES_MAX || self.bytes > BYTES_MAX {
            return Err(DatabaseError::TooMany(ROWS_MAX));
        }
        Ok(())
    }

    pub(super) fn all(self) -> Vec<Row> {
        self.rows
    }
}

/// Columns of a query, each once.
///
/// # Errors
/// No columns, or two of one name.
pub(super) fn columns(names: Vec<String>, query: &str) -> Result<Vec<String>, DatabaseError> {
    if names.is_empty() {
        let shown: String = query.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
        return Err(DatabaseError::NoRows(shown));
    }
    let twice = names.iter().enumerate().find(|(number, name)| names.iter().take(*number).any(|other| other == *name));
    match twice {
        Some((_, name)) => Err(DatabaseError::Twice(name.clone())),
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
            let mut gathered = Gathered::default();
            (0..most).take_while(|_| gathered.add(row.clone()).is_ok()).count()
        };
        assert_eq!(taken(&row(1, 0), ROWS_MAX + 1), ROWS_MAX);
        assert_eq!(taken(&row(1000, 0), ROWS_MAX), VALUES_MAX / 1000);
        assert_eq!(taken(&row(1, 1_000_000), ROWS_MAX), BYTES_MAX / 1_000_000);
    }
}

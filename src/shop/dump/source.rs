//! Where rows of a real shop come from: a dump that was read, or its database. Which of them are wanted is the same for both.

use std::convert::Infallible;

use indexmap::IndexMap;

use super::{Tables, text};
use crate::shop::seed::SeedRow;
use crate::soap::value::leading_int;

/// Which rows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// All rows of the table.
    All,
    /// Those whose column has one of these numbers.
    Numbered {
        /// The column that holds the numbers.
        column: &'static str,
        /// The numbers, one of which a row must have.
        numbers: Vec<i64>,
    },
    /// The newest rows by a column.
    Newest {
        /// The column that counts the rows.
        key: &'static str,
        /// Columns that say when a row was changed; the first counts that is not null.
        changed: Vec<&'static str>,
        /// Only rows that were changed from this moment on, or of which nobody knows.
        since: Option<String>,
        /// The most rows that are read; `None` for all.
        limit: Option<usize>,
    },
}

/// Tables of a real shop.
pub trait Source {
    /// Why rows cannot be had.
    type Error;

    /// Names of all tables with their columns.
    ///
    /// # Errors
    /// When they cannot be had.
    fn tables(&mut self) -> Result<IndexMap<String, Vec<String>>, Self::Error>;

    /// Rows of a table; each is asked for once.
    ///
    /// # Errors
    /// When they cannot be had.
    fn rows(&mut self, table: &str, pick: &Pick) -> Result<Vec<SeedRow>, Self::Error>;

    /// How many rows a table has.
    ///
    /// # Errors
    /// When it cannot be said.
    fn count(&mut self, table: &str) -> Result<usize, Self::Error>;
}

/// Rows of a dump.
impl Source for Tables {
    type Error = Infallible;

    fn tables(&mut self) -> Result<IndexMap<String, Vec<String>>, Infallible> {
        // A column that the first row has not is one that no row has: dumps and JSON of tables repeat all of them.
        let columns = |rows: &Vec<SeedRow>| rows.first().map(|row| row.keys().cloned().collect()).unwrap_or_default();
        Ok(self.0.iter().map(|(name, rows)| (name.clone(), columns(rows))).collect())
    }

    fn rows(&mut self, table: &str, pick: &Pick) -> Result<Vec<SeedRow>, Infallible> {
        let Some(rows) = self.0.get_mut(table) else { return Ok(Vec::new()) };
        Ok(match pick {
            Pick::All => std::mem::take(rows),
            Pick::Numbered { column, numbers } => {
                let numbers: std::collections::HashSet<i64> = numbers.iter().copied().collect();
                rows.iter().filter(|row| number(row, column).is_some_and(|it| numbers.contains(&it))).cloned().collect()
            }
            Pick::Newest { key, changed, since, limit } => {
                let is_new = |row: &&SeedRow| {
                    let moment = changed.iter().find_map(|column| text(row, column));
                    since.as_deref().is_none_or(|since| moment.is_none_or(|moment| moment >= since))
                };
                let mut newest: Vec<&SeedRow> = rows.iter().filter(is_new).collect();
                newest.sort_by_key(|row| std::cmp::Reverse(number(row, key)));
                newest.truncate(limit.unwrap_or(usize::MAX));
                newest.into_iter().cloned().collect()
            }
        })
    }

    fn count(&mut self, table: &str) -> Result<usize, Infallible> {
        Ok(self.0.get(table).map_or(0, Vec::len))
    }
}

/// The number in a column.
pub(super) fn number(row: &SeedRow, column: &str) -> Option<i64> {
    text(row, column).map(leading_int)
}

//! Rows before and after a step, as texts.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::ROWS_MAX;

/// A row as people read it: column to text, without empty columns.
pub type Cells = IndexMap<String, String>;

/// A column with what was there and what is now.
pub type ColumnChange = (String, Option<String>, Option<String>);

/// What a step did to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableChange {
    /// The name of the table.
    pub table: String,
    /// Rows in it after the step.
    pub count: usize,
    /// The rows that the step changed.
    pub rows: Vec<RowChange>,
    /// Rows that changed and are not among them.
    pub left_out: usize,
}

/// What a step did to a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowChange {
    /// The row's key in its table.
    pub key: String,
    /// Whether the row is new, changed or gone.
    pub change: Change,
    /// The row before the step, when no earlier step has told of it.
    pub base: Option<Cells>,
}

/// What a step did to a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The row is new.
    Added(Cells),
    /// Columns that differ, with what was there and what is now.
    Changed(Vec<ColumnChange>),
    /// The row is gone.
    Removed,
}

/// What is known of a table's rows from earlier steps.
#[derive(Debug, Default)]
pub(super) struct Told(BTreeMap<String, Cells>);

/// A change that is being put together.
#[derive(Debug)]
pub(super) struct Changing<'a> {
    told: &'a mut Told,
    change: TableChange,
}

impl Told {
    pub(super) fn begin(&mut self, table: &str) -> Changing<'_> {
        let change = TableChange { table: table.to_owned(), count: 0, rows: Vec::new(), left_out: 0 };
        Changing { told: self, change }
    }
}

impl Changing<'_> {
    /// A row that may have changed; the closures give it as it was and is, and are called only when there is room.
    pub(super) fn row(
        &mut self,
        key: String,
        before: Option<impl FnOnce() -> Cells>,
        after: Option<impl FnOnce() -> Cells>,
    ) {
        if self.change.rows.len() >= ROWS_MAX {
            // It is told anew when a later step changes it.
            self.told.0.remove(&key);
            self.change.left_out += 1;
            return;
        }
        let known = self.told.0.remove(&key);
        let is_known = known.is_some();
        let before = known.or_else(|| before.map(|cells| cells()));
        let after = after.map(|cells| cells());
        let change = match (&before, &after) {
            (None, Some(after)) => Change::Added(after.clone()),
            (Some(before), Some(after)) => Change::Changed(differing(before, after)),
            (Some(_), None) => Change::Removed,
            (None, None) => return,
        };
        if let Some(after) = after {
            self.told.0.insert(key.clone(), after);
        }
        // Columns nobody is shown may have changed alone.
        if !matches!(&change, Change::Changed(columns) if columns.is_empty()) {
            let base = before.filter(|_| !is_known);
            self.change.rows.push(RowChange { key, change, base });
        }
    }

    /// All of it; nothing when nothing changed.
    pub(super) fn end(mut self, count: usize) -> Option<TableChange> {
        self.change.count = count;
        (!self.change.rows.is_empty() || self.change.left_out > 0).then_some(self.change)
    }
}

fn differing(before: &Cells, after: &Cells) -> Vec<ColumnChange> {
    let gone = before.keys().filter(|column| !after.contains_key(*column));
    let columns = after.keys().chain(gone);
    let pair = |column: &String| (column.clone(), before.get(column).cloned(), after.get(column).cloned());
    columns.map(pair).filter(|(_, before, after)| before != after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(pairs: &[(&str, &str)]) -> Cells {
        pairs.iter().map(|(column, text)| ((*column).to_owned(), (*text).to_owned())).collect()
    }

    type Give = fn() -> Cells;

    #[test]
    fn a_row_is_told_whole_once_and_by_its_changes_from_then_on() {
        let mut told = Told::default();
        let one: Give = || cells(&[("a", "1"), ("b", "2")]);
        let two: Give = || cells(&[("a", "1"), ("c", "3")]);
        let mut reading = told.begin("t");
        reading.row("7".to_owned(), Some(one), Some(two));
        let first = reading.end(5).unwrap();
        assert_eq!((first.count, first.rows[0].base.clone()), (5, Some(one())));
        let some = |text: &str| Some(text.to_owned());
        let expected = vec![("c".to_owned(), None, some("3")), ("b".to_owned(), some("2"), None)];
        assert_eq!(first.rows[0].change, Change::Changed(expected));
        let mut reading = told.begin("t");
        reading.row("7".to_owned(), Some(one), None::<Give>);
        let second = reading.end(4).unwrap();
        assert_eq!((&second.rows[0].change, &second.rows[0].base), (&Change::Removed, &None));
        let mut reading = told.begin("t");
        reading.row("8".to_owned(), Some(one), Some(one));
        assert_eq!(reading.end(4), None, "nothing anybody sees has changed");
    }

    #[test]
    fn rows_beyond_the_limit_are_counted() {
        let mut told = Told::default();
        let row: Give = || cells(&[("a", "1")]);
        let mut reading = told.begin("t");
        for key in 0..ROWS_MAX + 3 {
            reading.row(key.to_string(), None::<Give>, Some(row));
        }
        let change = reading.end(ROWS_MAX + 3).unwrap();
        assert_eq!((change.rows.len(), change.left_out), (ROWS_MAX, 3));
    }
}

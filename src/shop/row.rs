//! A row of a table.

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::fast::FixedState;
use indexmap::IndexMap;
use indexmap::map::MutableKeys as _;

use crate::soap::value::Name;
use crate::soap::{SoapStruct, SoapValue};

/// One row: column name to text or null, in column order. EAV attributes are columns of their entity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row(IndexMap<Name, Option<String>>);

impl Row {
    /// An empty row.
    pub fn new() -> Self {
        Self(IndexMap::new())
    }

    /// A text column; `None` when it is null or absent.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.0.get(column).and_then(|value| value.as_deref())
    }

    /// Whether the row has the column at all, null included.
    pub fn has(&self, column: &str) -> bool {
        self.0.contains_key(column)
    }

    /// A text column, empty when null or absent.
    pub fn text(&self, column: &str) -> &str {
        self.get(column).unwrap_or_default()
    }

    /// A numeric column as PHP's `(int)`; 0 when null or absent.
    pub fn int(&self, column: &str) -> i64 {
        crate::soap::value::leading_int(self.text(column))
    }

    /// Sets a column; a new one goes to the end.
    pub fn set(&mut self, column: impl Into<Name>, value: impl Into<String>) {
        self.0.insert(column.into(), Some(value.into()));
    }

    /// Sets a column to a text or null.
    pub fn set_opt(&mut self, column: impl Into<Name>, value: Option<String>) {
        self.0.insert(column.into(), value);
    }

    /// Sets a column only when the row lacks it.
    pub fn set_default(&mut self, column: &str, value: &str) {
        if !self.has(column) {
            self.set(column, value);
        }
    }

    /// The same for building.
    #[must_use]
    pub fn with(mut self, column: &str, value: impl Into<String>) -> Self {
        self.set(column, value);
        self
    }

    /// Takes a column out.
    pub fn remove(&mut self, column: &str) -> Option<String> {
        self.0.shift_remove(column).flatten()
    }

    /// Columns in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|(column, value)| (column.as_ref(), value.as_deref()))
    }

    /// Takes the names of the columns from `known`, and adds those that are new.
    pub(super) fn share_names(&mut self, known: &mut HashSet<Name, FixedState>) {
        for (name, _) in self.0.iter_mut2() {
            match known.get(name) {
                Some(shared) => *name = Arc::clone(shared),
                None => {
                    known.insert(Arc::clone(name));
                }
            }
        }
    }

    /// The row as an answer: every column, null as nil. The schema picks what reaches the wire.
    pub fn to_struct(&self) -> SoapStruct {
        self.0.iter().map(|(column, value)| (column.clone(), SoapValue::from(value.clone()))).collect()
    }
}

impl<N: Into<Name>> FromIterator<(N, Option<String>)> for Row {
    fn from_iter<I: IntoIterator<Item = (N, Option<String>)>>(columns: I) -> Self {
        Self(columns.into_iter().map(|(column, value)| (column.into(), value)).collect())
    }
}

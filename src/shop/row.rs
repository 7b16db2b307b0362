//! A row of a table.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use indexmap::IndexMap;
use indexmap::map::MutableKeys as _;

use crate::magento::columns::SqlType;
use crate::magento::columns::stored::stored;
use crate::soap::value::Name;
use crate::soap::{SoapStruct, SoapValue};

/// Columns that rows of a table have had, with their types as far as the database knows them.
pub(super) type KnownColumns = HashMap<Name, Option<SqlType>, FixedState>;

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

    /// Makes the values those that the database keeps in columns of their types, and takes the names of the columns from
    /// `known`, to which those are added that are new, with the type that `type_of` gives.
    pub(super) fn keep(&mut self, known: &mut KnownColumns, type_of: impl Fn(&str) -> Option<SqlType>) {
        for (name, value) in self.0.iter_mut2() {
            let sql_type = match known.get_key_value(name) {
                Some((shared, sql_type)) => {
                    *name = Arc::clone(shared);
                    *sql_type
                }
                None => {
                    let sql_type = type_of(name);
                    known.insert(Arc::clone(name), sql_type);
                    sql_type
                }
            };
            let (Some(text), Some(sql_type)) = (value.as_deref(), sql_type) else { continue };
            match stored(text, sql_type) {
                Cow::Borrowed(kept) if kept.len() == text.len() => {}
                kept => *value = Some(kept.into_owned()),
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

//! A row of a table. While somebody fills it, it is a map; in a table it is packed, and shares its columns and most of its
//! values with all rows that have the same.

mod like;
mod packed;
mod shape;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use packed::{Packed, Packer};

pub(super) use like::RowLike;
pub(super) use shape::Shape;

use crate::magento::columns::SqlType;
use crate::magento::columns::stored::stored;
use crate::soap::record::Columns;
use crate::soap::value::Name;
use crate::soap::{SoapStruct, SoapValue};

/// One row: column name to text or null, in column order. EAV attributes are columns of their entity.
#[derive(Clone)]
pub struct Row(Form);

#[derive(Clone)]
enum Form {
    /// The row is still being filled.
    Open(Box<IndexMap<Name, Option<String>>>),
    /// As tables keep it. The seed that a shop goes back to, its checkpoints and its tables share the rows that nobody
    /// changed.
    Packed(Arc<Packed>),
}

impl Default for Row {
    fn default() -> Self {
        Self::new()
    }
}

impl Row {
    /// A row without any column.
    pub fn new() -> Self {
        Self(Form::Open(Box::default()))
    }

    /// A text column; `None` when it is null or absent.
    pub fn get(&self, column: &str) -> Option<&str> {
        match &self.0 {
            Form::Open(map) => map.get(column).and_then(|value| value.as_deref()),
            Form::Packed(packed) => packed.get(column),
        }
    }

    /// Whether the row has the column at all, null included.
    pub fn has(&self, column: &str) -> bool {
        match &self.0 {
            Form::Open(map) => map.contains_key(column),
            Form::Packed(packed) => packed.shape.place(column).is_some(),
        }
    }

    /// A text column, empty when null or absent.
    pub fn text(&self, column: &str) -> &str {
        self.get(column).unwrap_or_default()
    }

    /// A numeric column as PHP's `(int)`; 0 when null or absent.
    pub fn int(&self, column: &str) -> i64 {
        crate::soap::value::leading_int(self.text(column))
    }

    /// Whether there is no column.
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Form::Open(map) => map.is_empty(),
            Form::Packed(packed) => packed.shape.names().is_empty(),
        }
    }

    /// Sets a column; a new one goes to the end. A row that has the value already stays as it is.
    pub fn set(&mut self, column: impl Into<Name>, value: impl Into<String>) {
        let (column, value) = (column.into(), value.into());
        if matches!(&self.0, Form::Packed(packed) if packed.get(&column) == Some(value.as_str())) {
            return;
        }
        self.change(|map| map.insert(column, Some(value)));
    }

    /// Sets a column to a text or null.
    pub fn set_opt(&mut self, column: impl Into<Name>, value: Option<String>) {
        self.change(|map| map.insert(column.into(), value));
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
        if !self.has(column) {
            return None;
        }
        self.change(|map| map.shift_remove(column)).flatten()
    }

    /// The columns in their order, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.named().map(|(name, value)| (name.as_ref(), value))
    }

    /// Columns in order, with their names to share.
    fn named(&self) -> Box<dyn Iterator<Item = (&Name, Option<&str>)> + '_> {
        match &self.0 {
            Form::Open(map) => Box::new(map.iter().map(|(name, value)| (name, value.as_deref()))),
            Form::Packed(packed) => Box::new(packed.iter()),
        }
    }

    /// Opens the row for a change.
    fn change<T>(&mut self, change: impl FnOnce(&mut IndexMap<Name, Option<String>>) -> T) -> T {
        let mut map = match std::mem::take(self).0 {
            Form::Open(map) => map,
            Form::Packed(packed) => {
                Box::new(packed.iter().map(|(name, value)| (Arc::clone(name), value.map(str::to_owned))).collect())
            }
        };
        let changed = change(&mut map);
        self.0 = Form::Open(map);
        changed
    }

    /// Whether another row has the same columns in the same order, as far as that can be told without looking at them.
    pub(super) fn has_columns_of(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Form::Packed(one), Form::Packed(other)) => Arc::ptr_eq(&one.shape, &other.shape),
            _ => false,
        }
    }

    /// The columns of a row that is packed.
    pub(super) fn shape(&self) -> Arc<Shape> {
        match &self.0 {
            Form::Open(map) => Shape::of(map.keys().map(AsRef::as_ref)),
            Form::Packed(packed) => Arc::clone(&packed.shape),
        }
    }

    /// Makes the values those that the database keeps in columns of their types, and puts them one behind the other.
    /// `types` are those of the columns of `shape`, which is the row's.
    pub(super) fn pack(&mut self, shape: Arc<Shape>, types: &[Option<SqlType>]) {
        let keep = |value: Option<&str>, sql_type: &Option<SqlType>| -> Option<String> {
            let (Some(text), Some(sql_type)) = (value, sql_type) else { return None };
            match stored(text, *sql_type) {
                Cow::Borrowed(kept) if kept.len() == text.len() => None,
                kept => Some(kept.into_owned()),
            }
        };
        if let Form::Packed(packed) = &self.0 {
            let mut values = packed.iter().map(|(_, value)| value).zip(types);
            if values.all(|(value, sql_type)| keep(value, sql_type).is_none()) {
                return;
            }
        }
        let mut packer = Packer::default();
        for ((_, value), sql_type) in self.named().zip(types) {
            match keep(value, sql_type) {
                Some(kept) => packer.push(Some(&kept)),
                None => packer.push(value),
            }
        }
        self.0 = Form::Packed(Arc::new(packer.pack(shape)));
    }

    /// The row as an answer: every column, null as nil. The schema picks what reaches the wire.
    pub fn to_struct(&self) -> SoapStruct {
        match &self.0 {
            Form::Open(map) => {
                let value = |value: &Option<String>| SoapValue::from(value.as_deref());
                map.iter().map(|(column, text)| (Arc::clone(column), value(text))).collect()
            }
            Form::Packed(packed) => SoapStruct::of_row(Arc::clone(packed) as Arc<dyn Columns>),
        }
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        let columns = |row: &Self| row.named().count();
        columns(self) == columns(other)
            && self.iter().all(|(column, value)| other.has(column) && other.get(column) == value)
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<N: Into<Name>> FromIterator<(N, Option<String>)> for Row {
    fn from_iter<I: IntoIterator<Item = (N, Option<String>)>>(columns: I) -> Self {
        Self(Form::Open(Box::new(columns.into_iter().map(|(column, value)| (column.into(), value)).collect())))
    }
}

impl From<IndexMap<String, Option<String>>> for Row {
    fn from(columns: IndexMap<String, Option<String>>) -> Self {
        columns.into_iter().collect()
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.named().count()))?;
        for (column, value) in self.iter() {
            map.serialize_entry(column, &value)?;
        }
        map.end()
    }
}

/// Read packed: a seed of a large shop is most of what the program holds while it starts.
impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Columns;

        impl<'de> Visitor<'de> for Columns {
            type Value = Row;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Row, M::Error> {
                let (mut names, mut packer) = (Vec::new(), Packer::default());
                while let Some(name) = map.next_key::<String>()? {
                    let value: Option<String> = map.next_value()?;
                    names.push(name);
                    packer.push(value.as_deref());
                }
                let shape = Shape::of(names.iter().map(String::as_str));
                let is_repeated = shape.is_repeated();
                let row = Row(Form::Packed(Arc::new(packer.pack(shape))));
                // A column that is written twice counts the second time.
                Ok(if is_repeated {
                    row.iter().map(|(n, v)| (n.to_owned(), v.map(str::to_owned))).collect()
                } else {
                    row
                })
            }
        }

        deserializer.deserialize_map(Columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(mut row: Row) -> Row {
        let shape = row.shape();
        let types = vec![None; shape.names().len()];
        row.pack(shape, &types);
        row
    }

    #[test]
    fn a_packed_row_reads_as_the_open_one_and_opens_again() {
        let long = "x".repeat(40_000);
        for text in ["", "a", "ü", long.as_str()] {
            let open: Row = [("a", Some("1")), ("b", None), ("c", Some(text)), ("d", Some("")), ("e", None)]
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.map(str::to_owned)))
                .collect();
            let mut row = packed(open.clone());
            assert_eq!(row, open);
            assert_eq!(row.iter().collect::<Vec<_>>(), open.iter().collect::<Vec<_>>());
            assert_eq!((row.get("b"), row.has("b"), row.get("d"), row.has("f")), (None, true, Some(""), false));
            assert_eq!(row.get("c"), Some(text));
            row.set("b", "2");
            row.set("f", "6");
            assert_eq!(row.remove("a").as_deref(), Some("1"));
            let row = packed(row);
            let columns: Vec<(&str, Option<&str>)> = row.iter().collect();
            assert_eq!(columns, [("b", Some("2")), ("c", Some(text)), ("d", Some("")), ("e", None), ("f", Some("6"))]);
        }
    }

    /// The first row of a shape says what is common; what the others say otherwise is theirs, at every place.
    #[test]
    fn rows_differ_from_the_first_of_their_shape_in_any_of_their_columns() {
        let names: Vec<String> = (0..40).map(|nth| format!("differ_{nth}")).collect();
        let row = |value: &dyn Fn(usize) -> Option<String>| -> Row {
            names.iter().enumerate().map(|(nth, name)| (name.clone(), value(nth))).collect()
        };
        let long = "y".repeat(70_000);
        let first = row(&|nth| (nth % 3 > 0).then(|| nth.to_string()));
        assert_eq!(packed(first.clone()), first);
        for step in 1..40 {
            for other in [None, Some(""), Some("x"), Some(long.as_str())] {
                let open = row(&|nth| match nth % step {
                    0 => other.map(str::to_owned),
                    _ => first.get(&names[nth]).map(str::to_owned),
                });
                let packed = packed(open.clone());
                assert_eq!(packed.iter().collect::<Vec<_>>(), open.iter().collect::<Vec<_>>(), "{step}");
                assert!(names.iter().all(|name| packed.get(name) == open.get(name)), "{step}");
                assert_eq!(packed.to_struct(), open.to_struct());
            }
        }
    }

    #[test]
    fn rows_of_the_same_columns_share_them_and_values_are_those_that_the_database_keeps() {
        let row = |a: &str| packed(Row::new().with("a", a).with("b", "x"));
        assert!(Arc::ptr_eq(&row("1").shape(), &row("2").shape()));
        let read: Row = serde_json::from_str(r#"{"a": "1", "b": null, "a": "2"}"#).unwrap();
        assert_eq!(read.iter().collect::<Vec<_>>(), [("a", Some("2")), ("b", None)]);
        let mut number = Row::new().with("a", "007").with("b", "x");
        let int = SqlType::Int { bytes: 4, width: 10, unsigned: true };
        for _ in 0..2 {
            let shape = number.shape();
            number.pack(shape, &[Some(int), None]);
            assert_eq!((number.text("a"), number.text("b")), ("7", "x"));
        }
    }
}

//! Values, records and rows of the CRM.

use std::borrow::Cow;
use std::fmt;

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{ColumnType, Entity, OriginId, RowId};
use crate::datetime;
use crate::secret::MASK;

/// A value of a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CrmValue {
    /// No value: SQL's null.
    #[default]
    Null,
    /// A text.
    Text(String),
    /// An integer.
    Int(i64),
    /// A boolean.
    Bool(bool),
    /// A decimal with its scale.
    Decimal(Decimal),
    /// A date and time in UTC.
    DateTime(Timestamp),
    /// A date without a time.
    Date(Date),
    /// A list of texts, such as the types of an address.
    TextList(Vec<String>),
    /// A relation to a row.
    Ref(RowId),
}

impl CrmValue {
    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text, when it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, when it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// The relation, when it is one.
    pub fn as_ref_id(&self) -> Option<RowId> {
        match self {
            Self::Ref(id) => Some(*id),
            _ => None,
        }
    }

    /// Whether it is the boolean true.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    /// The value as JSON; relations as their row id, which callers replace by something people know.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Text(text) => json!(text),
            Self::Int(n) => json!(n),
            Self::Bool(b) => json!(b),
            Self::Decimal(d) => json!(d.to_string()),
            Self::DateTime(at) => json!(datetime::to_sql(*at)),
            Self::Date(day) => json!(day.to_string()),
            Self::TextList(items) => json!(items),
            Self::Ref(id) => json!(id.0),
        }
    }

    /// What [`CrmValue::to_json`] wrote, by its column's type; what does not fit is null.
    pub fn from_json(kind: ColumnType, json: &Value) -> Self {
        let text = || json.as_str();
        let read = match kind {
            ColumnType::Text => text().map(Self::from),
            ColumnType::Int => json.as_i64().map(Self::Int),
            ColumnType::Bool => json.as_bool().map(Self::Bool),
            ColumnType::Decimal => text().and_then(|t| t.parse().ok()).map(Self::Decimal),
            ColumnType::DateTime => text().and_then(|t| datetime::parse(t).ok().flatten()).map(Self::DateTime),
            ColumnType::Date => text().and_then(|t| t.parse().ok()).map(Self::Date),
            ColumnType::TextList => serde_json::from_value(json.clone()).ok().map(Self::TextList),
            ColumnType::Ref(_) => json.as_i64().map(|id| Self::Ref(RowId(id))),
        };
        read.unwrap_or_default()
    }
}

impl From<&str> for CrmValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for CrmValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for CrmValue {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<i32> for CrmValue {
    fn from(n: i32) -> Self {
        Self::Int(n.into())
    }
}

impl From<bool> for CrmValue {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<Timestamp> for CrmValue {
    fn from(at: Timestamp) -> Self {
        Self::DateTime(at)
    }
}

impl From<Decimal> for CrmValue {
    fn from(number: Decimal) -> Self {
        Self::Decimal(number)
    }
}

impl From<RowId> for CrmValue {
    fn from(id: RowId) -> Self {
        Self::Ref(id)
    }
}

impl<T: Into<CrmValue>> From<Option<T>> for CrmValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Fields of a record in order. Presence matters: a null that is there overwrites, a field that is not there keeps what
/// is stored (sync spec, section 5.1).
#[derive(Clone, Default, PartialEq)]
pub struct Fields(IndexMap<Cow<'static, str>, CrmValue, RandomState>);

impl fmt::Debug for Fields {
    /// A password prints as its mask.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (name, value) in &self.0 {
            match (name.as_ref(), value) {
                ("password", CrmValue::Text(_)) => map.entry(name, &MASK),
                _ => map.entry(name, value),
            };
        }
        map.finish()
    }
}

impl Fields {
    /// A record without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// No fields yet, and room for so many.
    pub(super) fn with_capacity(fields: usize) -> Self {
        Self(IndexMap::with_capacity_and_hasher(fields, RandomState::default()))
    }

    /// Sets a field, whether it was there or not.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<CrmValue>) {
        self.0.insert(name.into(), value.into());
    }

    /// The same fields with one more, for building a record.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<CrmValue>) -> Self {
        self.set(name, value);
        self
    }

    /// A field; `None` when it is not there.
    pub fn get(&self, name: &str) -> Option<&CrmValue> {
        self.0.get(name)
    }

    /// A text field; `None` when absent, null or no text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(CrmValue::as_text)
    }

    /// Magento's key of the row, when it has one.
    pub fn origin_id(&self) -> Option<OriginId> {
        self.int("originId").map(OriginId)
    }

    /// An integer field; `None` when absent, null or no integer.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(CrmValue::as_int)
    }

    /// A relation; `None` when absent or null.
    pub fn link(&self, name: &str) -> Option<RowId> {
        self.get(name).and_then(CrmValue::as_ref_id)
    }

    /// Takes a field out.
    pub fn remove(&mut self, name: &str) -> Option<CrmValue> {
        self.0.shift_remove(name)
    }

    /// Whether the field is there.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The fields in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &CrmValue)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// The number of fields.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: Into<Cow<'static, str>>, V: Into<CrmValue>> FromIterator<(N, V)> for Fields {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl IntoIterator for Fields {
    type Item = (Cow<'static, str>, CrmValue);
    type IntoIter = indexmap::map::IntoIter<Cow<'static, str>, CrmValue>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A stored row with all its fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The entity whose row it is.
    pub entity: Entity,
    /// The row's own key.
    pub id: RowId,
    /// All columns, nulls included.
    pub fields: Fields,
}

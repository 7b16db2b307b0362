//! Field values as a file holds them. Magento's columns and the CRM's fields are typed by their owners, so the text is kept
//! as written: `000123` and `1.10` stay what they are.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::place::{At, Place};

/// A value of a record's field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// No value: `null` or `~`.
    Null,
    /// A boolean: `true` or `false`.
    Bool(bool),
    /// Any other scalar, as the text that was written.
    Text(String),
    /// A number with a fraction; its text stands in the file (`Value::text`).
    Fraction,
    /// A list of values, each with its place.
    List(Vec<At<Value>>),
    /// A record: values by name.
    Record(Fields),
}

/// Named values in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(transparent)]
pub struct Fields(pub IndexMap<At<String>, At<Value>>);

impl JsonSchema for Fields {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Fields".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object" })
    }
}

impl Fields {
    /// The members in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&At<String>, &At<Value>)> {
        self.0.iter()
    }

    /// The member of that name.
    pub fn get(&self, name: &str) -> Option<&At<Value>> {
        self.0.iter().find(|(known, _)| known.get() == name).map(|(_, value)| value)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl At<Value> {
    /// The scalar's text as it stands in `source`; `None` for null, lists and records.
    pub fn text<'a>(&'a self, source: &'a str) -> Option<Cow<'a, str>> {
        match self.get() {
            Value::Bool(true) => Some("1".into()),
            Value::Bool(false) => Some("0".into()),
            Value::Text(text) => Some(text.into()),
            Value::Fraction => source.get(self.place().bytes).map(Cow::from),
            Value::Null | Value::List(_) | Value::Record(_) => None,
        }
    }

    /// The value at the end of these keys; those of lists are numbers, counted from 0. `None` for a path that leads nowhere.
    pub(crate) fn value_at(&self, path: &mut dyn Iterator<Item = String>) -> Option<&Self> {
        self.step_along(path).map(|(value, _)| value)
    }

    /// Where the last of these keys stands.
    pub(crate) fn place_at(&self, path: &mut dyn Iterator<Item = String>) -> Option<Place> {
        self.step_along(path)?.1
    }

    fn step_along(&self, path: &mut dyn Iterator<Item = String>) -> Option<(&Self, Option<Place>)> {
        let (mut at, mut place) = (self, None);
        for step in path {
            (at, place) = match at.get() {
                Value::Record(fields) => {
                    let (name, value) = fields.iter().find(|(name, _)| *name.get() == step)?;
                    (value, Some(name.place()))
                }
                Value::List(items) => {
                    let item = items.get(step.parse::<usize>().ok()?)?;
                    (item, Some(item.place()))
                }
                _ => return None,
            };
        }
        Some((at, place))
    }

    /// Gives numbers with a fraction the text that they have in `source`, so that the value needs it no more.
    pub fn settle(&mut self, source: &str) {
        if let Value::Fraction = self.get() {
            let text = self.text(source).unwrap_or_default().into_owned();
            *self.get_mut() = Value::Text(text);
        }
        match self.get_mut() {
            Value::List(items) => items.iter_mut().for_each(|item| item.settle(source)),
            Value::Record(fields) => fields.0.values_mut().for_each(|value| value.settle(source)),
            _ => {}
        }
    }

    /// The value as JSON with every scalar as text.
    pub fn to_json(&self, source: &str) -> serde_json::Value {
        match self.get() {
            Value::Null => serde_json::Value::Null,
            Value::Bool(on) => serde_json::Value::Bool(*on),
            Value::List(items) => items.iter().map(|item| item.to_json(source)).collect(),
            Value::Record(fields) => fields
                .iter()
                .map(|(name, value)| (name.get().clone(), value.to_json(source)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Value::Text(_) | Value::Fraction => self.text(source).map_or(serde_json::Value::Null, |text| text.into()),
        }
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, a list or a record")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<Value, E> {
        Ok(Value::Bool(on))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Text(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Text(number.to_string()))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Fraction)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut record = IndexMap::new();
        while let Some((name, value)) = members.next_entry()? {
            record.insert(name, value);
        }
        Ok(Value::Record(Fields(record)))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

/// As a file holds it, with every scalar but flags as text.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(on) => serializer.serialize_bool(*on),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Fraction => Err(serde::ser::Error::custom("the text of a number stands in another file")),
            Self::List(items) => items.serialize(serializer),
            Self::Record(fields) => fields.0.serialize(serializer),
        }
    }
}

impl JsonSchema for Value {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!(true)
    }
}

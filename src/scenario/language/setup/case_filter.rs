//! CaseFilter of a matrix as a scenario speaks of them: `{wsi: yes, bridge: [none, 1.1.4]}`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use crate::scenario::language::finding::{Finding, choices};
use crate::scenario::language::text::span::{At, Place};
use crate::scenario::language::text::words::YesNo;

/// One value or several of some dimensions; a case that is meant has one of each.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct CaseFilter(pub IndexMap<At<String>, At<Choices>>);

/// One value or several.
#[derive(Clone, Debug)]
pub enum Choices {
    /// One value.
    One(String),
    /// Any of these values.
    Many(Vec<At<String>>),
}

impl At<Choices> {
    fn each(&self) -> Vec<(&str, Place)> {
        match self.get() {
            Choices::One(value) => vec![(value, self.place())],
            Choices::Many(values) => values.iter().map(|value| (value.get().as_str(), value.place())).collect(),
        }
    }
}

struct ChoicesVisitor;

impl<'de> Visitor<'de> for ChoicesVisitor {
    type Value = Choices;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of the matrix, or a list of them")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Choices, E> {
        Ok(Choices::One(text.to_owned()))
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<Choices, E> {
        Ok(Choices::One(on.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Choices, E> {
        Ok(Choices::One(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Choices, E> {
        Ok(Choices::One(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Choices, E> {
        Err(E::custom(format_args!("put quotes around {number} so that its digits are compared as written")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Choices, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element()? {
            values.push(value);
        }
        Ok(Choices::Many(values))
    }
}

impl<'de> Deserialize<'de> for Choices {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ChoicesVisitor)
    }
}

impl JsonSchema for Choices {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Choices".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        let one = ["string", "integer", "boolean"];
        json_schema!({ "anyOf": [{ "type": one }, { "type": "array", "items": { "type": one } }] })
    }
}

/// `true` is another way to write `yes`.
pub(in crate::scenario) fn canonical(value: &str) -> &str {
    match YesNo::of_text(value) {
        Some(on) => on.as_str(),
        None => value,
    }
}

/// Whether a case, by its value in each dimension, is one of those.
pub(in crate::scenario) fn is_among(combination: &BTreeMap<String, String>, filter: &CaseFilter) -> bool {
    filter.0.iter().all(|(name, values)| {
        let mine = combination.get(name.get()).map(|value| canonical(value));
        values.each().iter().any(|(value, _)| Some(canonical(value)) == mine)
    })
}

/// CaseFilter must be spoken of by dimensions and values there are.
pub(in crate::scenario) fn known(
    matrix: &IndexMap<At<String>, Vec<At<String>>>,
    filters: &[CaseFilter],
    found: &mut Vec<Finding>,
) {
    for (name, values) in filters.iter().flat_map(|filter| &filter.0) {
        let Some(known) = matrix.get(name) else {
            let dimensions: Vec<&str> = matrix.keys().map(|name| name.get().as_str()).collect();
            let message = format!("the matrix has no dimension `{}`", name.get());
            found.push(Finding::at(name.place(), message).help(choices(name, &dimensions)));
            continue;
        };
        for (value, place) in values.each() {
            if !known.iter().any(|known| canonical(known) == canonical(value)) {
                let known: Vec<&str> = known.iter().map(|value| value.get().as_str()).collect();
                let message = format!("`{}` is never `{value}` in the matrix", name.get());
                found.push(Finding::at(place, message).help(choices(value, &known)));
            }
        }
    }
}

//! `count: 2`, `count: {at least: 2}`, `count: {at most: 2}`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use crate::place::misfit;

/// How many there must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Exactly this many.
    Exactly(usize),
    /// One way or the other.
    Bound(Bound),
}

/// A limit to one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Bound {
    /// That many or more.
    #[serde(rename = "at least")]
    AtLeast(usize),
    /// That many or fewer.
    #[serde(rename = "at most")]
    AtMost(usize),
}

impl Count {
    /// Whether that many are right.
    pub fn is(self, number: usize) -> bool {
        match self {
            Self::Exactly(wanted) => number == wanted,
            Self::Bound(Bound::AtLeast(least)) => number >= least,
            Self::Bound(Bound::AtMost(most)) => number <= most,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(wanted) => write!(f, "{wanted}"),
            Self::Bound(Bound::AtLeast(least)) => write!(f, "at least {least}"),
            Self::Bound(Bound::AtMost(most)) => write!(f, "at most {most}"),
        }
    }
}

/// As it is written; texts that are no number are complained about where they stand.
enum Written {
    Count(Count),
    Text(String),
}

struct WrittenVisitor;

impl<'de> Visitor<'de> for WrittenVisitor {
    type Value = Written;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Written, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Written, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Written, E> {
        self.visit_str(&number.to_string())
    }

    /// A variable's value is a text.
    fn visit_str<E: Error>(self, text: &str) -> Result<Written, E> {
        Ok(text
            .parse()
            .map_or_else(|_| Written::Text(text.to_owned()), |number| Written::Count(Count::Exactly(number))))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Written, A::Error> {
        Bound::deserialize(MapAccessDeserializer::new(members)).map(|bound| Written::Count(Count::Bound(bound)))
    }
}

const EXPECTED: &str = "a whole number, `{at least: …}` or `{at most: …}`";

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WrittenVisitor)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Spanned::<Written>::deserialize(deserializer)?;
        match written.value {
            Written::Count(count) => Ok(count),
            Written::Text(text) => {
                let message = format!("\"{text}\" does not fit here");
                Err(misfit(written.referenced, &message, &format!("expected {EXPECTED}")))
            }
        }
    }
}

impl JsonSchema for Count {
    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let bound = generator.subschema_for::<Bound>();
        json_schema!({ "anyOf": [{ "type": "integer", "minimum": 0 }, bound] })
    }
}

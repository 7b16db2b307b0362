//! `count: 2`, `count: {at least: 2}`, `count: {at most: 2}`, `count: {at least: 2, at most: 3}`.

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
    /// Within limits.
    Bound(Bound),
}

/// Limits to one side, or to both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct Bound {
    /// That many or more.
    #[serde(default, rename = "at least", skip_serializing_if = "Option::is_none")]
    pub at_least: Option<usize>,
    /// That many or fewer.
    #[serde(default, rename = "at most", skip_serializing_if = "Option::is_none")]
    pub at_most: Option<usize>,
}

impl Count {
    /// That many or more.
    pub const fn at_least(number: usize) -> Self {
        Self::Bound(Bound { at_least: Some(number), at_most: None })
    }

    /// That many or fewer.
    pub const fn at_most(number: usize) -> Self {
        Self::Bound(Bound { at_least: None, at_most: Some(number) })
    }

    /// Whether that many are right.
    pub fn is(self, number: usize) -> bool {
        number >= self.least() && self.most().is_none_or(|most| number <= most)
    }

    /// The smallest number that is right.
    pub fn least(self) -> usize {
        match self {
            Self::Exactly(wanted) => wanted,
            Self::Bound(bound) => bound.at_least.unwrap_or_default(),
        }
    }

    /// The largest number that is right; `None` where there is none.
    pub fn most(self) -> Option<usize> {
        match self {
            Self::Exactly(wanted) => Some(wanted),
            Self::Bound(bound) => bound.at_most,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(wanted) => write!(f, "{wanted}"),
            Self::Bound(Bound { at_least: Some(least), at_most: Some(most) }) => write!(f, "{least} to {most}"),
            Self::Bound(Bound { at_least: None, at_most: Some(most) }) => write!(f, "at most {most}"),
            Self::Bound(_) => write!(f, "at least {}", self.least()),
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
            Written::Count(Count::Bound(Bound { at_least: None, at_most: None })) => {
                Err(misfit(written.referenced, "it is not said how many", &format!("expected {EXPECTED}")))
            }
            Written::Count(count) if count.most().is_some_and(|most| most < count.least()) => {
                let message = format!("no number is {count}");
                Err(misfit(written.referenced, &message, "let `at least` be the smaller number of the two"))
            }
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

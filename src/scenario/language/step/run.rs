//! `run: php client.php`, or with a limit and variables: somebody else's client instead of our sync.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::Interval;

/// A program that talks to the shop. It runs in the scenario's folder and finds the shop in its environment:
/// `MAGENTO_WSDL_URL`, `MAGENTO_URL`, `MAGENTO_API_USER`, `MAGENTO_API_KEY`, `MAGENTO_WSI` (0 or 1) and `MAGENTO_NOW`, the
/// scenario's time in UTC.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunStep {
    /// The program and its arguments, quoted as in a shell; no shell is started.
    pub command: String,
    /// How long it may take by the wall's clock; 30 seconds when left out.
    #[serde(default)]
    pub timeout: Option<Interval>,
    /// More variables of its environment.
    #[serde(default)]
    pub env: IndexMap<String, String>,
    /// Which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

/// The step as it is written.
#[derive(Clone, Debug)]
pub struct Run(pub RunStep);

struct RunVisitor;

impl<'de> Visitor<'de> for RunVisitor {
    type Value = Run;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a command")
    }

    fn visit_str<E: Error>(self, command: &str) -> Result<Run, E> {
        Ok(Run(RunStep { command: command.to_owned(), timeout: None, env: IndexMap::new(), shop: None }))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Run, A::Error> {
        RunStep::deserialize(MapAccessDeserializer::new(members)).map(Run)
    }
}

impl<'de> Deserialize<'de> for Run {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RunVisitor)
    }
}

impl JsonSchema for Run {
    fn schema_name() -> Cow<'static, str> {
        "Run".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let detailed = generator.subschema_for::<RunStep>();
        json_schema!({ "anyOf": [{ "type": "string", "description": "The program and its arguments." }, detailed] })
    }
}

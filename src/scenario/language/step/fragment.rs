//! `use` and `fragments` as data: steps that stand elsewhere.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::scenario::language::text::span::At;

/// `use: name`, or with values for the fragment's variables.
#[derive(Clone, Debug)]
pub struct Use {
    /// The fragment's name, or the path of its file.
    pub fragment: String,
    /// Values of its variables.
    pub with: IndexMap<At<String>, At<String>>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Detailed {
    /// A name under `fragments`, the name of a file in a folder `fragments`, or a file's path.
    fragment: String,
    /// Values of its variables.
    #[serde(default)]
    with: IndexMap<At<String>, At<String>>,
}

struct UseVisitor;

impl<'de> Visitor<'de> for UseVisitor {
    type Value = Use;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fragment's name, or `{fragment: …, with: {…}}`")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Use, E> {
        Ok(Use { fragment: name.to_owned(), with: IndexMap::new() })
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Use, A::Error> {
        let Detailed { fragment, with } = Detailed::deserialize(MapAccessDeserializer::new(members))?;
        Ok(Use { fragment, with })
    }
}

impl<'de> Deserialize<'de> for Use {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UseVisitor)
    }
}

impl JsonSchema for Use {
    fn schema_name() -> Cow<'static, str> {
        "Use".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let detailed = generator.subschema_for::<Detailed>();
        json_schema!({ "anyOf": [{ "type": "string", "description": "The fragment's name." }, detailed] })
    }
}

//! `snapshot: name`, or with a choice of what it holds.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::scenario::language::text::span::At;

/// A part of what a snapshot shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// What the last sync or check said.
    Outcome,
    /// The rows of the CRM.
    Crm,
    /// The calls since the snapshot before.
    Trace,
    /// The rows of the shop.
    Shop,
}

/// A comparison with a snapshot, and what it shows.
#[derive(Clone, Debug)]
pub struct SnapshotStep {
    /// Its name; the file is `snapshots/<scenario>@<name>.snap`.
    pub name: String,
    /// What it holds; `None`: outcome, CRM and trace, and the shop where two-way sync is on.
    pub of: Option<Vec<Part>>,
    /// Fields and tables that are left out wherever they stand.
    pub without: Vec<String>,
}

impl SnapshotStep {
    /// Whether it shows anything that a sync that failed leaves; the shop alone may be as it was.
    pub(in crate::scenario) fn looks_at_an_end(&self) -> bool {
        self.of.as_ref().is_none_or(|parts| parts.iter().any(|part| *part != Part::Shop))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Detailed {
    /// The name of the snapshot.
    name: String,
    /// What it holds; left out: outcome, CRM and trace, and the shop where two-way sync is on.
    #[serde(default)]
    of: Option<Vec<Part>>,
    /// Names of fields and tables to leave out wherever they stand, such as `settings`.
    #[serde(default)]
    without: Vec<String>,
}

struct SnapshotVisitor;

impl<'de> Visitor<'de> for SnapshotVisitor {
    type Value = SnapshotStep;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a snapshot's name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<SnapshotStep, E> {
        Ok(SnapshotStep { name: name.to_owned(), of: None, without: Vec::new() })
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<SnapshotStep, A::Error> {
        let Detailed { name, of, without } = Detailed::deserialize(MapAccessDeserializer::new(members))?;
        Ok(SnapshotStep { name, of, without })
    }
}

impl<'de> Deserialize<'de> for SnapshotStep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SnapshotVisitor)
    }
}

impl JsonSchema for SnapshotStep {
    fn schema_name() -> Cow<'static, str> {
        "SnapshotStep".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let detailed = generator.subschema_for::<Detailed>();
        json_schema!({ "anyOf": [{ "type": "string", "description": "The snapshot's name." }, detailed] })
    }
}

/// A name must do as a file name on every system.
pub fn is_file_name(name: &At<String>) -> bool {
    plain(name.get())
}

/// Whether the text is made of lower-case letters, digits, dots and dashes.
pub fn plain(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['.', '-'])
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.')
}

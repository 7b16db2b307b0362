//! Fragments as data: those of a scenario's own, which are read where they are used, and files of one each.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

use crate::scenario::language::step::Step;
use crate::scenario::language::text::span::At;

/// The steps of a fragment, which are read where they are used, with the values of that place.
#[derive(Clone, Copy, Debug)]
pub struct Unread;

impl<'de> Deserialize<'de> for Unread {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl JsonSchema for Unread {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "FragmentSteps".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let steps = generator.subschema_for::<Vec<Step>>();
        json_schema!({ "description": "Steps that `use` puts in.", "allOf": [steps] })
    }
}

/// A file of a fragment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FragmentFile {
    /// What it is for, as one sentence.
    pub title: At<String>,
    /// Its variables with the values they have when `with` gives none.
    #[serde(default, rename = "let")]
    pub variables: IndexMap<At<String>, At<String>>,
    /// The steps of the fragment.
    pub steps: Vec<At<Step>>,
}

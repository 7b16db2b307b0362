//! The schemas of what is sent to the control API, made from the types that read it, so that the document cannot lag behind.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{checkpoints, clock, modules, settings, verify};
use crate::disrupt::Armed;
use crate::shop::ShopEdit;
use crate::shop::stubs::StubText;

/// Where the document keeps schemas.
const PLACE: &str = "/components/schemas";

/// The schemas by name: those that the routes name, and what these consist of.
pub(super) fn schemas() -> Map<String, Value> {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = PLACE.into();
            settings.meta_schema = None;
        })
        .into_generator();
    let mut named = Map::new();
    macro_rules! body {
        ($($name:literal: $of:ty),* $(,)?) => {$(
            let mut schema = <$of as JsonSchema>::json_schema(&mut generator).to_value();
            take_any_scalar(&mut schema);
            named.insert($name.to_owned(), schema);
        )*};
    }
    body! {
        "Edit": ShopEdit,
        "Arming": Armed,
        "Stub": StubText,
        "Verification": verify::Question,
        "ClockChange": clock::Change,
        "SettingsChange": settings::Change,
        "Module": modules::Sent,
        "Checkpoint": checkpoints::Wanted,
    }
    for (name, mut schema) in generator.take_definitions(true) {
        take_any_scalar(&mut schema);
        named.entry(name).or_insert(schema);
    }
    named
}

/// Columns are texts as the database has them; a body may write numbers and yes or no as JSON has them.
fn take_any_scalar(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(kind) = members.get_mut("additionalProperties").and_then(|of| of.get_mut("type")) {
                match kind {
                    Value::String(text) if text == "string" => *kind = json!(["string", "number", "boolean"]),
                    Value::Array(kinds) if kinds.iter().any(|one| one == "string") => {
                        kinds.extend([json!("number"), json!("boolean")]);
                    }
                    _ => {}
                }
            }
            members.values_mut().for_each(take_any_scalar);
        }
        Value::Array(items) => items.iter_mut().for_each(take_any_scalar),
        _ => {}
    }
}

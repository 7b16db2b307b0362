//! The JSON schema editors complete scenario files from.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use crate::scenario::language::fragment_file::FragmentFile;
use crate::scenario::language::script::Script;

/// The schema as pretty JSON with a line feed at its end. Draft 7, which is what YAML editors know.
pub fn text() -> String {
    written::<Script>("A Mockgento scenario")
}

/// The schema of a fragment's file.
pub fn of_fragments() -> String {
    written::<FragmentFile>("A fragment of Mockgento scenarios")
}

fn written<T: JsonSchema>(title: &str) -> String {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    format!("{:#}\n", schema.as_value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_the_one_of_the_code() {
        for (name, schema) in [("scenario", text()), ("fragment", of_fragments())] {
            let path = format!("{}/scenarios/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
            let committed = std::fs::read_to_string(path).unwrap_or_default();
            assert!(committed == schema, "run: cargo run -- schema {name} > scenarios/{name}.schema.json");
        }
    }
}

//! The JSON schema editors complete scenario files from.

use schemars::generate::SchemaSettings;

use super::script::Script;

/// The schema as pretty JSON with a line feed at its end. Draft 7, which is what YAML editors know.
pub fn text() -> String {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<Script>();
    schema.insert("title".to_owned(), "A Mockgento scenario".into());
    format!("{:#}\n", schema.as_value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_the_one_of_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/scenario.schema.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == text(), "run: cargo run -- schema > scenarios/scenario.schema.json");
    }
}

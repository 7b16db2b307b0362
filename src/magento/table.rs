//! The tables of this build.

use serde::de::DeserializeOwned;

/// Reads a table of this build. The tables are part of the program: a broken one is found by the first test.
pub(super) fn table<T: DeserializeOwned>(name: &str, json: &str) -> T {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("the built-in table {name} is broken: {error}"))
}

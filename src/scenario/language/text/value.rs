//! Field values as the file holds them: `crate::written_value`, under the name it has in the language.

pub use crate::written_value::{Fields, Value};

//! `mockgento schema`: the JSON schema of scenario files.

use std::io::Write;

use clap::Args;

use super::{ExitCode, Outcome};

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {}

/// Prints the schema.
pub fn run(_args: &SchemaArgs) -> Outcome {
    // A reader that closed the pipe early has seen what it wanted.
    let _ = anstream::stdout().write_all(crate::scenario::schema::text().as_bytes());
    Ok(ExitCode::AsExpected)
}

//! `mockgento schema`: the JSON schemas of what people write and machines read.

use std::io::Write;

use clap::{Args, ValueEnum};

use super::{ExitCode, Outcome};
use crate::cli::output;

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// What the schema is of.
    #[arg(value_enum, default_value_t = Of::Scenario)]
    of: Of,
}

/// What there are schemas of.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Of {
    /// Scenario files, for editors.
    Scenario,
    /// Files of fragments, for editors.
    Fragment,
    /// Files of your own client.
    Client,
    /// Files of known differences of such a client.
    KnownDifferences,
    /// The lines between Mockgento and an adapter.
    Adapter,
    /// Seeds: every table and column of a shop.
    Seed,
    /// The lines of `--report json`.
    Report,
    /// Files that say in which way a shop differs from its product.
    Overrides,
    /// The control API of a running shop, as an OpenAPI document.
    Control,
    /// Files of stubs: what operations answer before the shop does.
    Stubs,
}

/// Prints the schema that was asked for.
pub fn run(args: &SchemaArgs) -> Outcome {
    let text = match args.of {
        Of::Scenario => crate::scenario::schema::text(),
        Of::Fragment => crate::scenario::schema::of_fragments(),
        Of::Client => crate::scenario::actor::file::schema(),
        Of::KnownDifferences => crate::scenario::actor::file::known_schema(),
        Of::Adapter => crate::scenario::actor::protocol::schema(),
        Of::Seed => crate::shop::seed::schema::text(),
        Of::Report => crate::report::json::schema(),
        Of::Overrides => overrides(),
        Of::Control => crate::server::control_openapi().to_owned(),
        Of::Stubs => serde_json::to_string_pretty(&crate::shop::stubs::schema()).unwrap_or_default() + "\n",
    };
    // A reader that closed the pipe early has seen what it wanted.
    let _ = output::document().write_all(text.as_bytes());
    Ok(ExitCode::AsExpected)
}

fn overrides() -> String {
    let schema = schemars::schema_for!(crate::shop::Overrides);
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

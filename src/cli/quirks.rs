//! `mockgento quirks`: the named misbehaviours of the reference client.

use std::io::Write;

use clap::Args;
use comfy_table::{Table, presets};

use super::{ExitCode, Outcome};
use crate::cli::output;
use crate::quirk::{Profile, Quirk, Recommendation};

/// Arguments of `quirks`.
#[derive(Debug, Args)]
pub struct QuirksArgs {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Prints the list of quirks.
pub fn run(args: &QuirksArgs) -> Outcome {
    let text = if args.json { json()? } else { table() };
    // A reader that closed the pipe early has seen what it wanted.
    let _ = writeln!(output::stdout(), "{text}");
    Ok(ExitCode::AsExpected)
}

fn table() -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    output::fit(&mut table);
    table.set_header(["Quirk", "documented", "orocrm-4.1", "What the reference client does"]);
    let (documented, real) = (Profile::Documented.quirks(), Profile::OroCrm41.quirks());
    let word = |on: bool| if on { "as real" } else { "fixed" };
    for quirk in Quirk::ALL {
        table.add_row([quirk.id(), word(documented.has(*quirk)), word(real.has(*quirk)), quirk.summary()]);
    }
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    table.trim_fmt()
}

fn json() -> Result<String, miette::Report> {
    let rows: Vec<_> = Quirk::ALL
        .iter()
        .map(|quirk| {
            serde_json::json!({
                "id": quirk.id(),
                "recommendation": quirk.recommendation(),
                "fixed_in_documented": quirk.recommendation() == Recommendation::Fix,
                "summary": quirk.summary(),
            })
        })
        .collect();
    serde_json::to_string_pretty(&rows)
        .map_err(|error| miette::miette!("the quirks cannot be written as JSON: {error}"))
}

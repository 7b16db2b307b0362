//! `mockgento list`: the scenarios with their tags.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use comfy_table::{Table, presets};

use super::{ExitCode, Outcome, diagnostics, places};
use crate::cli::diagnostics::Colour;
use crate::cli::output;
use crate::scenario::Case;

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Scenario files or folders of them.
    #[arg(default_value = "scenarios")]
    places: Vec<PathBuf>,
    /// Only scenarios with this tag; with several, those that have any of them.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Prints the list of scenarios.
pub fn run(args: &ListArgs, colour: Colour) -> Outcome {
    let (cases, wrong) = places::load(&args.places, &args.tags)?;
    for unread in &wrong {
        diagnostics::print(&unread.report, colour);
    }
    let text = if args.json { json(&cases) } else { table(&cases) };
    // A reader that closed the pipe early has seen what it wanted.
    let _ = writeln!(output::stdout(), "{text}");
    Ok(if wrong.is_empty() { ExitCode::AsExpected } else { ExitCode::InputWrong })
}

fn tags(case: &Case) -> Vec<&str> {
    case.scenario.script.tags.iter().map(|tag| tag.get().as_str()).collect()
}

fn table(cases: &[Case]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    output::fit(&mut table);
    table.set_header(["Scenario", "Tags", "What it shows"]);
    for case in cases {
        table.add_row([case.name.clone(), tags(case).join(", "), case.scenario.script.title.get().clone()]);
    }
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    table.trim_fmt()
}

fn json(cases: &[Case]) -> String {
    let rows: Vec<_> = cases
        .iter()
        .map(|case| {
            serde_json::json!({
                "name": case.name,
                "file": case.scenario.file.path,
                "title": case.scenario.script.title.get(),
                "tags": tags(case),
                "description": case.scenario.script.description,
            })
        })
        .collect();
    output::to_json(&rows)
}

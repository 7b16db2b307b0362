//! `mockgento coverage`: what the scenarios exercise, and what none does.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use comfy_table::{Table, presets};

use super::diagnostics::Colour;
use super::{ExitCode, Outcome, diagnostics, places};
use crate::cli::output::{self, counted};
use crate::report::progress::Progress;
use crate::scenario::coverage::{self, Section};
use crate::scenario::pool::{Event, PoolOptions, run_all};
use crate::scenario::runner::{Carrier, RunOptions};
use crate::snapshot::Mode;

/// Arguments of `coverage`.
#[derive(Debug, Args)]
pub struct CoverageArgs {
    /// Scenario files or folders of them.
    #[arg(default_value = "scenarios")]
    places: Vec<PathBuf>,
    /// Only scenarios with this tag; with several, those that have any of them.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Name what none exercises, one a line, instead of the table.
    #[arg(long)]
    missing: bool,
    /// Print JSON: every section with how many scenarios exercise each, and what none does.
    #[arg(long, conflicts_with = "missing")]
    json: bool,
}

/// Long enough for the slowest scenario on a busy machine.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(60);
/// Operations of the API that no scenario calls are too many to name in a table.
const NAMED: usize = 12;

/// Runs the scenarios, without a look at their snapshots, and prints what they touched.
pub fn run(args: &CoverageArgs, colour: Colour) -> Outcome {
    let (cases, wrong) = places::load(&args.places, &args.tags)?;
    for unread in &wrong {
        diagnostics::print(&unread.report, colour);
    }
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let pool = PoolOptions {
        jobs,
        slow_after: GIVEN_UP_AFTER,
        stop_after: GIVEN_UP_AFTER,
        fail_fast: false,
        interrupted: None,
    };
    let mut results = Vec::new();
    let mut progress = Progress::on_terminal(cases.len());
    run_all(&cases, RunOptions::new(Carrier::InMemory, Mode::Check), pool, |event| match event {
        Event::Started(case) => progress.started(&case.name),
        Event::Ended(case) => progress.ended(&case.name),
        Event::Result(result) => results.push(result),
        _ => {}
    });
    progress.finish();
    let sections = coverage::of(&cases, &results);
    let text = if args.json {
        output::to_json(&sections)
    } else if args.missing {
        let lines = sections.iter().flat_map(|of| of.missing.iter().map(|word| format!("{}: {word}", of.name)));
        lines.collect::<Vec<_>>().join("\n")
    } else {
        format!("{}\n{}", table(&sections), counted(results.len(), "case", "cases"))
    };
    // A reader that closed the pipe early has seen what it wanted.
    let _ = writeln!(output::stdout(), "{text}");
    Ok(if wrong.is_empty() { ExitCode::AsExpected } else { ExitCode::InputWrong })
}

fn table(sections: &[Section]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    output::fit(&mut table);
    table.set_header(["What", "exercised", "by none"]);
    for section in sections {
        let all = section.covered.len() + section.missing.len();
        let more = section.missing.len().saturating_sub(NAMED);
        let mut named = section.missing.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        if more > 0 {
            named.push_str(&format!(" and {more} more, see --missing"));
        }
        table.add_row([section.name.to_owned(), format!("{} of {all}", section.covered.len()), named]);
    }
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    table.trim_fmt()
}

//! `mockgento report merge`: the reports of several runs as one.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::report_target::{self, Ended, ReportTarget};
use super::{ExitCode, Outcome};
use crate::cli::output;
use crate::report::format::{About, Format};
use crate::report::{enough, file, json, junit_merge};
use crate::scenario::result::CaseResult;
use crate::scenario::shard::Shard;

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    #[command(subcommand)]
    command: ReportCommand,
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    /// Merge the reports of several runs, such as the shards of a suite, into one.
    Merge(MergeArgs),
}

/// Arguments of `report merge`.
#[derive(Debug, Args)]
struct MergeArgs {
    /// Reports of one kind: JSON lines, or JUnit XML.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// What to write: from JSON lines any of junit, json, tap, github and html, from JUnit XML junit.
    #[arg(long = "report", value_name = "FORMAT[=FILE]")]
    reports: Vec<ReportTarget>,
}

/// Does what was asked.
pub fn run(args: &ReportArgs) -> Outcome {
    match &args.command {
        ReportCommand::Merge(args) => merge(args),
    }
}

/// What kind of report a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Json,
    Junit,
}

impl Kind {
    fn of(text: &str) -> Option<Self> {
        match text.trim_start() {
            text if text.starts_with('{') => Some(Self::Json),
            text if text.starts_with("<?xml") || text.starts_with("<testsuites") => Some(Self::Junit),
            _ => None,
        }
    }
}

fn merge(args: &MergeArgs) -> Outcome {
    report_target::probe(&args.reports)?;
    let mut texts = Vec::new();
    let mut kinds = Vec::new();
    for path in &args.files {
        let text = report_target::read(path)?;
        let kind = Kind::of(&text).ok_or_else(|| {
            let help = "`mockgento run --report json=FILE` and `junit=FILE` write what can be merged";
            miette::miette!(help = help, "{} is neither JSON lines nor JUnit XML", path.display())
        })?;
        kinds.push(kind);
        texts.push(text);
    }
    match kinds.as_slice() {
        [first, rest @ ..] if rest.iter().all(|kind| kind == first) => match first {
            Kind::Json => merge_json(args, &texts),
            Kind::Junit => merge_junit(args, &texts),
        },
        _ => Err(miette::miette!("reports of different kinds cannot be merged; give JSON lines or JUnit XML only")),
    }
}

fn merge_json(args: &MergeArgs, texts: &[String]) -> Outcome {
    let streamed = report_target::to_stdout(&args.reports)?;
    let (mut results, mut shards, mut least) = (Vec::<CaseResult>::new(), Vec::new(), None);
    for (path, text) in args.files.iter().zip(texts) {
        let read = json::read(text).map_err(|error| {
            let help = "give files as `mockgento run --report json=FILE` writes them";
            miette::miette!(help = help, "{} cannot be merged: {error}", path.display())
        })?;
        shards.push(read.run.shard);
        least = least.max(read.run.at_least);
        // A scenario that was run again counts as it ended last; two of one report are two.
        results.retain(|known| read.results.iter().all(|result| result.name != known.name));
        results.extend(read.results);
    }
    all_parts(&shards)?;
    results.sort_by(|one, other| one.name.cmp(&other.name));
    // Whether enough cases were run is asked again of the whole.
    let (too_few, mut results): (Vec<_>, Vec<_>) = results.into_iter().partition(CaseResult::is_too_few);
    not_empty(results.len())?;
    let title = too_few.first().map_or("somebody's own client", |entry| entry.title.as_str());
    results.extend(enough::too_few(&results, least, title));
    let elapsed: Duration = results.iter().map(|result| result.elapsed).sum();
    let about = About { scenarios: results.len(), at_least: least, ..About::default() };
    let mut stream = report_target::Streamed::begin(streamed, &about);
    results.iter().for_each(|result| stream.result(result));
    let merged = Ended { about: &about, results: &results, elapsed, page: None };
    stream.end(&merged)?;
    report_target::write_files(&args.reports, &merged)?;
    ended(&json::Summary::of(&results, elapsed).told());
    Ok(super::run::exit_code(&results))
}

/// A part that is missing would look like a suite that passed.
fn all_parts(shards: &[Option<String>]) -> Result<(), miette::Report> {
    let known: Vec<Shard> = shards.iter().flatten().filter_map(|shard| shard.parse().ok()).collect();
    let Some(of) = known.first().map(|shard| shard.of()) else { return Ok(()) };
    if known.iter().any(|shard| shard.of() != of) {
        return Err(miette::miette!("the reports are parts of different wholes: of {of} parts and of others"));
    }
    let missing: Vec<String> = (0..of)
        .filter(|index| known.iter().all(|shard| shard.index() != *index))
        .map(|index| format!("{}/{of}", index + 1))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let help = "give the reports of all parts; one that wrote none did not end well";
    Err(miette::miette!(help = help, "parts are missing: {}", missing.join(", ")))
}

fn merge_junit(args: &MergeArgs, texts: &[String]) -> Outcome {
    if args.reports.iter().any(|target| target.format != Format::Junit) {
        let help = "merge the JSON reports of the same runs; any other format comes out of them";
        return Err(miette::miette!(help = help, "out of JUnit XML only junit can be made"));
    }
    let mut parts = Vec::new();
    for (path, text) in args.files.iter().zip(texts) {
        let part =
            junit_merge::read(text).map_err(|error| miette::miette!("{} cannot be merged: {error}", path.display()))?;
        parts.push(part);
    }
    all_parts(&parts.iter().map(|part| part.shard.clone()).collect::<Vec<_>>())?;
    let merged = junit_merge::merged(parts);
    not_empty(merged.cases)?;
    for target in &args.reports {
        match &target.file {
            Some(path) => file::write(path, merged.text.as_bytes()).map_err(|error| miette::miette!("{error}"))?,
            None => output::document()
                .write_all(merged.text.as_bytes())
                .map_err(|error| miette::miette!("cannot write the report to standard output: {error}"))?,
        }
    }
    let skipped = if merged.skipped > 0 { format!(", {} skipped", merged.skipped) } else { String::new() };
    ended(&format!("{} passed, {} failed{skipped}", merged.passed, merged.failed));
    Ok(match (merged.cannot_work, merged.failed) {
        (true, _) => ExitCode::InputWrong,
        (false, 0) => ExitCode::AsExpected,
        (false, _) => ExitCode::Failed,
    })
}

/// A report without cases would look like a suite that passed.
fn not_empty(cases: usize) -> Result<(), miette::Report> {
    if cases > 0 {
        return Ok(());
    }
    let help = "give the reports of a run that had cases";
    Err(miette::miette!(help = help, "no case is in these reports, so nothing is shown"))
}

/// Says the sum on standard error: standard output may hold a report.
fn ended(told: &str) {
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(output::stderr(), "{told}");
}

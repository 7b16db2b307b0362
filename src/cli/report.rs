//! `mockgento report merge`: the reports of several runs as one.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::report_target::{self, Ended, ReportTarget};
use super::{ExitCode, Outcome};
use crate::cli::output;
use crate::report::format::{About, Format};
use crate::report::{file, json, junit};
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
    let (mut results, mut shards) = (BTreeMap::new(), Vec::new());
    for (path, text) in args.files.iter().zip(texts) {
        let read = json::read(text).map_err(|error| {
            let help = "give files as `mockgento run --report json=FILE` writes them";
            miette::miette!(help = help, "{} cannot be merged: {error}", path.display())
        })?;
        shards.push(read.run.shard);
        // A scenario that was run again counts as it ended last.
        results.extend(read.results.into_iter().map(|result| (result.name.clone(), result)));
    }
    all_parts(&shards)?;
    let results: Vec<_> = results.into_values().collect();
    let elapsed: Duration = results.iter().map(|result| result.elapsed).sum();
    let about = About { scenarios: results.len(), ..About::default() };
    let mut stream = report_target::Streamed::begin(streamed, &about);
    results.iter().for_each(|result| stream.result(result));
    let merged = Ended { about: &about, results: &results, elapsed, page: None };
    stream.end(&merged)?;
    report_target::write_files(&args.reports, &merged)?;
    let passed = results.iter().filter(|result| result.passed()).count();
    let failed = results.iter().filter(|result| result.failed()).count();
    ended(passed, failed);
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
    let merged = junit::merged(texts).map_err(|error| miette::miette!("the reports cannot be merged: {error}"))?;
    for target in &args.reports {
        match &target.file {
            Some(path) => file::write(path, merged.text.as_bytes()).map_err(|error| miette::miette!("{error}"))?,
            None => output::document()
                .write_all(merged.text.as_bytes())
                .map_err(|error| miette::miette!("cannot write the report to standard output: {error}"))?,
        }
    }
    Ok(ended(merged.passed, merged.failed))
}

/// Says the sum on standard error: standard output may hold a report.
fn ended(passed: usize, failed: usize) -> ExitCode {
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(output::stderr(), "{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::AsExpected } else { ExitCode::Failed }
}

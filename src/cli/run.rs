//! `mockgento run`: the main job.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use super::diagnostics::{self, Colour};
use super::{ExitCode, Outcome};
use crate::report::{console::Console, junit};
use crate::scenario::result::CaseResult;
use crate::scenario::runner::{Carrier, RunOptions, run_all};
use crate::scenario::{Case, Story, find};
use crate::snapshot::{Mode, SnapshotName, Store};

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Scenario files or folders of them.
    #[arg(default_value = "scenarios")]
    places: Vec<PathBuf>,
    /// Only scenarios with this tag; several are added up.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Speak over loopback TCP instead of a pipe in memory. The snapshots are the same.
    #[arg(long)]
    tcp: bool,
    /// How many scenarios run at once; left out: as many as there are processors.
    #[arg(long, short, value_name = "N")]
    jobs: Option<std::num::NonZeroUsize>,
    /// Take what is there now as the expected snapshots.
    #[arg(long, conflicts_with = "check")]
    accept: bool,
    /// Compare only and write nothing; the default when CI is set in the environment.
    #[arg(long)]
    check: bool,
    /// Write a report as well: junit=FILE.
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    reports: Vec<ReportTarget>,
}

/// A report and where it goes.
#[derive(Clone, Debug)]
enum ReportTarget {
    Junit(PathBuf),
}

impl FromStr for ReportTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some(("junit", file)) if !file.is_empty() => Ok(Self::Junit(file.into())),
            _ => Err("expected junit=FILE".to_owned()),
        }
    }
}

impl RunArgs {
    fn mode(&self) -> Mode {
        let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
        match (self.accept, self.check || in_ci) {
            (true, _) => Mode::Accept,
            (false, true) => Mode::Check,
            (false, false) => Mode::Pend,
        }
    }

    fn whole_suite(&self) -> bool {
        let is_part = |place: &PathBuf| {
            let whole = std::path::absolute(place).unwrap_or_else(|_| place.clone());
            whole.ancestors().skip(1).any(|folder| folder.ends_with("scenarios"))
        };
        self.tags.is_empty() && self.places.iter().all(|place| place.is_dir() && !is_part(place))
    }
}

/// Runs scenarios and reports.
pub fn run(args: &RunArgs, colour: Colour) -> Outcome {
    let (cases, wrong) = load(&args.places, &args.tags)?;
    for report in &wrong {
        diagnostics::print(report, colour);
    }
    let jobs = args.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, std::num::NonZeroUsize::get);
    let carrier = if args.tcp { Carrier::Tcp } else { Carrier::InMemory };
    let options = RunOptions { carrier, mode: args.mode(), jobs };
    let mut console = Console::stdout(cases.iter().map(|case| case.name.chars().count()).max().unwrap_or_default());
    let mut results = Vec::new();
    run_all(&cases, options, |result| {
        // Whoever closed the pipe does not want the rest of the lines; the exit code still counts.
        let _ = console.line(&result);
        results.push(result);
    });
    if !results.is_empty() {
        let _ = console.summary(&results);
    }
    if args.whole_suite() && wrong.is_empty() {
        for orphan in orphans(&cases) {
            let _ = console.note(&format!("orphan: {} belongs to no scenario; delete it", orphan.display()));
        }
    }
    if args.mode() == Mode::Pend && results.iter().any(|result| !result.passed()) {
        let _ = console.note("differences in snapshots wait for `mockgento review`");
    }
    for ReportTarget::Junit(path) in &args.reports {
        junit::write(path, &results).map_err(|error| miette::miette!("{error}"))?;
    }
    Ok(exit_code(&results, !wrong.is_empty()))
}

fn exit_code(results: &[CaseResult], files_wrong: bool) -> ExitCode {
    if files_wrong || results.iter().any(CaseResult::cannot_work) {
        ExitCode::InputWrong
    } else if results.iter().all(CaseResult::passed) {
        ExitCode::AsExpected
    } else {
        ExitCode::Failed
    }
}

/// The cases of all files that can be run, and reports on those that cannot.
pub(super) fn load(places: &[PathBuf], tags: &[String]) -> Result<(Vec<Case>, Vec<miette::Report>), miette::Report> {
    let (mut cases, mut wrong) = (Vec::new(), Vec::new());
    for path in find(places).map_err(diagnostics::of_scenario)? {
        match Story::load(&path) {
            Ok(story) if tagged(&story, tags) => cases.extend(story.cases()),
            Ok(_) => {}
            Err(error) => wrong.push(diagnostics::of_scenario(error)),
        }
    }
    if cases.is_empty() && wrong.is_empty() {
        return Err(miette::miette!(
            help = "`mockgento list` shows the tags",
            "no scenario has the tag {}",
            tags.join(", ")
        ));
    }
    Ok((cases, wrong))
}

fn tagged(story: &Story, tags: &[String]) -> bool {
    tags.is_empty() || story.script.tags.iter().any(|tag| tags.contains(tag.get()))
}

/// Snapshot files no scenario asks for.
fn orphans(cases: &[Case]) -> Vec<PathBuf> {
    let mut asked: BTreeMap<&PathBuf, BTreeSet<SnapshotName>> = BTreeMap::new();
    for case in cases {
        asked.entry(&case.story.snapshots).or_default().extend(case.snapshots());
    }
    asked.iter().flat_map(|(root, names)| Store::new(root.as_path(), Mode::Check).orphans(names)).collect()
}

//! `mockgento run`: the main job.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;

use super::diagnostics::{self, Colour};
use super::report_target::{self, Ended, ReportTarget};
use super::watch::watch;
use super::{ExitCode, Outcome};
use crate::report::console::{Console, Target, Verbosity};
use crate::report::format::About;
use crate::report::html;
use crate::scenario::coverage;
use crate::scenario::pool::{Event, PoolOptions, run_all};
use crate::scenario::result::CaseResult;
use crate::scenario::runner::{Carrier, RunOptions};
use crate::scenario::shard::Shard;
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
    /// Run again whenever a scenario or seed is saved, until Ctrl-C.
    #[arg(long, conflicts_with_all = ["accept", "check", "reports"])]
    watch: bool,
    /// Say only what failed, and the sum.
    #[arg(long, short)]
    quiet: bool,
    /// Seconds after which a scenario counts as slow.
    #[arg(long, env = "MOCKGENTO_SLOW", value_name = "SECONDS", default_value_t = 1)]
    slow: u64,
    /// Seconds after which a scenario is given up.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
    /// Run only this part of several, such as 2/4. Which scenarios are in it follows from their names.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Make the parts as long as each other by the times in this JSON report of an earlier run.
    #[arg(long, value_name = "FILE", requires = "shard")]
    durations: Option<PathBuf>,
    /// Write a report as well: junit, json, tap, github or html, and `=FILE`; without a file it goes to standard output, and
    /// everything else to standard error.
    #[arg(long = "report", value_name = "FORMAT[=FILE]")]
    reports: Vec<ReportTarget>,
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
        self.tags.is_empty()
            && self.shard.is_none()
            && self.places.iter().all(|place| place.is_dir() && !is_part(place))
    }
}

/// Runs scenarios and reports; again and again when asked to watch.
pub fn run(args: &RunArgs, colour: Colour) -> Outcome {
    if args.watch { watch(&args.places, colour, || run_once(args, colour)) } else { run_once(args, colour) }
}

fn run_once(args: &RunArgs, colour: Colour) -> Outcome {
    let streamed = report_target::to_stdout(&args.reports)?;
    let (mut cases, wrong) = load(&args.places, &args.tags)?;
    for report in &wrong {
        diagnostics::print(report, colour);
    }
    if let Some(shard) = args.shard {
        match &args.durations {
            Some(file) => shard.by_time(&mut cases, &report_target::durations(file)?),
            None => shard.by_name(&mut cases),
        }
    }
    let carrier = if args.tcp { Carrier::Tcp } else { Carrier::InMemory };
    let mut page = report_target::want_timelines(&args.reports).then(html::Page::default);
    let options = RunOptions::new(carrier, args.mode());
    let options = if page.is_some() { options.with_timeline() } else { options };
    let slow_after = Duration::from_secs(args.slow);
    let jobs = args.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, std::num::NonZeroUsize::get);
    let pool = PoolOptions { jobs, slow_after, stop_after: Duration::from_secs(args.timeout) };
    let about = About { scenarios: cases.len(), shard: args.shard.map(|shard| shard.to_string()), unread: wrong.len() };
    let (target, verbosity) = (
        if streamed.is_some() { Target::Stderr } else { Target::Stdout },
        if args.quiet { Verbosity::Quiet } else { Verbosity::Usual },
    );
    let mut console = Console::new(target, verbosity, slow_after, cases.iter().map(|case| case.name.as_str()));
    let mut results = Vec::new();
    let started = Instant::now();
    let mut stream = report_target::Streamed::begin(streamed, &about);
    run_all(&cases, options, pool, |event| match event {
        Event::Started(case) => console.started(&case.name),
        Event::Slow(case) => console.slow(&case.name),
        Event::Ended(case) => console.ended(&case.name),
        Event::Result(mut result) => {
            console.result(&result);
            stream.result(&result);
            if let Some(page) = &mut page {
                page.add(&result, cases.get(results.len()));
                // It is in the page now.
                result.timeline = None;
            }
            results.push(result);
        }
    });
    let elapsed = started.elapsed();
    if !results.is_empty() {
        console.summary(&results, elapsed);
    } else if let (Some(shard), true) = (args.shard, wrong.is_empty()) {
        console.note(&format!("no scenario is in part {shard}"));
    }
    if args.whole_suite() && wrong.is_empty() {
        for orphan in orphans(&cases) {
            console.note(&format!("orphan: {} belongs to no scenario; delete it", orphan.display()));
        }
    }
    if args.mode() == Mode::Pend && results.iter().any(CaseResult::has_new_snapshots) {
        console.note("differences in snapshots wait for `mockgento review`");
    }
    let page = page.map(|page| page.text(&about, elapsed, Some(&coverage::matrices(&cases, &results))));
    let ended = Ended { about: &about, results: &results, elapsed, page };
    stream.end(&ended)?;
    report_target::write_files(&args.reports, &ended)?;
    console.ended_well().map_err(|error| miette::miette!("cannot print the results: {error}"))?;
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

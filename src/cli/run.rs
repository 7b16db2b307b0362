//! `mockgento run`: the main job.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;

use super::attend::AttendArgs;
use super::clients::Clients;
use super::diagnostics::{self, Colour};
use super::interrupt;
use super::places::{Unread, load};
use super::repeat::Failed;
use super::report_target::{self, Ended, ReportTarget};
use super::watch::{Focus, watch};
use super::{ExitCode, Outcome};
use crate::report::console::{Console, Target, Verbosity};
use crate::report::format::About;
use crate::report::html;
use crate::scenario::Case;
use crate::scenario::coverage;
use crate::scenario::pool::{Event, PoolOptions, run_all_attended};
use crate::scenario::result::CaseResult;
use crate::scenario::runner::{Carrier, RunOptions};
use crate::scenario::shard::Shard;
use crate::snapshot::{Mode, SnapshotName, Store};

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Scenario files or folders of them.
    #[arg(default_value = "scenarios")]
    places: Vec<PathBuf>,
    /// Only scenarios with this tag; with several, those that have any of them.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Only cases with this text in their name or title.
    #[arg(short = 'k', long = "filter", value_name = "TEXT")]
    filter: Option<String>,
    /// Only this variant of scenarios with variants, or this case of a matrix.
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// Only cases that did not pass in this JSON report of an earlier run.
    #[arg(long, value_name = "FILE")]
    failed: Option<PathBuf>,
    /// Start no more cases once one has failed.
    #[arg(long)]
    fail_fast: bool,
    /// Run the scenarios with your own client instead of the built-in sync: the client's file, see docs/clients.md. One
    /// case at a time.
    #[arg(long, value_name = "FILE")]
    client: Option<PathBuf>,
    /// Write down the conversation with the client's adapter; `recorded: FILE` in a client's file then stands for the adapter.
    #[arg(long, value_name = "FILE", requires = "client", conflicts_with = "watch")]
    record_adapter: Option<PathBuf>,
    /// Speak over loopback TCP instead of a pipe in memory. The snapshots are the same.
    #[arg(long)]
    tcp: bool,
    /// How many scenarios run at once; left out: as many as there are processors.
    #[arg(long, short, value_name = "N")]
    jobs: Option<std::num::NonZeroUsize>,
    /// Accept every snapshot that differs.
    #[arg(long, conflicts_with = "check")]
    accept: bool,
    /// Compare only and write nothing; the default when CI is set in the environment.
    #[arg(long)]
    check: bool,
    /// Run again whenever a scenario or seed is saved, until Ctrl-C: first what failed, then what the saved file concerns.
    #[arg(long, conflicts_with_all = ["accept", "check", "reports"])]
    watch: bool,
    /// Print only failures and the sum.
    #[arg(long, short)]
    quiet: bool,
    /// Seconds after which a scenario counts as slow.
    #[arg(long, env = "MOCKGENTO_SLOW", value_name = "SECONDS", default_value_t = 1)]
    slow: u64,
    /// Seconds after which a scenario is stopped; 60 when left out, 600 with your own client.
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Run only this part of the suite, such as 2/4. The names of scenarios decide which part they are in.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Balance the shards by the times in this JSON report of an earlier run.
    #[arg(long, value_name = "FILE", requires = "shard")]
    durations: Option<PathBuf>,
    #[command(flatten)]
    attend: AttendArgs,
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

    /// The cases that are asked for; an empty choice is an error, not a success.
    fn selected(&self) -> Result<(Vec<Case>, Vec<Unread>), miette::Report> {
        let (mut cases, mut wrong) = load(&self.places, &self.tags)?;
        let all = cases.len() + wrong.len();
        if let Some(text) = &self.filter {
            let text = text.to_lowercase();
            let has =
                |name: &str, title: &str| name.to_lowercase().contains(&text) || title.to_lowercase().contains(&text);
            cases.retain(|case| has(&case.name, case.scenario.script.title.get()));
            // A file that cannot be read may hold the text as well, as it may have a tag that is asked for.
        }
        if let Some(variant) = &self.variant {
            cases.retain(|case| case.variant.as_ref() == Some(variant));
        }
        if let Some(file) = &self.failed {
            let failed = Failed::read(file)?;
            if !failed.is_any() {
                return Err(miette::miette!(
                    "{} has no case that did not pass; there is nothing to repeat",
                    file.display()
                ));
            }
            failed.keep(&mut cases, &mut wrong)?;
        }
        if cases.is_empty() && wrong.is_empty() && all > 0 {
            let help = "`mockgento list` shows the names of all cases";
            let cases = if all == 1 { "the 1 case" } else { &format!("none of the {all} cases") };
            let has = if all == 1 { "does not have" } else { "has" };
            return Err(miette::miette!(help = help, "{cases} {has} {}", self.asked()));
        }
        Ok((cases, wrong))
    }

    /// What a command that repeats one of the cases has to say as well.
    fn repeated_with(&self) -> Vec<String> {
        let client = self.client.iter().flat_map(|file| ["--client".to_owned(), file.display().to_string()]);
        client.chain(self.tcp.then(|| "--tcp".to_owned())).collect()
    }

    /// What was asked for, as it was typed.
    fn asked(&self) -> String {
        let filter = self.filter.iter().map(|text| format!("the text `{text}` in its name or title"));
        let variant = self.variant.iter().map(|name| format!("the variant `{name}`"));
        let failed = self.failed.iter().map(|file| format!("failed in {}", file.display()));
        filter.chain(variant).chain(failed).collect::<Vec<_>>().join(" and ")
    }

    /// Whether all cases of the scenarios run, and against our own snapshots.
    fn takes_whole_scenarios(&self) -> bool {
        let is_case = |place: &PathBuf| !place.exists();
        self.filter.is_none()
            && self.variant.is_none()
            && self.failed.is_none()
            && self.shard.is_none()
            && self.client.is_none()
            && !self.places.iter().any(is_case)
    }

    fn whole_suite(&self) -> bool {
        let is_part = |place: &PathBuf| {
            let whole = std::path::absolute(place).unwrap_or_else(|_| place.clone());
            whole.ancestors().skip(1).any(|folder| folder.ends_with("scenarios"))
        };
        self.takes_whole_scenarios()
            && self.tags.is_empty()
            && self.places.iter().all(|place| place.is_dir() && !is_part(place))
    }
}

/// Runs scenarios and reports; again and again when asked to watch.
pub fn run(args: &RunArgs, colour: Colour) -> Outcome {
    if args.watch {
        return watch(&args.places, colour, |focus| run_once(args, colour, Some(focus)));
    }
    run_once(args, colour, None)
}

fn run_once(args: &RunArgs, colour: Colour, mut focus: Option<&mut Focus>) -> Outcome {
    let streamed = report_target::to_stdout(&args.reports)?;
    report_target::probe(&args.reports)?;
    let (mut cases, mut wrong) = args.selected()?;
    if let Some(shard) = args.shard {
        match &args.durations {
            Some(file) => shard.by_time(&mut cases, &report_target::durations(file)?),
            None => shard.by_name(&mut cases),
        }
        // A file without cases belongs to one part as well, or several would count it.
        wrong.retain(|unread| shard.has(&unread.result.name));
    }
    for unread in &wrong {
        diagnostics::print(&unread.report, colour);
    }
    let narrowed = focus.as_mut().and_then(|focus| focus.narrow(&mut cases));
    let clients = Clients::attach(args.client.as_deref(), args.record_adapter.as_deref(), &mut cases)?;
    let carrier = if args.tcp { Carrier::Tcp } else { Carrier::InMemory };
    let mut page = report_target::want_timelines(&args.reports).then(html::Page::default);
    let options = RunOptions::new(carrier, args.mode());
    let wants_timelines = page.is_some() || args.attend.wants_timelines();
    let options = if wants_timelines { options.with_timeline() } else { options };
    let attend = args.attend.attend(&cases, streamed.is_some())?;
    let is_asking = args.attend.is_asking();
    let slow_after = if is_asking { Duration::MAX } else { Duration::from_secs(args.slow) };
    let jobs = clients.jobs(args.jobs);
    let pool = PoolOptions {
        jobs,
        slow_after,
        stop_after: match args.timeout {
            None if is_asking => Duration::MAX,
            None => Duration::from_secs(if clients.is_any() { 600 } else { 60 }),
            Some(seconds) => Duration::from_secs(seconds),
        },
        fail_fast: args.fail_fast,
        interrupted: (!args.watch).then(interrupt::flag),
    };
    let about = About {
        scenarios: cases.len() + wrong.len(),
        shard: args.shard.map(|shard| shard.to_string()),
        unread: wrong.len(),
        at_least: clients.at_least(),
    };
    let (target, verbosity) = (
        if streamed.is_some() { Target::Stderr } else { Target::Stdout },
        match (args.quiet, is_asking) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Still,
            (false, false) => Verbosity::Usual,
        },
    );
    let mut console = Console::new(target, verbosity, slow_after, cases.iter().map(|case| case.name.as_str()))
        .repeated_with(&args.repeated_with());
    if let Some(told) = &narrowed {
        console.note(told);
    }
    let mut results = Vec::new();
    let started = Instant::now();
    let mut stream = report_target::Streamed::begin(streamed, &about);
    run_all_attended(&cases, options, pool, attend, |event| match event {
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
    // Cases that were given up may still wait for their programs.
    interrupt::end_programs(pool.interrupted);
    let all_read = wrong.is_empty();
    let mut sums_of_clients = Vec::new();
    for unread in wrong {
        stream.result(&unread.result);
        if let Some(page) = &mut page {
            page.add(&unread.result, None);
        }
        results.push(unread.result);
    }
    if let Some(too_few) = clients.too_few(&results) {
        console.result(&too_few);
        stream.result(&too_few);
        if let Some(page) = &mut page {
            page.add(&too_few, None);
        }
        results.push(too_few);
    } else if !args.quiet {
        sums_of_clients = clients.told(&results);
    }
    if !results.is_empty() {
        console.summary(&results, elapsed);
    } else if let Some(shard) = args.shard {
        console.note(&format!("no scenario is in part {shard}"));
    }
    if let Some(focus) = focus {
        focus.note(&results);
    }
    if args.takes_whole_scenarios() && all_read && narrowed.is_none() {
        for orphan in orphans(&cases, args.whole_suite()) {
            console.note(&format!("orphan: {} belongs to no step of a scenario; delete it", orphan.display()));
        }
    }
    if args.mode() == Mode::Pend && results.iter().any(CaseResult::has_new_snapshots) {
        console.note("differences in snapshots wait for `mockgento review`");
    }
    let page = page.map(|page| page.text(&about, elapsed, Some(&coverage::matrices(&cases, &results))));
    let ended = Ended { about: &about, results: &results, elapsed, page };
    stream.end(&ended)?;
    report_target::write_files(&args.reports, &ended)?;
    for told in sums_of_clients {
        console.note(&told);
    }
    console.ended_well().map_err(|error| miette::miette!("cannot print the results: {error}"))?;
    Ok(exit_code(&results))
}

/// The exit code of a run with these results.
pub(super) fn exit_code(results: &[CaseResult]) -> ExitCode {
    if results.iter().any(CaseResult::cannot_work) {
        ExitCode::InputWrong
    } else if results.iter().any(CaseResult::failed) {
        ExitCode::Failed
    } else {
        ExitCode::AsExpected
    }
}

/// Snapshot files that no step asks for: of all scenarios there are, or of those that ran.
fn orphans(cases: &[Case], of_all: bool) -> Vec<PathBuf> {
    let mut asked: BTreeMap<&PathBuf, BTreeSet<SnapshotName>> = BTreeMap::new();
    for case in cases {
        asked.entry(&case.scenario.snapshots).or_default().extend(case.snapshots());
    }
    let ran: BTreeSet<&str> = cases.iter().map(|case| case.scenario.name.as_str()).collect();
    let of_these = |name: &SnapshotName| of_all || ran.iter().any(|scenario| name.is_of(scenario));
    asked.iter().flat_map(|(root, names)| Store::new(root.as_path(), Mode::Check).orphans(names, of_these)).collect()
}

//! `mockgento explore`: a disruption at every call of a scenario.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clap::Args;
use indexmap::IndexSet;

use super::clients::Clients;
use super::simulate::span;
use super::{ExitCode, Outcome, diagnostics, interrupt, places};
use crate::cli::diagnostics::Colour;
use crate::cli::output::{self, counted};
use crate::disrupt::{Disruption, WSDL_OPERATION};
use crate::magento::Contract;
use crate::printable::printable;
use crate::quirk::Profile;
use crate::report::matrix;
use crate::report::progress::Progress;
use crate::scenario::Case;
use crate::scenario::explore::{self, EditExploration, Exploration, ExploreOptions, Trouble};

/// Arguments of `explore`.
#[derive(Debug, Args)]
pub struct ExploreArgs {
    /// Scenario files or folders of them.
    #[arg(default_value = "scenarios")]
    places: Vec<PathBuf>,
    /// Only scenarios with this tag; with several, those that have any of them.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Only this case of a scenario with variants.
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// This profile instead of the profiles and quirks that the scenarios name.
    #[arg(long, value_name = "PROFILE")]
    profile: Option<Profile>,
    /// Your own client instead of the built-in sync: the client's file, see docs/clients.md. One run at a time.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["profile", "blame", "reproduce"])]
    client: Option<PathBuf>,
    /// Disruptions in one run: 1, or 2 for pairs.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    depth: u8,
    /// Seed of the random choice, when there are more runs than --max-runs.
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    /// Most runs of a scenario; of more, so many are chosen at random, single disruptions first. 10000 when left out, 200
    /// with your own client, which takes real time.
    #[arg(long, value_name = "N")]
    max_runs: Option<std::num::NonZeroUsize>,
    /// Begin no run after this time, such as 60s or 1h; what was not tried is counted.
    #[arg(long = "for", value_name = "TIME", value_parser = span)]
    lasting: Option<Duration>,
    /// Only these disruptions, by the words scenarios use.
    #[arg(long = "with", value_name = "KIND", value_delimiter = ',')]
    kinds: Vec<String>,
    /// Only at calls of these operations.
    #[arg(long = "at", value_name = "OPERATION", value_delimiter = ',')]
    operations: Vec<String>,
    /// Disrupt at most so many calls of an operation in each step, the first and the last among them.
    #[arg(long, value_name = "N")]
    calls: Option<std::num::NonZeroUsize>,
    /// Also answers that are wrong but look right, which no client can notice.
    #[arg(long)]
    unnoticeable: bool,
    /// For each failure, name the quirks that are behind it.
    #[arg(long)]
    blame: bool,
    /// Write the smallest scenario of each failure into this folder.
    #[arg(long, value_name = "DIR")]
    reproduce: Option<PathBuf>,
    /// How many run at once; left out: as many as there are processors.
    #[arg(long, short, value_name = "N")]
    jobs: Option<std::num::NonZeroUsize>,
    /// Instead of disruptions, edit the shop before every call: save a customer again, delete one, create one, place an
    /// order, rename a group, cancel an order.
    #[arg(long, conflicts_with_all = ["depth", "kinds", "unnoticeable", "blame", "reproduce"])]
    edits: bool,
    /// Print a JSON object per scenario instead of matrices.
    #[arg(long)]
    json: bool,
}

impl ExploreArgs {
    fn troubles(&self) -> Result<Vec<Trouble>, miette::Report> {
        if self.kinds.is_empty() {
            return Ok(if self.unnoticeable { explore::all() } else { explore::usual() });
        }
        let mut troubles = Vec::new();
        for kind in &self.kinds {
            let found = explore::by_kind(kind);
            if found.is_empty() {
                let known = Disruption::KINDS.iter().copied().filter(|kind| !explore::by_kind(kind).is_empty());
                let known: Vec<&str> = known.collect();
                let help = crate::scenario::finding::choices(kind, &known);
                return Err(miette::miette!(help = help, "`{kind}` is no disruption the explorer injects"));
            }
            troubles.extend(found);
        }
        Ok(troubles)
    }

    fn cases(&self, colour: Colour) -> Result<(Vec<Case>, bool), miette::Report> {
        let (mut cases, wrong) = places::load(&self.places, &self.tags)?;
        for unread in &wrong {
            diagnostics::print(&unread.report, colour);
        }
        if let Some(name) = &self.variant {
            cases.retain(|case| case.variant.as_ref() == Some(name));
            if cases.is_empty() {
                return Err(miette::miette!(
                    help = "`mockgento list` shows them behind the scenarios' names",
                    "no scenario has the variant {name}"
                ));
            }
        }
        Ok((cases, wrong.is_empty()))
    }
}

/// Operations that the shops of these cases have, or what was meant.
fn known_operations(named: &[String], cases: &[Case]) -> Result<(), miette::Report> {
    if named.is_empty() {
        return Ok(());
    }
    let mut known: IndexSet<String> = cases.iter().flat_map(Case::operations).collect();
    known.insert(WSDL_OPERATION.to_owned());
    let Some(name) = named.iter().find(|name| !known.contains(*name)) else { return Ok(()) };
    let contract = Contract::base();
    let others = known.iter().map(String::as_str);
    let help = contract.operation_meant(name, others);
    let help = help.unwrap_or_else(|| "such as `customerCustomerList`".to_owned());
    Err(miette::miette!(help = help, "Magento has no operation `{name}`"))
}

/// Explores and reports.
pub fn run(args: &ExploreArgs, colour: Colour) -> Outcome {
    let (mut cases, all_read) = args.cases(colour)?;
    known_operations(&args.operations, &cases)?;
    if let Some(file) = &args.client {
        let client = Clients::load_given(file, None)?;
        cases.iter_mut().for_each(|case| *case = case.explored_by(&client));
    }
    let jobs = args.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, std::num::NonZeroUsize::get);
    let attempts = explore::Attempts::default();
    let counted = attempts.clone();
    let mut progress = Progress::counting(cases.len(), move || counted.counts());
    let options = ExploreOptions {
        depth: args.depth,
        seed: args.seed,
        runs_max: args.max_runs.map_or(if args.client.is_some() { 200 } else { 10_000 }, std::num::NonZeroUsize::get),
        jobs: if args.client.is_some() { 1 } else { jobs },
        profile: args.profile,
        troubles: args.troubles()?,
        operations: args.operations.clone(),
        calls_max: args.calls,
        blame: args.blame,
        reproduce: args.reproduce.clone(),
        attempts: attempts.clone(),
        // Our own sync is ended with the process; somebody's programs are not.
        stops: args.client.as_ref().map(|_| interrupt::flag_that_ends_programs()),
        until: args.lasting.and_then(|lasting| Instant::now().checked_add(lasting)),
    };
    if let Some(folder) = &args.reproduce {
        std::fs::create_dir_all(folder).map_err(|cause| {
            let help = "name a folder that can be written to";
            miette::miette!(help = help, "cannot make the folder {}: {cause}", folder.display())
        })?;
    }
    let mut out = output::stdout();
    let mut told = Told::default();
    let mut broken = !all_read;
    for case in &cases {
        let is_stopped = || options.stops.is_some_and(|stops| stops.load(Ordering::Relaxed));
        if is_stopped() || options.until.is_some_and(|until| Instant::now() >= until) {
            told.too_late += 1;
            continue;
        }
        progress.started(&case.name);
        let found = match args.edits {
            true => explore::explore_edits(case, &options).map(Found::Edits),
            false => explore::explore(case, &options).map(Found::Disruptions),
        };
        match found {
            Ok(found) => {
                // Whoever closed the pipe does not want the rest of the lines; the exit code still counts.
                let _ = progress.above(|| out.write_all(found.shown(args.json).as_bytes()));
                if let (Some(folder), Found::Disruptions(found)) = (&args.reproduce, &found) {
                    reproduce(folder, found, colour)?;
                }
                told.add(&found, args.profile.is_none());
                let (done, all) = attempts.counts();
                told.tried += found.tried();
                told.untried += all - done;
            }
            Err(_) if is_stopped() => told.too_late += 1,
            // What a client cannot do is no mistake of the scenario.
            Err(message) if args.client.is_some() => {
                let text = match args.json {
                    true => format!("{}\n", serde_json::json!({"name": case.name, "skipped": message})),
                    false => format!("{}: skipped: {message}\n", case.name),
                };
                let _ = progress.above(|| out.write_all(printable(&text).as_bytes()));
            }
            Err(message) => {
                broken = true;
                let report = miette::miette!("{} cannot be explored: {message}", case.name);
                progress.above(|| diagnostics::print(&report, colour));
            }
        }
        progress.ended(&case.name);
    }
    progress.finish();
    if told.tried == 0 && !broken {
        let help = match args.operations.as_slice() {
            _ if told.untried + told.too_late > 0 => "give it more time with `--for`".to_owned(),
            [] => "name scenarios that sync; those that were found make no call".to_owned(),
            _ => "`mockgento explore` without `--at` shows the calls by line".to_owned(),
        };
        return Err(miette::miette!(help = help, "no call was explored, so nothing is shown to be right"));
    }
    if !args.json {
        let _ = out.write_all(told.summary().as_bytes());
    }
    Ok(match (broken, told.failures) {
        (true, _) => ExitCode::InputWrong,
        (false, 0) => ExitCode::AsExpected,
        (false, _) => ExitCode::Failed,
    })
}

/// What was found about a case, by what was done to it.
enum Found {
    Disruptions(Exploration),
    Edits(EditExploration),
}

impl Found {
    /// Runs in which something was done to the case.
    fn tried(&self) -> usize {
        match self {
            Self::Disruptions(found) => found.singles.runs + found.pairs.runs,
            Self::Edits(found) => found.tried.runs,
        }
    }

    fn shown(&self, json: bool) -> String {
        match (self, json) {
            (Self::Disruptions(found), true) => {
                format!("{}\n", crate::printable::json(&matrix::json(found).to_string()))
            }
            (Self::Disruptions(found), false) => matrix::text(found),
            (Self::Edits(found), true) => {
                format!("{}\n", crate::printable::json(&matrix::json_of_edits(found).to_string()))
            }
            (Self::Edits(found), false) => matrix::edits(found),
        }
    }
}

/// Sums over all scenarios.
#[derive(Default)]
struct Told {
    scenarios: usize,
    /// Attempts that were made.
    tried: usize,
    runs: usize,
    failures: usize,
    /// Losses of quirks that scenarios have themselves.
    known: usize,
    /// Runs there was no time for.
    untried: usize,
    /// Cases there was no time for.
    too_late: usize,
    seconds: f64,
    legend: String,
}

impl Told {
    fn add(&mut self, found: &Found, has_own_quirks: bool) {
        let (runs, all_failures, elapsed) = match found {
            Found::Disruptions(found) => (found.runs, found.failed.len(), found.elapsed),
            Found::Edits(found) => (found.runs, found.failed.len(), found.elapsed),
        };
        let known = match found {
            Found::Disruptions(found) => found.failed.iter().filter(|failed| failed.is_known()).count(),
            Found::Edits(found) => found.failed.iter().filter(|failed| failed.is_known()).count(),
        };
        let known = if has_own_quirks { known } else { 0 };
        self.scenarios += 1;
        self.runs += runs;
        self.known += known;
        self.failures += all_failures - known;
        self.seconds += elapsed.as_secs_f64();
        self.legend = match found {
            Found::Disruptions(found) => matrix::legend(found),
            Found::Edits(_) => matrix::legend_of_edits(),
        };
    }

    fn summary(&self) -> String {
        let per_second = if self.seconds > 0.0 { self.runs as f64 / self.seconds } else { 0.0 };
        let known = match self.known {
            0 => String::new(),
            known => format!(", {known} of the scenarios' own quirks"),
        };
        let untried = match (self.untried, self.too_late) {
            (0, 0) => String::new(),
            (runs, cases) => format!(
                "; it ended before {} and {}",
                counted(runs, "run", "runs"),
                counted(cases, "whole case", "whole cases")
            ),
        };
        format!(
            "{}\n{}, {} in {:.1} s ({per_second:.0} a second), {}{known}{untried}\n",
            self.legend,
            counted(self.scenarios, "case", "cases"),
            counted(self.runs, "run", "runs"),
            self.seconds,
            counted(self.failures, "failure", "failures")
        )
    }
}

/// Writes a file per failure, each in one step.
fn reproduce(folder: &Path, found: &Exploration, colour: Colour) -> Result<(), miette::Report> {
    for (number, failure) in found.failed.iter().enumerate() {
        let Some(reproduction) = &failure.reproduction else { continue };
        let text = match reproduction {
            Ok(text) => text,
            Err(why) => {
                let message = miette::miette!(
                    help = "the failure stands above all the same; `--at` and `--with` repeat its exploration",
                    "no scenario is written for {} number {}: {why}",
                    failure.verdict.as_str(),
                    number + 1
                );
                diagnostics::print(&message, colour);
                continue;
            }
        };
        let name = format!("{}.{}-{}.yaml", found.name.replace('/', "-"), failure.verdict.as_str(), number + 1);
        let path = folder.join(name);
        crate::report::file::write(&path, text.as_bytes()).map_err(|error| miette::miette!("{error}"))?;
    }
    Ok(())
}

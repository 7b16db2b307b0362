//! `mockgento simulate`: scenarios nobody has written.

use std::io::Write;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clap::Args;
use jiff::SignedDuration;

use super::clients::Clients;
use super::{ExitCode, Outcome, diagnostics, interrupt};
use crate::cli::diagnostics::Colour;
use crate::cli::output;
use crate::quirk::{Profile, Quirk};
use crate::scenario::simulate::{Found, SimulateOptions, greet, simulate_while};

/// Scenarios that are drawn before somebody looks at the time.
const BATCH: u64 = 64;
/// Of those for somebody's own client, which takes real time.
const BATCH_OF_CLIENTS: u64 = 1;
/// Runs in which the smallest scenario is looked for, with somebody's own client.
const SEARCH_OF_CLIENTS: usize = 40;
/// How long without a word about it.
const USUALLY: Duration = Duration::from_secs(60);

/// Arguments of `simulate`.
#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// Random seed: the same seed gives the same scenarios.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// How long, such as 60s or 1h; 60 seconds when neither this nor --scenarios is given.
    #[arg(long = "for", value_name = "TIME", value_parser = span)]
    lasting: Option<Duration>,
    /// Stop after this many scenarios.
    #[arg(long, value_name = "N")]
    scenarios: Option<NonZeroU64>,
    /// The number of the first scenario, to repeat one that failed.
    #[arg(long, default_value_t = NonZeroU64::MIN, value_name = "N")]
    first: NonZeroU64,
    /// The profile of every scenario.
    #[arg(long, default_value_t = Profile::Documented, value_name = "PROFILE")]
    profile: Profile,
    /// Switch this quirk on in every scenario and see what it loses, such as Q-44; may be given several times.
    #[arg(long = "quirk", value_name = "QUIRK", value_parser = quirk)]
    quirks: Vec<Quirk>,
    /// Your own client instead of the built-in sync: the client's file, see docs/clients.md. One scenario at a time.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["profile", "quirks"])]
    client: Option<PathBuf>,
    /// The folder for the smallest scenario of each failure; it is made when something fails.
    #[arg(long, default_value = "simulated", value_name = "DIR")]
    reproduce: PathBuf,
    /// Stop after so many failures.
    #[arg(long, default_value = "10", value_name = "N")]
    max_failures: NonZeroU64,
    /// How many run at once; left out: as many as there are processors.
    #[arg(long, short, value_name = "N")]
    jobs: Option<std::num::NonZeroUsize>,
    /// Print a JSON object per failure instead of words.
    #[arg(long)]
    json: bool,
}

/// A length of time on the command line.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let span: SignedDuration = text.parse().map_err(|_| "write a length of time such as 60s, 10m or 1h".to_owned())?;
    Duration::try_from(span)
        .ok()
        .filter(|span| !span.is_zero())
        .ok_or_else(|| "it must be longer than nothing".to_owned())
}

fn quirk(text: &str) -> Result<Quirk, String> {
    let found = Quirk::ALL.iter().copied().find(|quirk| quirk.id().eq_ignore_ascii_case(text));
    found.ok_or_else(|| "there is no such quirk; `mockgento quirks` lists them".to_owned())
}

pub fn run(args: &SimulateArgs, colour: Colour) -> Outcome {
    let jobs = args.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, std::num::NonZeroUsize::get);
    let client = args.client.as_deref().map(|file| Clients::load_given(file, None)).transpose()?;
    if let Some(client) = &client {
        greet(client).map_err(|why| miette::miette!("{why}"))?;
    }
    let options = SimulateOptions {
        seed: args.seed,
        profile: args.profile,
        quirks: args.quirks.clone(),
        jobs: if client.is_some() { 1 } else { jobs },
        search: if client.is_some() { SEARCH_OF_CLIENTS } else { SimulateOptions::default().search },
        client: client.clone(),
        stops: Some(interrupt::flag_that_ends_programs()),
        ..SimulateOptions::default()
    };
    let batch = if client.is_some() { BATCH_OF_CLIENTS } else { BATCH };
    let lasting = args.lasting.or_else(|| args.scenarios.is_none().then_some(USUALLY));
    let started = Instant::now();
    let first = args.first.get();
    let end = args.scenarios.map_or(u64::MAX, |count| first.saturating_add(count.get()));
    let (mut next, mut failed, mut run) = (first, 0, 0);
    let mut skipped = None;
    let mut out = output::stdout();
    let stops = interrupt::flag_that_ends_programs();
    let goes_on = || !stops.load(Ordering::Relaxed) && lasting.is_none_or(|lasting| started.elapsed() < lasting);
    while next < end && failed < args.max_failures.get() && goes_on() {
        let batch_end = next.saturating_add(batch).min(end);
        let simulated = simulate_while(&options, next..batch_end, &goes_on);
        next = next.saturating_add(simulated.tried);
        run += simulated.run;
        skipped = simulated.skipped.or(skipped);
        for found in simulated.failed {
            if failed == args.max_failures.get() {
                break;
            }
            failed += 1;
            let path = write(args, &found)?;
            let text = if args.json { json(args, &found, &path) } else { told(args, &found, &path) };
            // Whoever closed the pipe does not want the rest of the lines; the exit code still counts.
            let _ = out.write_all(text.as_bytes());
        }
    }
    if stops.load(Ordering::Relaxed) {
        let _ = writeln!(output::stderr(), "stopped before its end; `--first {next}` goes on with the next scenario");
    }
    let left_out = next - first - run;
    if !args.json {
        let skips = skipped.as_ref().map(|why| format!(", {left_out} skipped, the last because {why}"));
        let skips = skips.unwrap_or_default();
        let _ = writeln!(out, "seed {}: {run} scenarios, {failed} failed{skips}", args.seed);
    }
    // How fast it went is not said where the same seed is to give the same bytes.
    let seconds = started.elapsed().as_secs_f64();
    let per_second = if seconds > 0.0 { run as f64 / seconds } else { 0.0 };
    let _ = writeln!(output::stderr(), "{run} scenarios in {seconds:.1} s ({per_second:.0} a second)");
    if let Some(why) = skipped.filter(|_| run == 0) {
        let help =
            "name more in `supports` of its file once it can do more; `mockgento conform --features` lists the names";
        let none =
            miette::miette!(help = help, "the client can do none of the {left_out} scenarios that were drawn: {why}");
        diagnostics::print(&none, colour);
        return Ok(ExitCode::Failed);
    }
    Ok(if failed == 0 { ExitCode::AsExpected } else { ExitCode::Failed })
}

fn write(args: &SimulateArgs, found: &Found) -> Result<PathBuf, miette::Report> {
    std::fs::create_dir_all(&args.reproduce).map_err(|cause| {
        let help = "name a folder that can be written to with --reproduce";
        miette::miette!(help = help, "cannot make the folder {}: {cause}", args.reproduce.display())
    })?;
    let path = args.reproduce.join(format!("seed-{}-scenario-{}.yaml", args.seed, found.number));
    crate::report::file::write(&path, found.text.as_bytes()).map_err(|error| miette::miette!("{error}"))?;
    Ok(path)
}

fn told(args: &SimulateArgs, found: &Found, path: &std::path::Path) -> String {
    let (steps, of_all) = found.steps;
    let mut text = match steps {
        0 => format!("scenario {} fails; so does its beginning without any of its {of_all} steps:\n", found.number),
        _ if steps == of_all => format!("scenario {} fails, with all of its {of_all} steps:\n", found.number),
        1 => format!("scenario {} fails; so does 1 of its {of_all} steps alone:\n", found.number),
        _ => format!("scenario {} fails; so do {steps} of its {of_all} steps alone:\n", found.number),
    };
    for line in &found.why {
        text.push_str(&format!("  {line}\n"));
    }
    let client = args.client.as_ref().map(|file| format!(" --client {}", file.display())).unwrap_or_default();
    text.push_str(&format!("  see it again: mockgento run {}{client}\n\n", path.display()));
    text
}

fn json(args: &SimulateArgs, found: &Found, path: &std::path::Path) -> String {
    let object = serde_json::json!({
        "seed": args.seed,
        "scenario": found.number,
        "why": found.why,
        "steps": found.steps.0,
        "steps_drawn": found.steps.1,
        "runs": found.runs,
        "file": path.display().to_string(),
    });
    format!("{}\n", crate::printable::json(&object.to_string()))
}

//! `mockgento sync --dry-run`: a dry run of a copy of the CRM file. How one is made and what a plan says is `sync::plan`'s;
//! here it is bounded, resumed and printed.

mod gate;
mod html;
mod scratch;
mod text;

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use jiff::civil::Date;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};

use super::connection_args::{runtime, start_logging};
use super::interrupt::stoppable;
use super::sync::{Asked, SyncArgs, integration, start_of_walk, two_way_is_possible, website_is_there};
use super::sync_progress::SyncProgress;
use super::{ExitCode, Outcome};
use crate::cli::output;
use crate::client::ReadOnlyTransport;
use crate::clock::Clock;
use crate::crm::{Crm, IntegrationId, RunLock};
use crate::sync::connector::Stream;
use crate::sync::context::{StopFlag, SyncEvent, SyncOptions};
use crate::sync::outcome::ConnectorOutcome;
use crate::sync::plan::dry_run::{self, DryRun, Ended, Planned, SoFar};
use crate::sync::plan::{Plan, probe};
use crate::transport::masked;
use crate::whole_file;
use scratch::{Question, Scratch};

/// Arguments of a dry run.
#[derive(Debug, Args)]
pub struct DryRunArgs {
    /// Only plan: read from the shop, write nothing to it, and leave the CRM file as it is.
    #[arg(long)]
    pub dry_run: bool,
    /// Stop the dry run after about this many rows.
    #[arg(long, value_name = "ROWS", requires = "dry_run")]
    limit: Option<usize>,
    /// Walk back to this day only.
    #[arg(long, value_name = "DATE", requires = "dry_run")]
    since: Option<Date>,
    /// Plan only these.
    #[arg(long, value_name = "ENTITY", value_delimiter = ',', requires = "dry_run", value_parser = streams())]
    entities: Vec<Stream>,
    /// Send at most this many requests a second.
    #[arg(long, value_name = "REQUESTS", requires = "dry_run", value_parser = positive)]
    rate: Option<f64>,
    /// Stop the dry run after this many seconds.
    #[arg(long, value_name = "SECONDS", requires = "dry_run")]
    stop_after: Option<u64>,
    /// Write the plan as an HTML page too.
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    html: Option<PathBuf>,
    /// Keep the copy of the CRM that was synced into.
    #[arg(long, requires = "dry_run")]
    keep: bool,
    #[command(flatten)]
    gate: gate::GateArgs,
}

pub(super) fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate > 0.0 && rate.is_finite() => Ok(rate),
        _ => Err("expected a number above 0, such as 2 or 0.5".to_owned()),
    }
}

/// The streams that can be planned alone, by what people call their records: `credit-memos`.
static STREAMS: LazyLock<Vec<(String, Stream)>> = LazyLock::new(|| {
    let worded = |stream: &Stream| (stream.label().to_lowercase().replace(' ', "-"), *stream);
    Stream::CHANNEL_DEFAULT.iter().map(worded).collect()
});

/// A stream as an argument. The last word will do as well (`subscribers`), and so will the name of its connector.
fn possible((word, stream): &'static (String, Stream)) -> PossibleValue {
    let last = word.rsplit('-').next().unwrap_or(word);
    PossibleValue::new(word.as_str()).aliases([last, stream.connector_name()]).help(stream.label())
}

fn streams() -> impl TypedValueParser<Value = Stream> {
    let named = |text: String| {
        let found = STREAMS.iter().find(|one| possible(one).matches(&text, false));
        found.map(|(_, stream)| *stream).ok_or("not an entity")
    };
    PossibleValuesParser::new(STREAMS.iter().map(possible)).try_map(named)
}

/// Plans and prints; connectors that failed are exit code 1.
pub fn run(args: &SyncArgs) -> Outcome {
    start_logging(args.verbose);
    let clock = Clock::system();
    let asked = Asked::of(args)?;
    let question = Question {
        shop: masked(&asked.connection().url),
        since: args.dry.since,
        entities: args.dry.entities.iter().map(|stream| stream.connector_name().to_owned()).collect(),
        force: args.force,
        calls: Default::default(),
        writes: Vec::new(),
    };
    let mut guard = ReadOnlyTransport::new(asked.connection().transport()?, clock.clone());
    if let Some(rate) = args.dry.rate {
        guard = guard.with_rate(rate);
    }
    let guard = Arc::new(guard);
    let ended = Ended::default();
    let runtime = runtime()?;
    let probed = runtime.block_on(probe::probe(guard.clone(), asked.connection().client_options()?));
    let warnings = match probed {
        Ok(warnings) => warnings,
        Err(error) => {
            let _ = writeln!(output::stderr(), "nothing was planned: {error}");
            return Ok(ExitCode::Failed);
        }
    };
    website_is_there(&asked)?;
    two_way_is_possible(&asked)?;
    let _lock = RunLock::take(&args.crm).map_err(|error| miette!("{error}"))?;
    let mut scratch = Scratch::open(&args.crm, question, &clock)?;
    if scratch.resumed {
        let _ = writeln!(output::stderr(), "going on with the dry run in {}", scratch.folder.display());
    }
    let id = integration(&mut scratch.after, &asked)?;
    let done = runtime.block_on(planned(&asked, &mut scratch, id, &clock, guard, &ended))?;
    let Some(Planned { mut plan, outcome, so_far }) = done else { return Ok(ExitCode::Failed) };
    scratch.question.calls = so_far.calls;
    scratch.question.writes.clone_from(&so_far.writes);
    plan.shop = masked(&asked.connection().url);
    plan.warnings = warnings;
    print(args, &plan)?;
    let bounded = args.dry.limit.is_some_and(|limit| so_far.rows >= limit);
    scratch.close(args.dry.keep, plan.complete || bounded)?;
    let passes = args.dry.gate.pass(&plan)?;
    let came_through = outcome.connectors.iter().all(ConnectorOutcome::is_ok);
    Ok(match (came_through && passes, outcome.left_out().iter().any(|rows| rows.fate.is_lack())) {
        (false, _) => ExitCode::Failed,
        (true, true) => ExitCode::Incomplete,
        (true, false) => ExitCode::AsExpected,
    })
}

/// What the edits that wait would write to the shop, field by field, tried out on a copy of the CRM file.
pub(super) fn planned_exports(asked: &Asked<'_>, id: IntegrationId) -> miette::Result<String> {
    let clock = Clock::system();
    let guard = Arc::new(ReadOnlyTransport::new(asked.connection().transport()?, clock.clone()));
    let folder = tempfile::tempdir().into_diagnostic().wrap_err("cannot make a folder for a copy of the CRM file")?;
    let copy = folder.path().join("copy.sqlite");
    Crm::copy_file(&asked.args.crm, &copy).map_err(|error| miette!("{error}"))?;
    let mut crm = Crm::open(&copy, clock.clone()).map_err(|error| miette!("{error}"))?;
    // The copy has no more secrets than the file.
    let (url, key) = (asked.connection().shop_url()?, asked.connection().api_key()?);
    crm.lend_secrets(id, &url, &key).map_err(|error| miette!("{error}"))?;
    let quirks = asked.connection().profile.quirks();
    let done = runtime()?.block_on(dry_run::planned_exports(&mut crm, id, guard, clock, quirks));
    let found = done.map_err(|error| miette!("{error}"))?;
    Ok(text::exports(&found.writes, &found.export_failures))
}

async fn planned(
    asked: &Asked<'_>,
    scratch: &mut Scratch,
    id: IntegrationId,
    clock: &Clock,
    guard: Arc<ReadOnlyTransport>,
    ended: &Ended,
) -> miette::Result<Option<Planned>> {
    let args = asked.args;
    let stop = StopFlag::default();
    if let Some(seconds) = args.dry.stop_after {
        let (on_time, why, clock) = (stop.clone(), ended.clone(), clock.clone());
        tokio::spawn(async move {
            clock.sleep(Duration::from_secs(seconds)).await;
            why.by(format!("{seconds} seconds were over"));
            on_time.stop();
        });
    }
    let options = SyncOptions {
        force: args.force && !scratch.resumed,
        streams: args.dry.entities.clone(),
        since: args.dry.since,
        stop: stop.clone(),
        ..SyncOptions::default()
    };
    let saves = scratch.saver();
    let mut progress = if args.json {
        SyncProgress::none()
    } else {
        SyncProgress::on_stderr(start_of_walk(&scratch.after, id), args.telling())
    };
    let so_far = scratch.so_far();
    let mut shown = |event: &SyncEvent, so_far: &SoFar| {
        progress.show(event);
        saves.save(so_far);
    };
    let asked = DryRun {
        before: &scratch.before,
        after: &mut scratch.after,
        integration: id,
        transport: guard,
        clock: clock.clone(),
        quirks: asked.connection().profile.quirks(),
        options,
        rows_max: args.dry.limit,
        ended: ended.clone(),
        so_far,
        progress: &mut shown,
    };
    let done = stoppable(&stop, || ended.by("it was interrupted"), dry_run::dry_run(asked)).await;
    progress.finish();
    done.transpose().map_err(|error| miette!("{error}"))
}

fn print(args: &SyncArgs, plan: &Plan) -> miette::Result<()> {
    if let Some(path) = &args.dry.html {
        let name = path.display();
        let page = html::page(plan).into_diagnostic()?;
        whole_file::write_private(path, page.as_bytes())
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot write {name}"))?;
    }
    let mut out = output::stdout();
    let _ = if args.json { writeln!(out, "{}", output::to_json(plan)) } else { write!(out, "{}", text::plan(plan)) };
    Ok(())
}

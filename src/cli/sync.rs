//! `mockgento sync`: one sync of a shop into a CRM file.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};

use super::audit::Audit;
use super::connection_args::{ConnectionArgs, runtime, runtime_with_helper, start_logging};
use super::crm::opened;
use super::dry_run::{self, DryRunArgs};
use super::interrupt::stoppable;
use super::stored_shop::{ChosenShop, StoredShopArgs};
use super::sync_progress::{SyncProgress, Telling};
use super::winner::Winner;
use super::{ExitCode, Outcome};
use crate::cli::output;
use crate::client::MagentoClient;
use crate::clock::Clock;
use crate::crm::WebsiteId;
use crate::crm::{Crm, Integration, IntegrationId, JobStatus, JobTopic, RunLock, Scheduled};
use crate::quirk::Quirk;
use crate::sync::check_connection;
use crate::sync::connector::SUPPORTED_BRIDGE;
use crate::sync::context::{StopFlag, SyncContext, SyncEvent, SyncOptions};
use crate::sync::outcome::{ExportOutcome, ExportResult, SyncOutcome};
use crate::sync::queue::{JobDone, run_queue};
use crate::transport::masked;

/// Arguments of `sync`.
#[derive(Debug, Args)]
pub struct SyncArgs {
    #[command(flatten)]
    pub(super) shop: StoredShopArgs,
    /// CRM file; made when it does not exist, resumed when it does.
    #[arg(long, value_name = "FILE")]
    pub(super) crm: PathBuf,
    /// Website id, -1 for all. Left out: what the CRM file has, all in a new one.
    #[arg(long, value_name = "ID", allow_negative_numbers = true)]
    website: Option<WebsiteId>,
    /// Sync start date; after a sync it stays, in the profile orocrm-4.1 it may move earlier. Left out: what the CRM file
    /// has, 2007-01-01 in a new one.
    #[arg(long, value_name = "DATE")]
    start_date: Option<Date>,
    /// Two way sync: who wins a conflict, or off. Edits that wait in the CRM file are written to the shop unless it is
    /// off. Left out: what the CRM file has, off in a new one.
    #[arg(long, value_name = "WINNER")]
    two_way: Option<Winner>,
    /// Full re-sync: forget where the connectors stand.
    #[arg(long)]
    pub(super) force: bool,
    /// Write the edits that wait to the shop without asking first.
    #[arg(long)]
    yes: bool,
    /// Where every write to the shop is written down, with each field before and after. Left out: beside the CRM file.
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
    /// Keep the API key and the password of the URL in the CRM file, for the buttons of `mockgento crm`; everybody who can
    /// read the file has them then.
    #[arg(long)]
    save_key: bool,
    /// Calls under way at a time: 1 as OroCRM, or 2, which asks for the next page while one is written.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    concurrency: u8,
    /// Print the outcome as JSON.
    #[arg(long)]
    pub(super) json: bool,
    /// Print only failures and the sum.
    #[arg(long, short, conflicts_with = "verbose")]
    quiet: bool,
    /// Log what is done, with how long it took; twice for every call.
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    #[command(flatten)]
    pub(super) dry: DryRunArgs,
}

impl SyncArgs {
    /// How much is said while it runs.
    pub(super) fn telling(&self) -> Telling {
        Telling::of(self.quiet, self.verbose)
    }
}

/// A sync that was asked for, and the shop it is of.
pub(super) struct Asked<'a> {
    pub(super) args: &'a SyncArgs,
    pub(super) shop: ChosenShop,
}

impl<'a> Asked<'a> {
    /// Settles the shop by what the CRM file says of it.
    pub(super) fn of(args: &'a SyncArgs) -> miette::Result<Self> {
        Ok(Self { args, shop: args.shop.choose_in(&args.crm, args.website)? })
    }

    pub(super) fn connection(&self) -> &ConnectionArgs {
        &self.shop.connection
    }
}

/// Syncs and prints what happened; connectors or exports that failed are exit code 1.
pub fn run(args: &SyncArgs) -> Outcome {
    if args.dry.dry_run {
        return dry_run::run(args);
    }
    start_logging(args.verbose);
    let clock = Clock::system();
    let asked = Asked::of(args)?;
    website_is_there(&asked)?;
    two_way_is_possible(&asked)?;
    let _lock = RunLock::take(&args.crm).map_err(|error| miette!("{error}"))?;
    let mut crm = opened(Crm::open(&args.crm, clock.clone()))?;
    let id = integration(&mut crm, &asked)?;
    let mut audit = Audit::new(args.audit.as_deref(), &args.crm, masked(&asked.connection().url), clock.clone());
    if !confirmed(&crm, id, &asked, &mut audit)? {
        return Ok(ExitCode::Failed);
    }
    // A job that a killed run left, or that waits, goes on instead of a new one, as a full re-sync when one is wanted: nobody
    // else runs it, for the lock is ours.
    crm.redeliver_jobs(id).map_err(|error| miette!("{error}"))?;
    let scheduled = crm.schedule(id, JobTopic::SyncIntegration, args.force).map_err(|error| miette!("{error}"))?;
    if scheduled == Scheduled::Inactive {
        let _ = writeln!(
            output::stderr(),
            "the integration \"{}\" is not active, so nothing is synced; \"mockgento integration activate --crm {}\" switches it on",
            asked.shop.name,
            args.crm.display()
        );
        return Ok(ExitCode::Failed);
    }
    let transport = asked.connection().transport()?;
    let stop = StopFlag::default();
    let asks_ahead = args.concurrency > 1;
    let options = SyncOptions { stop: stop.clone(), asks_ahead, ..SyncOptions::default() };
    let mut progress =
        if args.json { SyncProgress::none() } else { SyncProgress::on_stderr(start_of_walk(&crm, id), args.telling()) };
    let unaudited = stop.clone();
    let mut events = |event: SyncEvent| {
        if let Err(error) = audit.hear(&event) {
            tracing::error!("the audit cannot be written, so the sync stops: {error}");
            unaudited.stop();
        }
        progress.show(&event);
    };
    let runtime = if asks_ahead { runtime_with_helper()? } else { runtime()? };
    let done = runtime.block_on(async {
        let mut context = SyncContext {
            crm: &mut crm,
            transport,
            clock,
            quirks: asked.connection().profile.quirks(),
            events: &mut events,
            options,
        };
        stoppable(&stop, || (), run_queue(&mut context, id)).await
    });
    // Nobody waits for a look-up of a name that hangs.
    runtime.shutdown_background();
    progress.finish();
    let Some(outcome) = done else {
        // As after a run that was killed, but that nobody has to find out.
        crm.redeliver_jobs(id).map_err(|error| miette!("{error}"))?;
        return Ok(ExitCode::Failed);
    };
    let outcome = joined(outcome.map_err(|error| miette!("{error}"))?)?;
    report(args, &outcome);
    Ok(code_of(&outcome))
}

/// 1 when something failed, 3 when all came through and rows are not in the CRM as the shop has them.
pub(super) fn code_of(outcome: &SyncOutcome) -> ExitCode {
    match (outcome.is_ok(), outcome.is_whole()) {
        (false, _) => ExitCode::Failed,
        (true, false) => ExitCode::Incomplete,
        (true, true) => ExitCode::AsExpected,
    }
}

/// What is not in the CRM as the shop has it, a line for each reason.
pub(super) fn lacks(outcome: &SyncOutcome) -> Vec<String> {
    let left_out = outcome.left_out().into_iter().map(|rows| rows.to_string());
    let behind = outcome.behind.iter().map(ToString::to_string);
    left_out.chain(behind).chain(outcome.not_begun.iter().map(ToString::to_string)).collect()
}

/// The outcome as JSON, with what is not in the CRM.
fn as_json(outcome: &SyncOutcome) -> serde_json::Value {
    let mut value = serde_json::json!(outcome);
    value["left_out"] = serde_json::json!(outcome.left_out());
    value["exit_code"] = serde_json::json!(code_of(outcome) as u8);
    value
}

/// Refuses a website that the shop does not have, before anything is written. A shop that cannot be asked is left to the
/// sync, which says why.
pub(super) fn website_is_there(asked: &Asked<'_>) -> miette::Result<()> {
    let Some(website) = asked.args.website.filter(|id| *id != WebsiteId::ALL) else { return Ok(()) };
    let is_kept = asked.shop.website == Some(website);
    if is_kept {
        return Ok(());
    }
    let connection = asked.connection();
    let (transport, options) = (connection.transport()?, connection.client_options()?);
    let Ok(found) = runtime()?.block_on(check_connection::check(transport, options)) else { return Ok(()) };
    if found.websites.iter().any(|known| known.id == website) {
        return Ok(());
    }
    let known = found.websites.iter().map(|known| format!("{} ({})", known.id, known.label));
    Err(miette!(
        help = format!("choose one of {}", known.collect::<Vec<_>>().join(", ")),
        "the shop has no website {website}"
    ))
}

/// Refuses to switch two-way sync on for a shop without the bridge, as the user guide does. A shop that cannot be
/// asked is left to the sync, which says why.
pub(super) fn two_way_is_possible(asked: &Asked<'_>) -> miette::Result<()> {
    let connection = asked.connection();
    let is_asked_for = asked.args.two_way.is_some_and(|winner| !matches!(winner, Winner::Off));
    if !is_asked_for || connection.profile.quirks().has(Quirk::TwoWayNeedsNoBridge) {
        return Ok(());
    }
    let (transport, options) = (connection.transport()?, connection.client_options()?);
    let found =
        runtime()?.block_on(async { Some(MagentoClient::connect(transport, options).await.ok()?.bridge().await) });
    let Some(found) = found.filter(|found| !found.is_unknown) else { return Ok(()) };
    if found.version.as_ref().is_some_and(|version| version.at_least(SUPPORTED_BRIDGE)) {
        return Ok(());
    }
    let has = found.version.map_or("it has none".to_owned(), |version| format!("it has {}", version.as_str()));
    Err(miette!(
        help = "install the bridge in the shop, or leave --two-way out; --profile orocrm-4.1 does without, as the reference client",
        "two-way sync needs the OroCRM bridge {SUPPORTED_BRIDGE} or newer in the shop, and {has}"
    ))
}

/// Whether edits that wait may be written to the shop. Nobody is asked when none wait; who is asked is shown every field
/// that would leave, with what the shop holds.
fn confirmed(crm: &Crm, id: IntegrationId, asked: &Asked<'_>, audit: &mut Audit) -> miette::Result<bool> {
    let settings = crm.integration(id).map_err(|error| miette!("{error}"))?.settings;
    let waiting = crm.pending_exports(id).map_err(|error| miette!("{error}"))?.len();
    if !settings.is_two_way_sync_enabled || waiting == 0 {
        return Ok(true);
    }
    audit.open()?;
    if asked.args.yes {
        return Ok(true);
    }
    let shop = masked(&asked.connection().url);
    if !std::io::stdin().is_terminal() {
        return Err(miette!(
            help = "see what they are with --dry-run; then give --yes, or --two-way off",
            "{} and would be written to {shop}",
            edits_wait(waiting)
        ));
    }
    let _ = write!(output::stderr(), "{}", dry_run::planned_exports(asked, id)?);
    let _ = write!(output::stderr(), "{} and would be written to {shop}. Go on? [y/N] ", edits_wait(waiting));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).into_diagnostic().wrap_err("cannot read the answer")?;
    let yes = matches!(answer.trim(), "y" | "Y" | "yes");
    if !yes {
        let _ = writeln!(output::stderr(), "nothing was synced");
    }
    Ok(yes)
}

/// Saves the chosen integration, or a new one, with what was given of its settings.
pub(super) fn integration(crm: &mut Crm, asked: &Asked<'_>) -> miette::Result<IntegrationId> {
    let Asked { args, shop } = asked;
    let known = crm.integrations().map_err(|error| miette!("{error}"))?;
    // The copy of a dry run that goes on has the integration that it made.
    let is_chosen = |one: &&Integration| shop.id.map_or(one.settings.name == shop.name, |id| one.id == id);
    let same = known.iter().find(is_chosen);
    let mut settings = same.map(|known| known.settings.clone()).unwrap_or_default();
    shop.fill(&mut settings)?;
    settings.save_key |= args.save_key;
    settings.website_id = args.website.unwrap_or(settings.website_id);
    settings.sync_start_date = args.start_date.unwrap_or(settings.sync_start_date);
    if let Some(winner) = args.two_way {
        winner.fill(&mut settings);
    }
    let saved = match same {
        Some(known) => crm.save_integration(known.id, &settings, &shop.connection.profile.quirks()).map(|()| known.id),
        None => crm.add_integration(&settings),
    };
    saved.map_err(|error| miette!("{error}"))
}

/// How far back the initial walk goes.
pub(super) fn start_of_walk(crm: &Crm, id: IntegrationId) -> Timestamp {
    let date = crm.integration(id).map(|integration| integration.settings.sync_start_date).unwrap_or_default();
    Offset::UTC.to_timestamp(date.to_datetime(Time::midnight())).unwrap_or_default()
}

/// What all jobs did together; one that could not begin is an error.
fn joined(done: Vec<JobDone>) -> miette::Result<SyncOutcome> {
    let mut all = SyncOutcome::default();
    for done in done {
        match done.outcome {
            Some(outcome) => all.join(outcome),
            None if done.job.status == JobStatus::Failed => return Err(miette!("{}", done.job.message)),
            None => {}
        }
    }
    Ok(all)
}

/// Whether nothing could be read since the shop takes no such user or key.
fn is_refused_login(outcome: &SyncOutcome) -> bool {
    let failures: Vec<&String> = outcome.connectors.iter().flat_map(|connector| &connector.failures).collect();
    !failures.is_empty() && failures.iter().all(|failure| failure.starts_with("login ") && failure.contains("fault 2:"))
}

/// What became of the edits that waited: how many are in the shop now, and each of the others with the reason.
fn exports(exports: &[ExportOutcome]) -> Vec<String> {
    let mut lines = Vec::new();
    let is_written = |export: &&ExportOutcome| matches!(export.result, ExportResult::Created | ExportResult::Updated);
    match exports.iter().filter(is_written).count() {
        0 => {}
        1 => lines.push("1 edit was written to the shop".to_owned()),
        many => lines.push(format!("{many} edits were written to the shop")),
    }
    for export in exports {
        let why = match &export.result {
            ExportResult::Failed { reason } => format!("failed: {reason}"),
            ExportResult::Skipped { reason } => format!("was not written: {reason}"),
            ExportResult::Removed => "was not written: it is removed in the shop".to_owned(),
            ExportResult::Unchanged => "had nothing to write: the shop holds it already".to_owned(),
            ExportResult::Created | ExportResult::Updated | ExportResult::Planned => continue,
        };
        lines.push(format!("the edit of {} {why}", export.record()));
    }
    lines
}

/// `1 edit waits`, `2 edits wait`.
fn edits_wait(count: usize) -> String {
    if count == 1 { "1 edit waits".to_owned() } else { format!("{count} edits wait") }
}

fn report(args: &SyncArgs, outcome: &SyncOutcome) {
    let mut out = output::stdout();
    if args.json {
        let _ = writeln!(out, "{}", output::to_json(&as_json(outcome)));
        return;
    }
    let failed = outcome.connectors.iter().filter(|connector| !connector.is_ok()).count();
    let read: usize = outcome.connectors.iter().map(|connector| connector.counts.read).sum();
    let added: usize = outcome.connectors.iter().map(|connector| connector.counts.added).sum();
    let updated: usize = outcome.connectors.iter().map(|connector| connector.counts.updated).sum();
    let text = if outcome.interrupted {
        "stopped; the next sync goes on from here".to_owned()
    } else if failed > 0 {
        let connectors = if failed == 1 { "connector" } else { "connectors" };
        format!("{failed} {connectors} failed; run it again once the cause is mended, it resumes where it stopped")
    } else if outcome.is_ok() && outcome.is_whole() {
        "done".to_owned()
    } else if outcome.is_ok() {
        "done, but rows were refused, skipped or out of reach".to_owned()
    } else {
        "done, but for edits that could not be written".to_owned()
    };
    let _ = writeln!(out, "{read} rows read, {added} added, {updated} updated: {text}");
    let notices = outcome.notices.iter().map(|notice| format!("Notice: {notice}"));
    if is_refused_login(outcome) {
        let _ = writeln!(
            out,
            "The shop refused the API user or key; \"mockgento check\" with the same --url and --user says what to look at."
        );
    }
    for line in exports(&outcome.exports).into_iter().chain(notices).chain(lacks(outcome)) {
        let _ = writeln!(out, "{line}");
    }
    if args.quiet {
        return;
    }
    let _ = writeln!(
        out,
        "The CRM is in {0}; look at it with \"mockgento crm show customer --crm {0}\" or any SQLite tool.",
        args.crm.display()
    );
}

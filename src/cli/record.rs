//! `mockgento record` and `mockgento replay`: a sync against a real shop as a folder without personal data, and that
//! folder as a shop.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};
use serde_json::Value;

use super::connection_args::{ConnectionArgs, runtime, start_logging};
use super::{ExitCode, Outcome};
use crate::client::ReadOnlyTransport;
use crate::clock::Clock;
use crate::crm::{Crm, IntegrationSettings};
use crate::record::{self, Cassette, Meta, Recorded, Recorder, Sanitiser, SubstituteKey};
use crate::sync::context::{SyncContext, SyncOptions};
use crate::sync::driver;
use crate::sync::outcome::SyncOutcome;

/// Arguments of `record`.
#[derive(Debug, Args)]
pub struct RecordArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// New folder for the recording.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Sync start date.
    #[arg(long, value_name = "DATE", default_value = "2007-01-01")]
    start_date: Date,
    /// Website id, -1 for all.
    #[arg(long, value_name = "ID", allow_negative_numbers = true, default_value_t = -1)]
    website: i64,
    /// File with the key of the substitutes: recordings made with one key replace a person by the same person. Left out,
    /// nobody knows the key.
    #[arg(long, value_name = "FILE")]
    substitutes: Option<PathBuf>,
    /// Log what is done; twice for every call.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Folder of the recording.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// New CRM file to replay into, to look at it afterwards.
    #[arg(long, value_name = "FILE")]
    crm: Option<PathBuf>,
}

/// Records; a sync in which connectors failed is a recording too, and exit code 1.
pub fn record(args: &RecordArgs) -> Outcome {
    start_logging(args.verbose);
    let mut sanitiser = Sanitiser::new(key(args)?);
    sanitiser.hide(args.connection.api_key()?.expose_secret(), "the API key");
    let clock = Clock::virtual_at(whole_seconds(Clock::system().now()));
    let guarded = ReadOnlyTransport::new(args.connection.transport()?, Clock::system());
    let recorder = Arc::new(Recorder::new(Arc::new(guarded)));
    let mut crm = Crm::in_memory(clock.clone()).map_err(|error| miette!("{error}"))?;
    let meta = Meta {
        clock: clock.now(),
        wsi: args.connection.wsi,
        profile: args.connection.profile.to_string(),
        sync_start_date: args.start_date,
        website: args.website,
    };
    let runtime = runtime()?;
    let outcome = runtime.block_on(synced(args, &mut crm, clock, &recorder))?;

    if let Some(refused) = outcome.connectors.iter().find(|done| !done.is_ok()).filter(|_| recorder.is_mute()) {
        return Err(miette!("there is nothing to record: {}", refused.message()));
    }
    let cassette = Cassette::of(&recorder.take(), meta, &mut sanitiser).map_err(|error| miette!("{error}"))?;
    let (replayed, _) = played(&runtime, &cassette, None)?;
    let live = crm.state().map_err(|error| miette!("{error}"))?;
    if let Some(place) = record::first_difference_but_names(&sanitiser.json(&live), &replayed) {
        return Err(miette!(
            help = "please report this with the field at that place",
            "the replay of the recording leaves another CRM than the shop did, at {place}; nothing was written"
        ));
    }
    let recorded = Recorded { cassette, crm: replayed };
    record::write(&args.out, &recorded, &sanitiser).map_err(|error| miette!("{error}"))?;
    let _ = writeln!(
        anstream::stdout(),
        "{} exchanges recorded in {}: {}. Replay them with \"mockgento replay {}\".",
        recorded.cassette.exchanges.len(),
        args.out.display(),
        outcome.summary(),
        args.out.display()
    );
    Ok(if outcome.is_ok() { ExitCode::AsExpected } else { ExitCode::Failed })
}

async fn synced(
    args: &RecordArgs,
    crm: &mut Crm,
    clock: Clock,
    recorder: &Arc<Recorder>,
) -> miette::Result<SyncOutcome> {
    let settings = IntegrationSettings {
        api_url: args.connection.url.to_string(),
        api_user: args.connection.user.clone(),
        api_key: args.connection.api_key()?,
        is_wsi_mode: args.connection.wsi,
        sync_start_date: args.start_date,
        website_id: args.website,
        ..IntegrationSettings::default()
    };
    let id = crm.add_integration(&settings).map_err(|error| miette!("{error}"))?;
    let mut ignore = |_| {};
    let mut context = SyncContext {
        crm,
        transport: recorder.clone(),
        clock,
        quirks: args.connection.profile.quirks(),
        events: &mut ignore,
        options: SyncOptions::default(),
    };
    driver::sync(&mut context, id).await.map_err(|error| miette!("{error}"))
}

fn key(args: &RecordArgs) -> miette::Result<SubstituteKey> {
    let Some(path) = &args.substitutes else {
        return SubstituteKey::unknown().map_err(|error| miette!("{error}"));
    };
    let text =
        std::fs::read_to_string(path).into_diagnostic().wrap_err_with(|| format!("cannot read {}", path.display()))?;
    match text.trim() {
        "" => Err(miette!(help = "put a long random text into it", "{} holds no key", path.display())),
        text => Ok(SubstituteKey::of(text)),
    }
}

/// The clock of a replay is written to the second.
fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// Replays; a CRM that differs from the recorded one is exit code 1.
pub fn replay(args: &ReplayArgs) -> Outcome {
    let recorded = record::read(&args.folder).map_err(|error| miette!("{error}"))?;
    let (state, outcome) = played(&runtime()?, &recorded.cassette, args.crm.as_deref())?;
    let mut out = anstream::stdout();
    let _ = writeln!(out, "{} exchanges replayed: {}", recorded.cassette.exchanges.len(), outcome.summary());
    match record::first_difference(&recorded.crm, &state) {
        None => {
            let _ = writeln!(out, "The CRM is the recorded one.");
            Ok(ExitCode::AsExpected)
        }
        Some(place) => {
            let _ = writeln!(out, "The CRM differs from the recorded one, first at {place}.");
            Ok(ExitCode::Failed)
        }
    }
}

fn played(
    runtime: &tokio::runtime::Runtime,
    cassette: &Cassette,
    file: Option<&std::path::Path>,
) -> miette::Result<(Value, SyncOutcome)> {
    let opened = match file {
        Some(path) if path.exists() => return Err(miette!("{} exists; name a new file", path.display())),
        Some(path) => Crm::open(path, cassette.clock()),
        None => Crm::in_memory(cassette.clock()),
    };
    let mut crm = opened.map_err(|error| miette!("{error}"))?;
    let outcome = runtime.block_on(record::replay(cassette, &mut crm)).map_err(|error| miette!("{error}"))?;
    Ok((crm.state().map_err(|error| miette!("{error}"))?, outcome))
}

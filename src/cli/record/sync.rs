//! A sync of ours that is recorded.

use std::sync::Arc;

use miette::miette;

use super::rehearsal::{Rehearsal, tell_differences};
use super::replay::played;
use super::{RecordArgs, hide_password, say, stop_request, whole_seconds};
use crate::cli::connection_args::runtime;
use crate::cli::sync::{code_of, lacks};
use crate::cli::{ExitCode, Outcome};
use crate::client::ReadOnlyTransport;
use crate::clock::Clock;
use crate::crm::{Crm, IntegrationSettings};
use crate::record::{self, Caller, Cassette, Meta, Recorded, Recorder, Sanitiser};
use crate::sync::context::{SyncContext, SyncOptions};
use crate::sync::driver;
use crate::sync::outcome::SyncOutcome;

pub(super) fn record(args: &RecordArgs, mut sanitiser: Sanitiser) -> Outcome {
    sanitiser.hide(args.connection.api_key()?.expose_secret(), "recorded-key");
    hide_password(&args.connection.shop_url()?, &mut sanitiser);
    let clock = Clock::virtual_at(whole_seconds(Clock::system().now()));
    let guarded = ReadOnlyTransport::new(args.connection.transport()?, Clock::system());
    let recorder = Recorder::new(Arc::new(guarded)).paced_by(clock.clone()).with_calls_max(args.limit);
    let recorder = Arc::new(recorder);
    let mut crm = Crm::in_memory(clock.clone()).map_err(|error| miette!("{error}"))?;
    let started = clock.now();
    let runtime = runtime()?;
    let outcome = runtime.block_on(synced(args, &mut crm, clock, &recorder))?;

    if recorder.is_mute() {
        let why = outcome.connectors.iter().find(|done| !done.is_ok()).map(|done| done.message());
        let why = match recorder.is_stopped() {
            true => "it was stopped before the shop had answered a call".to_owned(),
            false => why.unwrap_or_else(|| "the shop answered no call".to_owned()),
        };
        return Err(miette!("there is nothing to record: {why}; nothing was written"));
    }
    let meta = Meta {
        clock: started,
        wsi: args.connection.wsi,
        caller: Caller::Sync,
        profile: args.connection.profile.to_string(),
        sync_start_date: args.start_date,
        website: args.website,
        stopped: recorder.is_stopped(),
    };
    let cassette = Cassette::of(&recorder.take(), meta, &mut sanitiser).map_err(|error| miette!("{error}"))?;
    let (replayed, _) = played(&runtime, &cassette, None)?;
    let live = crm.state().map_err(|error| miette!("{error}"))?;
    if let Some(place) = record::first_difference_but_names(&sanitiser.json(&live), &replayed) {
        return Err(miette!(
            help = "please report this with the field at that place",
            "the replay of the recording leaves another CRM than the shop did, at {place}; nothing was written"
        ));
    }
    let rehearsed = Rehearsal::of_sync(&cassette, outcome.is_ok(), &replayed)?;
    let differences = rehearsed.differences.clone();
    let exchanges = cassette.exchanges.len();
    let stopped = cassette.meta.stopped;
    let recorded = Recorded { cassette: Some(cassette), crm: Some(replayed), ..rehearsed.files };
    record::write(&args.out, &recorded, &sanitiser).map_err(|error| miette!("{error}"))?;
    let out = args.out.display();
    let summary = if stopped { "stopped before the sync was done".to_owned() } else { outcome.summary() };
    say(&format!("{exchanges} exchanges recorded in {out}: {summary}. Replay them with \"mockgento replay {out}\"."));
    tell_differences(&args.out, &differences, "the recorded CRM");
    lacks(&outcome).iter().for_each(|line| say(line));
    Ok(if stopped { ExitCode::Failed } else { code_of(&outcome) })
}

async fn synced(
    args: &RecordArgs,
    crm: &mut Crm,
    clock: Clock,
    recorder: &Arc<Recorder>,
) -> miette::Result<SyncOutcome> {
    let settings = IntegrationSettings {
        api_url: args.connection.shop_url()?.to_string(),
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
    let stop = stop_request(args)?;
    // A stopped recorder answers nothing any more, so the sync comes to its end by itself.
    let sync = driver::sync(&mut context, id);
    tokio::pin!(sync);
    let outcome = tokio::select! {
        outcome = &mut sync => outcome,
        () = stop => {
            recorder.stop();
            sync.await
        }
    };
    outcome.map_err(|error| miette!("{error}"))
}

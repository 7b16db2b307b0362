//! A recorded sync without its shop.

use std::path::{Path, PathBuf};

use clap::Args;
use miette::miette;
use serde_json::Value;

use super::say;
use crate::cli::connection_args::runtime;
use crate::cli::{ExitCode, Outcome};
use crate::crm::Crm;
use crate::record::{self, Cassette};
use crate::sync::outcome::SyncOutcome;

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

/// Replays; a CRM that differs from the recorded one is exit code 1.
pub fn replay(args: &ReplayArgs) -> Outcome {
    let (cassette, crm) = record::read(&args.folder).map_err(|error| miette!("{error}"))?;
    let (state, outcome) = played(&runtime()?, &cassette, args.crm.as_deref())?;
    say(&format!("{} exchanges replayed: {}", cassette.exchanges.len(), outcome.summary()));
    match record::first_difference(&crm.unwrap_or_default(), &state) {
        None => {
            say("The CRM is the recorded one.");
            Ok(ExitCode::AsExpected)
        }
        Some(place) => {
            say(&format!("The CRM differs from the recorded one, first at {place}."));
            Ok(ExitCode::Failed)
        }
    }
}

pub(super) fn played(
    runtime: &tokio::runtime::Runtime,
    cassette: &Cassette,
    file: Option<&Path>,
) -> miette::Result<(Value, SyncOutcome)> {
    let opened = match file {
        Some(path) if path.exists() => return Err(miette!("{} exists; name a new file", path.display())),
        Some(path) => Crm::open(path, cassette.clock()),
        None => Crm::in_memory(cassette.clock()),
    };
    let mut crm = crate::cli::crm::opened(opened)?;
    let outcome = runtime.block_on(record::replay(cassette, &mut crm)).map_err(|error| miette!("{error}"))?;
    Ok((crm.state().map_err(|error| miette!("{error}"))?, outcome))
}

//! `mockgento record` and `mockgento replay`: a night at a real shop as a folder without personal data, and that folder as
//! a shop. Here are the arguments and what is said about them; what a recording is lives in `record`.

mod client;
mod proxy;
mod rehearsal;
mod replay;
mod serve;
mod sync;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::ArgPredicate;
use jiff::Timestamp;
use jiff::civil::Date;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};
use url::Url;

pub(super) use replay::{ReplayArgs, replay};
pub(super) use serve::serve_cassette;

use super::Outcome;
use super::connection_args::{ConnectionArgs, start_logging};
use super::stop_signal::stop_signal;
use crate::bounded;
use crate::cli::output;
use crate::crm::WebsiteId;
use crate::record::{self, Sanitiser, SubstituteKey};

/// Arguments of `record`.
#[derive(Debug, Args)]
#[command(
    mut_arg("user", |user| user
        .required(false)
        .required_unless_present("proxy")
        .default_value_if("proxy", ArgPredicate::IsPresent, "")
        .hide_default_value(true)),
    mut_arg("wsi", |wsi| wsi.conflicts_with("proxy")),
    mut_arg("profile", |profile| profile.conflicts_with("proxy")),
)]
pub struct RecordArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// New folder for the recording.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Record another client instead of the built-in sync: it uses the WSDL URL that is printed, and logs in itself.
    #[arg(long)]
    proxy: bool,
    /// Address of the proxy; port 0 takes any free one. Only loopback is reachable unless you name another.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", requires = "proxy")]
    listen: SocketAddr,
    /// Let calls through that write. Without it they get a fault and the shop never sees them.
    #[arg(long, requires = "proxy")]
    allow_writes: bool,
    /// Start this client once the proxy is there, with the shop in its environment as a `run` step has it, and stop when it
    /// ends. The recording then has a scenario that runs it.
    #[arg(long, value_name = "COMMAND", requires = "proxy")]
    client: Option<String>,
    /// Stop after so many seconds and write what there is; Ctrl-C does it at any time.
    #[arg(long, value_name = "SECONDS")]
    stop_after: Option<u64>,
    /// Stop after so many calls.
    #[arg(long, value_name = "CALLS")]
    limit: Option<usize>,
    /// Sync start date.
    #[arg(long, value_name = "DATE", default_value = "2007-01-01", conflicts_with = "proxy")]
    start_date: Date,
    /// Website id, -1 for all.
    #[arg(long, value_name = "ID", allow_negative_numbers = true, default_value_t = WebsiteId::ALL, conflicts_with = "proxy")]
    website: WebsiteId,
    /// File with the key of the substitutes: recordings made with one key replace a person by the same person. Left out,
    /// nobody knows the key.
    #[arg(long, value_name = "FILE")]
    substitutes: Option<PathBuf>,
    /// Log what is done; twice for every call.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

/// Records; a sync in which connectors failed is a recording too, and exit code 1.
pub fn record(args: &RecordArgs) -> Outcome {
    start_logging(args.verbose);
    // Before a night is spent on it.
    record::check_folder(&args.out).map_err(|error| miette!("{error}"))?;
    let sanitiser = Sanitiser::new(key(args)?);
    if args.proxy { proxy::record(args, sanitiser) } else { sync::record(args, sanitiser) }
}

fn key(args: &RecordArgs) -> miette::Result<SubstituteKey> {
    let Some(path) = &args.substitutes else {
        return SubstituteKey::unknown().map_err(|error| miette!("{error}"));
    };
    let text = bounded::read_text(path, bounded::TEXT_BYTES_MAX)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot read {}", path.display()))?;
    match text.trim() {
        "" => Err(miette!(help = "put a long random text into it", "{} holds no key", path.display())),
        text => Ok(SubstituteKey::of(text)),
    }
}

/// The password of the URL is no part of a recording, even where the shop repeats it.
fn hide_password(url: &Url, sanitiser: &mut Sanitiser) {
    for text in crate::transport::password_texts(url) {
        sanitiser.hide(text, "recorded-password");
    }
}

/// The clock of a replay is written to the second.
fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// Ctrl-C, heard from here on, or the time that `--stop-after` gives.
fn stop_request(args: &RecordArgs) -> miette::Result<impl Future<Output = ()>> {
    let signal = stop_signal().into_diagnostic().wrap_err("cannot wait for Ctrl-C")?;
    let limit = args.stop_after.map(Duration::from_secs);
    let time_is_up = async move {
        match limit {
            Some(limit) => tokio::time::sleep(limit).await,
            None => std::future::pending().await,
        }
    };
    Ok(async move {
        tokio::select! {
            () = time_is_up => {}
            () = signal => {}
        }
    })
}

/// A reader that closed the pipe early has seen what it wanted.
fn say(text: &str) {
    let _ = writeln!(output::stdout(), "{text}");
    let _ = output::stdout().flush();
}

//! A recording as a shop for any client, until Ctrl-C.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use miette::{IntoDiagnostic as _, WrapErr as _, miette};

use super::say;
use crate::cli::serve::stop_signal;
use crate::cli::{ExitCode, Outcome};
use crate::record::{self, Play, ServedCassette};
use crate::server::Front;

/// Serves a recording.
pub async fn serve_cassette(folder: &Path, listen: SocketAddr) -> Outcome {
    let (cassette, _) = record::read(folder).map_err(|error| miette!("{error}"))?;
    let play = Play::new(&cassette).map_err(|error| miette!("{error}"))?;
    let path = ServedCassette::wsdl_path(&cassette).map_err(|error| miette!("{error}"))?;
    let front = Front::start(listen, |address| Arc::new(ServedCassette::new(play, address))).await;
    let front = front.map_err(|error| miette!("{error}"))?;
    if !front.address().ip().is_loopback() {
        tracing::warn!(address = %front.address(), "this recording is reachable from other machines");
    }
    let stop = stop_signal().into_diagnostic().wrap_err("cannot wait for Ctrl-C")?;
    let (calls, address) = (cassette.exchanges.len(), front.address());
    say(&format!("Recording of {calls} calls at http://{address}/\nWSDL at http://{address}{path}\nStop with Ctrl-C."));
    stop.await;
    front.stop().await;
    Ok(ExitCode::AsExpected)
}

//! A recording as a shop for any client, until Ctrl-C.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use miette::{IntoDiagnostic as _, WrapErr as _, miette};

use super::say;
use crate::cli::ready::{Ready, ReadyArgs};
use crate::cli::{ExitCode, Outcome};
use crate::record::{self, Play, ServedCassette};
use crate::server::Front;

/// Serves a recording, and tells where as `args` say: in a line of JSON when `is_json`.
pub async fn serve_cassette(folder: &Path, listen: SocketAddr, args: &ReadyArgs, is_json: bool) -> Outcome {
    let files = args.prepare()?;
    let (cassette, _) = record::read(folder).map_err(|error| miette!("{error}"))?;
    let play = Play::new(&cassette).map_err(|error| miette!("{error}"))?;
    let path = ServedCassette::wsdl_path(&cassette).map_err(|error| miette!("{error}"))?;
    let front = Front::start(listen, |address| Arc::new(ServedCassette::new(play, address))).await;
    let front = front.map_err(|error| miette!("{error}"))?;
    if !front.address().ip().is_loopback() {
        tracing::warn!(address = %front.address(), "this recording is reachable from other machines");
    }
    let end = args.end().into_diagnostic().wrap_err("cannot wait for Ctrl-C")?;
    let (calls, address) = (cassette.exchanges.len(), front.address());
    let ready = Ready::at(address, format!("http://{address}/"), format!("http://{address}{path}"));
    files.write(&ready)?;
    if is_json {
        ready.print();
    } else {
        say(&format!("Recording of {calls} calls at {}\nWSDL at {}\nStop with Ctrl-C.", ready.url, ready.wsdl));
    }
    end.await.log();
    files.remove(&ready);
    front.stop().await;
    Ok(ExitCode::AsExpected)
}

//! Somebody else's client, recorded on its way to the shop.

use std::sync::Arc;

use miette::miette;
use url::Url;

use super::client::{self, Ended};
use super::rehearsal::{Rehearsal, tell_differences};
use super::{RecordArgs, hide_password, say, stop_request, whole_seconds};
use crate::cli::connection_args::runtime_with_helper;
use crate::cli::output;
use crate::cli::{ExitCode, Outcome};
use crate::clock::Clock;
use crate::quirk::Profile;
use crate::record::{self, Caller, Cassette, Meta, Proxy, RECORDED_BYTES_MAX, Recorded, Sanitiser, Writes};
use crate::server::Front;
use crate::transport::{Redirects, Transport};

pub(super) fn record(args: &RecordArgs, mut sanitiser: Sanitiser) -> Outcome {
    if let Some(key) = args.connection.keys.given()? {
        sanitiser.hide(key.expose_secret(), "recorded-key");
    }
    hide_password(&args.connection.shop_url()?, &mut sanitiser);
    let started = whole_seconds(Clock::system().now());
    let runtime = runtime_with_helper()?;
    let transport = args.connection.transport_with(Redirects::AreAnswers)?;
    let (proxy, ended) = runtime.block_on(proxied(args, transport))?;
    let recorder = proxy.recorder();
    if recorder.calls() == 0 {
        return Err(miette!(
            help = "let the client use the WSDL URL that was printed, not the shop's own; PHP caches WSDLs",
            "no call came through the proxy; nothing was written"
        ));
    }
    let meta = Meta {
        clock: started,
        wsi: false,
        caller: Caller::Client,
        profile: Profile::default().to_string(),
        sync_start_date: args.start_date,
        website: args.website,
        stopped: false,
    };
    let cassette = Cassette::of(&recorder.take(), meta, &mut sanitiser).map_err(|error| miette!("{error}"))?;
    let rehearsed = match (&args.client, &ended) {
        (Some(command), Some(ended)) => Rehearsal::of_client(&cassette, ended.success, command, &args.out)?,
        _ => Rehearsal::seed_only(&cassette)?,
    };
    let differences = rehearsed.differences.clone();
    let exchanges = cassette.exchanges.len();
    let recorded = Recorded { cassette: Some(cassette), ..rehearsed.files };
    record::write(&args.out, &recorded, &sanitiser).map_err(|error| miette!("{error}"))?;
    let out = args.out.display();
    say(&format!("{exchanges} calls recorded in {out}. Answer them with \"mockgento serve --cassette {out}\"."));
    if args.client.is_some() {
        tell_differences(&args.out, &differences, "the same calls");
        if !differences.is_empty() {
            say("A client that asks for people by their names finds nobody in that shop: they have others there.");
        }
    } else {
        say("There is no scenario, since only you know the client: --client COMMAND starts it and writes one.");
    }
    Ok(if ended.is_none_or(|ended| ended.success) { ExitCode::AsExpected } else { ExitCode::Failed })
}

async fn proxied(args: &RecordArgs, transport: Arc<dyn Transport>) -> miette::Result<(Proxy, Option<Ended>)> {
    let writes = if args.allow_writes { Writes::Allowed } else { Writes::Refused };
    let mut made = None;
    let shop = args.connection.shop_url()?;
    let front = Front::start(args.listen, |address| {
        let proxy = Proxy::new(&shop, address, transport, writes, args.limit);
        made = Some(proxy.clone());
        Arc::new(proxy)
    });
    let front = front.await.map_err(|error| miette!("{error}"))?;
    let Some(proxy) = made else { return Err(miette!("the proxy did not start")) };
    if !front.address().ip().is_loopback() {
        tracing::warn!(address = %front.address(), "this proxy is reachable from other machines, and so is the shop through it");
    }
    let stop = stop_request(args)?;
    // A shop that is down now may be up when the client comes.
    match proxy.look(&shop).await {
        Ok(200) => {}
        Ok(status) => say_on_stderr(&format!("warning: the shop's WSDL URL answers with status {status}")),
        Err(error) => say_on_stderr(&format!("warning: {error}")),
    }
    let wsdl = wsdl_url(&args.connection.url, &front);
    say(&format!(
        "Recording proxy of {} at http://{}/{}\nWSDL at {wsdl}\nStop with Ctrl-C; at most {} MB are kept.",
        crate::transport::masked(&args.connection.url),
        front.address(),
        if args.allow_writes { ", which lets writes through" } else { "" },
        RECORDED_BYTES_MAX / (1024 * 1024)
    ));
    let until = async {
        tokio::select! {
            () = stop => {}
            () = proxy.recorder().stopping() => {}
        }
    };
    let ended = match &args.client {
        None => {
            until.await;
            None
        }
        Some(command) => {
            let running = client::run(command, &wsdl, args);
            tokio::select! {
                ended = running => Some(ended?),
                () = until => Some(Ended { success: false }),
            }
        }
    };
    front.stop().await;
    proxy.recorder().stop();
    Ok((proxy, ended))
}

fn say_on_stderr(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(output::stderr(), "{text}");
}

/// The shop's WSDL URL with the proxy's host; user and password stay with the proxy.
fn wsdl_url(shop: &Url, front: &Front) -> String {
    let query = shop.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("http://{}{}{query}", front.address(), shop.path())
}

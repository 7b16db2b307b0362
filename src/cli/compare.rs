//! `mockgento compare`: the same questions to two shops, and what differs.

use std::io::Write as _;

use clap::Args;
use miette::miette;
use url::Url;

use super::connection_args::{ConnectionArgs, runtime, start_logging};
use super::{ExitCode, Outcome};
use crate::client::{ClientOptions, ReadOnlyTransport, WsdlCache, compare};
use crate::clock::Clock;

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// The other shop's SOAP WSDL URL; same user, same key.
    #[arg(long, value_name = "URL")]
    with: Url,
    /// Print the differences as JSON.
    #[arg(long)]
    json: bool,
    /// Log what is done; twice for every call.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

/// Asks both; differences are exit code 1.
pub fn run(args: &CompareArgs) -> Outcome {
    start_logging(args.verbose);
    let transport = std::sync::Arc::new(ReadOnlyTransport::new(args.connection.transport()?, Clock::system()));
    let first = args.connection.client_options()?;
    let second = ClientOptions { url: args.with.clone(), wsdl_cache: WsdlCache::default(), ..first.clone() };
    let compared = runtime()?.block_on(compare::compare(transport, first, second));
    let differences = compared.map_err(|error| miette!("{error}"))?;
    let mut out = anstream::stdout();
    if args.json {
        let _ = writeln!(out, "{}", serde_json::to_string_pretty(&differences).unwrap_or_default());
    } else if differences.is_empty() {
        let _ = writeln!(out, "both answer alike");
    }
    for differs in differences.iter().filter(|_| !args.json) {
        let _ = writeln!(out, "{}: {} differ", differs.question, differs.aspect);
        for (sign, text) in [("<", &differs.first), (">", &differs.second)] {
            if !text.is_empty() {
                let _ = writeln!(out, "  {sign} {text}");
            }
        }
    }
    Ok(if differences.is_empty() { ExitCode::AsExpected } else { ExitCode::Failed })
}

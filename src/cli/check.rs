//! `mockgento check`: Check Connection, as the button of the integration form does it.

use std::io::Write as _;

use clap::Args;
use serde::Serialize;

use super::connection_args::{ConnectionArgs, runtime, start_logging};
use super::{ExitCode, Outcome};
use crate::sync::check_connection::{self, CheckFailure, CheckReport};

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
    /// Log what is done; twice for every call.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

/// Checks and prints what was found; a check that fails is exit code 1.
pub fn run(args: &CheckArgs) -> Outcome {
    start_logging(args.verbose);
    let (transport, options) = (args.connection.transport()?, args.connection.client_options()?);
    let result = runtime()?.block_on(check_connection::check(transport, options));
    let mut out = anstream::stdout();
    // A closed pipe has seen enough; what was found is in the exit code too.
    match result {
        Ok(report) => {
            let text = if args.json { json(&report) } else { human(&report) };
            let _ = writeln!(out, "{text}");
            Ok(ExitCode::AsExpected)
        }
        Err(error) if args.json => {
            let _ = writeln!(out, "{}", json(&CheckFailure::from(&error)));
            Ok(ExitCode::Failed)
        }
        Err(error) => {
            let failure = CheckFailure::from(&error);
            let _ =
                writeln!(out, "Connection failed: {}\n(OroCRM's form says: {})", failure.reason, failure.error_message);
            Ok(ExitCode::Failed)
        }
    }
}

fn json(result: &impl Serialize) -> String {
    serde_json::to_string_pretty(result).unwrap_or_default()
}

fn human(report: &CheckReport) -> String {
    let mut lines =
        vec![if report.is_warning { format!("Warning: {}", report.message) } else { report.message.clone() }];
    lines.push(String::new());
    lines.push("Websites".to_owned());
    lines.extend(report.websites.iter().map(|website| format!("  {:>3}  {}", website.id, website.label)));
    lines.push(String::new());
    lines.push(format!("Bridge: {}", report.extension_version.as_deref().unwrap_or("not installed")));
    for (label, value) in [("Magento", &report.magento_version), ("Admin URL", &report.admin_url)] {
        lines.push(format!("{label}: {}", value.as_deref().unwrap_or("unknown; only the bridge tells")));
    }
    let notes = if report.is_order_note_support_extension_version { "supported" } else { "not supported" };
    lines.push(format!("Order notes: {notes}"));
    lines.push(format!("Calls go to: {}", report.service_address));
    lines.extend(report.warnings.iter().map(|warning| format!("Warning: {warning}")));
    let connectors: Vec<_> = report.connectors.keys().copied().collect();
    lines.push(format!("Connectors: {}", connectors.join(", ")));
    lines.push(String::new());
    lines.push("What will be available".to_owned());
    for feature in &report.availability {
        let mark = if feature.available { "yes" } else { "no " };
        lines.push(format!("  {mark}  {}: {}", feature.feature, feature.note));
    }
    lines.join("\n")
}

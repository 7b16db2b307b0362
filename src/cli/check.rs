//! `mockgento check`: Check Connection, as the button of the integration form does it.

use std::io::Write as _;

use clap::Args;

use super::connection_args::{ConnectionArgs, runtime, start_logging};
use super::{ExitCode, Outcome};
use crate::sync::check_connection::{self, CheckReport};

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
            let _ = writeln!(out, "{}", serde_json::json!({"success": false, "errorMessage": error.to_string()}));
            Ok(ExitCode::Failed)
        }
        Err(error) => {
            let _ = writeln!(out, "Connection failed: {error}\n(OroCRM's form says: Parameters are not valid!)");
            Ok(ExitCode::Failed)
        }
    }
}

fn json(report: &CheckReport) -> String {
    serde_json::to_string_pretty(report).unwrap_or_default()
}

fn human(report: &CheckReport) -> String {
    let mut lines =
        vec![if report.is_warning { format!("Warning: {}", report.message) } else { report.message.clone() }];
    lines.push(String::new());
    lines.push("Websites".to_owned());
    lines.extend(report.websites.iter().map(|website| format!("  {:>3}  {}", website.id, website.label)));
    for (label, value) in [
        ("Bridge", report.extension_version.as_deref()),
        ("Magento", report.magento_version.as_deref()),
        ("Admin URL", report.admin_url.as_deref()),
    ] {
        lines.push(format!("{label}: {}", value.unwrap_or("unknown; only the bridge tells")));
    }
    lines.push(format!("Connectors: {}", report.connectors.join(", ")));
    lines.push(String::new());
    lines.push("What will be available".to_owned());
    for feature in &report.availability {
        let mark = if feature.available { "yes" } else { "no " };
        lines.push(format!("  {mark}  {}: {}", feature.feature, feature.note));
    }
    lines.join("\n")
}

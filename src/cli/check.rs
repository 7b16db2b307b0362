//! `mockgento check`: Check Connection, as the button of the integration form does it.

use std::io::Write as _;

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use miette::miette;
use serde::Serialize;

use super::connection_args::{runtime, start_logging};
use super::crm::opened;
use super::stored_shop::{ChosenShop, StoredShopArgs};
use super::{ExitCode, Outcome};
use crate::cli::output;
use crate::clock::Clock;
use crate::crm::{Crm, WebsiteId};
use crate::sync::check_connection::{self, CheckFailure, CheckReport};

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    shop: StoredShopArgs,
    /// Save the integration in this CRM file with what the check found: the list of websites, the bridge, the admin URL. A
    /// new integration is made when there is none of the name.
    #[arg(long, value_name = "FILE")]
    crm: Option<PathBuf>,
    /// Sync start date; once stored it may only move earlier. Left out: what the CRM file has, 2007-01-01 in a new
    /// integration.
    #[arg(long, value_name = "DATE", requires = "crm")]
    start_date: Option<Date>,
    /// Website id, -1 for all. Left out: what the CRM file has, all in a new integration.
    #[arg(long, value_name = "ID", allow_negative_numbers = true, requires = "crm")]
    website: Option<WebsiteId>,
    /// Keep the API key and the password of the URL in the CRM file, for the buttons of `mockgento crm`; everybody who can
    /// read the file has them then.
    #[arg(long, requires = "crm")]
    save_key: bool,
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
    let shop = match &args.crm {
        Some(file) => args.shop.choose_in(file, args.website)?,
        None => args.shop.choose(&[], None)?,
    };
    let (transport, options) = (shop.connection.transport()?, shop.connection.client_options()?);
    let result = runtime()?.block_on(check_connection::check(transport, options));
    let mut out = output::stdout();
    // A closed pipe has seen enough; what was found is in the exit code too.
    match result {
        Ok(report) => {
            let saved = args.crm.as_deref().map(|file| save(args, &shop, file, &report)).transpose()?;
            let text = if args.json { json(&report) } else { human(&report) };
            let _ = writeln!(out, "{text}");
            if let Some(line) = saved.filter(|_| !args.json) {
                let _ = writeln!(out, "\n{line}");
            }
            Ok(ExitCode::AsExpected)
        }
        Err(error) if args.json => {
            let _ = writeln!(out, "{}", json(&CheckFailure::from(&error)));
            Ok(ExitCode::Failed)
        }
        Err(error) => {
            let failure = CheckFailure::from(&error);
            let remedy = failure.remedy.map(|remedy| format!("; {remedy}")).unwrap_or_default();
            let reason = failure.reason.trim_end_matches('.');
            let dot = if remedy.is_empty() { &failure.reason[reason.len()..] } else { "" };
            let _ = writeln!(
                out,
                "Connection failed: {reason}{dot}{remedy}\n(OroCRM's form says: {})",
                failure.error_message
            );
            Ok(ExitCode::Failed)
        }
    }
}

/// Saves the form with what was typed and what was found.
fn save(args: &CheckArgs, shop: &ChosenShop, file: &Path, report: &CheckReport) -> miette::Result<String> {
    let mut crm = opened(Crm::open(file, Clock::system()))?;
    let known = crm.integrations().map_err(|error| miette!("{error}"))?;
    let known = known.into_iter().find(|known| Some(known.id) == shop.id);
    let mut settings = known.as_ref().map(|known| known.settings.clone()).unwrap_or_default();
    shop.fill(&mut settings)?;
    settings.save_key |= args.save_key;
    settings.sync_start_date = args.start_date.unwrap_or(settings.sync_start_date);
    settings.website_id = args.website.unwrap_or(settings.website_id);
    report.fill(&mut settings);
    let saved = match &known {
        Some(known) => crm.save_integration(known.id, &settings, &shop.connection.profile.quirks()),
        None => crm.add_integration(&settings).map(drop),
    };
    saved.map_err(|error| miette!("{error}"))?;
    let done = if known.is_some() { "Saved" } else { "Made" };
    let more = "\"mockgento integration\" changes its settings";
    Ok(format!("{done} the integration \"{}\" in {}; {more}, \"mockgento sync\" syncs it.", shop.name, file.display()))
}

fn json(result: &impl Serialize) -> String {
    output::to_json(result)
}

fn human(report: &CheckReport) -> String {
    let mut lines =
        vec![if report.is_warning { format!("Warning: {}", report.message) } else { report.message.clone() }];
    lines.push(String::new());
    lines.push("Websites".to_owned());
    lines.extend(report.websites.iter().map(|website| format!("  {:>3}  {}", website.id, website.label)));
    lines.push(String::new());
    lines.push(format!("Bridge: {}", report.extension_version.as_deref().unwrap_or("not installed")));
    for (label, value) in [("Magento", &report.magento_version), ("Admin url", &report.admin_url)] {
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

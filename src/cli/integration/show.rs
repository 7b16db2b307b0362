//! `mockgento integration show`: the form, read.

use clap::Args;
use serde_json::{Value, json};

use super::{Chosen, Outcome, say};
use crate::crm::{IntegrationSettings, SyncPriority, WebsiteId};
use crate::secret::MASK;

/// Arguments of `integration show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    chosen: Chosen,
    /// Print JSON, with OroCRM's names instead of the form's labels.
    #[arg(long)]
    json: bool,
}

/// Prints the form of the integration.
pub fn run(args: &ShowArgs) -> Outcome {
    let integration = args.chosen.open_to_read()?;
    if args.json {
        let shown: Value = json!(integration.settings);
        return say(&crate::cli::output::to_json(&shown));
    }
    say(&in_words(&integration.settings))
}

/// The form's labels in its order, each with its value.
pub(super) fn in_words(settings: &IntegrationSettings) -> String {
    let masked = crate::crm::settings::masked_url(&settings.api_url);
    let yes_no = |on: bool| if on { "yes" } else { "no" }.to_owned();
    let website = settings.websites.iter().find(|choice| choice.id == settings.website_id);
    let website = website.map_or_else(
        || {
            if settings.website_id == WebsiteId::ALL {
                "All web sites".to_owned()
            } else {
                format!("Website ID: {}", settings.website_id)
            }
        },
        |choice| choice.label.clone(),
    );
    let entities = if settings.entities.is_empty() { "all".to_owned() } else { settings.entities.join(", ") };
    let priority = match settings.sync_priority {
        SyncPriority::Remote => "Remote wins",
        SyncPriority::Local => "Local wins",
    };
    let kept = if settings.api_key.expose_secret().is_empty() { "no, given to each command" } else { "yes" }.to_owned();
    let lines = [
        ("Name", settings.name.clone()),
        ("Status", if settings.enabled { "Active" } else { "Inactive" }.to_owned()),
        ("SOAP WSDL URL", masked),
        ("SOAP API User", settings.api_user.clone()),
        ("SOAP API Key", MASK.to_owned()),
        ("Key in the CRM file", kept),
        ("WS-I Compliance", yes_no(settings.is_wsi_mode)),
        ("Guest Customer Sync", yes_no(settings.guest_customer_sync)),
        ("Sync start date", settings.sync_start_date.to_string()),
        ("Website", website),
        ("Admin url", settings.admin_url.clone().unwrap_or_default()),
        ("Import Order Comments as Order Notes", order_notes(settings)),
        ("Split By Full Name", settings.shared_guest_email_list.join(", ")),
        ("Default owner", settings.default_user_owner.clone().unwrap_or_default()),
        ("Enable Two Way Sync", yes_no(settings.is_two_way_sync_enabled)),
        ("Sync priority", priority.to_owned()),
        ("Entities", entities),
        ("Bridge", settings.extension_version.clone().unwrap_or_else(|| "not installed".to_owned())),
    ];
    let width = lines.iter().map(|(label, _)| label.len()).max().unwrap_or_default();
    let mut text: Vec<String> =
        lines.iter().map(|(label, value)| format!("{label:width$}  {value}").trim_end().to_owned()).collect();
    text.extend(settings.bridge_notice().map(|notice| format!("\n{notice}")));
    text.join("\n")
}

/// The field is there only when the bridge that was found names comments.
fn order_notes(settings: &IntegrationSettings) -> String {
    let value = if settings.is_display_order_notes { "yes" } else { "no" };
    if settings.supports_order_notes() { value.to_owned() } else { format!("{value} (needs bridge 1.2.19)") }
}

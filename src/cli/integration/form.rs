//! `mockgento integration set`: the form, saved.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use miette::miette;
use url::Url;

use super::show::in_words;
use super::{Chosen, Outcome, report, say};
use crate::cli::address::{AdminUrl, ShopUrl};
use crate::cli::key_args::{key_of_file, masked_key};
use crate::cli::winner::Winner;
use crate::crm::integration::parse_shared_emails;
use crate::crm::{IntegrationSettings, WebsiteId};
use crate::quirk::Profile;
use crate::secret::ApiKey;
use crate::sync::connector::{Connector, Stream};

/// Arguments of `integration set`: the fields of the form; those left out stay as they are.
#[derive(Debug, Args)]
#[group(id = "form", multiple = true, required = true, args = [
    "rename", "url", "user", "save_key", "forget_key", "key_file", "wsi", "guest_customer_sync", "start_date", "website", "admin_url", "order_notes",
    "split_by_full_name", "default_owner", "two_way", "entities", "page_size",
])]
pub struct SetArgs {
    #[command(flatten)]
    chosen: Chosen,
    /// The new name of the integration.
    #[arg(long, value_name = "NEW NAME")]
    rename: Option<String>,
    /// SOAP WSDL URL; after a staging run, that of the production shop.
    #[arg(long, value_name = "URL", value_parser = ShopUrl)]
    url: Option<Url>,
    /// SOAP API User.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Keep the SOAP API Key, and a password of the URL, in the CRM file: that of --api-key-file or of `MOCKGENTO_API_KEY`.
    #[arg(long, conflicts_with = "forget_key")]
    save_key: bool,
    /// Take the API key and the password of the URL out of the CRM file.
    #[arg(long)]
    forget_key: bool,
    /// File whose first line is the SOAP API Key to keep.
    #[arg(long, visible_alias = "api-key-file", value_name = "FILE", conflicts_with = "forget_key")]
    key_file: Option<PathBuf>,
    #[arg(long = "key-of-environment", env = "MOCKGENTO_API_KEY", hide = true, hide_env_values = true, value_parser = masked_key)]
    key_of_environment: Option<ApiKey>,
    /// WS-I Compliance.
    #[arg(long, value_name = "YES|NO")]
    wsi: Option<YesNo>,
    /// Guest Customer Sync: guest orders of one e-mail address are combined under one customer.
    #[arg(long, value_name = "YES|NO")]
    guest_customer_sync: Option<YesNo>,
    /// Sync start date; before the first sync it may only move earlier, after it it stays.
    #[arg(long, value_name = "DATE")]
    start_date: Option<Date>,
    /// Website, -1 for all; `mockgento check --crm` reads the list anew.
    #[arg(long, value_name = "ID", allow_negative_numbers = true)]
    website: Option<WebsiteId>,
    /// Admin URL, without user and password; empty for none.
    #[arg(long, value_name = "URL", value_parser = AdminUrl)]
    admin_url: Option<String>,
    /// Import Order Comments as Order Notes: notes show on the pages of customers and accounts too.
    #[arg(long, value_name = "YES|NO")]
    order_notes: Option<YesNo>,
    /// Split by Full Name: e-mail addresses that several people share, separated by `;` or `,`; empty for none.
    #[arg(long, value_name = "E-MAILS")]
    split_by_full_name: Option<String>,
    /// Default owner of what is imported; owns what had no owner, too. Empty for nobody.
    #[arg(long, value_name = "USER")]
    default_owner: Option<String>,
    /// Enable Two Way Sync, and who wins a conflict; or off.
    #[arg(long, value_name = "WINNER")]
    two_way: Option<Winner>,
    /// What the channel holds.
    #[arg(long, value_name = "ENTITY", value_delimiter = ',', value_parser = entities())]
    entities: Vec<String>,
    /// Rows of a page of the bridge's lists, 25 or more.
    #[arg(long, value_name = "ROWS")]
    page_size: Option<usize>,
    /// Whose rules the form has: the user guide's (`documented`), or OroCRM 4.1's, where the sync start date may move earlier
    /// after a sync (`orocrm-4.1`).
    #[arg(long, default_value_t)]
    profile: Profile,
}

/// A checkbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum YesNo {
    /// On.
    Yes,
    /// Off.
    No,
}

/// The word for all entities that a channel may hold.
const ALL: &str = "all";

/// The entities that a channel may hold, and the word for all of them.
fn entities() -> PossibleValuesParser {
    let named = Stream::CHANNEL_DEFAULT.iter();
    let named = named.map(|stream| PossibleValue::new(stream.connector_name()).help(stream.label()));
    PossibleValuesParser::new(named.chain([PossibleValue::new(ALL).help("All of them")]))
}

/// Saves and shows the form as it is then.
pub fn run(args: &SetArgs) -> Outcome {
    let (mut crm, integration) = args.chosen.open()?;
    let settings = args.over(integration.settings)?;
    crm.save_integration(integration.id, &settings, &args.profile.quirks()).map_err(report)?;
    let saved = crm.integration(integration.id).map_err(report)?.settings;
    say(&in_words(&saved))
}

impl SetArgs {
    /// The settings with what was given laid over them.
    fn over(&self, mut settings: IntegrationSettings) -> miette::Result<IntegrationSettings> {
        self.connection(&mut settings)?;
        self.available(&settings)?;
        if let Some(name) = &self.rename {
            settings.name.clone_from(name);
        }
        if let Some(on) = self.guest_customer_sync {
            settings.guest_customer_sync = on == YesNo::Yes;
        }
        settings.sync_start_date = self.start_date.unwrap_or(settings.sync_start_date);
        settings.website_id = self.website.unwrap_or(settings.website_id);
        if let Some(url) = &self.admin_url {
            settings.admin_url = Some(url.clone()).filter(|url| !url.is_empty());
        }
        if let Some(on) = self.order_notes {
            settings.is_display_order_notes = on == YesNo::Yes;
        }
        if let Some(list) = &self.split_by_full_name {
            settings.shared_guest_email_list = parse_shared_emails(list, false);
        }
        if let Some(owner) = &self.default_owner {
            settings.default_user_owner = Some(owner.clone()).filter(|owner| !owner.is_empty());
        }
        if let Some(winner) = self.two_way {
            winner.fill(&mut settings);
        }
        settings.page_size = self.page_size.or(settings.page_size);
        if !self.entities.is_empty() {
            // Settings without a list hold all of them.
            let is_all = self.entities.iter().any(|entity| entity == ALL);
            settings.entities = if is_all { Vec::new() } else { self.entities.clone() };
            settings.connectors = Connector::of_settings(&settings);
        }
        Ok(settings)
    }

    fn connection(&self, settings: &mut IntegrationSettings) -> miette::Result<()> {
        if let Some(url) = &self.url {
            settings.api_url = url.to_string();
        }
        if let Some(user) = &self.user {
            settings.api_user.clone_from(user);
        }
        settings.save_key = (settings.save_key || self.save_key) && !self.forget_key;
        match &self.key_file {
            Some(path) => {
                settings.api_key = key_of_file(path)?;
                if !settings.save_key {
                    return Err(miette!(
                        help = "add --save-key to keep it there, or give the key to each command that calls the shop",
                        "the CRM file keeps no API key, so there is none to change"
                    ));
                }
            }
            None if self.save_key => {
                settings.api_key = self.key_of_environment.clone().unwrap_or(settings.api_key.clone());
            }
            None => {}
        }
        if let Some(on) = self.wsi {
            settings.is_wsi_mode = on == YesNo::Yes;
        }
        Ok(())
    }

    /// Fields that the form greys out cannot be filled in.
    fn available(&self, settings: &IntegrationSettings) -> miette::Result<()> {
        let help = "install the bridge in the shop, then have it found by \"mockgento check --crm FILE …\"";
        if self.order_notes.is_some() && !settings.supports_order_notes() {
            return Err(miette!(help = help, "Import Order Comments as Order Notes: needs bridge 1.2.19 or newer"));
        }
        let wants_a_list = self.split_by_full_name.as_deref().is_some_and(|list| !list.is_empty());
        if wants_a_list && !settings.is_extension_installed {
            return Err(miette!(help = help, "Split By Full Name: needs the bridge"));
        }
        Ok(())
    }
}

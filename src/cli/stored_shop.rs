//! The shop of a command that keeps a CRM file: an integration that is stored there says where it is and who logs in, and
//! the command line says the rest, or something else. Whatever would turn an integration to another shop is asked about.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use clap::Args;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};
use url::Url;

use super::address::ShopUrl;
use super::connection_args::{ConnectionArgs, NetworkArgs};
use super::key_args::KeyArgs;
use super::output;
use crate::clock::Clock;
use crate::crm::settings::is_same_shop;
use crate::crm::{Crm, Integration, IntegrationId, IntegrationSettings, WebsiteId};
use crate::quirk::Profile;
use crate::transport::masked;

/// What a new integration is called when nobody says.
const NEW_NAME: &str = "Magento";

/// An integration and its shop, as far as the CRM file does not say.
#[derive(Debug, Args)]
pub struct StoredShopArgs {
    /// SOAP WSDL URL, such as `http://shop.example/api/v2_soap/?wsdl=1`; may hold `user:password@` for basic auth. Left out:
    /// that of the integration in the CRM file.
    #[arg(long, value_name = "URL", value_parser = ShopUrl)]
    url: Option<Url>,
    /// SOAP API user. Left out: that of the integration in the CRM file.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Name of the integration. May be left out when the CRM file has one only, or one of that URL; a new one is called
    /// "Magento".
    #[arg(long, value_name = "NAME", requires = "crm")]
    name: Option<String>,
    /// The integration goes over to the shop of --url, although the CRM file has it from another; without this you are asked,
    /// on a terminal.
    #[arg(long, requires_all = ["url", "crm"])]
    new_url: bool,
    #[command(flatten)]
    keys: KeyArgs,
    /// The shop runs in WS-I compliance mode. Left out: what the CRM file has, no for a new integration.
    #[arg(long)]
    wsi: bool,
    /// Which of the reference client's misbehaviours are wanted: `documented` or `orocrm-4.1`.
    #[arg(long, default_value_t)]
    pub(super) profile: Profile,
    #[command(flatten)]
    network: NetworkArgs,
}

/// Which integration a command is about, and how to get to its shop.
#[derive(Debug)]
pub struct ChosenShop {
    /// The integration in the CRM file; nothing for a new one.
    pub(super) id: Option<IntegrationId>,
    /// The name of the integration.
    pub(super) name: String,
    /// The website it is stored with; nothing for a new one.
    pub(super) website: Option<WebsiteId>,
    /// The connection to the integration's shop.
    pub(super) connection: ConnectionArgs,
}

impl ChosenShop {
    /// Fills in what the form says of the connection.
    ///
    /// # Errors
    /// When a secret is given nowhere.
    pub(super) fn fill(&self, settings: &mut IntegrationSettings) -> miette::Result<()> {
        settings.name.clone_from(&self.name);
        settings.api_url = self.connection.shop_url()?.to_string();
        settings.api_user.clone_from(&self.connection.user);
        settings.api_key = self.connection.api_key()?;
        settings.is_wsi_mode = self.connection.wsi;
        Ok(())
    }
}

impl StoredShopArgs {
    /// Chooses among the integrations of a CRM file, which need not be there yet.
    ///
    /// # Errors
    /// As [`StoredShopArgs::choose`], and when the file cannot be read.
    pub fn choose_in(&self, file: &Path, website: Option<WebsiteId>) -> miette::Result<ChosenShop> {
        let known = match file.exists() {
            true => Crm::open_to_read(file, Clock::system()).and_then(|crm| crm.integrations()),
            false => Ok(Vec::new()),
        };
        self.choose(&known.map_err(|error| miette!("{error}"))?, website)
    }

    /// Chooses among the integrations of the CRM file, none where there is no file; asks before one goes over to another
    /// shop.
    ///
    /// # Errors
    /// When nothing or several could be meant, or another shop is not wanted.
    pub fn choose(&self, known: &[Integration], website: Option<WebsiteId>) -> miette::Result<ChosenShop> {
        let chosen = self.chosen(known, website)?;
        let (url, user) = match (chosen, &self.url, &self.user) {
            (None, Some(url), Some(user)) => (url.clone(), user.clone()),
            (None, ..) => return Err(self.lacks_shop(known)),
            (Some(one), url, user) => {
                let url = url.clone().map_or_else(|| stored_url(&one.settings), Ok)?;
                (url, user.clone().unwrap_or_else(|| one.settings.api_user.clone()))
            }
        };
        if let Some(one) = chosen {
            self.may_go_over(&one.settings, &url)?;
        }
        // A key that the file keeps is the key of its own shop.
        let own = chosen.filter(|one| Url::parse(&one.settings.api_url).is_ok_and(|own| own.origin() == url.origin()));
        let kept = own.map(|one| one.settings.api_key.clone()).filter(|key| !key.expose_secret().is_empty());
        let connection = ConnectionArgs {
            url,
            user,
            keys: self.keys.clone().or_kept(kept),
            wsi: self.wsi || chosen.is_some_and(|one| one.settings.is_wsi_mode),
            profile: self.profile,
            network: self.network.clone(),
        };
        let name = self.name.clone().or_else(|| chosen.map(|one| one.settings.name.clone()));
        Ok(ChosenShop {
            id: chosen.map(|one| one.id),
            name: name.unwrap_or_else(|| NEW_NAME.to_owned()),
            website: chosen.map(|one| one.settings.website_id),
            connection,
        })
    }

    /// By name; else by shop and website; else the only one.
    fn chosen<'k>(
        &self,
        known: &'k [Integration],
        website: Option<WebsiteId>,
    ) -> miette::Result<Option<&'k Integration>> {
        let named = |name: &String| known.iter().find(|one| one.settings.name == *name);
        if let Some(one) = self.name.as_ref().and_then(named) {
            return Ok(Some(one));
        }
        let is_meant = |one: &&Integration| {
            let is_of_website = website.is_none_or(|website| one.settings.website_id == website);
            is_of_website && self.url.as_ref().is_some_and(|url| is_same_shop(&one.settings.api_url, url.as_str()))
        };
        let of_shop: Vec<&Integration> = known.iter().filter(is_meant).collect();
        match (of_shop.as_slice(), known, &self.name) {
            ([one, ..], _, Some(name)) => Err(miette!(
                help = "leave --name out, or rename it first: \"mockgento integration set --rename\"",
                "the CRM file has that shop as \"{}\", not as \"{name}\"",
                one.settings.name
            )),
            ([one], ..) => Ok(Some(one)),
            // A new name and a shop make a new integration.
            ([], _, Some(_)) | ([], [], None) => Ok(None),
            ([], [one], None) => Ok(Some(one)),
            _ => {
                Err(miette!(help = "choose one with --name", "the CRM file has several integrations: {}", names(known)))
            }
        }
    }

    fn lacks_shop(&self, known: &[Integration]) -> miette::Report {
        let lacks = if self.url.is_none() { "--url" } else { "--user" };
        match &self.name {
            Some(name) if !known.is_empty() => miette!(
                help = "a new integration needs --url and --user",
                "there is no integration \"{name}\"; the CRM file has {}",
                names(known)
            ),
            _ => miette!(
                help = "give --url and --user once; the CRM file keeps them",
                "there is no integration in the CRM file yet, and {lacks} is not given"
            ),
        }
    }

    /// Whether an integration may go over to that shop.
    fn may_go_over(&self, stored: &IntegrationSettings, url: &Url) -> miette::Result<()> {
        if self.new_url || is_same_shop(&stored.api_url, url.as_str()) {
            return Ok(());
        }
        let (from, to) = (crate::crm::settings::masked_url(&stored.api_url), masked(url));
        let name = &stored.name;
        if !std::io::stdin().is_terminal() {
            return Err(miette!(
                help = "leave --url out to stay with its shop; give --new-url if it has moved; another --name makes another integration",
                "\"{name}\" was read from {from}, and --url is {to}"
            ));
        }
        let question = format!("\"{name}\" was read from {from}. Let it go over to {to}? [y/N] ");
        let _ = write!(output::stderr(), "{question}");
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).into_diagnostic().wrap_err("cannot read the answer")?;
        if matches!(answer.trim(), "y" | "Y" | "yes") {
            return Ok(());
        }
        Err(miette!(help = "leave --url out to stay with its shop", "\"{name}\" stays with {from}; nothing was done"))
    }
}

fn stored_url(settings: &IntegrationSettings) -> miette::Result<Url> {
    settings.api_url.parse().map_err(|error| {
        let help = "give --url, or correct it with \"mockgento integration set --url\"";
        miette!(help = help, "the URL of \"{}\" is no URL: {error}", settings.name)
    })
}

fn names(known: &[Integration]) -> String {
    known.iter().map(|one| format!("\"{}\"", one.settings.name)).collect::<Vec<_>>().join(", ")
}

//! `mockgento integration discovery`: how accounts are found, for all integrations of a CRM file.

use clap::{Args, ValueEnum};

use super::super::crm::CrmFile;
use super::{Outcome, report, say};
use crate::crm::DiscoveryConfig;
use crate::crm::account::{ADDRESSES, AddressStrategy, Pick};

/// Arguments of `integration discovery`; without any it shows what is configured.
#[derive(Debug, Args)]
pub struct DiscoveryArgs {
    #[command(flatten)]
    file: CrmFile,
    /// Fields of the customer that must all agree, such as `firstName,lastName,email`; `addresses` compares the address
    /// fields, `none` never looks and always makes an account.
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    fields: Option<Vec<String>>,
    /// Fields of the addresses that must agree, such as `street,city,postalCode`.
    #[arg(long, value_name = "FIELDS", value_delimiter = ',', requires = "fields")]
    address_fields: Vec<String>,
    /// Which addresses are compared.
    #[arg(long, value_name = "STRATEGY", requires = "fields", default_value = "any_of")]
    address_strategy: Strategy,
    /// Which of several similar customers lends its account.
    #[arg(long = "match", value_name = "WHICH", requires = "fields", default_value = "first")]
    pick: Match,
    /// An empty field of the other customer agrees with anything.
    #[arg(long, requires = "fields")]
    empty: bool,
    /// Back to first name, last name and e-mail address.
    #[arg(long, conflicts_with = "fields")]
    reset: bool,
}

/// How addresses are compared.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Strategy {
    /// Any address equals any address.
    AnyOf,
    /// Some typed address equals one that shares a type.
    ByType,
    /// Every address equals the other's shipping address.
    Shipping,
    /// Every address equals the other's billing address.
    Billing,
}

/// Which account is taken when several match.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Match {
    /// The oldest one.
    First,
    /// The newest one.
    Latest,
}

/// No field at all.
const NONE: &str = "none";

/// Changes, and shows what is configured then.
pub fn run(args: &DiscoveryArgs) -> Outcome {
    let mut crm = args.file.open()?;
    if args.reset {
        crm.set_discovery(DiscoveryConfig::default()).map_err(report)?;
    } else if let Some(config) = args.config() {
        crm.set_discovery(config).map_err(report)?;
    }
    say(&in_words(crm.discovery()))
}

impl DiscoveryArgs {
    /// What was asked for, as a whole: one part alone never changes.
    fn config(&self) -> Option<DiscoveryConfig> {
        let fields = self.fields.as_ref()?;
        Some(DiscoveryConfig {
            fields: fields.iter().filter(|field| *field != NONE).cloned().collect(),
            address_fields: self.address_fields.clone(),
            address_strategy: match self.address_strategy {
                Strategy::AnyOf => AddressStrategy::AnyOf,
                Strategy::ByType => AddressStrategy::ByType,
                Strategy::Shipping => AddressStrategy::Shipping,
                Strategy::Billing => AddressStrategy::Billing,
            },
            pick: match self.pick {
                Match::First => Pick::First,
                Match::Latest => Pick::Latest,
            },
            empty: self.empty,
        })
    }
}

fn in_words(config: &DiscoveryConfig) -> String {
    if config.fields.is_empty() {
        return "Every new customer gets an account of their own.".to_owned();
    }
    let own: Vec<&str> = config.fields.iter().map(String::as_str).filter(|field| *field != ADDRESSES).collect();
    let mut parts = Vec::new();
    if !own.is_empty() {
        parts.push(own.join(", "));
    }
    if !config.address_fields.is_empty() {
        let which = match config.address_strategy {
            AddressStrategy::AnyOf => "of any address",
            AddressStrategy::ByType => "of an address of the same type",
            AddressStrategy::Shipping => "of the shipping address",
            AddressStrategy::Billing => "of the billing address",
        };
        parts.push(format!("{} {which}", config.address_fields.join(", ")));
    }
    let pick = match config.pick {
        Pick::First => "oldest",
        Pick::Latest => "newest",
    };
    let empty = if config.empty { ", empty fields of that one left aside" } else { "" };
    format!(
        "A new customer joins the account of the {pick} customer with the same {}{empty}; who has none like it gets an account of \
         their own.",
        parts.join(" and ")
    )
}

//! `account discovery`: how the CRM finds the account of a new customer, configured for the whole installation and not
//! for one integration (sync spec, sections 1.1 and 7.1).

use schemars::JsonSchema;
use serde::Deserialize;

use crate::crm::DiscoveryConfig;
use crate::crm::account::{AddressStrategy, Pick};
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::YesNo;

/// How the account of a new customer is looked for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscoverySetup {
    /// Fields of the customer that must all agree; `addresses` stands for the `address fields`. An empty list: never
    /// look, always create. Left out: firstName, lastName, email.
    #[serde(default)]
    pub fields: Option<Vec<At<String>>>,
    /// Fields of the addresses that must agree, when `addresses` is among the fields.
    #[serde(default, rename = "address fields")]
    pub address_fields: Vec<At<String>>,
    /// Which addresses are compared.
    #[serde(default, rename = "address strategy")]
    pub address_strategy: AddressStrategyWord,
    /// Which of several similar customers lends its account.
    #[serde(default, rename = "match")]
    pub pick: Pick,
    /// Whether an empty field of the other customer agrees with anything.
    #[serde(default)]
    pub empty: YesNo,
}

/// How the addresses of two customers are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum AddressStrategyWord {
    /// Any address equals any address.
    #[default]
    #[serde(rename = "any of")]
    AnyOf,
    /// Some typed address equals one that shares a type.
    #[serde(rename = "by type")]
    ByType,
    /// Every address equals the other's shipping address.
    #[serde(rename = "shipping")]
    Shipping,
    /// Every address equals the other's billing address.
    #[serde(rename = "billing")]
    Billing,
}

impl DiscoverySetup {
    /// The same as the CRM's configuration has it.
    pub(in crate::scenario) fn config(&self) -> DiscoveryConfig {
        let names = |fields: &[At<String>]| fields.iter().map(|field| field.get().clone()).collect();
        let usual = DiscoveryConfig::default();
        DiscoveryConfig {
            fields: self.fields.as_deref().map_or(usual.fields, names),
            address_fields: names(&self.address_fields),
            address_strategy: match self.address_strategy {
                AddressStrategyWord::AnyOf => AddressStrategy::AnyOf,
                AddressStrategyWord::ByType => AddressStrategy::ByType,
                AddressStrategyWord::Shipping => AddressStrategy::Shipping,
                AddressStrategyWord::Billing => AddressStrategy::Billing,
            },
            pick: self.pick,
            empty: self.empty.is_yes(),
        }
    }
}

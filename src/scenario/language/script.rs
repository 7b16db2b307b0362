//! A scenario file as data. The doc comments here are what an editor shows while one is written: the JSON schema is
//! made from these types.

use super::setup::integration::IntegrationSetup;
use super::setup::shop::ShopSetup;
use super::setup::variant::{Sharing, Variant};
use indexmap::IndexMap;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::quirk::Profile;
use crate::scenario::language::fragment_file::Unread;
use crate::scenario::language::setup::case_filter::CaseFilter;
use crate::scenario::language::setup::discovery::DiscoverySetup;
use crate::scenario::language::step::Step;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::{Moment, YesNo};

/// One scenario: a shop, an integration that points at it, and what happens.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What the scenario shows, as one sentence.
    pub title: At<String>,
    /// Words to find and run scenarios by.
    #[serde(default)]
    pub tags: Vec<At<String>>,
    /// The scenario in the words of somebody it happened to.
    #[serde(default)]
    pub description: Option<String>,
    /// The time at the start, in UTC; 2024-01-10 12:00:00 when left out. Time stands still but for waiting, retries and `advance`.
    #[serde(default)]
    pub clock: Option<Moment>,
    /// `documented` has the reference client's defects fixed, `orocrm-4.1` behaves as the real one does.
    #[serde(default)]
    pub profile: Profile,
    /// Single quirks to switch on (yes) or off (no) on top of the profile, such as `Q-04: yes`.
    #[serde(default)]
    pub quirks: IndexMap<At<String>, YesNo>,
    /// Variables: `${name}` in a text of this file stands for the value. `$${` stands for the characters themselves.
    #[serde(default, rename = "let")]
    pub variables: IndexMap<At<String>, At<String>>,
    /// Run the scenario several times, each time with something changed. Each case has its own snapshots.
    #[serde(default)]
    pub variants: IndexMap<At<String>, Variant>,
    /// Run the scenario once for every combination of these values: of settings that a variant has, of quirks, or of
    /// variables of `let`.
    #[serde(default)]
    #[schemars(schema_with = "super::setup::knob::schema")]
    pub matrix: IndexMap<At<String>, Vec<At<String>>>,
    /// Combinations of the matrix that make no sense: `{wsi: yes, bridge: none}`.
    #[serde(default)]
    pub exclude: Vec<CaseFilter>,
    /// Whether each case has its own snapshots, or all of them must leave the same.
    #[serde(default)]
    pub snapshots: Sharing,
    /// The Magento shop. Left out: the corner shop with the newest bridge.
    #[serde(default)]
    pub shop: Option<ShopSetup>,
    /// Several Magento shops by name, such as staging and production, instead of `shop`.
    #[serde(default)]
    pub shops: IndexMap<At<String>, ShopSetup>,
    /// The settings of the Magento integration in OroCRM.
    #[serde(default)]
    pub integration: Option<IntegrationSetup>,
    /// Several Magento integrations of one CRM by name, each with a channel of its own, instead of `integration`. Steps are about
    /// the first of them until a step `integration: NAME` names another; cron works for all.
    #[serde(default)]
    pub integrations: IndexMap<At<String>, IntegrationSetup>,
    /// Somebody's own client instead of our sync: its file, beside this one or by its path.
    #[serde(default)]
    pub client: Option<At<String>>,
    /// How the CRM finds the account of a new customer. Left out: by first name, last name and e-mail address.
    #[serde(default, rename = "account discovery")]
    pub account_discovery: Option<DiscoverySetup>,
    /// Whether cron works while time passes with `advance`: a sync every five minutes, the status clean-up at 01:00, the
    /// look for expired carts at 03:00 (UTC).
    #[serde(default, rename = "automatic sync")]
    pub automatic_sync: YesNo,
    /// Steps by name, for `use`. Files in a folder `fragments` beside the scenario or above it go by their names as well.
    #[serde(default)]
    pub fragments: IndexMap<At<String>, Unread>,
    /// What happens, in order.
    pub steps: Vec<At<Step>>,
}

impl Script {
    /// The integrations with their names; the only one has an empty name.
    pub(in crate::scenario) fn all_integrations(&self) -> Vec<(&str, IntegrationSetup)> {
        if self.integrations.is_empty() {
            return vec![("", self.integration.clone().unwrap_or_default())];
        }
        self.integrations.iter().map(|(name, setup)| (name.get().as_str(), setup.clone())).collect()
    }

    /// The form of the integration that steps are about at first.
    pub(in crate::scenario) fn first_integration(&self) -> IntegrationSetup {
        self.all_integrations().into_iter().next().map(|(_, setup)| setup).unwrap_or_default()
    }
}

/// The time of a scenario that names none.
pub(in crate::scenario) fn default_clock() -> Timestamp {
    Timestamp::constant(1_704_888_000, 0)
}

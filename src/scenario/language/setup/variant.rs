//! `variants` as data: what one case of a scenario changes.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::magento::Flavor;
use crate::quirk::Profile;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::{Priority, YesNo};

/// Whose snapshots are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sharing {
    /// Each case has its own.
    #[default]
    Each,
    /// All cases must leave the same; there is one file for them.
    Shared,
}

/// One case of the scenario.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// The profile of this case.
    #[serde(default)]
    pub profile: Option<Profile>,
    /// Single quirks of this case, on top of those of the scenario.
    #[serde(default)]
    pub quirks: IndexMap<At<String>, YesNo>,
    /// Whether the shop (and the integration) speaks WS-I.
    #[serde(default)]
    pub wsi: Option<YesNo>,
    /// The bridge of this case: a release such as 1.2.19, or `none`.
    #[serde(default)]
    pub bridge: Option<At<String>>,
    /// What the shop poses as in this case.
    #[serde(default)]
    pub flavor: Option<Flavor>,
    /// Whether two-way sync is on in this case.
    #[serde(default, rename = "two way sync")]
    pub two_way_sync: Option<YesNo>,
    /// The sync priority of this case.
    #[serde(default, rename = "sync priority")]
    pub sync_priority: Option<Priority>,
    /// Whether guests are synced in this case.
    #[serde(default, rename = "guest customer sync")]
    pub guest_customer_sync: Option<YesNo>,
    /// Whether order comments become order notes in this case.
    #[serde(default, rename = "order notes")]
    pub order_notes: Option<YesNo>,
    /// Rows of a page of the bridge's lists in this case.
    #[serde(default, rename = "page size")]
    pub page_size: Option<usize>,
    /// Other values for variables of the scenario.
    #[serde(default, rename = "let")]
    pub variables: IndexMap<At<String>, At<String>>,
}

//! Steps that make the CRM talk to the shop, as data: `sync`, `schedule sync`, `sync data` and `check connection`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::YesNo;

/// `sync`: what "Schedule Sync" and the scheduler do.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncStep {
    /// One connector alone, such as `customer`.
    #[serde(default)]
    pub only: Option<At<String>>,
    /// Forced: forget the bookmarks and start over.
    #[serde(default)]
    pub force: YesNo,
}

/// `schedule sync`: the button of the integration's page.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleStep {
    /// "Full Re-sync": forget the bookmarks and start over.
    #[serde(default)]
    pub force: YesNo,
}

/// `sync data`: the button of an order's or a cart's page.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncDataStep {
    /// The order's number (increment id), such as 100000001.
    #[serde(default)]
    pub order: Option<At<String>>,
    /// Magento's id of the cart.
    #[serde(default)]
    pub cart: Option<At<String>>,
}

/// `check connection`: the button of the integration form.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckStep {
    /// An API key typed into the form, without saving it.
    #[serde(default, rename = "api key")]
    pub api_key: Option<String>,
}

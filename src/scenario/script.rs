//! A scenario file as data. The doc comments here are what an editor shows while one is written: the JSON schema is
//! made from these types.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::cells::Cells;
use super::discovery::DiscoverySetup;
use super::fragment_step::Unread;
use super::span::At;
use super::step::Step;
use super::words::{Day, Interval, Moment, Priority, YesNo};
use crate::magento::Flavor;
use crate::quirk::Profile;

/// One story: a shop, an integration that points at it, and what happens.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What the story shows, as one sentence.
    pub title: At<String>,
    /// Words to find and run stories by.
    #[serde(default)]
    pub tags: Vec<At<String>>,
    /// The story in the words of somebody it happened to.
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
    /// Tell the story several times, each time with something changed. Each telling has its own snapshots.
    #[serde(default)]
    pub variants: IndexMap<At<String>, Variant>,
    /// Tell the story once for every combination of these values: of settings that a variant has, of quirks, or of
    /// variables of `let`.
    #[serde(default)]
    #[schemars(schema_with = "super::matrix::schema")]
    pub matrix: IndexMap<At<String>, Vec<At<String>>>,
    /// Combinations of the matrix that make no sense: `{wsi: yes, bridge: none}`.
    #[serde(default)]
    pub exclude: Vec<Cells>,
    /// Whether each telling has its own snapshots, or all of them must leave the same.
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
    pub integration: IntegrationSetup,
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

/// Whose snapshots are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sharing {
    /// Each telling has its own.
    #[default]
    Each,
    /// All tellings must leave the same; there is one file for them.
    Shared,
}

/// One telling of the story.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// The profile of this telling.
    #[serde(default)]
    pub profile: Option<Profile>,
    /// Single quirks of this telling, on top of those of the story.
    #[serde(default)]
    pub quirks: IndexMap<At<String>, YesNo>,
    /// Whether the shop (and the integration) speaks WS-I.
    #[serde(default)]
    pub wsi: Option<YesNo>,
    /// The bridge of this telling: a release such as 1.2.19, or `none`.
    #[serde(default)]
    pub bridge: Option<At<String>>,
    /// What the shop poses as in this telling.
    #[serde(default)]
    pub flavor: Option<Flavor>,
    /// Whether two-way sync is on in this telling.
    #[serde(default, rename = "two way sync")]
    pub two_way_sync: Option<YesNo>,
    /// The sync priority of this telling.
    #[serde(default, rename = "sync priority")]
    pub sync_priority: Option<Priority>,
    /// Whether guests are synced in this telling.
    #[serde(default, rename = "guest customer sync")]
    pub guest_customer_sync: Option<YesNo>,
    /// Whether order comments become order notes in this telling.
    #[serde(default, rename = "order notes")]
    pub order_notes: Option<YesNo>,
    /// Rows of a page of the bridge's lists in this telling.
    #[serde(default, rename = "page size")]
    pub page_size: Option<usize>,
    /// Other values for variables of the story.
    #[serde(default, rename = "let")]
    pub variables: IndexMap<At<String>, At<String>>,
}

/// A fake Magento shop.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopSetup {
    /// What the shop holds at the start: the name of a seed that comes with Mockgento, or a path beside this file.
    #[serde(default)]
    pub seed: Option<At<String>>,
    /// Whether WS-I compliance is switched on in the shop.
    #[serde(default)]
    pub wsi: YesNo,
    /// The installed OroCRM bridge: a release such as 1.2.19, or `none`. Left out: the newest.
    #[serde(default)]
    pub bridge: Option<At<String>>,
    /// What the shop poses as.
    #[serde(default)]
    pub flavor: Flavor,
    /// In which way the shop differs from that product: a file as `mockgento compare --write-overrides` makes it, beside
    /// this one. Its flavor, bridge and style hold where nothing else is said here.
    #[serde(default)]
    pub overrides: Option<At<String>>,
    /// How long a session of the API lives without a call.
    #[serde(default, rename = "session timeout")]
    pub session_timeout: Option<Interval>,
    /// SOAP users by name, on top of those of the seed and of `oro`, who may do everything.
    #[serde(default, rename = "api users")]
    pub api_users: IndexMap<At<String>, ApiUserSetup>,
}

/// A SOAP user of the shop.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiUserSetup {
    /// The API key, six characters or more.
    pub key: At<String>,
    /// What "The account is" says.
    #[serde(default = "yes")]
    pub active: YesNo,
    /// The resources of the user's role, such as `customer/info`. Left out: all.
    #[serde(default)]
    pub resources: Option<Vec<At<String>>>,
}

fn yes() -> YesNo {
    YesNo::Yes
}

/// The integration form, in its words.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IntegrationSetup {
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// The shop whose WSDL the SOAP WSDL URL points to, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// SOAP API User; `oro` when left out.
    #[serde(default, rename = "api user")]
    pub api_user: Option<String>,
    /// SOAP API Key; the right one of that user when left out.
    #[serde(default, rename = "api key")]
    pub api_key: Option<String>,
    /// WS-I Compliance; what the shop has when left out.
    #[serde(default, rename = "ws-i compliance")]
    pub wsi_compliance: Option<YesNo>,
    /// Guest Customer Sync.
    #[serde(default, rename = "guest customer sync")]
    pub guest_customer_sync: Option<YesNo>,
    /// Sync start date.
    #[serde(default, rename = "sync start date")]
    pub sync_start_date: Option<Day>,
    /// Website: its id or code in Magento, or `all`.
    #[serde(default)]
    pub website: Option<At<String>>,
    /// Split by Full Name: e-mail addresses that several people share.
    #[serde(default, rename = "split by full name")]
    pub split_by_full_name: Vec<String>,
    /// Import Order Comments as Order Notes.
    #[serde(default, rename = "order notes")]
    pub order_notes: Option<YesNo>,
    /// Enable Two Way Sync.
    #[serde(default, rename = "two way sync")]
    pub two_way_sync: Option<YesNo>,
    /// Sync Priority.
    #[serde(default, rename = "sync priority")]
    pub sync_priority: Option<Priority>,
    /// Rows of a page of the bridge's lists, 25 or more; 100 when left out.
    #[serde(default, rename = "page size")]
    pub page_size: Option<usize>,
    /// Default owner: the user whom everything belongs to that is imported.
    #[serde(default, rename = "default owner")]
    pub default_owner: Option<String>,
    /// Whether the integration is active.
    #[serde(default)]
    pub active: Option<YesNo>,
    /// What the channel holds: customer, cart, order, credit_memo, newsletter_subscriber. Left out: all of them.
    #[serde(default)]
    pub entities: Option<Vec<At<String>>>,
}

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

/// `{}`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

//! `integration` as data: the form of a Magento integration in OroCRM, in its words.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::{Day, Priority, YesNo};

/// The integration form, in its words.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IntegrationSetup {
    /// The name of the integration.
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
    /// Guest Customer Sync: guest orders of one e-mail address are combined under one customer.
    #[serde(default, rename = "guest customer sync")]
    pub guest_customer_sync: Option<YesNo>,
    /// Sync start date: what is older is not read.
    #[serde(default, rename = "sync start date")]
    pub sync_start_date: Option<At<Day>>,
    /// Website: its id or code in Magento, or `all`.
    #[serde(default)]
    pub website: Option<At<String>>,
    /// Split by Full Name: e-mail addresses that several people share; `[]` empties the list.
    #[serde(default, rename = "split by full name")]
    pub split_by_full_name: Option<Vec<String>>,
    /// Import Order Comments as Order Notes.
    #[serde(default, rename = "order notes")]
    pub order_notes: Option<YesNo>,
    /// Enable Two Way Sync.
    #[serde(default, rename = "two way sync")]
    pub two_way_sync: Option<YesNo>,
    /// Sync Priority: whose value wins where both sides changed a field.
    #[serde(default, rename = "sync priority")]
    pub sync_priority: Option<Priority>,
    /// Rows of a page of the bridge's lists, 25 or more; 100 when left out.
    #[serde(default, rename = "page size")]
    pub page_size: Option<usize>,
    /// Default owner: the user whom everything belongs to that is imported.
    #[serde(default, rename = "default owner")]
    pub default_owner: Option<String>,
    /// Admin URL; what the bridge says when left out, `''` for none.
    #[serde(default, rename = "admin url")]
    pub admin_url: Option<String>,
    /// Whether the integration is active.
    #[serde(default)]
    pub active: Option<YesNo>,
    /// What the channel holds: customer, cart, order, credit_memo, newsletter_subscriber. Left out, or `[]`: all of them.
    #[serde(default)]
    pub entities: Option<Vec<At<String>>>,
}

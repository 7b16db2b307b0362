//! What a client is asked and what it answers: for an adapter a line of JSON each, for single commands the request on the
//! standard input of the command of that name.

use indexmap::IndexMap;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version of the protocol, told in `hello`.
pub const PROTOCOL: u32 = 1;

/// What an adapter is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    /// The first request of all: who are you? The answer may name `tables` and `supports`.
    Hello,
    /// A scenario begins: the CRM is to be empty, with no settings and no memory of earlier syncs.
    Reset,
    /// The settings of the integration are saved; `settings` has all of them.
    Configure,
    /// One run of the sync, to its end. `only`, `force`, `order`, `cart` and `expire carts` say more where a scenario does.
    Sync,
    /// Is the connection in order? `settings` are those of the form, saved or not.
    Check,
    /// A user of the CRM does something; `edit` is the scenario's own words.
    Edit,
    /// All rows of the CRM, by the names scenarios use.
    Rows,
}

impl Deed {
    /// The word of the request on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Reset => "reset",
            Self::Configure => "configure",
            Self::Sync => "sync",
            Self::Check => "check",
            Self::Edit => "edit",
            Self::Rows => "rows",
        }
    }
}

/// A request to an adapter: one line.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Its number; the answer repeats it. Single commands get none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// What the adapter is to do.
    pub request: Deed,
    /// In `hello`: the version of this protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<u32>,
    /// The scenario's time, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// In `configure` and `check`: the integration's settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    /// In `sync`: what it is about; left out: everything that has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sync: Option<SyncOf>,
    /// In `edit`: the step as the scenario has it, one key and its data, such as `{"update customer": {…}}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<Value>,
}

impl Request {
    /// A request without details.
    pub fn of(request: Deed) -> Self {
        Self { id: None, request, protocol: None, now: None, settings: None, sync: None, edit: None }
    }
}

/// What a sync is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncOf {
    /// One entity alone, such as `customer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// Forget how far earlier runs came.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
    /// One order, by its increment id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// One cart, by Magento's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cart: Option<String>,
    /// The daily look for carts that Magento no longer has.
    #[serde(default, rename = "expire carts", skip_serializing_if = "std::ops::Not::not")]
    pub expire_carts: bool,
}

/// The integration's settings, by the labels of the form.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The shop's base URL, on a loopback address.
    pub url: String,
    /// Where its WSDL is.
    #[serde(rename = "wsdl url")]
    pub wsdl_url: String,
    /// The SOAP API user.
    #[serde(rename = "api user")]
    pub api_user: String,
    /// The API key of that user.
    #[serde(rename = "api key")]
    pub api_key: String,
    /// Whether the shop speaks WS-I.
    #[serde(rename = "ws-i compliance")]
    pub wsi: bool,
    /// The name of the integration.
    pub name: String,
    /// Nothing older is synced.
    #[serde(rename = "sync start date")]
    pub sync_start_date: String,
    /// Magento's id of the only website, or `all`.
    pub website: String,
    /// Whether guests become customers.
    #[serde(rename = "guest customer sync")]
    pub guest_customer_sync: bool,
    /// E-mail addresses that several people share.
    #[serde(rename = "split by full name")]
    pub split_by_full_name: Vec<String>,
    /// Whether order comments become notes.
    #[serde(rename = "order notes")]
    pub order_notes: bool,
    /// Whether edits in the CRM go to the shop.
    #[serde(rename = "two way sync")]
    pub two_way_sync: bool,
    /// Who wins when both sides changed: `remote` or `local`.
    #[serde(rename = "sync priority")]
    pub sync_priority: String,
    /// Whether the integration is on.
    pub active: bool,
    /// What is synced; empty: everything.
    pub entities: Vec<String>,
    /// Rows of a page, where the scenario says it.
    #[serde(default, rename = "page size", skip_serializing_if = "Option::is_none")]
    pub page_size: Option<usize>,
}

/// An answer of an adapter: one line.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The number of the request that is answered.
    pub id: u64,
    /// Whether it was done. A sync that failed as it should is `false` with a message; a program that dies is something else.
    pub ok: bool,
    /// What is to be said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// To `edit`: the CRM does not allow this, and says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// This client cannot do that at all; the scenario is skipped with this reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsupported: Option<String>,
    /// To `rows`: the rows of each table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<IndexMap<String, Vec<IndexMap<String, Value>>>>,
    /// To `hello`: the tables that `rows` will have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tables: Option<Vec<String>>,
    /// To `hello`: what it can do, as `supports` of the client's file says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supports: Option<Vec<String>>,
    /// To `hello`: what it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What an edit command may print.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditSaid {
    /// The CRM does not allow this, and says why.
    #[serde(default)]
    pub refused: Option<String>,
    /// The client cannot do that at all.
    #[serde(default)]
    pub unsupported: Option<String>,
}

/// Both directions, for the schema.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, clippy::large_enum_variant, reason = "the schema is made from it, nobody makes one")]
enum Line {
    /// A line from Mockgento to the adapter.
    Request(Request),
    /// A line from the adapter to Mockgento.
    Answer(Answer),
}

/// The schema of the lines.
pub fn schema() -> String {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<Line>();
    schema.insert("title".to_owned(), "A line between Mockgento and an adapter".into());
    format!("{:#}\n", schema.as_value())
}

//! A scenario file as data. The doc comments here are what an editor shows while one is written: the JSON schema is
//! made from these types.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::expectation::Matcher;
use super::span::At;
use super::step::Step;
use super::value::Fields;
use super::words::{Day, Interval, Moment, Priority, YesNo};
use crate::disrupt::Disruption;
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
    /// Tell the story several times, each time with something changed. Each telling has its own snapshots.
    #[serde(default)]
    pub variants: IndexMap<At<String>, Variant>,
    /// The Magento shop. Left out: the corner shop with the newest bridge.
    #[serde(default)]
    pub shop: Option<ShopSetup>,
    /// Several Magento shops by name, such as staging and production, instead of `shop`.
    #[serde(default)]
    pub shops: IndexMap<At<String>, ShopSetup>,
    /// The settings of the Magento integration in OroCRM.
    #[serde(default)]
    pub integration: IntegrationSetup,
    /// What happens, in order.
    pub steps: Vec<At<Step>>,
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
    /// The sync priority of this telling.
    #[serde(default, rename = "sync priority")]
    pub sync_priority: Option<Priority>,
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

/// `check connection`: the button of the integration form.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckStep {
    /// An API key typed into the form, without saving it.
    #[serde(default, rename = "api key")]
    pub api_key: Option<String>,
}

/// What a merchant or a customer does in the shop.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub enum MagentoEdit {
    /// Somebody registers.
    #[serde(rename = "create customer")]
    CreateCustomer(CreateInMagento),
    /// A customer's fields change.
    #[serde(rename = "update customer")]
    UpdateCustomer(UpdateCustomer),
    /// A customer is deleted.
    #[serde(rename = "delete customer")]
    DeleteCustomer(DeleteCustomer),
    /// A customer gets an address.
    #[serde(rename = "create address")]
    CreateAddress(UpdateCustomer),
    /// An address changes.
    #[serde(rename = "update address")]
    UpdateAddress(UpdateAddress),
    /// An address is deleted.
    #[serde(rename = "delete address")]
    DeleteAddress(DeleteAddress),
    /// An API user changes.
    #[serde(rename = "update api user")]
    UpdateApiUser(UpdateApiUser),
    /// The bridge is installed, updated or (with `none`) removed.
    #[serde(rename = "install bridge")]
    InstallBridge(InstallBridge),
    /// WS-I compliance is switched.
    #[serde(rename = "set wsi")]
    SetWsi(SetWsi),
}

/// A new record.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateInMagento {
    /// Magento's attributes, such as `email` and `firstname`.
    pub set: Fields,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

/// A change of a customer, or an address for one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCustomer {
    /// The customer: an e-mail address or Magento's id.
    pub customer: At<String>,
    /// Magento's attributes.
    pub set: Fields,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

/// A customer to delete.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteCustomer {
    /// The customer: an e-mail address or Magento's id.
    pub customer: At<String>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

/// A change of an address.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateAddress {
    /// Magento's id of the address.
    pub address: At<String>,
    /// Magento's attributes, such as `street` and `city`.
    pub set: Fields,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

/// An address to delete.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteAddress {
    /// Magento's id of the address.
    pub address: At<String>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

/// A change of a SOAP user.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateApiUser {
    /// The user's name.
    pub user: At<String>,
    /// What "The account is" says.
    #[serde(default)]
    pub active: Option<YesNo>,
    /// A new API key.
    #[serde(default)]
    pub key: Option<At<String>>,
    /// The resources of the user's role from now on.
    #[serde(default)]
    pub resources: Option<Vec<At<String>>>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

/// Another bridge.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstallBridge {
    /// A release such as 1.2.19, or `none`.
    pub version: At<String>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

/// The switch "WS-I Compliance" of the shop.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetWsi {
    /// On or off.
    pub wsi: YesNo,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

/// What a CRM user does.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub enum CrmEdit {
    /// A new Magento customer, created in the CRM.
    #[serde(rename = "create customer")]
    CreateCustomer(CreateInCrm),
    /// The customer form is saved with changes.
    #[serde(rename = "update customer")]
    UpdateCustomer(UpdateInCrm),
    /// An address is added to a customer.
    #[serde(rename = "create address")]
    CreateAddress(AddressInCrm),
    /// An address of a customer changes.
    #[serde(rename = "update address")]
    UpdateAddress(UpdateAddressInCrm),
    /// The channel is deleted, and with it the integration and its rows.
    #[serde(rename = "delete channel")]
    DeleteChannel(NoSettings),
    /// The channel is created again with the settings of `integration`.
    #[serde(rename = "create channel")]
    CreateChannel(NoSettings),
    /// The integration form is saved with changed settings; the others stay.
    #[serde(rename = "change settings")]
    ChangeSettings(Box<ChangedSettings>),
}

/// A saved integration form.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedSettings {
    /// The changed settings.
    pub set: IntegrationSetup,
    /// The form refuses them and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// `{}`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

/// A new customer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateInCrm {
    /// Fields of the customer, such as `firstName`; `website`, `store` and `group` are Magento's ids.
    pub set: Fields,
    /// Addresses, each with fields such as `street` and `country`.
    #[serde(default)]
    pub addresses: Vec<Fields>,
    /// The CRM refuses the edit and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A saved customer form.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateInCrm {
    /// The customer's e-mail address or Magento's id.
    pub customer: At<String>,
    /// The changed fields.
    pub set: Fields,
    /// The CRM refuses the edit and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A new address.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressInCrm {
    /// The customer's e-mail address or Magento's id.
    pub customer: At<String>,
    /// Fields of the address.
    pub set: Fields,
    /// The CRM refuses the edit and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A saved address form.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateAddressInCrm {
    /// Magento's id of the address.
    pub address: At<String>,
    /// The changed fields.
    pub set: Fields,
    /// The CRM refuses the edit and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// Trouble to inject into the shop's answers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisruptStep {
    /// The operation it strikes, such as `oroCustomerList`; `wsdl` is the download of the WSDL. Left out: any call.
    #[serde(default)]
    pub operation: Option<At<String>>,
    /// Which call of it from now on, counted from 1; left out: the next one.
    #[serde(default)]
    pub call: Option<At<u64>>,
    /// How often it strikes; 0 is to the end. Left out: once.
    #[serde(default)]
    pub times: Option<u64>,
    /// What happens.
    pub with: Disruption,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

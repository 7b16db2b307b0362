//! `in crm` as data: what a CRM user does.

use schemars::JsonSchema;
use serde::Deserialize;

use super::expectation::Matcher;
use super::sale::SubscriptionInCrm;
use super::script::{IntegrationSetup, NoSettings};
use super::span::At;
use super::value::Fields;

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
    /// A customer is subscribed to the newsletter, at once.
    #[serde(rename = "subscribe")]
    Subscribe(SubscriptionInCrm),
    /// A customer is unsubscribed from the newsletter, at once.
    #[serde(rename = "unsubscribe")]
    Unsubscribe(SubscriptionInCrm),
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

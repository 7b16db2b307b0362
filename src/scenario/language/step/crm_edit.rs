//! `in crm` as data: what a CRM user does.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::language::setup::integration::IntegrationSetup;
use crate::scenario::language::step::sale::SubscriptionInCrm;
use crate::scenario::language::text::matcher::Matcher;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::value::Fields;
use crate::scenario::language::text::words::NoSettings;
use crate::scenario::language::text::words::YesNo;

/// What a CRM user does.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub enum CrmEdit {
    /// A new Magento customer, created in the CRM.
    #[serde(rename = "create customer")]
    CreateCustomer(CreateInCrm),
    /// The customer form is saved with changes.
    #[serde(rename = "update customer")]
    UpdateCustomer(UpdateInCrm),
    /// A guest becomes a registered customer, whom two way sync creates in Magento.
    #[serde(rename = "register")]
    Register(RegisterInCrm),
    /// An address is added to a customer.
    #[serde(rename = "create address")]
    CreateAddress(AddressInCrm),
    /// An address of a customer changes.
    #[serde(rename = "update address")]
    UpdateAddress(UpdateAddressInCrm),
    /// A cart is given up, taken up again or made an opportunity.
    #[serde(rename = "move cart")]
    MoveCart(MovedCart),
    /// An order is placed in Magento's admin for a cart or a customer, and imported at once.
    #[serde(rename = "place order")]
    PlaceOrder(OrderFromCrm),
    /// A customer is subscribed to the newsletter, at once.
    #[serde(rename = "subscribe")]
    Subscribe(SubscriptionInCrm),
    /// A customer is unsubscribed from the newsletter, at once.
    #[serde(rename = "unsubscribe")]
    Unsubscribe(SubscriptionInCrm),
    /// The contact of a customer is deleted.
    #[serde(rename = "delete contact")]
    DeleteContact(ContactOf),
    /// Maintenance: every customer that has no contact gets one.
    #[serde(rename = "add contacts")]
    AddContacts(NoSettings),
    /// Maintenance: addresses of customers are copied to their contacts, where those lack them.
    #[serde(rename = "copy addresses to contacts")]
    CopyAddresses(NoSettings),
    /// Maintenance: the orders of every customer are summed up anew.
    #[serde(rename = "recalculate lifetimes")]
    RecalculateLifetimes(NoSettings),
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

impl CrmEdit {
    /// What the CRM or Magento is expected to refuse it with.
    pub fn refused(&self) -> Option<&At<Matcher>> {
        match self {
            Self::CreateCustomer(of) => of.refused.as_ref(),
            Self::UpdateCustomer(of) => of.refused.as_ref(),
            Self::Register(of) => of.refused.as_ref(),
            Self::CreateAddress(of) => of.refused.as_ref(),
            Self::UpdateAddress(of) => of.refused.as_ref(),
            Self::MoveCart(of) => of.refused.as_ref(),
            Self::PlaceOrder(of) => of.refused.as_ref(),
            Self::Subscribe(of) | Self::Unsubscribe(of) => of.refused.as_ref(),
            Self::ChangeSettings(of) => of.refused.as_ref(),
            _ => None,
        }
    }
}

/// A saved integration form.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedSettings {
    /// The settings that change.
    pub set: IntegrationSetup,
    /// The form refuses them and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A customer who is created in the CRM.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateInCrm {
    /// Fields of the customer, such as `firstName`; `website`, `store` and `group` are Magento's ids.
    pub set: Fields,
    /// Addresses, each with fields such as `street` and `country`.
    #[serde(default)]
    pub addresses: Vec<Fields>,
    /// Whether the form asks Magento if the e-mail address is free, as the real one does, before it is saved.
    #[serde(default, rename = "ask magento")]
    pub ask_magento: YesNo,
    /// The CRM refuses the edit and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A guest who is registered.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterInCrm {
    /// The guest's e-mail address.
    pub customer: At<String>,
    /// The CRM refuses the edit and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// The customer whose contact is meant.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactOf {
    /// The customer's e-mail address or Magento's id.
    pub customer: At<String>,
}

/// A saved customer form.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateInCrm {
    /// The customer's e-mail address or Magento's id.
    pub customer: At<String>,
    /// The fields that change, by the CRM's names.
    pub set: Fields,
    /// Whether the form asks Magento if the e-mail address is free, as the real one does, before it is saved.
    #[serde(default, rename = "ask magento")]
    pub ask_magento: YesNo,
    /// The CRM refuses the edit and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A step of the abandoned cart workflow.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MovedCart {
    /// Magento's id of the cart.
    pub cart: At<String>,
    /// The step of the workflow.
    pub step: CartMove,
    /// The CRM refuses the step and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// What is done with a cart.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub enum CartMove {
    /// It is given up; its status is `lost`.
    #[serde(rename = "abandon")]
    Abandon,
    /// It becomes an opportunity; its status is `converted_to_opportunity`.
    #[serde(rename = "convert to opportunity")]
    ConvertToOpportunity,
    /// It is `open` again.
    #[serde(rename = "reopen")]
    Reopen,
}

/// An order placed from the CRM.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderFromCrm {
    /// Magento's id of the cart that is ordered.
    #[serde(default)]
    pub cart: Option<At<String>>,
    /// The customer: an e-mail address or Magento's id.
    #[serde(default)]
    pub customer: Option<At<String>>,
    /// What a customer orders, as in `place order` of Magento; a cart brings its own.
    #[serde(default)]
    pub items: Vec<Fields>,
    /// The CRM refuses, or the import afterwards fails, and it says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// An address that is created in the CRM.
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
    /// Magento's id of the address, or its street: an address that Magento does not have yet has no id.
    pub address: At<String>,
    /// The fields that change, by the CRM's names.
    pub set: Fields,
    /// The CRM refuses the edit and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

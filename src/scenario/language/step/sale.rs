//! What a scenario says about carts, orders, refunds and the newsletter. The doc comments are what an editor shows.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::language::text::matcher::Matcher;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::value::Fields;

/// Somebody buys something, or fills a cart.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SaleInMagento {
    /// The customer: an e-mail address or Magento's id.
    #[serde(default)]
    pub customer: Option<At<String>>,
    /// Somebody without an account: `email`, `firstname`, `lastname`.
    #[serde(default)]
    pub guest: Fields,
    /// Store view: its id or code; the customer's, or the first one, when left out.
    #[serde(default)]
    pub store: Option<At<String>>,
    /// What is bought: `sku`, `name`, `price`, `qty` and any other of Magento's columns.
    #[serde(default)]
    pub items: Vec<Fields>,
    /// Magento's columns of the address, for billing and shipping; the customer's default address when left out.
    #[serde(default)]
    pub address: Fields,
    /// The cart that becomes an order: Magento's id.
    #[serde(default)]
    pub cart: Option<At<String>>,
    /// What the shop notes on the order.
    #[serde(default)]
    pub comment: Option<String>,
    /// Magento's columns of the order or cart, such as `shipping_amount`.
    #[serde(default)]
    pub set: Fields,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

/// A change of an order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderInMagento {
    /// The order's number (increment id), such as 100000001.
    pub order: At<String>,
    /// Magento's columns, such as `status`; of the credit memo for a refund.
    #[serde(default)]
    pub set: Fields,
    /// What is noted on the order.
    #[serde(default)]
    pub comment: Option<String>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

/// A change of a cart.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CartInMagento {
    /// Magento's id of the cart.
    pub cart: At<String>,
    /// Magento's columns, such as `is_active`.
    #[serde(default)]
    pub set: Fields,
    /// All that is in it from now on.
    #[serde(default)]
    pub items: Option<Vec<Fields>>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

/// A newsletter subscription in the shop.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionInMagento {
    /// E-mail address; the subscription belongs to the customer who has it.
    pub email: At<String>,
    /// Magento's columns, such as `store_id`.
    #[serde(default)]
    pub set: Fields,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

/// A newsletter subscription that a CRM user changes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionInCrm {
    /// The customer's e-mail address or Magento's id.
    pub customer: At<String>,
    /// The CRM or Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

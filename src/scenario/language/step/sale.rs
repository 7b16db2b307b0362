//! What a scenario says about carts, orders, refunds and the newsletter. The doc comments are what an editor shows.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::language::text::matcher::Matcher;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::value::Fields;
use crate::scenario::language::text::words::YesNo;

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
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A change of an order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderInMagento {
    /// The order's number (increment id), such as 100000001.
    pub order: At<String>,
    /// Magento's columns, such as `status`.
    #[serde(default)]
    pub set: Fields,
    /// What is noted on the order.
    #[serde(default)]
    pub comment: Option<String>,
    /// Whether the customer is told of the comment by e-mail.
    #[serde(default)]
    pub notify: YesNo,
    /// Whether the customer sees the comment in their account.
    #[serde(default)]
    pub visible: YesNo,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// An order that something is done with.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberOfOrder {
    /// The order's number (increment id), such as 100000001.
    pub order: At<String>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// An invoice or a shipment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentInMagento {
    /// The order's number (increment id), such as 100000001.
    pub order: At<String>,
    /// How many of which: `sku` and `qty`. All that is left when left out.
    #[serde(default)]
    pub items: Option<Vec<ItemOfOrder>>,
    /// The text of a comment on the document.
    #[serde(default)]
    pub comment: Option<String>,
    /// Whether the customer is told by e-mail.
    #[serde(default)]
    pub notify: YesNo,
    /// Whether the customer sees the comment in their account.
    #[serde(default)]
    pub visible: YesNo,
    /// Magento's columns of the document.
    #[serde(default)]
    pub set: Fields,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A refund, whole or in part; an order that was never invoiced is invoiced first.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundInMagento {
    /// The order's number (increment id), such as 100000001.
    pub order: At<String>,
    /// How many of which: `sku` and `qty`; `[]` for none. All that is left when left out.
    #[serde(default)]
    pub items: Option<Vec<ItemOfOrder>>,
    /// How much of the shipping goes back; all that is left when left out.
    #[serde(default)]
    pub shipping: Option<At<String>>,
    /// Adjustment Refund: an amount that is given back besides.
    #[serde(default, rename = "adjustment refund")]
    pub adjustment_refund: Option<At<String>>,
    /// Adjustment Fee: an amount that is kept back.
    #[serde(default, rename = "adjustment fee")]
    pub adjustment_fee: Option<At<String>>,
    /// The text of a comment on the credit memo.
    #[serde(default)]
    pub comment: Option<String>,
    /// Whether the customer is told by e-mail.
    #[serde(default)]
    pub notify: YesNo,
    /// Whether the customer sees the comment in their account.
    #[serde(default)]
    pub visible: YesNo,
    /// Magento's columns of the credit memo.
    #[serde(default)]
    pub set: Fields,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// Some of an item of an order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemOfOrder {
    /// The `sku` of the item.
    pub sku: At<String>,
    /// The quantity of the item.
    pub qty: At<String>,
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
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
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
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
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

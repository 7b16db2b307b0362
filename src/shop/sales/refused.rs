//! Why something cannot be sold, sent, invoiced or refunded, in Magento's own words.

/// Why a sale does not go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SaleRefused {
    /// The order is on hold, over, or has nothing left to invoice.
    #[error("Cannot do invoice for order.")]
    NothingToInvoice,
    /// The order is on hold, over, virtual, or has nothing left to send.
    #[error("Cannot do shipment for order.")]
    NothingToShip,
    /// None of what was asked for can be sent.
    #[error("Cannot create an empty shipment.")]
    EmptyShipment,
    /// More is kept back than is handed back.
    #[error("Credit memo's total must be positive.")]
    NothingPaidBack,
    /// Nothing of the order is paid, or all of it is refunded.
    #[error("Cannot create credit memo for the order.")]
    NothingToRefund,
    /// More of an item was asked for than is left.
    #[error("Invalid qty to {deed} item \"{name}\"")]
    InvalidQty {
        /// What was to be done: `invoice` or `refund`.
        deed: &'static str,
        /// The name of the item.
        name: String,
    },
    /// A refund of more than was paid.
    #[error("Maximum amount available to refund is <span class=\"price\">{0}</span>")]
    MaximumRefund(String),
    /// A refund of more shipping than is left.
    #[error("Maximum shipping amount allowed to refund is: {0}")]
    MaximumShipping(String),
    /// An invoice or credit memo that is paid, refunded or canceled already.
    #[error("{0} cannot be canceled.")]
    NotOpen(&'static str),
    /// The order is over, on hold, or invoiced whole.
    #[error("Order cannot be canceled.")]
    CannotCancel,
    /// The order is over or on hold already.
    #[error("Hold action is not available.")]
    CannotHold,
    /// The order is not on hold.
    #[error("Unhold action is not available.")]
    CannotUnhold,
    /// The cart lacks something that an order needs, or the stock does.
    #[error("{0}")]
    CannotPlace(String),
}

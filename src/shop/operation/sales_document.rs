//! What the operations of invoices, shipments and credit memos read from their arguments, and what they answer when the
//! shop refuses.

use super::Call;
use crate::magento::columns::saved::number_of;
use crate::shop::sales::SaleRefused;
use crate::shop::sales::amount::Amount;
use crate::shop::sales::document::{Asked, Remark};
use crate::shop::sales::order;
use crate::shop::{Refusal, Row, Shop};
use crate::soap::SoapValue;

/// Reads a list of `{order_item_id, qty}`.
pub(super) fn asked(list: Option<&SoapValue>) -> Asked {
    let rows = list.and_then(SoapValue::as_list).unwrap_or_default();
    let quantity = |row: &SoapValue| {
        let row = row.as_struct()?;
        Some((row.get("order_item_id")?.to_int()?, quantity_of(row.get("qty")?)?))
    };
    rows.iter().filter_map(quantity).collect()
}

/// Quantities of a refund: rows that name an item, or a map by the item's id, which Magento takes as well.
pub(super) fn asked_by_either(qtys: Option<&SoapValue>) -> Asked {
    match qtys {
        Some(SoapValue::Struct(by_id)) => {
            by_id.iter().filter_map(|(id, qty)| Some((id.trim().parse().ok()?, quantity_of(qty)?))).collect()
        }
        other => asked(other),
    }
}

/// A quantity as people write numbers, a comma for the decimals included; what is no number is none.
fn quantity_of(value: &SoapValue) -> Option<Amount> {
    let number = number_of(&value.to_text()?);
    Some(number.parse().or_else(|_| Amount::from_scientific(&number)).unwrap_or_default())
}

/// A document of some kind, by its increment id.
pub(super) fn by_increment_id(shop: &Shop, table: &'static str, increment_id: &str) -> Option<Row> {
    shop.database.table(table).with("increment_id", increment_id).next().map(|(_, row)| row.clone())
}

/// The order that the call names, for a new document. The part of a new invoice is called after the invoice.
pub(super) fn order(call: &Call<'_>) -> Result<Row, Refusal> {
    let name = ["orderIncrementId", "invoiceIncrementId"].into_iter().find_map(|part| call.arguments.text(part));
    let order = order::by_increment_id(call.shop, &name.unwrap_or_default());
    order.ok_or_else(|| call.fault("order_not_exists"))
}

/// Whether an argument is true in PHP's eyes.
pub(super) fn is_set(call: &Call<'_>, name: &str) -> bool {
    call.arguments.get(name).is_some_and(SoapValue::is_truthy)
}

/// What is said with a document; the API's remarks are never shown to the customer.
pub(super) fn remark(comment: Option<String>, notified: bool) -> Remark {
    Remark { comment, notified, visible: false }
}

/// The fault by which the API's resources say what the shop refuses. What no resource expects is an exception that
/// nobody catches.
pub(super) fn refusal(call: &Call<'_>, refused: SaleRefused) -> Refusal {
    use SaleRefused as No;
    let text = refused.to_string();
    match refused {
        No::NothingToInvoice | No::NothingToShip | No::EmptyShipment => call.fault_with("data_invalid", text),
        No::NothingToRefund => call.fault("cannot_create_creditmemo"),
        No::NotOpen(_) | No::CannotHold | No::CannotUnhold => call.fault_with("status_not_changed", text),
        No::CannotCancel => call.fault("status_not_changed"),
        No::CannotPlace(_) => call.fault_with("create_order_fault", text),
        No::InvalidQty { .. } | No::MaximumRefund(_) | No::MaximumShipping(_) | No::NothingPaidBack => {
            call.uncaught(text)
        }
    }
}

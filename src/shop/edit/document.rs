//! Invoices, shipments and credit memos of an order, its cancellation and its hold: what the buttons of an order's page in
//! the admin do. The rules are those of [`super::super::sales`].

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EditError, row_of};
use crate::shop::sales::amount::{Amount, rounded};
use crate::shop::sales::cancel::{cancel, hold, unhold};
use crate::shop::sales::document::{Asked, Remark};
use crate::shop::sales::invoice::{InvoiceRequest, invoice};
use crate::shop::sales::items::{Items, can_invoice};
use crate::shop::sales::order::{HistoryEntry, Notified, ORDER, Saved, items};
use crate::shop::sales::refund::{Payout, RefundRequest, refund};
use crate::shop::sales::ship::{ShipmentRequest, ship};
use crate::shop::sales::{SaleRefused, amount};
use crate::shop::seed::SeedRow;
use crate::shop::written;
use crate::shop::{Row, Shop};

/// Something that is made of an order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderDocument {
    /// The id of the order.
    pub order: i64,
    /// How many of which `sku`; all that is left when there is no list, nothing when it is empty.
    #[serde(default)]
    pub items: Option<IndexMap<String, String>>,
    /// Of a credit memo: how much of the shipping goes back; all that is left when not given.
    #[serde(default)]
    pub shipping: Option<String>,
    /// Of a credit memo: what is given besides.
    #[serde(default)]
    pub adjustment_refund: Option<String>,
    /// Of a credit memo: what is kept back.
    #[serde(default)]
    pub adjustment_fee: Option<String>,
    /// What is said with it.
    #[serde(default)]
    pub remark: OrderRemark,
    /// Columns that are to be otherwise.
    #[serde(default)]
    pub set: SeedRow,
}

/// Something that is said about an order or a document of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderRemark {
    /// The text of the comment.
    #[serde(default)]
    pub comment: Option<String>,
    /// Whether the customer is told by e-mail.
    #[serde(default)]
    pub notify: bool,
    /// Whether the customer sees it in their account.
    #[serde(default)]
    pub visible: bool,
}

impl OrderRemark {
    fn of_document(&self) -> Option<Remark> {
        let comment = self.comment.clone()?;
        Some(Remark { comment: Some(comment), notified: self.notify, visible: self.visible })
    }
}

impl Shop {
    /// Invoices an order, or a part of it, paid offline.
    pub(super) fn invoice_order(&mut self, told: &OrderDocument) -> Result<i64, EditError> {
        self.check_written(written::INVOICE, &told.set)?;
        let order = self.require(ORDER, told.order)?.clone();
        let request = InvoiceRequest {
            qtys: self.asked(told)?,
            email: told.remark.notify,
            comment: told.remark.of_document(),
            set: row_of(&told.set),
        };
        Ok(invoice(self, &order, request).map_err(|why| refused("invoicing order", told.order, why))?.id)
    }

    /// Sends an order, or a part of it.
    pub(super) fn ship_order(&mut self, told: &OrderDocument) -> Result<i64, EditError> {
        self.check_written(written::SHIPMENT, &told.set)?;
        let order = self.require(ORDER, told.order)?.clone();
        let asked = self.asked(told)?;
        self.check_shippable(&order, &asked)?;
        let request = ShipmentRequest {
            qtys: asked,
            email: told.remark.notify,
            comment: told.remark.of_document(),
            set: row_of(&told.set),
        };
        Ok(ship(self, &order, request).map_err(|why| refused("shipping order", told.order, why))?.id)
    }

    /// Refunds an order or a part of it, as the admin's "Refund Offline" does; one that was never invoiced is invoiced
    /// first. Gives the credit memo's id.
    pub(super) fn refund_order(&mut self, told: &OrderDocument) -> Result<i64, EditError> {
        self.check_written(written::CREDIT_MEMO, &told.set)?;
        let order = self.require(ORDER, told.order)?.clone();
        if can_invoice(self, &order) {
            invoice(self, &order, InvoiceRequest::default())
                .map_err(|why| refused("invoicing order", told.order, why))?;
        }
        let order = self.require(ORDER, told.order)?.clone();
        // The admin's form sends both adjustments, nothing in them.
        let request = RefundRequest {
            qtys: self.asked(told)?,
            shipping: money_of("shipping", &told.shipping)?,
            adjustment_positive: Some(money_of("adjustment refund", &told.adjustment_refund)?.unwrap_or_default()),
            adjustment_negative: Some(money_of("adjustment fee", &told.adjustment_fee)?.unwrap_or_default()),
            payout: Payout::Offline,
            must_pay: true,
            email: told.remark.notify,
            comment: told.remark.of_document(),
            set: row_of(&told.set),
        };
        Ok(refund(self, &order, request).map_err(|why| refused("refunding order", told.order, why))?.id)
    }

    /// Cancels what is open of an order.
    pub(super) fn cancel_order(&mut self, id: i64) -> Result<i64, EditError> {
        let order = self.require(ORDER, id)?.clone();
        cancel(self, &order).map_err(|why| refused("canceling order", id, why))?;
        Ok(id)
    }

    /// Puts an order on hold, or takes it off.
    pub(super) fn hold_order(&mut self, id: i64, on: bool) -> Result<i64, EditError> {
        let order = self.require(ORDER, id)?.clone();
        let (what, done) = match on {
            true => ("holding order", hold(self, &order)),
            false => ("releasing order", unhold(self, &order)),
        };
        done.map_err(|why| refused(what, id, why))?;
        Ok(id)
    }

    /// Puts a comment on an order, as the admin's form does. Gives the id of the history's entry.
    pub(super) fn remark_on_order(&mut self, id: i64, remark: &OrderRemark) -> Result<i64, EditError> {
        let order = self.require(ORDER, id)?.clone();
        self.save_order(&order, Saved::Alone, |_| {});
        let entry = HistoryEntry {
            comment: remark.comment.clone(),
            notified: if remark.notify { Notified::YES } else { Notified::NO },
            visible: remark.visible,
            ..HistoryEntry::of_status(order.text("status"))
        };
        Ok(self.add_to_history(&order, entry))
    }

    /// Nobody sends more than is left. Magento takes what is left for it; whoever writes more means something else.
    fn check_shippable(&self, order: &Row, asked: &Asked) -> Result<(), EditError> {
        let all = Items::of(self, order);
        for (id, item) in items(self, order).filter(|(_, item)| !all.is_dummy_in_shipping(item)) {
            let left = all.qty_to_ship(item);
            if asked.get(&id).is_some_and(|qty| *qty > left) {
                let what = format!("Invalid qty to ship for item \"{}\"", item.text("name"));
                return Err(EditError::NotAllowed(what, format!("{} is left to send", left.normalize())));
            }
        }
        Ok(())
    }

    /// Quantities by item of the order; an empty list of skus is nothing of every item.
    fn asked(&self, told: &OrderDocument) -> Result<Asked, EditError> {
        let Some(wanted) = &told.items else { return Ok(Asked::default()) };
        let order = self.require(ORDER, told.order)?;
        let mut asked: Asked = items(self, order).map(|(id, _)| (id, Amount::ZERO)).collect();
        for (sku, qty) in wanted {
            let found = items(self, order).find(|(_, item)| item.text("sku") == sku).map(|(id, _)| id);
            let id = found.ok_or_else(|| {
                let known: Vec<&str> = items(self, order).map(|(_, item)| item.text("sku")).collect();
                EditError::NotAllowed(
                    format!("order {} has no item \"{sku}\"", order.text("increment_id")),
                    format!("its items are {}", known.join(", ")),
                )
            })?;
            asked.insert(id, money_of("qty", &Some(qty.clone()))?.unwrap_or_default());
        }
        Ok(asked)
    }
}

fn refused(what: &'static str, id: i64, why: SaleRefused) -> EditError {
    EditError::Refused { what, id, why }
}

fn money_of(column: &str, text: &Option<String>) -> Result<Option<Amount>, EditError> {
    let Some(text) = text else { return Ok(None) };
    let amount: amount::Amount =
        text.trim().parse().map_err(|_| EditError::NoNumber { column: column.to_owned(), found: text.clone() })?;
    if amount < Amount::ZERO {
        return Err(EditError::NotAllowed(format!("{column} is {text}"), "write 0 or more".to_owned()));
    }
    Ok(Some(rounded_unless_qty(column, amount)))
}

/// Money has cents; quantities may have four decimals.
fn rounded_unless_qty(column: &str, amount: Amount) -> Amount {
    if column == "qty" { amount } else { rounded(amount) }
}

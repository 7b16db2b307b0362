//! Credit memos of an order.

use super::amount::{Amount, CURRENCIES, amount_of, money, rounded};
use super::document::{self, Asked, Line, Remark, share_out, sum};
use super::items::{Items, can_refund};
use super::order::{HistoryEntry, ORDER, ORDER_ITEM};
use super::price::shown;
use super::register::{CREDIT_MEMO, Count, OFFLINE, ONLINE, PAYMENT_REFUNDED, count_into_payment};
use super::{Made, SaleRefused};
use crate::shop::{Row, Shop};

const STATE_OPEN: &str = "1";
const STATE_REFUNDED: &str = "2";
const STATE_CANCELED: &str = "3";

/// How the money goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::shop) enum Payout {
    /// As the API does it: the payment method is never asked, yet the refund counts as made online.
    #[default]
    Online,
    /// Somebody in the shop hands it back, which the order's history tells.
    Offline,
}

/// What is to be refunded, and what is said with it.
#[derive(Clone, Debug, Default)]
pub(in crate::shop) struct RefundRequest {
    /// Quantities by order item; none for all that is left.
    pub(in crate::shop) qtys: Asked,
    /// How much of the shipping, in the base currency; none for all that is left.
    pub(in crate::shop) shipping: Option<Amount>,
    /// What is given besides.
    pub(in crate::shop) adjustment_positive: Option<Amount>,
    /// What is kept back.
    pub(in crate::shop) adjustment_negative: Option<Amount>,
    pub(in crate::shop) payout: Payout,
    /// Whether the customer is told by e-mail.
    pub(in crate::shop) email: bool,
    pub(in crate::shop) comment: Option<Remark>,
    /// Whether it must hand something back, as the admin's form wants it and the API does not.
    pub(in crate::shop) must_pay: bool,
    /// Columns of the credit memo that are to be otherwise.
    pub(in crate::shop) set: Row,
}

/// Refunds what is asked for, or all that is left.
///
/// # Errors
/// [`SaleRefused`] when nothing was paid, or less is left than was asked for.
pub(in crate::shop) fn refund(shop: &mut Shop, order: &Row, request: RefundRequest) -> Result<Made, SaleRefused> {
    if !can_refund(order) {
        return Err(SaleRefused::NothingToRefund);
    }
    let items = Items::of(shop, order);
    let lines = lines(&items, &request.qtys)?;
    let mut memo = totals(order, &lines, &items, &request)?;
    document::lay_over(&mut memo, &request.set);
    let refunded = rounded(amount_of(order, "base_total_refunded") + amount_of(&memo, "base_grand_total"));
    let paid = rounded(amount_of(order, "base_total_paid"));
    if refunded > paid {
        let left = paid - amount_of(order, "base_total_refunded");
        return Err(SaleRefused::MaximumRefund(shown(left, order.text("base_currency_code"))));
    }
    if request.must_pay && amount_of(&memo, "grand_total") <= Amount::default() {
        return Err(SaleRefused::NothingPaidBack);
    }
    let increment_id = shop.next_increment_id(CREDIT_MEMO.numbered, order.int("store_id"));
    memo.set_default("increment_id", &increment_id);
    memo.set_default("state", STATE_REFUNDED);
    if request.email {
        memo.set("email_sent", "1");
    }
    let increment_id = memo.text("increment_id").to_owned();
    let order_id = order.int("entity_id");
    let more = if request.payout == Payout::Online { ONLINE } else { OFFLINE };
    CREDIT_MEMO.register(shop, order_id, &memo, &lines, (Count::In, more));
    // What is refunded with another item is not sent any more.
    for line in lines.iter().filter(|line| line.dummy) {
        shop.database.table_mut(ORDER_ITEM).update(line.order_item, |item| item.set("locked_do_ship", "1"));
    }
    if request.payout == Payout::Offline {
        count_into_payment(shop, order, &memo, PAYMENT_REFUNDED);
        let handed_back = shown(amount_of(&memo, "base_grand_total"), order.text("base_currency_code"));
        shop.note_offline_refund(order, &handed_back);
    }
    let id = shop.add_document(memo, lines, (CREDIT_MEMO.table, CREDIT_MEMO.items));
    if let Some(remark) = request.comment {
        shop.add_document_comment((CREDIT_MEMO.table, CREDIT_MEMO.comments), id, remark);
    }
    shop.settle_order(order_id, CREDIT_MEMO.entity);
    Ok(Made { id, increment_id })
}

impl Shop {
    /// What the payment notes on the order when somebody hands money back: the order is in process with it.
    fn note_offline_refund(&mut self, order: &Row, amount: &str) {
        let status = self.default_status("processing");
        self.database.table_mut(ORDER).update(order.int("entity_id"), |order| {
            order.set("state", "processing");
            order.set("status", status.as_str());
        });
        let comment = Some(format!("Refunded amount of {amount} offline."));
        let entry = HistoryEntry { comment, ..HistoryEntry::of_status(&status) };
        self.add_to_history(order, entry.about(CREDIT_MEMO.entity));
    }
}

fn lines(items: &Items, asked: &Asked) -> Result<Vec<Line>, SaleRefused> {
    let mut lines = Vec::new();
    for (id, item) in items.iter() {
        let (dummy, left) = (items.is_dummy(item), items.qty_to_refund(item));
        let qty = match (dummy, asked.get(&id)) {
            (true, _) => Amount::ONE,
            (false, _) if left.is_zero() => continue,
            (false, Some(qty)) => *qty,
            (false, None) if asked.is_empty() => left,
            (false, None) => continue,
        };
        let line = Line::new(id, item, qty, dummy, left);
        if !dummy && line.qty > left {
            return Err(SaleRefused::InvalidQty { deed: CREDIT_MEMO.deed, name: item.text("name").to_owned() });
        }
        lines.push(line);
    }
    share_out(&mut lines, items, &CREDIT_MEMO.division);
    Ok(lines)
}

/// A credit memo's sums: those of its lines, the shipping that is asked for or left, and the adjustments.
fn totals(order: &Row, lines: &[Line], items: &Items, request: &RefundRequest) -> Result<Row, SaleRefused> {
    let is_last = items.iter().all(|(id, item)| {
        let left = items.qty_to_refund(item);
        left.is_zero() || lines.iter().any(|line| line.order_item == id && line.last)
    });
    let base_shipping = amount_of(order, "base_shipping_amount");
    let base_left = base_shipping - amount_of(order, "base_shipping_refunded");
    let base_refund = request.shipping.map_or(base_left, rounded);
    if base_refund > base_left {
        return Err(SaleRefused::MaximumShipping(shown(base_left, order.text("base_currency_code"))));
    }
    let part = if base_shipping.is_zero() { Amount::ZERO } else { base_refund / base_shipping };
    let rate = amount_of(order, "base_to_order_rate");

    let mut memo = document::of_order(order);
    for currency in CURRENCIES {
        let of_order = |column: &str| amount_of(order, &format!("{currency}{column}"));
        let of_lines = |column: &str| sum(lines, &format!("{currency}{column}"));
        let shipping_left = of_order("shipping_amount") - of_order("shipping_refunded");
        let shipping = match (request.shipping, currency) {
            (None, _) => shipping_left,
            (Some(_), "base_") => base_refund,
            (Some(_), _) => rounded(of_order("shipping_amount") * part),
        };
        let shipping_tax = if base_refund == base_left {
            of_order("shipping_tax_amount") - of_order("shipping_tax_refunded")
        } else {
            rounded(of_order("shipping_tax_amount") * part)
        };
        let discount = of_lines("discount_amount") + of_order("shipping_discount_amount") * part;
        let (mut tax, mut hidden) = (of_lines("tax_amount") + shipping_tax, of_lines("hidden_tax_amount"));
        let tax_left = of_order("tax_invoiced") - of_order("tax_refunded");
        let hidden_left = of_order("hidden_tax_invoiced") - of_order("hidden_tax_refunded");
        let whole = is_last && base_refund == base_left;
        tax = if whole { tax_left } else { tax.min(tax_left) };
        hidden = if whole { hidden_left } else { hidden.min(hidden_left) };
        let adjustment = |given: Option<Amount>| {
            given.map(|amount| if currency.is_empty() { rounded(amount * rate) } else { rounded(amount) })
        };
        let more = adjustment(request.adjustment_positive);
        let less = adjustment(request.adjustment_negative);
        let adjusted = more.unwrap_or_default() - less.unwrap_or_default();
        let subtotal = of_lines("row_total");
        let mut set = |column: &str, amount: Amount| memo.set(format!("{currency}{column}"), money(amount));
        set("subtotal", subtotal);
        set("subtotal_incl_tax", of_lines("row_total_incl_tax"));
        set("discount_amount", -discount);
        set("shipping_amount", shipping);
        // Only what is left by itself is taken in proportion; an amount that is asked for leaves the order's here.
        let of_incl_tax = if request.shipping.is_some() { Amount::ONE } else { part };
        set("shipping_incl_tax", of_order("shipping_incl_tax") * of_incl_tax);
        set("shipping_tax_amount", shipping_tax);
        set("tax_amount", tax);
        set("hidden_tax_amount", hidden);
        set("adjustment", adjusted);
        set("grand_total", subtotal - discount + shipping + tax + hidden + adjusted);
        for (column, amount) in [("adjustment_positive", more), ("adjustment_negative", less)] {
            if let Some(amount) = amount {
                memo.set(format!("{currency}{column}"), money(amount));
            }
        }
    }
    Ok(memo)
}

/// Cancels a credit memo that is still open; none made here is.
///
/// # Errors
/// [`SaleRefused::NotOpen`] for one that is refunded or canceled.
pub(in crate::shop) fn cancel(shop: &mut Shop, memo: &Row) -> Result<(), SaleRefused> {
    if memo.get("state") != Some(STATE_OPEN) {
        return Err(SaleRefused::NotOpen("Credit memo"));
    }
    let now = shop.now_sql();
    shop.database.table_mut(CREDIT_MEMO.table).update(memo.int("entity_id"), |row| {
        row.set("state", STATE_CANCELED);
        row.set("updated_at", now);
    });
    Ok(())
}

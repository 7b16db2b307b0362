//! An order that is put on hold, taken off it, or canceled.

use super::SaleRefused;
use super::amount::{Amount, amount_of, money};
use super::items::Items;
use super::order::{HistoryEntry, ORDER_ITEM, Saved, items};
use crate::shop::{Row, Shop};

/// States that cannot be put on hold.
const NOT_HOLDABLE: &[&str] = &["canceled", "complete", "closed", "holded", "payment_review"];

/// States in which nothing is left to cancel, or which have to be left first.
const NOT_CANCELABLE: &[&str] = &["canceled", "complete", "closed", "holded", "payment_review"];

/// What a cancellation sets: the canceled sum, the whole and the part that was settled before.
const CANCELED: &[(&str, &str, &str)] = &[
    ("subtotal_canceled", "subtotal", "subtotal_invoiced"),
    ("tax_canceled", "tax_amount", "tax_invoiced"),
    ("shipping_canceled", "shipping_amount", "shipping_invoiced"),
    ("discount_canceled", "discount_amount", "discount_invoiced"),
    ("total_canceled", "grand_total", "total_paid"),
];

/// Puts an order on hold. Its items are not looked at.
///
/// # Errors
/// [`SaleRefused::CannotHold`] for one that is over or on hold already.
pub(in crate::shop) fn hold(shop: &mut Shop, order: &Row) -> Result<(), SaleRefused> {
    if NOT_HOLDABLE.contains(&order.text("state")) {
        return Err(SaleRefused::CannotHold);
    }
    let status = shop.default_status("holded");
    let before = (order.get("state").map(str::to_owned), order.get("status").map(str::to_owned));
    shop.save_order(order, Saved::Alone, |order| {
        order.set_opt("hold_before_state", before.0);
        order.set_opt("hold_before_status", before.1);
        order.set("state", "holded");
        order.set("status", status.as_str());
    });
    shop.add_to_history(order, HistoryEntry::of_status(&status));
    Ok(())
}

/// Takes an order off hold: it is what it was before. Its items are saved with it (recording 295).
///
/// # Errors
/// [`SaleRefused::CannotUnhold`] for one that is not on hold.
pub(in crate::shop) fn unhold(shop: &mut Shop, order: &Row) -> Result<(), SaleRefused> {
    if order.get("state") != Some("holded") {
        return Err(SaleRefused::CannotUnhold);
    }
    let (state, status) = (order.text("hold_before_state").to_owned(), order.text("hold_before_status").to_owned());
    let entry = HistoryEntry::of_status(&status);
    shop.save_order(order, Saved::WithItems, |order| {
        order.set("state", state);
        order.set("status", status);
        order.set_opt("hold_before_state", None);
        order.set_opt("hold_before_status", None);
    });
    shop.add_to_history(order, entry);
    Ok(())
}

/// Cancels what of an order is neither sent nor invoiced, and gives it back to the stock. An order of which something is
/// invoiced goes on: in process while something of that is to be sent, complete otherwise.
///
/// # Errors
/// [`SaleRefused::CannotCancel`] when nothing is left to cancel.
pub(in crate::shop) fn cancel(shop: &mut Shop, order: &Row) -> Result<(), SaleRefused> {
    let sold = Items::of(shop, order);
    let open = sold.iter().any(|(_, item)| sold.qty_to_invoice(item) > Amount::ZERO);
    if NOT_CANCELABLE.contains(&order.text("state")) || !open {
        return Err(SaleRefused::CannotCancel);
    }
    let invoiced = sold.iter().find(|(_, item)| sold.qty_to_refund(item) > Amount::ZERO);
    let still_to_send = |item: &Row| sold.qty_to_ship(item) > sold.qty_to_cancel(item);
    let any_to_send = sold.iter().any(|(_, item)| sold.qty_to_refund(item) > Amount::ZERO && still_to_send(item));
    let state = match invoiced {
        None => "canceled",
        Some(_) if any_to_send => "processing",
        Some(_) => "complete",
    };
    shop.count_uses(order, -1);
    shop.cancel_items(order, &sold);
    let status = shop.default_status(state);
    shop.save_order(order, Saved::WithChangedItems, |order| {
        for (canceled, amount, done) in CANCELED {
            for prefix in ["", "base_"] {
                let left =
                    amount_of(order, &format!("{prefix}{amount}")).abs() - amount_of(order, &format!("{prefix}{done}"));
                order.set(format!("{prefix}{canceled}"), money(left));
            }
        }
        order.set("state", state);
        order.set("status", status.as_str());
    });
    shop.add_to_history(order, HistoryEntry::of_status(&status));
    if state != "canceled" {
        shop.settle_order(order.int("entity_id"), "order");
    }
    Ok(())
}

impl Shop {
    /// Cancels what is open of every item. To the stock goes back what has no parts of its own and is neither sent nor invoiced.
    fn cancel_items(&mut self, order: &Row, sold: &Items) {
        let held: Vec<(i64, Row)> = items(self, order).map(|(id, item)| (id, item.clone())).collect();
        for (id, item) in held {
            let ordered = amount_of(&item, "qty_ordered");
            let canceled = sold.qty_to_cancel(&item);
            self.database.table_mut(ORDER_ITEM).update(id, |item| {
                item.set("qty_canceled", money(canceled));
                if !ordered.is_zero() {
                    for (sum, whole) in
                        [("tax_canceled", "base_tax_amount"), ("hidden_tax_canceled", "hidden_tax_amount")]
                    {
                        let share = amount_of(item, sum) + amount_of(item, whole) * canceled / ordered;
                        item.set(sum, money(share));
                    }
                }
            });
            let settled = amount_of(&item, "qty_shipped").max(amount_of(&item, "qty_invoiced"));
            let given_back = ordered - settled - amount_of(&item, "qty_canceled");
            if given_back > Amount::ZERO && !sold.is_parent(&item) {
                self.give_back_to_stock(item.text("product_id"), given_back);
            }
        }
    }
}

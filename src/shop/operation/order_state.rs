//! What may still be done with an order, and the state it gets when a document is made of it: Magento's order model.

use super::amount::{Amount, amount_of, rounded};
use super::sales_order::{self, HistoryEntry};
use crate::shop::{Row, Shop};

/// An order's items with what hangs together among them.
pub(super) struct Items(Vec<(i64, Row)>);

impl Items {
    pub(super) fn of(shop: &Shop, order: &Row) -> Self {
        Self(sales_order::items(shop, order).map(|(id, item)| (id, item.clone())).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, &Row)> {
        self.0.iter().map(|(id, item)| (*id, item))
    }

    fn parent(&self, item: &Row) -> Option<&Row> {
        let parent = item.get("parent_item_id")?;
        self.0.iter().map(|(_, row)| row).find(|row| row.text("item_id") == parent)
    }

    fn has_children(&self, item: &Row) -> bool {
        self.0.iter().any(|(_, row)| row.get("parent_item_id") == Some(item.text("item_id")))
    }

    /// Whether an item's money is that of another: of its parent, or of its children where those are priced one by one.
    pub(super) fn is_dummy(&self, item: &Row) -> bool {
        let parent = self.parent(item);
        let priced_by_children = has_option(parent.unwrap_or(item), "product_calculations", "0");
        if self.has_children(item) { priced_by_children } else { parent.is_some() && !priced_by_children }
    }

    /// Whether an item is sent with another.
    pub(super) fn is_dummy_in_shipping(&self, item: &Row) -> bool {
        let parent = self.parent(item);
        let sent_separately = has_option(parent.unwrap_or(item), "shipment_type", "1");
        if self.has_children(item) { sent_separately } else { parent.is_some() && !sent_separately }
    }

    pub(super) fn qty_to_invoice(&self, item: &Row) -> Amount {
        if self.is_dummy(item) { Amount::ZERO } else { left(item, &["qty_invoiced", "qty_canceled"]) }
    }

    pub(super) fn qty_to_ship(&self, item: &Row) -> Amount {
        if self.is_dummy_in_shipping(item) {
            return Amount::ZERO;
        }
        left(item, &["qty_shipped", "qty_refunded", "qty_canceled"])
    }

    pub(super) fn qty_to_refund(&self, item: &Row) -> Amount {
        if self.is_dummy(item) {
            return Amount::ZERO;
        }
        (amount_of(item, "qty_invoiced") - amount_of(item, "qty_refunded")).max(Amount::ZERO)
    }
}

fn left(item: &Row, done: &[&str]) -> Amount {
    let done: Amount = done.iter().map(|column| amount_of(item, column)).sum();
    (amount_of(item, "qty_ordered") - done).max(Amount::ZERO)
}

/// Whether PHP's serialized product options hold an option with that number, stored as a number or as a text.
fn has_option(item: &Row, name: &str, value: &str) -> bool {
    let options = item.text("product_options");
    options.contains(&format!("\"{name}\";i:{value};")) || options.contains(&format!("\"{name}\";s:1:\"{value}\";"))
}

const WAITING: &[&str] = &["holded", "payment_review"];

/// Whether something is left to invoice.
pub(super) fn can_invoice(shop: &Shop, order: &Row) -> bool {
    let over = ["canceled", "complete", "closed"];
    let state = order.text("state");
    if WAITING.contains(&state) || over.contains(&state) {
        return false;
    }
    let items = Items::of(shop, order);
    items
        .iter()
        .any(|(_, item)| items.qty_to_invoice(item) > Amount::ZERO && item.get("locked_do_invoice") != Some("1"))
}

/// Whether something is left to send.
pub(super) fn can_ship(shop: &Shop, order: &Row) -> bool {
    let state = order.text("state");
    if WAITING.contains(&state) || state == "canceled" || order.get("is_virtual") == Some("1") {
        return false;
    }
    let items = Items::of(shop, order);
    items.iter().any(|(_, item)| {
        let is_sent = item.get("is_virtual") != Some("1") && item.get("locked_do_ship") != Some("1");
        is_sent && items.qty_to_ship(item) > Amount::ZERO
    })
}

/// Whether money is left to refund.
pub(super) fn can_refund(order: &Row) -> bool {
    let state = order.text("state");
    if WAITING.contains(&state) || state == "canceled" || state == "closed" {
        return false;
    }
    let left = rounded(amount_of(order, "total_paid")) - amount_of(order, "total_refunded");
    left.abs() >= Amount::new(1, 4)
}

impl Shop {
    /// Saves an order after a document was made of it: it is in process, complete or closed then, and its history says
    /// so in the name of the document.
    pub(super) fn settle_order(&mut self, order_id: i64, document: &'static str) {
        let Some(order) = self.database.table("sales_flat_order").row(order_id).cloned() else { return };
        let state = order.text("state");
        let done = state != "canceled" && !can_invoice(self, &order) && !can_ship(self, &order) && state != "holded";
        let next = if done && (amount_of(&order, "base_grand_total").is_zero() || can_refund(&order)) {
            "complete"
        } else if done && !amount_of(&order, "total_refunded").is_zero() {
            "closed"
        } else if state == "new" {
            "processing"
        } else {
            state
        };
        let changed = next != state;
        let status = if changed { self.default_status(next) } else { order.text("status").to_owned() };
        let (next, entry) = (next.to_owned(), HistoryEntry::of_status(&status).about(document));
        self.save_order(&order, |order| {
            order.set("state", next);
            order.set("status", status);
            for currency in super::amount::CURRENCIES {
                let due = amount_of(order, &format!("{currency}grand_total"))
                    - amount_of(order, &format!("{currency}total_paid"));
                order.set(format!("{currency}total_due"), super::amount::money(rounded(due).max(Amount::ZERO)));
            }
        });
        if changed {
            self.add_to_history(&order, entry);
        }
    }

    /// The status that a state has unless somebody says otherwise; a fresh install names both alike.
    fn default_status(&self, state: &str) -> String {
        let states = self.database.table("sales_order_status_state");
        let mut of_state = states.with("state", state).filter(|(_, row)| row.get("is_default") == Some("1"));
        let status = of_state.next().map(|(_, row)| row.text("status").to_owned());
        status.unwrap_or_else(|| if state == "new" { "pending" } else { state }.to_owned())
    }
}

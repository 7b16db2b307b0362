//! An order's items with what hangs together among them, and what may still be done with an order.

use super::amount::{Amount, amount_of, rounded};
use super::order;
use crate::shop::{Row, Shop};

/// An order's items with what hangs together among them.
pub(in crate::shop) struct Items(Vec<(i64, Row)>);

impl Items {
    pub(in crate::shop) fn of(shop: &Shop, order: &Row) -> Self {
        Self(order::items(shop, order).map(|(id, item)| (id, item.clone())).collect())
    }

    pub(in crate::shop) fn iter(&self) -> impl Iterator<Item = (i64, &Row)> {
        self.0.iter().map(|(id, item)| (*id, item))
    }

    /// The item that an item belongs to, such as the bundle of a selection.
    pub(in crate::shop) fn parent(&self, item: &Row) -> Option<(i64, &Row)> {
        let parent = item.get("parent_item_id")?;
        self.iter().find(|(_, row)| row.text("item_id") == parent)
    }

    fn has_children(&self, item: &Row) -> bool {
        self.0.iter().any(|(_, row)| row.get("parent_item_id") == Some(item.text("item_id")))
    }

    /// Whether an item's money is that of another: of its parent, or of its children where those are priced one by one.
    pub(in crate::shop) fn is_dummy(&self, item: &Row) -> bool {
        let parent = self.parent(item).map(|(_, parent)| parent);
        let priced_by_children = has_option(parent.unwrap_or(item), "product_calculations", "0");
        if self.has_children(item) { priced_by_children } else { parent.is_some() && !priced_by_children }
    }

    /// Whether an item is sent with another.
    pub(in crate::shop) fn is_dummy_in_shipping(&self, item: &Row) -> bool {
        let parent = self.parent(item).map(|(_, parent)| parent);
        let sent_separately = has_option(parent.unwrap_or(item), "shipment_type", "1");
        if self.has_children(item) { sent_separately } else { parent.is_some() && !sent_separately }
    }

    pub(in crate::shop) fn qty_to_invoice(&self, item: &Row) -> Amount {
        if self.is_dummy(item) { Amount::ZERO } else { left(item, &["qty_invoiced", "qty_canceled"]) }
    }

    pub(in crate::shop) fn qty_to_ship(&self, item: &Row) -> Amount {
        if self.is_dummy_in_shipping(item) { Amount::ZERO } else { left_to_ship(item) }
    }

    /// What of an item a cancellation takes: what is neither invoiced nor sent. A bundle whose parts are priced one by one and
    /// a part that is sent with its bundle count by themselves.
    pub(in crate::shop) fn qty_to_cancel(&self, item: &Row) -> Amount {
        let is_bundle = |row: &Row| row.get("product_type") == Some("bundle");
        let part = self.parent(item).is_some_and(|(_, parent)| is_bundle(parent));
        let to_invoice = match is_bundle(item) && self.is_dummy(item) {
            true => left(item, &["qty_invoiced", "qty_canceled"]),
            false => self.qty_to_invoice(item),
        };
        let to_ship = match part && self.is_dummy_in_shipping(item) {
            true => left_to_ship(item),
            false => self.qty_to_ship(item),
        };
        to_invoice.min(to_ship)
    }

    /// Whether an item has others below it.
    pub(in crate::shop) fn is_parent(&self, item: &Row) -> bool {
        self.has_children(item)
    }

    pub(in crate::shop) fn qty_to_refund(&self, item: &Row) -> Amount {
        if self.is_dummy(item) {
            return Amount::ZERO;
        }
        (amount_of(item, "qty_invoiced") - amount_of(item, "qty_refunded")).max(Amount::ZERO)
    }
}

/// What a document takes of an item: whole pieces, unless the item's product is sold by measure, and never less than none.
pub(in crate::shop) fn countable(item: &Row, qty: Amount) -> Amount {
    let by_measure = item.get("is_qty_decimal").is_some_and(|flag| flag != "0");
    if by_measure { qty } else { qty.trunc() }.max(Amount::ZERO)
}

/// What of an item is neither sent, refunded nor canceled.
pub(in crate::shop) fn left_to_ship(item: &Row) -> Amount {
    left(item, &["qty_shipped", "qty_refunded", "qty_canceled"])
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
pub(in crate::shop) fn can_invoice(shop: &Shop, order: &Row) -> bool {
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
pub(in crate::shop) fn can_ship(shop: &Shop, order: &Row) -> bool {
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
pub(in crate::shop) fn can_refund(order: &Row) -> bool {
    let state = order.text("state");
    if WAITING.contains(&state) || state == "canceled" || state == "closed" {
        return false;
    }
    let left = rounded(amount_of(order, "total_paid")) - amount_of(order, "total_refunded");
    left.abs() >= Amount::new(1, 4)
}

//! An order's rows, how it is saved, its history, and the state it gets when a document is made of it.

use super::amount::{Amount, CURRENCIES, amount_of, money, rounded};
use super::items::{can_invoice, can_refund, can_ship};
use crate::shop::{Row, Shop};

pub(in crate::shop) const ORDER: &str = "sales_flat_order";
pub(in crate::shop) const ORDER_ITEM: &str = "sales_flat_order_item";

/// An order by its increment id.
pub(in crate::shop) fn by_increment_id(shop: &Shop, increment_id: &str) -> Option<Row> {
    let mut found = shop.database.table(ORDER).with("increment_id", increment_id);
    found.next().map(|(_, order)| order.clone())
}

/// The order's address of a kind; a virtual order has no shipping address.
pub(in crate::shop) fn address<'a>(shop: &'a Shop, order: &'a Row, kind: &str) -> Option<&'a Row> {
    let mut addresses = shop.database.table("sales_flat_order_address").with("parent_id", order.text("entity_id"));
    addresses.find(|(_, address)| address.get("address_type") == Some(kind)).map(|(_, address)| address)
}

/// The order's items, children included.
pub(in crate::shop) fn items<'a>(shop: &'a Shop, order: &'a Row) -> impl Iterator<Item = (i64, &'a Row)> {
    shop.database.table(ORDER_ITEM).with("order_id", order.text("entity_id"))
}

/// The order's payment.
pub(in crate::shop) fn payment<'a>(shop: &'a Shop, order: &'a Row) -> Option<&'a Row> {
    let payments = shop.database.table("sales_flat_order_payment");
    payments.with("parent_id", order.text("entity_id")).next().map(|(_, row)| row)
}

/// Entries of the status history, newest first.
pub(in crate::shop) fn history<'a>(shop: &'a Shop, order: &'a Row) -> Vec<&'a Row> {
    let table = shop.database.table("sales_flat_order_status_history");
    let mut rows: Vec<(i64, &Row)> = table.with("parent_id", order.text("entity_id")).collect();
    rows.sort_by(|(a_id, a), (b_id, b)| (b.text("created_at"), b_id).cmp(&(a.text("created_at"), a_id)));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Whether the customer was told, as Magento keeps it: a number, and any other that a client sends too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::shop) struct Notified(pub(in crate::shop) i64);

impl Notified {
    pub(in crate::shop) const NO: Self = Self(0);
    pub(in crate::shop) const YES: Self = Self(1);
    /// Nobody said whether the customer is to be told.
    pub(in crate::shop) const NOT_APPLICABLE: Self = Self(2);
}

/// One entry of an order's status history.
pub(in crate::shop) struct HistoryEntry {
    /// The order's status with it; empty for one that has none.
    pub(in crate::shop) status: String,
    pub(in crate::shop) comment: Option<String>,
    pub(in crate::shop) notified: Notified,
    /// Whether the customer sees it in their account.
    pub(in crate::shop) visible: bool,
    /// What document made the entry; `order` for the order itself.
    pub(in crate::shop) about: &'static str,
}

impl HistoryEntry {
    /// An entry that only tells a status.
    pub(in crate::shop) fn of_status(status: &str) -> Self {
        Self {
            status: status.to_owned(),
            comment: None,
            notified: Notified::NOT_APPLICABLE,
            visible: false,
            about: "order",
        }
    }

    /// The same made by another document.
    pub(in crate::shop) fn about(self, document: &'static str) -> Self {
        Self { about: document, ..self }
    }
}

/// What is saved with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::shop) enum Saved {
    /// The order alone: its items were not looked at.
    Alone,
    /// Its items were loaded and not changed: most releases save them all the same, so that they get the same stamp.
    WithItems,
    /// Its items were changed.
    WithChangedItems,
}

impl Shop {
    /// Saves an order, with its items where those were loaded (recording 286).
    pub(in crate::shop) fn save_order(&mut self, order: &Row, saved: Saved, change: impl FnOnce(&mut Row)) {
        let now = self.now_sql();
        let with_items = match saved {
            Saved::Alone => false,
            Saved::WithItems => self.flavor().saves_items_with_orders(),
            Saved::WithChangedItems => true,
        };
        if with_items {
            let ids: Vec<i64> = items(self, order).map(|(id, _)| id).collect();
            for id in ids {
                self.database.table_mut(ORDER_ITEM).update(id, |item| item.set("updated_at", now.clone()));
            }
        }
        self.database.table_mut(ORDER).update(order.int("entity_id"), |order| {
            change(order);
            order.set("updated_at", now);
        });
    }

    /// Adds an entry to an order's history.
    pub(in crate::shop) fn add_to_history(&mut self, order: &Row, entry: HistoryEntry) -> i64 {
        let mut row = Row::new()
            .with("parent_id", order.text("entity_id"))
            .with("is_customer_notified", entry.notified.0.to_string())
            .with("is_visible_on_front", if entry.visible { "1" } else { "0" });
        row.set_opt("comment", entry.comment);
        row.set_opt("status", Some(entry.status).filter(|status| !status.is_empty()));
        row.set("created_at", self.now_sql());
        row.set("entity_name", entry.about);
        self.database.table_mut("sales_flat_order_status_history").insert(row)
    }

    /// Saves an order after a document was made of it: it is in process, complete or closed then, and its history says
    /// so in the name of the document.
    pub(in crate::shop) fn settle_order(&mut self, order_id: i64, document: &'static str) {
        let Some(order) = self.database.table(ORDER).row(order_id).cloned() else { return };
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
        // The customer is told what they wanted to be told when they ordered.
        let notified = order
            .get("customer_note_notify")
            .map_or(Notified::NOT_APPLICABLE, |_| Notified(order.int("customer_note_notify")));
        let entry = HistoryEntry { notified, ..HistoryEntry::of_status(&status).about(document) };
        let next = next.to_owned();
        self.save_order(&order, Saved::WithChangedItems, |order| {
            order.set("state", next);
            order.set("status", status);
            for currency in CURRENCIES {
                let due = amount_of(order, &format!("{currency}grand_total"))
                    - amount_of(order, &format!("{currency}total_paid"));
                order.set(format!("{currency}total_due"), money(rounded(due).max(Amount::ZERO)));
            }
        });
        if changed {
            self.add_to_history(&order, entry);
        }
    }

    /// The status that a state has unless somebody says otherwise; a fresh install names both alike.
    pub(in crate::shop) fn default_status(&self, state: &str) -> String {
        let states = self.database.table("sales_order_status_state");
        let mut of_state = states.with("state", state).filter(|(_, row)| row.get("is_default") == Some("1"));
        let status = of_state.next().map(|(_, row)| row.text("status").to_owned());
        status.unwrap_or_else(|| if state == "new" { "pending" } else { state }.to_owned())
    }

    /// Website, store and view on three lines, as orders remember where they were placed.
    pub(in crate::shop) fn store_name(&self, store: i64) -> String {
        let text = |table, id: i64| {
            self.database.table(table).row(id).map_or_else(String::new, |row| row.text("name").to_owned())
        };
        let (website, group) = self
            .database
            .table("core_store")
            .row(store)
            .map_or((0, 0), |row| (row.int("website_id"), row.int("group_id")));
        [text("core_website", website), text("core_store_group", group), text("core_store", store)].join("\n")
    }
}

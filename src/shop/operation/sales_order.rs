//! Orders: wire spec, section 7.4.

use super::amount::{Amount, amount_of, money};
use super::flat_table::{Joins, Listing, record};
use super::{Call, Operations};
use crate::magento::Pager;
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(super) const OPERATIONS: Operations = &[
    ("salesOrderList", list),
    ("salesOrderInfo", info),
    ("salesOrderAddComment", add_comment),
    ("salesOrderHold", hold),
    ("salesOrderUnhold", unhold),
    ("salesOrderCancel", cancel),
];

/// Both joins of the order grid, as fault texts quote them (recording 241, without the bridge's own join).
pub(super) const LISTING: Listing = Listing {
    table: "sales_flat_order",
    alias: ("order_id", "entity_id"),
    joins: Joins::Addresses,
    select: "SELECT `main_table`.*, `billing_o_a`.`firstname`, `billing_o_a`.`middlename`, `billing_o_a`.`lastname`, \
             `billing_o_a`.`telephone`, `billing_o_a`.`postcode`, `shipping_o_a`.`firstname`, \
             `shipping_o_a`.`middlename`, `shipping_o_a`.`lastname`, `shipping_o_a`.`telephone`, \
             `shipping_o_a`.`postcode`, billing_o_a.firstname AS `billing_firstname`, billing_o_a.lastname AS \
             `billing_lastname`, shipping_o_a.firstname AS `shipping_firstname`, shipping_o_a.lastname AS \
             `shipping_lastname`, CONCAT(billing_o_a.firstname, ' ', billing_o_a.lastname) AS `billing_name`, \
             CONCAT(shipping_o_a.firstname, \" \", shipping_o_a.lastname) AS `shipping_name` FROM `sales_flat_order` \
             AS `main_table`\n LEFT JOIN `sales_flat_order_address` AS `billing_o_a` ON (main_table.entity_id = \
             billing_o_a.parent_id AND billing_o_a.address_type = 'billing')\n LEFT JOIN `sales_flat_order_address` \
             AS `shipping_o_a` ON (main_table.entity_id = shipping_o_a.parent_id AND shipping_o_a.address_type = \
             'shipping')",
    order: "",
};

/// Columns whose names were cut for the database; the API keeps the long ones.
const ALIASES: &[(&str, &str)] = &[
    ("order_id", "entity_id"),
    ("base_shipping_hidden_tax_amount", "base_shipping_hidden_tax_amnt"),
    ("forced_do_shipment_with_invoice", "forced_shipment_with_invoice"),
    ("payment_authorization_expiration", "payment_auth_expiration"),
];

const ITEM_ALIASES: &[(&str, &str)] = &[("base_weee_tax_applied_row_amount", "base_weee_tax_applied_row_amnt")];

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let found = LISTING.find(call, Pager::All).map_err(|error| error.uncaught(call))?;
    let rows: Vec<SoapValue> = found.iter().map(|order| listed(call.shop, order).into()).collect();
    Ok(rows.into())
}

/// An order as the list gives it: its columns, the names of both addresses, and four fields of the shipping address.
fn listed(shop: &Shop, order: &Row) -> SoapStruct {
    let mut answer = record(order, ALIASES);
    add_names(shop, order, &mut answer);
    if let Some(shipping) = address(shop, order, "shipping") {
        for field in ["firstname", "lastname", "telephone", "postcode"] {
            answer.set(field, shipping.get(field));
        }
    }
    answer
}

/// First, last and joined names of the billing and shipping address.
pub(super) fn add_names(shop: &Shop, order: &Row, answer: &mut SoapStruct) {
    for kind in ["billing", "shipping"] {
        let Some(address) = address(shop, order, kind) else { continue };
        let (first, last) = (address.get("firstname"), address.get("lastname"));
        answer.set(format!("{kind}_firstname"), first);
        answer.set(format!("{kind}_lastname"), last);
        answer.set(format!("{kind}_name"), first.zip(last).map(|(first, last)| format!("{first} {last}")));
    }
}

/// The order's address of a kind; a virtual order has no shipping address.
pub(super) fn address<'a>(shop: &'a Shop, order: &'a Row, kind: &str) -> Option<&'a Row> {
    let mut addresses = shop.database.table("sales_flat_order_address").with("parent_id", order.text("entity_id"));
    addresses.find(|(_, address)| address.get("address_type") == Some(kind)).map(|(_, address)| address)
}

fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let order = load(call)?;
    let mut answer = complete(call.shop, &order);
    add_gift_messages(call.shop, &mut answer);
    let payment = payment(call.shop, &order).map(|payment| record(payment, &[("payment_id", "entity_id")]));
    answer.set("payment", payment.unwrap_or_default());
    Ok(answer.into())
}

/// The order that the call names by its increment id.
pub(super) fn load(call: &Call<'_>) -> Result<Row, Refusal> {
    by_increment_id(call.shop, &call.text("orderIncrementId")).ok_or_else(|| call.fault("not_exists"))
}

/// An order by its increment id.
pub(super) fn by_increment_id(shop: &Shop, increment_id: &str) -> Option<Row> {
    let mut found = shop.database.table("sales_flat_order").with("increment_id", increment_id);
    found.next().map(|(_, order)| order.clone())
}

/// An order with addresses, items and history, newest first. An order without shipping address has an empty one.
pub(super) fn complete(shop: &Shop, order: &Row) -> SoapStruct {
    let mut answer = record(order, ALIASES);
    for kind in ["shipping", "billing"] {
        let found = address(shop, order, kind).map(|address| record(address, &[("address_id", "entity_id")]));
        answer.set(format!("{kind}_address"), found.unwrap_or_default());
    }
    let items: Vec<SoapValue> = items(shop, order).map(|(_, item)| record(item, ITEM_ALIASES).into()).collect();
    answer.set("items", items);
    let history: Vec<SoapValue> = history(shop, order).into_iter().map(|row| row.to_struct().into()).collect();
    answer.set("status_history", history);
    answer
}

/// Texts of gift messages, on the order and on its items.
pub(super) fn add_gift_messages(shop: &Shop, answer: &mut SoapStruct) {
    set_gift_message(shop, answer);
    if let Some(SoapValue::List(items)) = answer.get_mut("items") {
        for item in items {
            if let SoapValue::Struct(item) = item {
                set_gift_message(shop, item);
            }
        }
    }
}

fn set_gift_message(shop: &Shop, answer: &mut SoapStruct) {
    let id = answer.get("gift_message_id").and_then(SoapValue::to_int).unwrap_or_default();
    if let Some(message) = shop.database.table("gift_message").row(id) {
        answer.set("gift_message", message.get("message"));
    }
}

/// The order's items, children included.
pub(super) fn items<'a>(shop: &'a Shop, order: &'a Row) -> impl Iterator<Item = (i64, &'a Row)> {
    shop.database.table("sales_flat_order_item").with("order_id", order.text("entity_id"))
}

/// The order's payment.
pub(super) fn payment<'a>(shop: &'a Shop, order: &'a Row) -> Option<&'a Row> {
    shop.database
        .table("sales_flat_order_payment")
        .with("parent_id", order.text("entity_id"))
        .next()
        .map(|(_, row)| row)
}

/// Entries of the status history, newest first.
pub(super) fn history<'a>(shop: &'a Shop, order: &'a Row) -> Vec<&'a Row> {
    let table = shop.database.table("sales_flat_order_status_history");
    let mut rows: Vec<(i64, &Row)> = table.with("parent_id", order.text("entity_id")).collect();
    rows.sort_by(|(a_id, a), (b_id, b)| (b.text("created_at"), b_id).cmp(&(a.text("created_at"), a_id)));
    rows.into_iter().map(|(_, row)| row).collect()
}

fn add_comment(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let order = load(call)?;
    let notified = call.arguments.get("notify").is_some_and(SoapValue::is_truthy);
    let status = Some(call.text("status")).filter(|status| !status.is_empty());
    let entry = HistoryEntry {
        status: status.unwrap_or_else(|| order.text("status").to_owned()),
        comment: call.arguments.text("comment"),
        notified: if notified { "1" } else { "0" },
        about: "order",
    };
    call.shop.save_order(&order, |order| order.set("status", entry.status.clone()));
    call.shop.add_to_history(&order, entry);
    Ok(true.into())
}

/// States that cannot be put on hold.
const NOT_HOLDABLE: &[&str] = &["canceled", "complete", "closed", "holded", "payment_review"];

fn hold(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let order = load(call)?;
    if NOT_HOLDABLE.contains(&order.text("state")) {
        return Err(call.fault_with("status_not_changed", "Hold action is not available."));
    }
    let before = (order.get("state").map(str::to_owned), order.get("status").map(str::to_owned));
    call.shop.save_order(&order, |order| {
        order.set_opt("hold_before_state", before.0);
        order.set_opt("hold_before_status", before.1);
        order.set("state", "holded");
        order.set("status", "holded");
    });
    call.shop.add_to_history(&order, HistoryEntry::of_status("holded"));
    Ok(true.into())
}

fn unhold(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let order = load(call)?;
    if order.get("state") != Some("holded") {
        return Err(call.fault_with("status_not_changed", "Unhold action is not available."));
    }
    let (state, status) = (order.text("hold_before_state").to_owned(), order.text("hold_before_status").to_owned());
    let entry = HistoryEntry::of_status(&status);
    call.shop.save_order(&order, |order| {
        order.set("state", state);
        order.set("status", status);
        order.set_opt("hold_before_state", None);
        order.set_opt("hold_before_status", None);
    });
    call.shop.add_to_history(&order, entry);
    Ok(true.into())
}

/// States in which nothing is left to cancel, or which have to be left first.
const NOT_CANCELABLE: &[&str] = &["canceled", "complete", "closed", "holded", "payment_review"];

fn cancel(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let order = load(call)?;
    let open = items(call.shop, &order).any(|(_, item)| to_invoice(item) > Amount::ZERO);
    if NOT_CANCELABLE.contains(&order.text("state")) || !open {
        return Err(call.fault("status_not_changed"));
    }
    call.shop.cancel_items(&order);
    call.shop.save_order(&order, |order| {
        for (canceled, amount, done) in CANCELED {
            for prefix in ["", "base_"] {
                let left =
                    amount_of(order, &format!("{prefix}{amount}")).abs() - amount_of(order, &format!("{prefix}{done}"));
                order.set(format!("{prefix}{canceled}"), money(left));
            }
        }
        order.set("state", "canceled");
        order.set("status", "canceled");
    });
    call.shop.add_to_history(&order, HistoryEntry::of_status("canceled"));
    Ok(true.into())
}

/// What a cancellation sets: the canceled sum, the whole and the part that was settled before.
const CANCELED: &[(&str, &str, &str)] = &[
    ("subtotal_canceled", "subtotal", "subtotal_invoiced"),
    ("tax_canceled", "tax_amount", "tax_invoiced"),
    ("shipping_canceled", "shipping_amount", "shipping_invoiced"),
    ("discount_canceled", "discount_amount", "discount_invoiced"),
    ("total_canceled", "grand_total", "total_paid"),
];

/// Quantity of an item that is neither invoiced nor canceled.
fn to_invoice(item: &Row) -> Amount {
    amount_of(item, "qty_ordered") - amount_of(item, "qty_invoiced") - amount_of(item, "qty_canceled")
}

/// One entry of an order's status history.
pub(super) struct HistoryEntry {
    status: String,
    comment: Option<String>,
    /// `0`, `1`, or `2` for not applicable.
    notified: &'static str,
    /// What document made the entry; `order` for the order itself.
    about: &'static str,
}

impl HistoryEntry {
    /// An entry that only tells a status.
    pub(super) fn of_status(status: &str) -> Self {
        Self { status: status.to_owned(), comment: None, notified: "2", about: "order" }
    }

    /// The same made by another document.
    pub(super) fn about(self, document: &'static str) -> Self {
        Self { about: document, ..self }
    }
}

impl Shop {
    /// Saves an order; its items are saved with it and get the same stamp (recording 286).
    pub(super) fn save_order(&mut self, order: &Row, change: impl FnOnce(&mut Row)) {
        let now = self.now_sql();
        let items: Vec<i64> = items(self, order).map(|(id, _)| id).collect();
        for id in items {
            self.database.table_mut("sales_flat_order_item").update(id, |item| item.set("updated_at", now.clone()));
        }
        self.database.table_mut("sales_flat_order").update(order.int("entity_id"), |order| {
            change(order);
            order.set("updated_at", now);
        });
    }

    /// Adds an entry to an order's history.
    pub(super) fn add_to_history(&mut self, order: &Row, entry: HistoryEntry) {
        let mut row = Row::new()
            .with("parent_id", order.text("entity_id"))
            .with("is_customer_notified", entry.notified)
            .with("is_visible_on_front", "0");
        row.set_opt("comment", entry.comment);
        row.set("status", entry.status);
        row.set("created_at", self.now_sql());
        row.set("entity_name", entry.about);
        self.database.table_mut("sales_flat_order_status_history").insert(row);
    }

    /// Cancels what is open of every item.
    fn cancel_items(&mut self, order: &Row) {
        let ids: Vec<i64> = items(self, order).map(|(id, _)| id).collect();
        for id in ids {
            self.database.table_mut("sales_flat_order_item").update(id, |item| {
                let ordered = amount_of(item, "qty_ordered");
                let settled = amount_of(item, "qty_shipped").max(amount_of(item, "qty_invoiced"));
                let canceled = (ordered - settled).max(Amount::ZERO);
                item.set("qty_canceled", money(canceled));
                if !ordered.is_zero() {
                    for (sum, whole) in [("tax_canceled", "tax_amount"), ("hidden_tax_canceled", "hidden_tax_amount")] {
                        let share = amount_of(item, sum) + amount_of(item, whole) * canceled / ordered;
                        item.set(sum, money(share));
                    }
                }
            });
        }
    }
}

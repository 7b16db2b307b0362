//! Credit memos: wire spec, section 7.5.

use super::amount::{Amount, CURRENCIES, add, amount_of, money, rounded};
use super::flat_table::{Joins, Listing, record};
use super::order_state::{Items, can_refund};
use super::sales_document::{self, Division, Line, share_out, sum};
use super::{Call, Operations, children};
use crate::magento::Pager;
use crate::shop::increment_id::Numbered;
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(super) const OPERATIONS: Operations = &[
    ("salesOrderCreditmemoList", list),
    ("salesOrderCreditmemoInfo", info),
    ("salesOrderCreditmemoCreate", create),
    ("salesOrderCreditmemoAddComment", add_comment),
    ("salesOrderCreditmemoCancel", cancel),
];

const TABLES: (&str, &str) = ("sales_flat_creditmemo", "sales_flat_creditmemo_item");
const COMMENTS: (&str, &str) = ("sales_flat_creditmemo", "sales_flat_creditmemo_comment");

const OPEN: &str = "1";
const REFUNDED: &str = "2";
const CANCELED: &str = "3";

const LISTING: Listing = Listing {
    table: "sales_flat_creditmemo",
    alias: ("creditmemo_id", "entity_id"),
    joins: Joins::Nothing,
    select: "SELECT `main_table`.* FROM `sales_flat_creditmemo` AS `main_table`",
    order: "",
};

/// Headers only. Here the database's error is caught and becomes the resource's own fault (wire spec, section 0, 17).
fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let found = LISTING.find(call, Pager::All).map_err(|error| call.fault_with("invalid_filter", error.0))?;
    let rows = found.iter().map(|row| SoapValue::from(record(row, &[("creditmemo_id", "entity_id")])));
    Ok(rows.collect::<Vec<_>>().into())
}

fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let increment_id = call.text("creditmemoIncrementId");
    let database = &call.shop.database;
    let memo = database.table("sales_flat_creditmemo").with("increment_id", &increment_id).next();
    let Some((_, memo)) = memo else { return Err(call.fault("not_exists")) };
    let mut answer = record(memo, &[("creditmemo_id", "entity_id")]);
    let id = memo.text("entity_id");
    let item = [("item_id", "entity_id"), ("base_weee_tax_applied_row_amount", "base_weee_tax_applied_row_amnt")];
    answer.set("items", children(database, "sales_flat_creditmemo_item", id, &item));
    answer.set("comments", children(database, "sales_flat_creditmemo_comment", id, &[("comment_id", "entity_id")]));
    Ok(answer.into())
}

/// What is left to refund of an order item.
const DIVISION: Division = Division {
    qty: ("qty_invoiced", "qty_refunded"),
    row: ("row_invoiced", "amount_refunded"),
    tax: ("tax_invoiced", "tax_refunded"),
    hidden_tax: ("hidden_tax_invoiced", "hidden_tax_refunded"),
    discount: ("discount_invoiced", "discount_refunded"),
};

/// Refunds what is asked for, or all that is left. The API never asks the payment method for the money, yet counts the
/// refund as made online.
fn create(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let order = sales_document::order(call)?;
    if !can_refund(&order) {
        return Err(call.fault("cannot_create_creditmemo"));
    }
    let data = call.record("creditmemoData");
    let items = Items::of(call.shop, &order);
    let lines = lines(call, &items, &data)?;
    if sales_document::is_set(call, "refundToStoreCreditAmount") && order.get("customer_is_guest") == Some("1") {
        return Err(call.fault("cannot_refund_to_storecredit"));
    }
    let mut memo = totals(&order, &lines, &items, &data).map_err(|error| call.uncaught(error))?;
    let refunded = rounded(amount_of(&order, "base_total_refunded") + amount_of(&memo, "base_grand_total"));
    let paid = rounded(amount_of(&order, "base_total_paid"));
    if refunded > paid {
        let left = paid - amount_of(&order, "base_total_refunded");
        return Err(call.uncaught(format!("Maximum amount available to refund is {}", price(left))));
    }
    let increment_id = call.shop.next_increment_id(Numbered::CreditMemo, order.int("store_id"));
    memo.set("increment_id", increment_id.as_str());
    memo.set("state", REFUNDED);
    let notify = sales_document::is_set(call, "notifyCustomer");
    if notify {
        memo.set("email_sent", "1");
    }
    register(call.shop, &order, &memo, &lines);
    let id = call.shop.add_document(memo, lines, TABLES);
    if let Some(comment) = call.arguments.text("comment").filter(|comment| !comment.is_empty()) {
        call.shop.add_document_comment(COMMENTS, id, Some(comment), notify);
    }
    call.shop.settle_order(order.int("entity_id"), "creditmemo");
    Ok(increment_id.into())
}

/// A price in the base currency of a fresh install, as messages show it.
fn price(amount: Amount) -> String {
    format!("${:.2}", amount)
}

fn lines(call: &Call<'_>, items: &Items, data: &SoapStruct) -> Result<Vec<Line>, Refusal> {
    let asked = sales_document::asked(data.get("qtys"));
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
        if !dummy && qty > left {
            return Err(call.uncaught(format!("Invalid qty to refund item \"{}\"", item.text("name"))));
        }
        lines.push(Line::new(id, item, qty, dummy, left));
    }
    share_out(&mut lines, items, &DIVISION);
    Ok(lines)
}

/// A credit memo's sums: those of its lines, the shipping that is asked for or left, and the adjustments.
fn totals(order: &Row, lines: &[Line], items: &Items, data: &SoapStruct) -> Result<Row, String> {
    let given = |name: &str| -> Option<Amount> { data.text(name)?.trim().parse().ok() };
    let is_last = items.iter().all(|(id, item)| {
        let left = items.qty_to_refund(item);
        left.is_zero() || lines.iter().any(|line| line.order_item == id && line.last)
    });
    let base_shipping = amount_of(order, "base_shipping_amount");
    let base_left = base_shipping - amount_of(order, "base_shipping_refunded");
    let base_refund = given("shipping_amount").map_or(base_left, rounded);
    if base_refund > base_left {
        return Err(format!("Maximum shipping amount allowed to refund is: {}", price(base_left)));
    }
    let part = if base_shipping.is_zero() { Amount::ZERO } else { base_refund / base_shipping };
    let rate = amount_of(order, "base_to_order_rate");

    let mut memo = sales_document::of_order(order);
    for currency in CURRENCIES {
        let of_order = |column: &str| amount_of(order, &format!("{currency}{column}"));
        let of_lines = |column: &str| sum(lines, &format!("{currency}{column}"));
        let shipping_left = of_order("shipping_amount") - of_order("shipping_refunded");
        let shipping = match (given("shipping_amount"), currency) {
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
        let adjustment = |name: &str| {
            given(name).map(|amount| if currency.is_empty() { rounded(amount * rate) } else { rounded(amount) })
        };
        let (more, less) = (adjustment("adjustment_positive"), adjustment("adjustment_negative"));
        let adjusted = more.unwrap_or_default() - less.unwrap_or_default();
        let subtotal = of_lines("row_total");
        let mut set = |column: &str, amount: Amount| memo.set(format!("{currency}{column}"), money(amount));
        set("subtotal", subtotal);
        set("subtotal_incl_tax", of_lines("row_total_incl_tax"));
        set("discount_amount", -discount);
        set("shipping_amount", shipping);
        set("shipping_incl_tax", of_order("shipping_incl_tax"));
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

/// Column of the order, and of the credit memo that is added to it.
const ADDED_TO_ORDER: &[(&str, &str)] = &[
    ("total_refunded", "grand_total"),
    ("total_online_refunded", "grand_total"),
    ("subtotal_refunded", "subtotal"),
    ("tax_refunded", "tax_amount"),
    ("hidden_tax_refunded", "hidden_tax_amount"),
    ("shipping_refunded", "shipping_amount"),
    ("shipping_tax_refunded", "shipping_tax_amount"),
    ("adjustment_positive", "adjustment_positive"),
    ("adjustment_negative", "adjustment_negative"),
    ("discount_refunded", "discount_amount"),
];

/// The same for the order's items.
const ADDED_TO_ITEM: &[(&str, &str)] = &[
    ("tax_refunded", "tax_amount"),
    ("hidden_tax_refunded", "hidden_tax_amount"),
    ("discount_refunded", "discount_amount"),
    ("amount_refunded", "row_total"),
];

/// Counts a credit memo into its order and the order's items.
fn register(shop: &mut Shop, order: &Row, memo: &Row, lines: &[Line]) {
    for line in lines.iter().filter(|line| line.qty > Amount::ZERO) {
        shop.database.table_mut("sales_flat_order_item").update(line.order_item, |item| {
            add(item, "qty_refunded", line.qty);
            for currency in CURRENCIES {
                for (column, from) in ADDED_TO_ITEM {
                    add(item, &format!("{currency}{column}"), line.amount(&format!("{currency}{from}")));
                }
            }
        });
    }
    shop.database.table_mut("sales_flat_order").update(order.int("entity_id"), |order| {
        for currency in CURRENCIES {
            for (column, from) in ADDED_TO_ORDER {
                add(order, &format!("{currency}{column}"), amount_of(memo, &format!("{currency}{from}")));
            }
        }
    });
}

fn load(call: &Call<'_>) -> Result<Row, Refusal> {
    let id = call.text("creditmemoIncrementId");
    let memo = sales_document::by_increment_id(call.shop, "sales_flat_creditmemo", &id);
    memo.ok_or_else(|| call.fault("not_exists"))
}

fn add_comment(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let memo = load(call)?;
    let notify = sales_document::is_set(call, "notifyCustomer");
    let comment = call.arguments.text("comment");
    call.shop.add_document_comment(COMMENTS, memo.int("entity_id"), comment, notify);
    Ok(true.into())
}

/// Only a credit memo that is still open can be canceled, and none made by the API is.
fn cancel(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let memo = load(call)?;
    if memo.get("state") != Some(OPEN) {
        return Err(call.fault_with("status_not_changed", "Credit memo cannot be canceled."));
    }
    let now = call.shop.now_sql();
    call.shop.database.table_mut("sales_flat_creditmemo").update(memo.int("entity_id"), |row| {
        row.set("state", CANCELED);
        row.set("updated_at", now);
    });
    Ok(true.into())
}

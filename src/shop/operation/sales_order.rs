//! Orders: wire spec, section 7.4.

use super::flat_table::{Joins, Listing, record};
use super::{Call, Operations, sales_document};
use crate::magento::Pager;
use crate::shop::sales::amount::{Amount, money};
use crate::shop::sales::order::{HistoryEntry, Notified, Saved, address, by_increment_id, history, items, payment};
use crate::shop::sales::{SaleRefused, cancel};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::record::Member;
use crate::soap::{SoapStruct, SoapValue, WireStyle};

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
    const NAMES: [(&str, [&str; 3]); 2] = [
        ("billing", ["billing_firstname", "billing_lastname", "billing_name"]),
        ("shipping", ["shipping_firstname", "shipping_lastname", "shipping_name"]),
    ];
    for (kind, [firstname, lastname, name]) in NAMES {
        let Some(address) = address(shop, order, kind) else { continue };
        let (first, last) = (address.get("firstname"), address.get("lastname"));
        answer.set(firstname, first);
        answer.set(lastname, last);
        answer.set(name, first.zip(last).map(|(first, last)| format!("{first} {last}")));
    }
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
    let id = answer.member("gift_message_id").and_then(Member::to_int).unwrap_or_default();
    if let Some(message) = shop.database.table("gift_message").row(id) {
        answer.set("gift_message", message.get("message"));
    }
}

/// Sets the order's status to whatever is sent, nothing included; only a `false` keeps it. A notify that is left out is
/// not applicable in RPC, and no in WS-I.
fn add_comment(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let order = load(call)?;
    let keeps = matches!(call.arguments.get("status"), Some(SoapValue::Bool(false)));
    let notified = match call.arguments.get("notify") {
        None | Some(SoapValue::Nil) if call.given.is_version1 || call.shop.style() == WireStyle::WsI => Notified::NO,
        None | Some(SoapValue::Nil) => Notified::NOT_APPLICABLE,
        Some(SoapValue::Bool(on)) => Notified(i64::from(*on)),
        // The database makes a number of it, which the texts `true` and `false` are not.
        Some(notify) => Notified(notify.to_text().map_or(0, |text| crate::soap::value::leading_int(&text))),
    };
    let entry = HistoryEntry {
        status: if keeps { order.text("status").to_owned() } else { call.text("status") },
        comment: call.arguments.text("comment").filter(|comment| !comment.is_empty()),
        notified,
        visible: false,
        about: "order",
    };
    let status = Some(entry.status.clone()).filter(|status| !status.is_empty());
    call.shop.save_order(&order, Saved::WithItems, |order| {
        order.set_opt("status", status);
        for (due, total, paid) in
            [("total_due", "grand_total", "total_paid"), ("base_total_due", "base_grand_total", "base_total_paid")]
        {
            let amount = |column: &str| order.text(column).parse::<Amount>().unwrap_or_default();
            // The mail to the customer, written whether it is sent or not, asks for it.
            let left = amount(total) - amount(paid);
            order.set(due, money(if left < Amount::default() { Amount::default() } else { left }));
        }
    });
    call.shop.add_to_history(&order, entry);
    Ok(true.into())
}

fn hold(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    done(call, cancel::hold)
}

fn unhold(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    done(call, cancel::unhold)
}

/// An order of which something is invoiced is not canceled by it; what is left of it is, all the same.
fn cancel(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let answer = done(call, cancel::cancel)?;
    if load(call)?.get("state") == Some("canceled") { Ok(answer) } else { Err(call.fault("status_not_changed")) }
}

fn done(call: &mut Call<'_>, deed: fn(&mut Shop, &Row) -> Result<(), SaleRefused>) -> Result<SoapValue, Refusal> {
    let order = load(call)?;
    deed(call.shop, &order).map_err(|refused| sales_document::refusal(call, refused))?;
    Ok(true.into())
}

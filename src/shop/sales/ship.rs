//! Shipments of an order.

use super::amount::{Amount, add, money};
use super::document::{self, Asked, Line, Remark};
use super::items::{self, Items, can_ship};
use super::order::ORDER_ITEM;
use super::{Made, SaleRefused};
use crate::shop::increment_id::Numbered;
use crate::shop::{Row, Shop};

pub(in crate::shop) const TABLES: (&str, &str) = ("sales_flat_shipment", "sales_flat_shipment_item");
pub(in crate::shop) const COMMENTS: (&str, &str) = ("sales_flat_shipment", "sales_flat_shipment_comment");

/// What is to be sent, and what is said with it.
#[derive(Clone, Debug, Default)]
pub(in crate::shop) struct ShipmentRequest {
    /// Quantities by order item; none for all that is left.
    pub(in crate::shop) qtys: Asked,
    /// Whether the customer is told by e-mail.
    pub(in crate::shop) email: bool,
    pub(in crate::shop) comment: Option<Remark>,
    /// Columns of the shipment that are to be otherwise.
    pub(in crate::shop) set: Row,
}

/// Sends what is asked for, or all that is left; asking for more than is left sends what is left.
///
/// # Errors
/// [`SaleRefused`] when nothing is left to send, or nothing of what was asked for.
pub(in crate::shop) fn ship(shop: &mut Shop, order: &Row, request: ShipmentRequest) -> Result<Made, SaleRefused> {
    if !can_ship(shop, order) {
        return Err(SaleRefused::NothingToShip);
    }
    let lines = lines(&Items::of(shop, order), &request.qtys);
    if lines.is_empty() {
        return Err(SaleRefused::EmptyShipment);
    }
    let mut shipment = document::of_order(order);
    for column in NOT_OF_SHIPMENTS {
        shipment.remove(column);
    }
    shipment.set("total_qty", money(lines.iter().filter(|line| !line.dummy).map(|line| line.qty).sum()));
    shipment.set_opt("customer_id", order.get("customer_id").map(str::to_owned));
    let increment_id = shop.next_increment_id(Numbered::Shipment, order.int("store_id"));
    shipment.set("increment_id", increment_id.as_str());
    if request.email {
        shipment.set("email_sent", "1");
    }
    document::lay_over(&mut shipment, &request.set);
    for line in &lines {
        shop.database.table_mut(ORDER_ITEM).update(line.order_item, |item| add(item, "qty_shipped", line.qty));
    }
    let id = shop.add_document(shipment, lines, TABLES);
    if let Some(remark) = request.comment {
        shop.add_document_comment(COMMENTS, id, remark);
    }
    shop.settle_order(order.int("entity_id"), "shipment");
    Ok(Made { id, increment_id })
}

/// Columns of other documents that shipments, which know no money, do not have.
const NOT_OF_SHIPMENTS: &[&str] = &[
    "store_to_base_rate",
    "store_to_order_rate",
    "base_to_global_rate",
    "base_to_order_rate",
    "global_currency_code",
    "base_currency_code",
    "store_currency_code",
    "order_currency_code",
];

/// Columns that an item of a shipment has from the order item.
const COPIED: &[&str] = &["price", "weight", "product_id", "name", "sku", "additional_data", "description"];

/// What goes into the parcel. A child that is sent with its parent counts one when everything is sent, and nothing when
/// quantities are named, unless it is of a bundle, which knows how many of it there are.
fn lines(items: &Items, asked: &Asked) -> Vec<Line> {
    let mut lines = Vec::new();
    for (id, item) in items.iter().filter(|(_, item)| item.get("is_virtual") != Some("1")) {
        let (dummy, left) = (items.is_dummy_in_shipping(item), items.qty_to_ship(item));
        let qty = match (dummy, asked.get(&id)) {
            (true, _) => dummy_qty(items, item, asked),
            (false, Some(qty)) => (*qty).min(left),
            (false, None) if asked.is_empty() => left,
            (false, None) => Amount::ZERO,
        };
        let mut line = Line::new(id, item, qty, dummy, left);
        let qty = line.qty;
        if qty <= Amount::ZERO {
            continue;
        }
        line.row = COPIED.iter().map(|column| ((*column).to_owned(), item.get(column).map(str::to_owned))).collect();
        line.row.set("order_item_id", id.to_string());
        line.row.set("qty", money(qty));
        lines.push(line);
    }
    lines
}

/// How many of an item count that is sent with its parent, or that is a parent whose children are sent one by one.
fn dummy_qty(items: &Items, item: &Row, asked: &Asked) -> Amount {
    let Some((parent_id, parent)) = items.parent(item) else { return Amount::ONE };
    if asked.is_empty() {
        return if items.qty_to_ship(parent) > Amount::ZERO { Amount::ONE } else { Amount::ZERO };
    }
    match (asked.get(&parent_id), of_bundle(item)) {
        (Some(qty), Some(of_each)) => (of_each * *qty).min(items::left_to_ship(item)),
        _ => Amount::ZERO,
    }
}

/// How many of a bundle's selection go into one bundle, from PHP's serialized product options.
fn of_bundle(item: &Row) -> Option<Amount> {
    let options = item.text("product_options");
    let attributes = &options[options.find("\"bundle_selection_attributes\"")?..];
    let qty = &attributes[attributes.find("s:3:\"qty\";")? + "s:3:\"qty\";".len()..];
    let number: String = match qty.strip_prefix("s:") {
        Some(text) => text.split('"').nth(1)?.to_owned(),
        None => qty.get(2..)?.split(';').next()?.to_owned(),
    };
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_says_how_many_of_a_selection_it_holds() {
        for (qty, expected) in [("d:2", "2"), ("i:3", "3"), ("s:6:\"1.0000\"", "1.0000")] {
            let attributes = format!("a:2:{{s:5:\"price\";d:0;s:3:\"qty\";{qty};}}");
            let options = format!(
                "a:2:{{s:15:\"info_buyRequest\";a:1:{{s:3:\"qty\";i:9;}}s:27:\"bundle_selection_attributes\";s:{}:\"{attributes}\";}}",
                attributes.len()
            );
            let item = Row::new().with("product_options", options);
            assert_eq!(of_bundle(&item).map(|qty| qty.to_string()).as_deref(), Some(expected));
        }
        assert_eq!(of_bundle(&Row::new().with("product_options", "a:0:{}")), None);
    }
}

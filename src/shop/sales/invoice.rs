//! Invoices of an order.

use super::amount::{Amount, CURRENCIES, amount_of, money};
use super::document::{self, Asked, Line, Remark, share_out, sum};
use super::items::{Items, can_invoice};
use super::order::ORDER;
use super::register::{Count, INVOICE, PAID, PAYMENT_PAID, count_into_payment};
use super::{Made, SaleRefused};
use crate::shop::{Row, Shop};

const STATE_OPEN: &str = "1";
const STATE_PAID: &str = "2";
const STATE_CANCELED: &str = "3";

/// What is to be invoiced, and what is said with it.
#[derive(Clone, Debug, Default)]
pub(in crate::shop) struct InvoiceRequest {
    /// Quantities by order item; none for all that is left.
    pub(in crate::shop) qtys: Asked,
    /// Whether the customer gets it by e-mail.
    pub(in crate::shop) email: bool,
    pub(in crate::shop) comment: Option<Remark>,
    /// Columns of the invoice that are to be otherwise.
    pub(in crate::shop) set: Row,
}

/// Invoices what is asked for, or all that is left. Payment methods without a gateway, the only ones here, are paid with
/// their invoice.
///
/// # Errors
/// [`SaleRefused`] when nothing is left to invoice, or less of an item than was asked for.
pub(in crate::shop) fn invoice(shop: &mut Shop, order: &Row, request: InvoiceRequest) -> Result<Made, SaleRefused> {
    if !can_invoice(shop, order) {
        return Err(SaleRefused::NothingToInvoice);
    }
    let items = Items::of(shop, order);
    let (lines, total_qty) = lines(&items, &request.qtys)?;
    let mut invoice = totals(shop, order, (&lines, total_qty), &items);
    let increment_id = shop.next_increment_id(INVOICE.numbered, order.int("store_id"));
    invoice.set("increment_id", increment_id.as_str());
    invoice.set("state", STATE_PAID);
    invoice.set("can_void_flag", "0");
    if request.email {
        invoice.set("email_sent", "1");
    }
    document::lay_over(&mut invoice, &request.set);
    let order_id = order.int("entity_id");
    INVOICE.register(shop, order_id, &invoice, &lines, (Count::In, PAID));
    shop.database.table_mut(ORDER).update(order_id, |order| {
        super::amount::add(order, "base_total_invoiced_cost", Amount::ZERO);
    });
    count_into_payment(shop, order, &invoice, PAYMENT_PAID);
    let id = shop.add_document(invoice, lines, (INVOICE.table, INVOICE.items));
    if let Some(remark) = request.comment {
        shop.add_document_comment((INVOICE.table, INVOICE.comments), id, remark);
    }
    shop.settle_order(order_id, INVOICE.entity);
    Ok(Made { id, increment_id })
}

/// The lines, and how many pieces were asked for: that sum is taken before a quantity is made one that can be invoiced.
fn lines(items: &Items, asked: &Asked) -> Result<(Vec<Line>, Amount), SaleRefused> {
    let (mut lines, mut total_qty) = (Vec::new(), Amount::ZERO);
    for (id, item) in items.iter() {
        let (dummy, left) = (items.is_dummy(item), items.qty_to_invoice(item));
        if !dummy && left.is_zero() {
            continue;
        }
        let qty = match (dummy, asked.get(&id)) {
            (true, _) => amount_of(item, "qty_ordered"),
            (false, Some(qty)) => *qty,
            (false, None) if asked.is_empty() => left,
            (false, None) => Amount::ZERO,
        };
        total_qty += qty;
        let line = Line::new(id, item, qty, dummy, left);
        if !dummy && line.qty > left {
            return Err(SaleRefused::InvalidQty { deed: INVOICE.deed, name: item.text("name").to_owned() });
        }
        lines.push(line);
    }
    share_out(&mut lines, items, &INVOICE.division);
    Ok((lines, total_qty))
}

/// An invoice's sums: those of its lines, the shipping with the first one, and to the last one whatever is left.
fn totals(shop: &Shop, order: &Row, (lines, total_qty): (&[Line], Amount), items: &Items) -> Row {
    let earlier = shop.database.table("sales_flat_invoice").with("order_id", order.text("entity_id"));
    let (mut shipping_done, mut discount_done) = (false, false);
    for (_, row) in earlier {
        shipping_done |= !amount_of(row, "shipping_amount").is_zero() && row.get("state") != Some(STATE_CANCELED);
        discount_done |= !amount_of(row, "discount_amount").is_zero();
    }
    let is_last = items.iter().all(|(id, item)| {
        let left = items.qty_to_invoice(item);
        left.is_zero() || lines.iter().any(|line| line.order_item == id && line.last)
    });
    let mut invoice = document::of_order(order);
    invoice.set_opt("discount_description", order.get("discount_description").map(str::to_owned));
    invoice.set("total_qty", money(total_qty));
    for currency in CURRENCIES {
        let of_order = |column: &str| amount_of(order, &format!("{currency}{column}"));
        let of_lines = |column: &str| sum(lines, &format!("{currency}{column}"));
        let left = |whole: &str, done: &str| of_order(whole) - of_order(done);
        let whole_or = |left: Amount, part: Amount| if is_last { left } else { part.min(left) };

        let subtotal = whole_or(left("subtotal", "subtotal_invoiced"), of_lines("row_total"));
        // Recorded invoices of discounted orders have the lines' sum here, although the tax is that after the discount.
        let with_tax = of_lines("row_total_incl_tax");
        let mut discount = of_lines("discount_amount");
        if !discount_done {
            discount += of_order("shipping_discount_amount");
        }
        let shipping = if shipping_done { Amount::ZERO } else { of_order("shipping_amount") };
        let (mut tax, mut hidden) = (of_lines("tax_amount"), of_lines("hidden_tax_amount"));
        if !shipping_done {
            tax += of_order("shipping_tax_amount");
            hidden += of_order("shipping_hidden_tax_amount");
        }
        let tax = whole_or(left("tax_amount", "tax_invoiced"), tax);
        let hidden =
            whole_or(left("hidden_tax_amount", "hidden_tax_invoiced") + of_order("shipping_hidden_tax_amount"), hidden);
        let mut set = |column: &str, amount: Amount| invoice.set(format!("{currency}{column}"), money(amount));
        set("subtotal", subtotal);
        set("subtotal_incl_tax", with_tax);
        set("discount_amount", -discount);
        set("shipping_amount", shipping);
        if !shipping_done {
            set("shipping_incl_tax", of_order("shipping_incl_tax"));
            set("shipping_tax_amount", of_order("shipping_tax_amount"));
        }
        set("tax_amount", tax);
        set("hidden_tax_amount", hidden);
        set("grand_total", subtotal - discount + shipping + tax + hidden);
    }
    if !shipping_done {
        invoice.set("shipping_hidden_tax_amount", money(amount_of(order, "shipping_hidden_tax_amount")));
    }
    invoice
}

/// Cancels an invoice that is still open: what it counted into the order is counted out again.
///
/// # Errors
/// [`SaleRefused::NotOpen`] for one that is paid or canceled.
pub(in crate::shop) fn cancel(shop: &mut Shop, invoice: &Row) -> Result<(), SaleRefused> {
    if invoice.get("state") != Some(STATE_OPEN) {
        return Err(SaleRefused::NotOpen("Invoice"));
    }
    let rows = shop.database.table(INVOICE.items).with("parent_id", invoice.text("entity_id"));
    let lines: Vec<Line> = rows.map(|(_, row)| Line::stored(row)).collect();
    // What an open invoice never did is not undone: nothing of it was paid.
    INVOICE.register(shop, invoice.int("order_id"), invoice, &lines, (Count::Out, &[]));
    let now = shop.now_sql();
    shop.database.table_mut(INVOICE.table).update(invoice.int("entity_id"), |row| {
        row.set("state", STATE_CANCELED);
        row.set("updated_at", now);
    });
    shop.settle_order(invoice.int("order_id"), INVOICE.entity);
    Ok(())
}

//! Invoices: wire spec, section 7.7.

use super::amount::{Amount, CURRENCIES, add, amount_of, money};
use super::flat_table::{Joins, Listing, record};
use super::order_state::{Items, can_invoice};
use super::sales_document::{self, Division, Line, share_out, sum};
use super::{Call, Operations, children};
use crate::magento::Pager;
use crate::shop::increment_id::Numbered;
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(super) const OPERATIONS: Operations = &[
    ("salesOrderInvoiceList", list),
    ("salesOrderInvoiceInfo", info),
    ("salesOrderInvoiceCreate", create),
    ("salesOrderInvoiceAddComment", add_comment),
    ("salesOrderInvoiceCapture", capture),
    ("salesOrderInvoiceVoid", void),
    ("salesOrderInvoiceCancel", cancel),
];

const TABLES: (&str, &str) = ("sales_flat_invoice", "sales_flat_invoice_item");
const COMMENTS: (&str, &str) = ("sales_flat_invoice", "sales_flat_invoice_comment");

const OPEN: &str = "1";
const PAID: &str = "2";
const CANCELED: &str = "3";

/// What the list reads; every other field is absent from it.
const LISTED: &[&str] = &["increment_id", "created_at", "order_currency_code", "order_id", "state", "grand_total"];

const LISTING: Listing = Listing {
    table: "sales_flat_invoice",
    alias: ("invoice_id", "entity_id"),
    joins: Joins::Nothing,
    select: "SELECT `main_table`.`entity_id`, `main_table`.`order_id`, `main_table`.`increment_id`, \
             `main_table`.`created_at`, `main_table`.`state`, `main_table`.`grand_total`, \
             `main_table`.`order_currency_code` FROM `sales_flat_invoice` AS `main_table`",
    order: "",
};

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let found = LISTING.find(call, Pager::All).map_err(|error| error.uncaught(call))?;
    let rows = found.iter().map(|row| {
        let mut answer = SoapStruct::new().with("invoice_id", row.get("entity_id"));
        for column in LISTED {
            answer.set(*column, row.get(column));
        }
        SoapValue::from(answer)
    });
    Ok(rows.collect::<Vec<_>>().into())
}

fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let increment_id = call.text("invoiceIncrementId");
    let database = &call.shop.database;
    let invoice = database.table("sales_flat_invoice").with("increment_id", &increment_id).next();
    let Some((_, invoice)) = invoice else { return Err(call.fault("not_exists")) };
    let mut answer = record(invoice, &[("invoice_id", "entity_id")]);
    if let Some(billing) = database.table("sales_flat_order_address").row(invoice.int("billing_address_id")) {
        answer.set("billing_firstname", billing.get("firstname"));
        answer.set("billing_lastname", billing.get("lastname"));
    }
    if let Some(order) = database.table("sales_flat_order").row(invoice.int("order_id")) {
        answer.set("order_increment_id", order.get("increment_id"));
        answer.set("order_created_at", order.get("created_at"));
    }
    let id = invoice.text("entity_id");
    let item = [("item_id", "entity_id"), ("base_weee_tax_applied_row_amount", "base_weee_tax_applied_row_amnt")];
    answer.set("items", children(database, "sales_flat_invoice_item", id, &item));
    answer.set("comments", children(database, "sales_flat_invoice_comment", id, &[("comment_id", "entity_id")]));
    Ok(answer.into())
}

/// What is left to invoice of an order item.
const DIVISION: Division = Division {
    qty: ("qty_ordered", "qty_invoiced"),
    row: ("row_total", "row_invoiced"),
    tax: ("tax_amount", "tax_invoiced"),
    hidden_tax: ("hidden_tax_amount", "hidden_tax_invoiced"),
    discount: ("discount_amount", "discount_invoiced"),
};

/// Invoices what is asked for, or all that is left. Payment methods without a gateway, the only ones here, are paid with
/// their invoice.
fn create(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let order = sales_document::order(call)?;
    if !can_invoice(call.shop, &order) {
        return Err(call.fault_with("data_invalid", "Cannot do invoice for order."));
    }
    let items = Items::of(call.shop, &order);
    let lines = lines(call, &items)?;
    let mut invoice = totals(call.shop, &order, &lines, &items);
    let increment_id = call.shop.next_increment_id(Numbered::Invoice, order.int("store_id"));
    invoice.set("increment_id", increment_id.as_str());
    invoice.set("state", PAID);
    invoice.set("can_void_flag", "0");
    let email = sales_document::is_set(call, "email");
    if email {
        invoice.set("email_sent", "1");
    }
    register(call.shop, &order, &invoice, &lines);
    let id = call.shop.add_document(invoice, lines, TABLES);
    if let Some(comment) = call.arguments.text("comment") {
        call.shop.add_document_comment(COMMENTS, id, Some(comment), email);
    }
    call.shop.settle_order(order.int("entity_id"), "invoice");
    Ok(increment_id.into())
}

fn lines(call: &Call<'_>, items: &Items) -> Result<Vec<Line>, Refusal> {
    let asked = sales_document::asked(call.arguments.get("itemsQty"));
    let mut lines = Vec::new();
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
        if !dummy && qty > left {
            return Err(call.uncaught(format!("Invalid qty to invoice item \"{}\"", item.text("name"))));
        }
        lines.push(Line::new(id, item, qty, dummy, left));
    }
    share_out(&mut lines, items, &DIVISION);
    Ok(lines)
}

/// An invoice's sums: those of its lines, the shipping with the first one, and to the last one whatever is left.
fn totals(shop: &Shop, order: &Row, lines: &[Line], items: &Items) -> Row {
    let earlier = shop.database.table("sales_flat_invoice").with("order_id", order.text("entity_id"));
    let (mut shipping_done, mut discount_done) = (false, false);
    for (_, row) in earlier {
        shipping_done |= !amount_of(row, "shipping_amount").is_zero() && row.get("state") != Some(CANCELED);
        discount_done |= !amount_of(row, "discount_amount").is_zero();
    }
    let is_last = items.iter().all(|(id, item)| {
        let left = items.qty_to_invoice(item);
        left.is_zero() || lines.iter().any(|line| line.order_item == id && line.last)
    });
    let mut invoice = sales_document::of_order(order);
    invoice.set_opt("discount_description", order.get("discount_description").map(str::to_owned));
    invoice.set("total_qty", money(lines.iter().map(|line| line.qty).sum()));
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

/// Column of the order, and of the invoice that is added to it.
const ADDED_TO_ORDER: &[(&str, &str)] = &[
    ("total_invoiced", "grand_total"),
    ("subtotal_invoiced", "subtotal"),
    ("tax_invoiced", "tax_amount"),
    ("hidden_tax_invoiced", "hidden_tax_amount"),
    ("shipping_invoiced", "shipping_amount"),
    ("discount_invoiced", "discount_amount"),
    ("total_paid", "grand_total"),
];

/// The same for the order's items.
const ADDED_TO_ITEM: &[(&str, &str)] = &[
    ("tax_invoiced", "tax_amount"),
    ("hidden_tax_invoiced", "hidden_tax_amount"),
    ("discount_invoiced", "discount_amount"),
    ("row_invoiced", "row_total"),
];

/// Counts an invoice into its order, the order's items and its payment, which is paid with it.
fn register(shop: &mut Shop, order: &Row, invoice: &Row, lines: &[Line]) {
    for line in lines.iter().filter(|line| line.qty > Amount::ZERO) {
        shop.database.table_mut("sales_flat_order_item").update(line.order_item, |item| {
            add(item, "qty_invoiced", line.qty);
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
                add(order, &format!("{currency}{column}"), amount_of(invoice, &format!("{currency}{from}")));
            }
        }
        add(order, "base_total_invoiced_cost", Amount::ZERO);
    });
    pay(shop, order, invoice, &[("amount_paid", "grand_total"), ("shipping_captured", "shipping_amount")]);
}

/// Adds a document's sums to columns of the order's payment.
pub(super) fn pay(shop: &mut Shop, order: &Row, document: &Row, columns: &[(&str, &str)]) {
    let Some(id) = super::sales_order::payment(shop, order).map(|payment| payment.int("entity_id")) else { return };
    shop.database.table_mut("sales_flat_order_payment").update(id, |payment| {
        for currency in CURRENCIES {
            for (column, from) in columns {
                add(payment, &format!("{currency}{column}"), amount_of(document, &format!("{currency}{from}")));
            }
        }
    });
}

fn load(call: &Call<'_>) -> Result<Row, Refusal> {
    let invoice = sales_document::by_increment_id(call.shop, "sales_flat_invoice", &call.text("invoiceIncrementId"));
    invoice.ok_or_else(|| call.fault("not_exists"))
}

fn add_comment(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let invoice = load(call)?;
    let email = sales_document::is_set(call, "email");
    let comment = call.arguments.text("comment");
    call.shop.add_document_comment(COMMENTS, invoice.int("entity_id"), comment, email);
    Ok(true.into())
}

/// None of the payment methods here can be captured after the fact.
fn capture(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    load(call)?;
    Err(call.fault_with("status_not_changed", "Invoice cannot be captured."))
}

/// None of them can be voided.
fn void(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    load(call)?;
    Err(call.fault_with("status_not_changed", "Invoice cannot be voided."))
}

/// Only an invoice that is still open can be canceled.
fn cancel(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let invoice = load(call)?;
    if invoice.get("state") != Some(OPEN) {
        return Err(call.fault_with("status_not_changed", "Invoice cannot be canceled."));
    }
    let id = invoice.text("entity_id");
    let lines: Vec<Row> =
        call.shop.database.table("sales_flat_invoice_item").with("parent_id", id).map(|(_, row)| row.clone()).collect();
    for line in lines {
        call.shop.database.table_mut("sales_flat_order_item").update(line.int("order_item_id"), |item| {
            add(item, "qty_invoiced", -amount_of(&line, "qty"));
            for currency in CURRENCIES {
                for (column, from) in ADDED_TO_ITEM {
                    add(item, &format!("{currency}{column}"), -amount_of(&line, &format!("{currency}{from}")));
                }
            }
        });
    }
    // What an open invoice never did is not undone: nothing of it was paid.
    call.shop.database.table_mut("sales_flat_order").update(invoice.int("order_id"), |order| {
        for currency in CURRENCIES {
            for (column, from) in ADDED_TO_ORDER.iter().filter(|(column, _)| *column != "total_paid") {
                add(order, &format!("{currency}{column}"), -amount_of(&invoice, &format!("{currency}{from}")));
            }
        }
    });
    let now = call.shop.now_sql();
    call.shop.database.table_mut("sales_flat_invoice").update(invoice.int("entity_id"), |row| {
        row.set("state", CANCELED);
        row.set("updated_at", now);
    });
    call.shop.settle_order(invoice.int("order_id"), "invoice");
    Ok(true.into())
}

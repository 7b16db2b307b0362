//! Invoices: wire spec, section 7.7.

use super::flat_table::{Joins, Listing, record};
use super::{Call, Operations, children, sales_document};
use crate::magento::Pager;
use crate::shop::sales::invoice::{InvoiceRequest, invoice};
use crate::shop::sales::register::INVOICE;
use crate::shop::{Refusal, Row};
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

fn create(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let order = sales_document::order(call)?;
    let email = sales_document::is_set(call, "email");
    let comment = call.arguments.text("comment").map(|comment| sales_document::remark(Some(comment), email));
    let qtys = sales_document::asked(call.arguments.get("itemsQty"));
    let request = InvoiceRequest { qtys, email, comment, ..InvoiceRequest::default() };
    let made = invoice(call.shop, &order, request).map_err(|refused| sales_document::refusal(call, refused))?;
    Ok(made.increment_id.into())
}

fn load(call: &Call<'_>) -> Result<Row, Refusal> {
    let invoice = sales_document::by_increment_id(call.shop, "sales_flat_invoice", &call.text("invoiceIncrementId"));
    invoice.ok_or_else(|| call.fault("not_exists"))
}

fn add_comment(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let invoice = load(call)?;
    let email = sales_document::is_set(call, "email");
    let remark = sales_document::remark(call.arguments.text("comment"), email);
    call.shop.add_document_comment((INVOICE.table, INVOICE.comments), invoice.int("entity_id"), remark);
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

fn cancel(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let invoice = load(call)?;
    crate::shop::sales::invoice::cancel(call.shop, &invoice)
        .map_err(|refused| sales_document::refusal(call, refused))?;
    Ok(true.into())
}

//! Invoices: wire spec, section 7.7.

use super::flat_table::{Listing, record};
use super::{Call, Operations, children};
use crate::magento::Pager;
use crate::shop::Refusal;
use crate::soap::{SoapStruct, SoapValue};

pub(super) const OPERATIONS: Operations = &[("salesOrderInvoiceList", list), ("salesOrderInvoiceInfo", info)];

/// What the list reads; every other field is absent from it.
const LISTED: &[&str] = &["increment_id", "created_at", "order_currency_code", "order_id", "state", "grand_total"];

const LISTING: Listing = Listing {
    table: "sales_flat_invoice",
    alias: ("invoice_id", "entity_id"),
    joined: &[],
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

//! Credit memos: wire spec, section 7.5.

use super::flat_table::{Joins, Listing, record};
use super::{Call, Operations, children, sales_document};
use crate::magento::Pager;
use crate::shop::sales::items::can_refund;
use crate::shop::sales::refund::{RefundRequest, refund};
use crate::shop::sales::register::CREDIT_MEMO;
use crate::shop::{Refusal, Row};
use crate::soap::SoapValue;

pub(super) const OPERATIONS: Operations = &[
    ("salesOrderCreditmemoList", list),
    ("salesOrderCreditmemoInfo", info),
    ("salesOrderCreditmemoCreate", create),
    ("salesOrderCreditmemoAddComment", add_comment),
    ("salesOrderCreditmemoCancel", cancel),
];

const LISTING: Listing = Listing {
    table: "sales_flat_creditmemo",
    alias: ("creditmemo_id", "entity_id"),
    joins: Joins::Nothing,
    select: "SELECT `main_table`.* FROM `sales_flat_creditmemo` AS `main_table`",
    order: "",
};

/// Headers only. Here the database's error is caught and becomes the resource's own fault (wire spec, section 0, 17).
fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let found = LISTING
        .find(call, Pager::All)
        .map_err(|error| error.or_else(|text| call.fault_with("invalid_filter", text)))?;
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

fn create(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let order = sales_document::order(call)?;
    let data = call.record("creditmemoData");
    let to_store_credit = sales_document::is_set(call, "refundToStoreCreditAmount");
    if can_refund(&order) && to_store_credit && order.get("customer_is_guest") == Some("1") {
        return Err(call.fault("cannot_refund_to_storecredit"));
    }
    let given = |name: &str| data.text(name)?.trim().parse().ok();
    let email = sales_document::is_set(call, "notifyCustomer");
    let comment = call.arguments.text("comment").filter(|comment| !comment.is_empty());
    let request = RefundRequest {
        must_pay: false,
        qtys: sales_document::asked_by_either(data.get("qtys")),
        shipping: given("shipping_amount"),
        adjustment_positive: given("adjustment_positive"),
        adjustment_negative: given("adjustment_negative"),
        email,
        comment: comment.map(|comment| sales_document::remark(Some(comment), email)),
        ..RefundRequest::default()
    };
    let made = refund(call.shop, &order, request).map_err(|refused| sales_document::refusal(call, refused))?;
    Ok(made.increment_id.into())
}

fn load(call: &Call<'_>) -> Result<Row, Refusal> {
    let id = call.text("creditmemoIncrementId");
    let memo = sales_document::by_increment_id(call.shop, "sales_flat_creditmemo", &id);
    memo.ok_or_else(|| call.fault("not_exists"))
}

fn add_comment(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let memo = load(call)?;
    let notify = sales_document::is_set(call, "notifyCustomer");
    let remark = sales_document::remark(call.arguments.text("comment"), notify);
    call.shop.add_document_comment((CREDIT_MEMO.table, CREDIT_MEMO.comments), memo.int("entity_id"), remark);
    Ok(true.into())
}

fn cancel(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let memo = load(call)?;
    crate::shop::sales::refund::cancel(call.shop, &memo).map_err(|refused| sales_document::refusal(call, refused))?;
    Ok(true.into())
}

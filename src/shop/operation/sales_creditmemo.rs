//! Credit memos: wire spec, section 7.5.

use super::flat_table::{Listing, record};
use super::{Call, Operations, children};
use crate::magento::Pager;
use crate::shop::Refusal;
use crate::soap::SoapValue;

pub(super) const OPERATIONS: Operations = &[("salesOrderCreditmemoList", list), ("salesOrderCreditmemoInfo", info)];

const LISTING: Listing = Listing {
    table: "sales_flat_creditmemo",
    alias: ("creditmemo_id", "entity_id"),
    joined: &[],
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

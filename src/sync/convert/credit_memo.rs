//! Credit memos with their items, from the detail call (sync spec 5.10).

use super::nested::collection;
use super::{Kind, Record, RowError, Rule, empty_what_is_left_out, read, require};
use crate::crm::Entity;
use crate::quirk::Quirks;
use crate::soap::SoapStruct;

const FIELDS: &[Rule] = &[
    ("creditmemo_id", "originId", Kind::Int),
    ("increment_id", "incrementId", Kind::Text),
    ("order_id", "order", Kind::Link(Entity::Order)),
    ("store_id", "store", Kind::Link(Entity::Store)),
    ("state", "status", Kind::Text),
    ("invoice_id", "invoiceId", Kind::Text),
    ("transaction_id", "transactionId", Kind::Text),
    ("email_sent", "emailSent", Kind::Bool),
    ("adjustment", "adjustment", Kind::Decimal),
    ("subtotal", "subtotal", Kind::Decimal),
    ("adjustment_negative", "adjustmentNegative", Kind::Decimal),
    ("adjustment_positive", "adjustmentPositive", Kind::Decimal),
    ("shipping_amount", "shippingAmount", Kind::Decimal),
    ("grand_total", "grandTotal", Kind::Decimal),
    ("customer_bal_total_refunded", "customerBalTotalRefunded", Kind::Decimal),
    ("reward_points_balance_refund", "rewardPointsBalanceRefund", Kind::Decimal),
    ("created_at", "createdAt", Kind::DateTime),
    ("updated_at", "updatedAt", Kind::DateTime),
];

const ITEM: &[Rule] = &[
    ("item_id", "originId", Kind::Int),
    ("order_item_id", "orderItemId", Kind::Int),
    ("price", "price", Kind::Decimal),
    ("qty", "qty", Kind::Decimal),
    ("tax_amount", "taxAmount", Kind::Decimal),
    ("discount_amount", "discountAmount", Kind::Decimal),
    ("row_total", "rowTotal", Kind::Decimal),
    ("sku", "sku", Kind::Text),
    ("name", "name", Kind::Text),
    ("additional_data", "additionalData", Kind::Text),
    ("description", "description", Kind::Text),
];

/// A credit memo; `status` is the option id (1 pending, 2 refunded, 3 canceled).
pub fn credit_memo(row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
    let mut record = read(FIELDS, row, quirks)?;
    require(&record, "originId", "creditmemo_id")?;
    require(&record, "incrementId", "increment_id")?;
    if let Some(items) = row.get("items") {
        let item = |item| {
            let mut item = read(ITEM, item, quirks)?;
            empty_what_is_left_out(&mut item, ITEM, quirks);
            require(&item, "qty", "qty")?;
            Ok(item)
        };
        let items = collection(items).iter().map(item).collect::<Result<_, RowError>>()?;
        record.rows.insert("items", items);
    }
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_item_is_a_list_of_one() {
        // Vector 107.
        let item = SoapStruct::new().with("item_id", "5").with("qty", "1.0000");
        let row = SoapStruct::new().with("creditmemo_id", "2").with("increment_id", "100000001").with("items", item);
        assert_eq!(credit_memo(&row, &Quirks::default()).unwrap().rows["items"].len(), 1);
    }
}

//! Orders with their addresses, items and notes, from the bridge's list or the detail call (sync spec 5.8 and 9.5).

use rust_decimal::Decimal;

use super::address::{self, AddressOf};
use super::nested::collection;
use super::{Kind, Record, RowError, Rule, empty_what_is_left_out, filled, limit, read, require};
use crate::crm::{CrmValue, Entity};
use crate::quirk::Quirks;
use crate::soap::{SoapStruct, SoapValue};

const FIELDS: &[Rule] = &[
    ("increment_id", "incrementId", Kind::Text),
    ("order_id", "originId", Kind::Int),
    ("store_id", "store", Kind::Link(Entity::Store)),
    ("customer_id", "customer", Kind::Link(Entity::Customer)),
    ("quote_id", "cart", Kind::Link(Entity::Cart)),
    ("status", "status", Kind::Text),
    ("is_virtual", "isVirtual", Kind::Bool),
    ("customer_is_guest", "isGuest", Kind::Bool),
    ("gift_message", "giftMessage", Kind::Text),
    ("remote_ip", "remoteIp", Kind::Text),
    ("store_name", "storeName", Kind::Text),
    ("coupon_code", "couponCode", Kind::Text),
    ("shipping_method", "shippingMethod", Kind::Text),
    ("order_currency_code", "currency", Kind::Text),
    ("subtotal", "subtotalAmount", Kind::Decimal),
    ("shipping_amount", "shippingAmount", Kind::Decimal),
    ("tax_amount", "taxAmount", Kind::Decimal),
    ("discount_amount", "discountAmount", Kind::Decimal),
    ("grand_total", "totalAmount", Kind::Decimal),
    ("total_paid", "totalPaidAmount", Kind::Decimal),
    ("total_invoiced", "totalInvoicedAmount", Kind::Decimal),
    ("total_refunded", "totalRefundedAmount", Kind::Decimal),
    ("total_canceled", "totalCanceledAmount", Kind::Decimal),
    ("created_at", "createdAt", Kind::DateTime),
    ("updated_at", "updatedAt", Kind::DateTime),
    ("customer_email", "customerEmail", Kind::Text),
];

/// Members that every answer with an order has when they hold something. Lists do not have the gift message, and
/// Magento's own API does not have the coupon code.
const WHOLE: &[Rule] = &[
    ("remote_ip", "remoteIp", Kind::Text),
    ("store_name", "storeName", Kind::Text),
    ("shipping_method", "shippingMethod", Kind::Text),
    ("customer_email", "customerEmail", Kind::Text),
];

const ITEM: &[Rule] = &[
    ("item_id", "originId", Kind::Int),
    ("sku", "sku", Kind::Text),
    ("name", "name", Kind::Text),
    ("price", "price", Kind::Decimal),
    ("cost", "cost", Kind::Decimal),
    ("qty_ordered", "qty", Kind::Decimal),
    ("product_type", "productType", Kind::Text),
    ("product_options", "productOptions", Kind::Text),
    ("is_virtual", "isVirtual", Kind::Bool),
    ("original_price", "originalPrice", Kind::Decimal),
    ("row_weight", "weight", Kind::Decimal),
    ("discount_percent", "discountPercent", Kind::Decimal),
    ("tax_percent", "taxPercent", Kind::Decimal),
    ("discount_amount", "discountAmount", Kind::Decimal),
    ("tax_amount", "taxAmount", Kind::Decimal),
    ("row_total", "rowTotal", Kind::Decimal),
];

const NOTE: &[Rule] = &[
    ("increment_id", "originId", Kind::Int),
    ("comment", "message", Kind::Text),
    ("created_at", "createdAt", Kind::DateTime),
    ("updated_at", "updatedAt", Kind::DateTime),
];

/// Element 0 is the shipping address, element 1 the billing address, of those the order has.
const ADDRESSES: &[&str] = &["shipping_address", "billing_address"];

const LIMITS: &[(&str, usize)] = &[
    ("incrementId", 60),
    ("giftMessage", 255),
    ("remoteIp", 255),
    ("couponCode", 255),
    ("shippingMethod", 255),
    ("currency", 10),
];

/// An order with what hangs on it. Collections are present only when the row has them.
pub fn order(row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
    let mut record = read(FIELDS, row, quirks)?;
    require(&record, "incrementId", "increment_id")?;
    if record.values.get("updatedAt").is_none_or(|at| *at == CrmValue::Null)
        && let Some(created) = record.values.get("createdAt").cloned()
    {
        record.values.insert("updatedAt", created);
    }
    empty_what_is_left_out(&mut record, WHOLE, quirks);
    payment(&mut record, row);
    // Not part of the reference client's required fields: it fails in the database instead.
    for flag in ["isVirtual", "isGuest"] {
        if record.value(flag).is_none_or(|value| *value == CrmValue::Null) {
            record.values.insert(flag, CrmValue::Bool(false));
        }
    }
    let addresses: Vec<&SoapStruct> =
        ADDRESSES.iter().filter_map(|name| row.get(name).and_then(SoapValue::as_struct)).collect();
    if !addresses.is_empty() {
        let records = addresses
            .into_iter()
            .filter(|row| !row.is_empty())
            .map(|row| address::sale_address(row, AddressOf::Order, quirks));
        record.rows.insert("addresses", records.collect::<Result<_, _>>()?);
    }
    if let Some(items) = row.get("items") {
        let records = collection(items).iter().map(|item| self::item(item, quirks)).collect::<Result<_, _>>()?;
        record.rows.insert("items", records);
    }
    if let Some(history) = row.get("status_history") {
        let notes = collection(history).iter().map(|entry| read(NOTE, entry, quirks)).collect::<Result<Vec<_>, _>>()?;
        record.rows.insert("orderNotes", notes);
    }
    limit(&record, LIMITS)?;
    Ok(record)
}

fn item(row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
    let mut record = read(ITEM, row, quirks)?;
    empty_what_is_left_out(&mut record, ITEM, quirks);
    require(&record, "qty", "qty_ordered")?;
    // An item without a name comes without the member.
    if record.value("name").is_none_or(|name| *name == CrmValue::Null) {
        record.values.insert("name", CrmValue::Text(String::new()));
    }
    for percent in ["discountPercent", "taxPercent"] {
        if let Some(CrmValue::Decimal(number)) = record.values.get_mut(percent) {
            *number /= Decimal::ONE_HUNDRED;
        }
    }
    Ok(record)
}

/// `payment` becomes a method and, for cards, a text of type and last digits; a plain `payment_method` never counts.
pub(super) fn payment(record: &mut Record, row: &SoapStruct) {
    let payment = row.get("payment").and_then(SoapValue::as_struct);
    let member =
        |name| payment.and_then(|payment| payment.get(name)).and_then(filled).map(|text| text.trim().to_owned());
    record.values.insert("paymentMethod", member("method").map_or(CrmValue::Null, CrmValue::Text));
    let card =
        member("cc_type").zip(member("cc_last4")).map(|(kind, last)| CrmValue::Text(format!("Card [{kind}, {last}]")));
    record.values.insert("paymentDetails", card.unwrap_or(CrmValue::Null));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> SoapStruct {
        SoapStruct::new()
            .with("increment_id", "100000001")
            .with("order_id", "1")
            .with("status", "new")
            .with("created_at", "2020-01-01 00:00:00")
    }

    fn converted(row: SoapStruct) -> Record {
        order(&row, &Quirks::default()).unwrap()
    }

    #[test]
    fn a_history_is_a_list_however_it_came() {
        // Vector 104.
        let note = SoapStruct::new().with("comment", "hello").with("increment_id", "9");
        assert_eq!(converted(base().with("status_history", note.clone())).rows["orderNotes"].len(), 1);
        assert_eq!(converted(base().with("status_history", vec![note.into()])).rows["orderNotes"].len(), 1);
        assert_eq!(converted(base().with("status_history", Vec::new())).rows["orderNotes"].len(), 0);
        assert!(!converted(base()).rows.contains_key("orderNotes"));
    }

    #[test]
    fn a_payment_is_a_method_and_perhaps_a_card() {
        // Vectors 105 and 111.
        let record = converted(base().with("payment", "cash").with("payment_method", "test"));
        assert_eq!(record.value("paymentMethod"), Some(&CrmValue::Null));
        let paid =
            |payment: SoapStruct| converted(base().with("payment", payment)).text("paymentDetails").map(str::to_owned);
        assert_eq!(paid(SoapStruct::new().with("cc_type", "VI")), None);
        assert_eq!(paid(SoapStruct::new().with("cc_last4", "1111")), None);
        assert_eq!(
            paid(SoapStruct::new().with("cc_type", " VI ").with("cc_last4", "1111 ")).as_deref(),
            Some("Card [VI, 1111]")
        );
    }

    #[test]
    fn a_blank_coupon_is_null_and_overwrites_what_was_there() {
        // Vector 106. The vector's converter drops nulls; imports keep them, so that they overwrite (sync spec 5.1).
        for blank in ["", "  "] {
            let record = converted(base().with("coupon_code", blank));
            assert_eq!(record.value("couponCode"), Some(&CrmValue::Null));
        }
        assert_eq!(converted(base()).value("couponCode"), None, "what Magento does not send stays as it is");
    }

    #[test]
    fn an_order_without_updated_at_was_updated_when_it_was_created() {
        let record = converted(base());
        assert_eq!(record.value("updatedAt"), record.value("createdAt"));
    }
}

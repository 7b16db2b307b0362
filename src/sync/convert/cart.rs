//! Carts (Magento's quotes) with their items and addresses, from the bridge's list (sync spec 5.9).

use super::address::{self, AddressOf};
use super::nested::collection;
use super::order::payment;
use super::{Kind, Record, RowError, Rule, empty_what_is_left_out, limit, read, require};
use crate::crm::{CrmValue, Entity};
use crate::quirk::Quirks;
use crate::soap::{SoapStruct, SoapValue};

const FIELDS: &[Rule] = &[
    ("entity_id", "originId", Kind::Int),
    ("store_id", "store", Kind::Link(Entity::Store)),
    ("customer_id", "customer", Kind::Link(Entity::Customer)),
    ("customer_email", "email", Kind::Text),
    ("customer_is_guest", "isGuest", Kind::Bool),
    ("items_qty", "itemsQty", Kind::Decimal),
    ("items_count", "itemsCount", Kind::Int),
    ("subtotal", "subTotal", Kind::Decimal),
    ("grand_total", "grandTotal", Kind::Decimal),
    ("store_to_base_rate", "storeToBaseRate", Kind::Decimal),
    ("store_to_quote_rate", "storeToQuoteRate", Kind::Decimal),
    ("base_currency_code", "baseCurrencyCode", Kind::Text),
    ("store_currency_code", "storeCurrencyCode", Kind::Text),
    ("quote_currency_code", "quoteCurrencyCode", Kind::Text),
    ("created_at", "createdAt", Kind::DateTime),
    ("updated_at", "updatedAt", Kind::DateTime),
];

const ITEM: &[Rule] = &[
    ("item_id", "originId", Kind::Int),
    ("product_id", "productId", Kind::Int),
    ("parent_item_id", "parentItemId", Kind::Int),
    ("free_shipping", "freeShipping", Kind::Text),
    ("gift_message", "giftMessage", Kind::Text),
    ("tax_class_id", "taxClassId", Kind::Text),
    ("is_virtual", "isVirtual", Kind::Bool),
    ("product_type", "productType", Kind::Text),
    ("discount_amount", "discountAmount", Kind::Decimal),
    ("tax_percent", "taxPercent", Kind::Decimal),
    ("price_incl_tax", "priceInclTax", Kind::Decimal),
    ("row_total", "rowTotal", Kind::Decimal),
    ("tax_amount", "taxAmount", Kind::Decimal),
    ("created_at", "createdAt", Kind::DateTime),
    ("updated_at", "updatedAt", Kind::DateTime),
    ("product_image_url", "productImageUrl", Kind::Text),
    ("product_url", "productUrl", Kind::Text),
    ("sku", "sku", Kind::Text),
    ("name", "name", Kind::Text),
    ("qty", "qty", Kind::Decimal),
    ("price", "price", Kind::Decimal),
    ("weight", "weight", Kind::Decimal),
    ("description", "description", Kind::Text),
];

const LIMITS: &[(&str, usize)] =
    &[("email", 255), ("baseCurrencyCode", 32), ("storeCurrencyCode", 32), ("quoteCurrencyCode", 32)];

/// Who a cart belongs to, for the search of a customer when it has no customer id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CartOwner {
    /// The first name of whoever owns the cart.
    pub first_name: Option<String>,
    /// The last name of whoever owns the cart.
    pub last_name: Option<String>,
}

/// A cart with what hangs on it; `billingAddress` and `shippingAddress` are collections of at most one.
pub fn cart(row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
    let mut record = read(FIELDS, row, quirks)?;
    require(&record, "originId", "entity_id")?;
    payment(&mut record, row);
    record.values.shift_remove("paymentMethod");
    let is_active = row.get("is_active").is_none_or(SoapValue::is_truthy);
    record.values.insert("status", CrmValue::Text(if is_active { "open" } else { "expired" }.to_owned()));
    for (from, id, to) in [
        ("billing_address", "billing_address_id", "billingAddress"),
        ("shipping_address", "shipping_address_id", "shippingAddress"),
    ] {
        let Some(address) = row.get(from).and_then(SoapValue::as_struct).filter(|address| !address.is_empty()) else {
            continue;
        };
        let mut address = address.clone();
        if address.get("address_id").is_none()
            && let Some(id) = row.get(id)
        {
            address.set("address_id", id.clone());
        }
        record.rows.insert(to, vec![address::sale_address(&address, AddressOf::Cart, quirks)?]);
    }
    if let Some(items) = row.get("items") {
        let item = |item| {
            let mut item = read(ITEM, item, quirks)?;
            empty_what_is_left_out(&mut item, ITEM, quirks);
            Ok(item)
        };
        let items = collection(items).iter().map(item).collect::<Result<_, RowError>>()?;
        record.rows.insert("cartItems", items);
    }
    limit(&record, LIMITS)?;
    Ok(record)
}

/// The names on a cart.
pub fn owner(row: &SoapStruct) -> CartOwner {
    let text = |name| row.get(name).and_then(super::filled);
    CartOwner { first_name: text("customer_firstname"), last_name: text("customer_lastname") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cart_is_open_unless_magento_says_it_is_not_active() {
        let row = SoapStruct::new().with("entity_id", "5");
        for (row, status) in [
            (row.clone(), "open"),
            (row.clone().with("is_active", "1"), "open"),
            (row.with("is_active", "0"), "expired"),
        ] {
            assert_eq!(cart(&row, &Quirks::default()).unwrap().text("status"), Some(status));
        }
    }

    #[test]
    fn an_address_takes_its_id_from_the_cart_when_it_has_none() {
        let address = SoapStruct::new().with("city", "Paris");
        let row =
            SoapStruct::new().with("entity_id", 5).with("billing_address_id", "77").with("billing_address", address);
        let record = cart(&row, &Quirks::default()).unwrap();
        assert_eq!(record.rows["billingAddress"][0].origin_id().map(|id| id.0), Some(77));
    }
}

//! Carts ("quotes") as the checkout's own API gives them: wire spec, sections 7.6 and 7.7. One file per resource of the
//! API below `cart`; what they do to carts is done by `shop::sales`.

pub(super) mod coupon;
pub(super) mod customer;
pub(super) mod gift_message;
pub(super) mod payment;
pub(super) mod product;
pub(super) mod shipping;

use super::flat_table::record;
use super::{Call, Operations, sales_document, sales_order};
use crate::shop::sales::amount::{Amount, amount_of, money};
use crate::shop::sales::place::place;
use crate::shop::sales::quote::{address, payment};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(super) const OPERATIONS: Operations = &[
    ("shoppingCartCreate", create),
    ("shoppingCartInfo", info),
    ("shoppingCartTotals", totals),
    ("shoppingCartLicense", licenses),
    ("shoppingCartOrder", order),
];

/// A new cart of a store view; carts of the API are inactive, so the storefront never shows them.
fn create(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let store = call.text("storeId");
    // Left out, it is the store in which the API runs: the admin's.
    let store = if store.is_empty() { "0" } else { store.as_str() };
    let Some(store) = call.shop.store(store).map(|row| row.int("store_id")) else {
        return Err(call.fault("store_not_exists"));
    };
    Ok(call.shop.new_quote(store).into())
}

/// Agreements that a buyer must accept, where the checkout asks for any.
fn licenses(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = load(call)?;
    let rows = agreements(call.shop, &quote).into_iter().map(|row| SoapValue::from(row.to_struct()));
    Ok(rows.collect::<Vec<_>>().into())
}

/// Active agreements of the cart's store view.
fn agreements(shop: &Shop, quote: &Row) -> Vec<Row> {
    if !shop.settings.is_on("checkout/options/enable_agreements") {
        return Vec::new();
    }
    let here = |row: &Row| ["0", quote.text("store_id")].contains(&row.get("store_id").unwrap_or("0"));
    let table = shop.database.table("checkout_agreement");
    table.iter().map(|(_, row)| row).filter(|row| row.get("is_active") != Some("0") && here(row)).cloned().collect()
}

/// The cart the call names, of any state. With a store, which must exist, only one of that store's website is found.
fn load(call: &Call<'_>) -> Result<Row, Refusal> {
    let quote = load_of_any_store(call);
    let Some(store) = ["storeId", "store"].into_iter().find_map(|name| call.arguments.text(name)) else { return quote };
    let store = if store.is_empty() { "0" } else { store.as_str() };
    let website = |row: &Row| row.get("website_id").map(str::to_owned);
    let Some(named) = call.shop.store(store).map(website) else { return Err(call.fault("store_not_exists")) };
    let quote = quote?;
    let own = call.shop.database.table("core_store").row(quote.int("store_id")).map(website);
    if own == Some(named) { Ok(quote) } else { Err(call.fault("quote_not_exists")) }
}

/// The cart the call names, whatever store the call names.
fn load_of_any_store(call: &Call<'_>) -> Result<Row, Refusal> {
    let quote = call.shop.database.table("sales_flat_quote").row(call.int("quoteId"));
    quote.cloned().ok_or_else(|| call.fault("quote_not_exists"))
}

/// Ids of addresses and the payment get lost on the way: an alias overwrites them with null (recording 165).
fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = load(call)?;
    let mut answer = record(&quote, &[("quote_id", "entity_id")]);
    for kind in ["shipping", "billing"] {
        let mut address = address_record(call.shop, &quote, kind);
        address.remove("address_id");
        answer.set(format!("{kind}_address"), address);
    }
    answer.set("items", items(call.shop, &quote).into_iter().map(SoapValue::from).collect::<Vec<_>>());
    let payment = payment(call.shop, &quote).map(|payment| {
        let mut payment = payment.to_struct();
        payment.remove("payment_id");
        // PHP's text for a list that is used as a text.
        payment.with("additional_information", "Array")
    });
    answer.set("payment", payment.unwrap_or_default());
    sales_order::add_gift_messages(call.shop, &mut answer);
    Ok(answer.into())
}

/// The cart's address of a kind as a record; one that was never entered knows only its kind (recording 235).
pub(super) fn address_record(shop: &Shop, quote: &Row, kind: &str) -> SoapStruct {
    address(shop, quote, kind).map_or_else(|| SoapStruct::new().with("address_type", kind), Row::to_struct)
}

/// All items, children included, with the tax class of their products.
pub(super) fn items(shop: &Shop, quote: &Row) -> Vec<SoapStruct> {
    let rows = shop.database.table("sales_flat_quote_item").with("quote_id", quote.text("entity_id"));
    let item = |(_, row): (i64, &Row)| {
        let product = shop.database.table("catalog_product").row(row.int("product_id"));
        let mut item = row.to_struct();
        item.set("tax_class_id", product.and_then(|product| product.get("tax_class_id")));
        item
    };
    rows.map(item).collect()
}

/// The order's increment id, once everything that a checkout asks for is there.
fn order(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = load(call)?;
    let accepted: Vec<String> = call
        .arguments
        .get("licenses")
        .and_then(SoapValue::as_list)
        .map(|list| list.iter().filter_map(SoapValue::to_text).collect())
        .unwrap_or_default();
    let asked = agreements(call.shop, &quote);
    if !asked.iter().all(|agreement| accepted.iter().any(|id| id == agreement.text("agreement_id"))) {
        return Err(call.fault("required_agreements_are_not_all"));
    }
    if quote.get("is_multi_shipping") == Some("1") {
        return Err(call.fault("invalid_checkout_type"));
    }
    let guests = call.shop.settings.get("checkout/options/guest_checkout").is_none_or(|value| value == "1");
    if quote.get("checkout_method") == Some("guest") && !guests {
        return Err(call.fault("guest_checkout_is_not_enabled"));
    }
    let id = quote.int("entity_id");
    call.shop.collect_totals(id);
    let made = place(call.shop, id).map_err(|refused| sales_document::refusal(call, refused))?;
    Ok(made.increment_id.into())
}

/// The lines under a cart. Those of its addresses are added up by their kind; a virtual cart has those of its billing
/// address only. A cart without addresses has lines without amounts.
fn totals(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = load(call)?;
    let is_virtual = quote.get("is_virtual") == Some("1");
    let kinds: &[&str] = if is_virtual { &["billing"] } else { &["shipping", "billing"] };
    let addresses: Vec<&Row> = kinds.iter().filter_map(|kind| address(call.shop, &quote, kind)).collect();
    let Some(first) = addresses.first() else {
        let nothing = Row::new();
        let lines = ["Subtotal", "Grand Total"].map(|title| line(title.to_owned(), nothing.get("amount")));
        return Ok(Vec::from(lines).into());
    };
    let is_zero = |address: &Row, column: &str| address.text(column).parse::<f64>().is_ok_and(|amount| amount == 0.0);
    let mut lines = Vec::new();
    for (title, column, description, always) in TOTALS {
        let shown = |address: &&&Row| {
            let described = *column == "shipping_amount" && !address.text(description).is_empty();
            *always || described || !is_zero(address, column)
        };
        let shown: Vec<&&Row> = addresses.iter().filter(shown).collect();
        let Some(of) = shown.first() else { continue };
        let title = match of.get(description) {
            Some(text) if !text.is_empty() => format!("{title} ({text})"),
            _ => (*title).to_owned(),
        };
        if shown.len() == 1 {
            lines.push(line(title, of.get(column)));
        } else {
            let sum = shown.iter().map(|address| amount_of(address, column)).fold(Amount::ZERO, |sum, part| sum + part);
            let known = shown.iter().any(|address| address.get(column).is_some());
            lines.push(line(title, known.then(|| money(sum)).as_deref().or_else(|| first.get(column))));
        }
    }
    Ok(lines.into())
}

/// Kinds of totals in their order: title, column of the address, column of the text behind the title, and whether the line
/// is there when the amount is zero.
const TOTALS: &[(&str, &str, &str, bool)] = &[
    ("Subtotal", "subtotal", "", true),
    ("Discount", "discount_amount", "discount_description", false),
    ("Shipping & Handling", "shipping_amount", "shipping_description", false),
    ("Tax", "tax_amount", "", false),
    ("Grand Total", "grand_total", "", true),
];

fn line(title: String, amount: Option<&str>) -> SoapValue {
    SoapStruct::new().with("title", title).with("amount", amount).into()
}

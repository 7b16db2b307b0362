//! Carts through the bridge: wire spec, section 8.7.

use super::super::flat_table::{Joins, Listing};
use super::super::{Call, Operations, cart, sales_order};
use super::attributes::add_attributes;
use crate::magento::Pager;
use crate::shop::sales::quote::payment as quote_payment;
use crate::shop::{Refusal, Row, Shop};
use crate::soap::record::Member;
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[("oroQuoteList", list)];

const LISTING: Listing = Listing {
    table: "sales_flat_quote",
    alias: ("entity_id", "entity_id"),
    joins: Joins::Nothing,
    select: "SELECT `main_table`.* FROM `sales_flat_quote` AS `main_table`",
    order: " ORDER BY entity_id ASC",
};

/// All carts of all stores, active or not.
fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let pager = Pager::from_value(call.arguments.get("pager"))?;
    let found = LISTING.find(call, pager).map_err(|error| error.uncaught(call))?;
    let page = pager.slice(found);
    Ok(page.iter().map(|quote| complete(call.shop, quote).into()).collect::<Vec<SoapValue>>().into())
}

fn complete(shop: &Shop, quote: &Row) -> SoapStruct {
    let mut answer = quote.to_struct();
    for kind in ["shipping", "billing"] {
        answer.set(format!("{kind}_address"), cart::address_record(shop, quote, kind));
    }
    let items = cart::items(shop, quote).into_iter().map(|item| with_product(shop, item));
    answer.set("items", items.map(SoapValue::from).collect::<Vec<_>>());
    answer.set("payment", payment(shop, quote));
    if shop.bridge().is_some_and(|release| release.at_least("1.2.7.0")) {
        sales_order::add_gift_messages(shop, &mut answer);
    }
    add_attributes(shop, "salesQuoteEntity", quote, &mut answer);
    answer
}

/// The payment's further information is PHP-serialised from release 1.1.4.1 on. A cart without payment has an empty
/// one (recording 255).
fn payment(shop: &Shop, quote: &Row) -> SoapStruct {
    let Some(payment) = quote_payment(shop, quote) else { return SoapStruct::new() };
    let mut payment = payment.to_struct();
    let serialised = shop.bridge().is_some_and(|release| release.at_least("1.1.4.1"));
    let stored = payment.text("additional_information").filter(|text| !text.is_empty());
    let shown = if serialised { stored.unwrap_or_else(|| "a:0:{}".to_owned()) } else { "Array".to_owned() };
    payment.set("additional_information", shown);
    payment
}

/// An item with the image, page and categories of its product, if that still exists.
fn with_product(shop: &Shop, mut item: SoapStruct) -> SoapStruct {
    let id = item.member("product_id").and_then(Member::to_int).unwrap_or_default();
    let Some(product) = shop.database.table("catalog_product").row(id) else { return item };
    let base = shop.base_url();
    if let Some(image) = product.get("image") {
        item.set("product_image_url", format!("{base}media/catalog/product/{}", image.trim_start_matches('/')));
    }
    let store = item.get("store_id").and_then(SoapValue::to_int).unwrap_or_default();
    let script = if shop.settings.is_on("web/seo/use_rewrites") { "" } else { "index.php/" };
    item.set("product_url", format!("{base}{script}{}{}", page_of(product), store_parameter(shop, store)));
    let categories = categories(shop, product);
    if !categories.is_empty() {
        item.set("categories", categories);
    }
    item
}

fn page_of(product: &Row) -> String {
    match product.get("url_path") {
        Some(path) if !path.is_empty() => path.to_owned(),
        _ => format!("catalog/product/view/id/{}/", product.text("entity_id")),
    }
}

/// The store's code is part of the address as soon as there are several store views.
fn store_parameter(shop: &Shop, store: i64) -> String {
    let stores = shop.database.table("core_store");
    let several = stores.iter().filter(|(id, _)| *id != 0).count() > 1;
    match stores.row(store) {
        Some(store) if several => format!("?___store={}", store.text("code")),
        _ => String::new(),
    }
}

fn categories(shop: &Shop, product: &Row) -> Vec<SoapValue> {
    let links = shop.database.table("catalog_category_product").with("product_id", product.text("entity_id"));
    let names = links.filter_map(|(_, link)| shop.database.table("catalog_category").row(link.int("category_id")));
    names.map(|category| SoapStruct::new().with("name", category.get("name")).into()).collect()
}

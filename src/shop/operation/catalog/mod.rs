//! The catalogue: products, their attributes, media, links, options, tags and downloads, categories and stock; one file
//! per API resource.

mod attribute;
mod attribute_set;
mod category;
mod category_edit;
mod category_product;
mod custom_option;
mod custom_option_value;
mod downloadable;
mod inventory;
mod link;
mod media;
mod options;
pub(super) mod product;
mod product_data;
mod tag;
mod tier_price;
pub(in crate::shop) mod url_key;

pub(in crate::shop) use attribute::system_attribute;
pub(in crate::shop) use options::{options_of, system_options};

use super::{Call, Operations};
use crate::shop::{Refusal, Row};
use crate::soap::{SoapStruct, SoapValue};

pub(super) const ALL: &[Operations] = &[
    product::OPERATIONS,
    product_data::OPERATIONS,
    category::OPERATIONS,
    category_edit::OPERATIONS,
    category_product::OPERATIONS,
    inventory::OPERATIONS,
    attribute::OPERATIONS,
    attribute_set::OPERATIONS,
    media::OPERATIONS,
    link::OPERATIONS,
    custom_option::OPERATIONS,
    custom_option_value::OPERATIONS,
    tier_price::OPERATIONS,
    tag::OPERATIONS,
    downloadable::OPERATIONS,
];

/// The product a call names by id or SKU.
fn find(call: &Call<'_>) -> Option<Row> {
    let by = product::IdentifiedBy::read(call.arguments.text("identifierType").as_deref());
    let asked = ["product", "productId"].into_iter().find_map(|name| call.arguments.text(name)).unwrap_or_default();
    product::find(call.shop, &asked, by).cloned()
}

/// The product a call names; `fault` is what the resource calls one that is not there.
fn load(call: &Call<'_>, fault: &str) -> Result<Row, Refusal> {
    find(call).ok_or_else(|| call.fault(fault))
}

/// A store view that is named must exist; none means the admin scope.
fn check_store(call: &Call<'_>) -> Result<(), Refusal> {
    let named = ["storeView", "store", "storeId"].into_iter().find_map(|name| call.arguments.text(name));
    match named.filter(|store| !store.is_empty()) {
        Some(store) if call.shop.store(&store).is_none() => Err(call.fault("store_not_exists")),
        _ => Ok(()),
    }
}

/// The store view in which a call reads and writes: the one it names; 0 is the default scope. An unknown one is a fault.
fn store_of(call: &Call<'_>) -> Result<i64, Refusal> {
    let named = ["storeView", "store", "storeId"].into_iter().find_map(|name| call.arguments.text(name));
    match named {
        Some(store) if store.is_empty() => Ok(0),
        Some(store) => {
            let row = call.shop.store(&store).ok_or_else(|| call.fault("store_not_exists"))?;
            Ok(row.int("store_id"))
        }
        None => Ok(0),
    }
}

/// Answers the store view that is named. Magento notes it for the session in memory only, so that the next call has
/// forgotten it (seen on OpenMage 19.4.23; the session's table has no column for it).
fn current_store(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    store_of(call).map(SoapValue::from)
}

/// What PHP 8 says where a list is counted and none was sent.
fn check_list(call: &Call<'_>, argument: &str) -> Result<(), Refusal> {
    let given = match call.arguments.get(argument) {
        Some(SoapValue::List(_)) => return Ok(()),
        Some(SoapValue::Struct(_)) => "stdClass",
        Some(SoapValue::Nil) | None => "null",
        Some(_) => "string",
    };
    if !call.shop.flavor().is_openmage() {
        return Ok(());
    }
    let text = format!("count(): Argument #1 ($value) must be of type Countable|array, {given} given");
    Err(Refusal::Thrown(text))
}

/// The records of a list argument.
fn records(value: Option<&SoapValue>) -> Vec<SoapStruct> {
    let rows = value.and_then(SoapValue::as_list).unwrap_or_default();
    rows.iter().filter_map(SoapValue::as_struct).cloned().collect()
}

/// The texts of a list argument.
fn texts(value: Option<&SoapValue>) -> Vec<String> {
    let rows = value.and_then(SoapValue::as_list).unwrap_or_default();
    rows.iter().filter_map(SoapValue::to_text).collect()
}

/// Sets every scalar of a record that is not null.
fn lay_over(row: &mut Row, data: &SoapStruct, columns: &[&str]) {
    for (name, value) in data.iter().filter(|(name, _)| columns.contains(name)) {
        if let Some(text) = value.to_text() {
            row.set(name, text);
        }
    }
}

/// A record of some columns of a row.
fn pick(row: &Row, columns: &[(&str, &str)]) -> SoapStruct {
    columns.iter().map(|(name, column)| ((*name).to_owned(), SoapValue::from(row.get(column)))).collect()
}

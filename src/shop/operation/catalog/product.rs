//! Products: wire spec, section 7.8.

use crate::magento::product_type::PRODUCT_TYPES;
use crate::shop::operation::customer::iso_stamp;
use crate::shop::operation::entity_table::Entities;
use crate::shop::operation::{Call, Operations};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

use super::attribute::is_listed;
use super::product_data::applies;
use super::{current_store, store_of};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("catalogProductCurrentStore", current_store),
    ("catalogProductList", list),
    ("catalogProductInfo", info),
    ("catalogProductGetSpecialPrice", special_price),
    ("catalogProductListOfAdditionalAttributes", additional_attributes),
    ("catalogProductTypeList", types),
];

/// Attributes that are not additional: the product's record has a field of its own for them.
const STANDARD: &[&str] = &[
    "type_id",
    "category_ids",
    "website_ids",
    "name",
    "description",
    "short_description",
    "sku",
    "weight",
    "status",
    "url_key",
    "url_path",
    "visibility",
    "has_options",
    "gift_message_available",
    "price",
    "special_price",
    "special_from_date",
    "special_to_date",
    "tax_class_id",
    "tier_price",
    "meta_title",
    "meta_keyword",
    "meta_description",
    "custom_design",
    "custom_layout_update",
    "options_container",
    "image_label",
    "small_image_label",
    "thumbnail_label",
    "created_at",
    "updated_at",
];

/// How products are listed.
const LISTING: Entities = Entities {
    table: "catalog_product",
    aliases: &[("product_id", "entity_id"), ("set", "attribute_set_id"), ("type", "type_id")],
};

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let store = store_of(call)?;
    if !call.shop.flavor().lists_products_of_website() {
        let found = LISTING.find_in(call, store)?;
        return Ok(found.into_iter().map(|(_, row)| listed(call.shop, &row).into()).collect::<Vec<SoapValue>>().into());
    }
    // What it shows of them is what the default scope has.
    let mut found = LISTING.find(call)?;
    if let Some(store) = call.shop.database.table("core_store").row(store).filter(|_| store != 0) {
        let website = store.text("website_id");
        found.retain(|(_, row)| {
            let mut links =
                call.shop.database.table("catalog_product_website").with("product_id", row.text("entity_id"));
            links.any(|(_, link)| link.text("website_id") == website)
        });
    }
    Ok(found.into_iter().map(|(_, row)| listed(call.shop, &row).into()).collect::<Vec<SoapValue>>().into())
}

/// A product as the list gives it.
pub(in crate::shop::operation) fn listed(shop: &Shop, row: &Row) -> SoapStruct {
    let mut answer = SoapStruct::new();
    let columns = [
        ("product_id", "entity_id"),
        ("sku", "sku"),
        ("name", "name"),
        ("set", "attribute_set_id"),
        ("type", "type_id"),
        ("price", "price"),
        ("special_price", "special_price"),
    ];
    for (name, column) in columns {
        answer.set(name, row.get(column));
    }
    if row.get("type_id") == Some("bundle") && row.get("price_type") != Some("1") {
        // The price of a bundle is that of what is chosen.
        answer.set("price", "0");
    }
    answer.set("category_ids", linked(shop, "catalog_category_product", "category_id", row));
    answer.set("website_ids", linked(shop, "catalog_product_website", "website_id", row));
    answer
}

/// Ids that a link table gives a product.
fn linked(shop: &Shop, table: &'static str, column: &str, product: &Row) -> SoapValue {
    let links = shop.database.table(table).with("product_id", product.text("entity_id"));
    links.map(|(_, link)| SoapValue::from(link.text(column))).collect::<Vec<_>>().into()
}

fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let store = store_of(call)?;
    let product = super::load(call, "product_not_exists")?;
    Ok(detailed(call, &call.shop.in_store("catalog_product", &product, store)).into())
}

/// The whole product, or only the attributes asked for; keys and links are always there.
fn detailed(call: &Call<'_>, product: &Row) -> SoapStruct {
    let asked = call.record("attributes");
    let named = |list: &str| -> Vec<String> {
        let items = asked.get(list).and_then(SoapValue::as_list).unwrap_or_default();
        items.iter().filter_map(SoapValue::to_text).collect()
    };
    let (standard, additional) = (named("attributes"), named("additional_attributes"));
    let is_additional = |name: &str| additional.iter().any(|code| code == name);
    let wanted = |name: &str| !is_additional(name) && (standard.is_empty() || standard.iter().any(|code| code == name));

    let mut answer: SoapStruct = product
        .iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, value)| (name.to_owned(), SoapValue::from(value)))
        .collect();
    if wanted("created_at") {
        answer.set("created_at", iso_stamp(call.shop, product));
    }
    if wanted("category_ids") {
        answer.set("category_ids", linked(call.shop, "catalog_category_product", "category_id", product));
    }
    let kind = product.text("type_id");
    if wanted("tier_price") && applies("tier_price", kind) {
        answer.set("tier_price", super::tier_price::prices_of(call.shop, product));
    }
    for (name, column) in
        [("product_id", "entity_id"), ("sku", "sku"), ("set", "attribute_set_id"), ("type", "type_id")]
    {
        answer.set(name, product.get(column));
    }
    answer.set("categories", linked(call.shop, "catalog_category_product", "category_id", product));
    answer.set("websites", linked(call.shop, "catalog_product_website", "website_id", product));
    let attributes = call.shop.attributes_of_set(product.int("attribute_set_id")).into_iter();
    let asked_for = attributes
        .filter(|attribute| is_additional(&attribute.code) && is_listed(attribute) && applies(&attribute.code, kind));
    let pairs: Vec<SoapValue> = asked_for
        .map(|attribute| {
            SoapStruct::new().with("key", attribute.code.as_str()).with("value", product.get(&attribute.code))
        })
        .map(SoapValue::from)
        .collect();
    if !pairs.is_empty() {
        answer.set("additional_attributes", pairs);
    }
    answer
}

/// What a product id is taken for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::shop::operation) enum IdentifiedBy {
    /// An id when it is a whole number without zeros in front, else an SKU, else the number that it is.
    Either,
    Sku,
    Id,
}

impl IdentifiedBy {
    pub(super) fn read(identifier_type: Option<&str>) -> Self {
        match identifier_type {
            Some(kind) if kind.eq_ignore_ascii_case("sku") => Self::Sku,
            Some(_) => Self::Id,
            None => Self::Either,
        }
    }
}

/// A product by id or SKU.
pub(in crate::shop::operation) fn find<'a>(shop: &'a Shop, product: &str, by: IdentifiedBy) -> Option<&'a Row> {
    let table = shop.database.table("catalog_product");
    let by_sku = || table.with("sku", product).next().and_then(|(id, _)| table.row(id));
    let by_id = || numeric(product, shop.flavor().is_openmage()).and_then(|id| table.row(id));
    match by {
        IdentifiedBy::Sku => by_sku(),
        IdentifiedBy::Id => by_id(),
        IdentifiedBy::Either if is_plain_id(product) => by_id(),
        IdentifiedBy::Either => by_sku().or_else(by_id),
    }
}

/// Whether a text is looked up as an id first: a sign, and a number that no zero leads.
fn is_plain_id(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    text == "0" || (is_number && !digits.starts_with('0'))
}

/// The whole part of what PHP's `is_numeric` takes for a number: blanks in front, a sign, a point and a power of ten may be
/// there, and since PHP 8 blanks behind.
fn numeric(text: &str, blanks_behind: bool) -> Option<i64> {
    let number = crate::magento::columns::leading_number(text);
    let rest = text.trim_start_matches(BLANKS).strip_prefix(number)?;
    let is_whole = rest.is_empty() || (blanks_behind && rest.trim_start_matches(BLANKS).is_empty());
    let number: f64 = number.parse().ok().filter(|_| is_whole)?;
    #[expect(clippy::cast_possible_truncation, reason = "PHP truncates too")]
    Some(number as i64)
}

/// What PHP takes for blanks around a number.
const BLANKS: [char; 6] = [' ', '\t', '\n', '\r', '\u{b}', '\u{c}'];

fn special_price(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let store = store_of(call)?;
    let row = super::load(call, "product_not_exists")?;
    let row = call.shop.in_store("catalog_product", &row, store);
    let columns = ["special_price", "special_from_date", "special_to_date"].map(|column| (column, column));
    Ok(super::pick(&row, &columns).into())
}

fn types(_call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let rows =
        PRODUCT_TYPES.iter().map(|(kind, label)| SoapStruct::new().with("type", *kind).with("label", *label).into());
    Ok(rows.collect::<Vec<SoapValue>>().into())
}

/// The type of entity that products are.
const PRODUCT_TYPE: i64 = 4;

/// A product's type and attribute set must exist, and the set must be one of products.
pub(super) fn check_kind(call: &Call<'_>, kind: &str, set: &str) -> Result<(), Refusal> {
    if !PRODUCT_TYPES.iter().any(|(known, _)| *known == kind) {
        return Err(call.fault("product_type_not_exists"));
    }
    match call.shop.set_of(crate::soap::value::leading_int(set)) {
        None => Err(call.fault("product_attribute_set_not_exists")),
        Some(PRODUCT_TYPE) => Ok(()),
        Some(_) => Err(call.fault("product_attribute_set_not_valid")),
    }
}

fn additional_attributes(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let (kind, set) = (call.text("productType"), call.text("attributeSetId"));
    check_kind(call, &kind, &set)?;
    let all = call.shop.attributes_of_set(crate::soap::value::leading_int(&set));
    let rows = all.iter().filter(|attribute| {
        is_listed(attribute) && applies(&attribute.code, &kind) && !STANDARD.contains(&attribute.code.as_str())
    });
    Ok(rows.map(|attribute| super::attribute::listed(attribute).into()).collect::<Vec<SoapValue>>().into())
}

//! Options of an entity's column: those of the system's attributes and of somebody's.

use super::attribute::{Entity, OPTIONS};
use crate::shop::Shop;
use crate::shop::operation::entity_table::entity_type;
use crate::shop::option_labels::{Options, has_options};

/// Value and label of the options of a column; none for one that holds no options.
pub(in crate::shop) fn options_of(shop: &Shop, entity: &str, code: &str) -> Options {
    let of = match entity {
        "catalog_product" => Entity::CatalogProduct,
        "catalog_category" => Entity::CatalogCategory,
        _ => return options_of_rows(shop, entity, code),
    };
    let attribute = shop.attributes_of(of).into_iter().find(|attribute| attribute.code == code);
    attribute.filter(|it| has_options(&it.input)).map(|it| shop.options_of(&it)).unwrap_or_default()
}

/// The same of customers and addresses, of which the operations list nothing.
fn options_of_rows(shop: &Shop, entity: &str, code: &str) -> Options {
    let attributes = shop.database().table("eav_attribute").iter();
    let mut meant = attributes.filter(|(_, row)| {
        row.get("entity_type_id") == Some(entity_type(entity)) && row.text("attribute_code") == code
    });
    let Some((id, row)) = meant.next() else { return Options::new() };
    if row.text("frontend_input") == "boolean" {
        return [("1", "Yes"), ("0", "No")].map(|(id, label)| (id.to_owned(), label.to_owned())).into();
    }
    let id = id.to_string();
    let options = shop.database().table("eav_attribute_option").with("attribute_id", &id);
    options.map(|(_, row)| (row.text("option_id").to_owned(), row.text("label").to_owned())).collect()
}

/// Options that Magento itself has for an attribute of products or categories.
pub(in crate::shop) fn system_options(code: &str) -> &'static [(String, String)] {
    OPTIONS.get(code).map_or(&[], Vec::as_slice)
}

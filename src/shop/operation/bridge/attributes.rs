//! The option that lets records carry all fields the wire type does not name: wire spec, section 8.5.

use super::customer::extra_attributes;
use crate::shop::{Row, Shop};
use crate::soap::{Shape, SoapStruct};

/// Adds the list of a row's other fields when the option is on.
pub(super) fn add_attributes(shop: &Shop, type_name: &str, row: &Row, answer: &mut SoapStruct) {
    if !shop.settings.is_on("oro/api/enable_attributes") {
        return;
    }
    let Some((_, declared)) = shop.codec().schema().type_named(type_name) else { return };
    let Shape::Struct { fields, .. } = &declared.shape else { return };
    let named = |name: &str| name == "entity_id" || fields.iter().any(|field| *field.name == *name);
    answer.set("attributes", extra_attributes(row.iter().filter(|(name, _)| !named(name))));
}

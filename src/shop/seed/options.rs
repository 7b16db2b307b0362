//! Which options the attributes of a seed have, wherever it says so.

use indexmap::IndexMap;

use super::attributes::{self, AttributeKind};
use super::{Seed, entity_of};
use crate::magento::columns;
use crate::shop::operation::{system_attribute, system_options};
use crate::shop::option_labels::{Options, has_options};

/// Entities whose attributes the system has options for.
const CATALOG: &[&str] = &["catalog_product", "catalog_category"];

/// By table and column.
pub(super) type BySeed = IndexMap<(&'static str, String), Options>;

/// The options of all columns that hold options.
pub(super) fn of_seed(seed: &Seed) -> BySeed {
    let mut found = BySeed::new();
    for (attribute, options) in seed.attributes.iter().zip(attributes::options(&seed.attributes)) {
        let options = match attribute.kind {
            AttributeKind::Boolean => [("1", "Yes"), ("0", "No")].map(|(id, label)| (id.into(), label.into())).into(),
            _ => options,
        };
        found.insert((attribute.entity.table(), attribute.code.clone()), options);
    }
    for row in seed.tables.get("eav_attribute").into_iter().flatten() {
        let (Some(table), Some(code)) = (entity_of(row.get("entity_type_id")), row.get("attribute_code")) else {
            continue;
        };
        if let (true, Some(id)) = (has_options(row.text("frontend_input")), row.get("attribute_id")) {
            found.insert((table, code.to_owned()), of_attribute(seed, id));
        }
    }
    for entity in CATALOG {
        for (code, attribute) in columns::attributes(entity).into_iter().flatten() {
            if !attribute.input.as_deref().is_some_and(has_options) {
                continue;
            }
            let mut options = system_options(code).to_vec();
            options.extend(
                system_attribute(entity, code).map(|id| of_attribute(seed, &id.to_string())).into_iter().flatten(),
            );
            if !options.is_empty() {
                found.insert((entity, code.clone()), options);
            }
        }
    }
    found
}

fn of_attribute(seed: &Seed, id: &str) -> Options {
    let rows = seed.tables.get("eav_attribute_option").into_iter().flatten();
    let own = rows.filter(|row| row.get("attribute_id") == Some(id));
    own.map(|row| (row.text("option_id").to_owned(), row.text("label").to_owned())).collect()
}

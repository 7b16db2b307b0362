//! Customers, addresses, products and categories: a row of the entity's table and its attributes' values, which are in a table
//! for each type of value, become one row.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use indexmap::IndexMap;

use super::numbers::Numbers;
use super::{Conversion, text};
use crate::magento::columns;
use crate::shop::seed::SeedRow;
use crate::shop::seed::attributes::SETS;

/// An entity: its tables, what the fake calls them, its code in `eav_entity_type`, its number there.
struct Entity {
    real: &'static str,
    table: &'static str,
    code: &'static str,
    number: &'static str,
    /// Where values of single store views are, and the column of the entity there.
    store_values: Option<(&'static str, &'static str)>,
}

const ENTITIES: &[Entity] = &[
    Entity { real: "customer_entity", table: "customer", code: "customer", number: "1", store_values: None },
    Entity {
        real: "customer_address_entity",
        table: "customer_address",
        code: "customer_address",
        number: "2",
        store_values: None,
    },
    Entity {
        real: "catalog_category_entity",
        table: "catalog_category",
        code: "catalog_category",
        number: "3",
        store_values: Some(("catalog_category_store_value", "category_id")),
    },
    Entity {
        real: "catalog_product_entity",
        table: "catalog_product",
        code: "catalog_product",
        number: "4",
        store_values: Some(("catalog_product_store_value", "product_id")),
    },
];

/// Kinds of tables that hold values of attributes.
pub(super) const BACKENDS: [&str; 5] = ["varchar", "int", "text", "decimal", "datetime"];

/// Columns of attributes that the fake looks at.
const OF_ATTRIBUTES: &[&str] = &[
    "attribute_code",
    "backend_type",
    "frontend_input",
    "frontend_label",
    "is_required",
    "is_unique",
    "default_value",
];

/// The set of a fresh install.
const DEFAULT_SET: &str = "4";

/// Tables of attributes, whatever becomes of their rows.
const OF_EAV: &[&str] = &[
    "eav_entity_type",
    "eav_attribute",
    "catalog_eav_attribute",
    "eav_attribute_option",
    "eav_attribute_option_value",
    "eav_attribute_set",
    "eav_attribute_group",
    "eav_entity_attribute",
    "eav_attribute_label",
    "customer_eav_attribute",
    "customer_form_attribute",
];

/// Whether a table is of an entity, its attributes or their values.
pub(super) fn is_read(table: &str) -> bool {
    let is_of = |entity: &Entity| {
        table.strip_prefix(entity.real).is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('_').is_some_and(|backend| BACKENDS.contains(&backend))
        })
    };
    OF_EAV.contains(&table) || ENTITIES.iter().any(is_of)
}

/// Flattens all entities; answers which numbers their attributes have in the fake.
pub(super) fn all(conversion: &mut Conversion) -> Numbers {
    let types: HashMap<String, String> = conversion
        .take("eav_entity_type")
        .iter()
        .filter_map(|row| Some((text(row, "entity_type_id")?.to_owned(), text(row, "entity_type_code")?.to_owned())))
        .collect();
    let attributes = conversion.take("eav_attribute");
    let catalog: HashMap<String, SeedRow> = conversion
        .take("catalog_eav_attribute")
        .into_iter()
        .filter_map(|row| Some((text(&row, "attribute_id")?.to_owned(), row)))
        .collect();
    let sets_of = sets_of_attributes(conversion);
    let mut kept = Vec::new();
    let mut numbers = Numbers::default();
    for entity in ENTITIES {
        let is_of = |row: &&SeedRow| {
            let number = text(row, "entity_type_id").unwrap_or_default();
            types.get(number).map_or(number == entity.number, |code| code == entity.code)
        };
        let codes: IndexMap<&str, &str> = attributes
            .iter()
            .filter(is_of)
            .filter_map(|row| Some((text(row, "attribute_id")?, text(row, "attribute_code")?)))
            .collect();
        flatten(conversion, entity, &codes);
        let is_own = |code: &str| columns::table(entity.table).is_some_and(|known| known.column(code).is_none());
        for (id, code) in &codes {
            if is_own(code) {
                numbers.add_own(id);
            } else {
                numbers.add_system(id, entity.table, code);
            }
        }
        for row in attributes.iter().filter(is_of).filter(|row| text(row, "attribute_code").is_some_and(is_own)) {
            let id = text(row, "attribute_id").unwrap_or_default();
            let mut own = own_attribute(row, entity.number, catalog.get(id));
            if let (true, Some(sets)) = (entity.table == "catalog_product", &sets_of) {
                own.insert(SETS.to_owned(), Some(sets.get(id).cloned().unwrap_or_default().join(",")));
            }
            kept.push(own);
        }
    }
    numbers.settle();
    let options = options(conversion, &numbers);
    if !options.is_empty() {
        conversion.made.insert("eav_attribute_option".to_owned(), options);
    }
    if !kept.is_empty() {
        conversion.made.insert("eav_attribute".to_owned(), kept);
    }
    let sets = conversion.take("eav_attribute_set").len();
    for table in OF_EAV {
        conversion.take(table);
    }
    if sets > 0 {
        conversion.note(format!(
            "eav_attribute_set: {sets} sets; products keep the numbers of theirs, which hold what a fresh install has"
        ));
    }
    numbers
}

/// The attribute sets that have an attribute, by its number: those that products are of, and the default one. `None` where the
/// dump does not say.
fn sets_of_attributes(conversion: &mut Conversion) -> Option<HashMap<String, Vec<String>>> {
    let rows = conversion.take("eav_entity_attribute");
    let products = conversion.tables.get("catalog_product_entity").map(Vec::as_slice).unwrap_or_default();
    let mut known: BTreeSet<&str> = products.iter().filter_map(|row| text(row, "attribute_set_id")).collect();
    known.insert(DEFAULT_SET);
    let mut sets: HashMap<String, Vec<String>> = HashMap::new();
    for row in &rows {
        if let (Some(attribute), Some(set)) = (text(row, "attribute_id"), text(row, "attribute_set_id"))
            && known.contains(set)
        {
            sets.entry(attribute.to_owned()).or_default().push(set.to_owned());
        }
    }
    (!rows.is_empty()).then_some(sets)
}

fn own_attribute(row: &SeedRow, entity: &str, catalog: Option<&SeedRow>) -> SeedRow {
    let mut kept = SeedRow::new();
    kept.insert("attribute_id".to_owned(), text(row, "attribute_id").map(str::to_owned));
    kept.insert("entity_type_id".to_owned(), Some(entity.to_owned()));
    for column in OF_ATTRIBUTES {
        if let Some(value) = row.get(*column) {
            kept.insert((*column).to_owned(), value.clone());
        }
    }
    let is_global = catalog.and_then(|row| text(row, "is_global")).unwrap_or("1");
    let scope = match is_global {
        "0" => "store",
        "2" => "website",
        _ => "global",
    };
    kept.insert("scope".to_owned(), Some(scope.to_owned()));
    kept.insert("is_global".to_owned(), Some(is_global.to_owned()));
    if let Some(apply_to) = catalog.and_then(|row| row.get("apply_to")) {
        kept.insert("apply_to".to_owned(), apply_to.clone());
    }
    kept
}

/// Options of attributes with the labels of the administration.
fn options(conversion: &mut Conversion, numbers: &Numbers) -> Vec<SeedRow> {
    let mut other = 0;
    let labels: HashMap<String, Option<String>> = conversion
        .take("eav_attribute_option_value")
        .into_iter()
        .filter(|row| {
            let is_admin = text(row, "store_id").is_none_or(|store| store == "0");
            other += usize::from(!is_admin);
            is_admin
        })
        .filter_map(|row| Some((text(&row, "option_id")?.to_owned(), row.get("value").cloned().flatten())))
        .collect();
    if other > 0 {
        conversion.note(format!("eav_attribute_option_value: {other} labels of single store views"));
    }
    let rows = conversion.take("eav_attribute_option").into_iter();
    rows.filter(|row| text(row, "attribute_id").is_some_and(|id| numbers.has(id)))
        .map(|mut row| {
            let label = text(&row, "option_id").and_then(|id| labels.get(id)).cloned().flatten();
            row.insert("label".to_owned(), label);
            row
        })
        .collect()
}

/// Puts the values of attributes into the rows of their entities.
fn flatten(conversion: &mut Conversion, entity: &Entity, codes: &IndexMap<&str, &str>) {
    let mut rows: BTreeMap<String, SeedRow> = BTreeMap::new();
    let mut order = Vec::new();
    let (mut unnumbered, mut twice) = (0, Vec::new());
    for row in conversion.take(entity.real) {
        let id = text(&row, "entity_id").filter(|id| id.parse::<u64>().is_ok_and(|id| id > 0)).map(str::to_owned);
        let Some(id) = id else {
            unnumbered += 1;
            continue;
        };
        if rows.contains_key(&id) {
            twice.push(id);
            continue;
        }
        order.push(id.clone());
        let known = columns::table(entity.table);
        // Where the database only keeps its own books.
        let row = row.into_iter().filter(|(column, _)| {
            column != "entity_type_id" || known.is_some_and(|known| known.columns.contains_key(column))
        });
        rows.insert(id, row.collect());
    }
    if unnumbered > 0 {
        conversion.lost(format!("{}: {unnumbered} rows whose entity_id is no number", entity.real));
    }
    if !twice.is_empty() {
        let (count, shown) = (twice.len(), twice.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", "));
        conversion.lost(format!("{}: {count} further rows with the entity_id of another one: {shown}", entity.real));
    }
    let (mut unknown, mut orphans) = (0, 0);
    let mut store_values = Vec::new();
    for backend in BACKENDS {
        for value in conversion.take(&format!("{}_{backend}", entity.real)) {
            let Some(code) = text(&value, "attribute_id").and_then(|id| codes.get(id)) else {
                unknown += 1;
                continue;
            };
            let Some(row) = text(&value, "entity_id").and_then(|id| rows.get_mut(id)) else {
                orphans += 1;
                continue;
            };
            let held = value.get("value").cloned().flatten();
            let store = text(&value, "store_id").filter(|store| *store != "0");
            match (store, entity.store_values) {
                (Some(store), Some((table, column))) => {
                    let row = [
                        (column.to_owned(), text(&value, "entity_id").map(str::to_owned)),
                        ("store_id".to_owned(), Some(store.to_owned())),
                        ("attribute_code".to_owned(), Some((*code).to_owned())),
                        ("value".to_owned(), held),
                    ];
                    store_values.push((table, row.into_iter().collect::<SeedRow>()));
                }
                _ => {
                    row.insert((*code).to_owned(), held);
                }
            }
        }
    }
    if unknown > 0 {
        conversion.note(format!("{}: {unknown} values of attributes that eav_attribute does not have", entity.real));
    }
    if orphans > 0 {
        conversion.note(format!("{}: {orphans} values of entities that are not there", entity.real));
    }
    let rows: Vec<SeedRow> = order.iter().filter_map(|id| rows.remove(id)).collect();
    if !rows.is_empty() {
        conversion.made.insert(entity.table.to_owned(), rows);
    }
    for (table, row) in store_values {
        conversion.made.entry(table.to_owned()).or_default().push(row);
    }
}

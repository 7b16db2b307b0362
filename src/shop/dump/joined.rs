//! Tables whose rows the fake keeps under another name, or in the rows of another table.

use std::collections::HashMap;

use super::{Conversion, text};
use crate::shop::seed::SeedRow;

/// A table that has another name in the fake: what it is there, and columns that are called otherwise.
struct Renamed {
    real: &'static str,
    table: &'static str,
    columns: &'static [(&'static str, &'static str)],
}

const RENAMED: &[Renamed] = &[
    Renamed {
        real: "catalog_product_entity_tier_price",
        table: "catalog_product_tier_price",
        columns: &[("entity_id", "product_id")],
    },
    Renamed {
        real: "catalog_product_entity_media_gallery",
        table: "catalog_product_media_gallery",
        columns: &[("entity_id", "product_id"), ("value", "file")],
    },
];

/// Columns that the fake keeps in the rows of another table: the real table, the column that names the row, the fake's table,
/// and what each column is called there.
struct Joined {
    real: &'static str,
    key: &'static str,
    table: &'static str,
    columns: &'static [(&'static str, &'static str)],
}

const TITLE: &[(&str, &str)] = &[("title", "title")];
const PRICE: &[(&str, &str)] = &[("price", "price"), ("price_type", "price_type")];

const JOINED: &[Joined] = &[
    Joined {
        real: "catalog_product_entity_media_gallery_value",
        key: "value_id",
        table: "catalog_product_media_gallery",
        columns: &[("label", "label"), ("position", "position"), ("disabled", "disabled")],
    },
    Joined { real: "catalog_product_option_title", key: "option_id", table: "catalog_product_option", columns: TITLE },
    Joined { real: "catalog_product_option_price", key: "option_id", table: "catalog_product_option", columns: PRICE },
    Joined {
        real: "catalog_product_option_type_title",
        key: "option_type_id",
        table: "catalog_product_option_type_value",
        columns: TITLE,
    },
    Joined {
        real: "catalog_product_option_type_price",
        key: "option_type_id",
        table: "catalog_product_option_type_value",
        columns: PRICE,
    },
    Joined { real: "downloadable_link_title", key: "link_id", table: "downloadable_link", columns: TITLE },
    Joined {
        real: "downloadable_link_price",
        key: "link_id",
        table: "downloadable_link",
        columns: &[("price", "price")],
    },
    Joined { real: "downloadable_sample_title", key: "sample_id", table: "downloadable_sample", columns: TITLE },
    Joined { real: "salesrule_coupon", key: "rule_id", table: "salesrule", columns: COUPON },
];

/// A coupon's word counts where its rule says otherwise.
const COUPON: &[(&str, &str)] =
    &[("code", "coupon_code"), ("usage_limit", "uses_per_coupon"), ("times_used", "times_used")];

/// Tables of pairs that the fake keeps as a list with commas: the real table, the column that names the row, the column of
/// what is listed, the fake's table and its column.
const LISTED: &[[&str; 5]] = &[
    ["salesrule_website", "rule_id", "website_id", "salesrule", "website_ids"],
    ["salesrule_customer_group", "rule_id", "customer_group_id", "salesrule", "customer_group_ids"],
];

/// Whether a real shop's table is one of these.
pub(super) fn is_read(table: &str) -> bool {
    RENAMED.iter().any(|renamed| renamed.real == table)
        || JOINED.iter().any(|joined| joined.real == table)
        || LISTED.iter().any(|[real, ..]| *real == table)
}

/// Puts their rows where the fake has them. Where store views or websites have values of their own, those of the whole shop
/// are taken.
pub(super) fn all(conversion: &mut Conversion) {
    for renamed in RENAMED {
        let rows = conversion.take(renamed.real).into_iter().map(|row| {
            let name = |column: &String| renamed.columns.iter().find(|(real, _)| real == column).map(|(_, fake)| *fake);
            // The attribute of a gallery is always the same, and the fake has no column for it.
            let kept = row.into_iter().filter(|(column, _)| column != "attribute_id");
            kept.map(|(column, value)| (name(&column).map_or(column, str::to_owned), value)).collect::<SeedRow>()
        });
        let rows: Vec<SeedRow> = rows.collect();
        if !rows.is_empty() {
            conversion.made.insert(renamed.table.to_owned(), rows);
        }
    }
    for [real, key, listed, table, column] in LISTED {
        let mut lists: HashMap<String, Vec<String>> = HashMap::new();
        for row in conversion.take(real) {
            if let (Some(key), Some(id)) = (text(&row, key), text(&row, listed)) {
                lists.entry(key.to_owned()).or_default().push(id.to_owned());
            }
        }
        if lists.is_empty() {
            continue;
        }
        for row in conversion.tables.get_mut(*table).into_iter().flatten() {
            let ids = text(row, key).and_then(|key| lists.remove(key)).unwrap_or_default();
            row.insert((*column).to_owned(), Some(ids.join(",")));
        }
    }
    for joined in JOINED {
        let rows = conversion.take(joined.real);
        let count = rows.len();
        let is_everywhere = |row: &SeedRow| {
            let is_zero = |column: &str| text(row, column).is_none_or(|scope| scope == "0");
            // Of a rule's coupons the one that people type is the first; generated ones are many.
            is_zero("store_id") && is_zero("website_id") && text(row, "is_primary").is_none_or(|primary| primary == "1")
        };
        let whole = rows.into_iter().filter(is_everywhere);
        let mut values: HashMap<String, SeedRow> =
            whole.filter_map(|row| Some((text(&row, joined.key)?.to_owned(), row))).collect();
        let others = count - values.len();
        if others > 0 {
            conversion.note(format!("{}: {others} values of single store views, websites or coupons", joined.real));
        }
        let rows = conversion.tables.get_mut(joined.table).or_else(|| conversion.made.get_mut(joined.table));
        for row in rows.into_iter().flatten() {
            let Some(found) = text(row, joined.key).and_then(|key| values.remove(key)) else { continue };
            for (real, fake) in joined.columns {
                if let Some(value) = found.get(*real) {
                    row.insert((*fake).to_owned(), value.clone());
                }
            }
        }
    }
}

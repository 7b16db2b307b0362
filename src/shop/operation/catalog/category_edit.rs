//! Creating, changing, moving and deleting categories.

use super::category::{TREE_ROOT, descendants};
use super::check_store;
use super::url_key::url_key;
use crate::magento::columns::saved::InvalidDate;
use crate::shop::operation::{Call, Operations};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("catalogCategoryCreate", create),
    ("catalogCategoryUpdate", update),
    ("catalogCategoryMove", relocate),
    ("catalogCategoryDelete", delete),
];

const TABLE: &str = "catalog_category";

/// What a category cannot be saved without, in the order in which Magento looks.
const REQUIRED: &[&str] = &["name", "is_active", "include_in_menu", "available_sort_by", "default_sort_by"];

/// What stands for the value of the configuration, in the two columns that allow it.
const USE_CONFIG: &str = "use_config";

/// Sets what the data brings; lists are kept with commas.
fn fill(shop: &Shop, row: &mut Row, data: &SoapStruct) -> Result<(), InvalidDate> {
    for (name, value) in data.iter().filter(|(_, value)| !value.is_nil()) {
        let text = match value {
            SoapValue::List(items) => items.iter().filter_map(SoapValue::to_text).collect::<Vec<_>>().join(","),
            _ => value.to_text().unwrap_or_default(),
        };
        let text = if name == "url_key" { url_key(&text) } else { text };
        let value = shop.saved(TABLE, name, &text)?;
        row.set_opt(name, value);
    }
    Ok(())
}

/// The texts of a validation that fails: the first one only reaches the client.
fn validate(row: &mut Row) -> Result<(), String> {
    if let Some(missing) = REQUIRED.iter().find(|code| row.text(code).is_empty()) {
        return Err(format!("Attribute \"{missing}\" is required."));
    }
    let (sortable, default) = (row.text("available_sort_by"), row.text("default_sort_by"));
    let fixed = |value: &str| value != USE_CONFIG;
    if fixed(sortable) && fixed(default) && !sortable.split(',').any(|code| code == default) {
        let text = "Default Product Listing Sort by does not exist in Available Product Listing Sort By.";
        return Err(text.to_owned());
    }
    for column in ["available_sort_by", "default_sort_by"] {
        if row.text(column) == USE_CONFIG {
            row.set_opt(column, None);
        }
    }
    Ok(())
}

impl Shop {
    /// Adds to the number of children of every category on a path.
    fn count_children(&mut self, path: &str, by: i64) {
        for id in path.split('/').map(crate::soap::value::leading_int) {
            self.database.table_mut(TABLE).update(id, |row| {
                let count = row.int("children_count") + by;
                row.set("children_count", count.to_string());
            });
        }
    }

    /// The last position among the categories right below one; 0 when there are none.
    fn last_position(&self, parent: &str) -> i64 {
        let siblings = self.database.table(TABLE).with("parent_id", parent);
        siblings.map(|(_, row)| row.int("position")).max().unwrap_or_default()
    }

    /// Shifts the positions of what is right below a category, from one on.
    fn shift_positions(&mut self, parent: &str, from: i64, by: i64) {
        let siblings = self.database.table(TABLE).with("parent_id", parent);
        let shifted: Vec<i64> = siblings.filter(|(_, row)| row.int("position") >= from).map(|(id, _)| id).collect();
        for id in shifted {
            self.database.table_mut(TABLE).update(id, |row| {
                let position = row.int("position") + by;
                row.set("position", position.to_string());
            });
        }
    }
}

fn load(call: &Call<'_>, argument: &str) -> Result<Row, Refusal> {
    call.shop.database.table(TABLE).row(call.int(argument)).cloned().ok_or_else(|| call.fault("not_exists"))
}

fn create(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    check_store(call)?;
    let parent = load(call, "parentId")?;
    let mut row = Row::new().with("entity_type_id", "3").with("attribute_set_id", "3");
    fill(call.shop, &mut row, &call.record("categoryData")).map_err(|error| call.uncaught(error.to_string()))?;
    validate(&mut row).map_err(|text| call.fault_with("data_invalid", text))?;
    let now = call.shop.now_sql();
    let name = parent.text("entity_id");
    row.set("parent_id", name);
    row.set("created_at", now.clone());
    row.set("updated_at", now);
    row.set("level", (parent.int("level") + 1).to_string());
    row.set("children_count", "0");
    if !row.has("position") {
        row.set("position", (call.shop.last_position(name) + 1).to_string());
    }
    if row.text("url_key").is_empty() {
        let key = url_key(row.text("name"));
        row.set("url_key", key);
    }
    let path = match parent.get("url_path").filter(|_| parent.int("level") > 1) {
        Some(above) => format!("{}/{}.html", above.trim_end_matches(".html"), row.text("url_key")),
        None => format!("{}.html", row.text("url_key")),
    };
    row.set("url_path", path);
    let id = call.shop.database.table_mut(TABLE).insert(row);
    let path = format!("{}/{id}", parent.text("path"));
    call.shop.database.table_mut(TABLE).update(id, |row| row.set("path", path));
    call.shop.count_children(parent.text("path"), 1);
    Ok(id.into())
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    check_store(call)?;
    let mut row = load(call, "categoryId")?;
    let data = call.record("categoryData");
    fill(call.shop, &mut row, &data).map_err(|error| call.uncaught(error.to_string()))?;
    // A category that was there before keeps what its seed left out; only what the call empties is missed.
    let emptied =
        REQUIRED.iter().find(|code| data.get(code).is_some_and(|value| !value.is_nil()) && row.text(code).is_empty());
    if let Some(code) = emptied {
        return Err(call.fault_with("data_invalid", format!("Attribute \"{code}\" is required.")));
    }
    let id = row.int("entity_id");
    row.set("updated_at", call.shop.now_sql());
    call.shop.database.table_mut(TABLE).update(id, |stored| *stored = row);
    Ok(true.into())
}

/// Below another parent, after one of its children: the last one when none is named, before all with 0.
fn relocate(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let category = load(call, "categoryId")?;
    let parent = load(call, "parentId")?;
    let (id, target) = (category.int("entity_id"), parent.text("entity_id"));
    let is_below = parent.text("path") == category.text("path")
        || parent.text("path").starts_with(&format!("{}/", category.text("path")));
    if is_below {
        let text = "Operation do not allow to move a parent category to any of children category";
        return Err(call.fault_with("not_moved", text));
    }
    let after = call.arguments.text("afterId").map(|after| crate::soap::value::leading_int(&after));
    let position = match after {
        None => call.shop.last_position(target) + 1,
        Some(after) => call.shop.database.table(TABLE).row(after).map_or(0, |row| row.int("position") + 1),
    };
    call.shop.shift_positions(category.text("parent_id"), category.int("position") + 1, -1);
    call.shop.shift_positions(target, position, 1);

    let moved = descendants(call.shop, &category);
    let (old_path, old_level) = (category.text("path").to_owned(), category.int("level"));
    let (new_path, new_level) = (format!("{}/{id}", parent.text("path")), parent.int("level") + 1);
    let above = |path: &str| path.rsplit_once('/').map(|(above, _)| above.to_owned()).unwrap_or_default();
    let count = i64::try_from(moved.len()).unwrap_or(i64::MAX);
    call.shop.count_children(&above(&old_path), -count);
    for name in &moved {
        call.shop.database.table_mut(TABLE).update(crate::soap::value::leading_int(name), |row| {
            let rest = row.text("path").strip_prefix(&old_path).unwrap_or_default().to_owned();
            row.set("path", format!("{new_path}{rest}"));
            let level = row.int("level") - old_level + new_level;
            row.set("level", level.to_string());
        });
    }
    call.shop.count_children(parent.text("path"), count);
    call.shop.database.table_mut(TABLE).update(id, |row| {
        row.set("parent_id", target);
        row.set("position", position.to_string());
    });
    Ok(true.into())
}

/// Deletes a category with everything below it; products lose the assignment only.
fn delete(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    if call.int("categoryId") == TREE_ROOT {
        return Err(call.fault_with("not_deleted", "Cannot remove the system category."));
    }
    let category = load(call, "categoryId")?;
    let mut groups = call.shop.database.table("core_store_group").iter();
    if groups.any(|(_, group)| group.get("root_category_id") == category.get("entity_id")) {
        drop(groups);
        return Err(call.fault_with("not_deleted", "Can't delete root category."));
    }
    drop(groups);
    let gone = descendants(call.shop, &category);
    let above = category.text("path").rsplit_once('/').map(|(above, _)| above.to_owned()).unwrap_or_default();
    call.shop.count_children(&above, -i64::try_from(gone.len()).unwrap_or(i64::MAX));
    for name in gone {
        call.shop.forget_rows("catalog_category_product", "category_id", &name);
        call.shop.database.table_mut(TABLE).remove(crate::soap::value::leading_int(&name));
    }
    Ok(true.into())
}

//! Creating, changing, moving and deleting categories.

use super::category::{TREE_ROOT, descendants};
use super::store_of;
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

/// Why a category is not valid.
enum Invalid {
    /// An attribute that it must have.
    Missing(&'static str),
    /// Its own order is none of the orders it offers, which the backend of the attribute throws.
    Order,
}

impl Invalid {
    fn text(&self) -> String {
        match self {
            Self::Missing(code) => format!("Attribute \"{code}\" is required."),
            Self::Order => {
                "Default Product Listing Sort by does not exist in Available Product Listing Sort By.".to_owned()
            }
        }
    }
}

/// Whether an attribute has no value: a text that is sent empty is one, a number is not.
fn is_missing(row: &Row, code: &str) -> bool {
    if code == "name" { !row.has(code) } else { row.text(code).is_empty() }
}

/// What a validation finds first. What is thrown is found before anything that is missing.
fn validate(row: &mut Row) -> Result<(), Invalid> {
    let (sortable, default) = (row.text("available_sort_by"), row.text("default_sort_by"));
    let fixed = |value: &str| value != USE_CONFIG;
    let orders = || sortable.split(',').any(|code| code == default);
    if !default.is_empty() && fixed(sortable) && fixed(default) && !orders() {
        return Err(Invalid::Order);
    }
    if let Some(missing) = REQUIRED.iter().find(|code| is_missing(row, code)) {
        return Err(Invalid::Missing(missing));
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

    /// Makes the paths in addresses of a category and everything below it, from their keys; one that another category or a
    /// product has gets a number. Categories in no store view's catalogue have none.
    fn refresh_url_paths(&mut self, category: i64) {
        let Some(row) = self.database.table(TABLE).row(category).cloned() else { return };
        let mut below = vec![row];
        while let Some(row) = below.pop() {
            let id = row.int("entity_id");
            let has_path = self.is_in_a_catalogue(&row) && !row.text("url_key").is_empty();
            let path = has_path.then(|| self.free_url_path(&row));
            self.database.table_mut(TABLE).update(id, |row| match path {
                Some(path) => row.set("url_path", path),
                None => {
                    row.remove("url_path");
                }
            });
            let children = self.database.table(TABLE).with("parent_id", row.text("entity_id"));
            below.extend(children.map(|(_, row)| row.clone()));
        }
    }

    /// Whether a category is below the root of some store view's group.
    fn is_in_a_catalogue(&self, category: &Row) -> bool {
        let root = category.text("path").split('/').nth(1).unwrap_or_default();
        let mut stores = self.database.table("core_store").iter().map(|(_, store)| store);
        stores.any(|store| {
            let group = self.database.table("core_store_group").row(store.int("group_id"));
            group.is_some_and(|group| group.text("root_category_id") == root)
        })
    }

    fn free_url_path(&self, category: &Row) -> String {
        let parent = self.database.table(TABLE).row(category.int("parent_id")).filter(|parent| parent.int("level") > 1);
        let key = category.text("url_key");
        let base = match parent.and_then(|parent| parent.get("url_path")) {
            Some(above) => format!("{}/{key}", above.trim_end_matches(".html")),
            None => key.to_owned(),
        };
        let is_taken = |path: &str| {
            let mut categories = self.database.table(TABLE).iter();
            let own = category.get("entity_id");
            let is_other = |row: &Row| row.get("entity_id") != own && row.get("url_path") == Some(path);
            categories.any(|(_, row)| is_other(row)) || self.has_url_path(path)
        };
        let numbered = (1..).map(|number: u32| format!("{base}-{number}.html"));
        std::iter::once(format!("{base}.html")).chain(numbered).find(|path| !is_taken(path)).unwrap_or_default()
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
    let store = store_of(call)?;
    let parent = load(call, "parentId")?;
    let mut row = Row::new().with("entity_type_id", "3").with("attribute_set_id", "3");
    fill(call.shop, &mut row, &call.record("categoryData")).map_err(|error| call.uncaught(error.to_string()))?;
    validate(&mut row).map_err(|invalid| match invalid {
        Invalid::Order => call.uncaught(invalid.text()),
        Invalid::Missing(_) => call.fault_with("data_invalid", invalid.text()),
    })?;
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
    let id = call.shop.database.table_mut(TABLE).insert(row);
    let path = format!("{}/{id}", parent.text("path"));
    call.shop.database.table_mut(TABLE).update(id, |row| row.set("path", path));
    call.shop.count_children(parent.text("path"), 1);
    call.shop.refresh_url_paths(id);
    call.shop.keep_in_store(TABLE, id, store);
    Ok(id.into())
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let store = store_of(call)?;
    let stored = load(call, "categoryId")?;
    let shown = call.shop.in_store(TABLE, &stored, store).into_owned();
    let mut row = shown.clone();
    let data = call.record("categoryData");
    fill(call.shop, &mut row, &data).map_err(|error| call.uncaught(error.to_string()))?;
    validate(&mut row).map_err(|invalid| call.fault_with("data_invalid", invalid.text()))?;
    let id = row.int("entity_id");
    row.set("updated_at", call.shop.now_sql());
    let renamed = store == 0 && row.get("url_key") != shown.get("url_key");
    call.shop.save_in_store(TABLE, &shown, row, store);
    if renamed {
        call.shop.refresh_url_paths(id);
    }
    Ok(true.into())
}

/// Below another parent, after one of its children: the last active one when none is named, before all with 0.
fn relocate(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let category = load(call, "categoryId")?;
    let parent = load(call, "parentId")?;
    let (id, target) = (category.int("entity_id"), parent.text("entity_id"));
    // Magento compares the beginnings of the paths as texts, so that 1/2/30 lies below 1/2/3.
    if parent.text("path").starts_with(category.text("path")) {
        let text = "Operation do not allow to move a parent category to any of children category";
        return Err(call.fault_with("not_moved", text));
    }
    let named = call.arguments.text("afterId").map(|after| crate::soap::value::leading_int(&after));
    let after = named.or_else(|| {
        let children = super::category::children(call.shop, &parent);
        children.last().map(|last| crate::soap::value::leading_int(last))
    });
    call.shop.shift_positions(category.text("parent_id"), category.int("position") + 1, -1);
    let before = match after {
        Some(after) => {
            let before = call.shop.database.table(TABLE).row(after).map_or(0, |row| row.int("position"));
            call.shop.shift_positions(target, before + 1, 1);
            before
        }
        None => {
            let siblings = call.shop.database.table(TABLE).with("parent_id", target);
            siblings.map(|(_, row)| row.int("position")).min().unwrap_or_default()
        }
    };
    let position = before + 1;

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
    call.shop.refresh_url_paths(id);
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
        call.shop.delete_row(TABLE, crate::soap::value::leading_int(&name));
    }
    Ok(true.into())
}

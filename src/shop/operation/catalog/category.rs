//! Categories: wire spec, section 7.8.

use crate::shop::operation::customer::iso_stamp;
use crate::shop::operation::{Call, Operations};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapFault, SoapStruct, SoapValue};

use super::{current_store, store_of};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("catalogCategoryCurrentStore", current_store),
    ("catalogCategoryTree", tree),
    ("catalogCategoryLevel", level),
    ("catalogCategoryInfo", info),
];

/// When the categories of a fresh install were made.
const INSTALLED_AT: &str = "2013-01-01 00:00:00";

/// The category above all.
pub(super) const TREE_ROOT: i64 = 1;
/// What stands for a category where there is none: the parent of the one above all.
const NO_ROOT: i64 = 0;

fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let store = store_of(call)?;
    let table = call.shop.database.table("catalog_category");
    let category = table.row(call.int("categoryId")).ok_or_else(|| call.fault("not_exists"))?;
    let category = &*call.shop.in_store("catalog_category", category, store);
    let mut answer = detailed(call.shop, category);
    if let Some(asked) = call.arguments.get("attributes").and_then(SoapValue::as_list) {
        let asked: Vec<String> = asked.iter().filter_map(SoapValue::to_text).collect();
        const ALWAYS: &[&str] = &["is_active", "position", "level", "parent_id", "all_children", "children"];
        let wanted = |name: &str| ALWAYS.contains(&name) || asked.iter().any(|code| code == name);
        answer = answer.into_iter().filter(|(name, _)| wanted(name)).collect();
    }
    answer.set("category_id", category.get("entity_id"));
    answer.set("is_active", category.get("is_active"));
    Ok(answer.into())
}

fn detailed(shop: &Shop, category: &Row) -> SoapStruct {
    let mut answer = category.to_struct();
    answer.set("created_at", iso_stamp(shop, category));
    answer.set("all_children", descendants(shop, category).join(","));
    answer.set("children", children(shop, category).join(","));
    answer.set("url_path", url_path(category));
    let sortable = category.text("available_sort_by").split(',').filter(|code| !code.is_empty());
    answer.set("available_sort_by", sortable.map(SoapValue::from).collect::<Vec<_>>());
    answer.set("default_sort_by", category.get("default_sort_by").unwrap_or("position"));
    answer
}

/// A category's path in addresses. One that is in no store view's catalogue has none; asked for it, Magento puts the key
/// behind a path of the parent that is not there.
fn url_path(category: &Row) -> Option<String> {
    if let Some(path) = category.get("url_path") {
        return Some(path.to_owned());
    }
    let key = category.get("url_key");
    // The one above all has no parent whose path could stand before its key.
    if category.int("parent_id") > 0 { Some(format!("/{}", key.unwrap_or_default())) } else { key.map(str::to_owned) }
}

/// Ids of the category and everything below it.
pub(super) fn descendants(shop: &Shop, category: &Row) -> Vec<String> {
    let below = format!("{}/", category.text("path"));
    let table = shop.database.table("catalog_category");
    let found = table.iter().filter(|(_, row)| row.text("path").starts_with(&below));
    std::iter::once(category.text("entity_id").to_owned()).chain(found.map(|(id, _)| id.to_string())).collect()
}

/// Ids of the active categories right below.
pub(super) fn children(shop: &Shop, category: &Row) -> Vec<String> {
    let below = shop.database.table("catalog_category").with("parent_id", category.text("entity_id"));
    below.filter(|(_, row)| row.get("is_active") == Some("1")).map(|(id, _)| id.to_string()).collect()
}

impl Shop {
    /// Makes the two categories that every shop has, unless the seed brought some.
    pub(in crate::shop) fn install_categories(&mut self) {
        if !self.database.table("catalog_category").is_empty() {
            return;
        }
        for (id, parent, path, level, children, name) in
            [("1", "0", "1", "0", "1", "Root Catalog"), ("2", "1", "1/2", "1", "0", "Default Category")]
        {
            let row = Row::new()
                .with("entity_id", id)
                .with("entity_type_id", "3")
                .with("attribute_set_id", if id == "1" { "0" } else { "3" })
                .with("parent_id", parent)
                .with("created_at", INSTALLED_AT)
                .with("updated_at", INSTALLED_AT)
                .with("path", path)
                .with("position", if id == "1" { "0" } else { "1" })
                .with("level", level)
                .with("children_count", children)
                .with("name", name)
                .with("include_in_menu", "1");
            self.database.table_mut("catalog_category").insert(if id == "1" {
                row
            } else {
                row.with("is_active", "1")
            });
        }
    }
}

/// A category without its children.
fn node(row: &Row) -> SoapStruct {
    let columns = [
        ("category_id", "entity_id"),
        ("parent_id", "parent_id"),
        ("name", "name"),
        ("is_active", "is_active"),
        ("position", "position"),
        ("level", "level"),
    ];
    super::pick(row, &columns)
}

/// A category with everything below it, siblings by position, as a store view shows them.
fn nested(shop: &Shop, row: &Row, store: i64) -> SoapStruct {
    let mut below: Vec<&Row> =
        shop.database.table("catalog_category").with("parent_id", row.text("entity_id")).map(|(_, row)| row).collect();
    below.sort_by_key(|row| row.int("position"));
    let below = below.into_iter().map(|row| nested(shop, row, store).into());
    node(&shop.in_store("catalog_category", row, store)).with("children", below.collect::<Vec<SoapValue>>())
}

/// The category a store view's catalogue begins with: its group's, or the first below the root. The admin store has none.
fn root_of_store(shop: &Shop, store: &Row) -> i64 {
    if store.int("store_id") == 0 {
        return NO_ROOT;
    }
    let group = shop.database.table("core_store_group").row(store.int("group_id"));
    let root = group.map(|group| group.int("root_category_id")).filter(|root| *root > 0);
    let first = || shop.database.table("catalog_category").with("parent_id", "1").next().map(|(id, _)| id);
    root.or_else(first).unwrap_or(TREE_ROOT)
}

fn tree(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let shown = store_of(call)?;
    let root = match (call.arguments.text("parentId"), call.arguments.text("storeView")) {
        (Some(parent), _) => crate::soap::value::leading_int(&parent),
        (None, Some(store)) => call.shop.store(&store).map_or(TREE_ROOT, |store| root_of_store(call.shop, store)),
        (None, None) => TREE_ROOT,
    };
    match call.shop.database.table("catalog_category").row(root) {
        Some(row) => Ok(nested(call.shop, row, shown).into()),
        // Magento hands on a node that is not there; PHP stops it.
        None if call.shop.flavor().is_openmage() => Err(Refusal::Thrown(format!(
            "Mage_Catalog_Model_Category_Api::_nodeToArray(): Argument #1 ($node) must be of type \
             Varien_Data_Tree_Node, null given, called in /var/www/shop/app/code/core/Mage/Catalog/Model/Category/Api.php \
             on line {}",
            call.shop.flavor().line_of_category_tree()
        ))),
        None => Err(SoapFault::server(
            "Argument 1 passed to Mage_Catalog_Model_Category_Api::_nodeToArray() must be an instance of \
             Varien_Data_Tree_Node, null given",
        )
        .into()),
    }
}

/// Which categories a level is made of.
enum Level {
    /// The categories with these ids.
    These(Vec<i64>),
    /// The categories right below this one.
    Below(i64),
}

fn level(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let chosen = chosen_level(call)?;
    let store = store_of(call)?;
    let rows = call.shop.database.table("catalog_category").iter().filter(|(id, row)| match &chosen {
        Level::These(ids) => ids.contains(id),
        Level::Below(parent) => row.int("parent_id") == *parent,
    });
    let rows = rows.map(|(_, row)| node(&call.shop.in_store("catalog_category", row, store)).into());
    Ok(rows.collect::<Vec<SoapValue>>().into())
}

/// Root categories of a website's store views, what is below a store view's root, or what is below a category.
fn chosen_level(call: &Call<'_>) -> Result<Level, Refusal> {
    let parent = call.arguments.text("parentCategory").map(|parent| crate::soap::value::leading_int(&parent));
    let named = call.arguments.text("storeView");
    if let Some(website) = call.arguments.text("website") {
        return level_of_website(call, &website, named.as_deref(), parent);
    }
    let store = match named {
        Some(name) => Some(call.shop.store(&name).ok_or_else(|| call.fault("store_not_exists"))?),
        None => None,
    };
    let root = || store.map_or(TREE_ROOT, |store| root_of_store(call.shop, store));
    Ok(Level::Below(parent.unwrap_or_else(root)))
}

/// With a website, its store view counts by number only, and what Magento throws about either is the website's fault.
fn level_of_website(
    call: &Call<'_>,
    website: &str,
    store: Option<&str>,
    parent: Option<i64>,
) -> Result<Level, Refusal> {
    let mut websites = call.shop.database.table("core_website").iter();
    let found = websites.find(|(id, row)| row.text("code") == website || id.to_string() == website);
    let Some((id, _)) = found else {
        let is_number = website.parse::<f64>().is_ok();
        let text = match is_number {
            true => "Invalid website id requested.".to_owned(),
            false => format!("Invalid website code requested: {website}"),
        };
        return Err(call.fault_with("website_not_exists", text));
    };
    let stores = call.shop.database.table("core_store").iter();
    let theirs: Vec<(i64, &Row)> = stores.filter(|(_, row)| row.int("website_id") == id).collect();
    let known = |name: &str| theirs.iter().any(|(id, _)| id.to_string() == name);
    match (store, parent) {
        (Some(store), _) if !known(store) => Err(call.fault_with("website_not_exists", "store_not_exists")),
        (Some(_), None) => Err(Refusal::Thrown("Call to a member function getRootCategoryId() on string".to_owned())),
        (_, Some(parent)) => Ok(Level::Below(parent)),
        (None, None) => Ok(Level::These(theirs.iter().map(|(_, row)| root_of_store(call.shop, row)).collect())),
    }
}

//! Categories: wire spec, section 7.8.

use super::customer::iso_stamp;
use super::{Call, Operations};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(super) const OPERATIONS: Operations = &[("catalogCategoryInfo", info)];

fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let store = ["storeView", "store"].into_iter().find_map(|name| call.arguments.text(name)).unwrap_or_default();
    if !store.is_empty() && call.shop.store(&store).is_none() {
        return Err(call.fault("store_not_exists"));
    }
    let table = call.shop.database.table("catalog_category");
    let category = table.row(call.int("categoryId")).ok_or_else(|| call.fault("not_exists"))?;
    let mut answer = detailed(call.shop, category);
    let asked = call.arguments.get("attributes").and_then(SoapValue::as_list).unwrap_or_default();
    let asked: Vec<String> = asked.iter().filter_map(SoapValue::to_text).collect();
    if !asked.is_empty() {
        const ALWAYS: &[&str] = &["is_active", "position", "level", "parent_id", "all_children", "children"];
        let wanted = |name: &str| ALWAYS.contains(&name) || asked.iter().any(|code| code == name);
        answer = answer.into_iter().filter(|(name, _)| wanted(name)).collect();
    }
    answer.set("category_id", category.get("entity_id"));
    Ok(answer.into())
}

fn detailed(shop: &Shop, category: &Row) -> SoapStruct {
    let mut answer = category.to_struct();
    answer.set("created_at", iso_stamp(shop, category));
    answer.set("all_children", descendants(shop, category).join(","));
    answer.set("children", children(shop, category).join(","));
    answer.set("url_path", category.get("url_path").unwrap_or("/"));
    let sortable = category.text("available_sort_by").split(',').filter(|code| !code.is_empty());
    answer.set("available_sort_by", sortable.map(SoapValue::from).collect::<Vec<_>>());
    answer.set("default_sort_by", category.get("default_sort_by").unwrap_or("position"));
    answer
}

/// Ids of the category and everything below it.
fn descendants(shop: &Shop, category: &Row) -> Vec<String> {
    let below = format!("{}/", category.text("path"));
    let table = shop.database.table("catalog_category");
    let found = table.iter().filter(|(_, row)| row.text("path").starts_with(&below));
    std::iter::once(category.text("entity_id").to_owned()).chain(found.map(|(id, _)| id.to_string())).collect()
}

/// Ids of the categories right below.
fn children(shop: &Shop, category: &Row) -> Vec<String> {
    let below = shop.database.table("catalog_category").with("parent_id", category.text("entity_id"));
    below.filter(|(_, row)| row.get("is_active") == Some("1")).map(|(id, _)| id.to_string()).collect()
}

//! Products assigned to categories.

use super::category::descendants;
use crate::shop::operation::{Call, Operations};
use crate::shop::{Refusal, Row};
use crate::soap::SoapValue;

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("catalogCategoryAssignedProducts", list),
    ("catalogCategoryAssignProduct", assign),
    ("catalogCategoryUpdateProduct", update),
    ("catalogCategoryRemoveProduct", remove),
];

const TABLE: &str = "catalog_category_product";

fn category(call: &Call<'_>) -> Result<Row, Refusal> {
    let row = call.shop.database.table("catalog_category").row(call.int("categoryId"));
    row.cloned().ok_or_else(|| call.fault("not_exists"))
}

/// The category's products by position; a category shows what is below it too when it is an anchor.
fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let category = category(call)?;
    let ids = match category.get("is_anchor") {
        Some("1") => descendants(call.shop, &category),
        _ => vec![category.text("entity_id").to_owned()],
    };
    let mut found: Vec<(i64, i64)> = Vec::new();
    for id in &ids {
        for (_, link) in call.shop.database.table(TABLE).with("category_id", id) {
            if !found.iter().any(|(_, product)| *product == link.int("product_id")) {
                found.push((link.int("position"), link.int("product_id")));
            }
        }
    }
    found.sort_unstable();
    let columns = [("product_id", "entity_id"), ("type", "type_id"), ("set", "attribute_set_id"), ("sku", "sku")];
    let products = call.shop.database.table("catalog_product");
    let rows = found.into_iter().filter_map(|(position, product)| {
        let row = products.row(product)?;
        Some(super::pick(row, &columns).with("position", position.to_string()).into())
    });
    Ok(rows.collect::<Vec<SoapValue>>().into())
}

/// The product a call names; an unknown one is the category's own fault with another text (wire spec, section 5.3).
fn product(call: &Call<'_>) -> Result<String, Refusal> {
    super::find(call)
        .map(|row| row.text("entity_id").to_owned())
        .ok_or_else(|| call.fault_with("not_exists", "Product not exists."))
}

fn link(call: &Call<'_>, category: &Row, product: &str) -> Option<i64> {
    let mut links = call.shop.database.table(TABLE).with("category_id", category.text("entity_id"));
    links.find(|(_, link)| link.get("product_id") == Some(product)).map(|(id, _)| id)
}

fn position(call: &Call<'_>) -> String {
    call.int("position").to_string()
}

fn assign(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let category = category(call)?;
    let product = product(call)?;
    let position = position(call);
    match link(call, &category, &product) {
        Some(id) => {
            call.shop.database.table_mut(TABLE).update(id, |link| link.set("position", position));
        }
        None => {
            let row = Row::new().with("category_id", category.text("entity_id")).with("product_id", product);
            call.shop.database.table_mut(TABLE).insert(row.with("position", position));
        }
    }
    Ok(true.into())
}

fn assigned(call: &Call<'_>) -> Result<i64, Refusal> {
    let category = category(call)?;
    let product = product(call)?;
    link(call, &category, &product).ok_or_else(|| call.fault("product_not_assigned"))
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let (id, position) = (assigned(call)?, position(call));
    call.shop.database.table_mut(TABLE).update(id, |link| link.set("position", position));
    Ok(true.into())
}

fn remove(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let id = assigned(call)?;
    call.shop.database.table_mut(TABLE).remove(id);
    Ok(true.into())
}

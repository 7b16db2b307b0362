//! Stock: wire spec, section 7.8.

use super::catalog_product::{IdentifiedBy, find};
use super::{Call, Operations};
use crate::shop::Refusal;
use crate::soap::{SoapStruct, SoapValue};

pub(super) const OPERATIONS: Operations = &[("catalogInventoryStockItemList", list)];

/// Stock of the named products, by id or SKU; unknown ones are left out.
fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let asked = ["products", "productIds"].into_iter().find_map(|name| call.arguments.get(name));
    let asked = asked.and_then(SoapValue::as_list).unwrap_or_default();
    let mut rows: Vec<SoapValue> = Vec::new();
    for product in asked.iter().filter_map(SoapValue::to_text) {
        let Some(product) = find(call.shop, &product, IdentifiedBy::Either) else { continue };
        let id = product.text("entity_id");
        let stock = call.shop.database.table("cataloginventory_stock_item").with("product_id", id).next();
        let (qty, in_stock) = stock.map_or((None, None), |(_, row)| (row.get("qty"), row.get("is_in_stock")));
        let row = SoapStruct::new().with("product_id", id).with("sku", product.get("sku"));
        rows.push(row.with("qty", qty).with("is_in_stock", in_stock).into());
    }
    Ok(rows.into())
}

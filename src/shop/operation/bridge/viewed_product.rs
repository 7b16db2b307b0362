//! Products that visitors looked at: wire spec, section 8.9. The connector does not read them.

use super::super::flat_table::{Joins, Listing};
use super::super::{Call, Operations};
use crate::magento::Pager;
use crate::shop::Refusal;
use crate::soap::SoapValue;

pub(in crate::shop::operation) const OPERATIONS: Operations = &[("reportProductViewedList", list)];

const LISTING: Listing = Listing {
    table: "report_viewed_product_index",
    alias: ("index_id", "index_id"),
    joins: Joins::Nothing,
    select: "SELECT `main_table`.* FROM `report_viewed_product_index` AS `main_table`",
    order: "",
};

/// At most one row for each product: the last one looked at is not told from the first.
fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let found = LISTING.find(call, Pager::All).map_err(|error| error.uncaught(call))?;
    let mut seen: Vec<String> = Vec::new();
    let mut rows: Vec<SoapValue> = Vec::new();
    for row in found {
        let product = row.text("product_id").to_owned();
        if seen.contains(&product) {
            continue;
        }
        let sku = call.shop.database.table("catalog_product").row(row.int("product_id")).and_then(|row| row.get("sku"));
        rows.push(row.to_struct().with("sku", sku).into());
        seen.push(product);
    }
    Ok(rows.into())
}

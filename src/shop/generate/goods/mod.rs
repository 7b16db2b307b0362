//! What a made-up shop sells: categories, and products of every type with stock, prices, pictures, options and attributes.
//! They are made through the shop's own API; what that cannot make, the choices of a configurable product and the
//! selections of a bundle, is put into the tables.

mod clerk;
mod composed;
mod series;

use super::recipe::{GenerateError, Random, Recipe};
use crate::shop::{Row, Shop};
use crate::soap::value::leading_int;
use clerk::Clerk;
use series::SERIES;

pub(super) use series::attributes;

/// How often a plain product is bought while one of every other type is.
const PLAIN: usize = 4;

/// SKUs that can be bought without a choice, plain ones as often as they are bought: neither the variants of a configurable
/// product, which is bought in their place, nor groups.
pub(super) fn on_sale(shop: &Shop) -> Vec<String> {
    let products = shop.database.table("catalog_product").iter().map(|(_, row)| row);
    let can_be = |row: &&Row| row.get("visibility") != Some("1") && row.get("type_id") != Some("grouped");
    let times = |row: &Row| if row.get("type_id") == Some("simple") { PLAIN } else { 1 };
    products.filter(can_be).flat_map(|row| std::iter::repeat_n(row.text("sku").to_owned(), times(row))).collect()
}

/// Makes categories and products.
///
/// # Errors
/// What the shop says of its own goods.
pub(super) fn put_on_shelves(shop: &mut Shop, recipe: &Recipe, random: &mut Random) -> Result<(), GenerateError> {
    let mut clerk = Clerk::new(shop, recipe, random)?;
    clerk.make_categories()?;
    let length = u32::try_from(SERIES.len()).unwrap_or(1);
    let mut series = Vec::new();
    for (nth, piece) in (0..recipe.products).zip(SERIES.iter().cycle()) {
        if nth % length == 0 {
            series.clear();
        }
        let id = clerk.make_product(nth, nth / length, piece)?;
        series.push(id);
        match piece.kind {
            "configurable" => clerk.choices(id, &series[..3]),
            "grouped" => clerk.group(id, &series[2..5])?,
            "bundle" => clerk.selections(id, &series),
            "downloadable" => clerk.download(id, piece)?,
            _ => {}
        }
    }
    Ok(())
}

/// What is left once everything is sold: a little of most, none of every ninth.
pub(super) fn restock(shop: &mut Shop) {
    let stocked: Vec<(i64, String, String)> = {
        let products = shop.database.table("catalog_product");
        let stock = shop.database.table("cataloginventory_stock_item").iter();
        let of = stock.filter_map(|(id, row)| {
            let product = products.row(row.int("product_id"))?;
            Some((id, row.text("product_id").to_owned(), product.text("type_id").to_owned()))
        });
        of.filter(|(_, _, kind)| kind == "simple" || kind == "virtual" || kind == "downloadable").collect()
    };
    for (id, product, _) in stocked {
        let number = leading_int(&product);
        let qty = if number % 9 == 5 { 0 } else { 3 + number * 37 % 240 };
        shop.database.table_mut("cataloginventory_stock_item").update(id, |row| {
            row.set("qty", format!("{qty}.0000"));
            row.set("is_in_stock", if qty == 0 { "0" } else { "1" });
        });
    }
}

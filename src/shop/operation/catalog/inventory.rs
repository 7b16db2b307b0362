//! Stock: API resource `cataloginventory_stock_item`; wire spec, section 7.8.

use super::product::{IdentifiedBy, find};
use super::{records, texts};
use crate::magento::columns::saved::number_of;
use crate::shop::operation::{Call, Operations};
use crate::shop::sales::stock::{before_save, shown_in_stock};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("catalogInventoryStockItemList", list),
    ("catalogInventoryStockItemUpdate", update),
    ("catalogInventoryStockItemMultiUpdate", multi_update),
];

const TABLE: &str = "cataloginventory_stock_item";

/// What a new product's stock item holds; stock is managed by the configuration's word only when a call says so.
const NEW: &[(&str, &str)] = &[
    ("stock_id", "1"),
    ("qty", "0.0000"),
    ("min_qty", "0.0000"),
    ("use_config_min_qty", "1"),
    ("is_qty_decimal", "0"),
    ("backorders", "0"),
    ("use_config_backorders", "1"),
    ("min_sale_qty", "1.0000"),
    ("use_config_min_sale_qty", "1"),
    ("max_sale_qty", "0.0000"),
    ("use_config_max_sale_qty", "1"),
    ("is_in_stock", "0"),
    ("use_config_notify_stock_qty", "1"),
    ("manage_stock", "0"),
    ("use_config_manage_stock", "0"),
    ("stock_status_changed_auto", "0"),
];

/// Stock of the named products, by id or SKU, in the order of the products; unknown ones are left out.
fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let asked = ["products", "productIds"].into_iter().find_map(|name| call.arguments.get(name));
    // An object where ids are wanted: an empty list in WS-I, or one of records.
    let is_object = |value: &SoapValue| value.as_struct().is_some();
    if asked.is_some_and(|asked| is_object(asked) || asked.as_list().is_some_and(|ids| ids.iter().any(is_object))) {
        return Err(Refusal::object_for_text());
    }
    let named = texts(asked);
    let mut found: Vec<&Row> = named.iter().filter_map(|product| listed_product(call.shop, product)).collect();
    found.sort_by_key(|row| row.int("entity_id"));
    found.dedup_by_key(|row| row.int("entity_id"));
    let rows = found.into_iter().map(|product| {
        let id = product.text("entity_id");
        let stock = call.shop.database.table(TABLE).with("product_id", id).next();
        let in_stock = stock.map(|(_, row)| shown_in_stock(call.shop, row));
        let qty = stock.and_then(|(_, row)| row.get("qty"));
        let row = SoapStruct::new().with("product_id", id).with("sku", product.get("sku"));
        row.with("qty", qty).with("is_in_stock", in_stock).into()
    });
    Ok(rows.collect::<Vec<SoapValue>>().into())
}

/// A product by SKU, or by what the database makes of the text as an id.
fn listed_product<'a>(shop: &'a Shop, name: &str) -> Option<&'a Row> {
    let by_id = || shop.database.table("catalog_product").row(crate::soap::value::leading_int(name));
    find(shop, name, IdentifiedBy::Sku).or_else(by_id)
}

impl Shop {
    /// Sets what the data brings in a product's stock item, which is made when there is none.
    pub(in crate::shop) fn set_stock(&mut self, product: &str, data: &SoapStruct) {
        let found = self.database.table(TABLE).with("product_id", product).next().map(|(id, _)| id);
        let id = found.unwrap_or_else(|| {
            let mut row = Row::new().with("product_id", product);
            for (column, value) in NEW {
                row.set(*column, *value);
            }
            self.database.table_mut(TABLE).insert(row)
        });
        let mut stock = self.database.table(TABLE).row(id).cloned().unwrap_or_default();
        for (column, value) in data.iter() {
            let Some(text) = value.to_text() else { continue };
            stock.set(column, text);
        }
        let product = self.database.table("catalog_product").row(crate::soap::value::leading_int(product));
        let kind = product.map_or_else(String::new, |row| row.text("type_id").to_owned());
        before_save(self, &mut stock, &kind);
        if let Some(qty) = stock.get("qty").map(number_of) {
            stock.set("qty", qty);
        }
        self.database.table_mut(TABLE).update(id, |row| *row = stock);
    }
}

/// An id counts only when it is no SKU.
fn product_named(call: &Call<'_>, name: &str) -> Result<Row, Refusal> {
    listed_product(call.shop, name).cloned().ok_or_else(|| call.fault("not_exists"))
}

fn save(call: &mut Call<'_>, name: &str, data: &SoapStruct) -> Result<(), Refusal> {
    let product = product_named(call, name)?;
    call.shop.set_stock(product.text("entity_id"), data);
    let now = call.shop.now_sql();
    call.shop.database.table_mut("catalog_product").update(product.int("entity_id"), |row| row.set("updated_at", now));
    Ok(())
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let data = call.record("data");
    let name = ["product", "productId"].into_iter().find_map(|name| call.arguments.text(name)).unwrap_or_default();
    save(call, &name, &data)?;
    Ok(true.into())
}

fn multi_update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    super::check_list(call, "productIds")?;
    let (names, data) = (texts(call.arguments.get("productIds")), records(call.arguments.get("productData")));
    if names.len() != data.len() {
        return Err(call.fault("multi_update_not_match"));
    }
    for (name, data) in names.iter().zip(&data) {
        save(call, name, data)?;
    }
    Ok(true.into())
}

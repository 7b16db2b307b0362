//! The stock behind what is sold: whether it has enough, and what a sale or a cancellation does to it. A value that the
//! stock item leaves to the configuration is the configuration's.

use super::amount::{Amount, add, amount_of};
use crate::shop::{Row, Shop};

const TABLE: &str = "cataloginventory_stock_item";

/// Kinds of products that have no quantity of their own.
const WITHOUT_QTY: &[&str] = &["grouped", "configurable", "bundle"];

/// A setting of a stock item, as the item or the configuration has it; the last is what a fresh install has.
fn setting(shop: &Shop, stock: &Row, name: &str, otherwise: &str) -> String {
    let of_config = stock.get(&format!("use_config_{name}")).is_some_and(|flag| flag != "0");
    match stock.get(name).filter(|_| !of_config) {
        Some(value) => value.to_owned(),
        None => {
            let value = shop.settings.get(&format!("cataloginventory/item_options/{name}"));
            value.unwrap_or(otherwise).to_owned()
        }
    }
}

fn number(shop: &Shop, stock: &Row, name: &str, otherwise: &str) -> Amount {
    setting(shop, stock, name, otherwise).trim().parse().unwrap_or_default()
}

/// Whether anybody counts the pieces.
pub(in crate::shop) fn is_managed(shop: &Shop, stock: &Row) -> bool {
    setting(shop, stock, "manage_stock", "1") != "0"
}

/// Whether the product can be bought, as every reader sees it: what nobody counts is always there.
pub(in crate::shop) fn is_in_stock(shop: &Shop, stock: &Row) -> bool {
    !is_managed(shop, stock) || stock.get("is_in_stock").is_some_and(|flag| flag != "0")
}

/// The flag that lists show: what nobody counts is there, else what is kept.
pub(in crate::shop) fn shown_in_stock<'a>(shop: &Shop, stock: &'a Row) -> &'a str {
    if is_managed(shop, stock) { stock.get("is_in_stock").unwrap_or("0") } else { "1" }
}

/// PHP's `text <= number`: a text that is no number is compared as a text, from PHP 8 on.
fn is_at_most(shop: &Shop, text: &str, most: Amount) -> bool {
    match text.trim().parse::<Amount>() {
        Ok(number) => number <= most,
        Err(_) if text.trim().is_empty() || !shop.flavor().is_openmage() => Amount::ZERO <= most,
        Err(_) => text.parse::<f64>().map_or_else(|_| text <= most.normalize().to_string().as_str(), |it| it <= 0.0),
    }
}

/// What saving a stock item does to it: nothing left takes it out of stock, whatever was sent, and a kind of product
/// without pieces has none.
pub(in crate::shop) fn before_save(shop: &Shop, stock: &mut Row, product_type: &str) {
    if WITHOUT_QTY.contains(&product_type) {
        stock.set("qty", "0.0000");
        return;
    }
    let gone = setting(shop, stock, "backorders", "0") == "0"
        && is_at_most(shop, stock.text("qty"), number(shop, stock, "min_qty", "0"));
    if gone {
        stock.set("is_in_stock", "0");
    }
    stock.set("stock_status_changed_auto", if gone { "1" } else { "0" });
}

impl Shop {
    fn stock_of<'a>(&'a self, product: &'a str) -> Option<(i64, &'a Row)> {
        self.database.table(TABLE).with("product_id", product).next()
    }

    fn type_of(&self, product: &str) -> String {
        let id = crate::soap::value::leading_int(product);
        self.database.table("catalog_product").row(id).map_or_else(String::new, |row| row.text("type_id").to_owned())
    }

    /// How much of a product a line can hold: whole pieces, unless its stock is counted otherwise.
    pub(in crate::shop) fn whole_pieces(&self, product: &Row, qty: Amount) -> Amount {
        let decimal = self.stock_of(product.text("entity_id")).and_then(|(_, stock)| stock.get("is_qty_decimal"));
        if decimal.is_some_and(|flag| flag != "0") { qty } else { qty.trunc() }
    }

    /// Whether the shop sells that much of a product, in Magento's words.
    pub(in crate::shop) fn check_stock(&self, product: &Row, wanted: Amount) -> Result<(), String> {
        let Some((_, stock)) = self.stock_of(product.text("entity_id")) else { return Ok(()) };
        let least = number(self, stock, "min_sale_qty", "1");
        if !least.is_zero() && wanted < least {
            return Err(format!("The minimum quantity allowed for purchase is {}.", least.normalize()));
        }
        let most = number(self, stock, "max_sale_qty", "10000");
        if !most.is_zero() && wanted > most {
            return Err(format!("The maximum quantity allowed for purchase is {}.", most.normalize()));
        }
        if let Some(step) = self.step(stock)
            && !(wanted % step).is_zero()
        {
            return Err(format!("This product is available for purchase in increments of {} only.", step.normalize()));
        }
        if !is_managed(self, stock) {
            return Ok(());
        }
        if !is_in_stock(self, stock) {
            return Err("This product is currently out of stock.".to_owned());
        }
        // The API runs in the administration, which may sell more than there is.
        Ok(())
    }

    /// In what steps a product is sold, where the shop says so.
    fn step(&self, stock: &Row) -> Option<Amount> {
        let of_config = |column: &str| stock.get(column).is_some_and(|flag| flag != "0");
        let option = |name: &str| self.settings.get(&format!("cataloginventory/item_options/{name}")).unwrap_or("0");
        let enabled = match of_config("use_config_enable_qty_inc") {
            true => option("enable_qty_increments"),
            false => stock.get("enable_qty_increments").unwrap_or("0"),
        };
        let step = match of_config("use_config_qty_increments") {
            true => option("qty_increments"),
            false => stock.get("qty_increments").unwrap_or("0"),
        };
        let step: Amount = step.trim().parse().ok()?;
        (enabled != "0" && step > Amount::ZERO).then_some(step)
    }

    /// Takes what is ordered; a product that has nothing left is out of stock then. Products nobody counts stay as they
    /// are.
    pub(in crate::shop) fn take_from_stock(&mut self, product: &str, qty: Amount) {
        let subtracts = self.settings.get("cataloginventory/options/can_subtract").is_none_or(|flag| flag != "0");
        let Some((id, stock)) = self.stock_of(product) else { return };
        let kind = self.type_of(product);
        if !subtracts || !is_managed(self, stock) || WITHOUT_QTY.contains(&kind.as_str()) {
            return;
        }
        let mut stock = stock.clone();
        add(&mut stock, "qty", -qty);
        let mut saved = stock.clone();
        before_save(self, &mut saved, &kind);
        if saved.get("is_in_stock") != stock.get("is_in_stock") {
            stock = saved;
        }
        self.database.table_mut(TABLE).update(id, |row| *row = stock);
    }

    /// Gives back what was ordered; a product that is there again is in stock again.
    pub(in crate::shop) fn give_back_to_stock(&mut self, product: &str, qty: Amount) {
        let on =
            |name: &str| self.settings.get(&format!("cataloginventory/options/{name}")).is_none_or(|flag| flag != "0");
        let (subtracts, returns) = (on("can_subtract"), on("can_back_in_stock"));
        let Some((id, stock)) = self.stock_of(product) else { return };
        let kind = self.type_of(product);
        if !subtracts || !is_managed(self, stock) || WITHOUT_QTY.contains(&kind.as_str()) {
            return;
        }
        let mut stock = stock.clone();
        add(&mut stock, "qty", qty);
        if returns && amount_of(&stock, "qty") > number(self, &stock, "min_qty", "0") {
            stock.set("is_in_stock", "1");
        }
        before_save(self, &mut stock, &kind);
        self.database.table_mut(TABLE).update(id, |row| *row = stock);
    }
}

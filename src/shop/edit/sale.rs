//! What carts, orders and those who fill them may be, before `sales` is asked.

use super::EditError;
use super::people::{check_email, not_allowed};
use super::values::{check_changes, check_region};
use crate::shop::seed::SeedRow;
use crate::shop::written::never::{ORDER_STATES, ORDER_STATUSES};
use crate::shop::written::{self, Miswritten, Tables};
use crate::shop::{Sale, Shop};

const ORDER: &str = "sales_flat_order";
/// Columns of an item that say what it costs.
const PRICES: &[&str] = &["price", "base_price", "original_price", "row_total", "base_row_total"];
const CART: &str = "sales_flat_quote";

impl Shop {
    /// Whether the columns of a sale are those of its tables; `of` is what it becomes.
    pub(super) fn check_sale(&self, sale: &Sale, of: Tables) -> Result<(), EditError> {
        self.check_written(written::CUSTOMER, &sale.guest)?;
        self.check_written(written::SALE_ADDRESS, &sale.address)?;
        if !sale.address.is_empty() {
            check_region(&super::row_of(&sale.address), &sale.address)?;
        }
        self.check_written(of, &sale.set)?;
        self.check_statuses(&sale.set)?;
        self.check_items(&sale.items)?;
        self.check_prices(&sale.items)?;
        if sale.customer.is_none()
            && let Some(Some(email)) = sale.guest.get("email")
        {
            check_email(email)?;
        }
        Ok(())
    }

    /// Whether the columns of items are columns of items, and say what is bought.
    pub(super) fn check_items(&self, items: &[SeedRow]) -> Result<(), EditError> {
        for item in items {
            self.check_written(written::ITEM, item)?;
            if !written::names_product(item.keys().map(String::as_str)) {
                return Err(written::no_product().into());
            }
        }
        Ok(())
    }

    /// An order has items: its own, or those of the cart it comes from.
    pub(super) fn check_is_bought(&self, sale: &Sale) -> Result<(), EditError> {
        let cart = sale.cart.map(|cart| cart.to_string());
        let of_cart = |cart: &String| self.database.table("sales_flat_quote_item").with("quote_id", cart).count();
        if sale.items.is_empty() && cart.as_ref().map_or(0, of_cart) == 0 {
            let remedy = "add `items: [{sku: …, price: …}]`, or a cart that holds some";
            return Err(not_allowed("nothing is bought: Magento places no order without items", remedy));
        }
        Ok(())
    }

    /// Saves an order with other values.
    pub(super) fn change_order(&mut self, order: i64, fields: &SeedRow) -> Result<i64, EditError> {
        self.check_written(written::ORDER, fields)?;
        self.check_statuses(fields)?;
        self.save_columns(ORDER, order, fields)
    }

    fn check_statuses(&self, fields: &SeedRow) -> Result<(), EditError> {
        for (column, table, of) in
            [("status", "sales_order_status", "status"), ("state", "sales_order_status_state", "state")]
        {
            if let Some(Some(word)) = fields.get(column) {
                self.check_status(column, word, table, of)?;
            }
        }
        Ok(())
    }

    /// What is bought costs what its product costs, or what is written.
    fn check_prices(&self, items: &[SeedRow]) -> Result<(), EditError> {
        for item in items {
            let is_priced = PRICES.iter().any(|price| item.contains_key(*price)) || item.contains_key("product_id");
            let Some(Some(sku)) = item.get("sku").filter(|_| !is_priced) else { continue };
            let products = self.database.table("catalog_product");
            if products.with("sku", sku).next().is_some() {
                continue;
            }
            let known = products.iter().map(|(_, row)| row.text("sku"));
            let meant = crate::nearest::did_you_mean(sku, known).map(|said| format!("{said} ")).unwrap_or_default();
            let what = format!("the shop has no product `{sku}`, and nothing says what it costs");
            return Err(
                Miswritten::of("sku", what, format!("{meant}add `price: …`, or the product to the seed")).into()
            );
        }
        Ok(())
    }

    /// A guest who buys has a name: Magento's checkout validates guests as it does customers.
    pub(super) fn check_guest(&self, sale: &Sale) -> Result<(), EditError> {
        if sale.customer.is_some() || sale.cart.is_some() {
            return Ok(());
        }
        for (column, said) in
            [("firstname", "The first name cannot be empty."), ("lastname", "The last name cannot be empty.")]
        {
            if sale.guest.get(column).and_then(Option::as_deref).unwrap_or_default().trim().is_empty() {
                return Err(Miswritten::of(column, said, format!("add `{column}: …` to `guest`")).into());
            }
        }
        Ok(())
    }

    /// An order has a number of its own.
    pub(super) fn check_number(&self, sale: &Sale) -> Result<(), EditError> {
        let Some(Some(number)) = sale.set.get("increment_id") else { return Ok(()) };
        if self.database.table(ORDER).with("increment_id", number).next().is_none() {
            return Ok(());
        }
        let remedy = "write another number, or leave it out and the shop counts on";
        Err(Miswritten::of("increment_id", format!("the shop has an order {number} already"), remedy).into())
    }

    /// Saves a cart with other values.
    pub(super) fn change_cart(&mut self, cart: i64, fields: &SeedRow) -> Result<i64, EditError> {
        self.check_written(written::CART, fields)?;
        self.save_columns(CART, cart, fields)
    }

    fn save_columns(&mut self, table: &'static str, id: i64, fields: &SeedRow) -> Result<i64, EditError> {
        check_changes(fields)?;
        self.require(table, id)?;
        super::tables::update(self, table, id, fields)
    }

    /// A status is one of the shop's, or one that a fresh install has.
    fn check_status(&self, column: &str, word: &str, table: &'static str, of: &str) -> Result<(), EditError> {
        let own: Vec<&str> = self.database.table(table).iter().map(|(_, row)| row.text(of)).collect();
        let fresh = if column == "state" { ORDER_STATES } else { ORDER_STATUSES };
        let known = || own.iter().copied().chain(fresh.iter().copied());
        if known().any(|known| known == word) {
            return Ok(());
        }
        let remedy = match crate::nearest::meant(word, known()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("known are {}", known().collect::<Vec<_>>().join(", ")),
        };
        Err(Miswritten::of(column, format!("the shop has no order {column} `{word}`"), remedy).into())
    }
}

//! What happens at the counter of a made-up shop: orders with what follows them, carts, subscriptions.

use jiff::SignedDuration;

use super::people::{FIRST_NAMES, LAST_NAMES, address, email};
use super::recipe::{GenerateError, Random, Recipe, row, share};
use crate::clock::Clock;
use crate::shop::seed::SeedRow;
use crate::shop::{OrderDocument, Sale, Shop, ShopEdit};

/// What is sold where there is no catalogue: sku, name, price in cents.
const PRODUCTS: &[(&str, &str, u32)] = &[
    ("mug", "Mug", 1250),
    ("pot", "Tea pot", 3000),
    ("tea-green", "Green tea, 100 g", 890),
    ("tea-black", "Black tea, 100 g", 790),
    ("spoon", "Spoon", 450),
    ("tray", "Oak tray", 4900),
    ("cosy", "Tea cosy", 2100),
];

/// Things that happen at the counter, each at its time.
pub(super) struct Sales<'a> {
    recipe: &'a Recipe,
    random: Random,
    shop: &'a mut Shop,
    clock: Clock,
    /// SKUs of the catalogue that can be bought as they are.
    on_sale: Vec<String>,
    invoiced: u32,
    sent: u32,
}

impl<'a> Sales<'a> {
    pub(super) fn new(recipe: &'a Recipe, random: Random, shop: &'a mut Shop, clock: Clock) -> Self {
        let on_sale = super::goods::on_sale(shop);
        Self { recipe, random, shop, clock, on_sale, invoiced: 0, sent: 0 }
    }

    pub(super) fn orders(&mut self) -> Result<(), GenerateError> {
        let recipe = self.recipe;
        for nth in 0..recipe.orders {
            self.clock.set(recipe.moment(nth, recipe.orders));
            let items = share(recipe.items, nth + 1, recipe.orders) - share(recipe.items, nth, recipe.orders);
            let sale = Sale { items: self.items(items), ..self.buyer(nth) };
            let order = self.shop.edit(&ShopEdit::PlaceOrder(sale))?;
            self.invoice_and_send(nth, order)?;
            // Refunds are spread over the orders.
            if share(recipe.credit_memos, nth + 1, recipe.orders) > share(recipe.credit_memos, nth, recipe.orders) {
                self.clock.advance(SignedDuration::from_secs(60));
                self.shop.edit(&ShopEdit::Refund { order, set: SeedRow::new() })?;
            }
        }
        Ok(())
    }

    /// Invoices and shipments are spread over the orders; the turn of an order with nothing to send is the next one's.
    fn invoice_and_send(&mut self, nth: u32, order: i64) -> Result<(), GenerateError> {
        let recipe = self.recipe;
        let told = OrderDocument { order, ..OrderDocument::default() };
        if self.invoiced < share(recipe.invoices, nth + 1, recipe.orders) {
            self.clock.advance(SignedDuration::from_mins(20));
            self.shop.edit(&ShopEdit::Invoice(told.clone()))?;
            self.invoiced += 1;
        }
        let row = self.shop.database().table("sales_flat_order").row(order);
        let is_sent = row.is_some_and(|row| row.get("is_virtual") != Some("1"));
        if is_sent && self.sent < share(recipe.shipments, nth + 1, recipe.orders) {
            self.clock.advance(SignedDuration::from_mins(90));
            self.shop.edit(&ShopEdit::Ship(told))?;
            self.sent += 1;
        }
        Ok(())
    }

    pub(super) fn carts(&mut self) -> Result<(), GenerateError> {
        for nth in 0..self.recipe.carts {
            self.clock.set(self.recipe.moment(nth, self.recipe.carts));
            let customer = Some(1 + i64::from(nth % self.recipe.customers));
            let sale = Sale { customer, items: self.items(1 + nth % 3), ..Sale::default() };
            self.shop.edit(&ShopEdit::FillCart(sale))?;
        }
        Ok(())
    }

    pub(super) fn subscribers(&mut self) -> Result<(), GenerateError> {
        for nth in 0..self.recipe.subscribers {
            self.clock.set(self.recipe.moment(nth, self.recipe.subscribers));
            let status = [1, 1, 1, 3][self.random.below(4)];
            self.shop.edit(&ShopEdit::Subscribe { email: email(nth), status, set: SeedRow::new() })?;
        }
        Ok(())
    }

    /// Every tenth a guest, the others customers in turn.
    fn buyer(&mut self, nth: u32) -> Sale {
        let is_guest = nth % 10 == 9 || self.recipe.customers == 0;
        if !is_guest {
            let customer = 1 + i64::from(nth % self.recipe.customers);
            return Sale { customer: Some(customer), address: self.made_up_address(customer), ..Sale::default() };
        }
        let (first, last) = (self.random.one_of(FIRST_NAMES), self.random.one_of(LAST_NAMES));
        let email = format!("guest.{}@example.net", 1 + nth / 20);
        Sale {
            guest: row(&[("email", email.as_str()), ("firstname", first), ("lastname", last)]),
            address: address(first, last, &mut self.random),
            ..Sale::default()
        }
    }

    /// Where a customer without an address lives; nothing for one who has told.
    fn made_up_address(&mut self, customer: i64) -> SeedRow {
        let row = self.shop.database().table("customer").row(customer);
        let Some(row) = row.filter(|row| row.get("default_billing").is_none()) else { return SeedRow::new() };
        let or = |column: &str, otherwise: &str| row.get(column).unwrap_or(otherwise).to_owned();
        let (first, last) = (or("firstname", "No"), or("lastname", "Name"));
        address(&first, &last, &mut self.random)
    }

    fn items(&mut self, count: u32) -> Vec<SeedRow> {
        let items = (0..count).map(|_| {
            if !self.on_sale.is_empty() {
                let sku = &self.on_sale[self.random.below(self.on_sale.len())];
                return row(&[("sku", sku), ("qty", ["1", "1", "2", "3"][self.random.below(4)])]);
            }
            let (sku, name, cents) = self.random.one_of(PRODUCTS);
            let price = format!("{}.{:02}", cents / 100, cents % 100);
            row(&[("sku", sku), ("name", name), ("price", &price), ("qty", ["1", "1", "2", "3"][self.random.below(4)])])
        });
        items.collect()
    }
}

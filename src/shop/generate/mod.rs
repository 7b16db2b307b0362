//! Shops of any size, made up: customers with addresses, a catalogue, carts, orders with invoices, shipments and credit
//! memos, and newsletter subscribers, the same for the same numbers. Sales go through the counter as in scenarios and
//! products through the API, so that every row has what a shop writes.

mod goods;
mod people;
mod recipe;
mod sales;

pub(super) use people::{FIRST_NAMES, LAST_NAMES};
pub(super) use recipe::row;
pub use recipe::{GenerateError, Recipe};

use super::database::Database;
use super::row::Row;
use super::seed::{Seed, SeedUser};
use super::{Shop, ShopConfig};
use crate::clock::Clock;
use recipe::Random;
use sales::Sales;

/// Makes a shop up: one website with one store view, and the API user `oro` with the key `oro-key-1`.
///
/// # Errors
/// [`GenerateError::Recipe`] when the numbers do not fit together.
pub fn generate(recipe: &Recipe) -> Result<Seed, GenerateError> {
    generate_with(recipe, |_| {}, |_, _| Ok(()))
}

/// The same with changes of the seed before anything is sold, and with sales after the others.
pub(super) fn generate_with(
    recipe: &Recipe,
    prepare: impl FnOnce(&mut Seed),
    more_sales: impl FnOnce(&mut Shop, &Clock) -> Result<(), GenerateError>,
) -> Result<Seed, GenerateError> {
    recipe.check()?;
    let mut random = Random::new(recipe.random_seed);
    let mut seed = Seed { customers: people::customers(recipe, &mut random), ..installation() };
    prepare(&mut seed);
    furnish(seed, recipe, random, more_sales)
}

/// A shop of people who are there already, with what a recipe says of goods and sales.
pub(super) fn furnished(
    people: Seed,
    recipe: &Recipe,
    more_sales: impl FnOnce(&mut Shop, &Clock) -> Result<(), GenerateError>,
) -> Result<Seed, GenerateError> {
    recipe.check()?;
    furnish(people, recipe, Random::new(recipe.random_seed), more_sales)
}

fn furnish(
    mut seed: Seed,
    recipe: &Recipe,
    mut random: Random,
    more_sales: impl FnOnce(&mut Shop, &Clock) -> Result<(), GenerateError>,
) -> Result<Seed, GenerateError> {
    if recipe.products > 0 {
        seed.attributes.extend(goods::attributes());
    }
    let clock = Clock::virtual_at(recipe.from);
    let mut shop = Shop::new(ShopConfig::new(clock.clone()), seed.clone())?;
    if recipe.products > 0 {
        goods::put_on_shelves(&mut shop, recipe, &mut random)?;
    }
    let mut sales = Sales::new(recipe, random, &mut shop, clock.clone());
    sales.orders()?;
    sales.carts()?;
    sales.subscribers()?;
    more_sales(&mut shop, &clock)?;
    if recipe.products > 0 {
        goods::restock(&mut shop);
    }
    Ok(Seed { tables: tables(shop.database(), recipe.products > 0), ..seed })
}

/// One website with one store view, and the user that the sync logs in as.
fn installation() -> Seed {
    Seed {
        config: [("general/locale/timezone", "UTC"), ("web/unsecure/base_url", "http://generated.example/")]
            .map(|(path, value)| (path.to_owned(), value.to_owned()))
            .into(),
        websites: vec![row(&[("website_id", "1"), ("code", "base"), ("name", "Generated"), ("is_default", "1")])],
        store_views: vec![row(&[("store_id", "1"), ("code", "default"), ("website_id", "1"), ("name", "English")])],
        api_users: vec![SeedUser::with_full_access("oro", "oro-key-1")],
        ..Seed::default()
    }
}

/// Beginnings of the names of tables that hold a catalogue.
const OF_GOODS: &[&str] = &["catalog_", "cataloginventory_", "downloadable_"];

/// The rows that were made; customers are in a seed of their own.
fn tables(database: &Database, has_goods: bool) -> indexmap::IndexMap<String, Vec<Row>> {
    let is_made = |name: &&str| {
        name.starts_with("sales_flat_")
            || ["newsletter_subscriber", "eav_entity_store"].contains(name)
            || has_goods && OF_GOODS.iter().any(|beginning| name.starts_with(beginning))
    };
    let rows = |name: &str| -> Vec<Row> {
        database.get(name).into_iter().flat_map(super::database::Table::iter).map(|(_, row)| row.clone()).collect()
    };
    let tables = Database::names().filter(is_made).map(|name| (name.to_owned(), rows(name)));
    tables.filter(|(_, rows)| !rows.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe() -> Recipe {
        Recipe {
            customers: 40,
            addresses: 60,
            products: 0,
            carts: 10,
            orders: 30,
            items: 90,
            invoices: 12,
            shipments: 6,
            credit_memos: 3,
            subscribers: 20,
            from: "2023-01-01T00:00:00Z".parse().unwrap(),
            to: "2024-01-01T00:00:00Z".parse().unwrap(),
            random_seed: 1,
        }
    }

    #[test]
    fn a_recipe_makes_just_what_it_asks_for_in_a_shop_that_opens() {
        let seed = generate(&recipe()).unwrap();
        let clock = Clock::virtual_at("2024-01-01T00:00:00Z".parse().unwrap());
        let shop = Shop::new(ShopConfig::new(clock), seed).unwrap();
        let count = |table: &str| shop.database().get(table).map(super::super::database::Table::len);
        for (table, rows) in [
            ("customer", 40),
            ("customer_address", 60),
            // Ten carts that are open, and one for each order.
            ("sales_flat_quote", 40),
            ("sales_flat_order", 30),
            ("sales_flat_order_item", 90),
            // Those that are refunded are invoiced before.
            ("sales_flat_shipment", 6),
            ("sales_flat_creditmemo", 3),
            ("newsletter_subscriber", 20),
        ] {
            assert_eq!(count(table), Some(rows), "{table}");
        }
        let orders = shop.database().table("sales_flat_order");
        let guests = orders.iter().filter(|(_, order)| order.get("customer_id").is_none()).count();
        assert_eq!(guests, 3, "every tenth order is a guest's");
        let last = orders.row(30).unwrap();
        assert_eq!((last.text("increment_id"), last.text("created_at")), ("100000030", "2023-12-19 20:00:00"));
    }

    #[test]
    fn the_same_recipe_makes_the_same_seed_and_another_number_another() {
        let yaml = |recipe: &Recipe| generate(recipe).unwrap().to_yaml().unwrap();
        assert_eq!(yaml(&recipe()), yaml(&recipe()));
        assert_ne!(yaml(&recipe()), yaml(&Recipe { random_seed: 2, ..recipe() }));
    }

    #[test]
    fn numbers_that_do_not_fit_together_are_refused() {
        for wrong in [
            Recipe { to: recipe().from, ..recipe() },
            Recipe { customers: 0, subscribers: 0, ..recipe() },
            Recipe { credit_memos: 31, ..recipe() },
            Recipe { invoices: 31, ..recipe() },
            Recipe { shipments: 31, ..recipe() },
            Recipe { items: 29, ..recipe() },
            Recipe { subscribers: 41, ..recipe() },
        ] {
            assert!(matches!(generate(&wrong), Err(GenerateError::Recipe(_))), "{wrong:?}");
        }
    }
}

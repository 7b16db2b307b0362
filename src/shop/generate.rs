//! Shops of any size, made up: customers with addresses, carts, orders, credit memos and newsletter subscribers, the same
//! for the same numbers. Sales go through the counter as in scenarios, so that every row has what a checkout writes.

use jiff::{SignedDuration, Timestamp};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::database::Database;
use super::edit::{EditError, ShopEdit};
use super::row::Row;
use super::sales::Sale;
use super::seed::{Seed, SeedCustomer, SeedError, SeedRow, SeedUser};
use super::{Shop, ShopConfig};
use crate::clock::Clock;
use crate::datetime;

/// How much of everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// Registered customers.
    pub customers: u32,
    /// Addresses of them all.
    pub addresses: u32,
    /// Carts that wait to be ordered.
    pub carts: u32,
    /// Orders; every tenth is a guest's.
    pub orders: u32,
    /// Items of all orders.
    pub items: u32,
    /// Refunds.
    pub credit_memos: u32,
    /// Newsletter subscribers.
    pub subscribers: u32,
    /// The first thing that happened; the rest is spread evenly.
    pub from: Timestamp,
    /// Before this everything had happened.
    pub to: Timestamp,
    /// What the made-up names and prices start from.
    pub random_seed: u64,
}

/// Why a shop cannot be made up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// Numbers that do not fit.
    #[error("{0}")]
    Recipe(&'static str),
    /// The shop refuses its own rows, which is a bug.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The same, for the whole.
    #[error(transparent)]
    Seed(#[from] SeedError),
}

pub(super) const FIRST_NAMES: &[&str] = &[
    "Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Grace", "Hugo", "Iris", "Jan", "Kaya", "Liam", "María", "Noor",
    "Otto", "Pia", "Quentin", "Rosa", "Søren", "Tess", "Uma", "Viktor", "Wanda", "Xaver", "Yuki", "Zoë",
];
pub(super) const LAST_NAMES: &[&str] = &[
    "Abel", "Brandt", "Cortez", "Dubois", "Eriksen", "Fischer", "García", "Hansen", "Ivanova", "Jansen", "Kowalski",
    "Lovelace", "Müller", "Novak", "O'Neil", "Petrov", "Quinn", "Rossi", "Schmidt", "Tanaka", "Ueda", "Varga", "Weiß",
];
/// City, postcode, country, region and its id in Magento's directory.
const PLACES: &[(&str, &str, &str, &str, &str)] = &[
    ("Los Angeles", "90001", "US", "California", "12"),
    ("Albany", "12201", "US", "New York", "43"),
    ("Austin", "78701", "US", "Texas", "57"),
    ("München", "80331", "DE", "Bayern", "81"),
    ("Berlin", "10115", "DE", "Berlin", "82"),
    ("London", "N1 9GU", "GB", "", ""),
    ("København", "1050", "DK", "", ""),
];
const STREETS: &[&str] = &["Main St", "High Street", "Königstraße", "Park Avenue", "Rue de la Paix", "Harbour Road"];
/// Sku, name, price in cents.
const PRODUCTS: &[(&str, &str, u32)] = &[
    ("mug", "Mug", 1250),
    ("pot", "Tea pot", 3000),
    ("tea-green", "Green tea, 100 g", 890),
    ("tea-black", "Black tea, 100 g", 790),
    ("spoon", "Spoon", 450),
    ("tray", "Oak tray", 4900),
    ("cosy", "Tea cosy", 2100),
];

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
    check(recipe)?;
    let mut random = Random(ChaCha8Rng::seed_from_u64(recipe.random_seed));
    let mut seed = Seed { customers: customers(recipe, &mut random), ..installation() };
    prepare(&mut seed);
    let clock = Clock::virtual_at(recipe.from);
    let mut shop = Shop::new(ShopConfig::new(clock.clone()), seed.clone())?;
    let mut sales = Sales { recipe, random, shop: &mut shop, clock: clock.clone() };
    sales.orders()?;
    sales.carts()?;
    sales.subscribers()?;
    more_sales(&mut shop, &clock)?;
    Ok(Seed { tables: sale_tables(shop.database()), ..seed })
}

fn check(recipe: &Recipe) -> Result<(), GenerateError> {
    let refuse = |text| Err(GenerateError::Recipe(text));
    if recipe.to <= recipe.from {
        return refuse("the end is not after the beginning; give a later --to or an earlier --from");
    }
    if recipe.customers == 0 && (recipe.addresses > 0 || recipe.carts > 0) {
        return refuse("addresses and carts belong to customers; ask for at least one customer");
    }
    if recipe.credit_memos > recipe.orders {
        return refuse("there are more credit memos than orders; an order is refunded once");
    }
    if recipe.items < recipe.orders || (recipe.orders == 0 && recipe.items > 0) {
        return refuse("every order has at least one item, and every item an order; ask for other --items");
    }
    if recipe.subscribers > recipe.customers {
        return refuse("subscribers are customers here; ask for as many customers as subscribers");
    }
    Ok(())
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

fn customers(recipe: &Recipe, random: &mut Random) -> Vec<SeedCustomer> {
    let mut customers = Vec::new();
    let mut addresses = 0;
    for nth in 0..recipe.customers {
        let (first, last) = (random.one_of(FIRST_NAMES), random.one_of(LAST_NAMES));
        let at = datetime::to_sql(moment(recipe, nth, recipe.customers));
        let fields = row(&[
            ("customer_id", &(nth + 1).to_string()),
            ("email", &email(nth)),
            ("firstname", first),
            ("lastname", last),
            ("gender", ["1", "2"][random.below(2)]),
            ("dob", &format!("{}-0{}-1{} 00:00:00", 1950 + random.below(50), 1 + random.below(9), random.below(10))),
            ("created_at", &at),
            ("updated_at", &at),
        ]);
        let until = share(recipe.addresses, nth + 1, recipe.customers);
        let own = (addresses..until).map(|_| address(first, last, random).into()).collect();
        addresses = until;
        customers.push(SeedCustomer { addresses: own, fields: fields.into() });
    }
    customers
}

fn email(nth: u32) -> String {
    format!("customer.{}@example.com", nth + 1)
}

fn address(first: &str, last: &str, random: &mut Random) -> SeedRow {
    let (city, postcode, country, region, region_id) = random.one_of(PLACES);
    let street = format!("{} {}", 1 + random.below(200), random.one_of(STREETS));
    let telephone = format!("555-{:04}", random.below(10_000));
    let mut columns = vec![
        ("firstname", first),
        ("lastname", last),
        ("street", street.as_str()),
        ("city", city),
        ("postcode", postcode),
        ("country_id", country),
        ("telephone", telephone.as_str()),
    ];
    if !region.is_empty() {
        columns.extend([("region", region), ("region_id", region_id)]);
    }
    row(&columns)
}

/// Things that happen at the counter, each at its time.
struct Sales<'a> {
    recipe: &'a Recipe,
    random: Random,
    shop: &'a mut Shop,
    clock: Clock,
}

impl Sales<'_> {
    fn orders(&mut self) -> Result<(), GenerateError> {
        let recipe = self.recipe;
        for nth in 0..recipe.orders {
            self.clock.set(moment(recipe, nth, recipe.orders));
            let items = share(recipe.items, nth + 1, recipe.orders) - share(recipe.items, nth, recipe.orders);
            let sale = Sale { items: self.items(items), ..self.buyer(nth) };
            let order = self.shop.edit(&ShopEdit::PlaceOrder(sale))?;
            // Refunds are spread over the orders.
            if share(recipe.credit_memos, nth + 1, recipe.orders) > share(recipe.credit_memos, nth, recipe.orders) {
                self.clock.advance(SignedDuration::from_secs(60));
                self.shop.edit(&ShopEdit::Refund { order, set: SeedRow::new() })?;
            }
        }
        Ok(())
    }

    fn carts(&mut self) -> Result<(), GenerateError> {
        for nth in 0..self.recipe.carts {
            self.clock.set(moment(self.recipe, nth, self.recipe.carts));
            let customer = Some(1 + i64::from(nth % self.recipe.customers));
            let sale = Sale { customer, items: self.items(1 + nth % 3), ..Sale::default() };
            self.shop.edit(&ShopEdit::FillCart(sale))?;
        }
        Ok(())
    }

    fn subscribers(&mut self) -> Result<(), GenerateError> {
        for nth in 0..self.recipe.subscribers {
            self.clock.set(moment(self.recipe, nth, self.recipe.subscribers));
            let status = [1, 1, 1, 3][self.random.below(4)];
            self.shop.edit(&ShopEdit::Subscribe { email: email(nth), status, set: SeedRow::new() })?;
        }
        Ok(())
    }

    /// Every tenth a guest, the others customers in turn.
    fn buyer(&mut self, nth: u32) -> Sale {
        let is_guest = nth % 10 == 9 || self.recipe.customers == 0;
        if !is_guest {
            let customer = Some(1 + i64::from(nth % self.recipe.customers));
            return Sale { customer, ..Sale::default() };
        }
        let (first, last) = (self.random.one_of(FIRST_NAMES), self.random.one_of(LAST_NAMES));
        let email = format!("guest.{}@example.net", 1 + nth / 20);
        Sale {
            guest: row(&[("email", email.as_str()), ("firstname", first), ("lastname", last)]),
            address: address(first, last, &mut self.random),
            ..Sale::default()
        }
    }

    fn items(&mut self, count: u32) -> Vec<SeedRow> {
        let items = (0..count).map(|_| {
            let (sku, name, cents) = self.random.one_of(PRODUCTS);
            let price = format!("{}.{:02}", cents / 100, cents % 100);
            row(&[("sku", sku), ("name", name), ("price", &price), ("qty", ["1", "1", "2", "3"][self.random.below(4)])])
        });
        items.collect()
    }
}

/// The rows that sales made; customers are in a seed of their own.
fn sale_tables(database: &Database) -> indexmap::IndexMap<String, Vec<Row>> {
    let of_sales =
        |name: &&str| name.starts_with("sales_flat_") || ["newsletter_subscriber", "eav_entity_store"].contains(name);
    let rows = |name: &str| -> Vec<Row> {
        database.get(name).into_iter().flat_map(super::database::Table::iter).map(|(_, row)| row.clone()).collect()
    };
    let tables = Database::names().filter(of_sales).map(|name| (name.to_owned(), rows(name)));
    tables.filter(|(_, rows)| !rows.is_empty()).collect()
}

/// When the nth of so many happens.
pub(super) fn moment(recipe: &Recipe, nth: u32, of: u32) -> Timestamp {
    let span = recipe.to.as_second() - recipe.from.as_second();
    let after = span * i64::from(nth) / i64::from(of.max(1));
    Timestamp::from_second(recipe.from.as_second() + after).unwrap_or(recipe.from)
}

/// How many of `all` are given out once `nth` of `of` had their turn.
fn share(all: u32, nth: u32, of: u32) -> u32 {
    u32::try_from(u64::from(all) * u64::from(nth) / u64::from(of.max(1))).unwrap_or(u32::MAX)
}

pub(super) fn row(columns: &[(&str, &str)]) -> SeedRow {
    columns.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
}

/// Chances, the same every time.
struct Random(ChaCha8Rng);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.next_u32()).unwrap_or_default() % bound
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe() -> Recipe {
        Recipe {
            customers: 40,
            addresses: 60,
            carts: 10,
            orders: 30,
            items: 90,
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
            Recipe { items: 29, ..recipe() },
            Recipe { subscribers: 41, ..recipe() },
        ] {
            assert!(matches!(generate(&wrong), Err(GenerateError::Recipe(_))), "{wrong:?}");
        }
    }
}

//! Shops that come with the program, by name: the corner shop, and a staging shop that is big and lived in, with what
//! makes people look at a plan twice.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::Shop;
use super::edit::ShopEdit;
use super::generate::{FIRST_NAMES, GenerateError, LAST_NAMES, Recipe, furnished, generate_with, row};
use super::sales::Sale;
use super::seed::{Seed, SeedCustomer, SeedError};
use super::{OrderDocument, OrderRemark};
use crate::clock::Clock;

/// The names, the default first.
pub const NAMES: [&str; 2] = ["corner-shop", "big"];

/// Customers of the big shop who have an account in its second website too, under the same e-mail address.
const ON_BOTH_WEBSITES: u32 = 40;
/// Customers of the second website who are called as one of the first, with another e-mail address.
const NAMESAKES: u32 = 20;
/// Orders that registered customers made without logging in.
const FORGOT_TO_LOG_IN: u32 = 30;

static BIG: Mutex<Option<Seed>> = Mutex::new(None);

/// A shop by name; `None` for a name that is no shop's.
///
/// # Errors
/// None in a released build; a test makes all of them.
pub fn seed(name: &str) -> Option<Result<Seed, GenerateError>> {
    match name {
        "corner-shop" => Some(corner_shop()),
        "big" => Some(once(&BIG, big)),
        _ => None,
    }
}

impl Seed {
    /// The shop that comes with this program: two websites, a dozen customers, thirty products and what was sold of them.
    ///
    /// # Errors
    /// None in a released build; a test reads it.
    pub fn corner_shop() -> Result<Self, SeedError> {
        corner_shop().map_err(|error| SeedError::Invalid {
            what: format!("corner-shop: {error}"),
            remedy: "report this as a bug".to_owned(),
        })
    }

    /// Its people alone, who are a file, before anything is sold: where the numbers of what is sold must begin with one.
    ///
    /// # Errors
    /// The same.
    pub fn corner_shop_people() -> Result<Self, SeedError> {
        Self::parse(include_str!("../../scenarios/seeds/corner-shop.yaml"), "corner-shop.yaml")
    }
}

/// A seed that is made once; its rows are shared.
fn once(made: &Mutex<Option<Seed>>, make: impl FnOnce() -> Result<Seed, GenerateError>) -> Result<Seed, GenerateError> {
    let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
    let seed = match made.take() {
        Some(seed) => seed,
        None => make()?,
    };
    Ok(made.insert(seed).clone())
}

fn corner_shop() -> Result<Seed, GenerateError> {
    static MADE: Mutex<Option<Seed>> = Mutex::new(None);
    once(&MADE, || furnished(Seed::corner_shop_people()?, &corner_recipe(), odd_orders))
}

/// Eight weeks around the end of 2013.
fn corner_recipe() -> Recipe {
    Recipe {
        customers: 12,
        addresses: 0,
        products: 30,
        carts: 3,
        orders: 12,
        items: 30,
        invoices: 7,
        shipments: 5,
        credit_memos: 1,
        subscribers: 0,
        from: Timestamp::from_second(1_384_502_400).unwrap_or_default(),
        to: Timestamp::from_second(1_389_182_400).unwrap_or_default(),
        random_seed: 3,
    }
}

/// Orders that went otherwise: one is canceled, one waits, one is sent and refunded in part.
fn odd_orders(shop: &mut Shop, clock: &Clock) -> Result<(), GenerateError> {
    clock.set(corner_recipe().to);
    let mut order = |customer: i64| -> Result<i64, GenerateError> {
        clock.advance(SignedDuration::from_hours(1));
        let items = vec![
            row(&[("sku", "harbour-pot"), ("qty", "2")]),
            row(&[("sku", "harbour-mug"), ("qty", "1")]),
            row(&[("sku", "harbour-breakfast"), ("qty", "1")]),
            row(&[("sku", "harbour-wrapping"), ("qty", "1")]),
            row(&[("sku", "harbour-book"), ("qty", "1")]),
        ];
        Ok(shop.edit(&ShopEdit::PlaceOrder(Sale { customer: Some(customer), items, ..Sale::default() }))?)
    };
    let (canceled, held, returned) = (order(1)?, order(2)?, order(5)?);
    shop.edit(&ShopEdit::CancelOrder { order: canceled })?;
    shop.edit(&ShopEdit::HoldOrder { order: held })?;
    let whole = OrderDocument { order: returned, ..OrderDocument::default() };
    shop.edit(&ShopEdit::Invoice(whole.clone()))?;
    shop.edit(&ShopEdit::Ship(whole.clone()))?;
    let remark = OrderRemark { comment: Some("The lid was broken.".to_owned()), notify: true, visible: true };
    let pot = [("harbour-pot".to_owned(), "1".to_owned())].into();
    shop.edit(&ShopEdit::CreditMemo(OrderDocument { items: Some(pot), remark, ..whole }))?;
    Ok(())
}

/// Two years of a shop with two websites: 2,000 customers and 60 more in the second website, 500 products, 1,030 orders,
/// guests who share an e-mail address, guests who are customers, and a store view that was closed.
fn big() -> Result<Seed, GenerateError> {
    let recipe = recipe();
    generate_with(&recipe, |seed| prepare(seed, &recipe), |shop, clock| guests_who_are_customers(shop, clock, &recipe))
}

fn recipe() -> Recipe {
    Recipe {
        customers: 2_000,
        addresses: 3_000,
        products: 500,
        carts: 300,
        orders: 1_000,
        items: 2_500,
        invoices: 300,
        shipments: 200,
        credit_memos: 25,
        subscribers: 800,
        from: Timestamp::from_second(1_704_067_200).unwrap_or_default(),
        to: Timestamp::from_second(1_767_225_600).unwrap_or_default(),
        random_seed: 7,
    }
}

fn prepare(seed: &mut Seed, recipe: &Recipe) {
    for (nth, customer) in seed.customers.iter_mut().enumerate() {
        give_own_name(customer, nth);
    }
    seed.websites.push(row(&[("website_id", "2"), ("code", "trade"), ("name", "Trade")]));
    for (id, code, website, name, active) in
        [("2", "trade", "2", "Trade", "1"), ("3", "old", "1", "Old shop", "0"), ("4", "de", "1", "Deutsch", "1")]
    {
        seed.store_views.push(row(&[
            ("store_id", id),
            ("code", code),
            ("website_id", website),
            ("name", name),
            ("is_active", active),
        ]));
    }
    let twins = (0..ON_BOTH_WEBSITES + NAMESAKES).filter_map(|nth| twin(seed, recipe, nth)).collect::<Vec<_>>();
    seed.customers.extend(twins);
}

/// Names that nobody else has, so that namesakes are those that were meant to be.
fn give_own_name(customer: &mut SeedCustomer, nth: usize) {
    let (first, lasts) = (FIRST_NAMES[nth % FIRST_NAMES.len()], LAST_NAMES.len());
    let nth = nth / FIRST_NAMES.len();
    let last = format!("{}-{}", LAST_NAMES[nth % lasts], LAST_NAMES[(nth / lasts + nth % lasts + 1) % lasts]);
    for fields in std::iter::once(&mut customer.fields).chain(&mut customer.addresses) {
        fields.set("firstname", first);
        fields.set("lastname", last.as_str());
    }
}

/// A customer of the second website who is, or seems to be, one of the first.
fn twin(seed: &Seed, recipe: &Recipe, nth: u32) -> Option<SeedCustomer> {
    let original = seed.customers.get(usize::try_from(nth).ok()? * 7)?;
    let mut fields = original.fields.clone();
    let mut set = |name: &str, value: String| fields.set(name, value);
    set("customer_id", (recipe.customers + nth + 1).to_string());
    set("website_id", "2".to_owned());
    set("store_id", "2".to_owned());
    if nth < ON_BOTH_WEBSITES {
        // Every other one gave another name there.
        if nth.is_multiple_of(2) {
            set("firstname", FIRST_NAMES[usize::try_from(nth).ok()? % FIRST_NAMES.len()].chars().take(1).collect());
        }
    } else {
        set("email", format!("namesake.{nth}@example.org"));
    }
    Some(SeedCustomer { addresses: Vec::new(), fields })
}

fn guests_who_are_customers(shop: &mut Shop, clock: &Clock, recipe: &Recipe) -> Result<(), GenerateError> {
    for nth in 0..FORGOT_TO_LOG_IN {
        clock.set(recipe.moment(nth, FORGOT_TO_LOG_IN));
        clock.advance(SignedDuration::from_hours(1));
        let email = format!("customer.{}@example.com", 1 + nth * 11);
        let guest = row(&[("email", &email), ("firstname", "Guest"), ("lastname", LAST_NAMES[0])]);
        let items = vec![row(&[("sku", "harbour-mug"), ("qty", "1")])];
        shop.edit(&ShopEdit::PlaceOrder(Sale { guest, items, ..Sale::default() }))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::ShopConfig;

    #[test]
    fn every_named_shop_opens_and_the_big_one_is_the_same_every_time() {
        for name in NAMES {
            let made = seed(name).unwrap().unwrap();
            assert!(Shop::new(ShopConfig::new(Clock::virtual_at(recipe().to)), made).is_ok(), "{name}");
        }
        assert!(seed("nobody's").is_none());
        assert_eq!(big().unwrap().to_json().unwrap(), seed("big").unwrap().unwrap().to_json().unwrap());
    }

    #[test]
    fn the_big_shop_has_twins_namesakes_and_guests_who_are_customers() {
        let shop = Shop::new(ShopConfig::new(Clock::virtual_at(recipe().to)), seed("big").unwrap().unwrap()).unwrap();
        let customers = shop.database().table("customer");
        let (mut emails, mut names) = (std::collections::BTreeMap::new(), std::collections::BTreeMap::new());
        for (_, customer) in customers.iter() {
            *emails.entry(customer.text("email").to_owned()).or_insert(0) += 1;
            *names.entry((customer.text("firstname").to_owned(), customer.text("lastname").to_owned())).or_insert(0) +=
                1;
        }
        assert_eq!(customers.len(), 2_060);
        assert_eq!(emails.values().filter(|count| **count == 2).count(), 40);
        assert_eq!(names.values().filter(|count| **count == 2).count(), 40, "20 who gave the same name, 20 namesakes");
        let orders = shop.database().table("sales_flat_order");
        let known = |email: &str| emails.contains_key(email);
        let guests = orders.iter().filter(|(_, order)| order.get("customer_id").is_none());
        let (customers, strangers): (Vec<_>, Vec<_>) =
            guests.partition(|(_, order)| known(order.text("customer_email")));
        assert_eq!((orders.len(), customers.len(), strangers.len()), (1_030, 30, 100));
    }
}

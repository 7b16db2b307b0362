//! What a drawn scenario knows of its shop and its CRM, so that its edits name what is there: customers, addresses, carts
//! and orders of the corner shop and those that the scenario itself has made. Whatever gets its id from Magento in an order
//! nobody can foresee is called by its e-mail address, or not touched again.

use std::sync::OnceLock;

use jiff::Timestamp;

use super::dice::Dice;
use crate::clock::Clock;
use crate::shop::{Seed, Shop, ShopConfig};

/// Customers of the corner shop: id, day of registration, store view; the ids of their addresses. One without a name is left
/// alone: the CRM's form would not take an edit.
const SEEDED: &[(u32, &str, u32, &[u32])] = &[
    (1, "2013-05-02", 1, &[1, 2]),
    (2, "2013-06-15", 2, &[3]),
    (3, "2013-07-01", 1, &[]),
    (4, "2013-08-20", 1, &[]),
    (5, "2013-09-09", 1, &[4]),
    (6, "2013-10-10", 2, &[]),
    (8, "2013-11-30", 1, &[5]),
    (9, "2013-12-01", 3, &[]),
    (10, "2013-12-05", 3, &[]),
    (11, "2013-12-24", 1, &[]),
    (12, "2013-12-31", 1, &[]),
];
/// Store views with the website each belongs to.
const STORES: &[(u32, u32)] = &[(1, 1), (2, 1), (3, 2)];

/// The last cart and, by store view, the last number of an order that the corner shop comes with: new ones go on from there.
static SOLD: OnceLock<(u32, [u32; 3])> = OnceLock::new();

fn sold() -> Option<(u32, [u32; 3])> {
    let clock = Clock::virtual_at(Timestamp::UNIX_EPOCH);
    let shop = Shop::new(ShopConfig::new(clock), Seed::corner_shop().ok()?).ok()?;
    let last = shop.database().table("sales_flat_quote").iter().map(|(id, _)| id).max().unwrap_or_default();
    let mut orders = [0; 3];
    for (_, order) in shop.database().table("sales_flat_order").iter() {
        let store: usize = order.text("store_id").parse().ok()?;
        let number: u32 = order.text("increment_id").get(1..)?.parse().ok()?;
        let made = orders.get_mut(store.checked_sub(1)?)?;
        *made = number.max(*made);
    }
    Some((u32::try_from(last).ok()?, orders))
}

/// A customer of the shop.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    /// How the scenario calls them: Magento's id, or the e-mail address.
    pub(super) name: String,
    pub(super) store: u32,
    pub(super) addresses: Vec<u32>,
    /// Whether a sync lists them: since the sync start date they have registered, or were saved.
    pub(super) is_listed: bool,
    /// Whether a sync without trouble has brought them into the CRM.
    pub(super) is_in_crm: bool,
}

/// An order of the shop.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) number: String,
    pub(super) is_over: bool,
}

/// What is there by now.
#[derive(Clone, Debug)]
pub(super) struct People {
    pub(super) customers: Vec<Customer>,
    pub(super) orders: Vec<Order>,
    /// Carts that nobody has bought.
    pub(super) carts: Vec<u32>,
    carts_made: u32,
    orders_made: [u32; 3],
    /// Guests by the number in their address, those who have not registered.
    pub(super) guests: Vec<u32>,
    names_made: u32,
    /// Whether a sync without trouble has been. What is saved before is not counted on: the first sync may have been stopped
    /// before it knew the shop's time, from which changes are read.
    is_begun: bool,
}

impl People {
    /// The corner shop, of which a sync brings what was made since `start`.
    pub(super) fn new(start: &str) -> Self {
        let customer = |(id, since, store, addresses): &(u32, &str, u32, &[u32])| Customer {
            name: id.to_string(),
            store: *store,
            addresses: addresses.to_vec(),
            is_listed: *since > start,
            is_in_crm: false,
        };
        let (carts_made, orders_made) = *SOLD.get_or_init(|| sold().unwrap_or_default());
        Self {
            customers: SEEDED.iter().map(customer).collect(),
            orders: Vec::new(),
            carts: Vec::new(),
            carts_made,
            orders_made,
            guests: vec![1, 2, 3],
            names_made: 0,
            is_begun: false,
        }
    }

    /// A word that nobody has used, in letters of several scripts.
    pub(super) fn new_word(&mut self, dice: &mut Dice) -> String {
        self.names_made += 1;
        let letters = ["Ada", "Zoë", "Łukasz", "伟", "O'Hara", "Иван", "van den Berg", "<Tag> & Co"];
        format!("{} {}", dice.pick(&letters).copied().unwrap_or_default(), self.names_made)
    }

    /// An e-mail address that nobody has.
    pub(super) fn new_email(&mut self) -> String {
        self.names_made += 1;
        format!("new{}@example.com", self.names_made)
    }

    /// The spelling of a guest's address somebody uses today.
    pub(super) fn guest_email(number: u32, dice: &mut Dice) -> String {
        if dice.chance(30) { format!("Guest{number}@Example.com") } else { format!("guest{number}@example.com") }
    }

    pub(super) fn website(store: u32) -> u32 {
        STORES.iter().find(|(known, _)| *known == store).map_or(1, |(_, website)| *website)
    }

    /// A cart was made; its id.
    pub(super) fn cart_made(&mut self) -> u32 {
        self.carts_made += 1;
        self.carts_made
    }

    /// An order was placed in a store view, out of a cart or with one of its own.
    pub(super) fn order_placed(&mut self, store: u32, cart: Option<u32>) {
        match cart {
            Some(cart) => self.carts.retain(|open| *open != cart),
            None => drop(self.cart_made()),
        }
        let place = usize::try_from(store.saturating_sub(1)).unwrap_or_default();
        let Some(made) = self.orders_made.get_mut(place) else { return };
        *made += 1;
        self.orders.push(Order { number: format!("{store}{made:08}"), is_over: false });
    }

    /// How many carts there have been.
    pub(super) fn cart_count(&self) -> u32 {
        self.carts_made
    }

    /// A sync without trouble came through.
    pub(super) fn synced(&mut self) {
        self.synced_but(|_| true);
    }

    /// The same, of those customers only.
    pub(super) fn synced_but(&mut self, only: impl Fn(&Customer) -> bool) {
        self.is_begun = true;
        let listed = |customer: &&mut Customer| customer.is_listed && only(customer);
        self.customers.iter_mut().filter(listed).for_each(|customer| customer.is_in_crm = true);
    }

    /// What was drawn since `before` may happen or not: what it made is not counted on, and neither is what it took away.
    pub(super) fn may_be_as(&mut self, before: Self) {
        let now = std::mem::replace(self, before);
        self.names_made = now.names_made;
        self.guests.retain(|guest| now.guests.contains(guest));
        self.customers.retain(|customer| now.customers.iter().any(|known| known.name == customer.name));
        for customer in &mut self.customers {
            let known = now.customers.iter().find(|known| known.name == customer.name);
            customer.addresses.retain(|address| known.is_some_and(|known| known.addresses.contains(address)));
        }
    }

    /// A customer was saved in the shop.
    pub(super) fn saved(&mut self, name: &str) {
        self.saved_where(|customer| customer.name == name);
    }

    /// Every customer was saved in the shop.
    pub(super) fn all_saved(&mut self) {
        self.saved_where(|_| true);
    }

    fn saved_where(&mut self, is_saved: impl Fn(&Customer) -> bool) {
        if self.is_begun {
            let saved = |customer: &&mut Customer| is_saved(customer);
            self.customers.iter_mut().filter(saved).for_each(|customer| customer.is_listed = true);
        }
    }
}

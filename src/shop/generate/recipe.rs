//! What a made-up shop is made by: how much of everything, when, and chances that are the same every time.

use jiff::Timestamp;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use crate::shop::edit::EditError;
use crate::shop::seed::{SeedError, SeedRow};

/// How many customers, products, orders and the like a shop has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// The number of registered customers.
    pub customers: u32,
    /// Addresses of them all.
    pub addresses: u32,
    /// Products of every type, with categories, stock, prices, pictures and attributes; without any, what is sold is in
    /// no catalogue.
    pub products: u32,
    /// Carts that wait to be ordered.
    pub carts: u32,
    /// Orders; every tenth is a guest's.
    pub orders: u32,
    /// Items of all orders; what is put together of several products is one.
    pub items: u32,
    /// Orders that are invoiced.
    pub invoices: u32,
    /// Orders that are sent, as long as there is something to send.
    pub shipments: u32,
    /// The number of credit memos.
    pub credit_memos: u32,
    /// The number of newsletter subscribers.
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
    /// The shop refuses its own goods, which is a bug.
    #[error("{operation}: {why}; report this as a bug")]
    Refused {
        /// The operation of the API.
        operation: &'static str,
        /// The fault with which the operation ended.
        why: String,
    },
    /// The same, for the whole.
    #[error(transparent)]
    Seed(#[from] SeedError),
}

impl Recipe {
    pub(super) fn check(&self) -> Result<(), GenerateError> {
        let refuse = |text| Err(GenerateError::Recipe(text));
        if self.to <= self.from {
            return refuse("the end is not after the beginning; give a later --to or an earlier --from");
        }
        if self.customers == 0 && (self.addresses > 0 || self.carts > 0) {
            return refuse("addresses and carts belong to customers; ask for at least one customer");
        }
        if self.credit_memos > self.orders {
            return refuse("there are more credit memos than orders; an order is refunded once");
        }
        if self.invoices > self.orders || self.shipments > self.orders {
            return refuse("there are more invoices or shipments than orders; an order is invoiced and sent once");
        }
        if self.items < self.orders || (self.orders == 0 && self.items > 0) {
            return refuse("every order has at least one item, and every item an order; ask for other --items");
        }
        if self.subscribers > self.customers {
            return refuse("subscribers are customers here; ask for as many customers as subscribers");
        }
        Ok(())
    }

    /// When the nth of so many happens.
    pub(in crate::shop) fn moment(&self, nth: u32, of: u32) -> Timestamp {
        let span = self.to.as_second() - self.from.as_second();
        let after = span * i64::from(nth) / i64::from(of.max(1));
        Timestamp::from_second(self.from.as_second() + after).unwrap_or(self.from)
    }
}

/// How many of `all` are given out once `nth` of `of` had their turn.
pub(super) fn share(all: u32, nth: u32, of: u32) -> u32 {
    u32::try_from(u64::from(all) * u64::from(nth) / u64::from(of.max(1))).unwrap_or(u32::MAX)
}

pub(in crate::shop) fn row(columns: &[(&str, &str)]) -> SeedRow {
    columns.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
}

/// Chances, the same every time.
pub(super) struct Random(ChaCha8Rng);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.next_u32()).unwrap_or_default() % bound
    }

    pub(super) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

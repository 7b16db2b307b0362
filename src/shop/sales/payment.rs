//! Ways to pay a cart. Those without a gateway are there.

use super::amount::amount_of;
use super::quote::payment;
use crate::shop::{Row, Shop};

/// A payment method: code, title, and whether a fresh install has it switched on; in the order of Magento's configuration.
pub(in crate::shop) const METHODS: &[(&str, &str, &str)] = &[
    ("ccsave", "Credit Card (saved)", "0"),
    ("checkmo", "Check / Money order", "1"),
    ("free", "No Payment Information Required", "1"),
    ("purchaseorder", "Purchase Order", "0"),
    ("banktransfer", "Bank Transfer Payment", "0"),
    ("cashondelivery", "Cash On Delivery", "0"),
];

impl Shop {
    /// Methods a cart can be paid with: without anything to pay only the free one, and that only then. Where the configuration
    /// has an order for them, it is theirs.
    pub(in crate::shop) fn payment_methods(&self, quote: &Row) -> Vec<(&'static str, String)> {
        let setting = |code: &str, name: &str, otherwise: &str| {
            self.settings.get(&format!("payment/{code}/{name}")).unwrap_or(otherwise).to_owned()
        };
        let nothing_to_pay = amount_of(quote, "base_grand_total").is_zero();
        let is_there =
            |code: &str, active: &str| setting(code, "active", active) == "1" && (code == "free") == nothing_to_pay;
        let mut methods: Vec<_> = METHODS.iter().filter(|(code, _, active)| is_there(code, active)).collect();
        methods.sort_by_key(|(code, ..)| crate::soap::value::leading_int(&setting(code, "sort_order", "0")));
        methods.into_iter().map(|(code, title, _)| (*code, setting(code, "title", title))).collect()
    }

    /// Whether the cart's payment method is one it can be paid with.
    pub(in crate::shop) fn can_be_paid(&self, quote: &Row) -> bool {
        let method = payment(self, quote).and_then(|payment| payment.get("method"));
        self.payment_methods(quote).iter().any(|(code, _)| Some(*code) == method)
    }
}

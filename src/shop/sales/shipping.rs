//! Ways to send a cart. Flat rate and free shipping are there; carriers that ask somebody over the internet are not.

use super::amount::{Amount, amount_of};
use super::candidate::bundle::is_sent_in_parts;
use super::quote::{children_of, priced_items};
use crate::shop::{Row, Shop};

/// A way to send a cart and its price.
pub(in crate::shop) struct Rate {
    pub(in crate::shop) carrier: &'static str,
    pub(in crate::shop) carrier_title: String,
    pub(in crate::shop) method_title: String,
    pub(in crate::shop) price: Amount,
}

impl Rate {
    /// Both carriers have one method that is called like them.
    pub(in crate::shop) fn code(&self) -> String {
        format!("{0}_{0}", self.carrier)
    }
}

impl Shop {
    /// A carrier's setting, or that of a fresh install.
    fn carrier_setting(&self, carrier: &str, name: &str, otherwise: &str) -> String {
        self.settings.get(&format!("carriers/{carrier}/{name}")).unwrap_or(otherwise).to_owned()
    }

    /// All ways to send a cart, with their prices.
    pub(in crate::shop) fn rates(&self, quote: &Row) -> Vec<Rate> {
        let setting = |carrier, name, otherwise| self.carrier_setting(carrier, name, otherwise);
        let sent = priced_items(self, quote.int("entity_id"));
        let sent = sent.iter().filter(|(_, item)| item.get("is_virtual") != Some("1"));
        let (mut pieces, mut worth) = (Amount::ZERO, Amount::ZERO);
        for item in sent {
            pieces += self.parcels(item);
            worth += amount_of(&item.1, "base_row_total");
        }
        let number = |text: String| text.parse::<Amount>().unwrap_or_default();
        let mut rates = Vec::new();
        if setting("flatrate", "active", "1") == "1" {
            let price = number(setting("flatrate", "price", "5.00"));
            let per_piece = setting("flatrate", "type", "I") == "I";
            rates.push(Rate {
                carrier: "flatrate",
                carrier_title: setting("flatrate", "title", "Flat Rate"),
                method_title: setting("flatrate", "name", "Fixed"),
                price: if per_piece { price * pieces } else { price },
            });
        }
        let enough = worth >= number(setting("freeshipping", "free_shipping_subtotal", "0"));
        if setting("freeshipping", "active", "0") == "1" && enough {
            rates.push(Rate {
                carrier: "freeshipping",
                carrier_title: setting("freeshipping", "title", "Free Shipping"),
                method_title: setting("freeshipping", "name", "Free"),
                price: Amount::ZERO,
            });
        }
        rates
    }

    /// The pieces that are paid for one by one: of a bundle that is sent in parts, those of its parts.
    fn parcels(&self, item: &(i64, Row)) -> Amount {
        let product = self.database.table("catalog_product").row(item.1.int("product_id"));
        let qty = amount_of(&item.1, "qty");
        if !product.is_some_and(is_sent_in_parts) {
            return qty;
        }
        let children = children_of(self, item);
        let sent = children.iter().filter(|(_, child)| child.get("is_virtual") != Some("1"));
        sent.map(|(_, child)| amount_of(child, "qty") * qty).sum()
    }

    /// What the chosen way of sending costs now; nothing when none is chosen or it is gone.
    pub(in crate::shop) fn shipping_amount(&self, quote: &Row, address: &Row) -> Amount {
        let chosen = address.get("shipping_method");
        self.rates(quote)
            .iter()
            .find(|rate| Some(rate.code().as_str()) == chosen)
            .map(|rate| rate.price)
            .unwrap_or_default()
    }

    /// Whether the chosen way of sending exists.
    pub(in crate::shop) fn has_shipping_method(&self, quote: &Row, address: &Row) -> bool {
        self.rates(quote).iter().any(|rate| Some(rate.code().as_str()) == address.get("shipping_method"))
    }
}

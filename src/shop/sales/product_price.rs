//! What a product costs in a cart: the lowest of its price, its special price while that holds, and the tier price that the
//! cart's group, website and quantity come to.

use super::amount::{Amount, amount_of};
use crate::shop::{Row, Shop};

impl Shop {
    /// What a piece of a product costs when `qty` of it are bought.
    pub(in crate::shop) fn final_price(&self, quote: &Row, product: &Row, qty: Amount) -> Amount {
        let regular = amount_of(product, "price");
        let tiers = self.tiers(product, quote, qty);
        let best = tiers.into_iter().min().map_or(regular, |tier| tier.min(regular));
        if self.is_special(product) { best.min(amount_of(product, "special_price")) } else { best }
    }

    /// Whether a product has a special price today.
    pub(in crate::shop) fn is_special(&self, product: &Row) -> bool {
        let today = self.now_sql();
        let from = product.get("special_from_date").is_none_or(|from| from <= today.as_str());
        let to = product.get("special_to_date").is_none_or(|to| to.get(..10) >= today.get(..10));
        product.get("special_price").is_some() && from && to
    }

    /// The percents that a bundle is cheaper by when so many are bought.
    pub(in crate::shop) fn tier_percent(&self, bundle: &Row, qty: Amount) -> Option<Amount> {
        self.tiers(bundle, &Row::new(), qty).into_iter().max()
    }

    /// Values of the tiers that hold for a buyer of `qty`.
    fn tiers(&self, product: &Row, quote: &Row, qty: Amount) -> Vec<Amount> {
        let tiers = self.database.table("catalog_product_tier_price").with("product_id", product.text("entity_id"));
        let group = quote.int("customer_group_id");
        let store = self.database.table("core_store").row(quote.int("store_id"));
        let website = store.map_or(0, |store| store.int("website_id"));
        let is_theirs = |tier: &Row| {
            (tier.get("all_groups") == Some("1") || tier.int("customer_group_id") == group)
                && (tier.int("website_id") == 0 || tier.int("website_id") == website)
                && amount_of(tier, "qty") <= qty
        };
        tiers.filter(|(_, tier)| is_theirs(tier)).map(|(_, tier)| amount_of(tier, "value")).collect()
    }
}

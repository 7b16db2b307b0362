//! Which price rules of carts hold for a cart: those of its website and its buyer's group that are switched on today, without a
//! coupon or with the one that it has.

use super::amount::{Amount, amount_of};
use super::order::ORDER;
use crate::datetime;
use crate::magento::columns::collation;
use crate::shop::{Row, Shop};

const TABLE: &str = "salesrule";

/// The type of a rule that needs no coupon; others need theirs.
const NO_COUPON: &str = "1";

/// Whether a list with commas has a number; a rule without such a list is for all but the admin's, number 0 of websites.
fn lists(rule: &Row, column: &str, id: i64, otherwise: bool) -> bool {
    match rule.get(column) {
        Some(ids) => ids.split(',').any(|known| known.trim().parse() == Ok(id)),
        None => otherwise,
    }
}

/// Whether a rule holds only with its coupon. One that does not say so and has none needs none.
pub(super) fn needs_coupon(rule: &Row) -> bool {
    match rule.get("coupon_type") {
        Some(kind) => kind != NO_COUPON,
        None => !rule.text("coupon_code").is_empty(),
    }
}

/// Whether nothing is tried after a rule that holds; that is so unless it says otherwise.
pub(super) fn stops(rule: &Row) -> bool {
    rule.get("stop_rules_processing").is_none_or(|flag| flag != "0")
}

impl Shop {
    /// The rules that hold for a cart, in their order.
    pub(in crate::shop) fn price_rules(&self, quote: &Row) -> Vec<Row> {
        let today = datetime::to_iso_in(self.config.clock.now(), &self.settings.time_zone());
        let today = today.get(..10).unwrap_or_default();
        let store = self.database.table("core_store").row(quote.int("store_id"));
        let website = store.map_or(0, |store| store.int("website_id"));
        let coupon = quote.text("coupon_code");
        let is_on = |rule: &Row| {
            let from = rule.text("from_date").get(..10).is_none_or(|from| from <= today);
            let to = rule.text("to_date").get(..10).is_none_or(|to| to >= today);
            rule.get("is_active") != Some("0") && from && to
        };
        let is_theirs = |rule: &Row| {
            lists(rule, "website_ids", website, website != 0)
                && lists(rule, "customer_group_ids", quote.int("customer_group_id"), true)
        };
        // The database looks for the coupon: case and blanks at the end do not count.
        let has_coupon = |rule: &Row| {
            let code = rule.text("coupon_code");
            !code.is_empty() && !coupon.is_empty() && collation::equal(code, coupon)
        };
        let rules = self.database.table(TABLE).iter().map(|(_, rule)| rule);
        let fits = |rule: &&Row| is_on(rule) && is_theirs(rule) && (!needs_coupon(rule) || has_coupon(rule));
        let mut rules: Vec<Row> = rules.filter(fits).filter(|rule| !self.is_used_up(rule, quote)).cloned().collect();
        rules.sort_by_key(|rule| rule.int("sort_order"));
        rules
    }

    /// The rule that a coupon belongs to.
    pub(super) fn rule_of_coupon(&self, code: &str) -> Option<&Row> {
        let mut rules = self.database.table(TABLE).iter().map(|(_, rule)| rule);
        rules.find(|rule| !code.is_empty() && collation::equal(rule.text("coupon_code"), code))
    }

    /// Whether a coupon was used as often as it may be, by all or by the cart's customer.
    fn is_used_up(&self, rule: &Row, quote: &Row) -> bool {
        let limit = rule.int("uses_per_coupon");
        if needs_coupon(rule) && limit > 0 && rule.int("times_used") >= limit {
            return true;
        }
        let (limit, customer) = (rule.int("uses_per_customer"), quote.text("customer_id"));
        if limit <= 0 || matches!(customer, "" | "0") {
            return false;
        }
        let is_use = |order: &Row| {
            order.get("state") != Some("canceled") && is_discounted(order) && uses(order, rule.text("rule_id"))
        };
        let orders = self.database.table(ORDER).with("customer_id", customer);
        let used = orders.filter(|(_, order)| is_use(order)).count();
        i64::try_from(used).is_ok_and(|used| used >= limit)
    }

    /// Notes that an order used its price rules, or that it is canceled and has not: then its coupon's counts.
    pub(super) fn count_uses(&mut self, order: &Row, by: i64) {
        if !is_discounted(order) {
            return;
        }
        let rules: Vec<(i64, Row)> = self.database.table(TABLE).iter().map(|(id, rule)| (id, rule.clone())).collect();
        let used = |rule: &Row| uses(order, rule.text("rule_id")) && (by > 0 || needs_coupon(rule));
        for (id, rule) in rules.into_iter().filter(|(_, rule)| used(rule)) {
            let times = (rule.int("times_used") + by).max(0);
            self.database.table_mut(TABLE).update(id, |rule| rule.set("times_used", times.to_string()));
        }
    }
}

fn is_discounted(order: &Row) -> bool {
    amount_of(order, "discount_amount") != Amount::ZERO
}

fn uses(order: &Row, rule: &str) -> bool {
    order.text("applied_rule_ids").split(',').any(|id| id == rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::shop::{Seed, ShopConfig};

    /// On 10 January 2024 in the corner shop, where store view 1 is of website 1; customer 1 has used the coupon once.
    #[test]
    fn a_rule_holds_for_its_website_group_days_and_uses() {
        let clock = Clock::virtual_at("2024-01-10T12:00:00Z".parse().unwrap());
        let mut shop = Shop::new(ShopConfig::new(clock), Seed::corner_shop_people().unwrap()).unwrap();
        let used =
            [("customer_id", "1"), ("discount_amount", "-1.0000"), ("applied_rule_ids", "7,9"), ("state", "new")];
        shop.database.table_mut(ORDER).insert(row(&used));
        let quote =
            row(&[("store_id", "1"), ("customer_group_id", "1"), ("customer_id", "1"), ("coupon_code", "ten ")]);
        for (columns, holds) in [
            (&[][..], true),
            (&[("is_active", "0")], false),
            (&[("coupon_code", "OTHER")], false),
            (&[("coupon_code", "OTHER"), ("coupon_type", "1")], true),
            (&[("coupon_type", "2")], true),
            (&[("from_date", "2024-01-11")], false),
            (&[("from_date", "2024-01-10")], true),
            (&[("to_date", "2024-01-09")], false),
            (&[("to_date", "2024-01-10 00:00:00")], true),
            (&[("website_ids", "1,2")], true),
            (&[("website_ids", "2")], false),
            (&[("website_ids", "")], false),
            (&[("customer_group_ids", "0,1")], true),
            (&[("customer_group_ids", "0")], false),
            (&[("uses_per_coupon", "2"), ("times_used", "1")], true),
            (&[("uses_per_coupon", "2"), ("times_used", "2")], false),
            (&[("uses_per_coupon", "0"), ("times_used", "2")], true),
            (&[("uses_per_customer", "2")], true),
            (&[("uses_per_customer", "1")], false),
        ] {
            let rule = row(&[("rule_id", "9"), ("coupon_code", "TEN"), ("is_active", "1")]);
            let rule = columns.iter().fold(rule, |rule, (name, value)| rule.with(name, *value));
            let id = shop.database.table_mut(TABLE).insert(rule);
            assert_eq!(!shop.price_rules(&quote).is_empty(), holds, "{columns:?}");
            let admin = quote.clone().with("store_id", "0");
            let of_all = columns.iter().all(|(name, _)| *name != "website_ids");
            assert!(!of_all || shop.price_rules(&admin).is_empty(), "no rule is for the admin's website");
            shop.database.table_mut(TABLE).remove(id);
        }
    }

    #[test]
    fn an_order_counts_its_rules_and_a_canceled_one_gives_the_coupon_back() {
        let clock = Clock::virtual_at("2024-01-10T12:00:00Z".parse().unwrap());
        let mut shop = Shop::new(ShopConfig::new(clock), Seed::corner_shop_people().unwrap()).unwrap();
        let coupon = shop.database.table_mut(TABLE).insert(row(&[("rule_id", "7"), ("coupon_code", "TEN")]));
        let always = shop.database.table_mut(TABLE).insert(row(&[("rule_id", "8"), ("coupon_type", "1")]));
        let order = row(&[("discount_amount", "-1.0000"), ("applied_rule_ids", "7,8")]);
        for (by, expected) in [(1, [1, 1]), (1, [2, 2]), (-1, [1, 2])] {
            shop.count_uses(&order, by);
            let used =
                [coupon, always].map(|id| shop.database.table(TABLE).row(id).map_or(-1, |rule| rule.int("times_used")));
            assert_eq!(used, expected);
        }
        shop.count_uses(&row(&[("discount_amount", "0.0000"), ("applied_rule_ids", "7")]), 1);
        assert_eq!(shop.database.table(TABLE).row(coupon).map(|rule| rule.int("times_used")), Some(1));
    }

    fn row(columns: &[(&str, &str)]) -> Row {
        columns.iter().fold(Row::new(), |row, (name, value)| row.with(name, *value))
    }
}

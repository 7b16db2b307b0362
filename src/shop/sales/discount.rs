//! What price rules take off a cart, line by line and off its shipping: the six actions that a rule can have.

use std::collections::BTreeMap;

use super::amount::{Amount, CarriedRounding, amount_of, rounded};
use super::price_rule::{needs_coupon, stops};
use crate::shop::Row;

/// What is taken off a line.
#[derive(Clone, Debug, Default)]
pub(super) struct LineDiscount {
    pub(super) amount: Amount,
    pub(super) percent: Amount,
    /// The rules that were applied, whether they took anything off or not.
    pub(super) rules: Vec<String>,
}

/// What of a line its discount depends on.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub(super) qty: Amount,
    pub(super) price: Amount,
    pub(super) base_price: Amount,
}

/// The rules of a cart at work in one currency.
pub(super) struct Discounts<'a> {
    rules: &'a [Row],
    rate: Amount,
    /// What the rounding of lines that are cheaper by so many percent has lost so far.
    lost: BTreeMap<Amount, CarriedRounding>,
    /// Of each rule that takes a sum off the cart: what is left of it, the worth of the lines and how many are to come.
    sums: BTreeMap<String, WholeSum>,
    applied: Vec<String>,
    with_coupon: bool,
}

#[derive(Clone, Copy)]
struct WholeSum {
    left: Amount,
    worth: Amount,
    lines: usize,
}

fn percent_of(rule: &Row) -> Amount {
    let amount = amount_of(rule, "discount_amount");
    match rule.text("simple_action") {
        "to_percent" => (Amount::ONE_HUNDRED - amount).max(Amount::ZERO),
        _ => amount.min(Amount::ONE_HUNDRED),
    }
}

/// As many pieces as a rule is for at most.
fn pieces(rule: &Row, qty: Amount) -> Amount {
    let most = amount_of(rule, "discount_qty");
    if most.is_zero() { qty } else { qty.min(most) }
}

/// Of those, as many as are full steps.
fn in_steps(rule: &Row, qty: Amount) -> Amount {
    let step = amount_of(rule, "discount_step");
    if step.is_zero() { qty } else { (qty / step).floor() * step }
}

impl<'a> Discounts<'a> {
    pub(super) fn new(rules: &'a [Row], rate: Amount, lines: &[Piece]) -> Self {
        let sum = |rule: &Row| {
            let worth = lines.iter().map(|line| line.base_price * pieces(rule, line.qty)).sum();
            (
                rule.text("rule_id").to_owned(),
                WholeSum { left: amount_of(rule, "discount_amount"), worth, lines: lines.len() },
            )
        };
        let sums = rules.iter().filter(|rule| rule.text("simple_action") == "cart_fixed").map(sum).collect();
        Self { rules, rate, lost: BTreeMap::new(), sums, applied: Vec::new(), with_coupon: false }
    }

    /// What is taken off the next line.
    pub(super) fn off_line(&mut self, line: Piece) -> LineDiscount {
        let mut discount = LineDiscount::default();
        for rule in self.rules {
            let mut qty = pieces(rule, line.qty);
            let amount = amount_of(rule, "discount_amount");
            let off = match rule.text("simple_action") {
                "to_fixed" => qty * (line.price - amount * self.rate),
                "by_fixed" => {
                    qty = in_steps(rule, qty);
                    qty * amount * self.rate
                }
                "cart_fixed" => self.off_cart(rule, qty, line),
                "buy_x_get_y" => line.price * given_away(rule, qty),
                // A rule of a seed that says nothing takes percents.
                "by_percent" | "to_percent" | "" => {
                    qty = in_steps(rule, qty);
                    let percent = percent_of(rule);
                    let most = amount_of(rule, "discount_qty");
                    if most.is_zero() || most > qty {
                        discount.percent = (discount.percent + percent).min(Amount::ONE_HUNDRED);
                    }
                    (qty * line.price - discount.amount) * percent / Amount::ONE_HUNDRED
                }
                _ => Amount::ZERO,
            };
            let off = match discount.percent.is_zero() {
                true => rounded(off),
                false => self.lost.entry(discount.percent).or_default().round(off),
            };
            discount.amount = (discount.amount + off).min(line.price * qty);
            discount.rules.push(self.apply(rule));
            if stops(rule) {
                break;
            }
        }
        discount
    }

    /// The line's share of a sum that is taken off the whole cart: by its worth, and to the last line what is left.
    fn off_cart(&mut self, rule: &Row, qty: Amount, line: Piece) -> Amount {
        let Some(sum) = self.sums.get_mut(rule.text("rule_id")).filter(|sum| sum.left > Amount::ZERO) else {
            return Amount::ZERO;
        };
        let worth = line.base_price * qty;
        let most = if sum.lines <= 1 {
            sum.left
        } else {
            sum.lines -= 1;
            if sum.worth.is_zero() { Amount::ZERO } else { amount_of(rule, "discount_amount") * (worth / sum.worth) }
        };
        sum.left -= rounded(worth.min(most));
        rounded((line.price * qty).min(most * self.rate))
    }

    /// What is taken off the shipping by the rules that are for it too. `base` is its price in the base currency.
    pub(super) fn off_shipping(&mut self, price: Amount, base: Amount) -> Amount {
        let mut discount = Amount::ZERO;
        if price.is_zero() {
            return discount;
        }
        for rule in self.rules.iter().filter(|rule| !matches!(rule.text("apply_to_shipping"), "" | "0")) {
            let amount = amount_of(rule, "discount_amount");
            let off = match rule.text("simple_action") {
                "to_fixed" => price - amount * self.rate,
                "by_fixed" => amount * self.rate,
                "by_percent" | "to_percent" | "" => (price - discount) * percent_of(rule) / Amount::ONE_HUNDRED,
                "cart_fixed" => match self.sums.get_mut(rule.text("rule_id")) {
                    Some(sum) if sum.left > Amount::ZERO => {
                        let off = (price - discount).min(sum.left * self.rate);
                        sum.left -= base.min(sum.left);
                        off
                    }
                    _ => Amount::ZERO,
                },
                _ => Amount::ZERO,
            };
            discount = (discount + off).min(price);
            self.apply(rule);
            if stops(rule) {
                break;
            }
        }
        rounded(discount)
    }

    /// Notes that a rule was applied; answers its id.
    fn apply(&mut self, rule: &Row) -> String {
        let id = rule.text("rule_id").to_owned();
        self.with_coupon |= needs_coupon(rule);
        if !self.applied.contains(&id) {
            self.applied.push(id.clone());
        }
        id
    }

    /// The rules that were applied to a line or to the shipping, and whether one of them needs a coupon.
    pub(super) fn applied(self) -> (Vec<String>, bool) {
        (self.applied, self.with_coupon)
    }
}

/// Of `x` that are bought, `y` more are free.
fn given_away(rule: &Row, qty: Amount) -> Amount {
    let (x, y) = (amount_of(rule, "discount_step"), amount_of(rule, "discount_amount"));
    if x.is_zero() || y > x {
        return Amount::ZERO;
    }
    let period = x + y;
    let whole = (qty / period).floor();
    whole * y + (qty - whole * period - x).max(Amount::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(action: &str, columns: &[(&str, &str)]) -> Row {
        let row = Row::new().with("rule_id", "1").with("simple_action", action);
        columns.iter().fold(row, |row, (name, value)| row.with(name, *value))
    }

    /// Three lines, of 2 at 10, 3 at 7.50 and 1 at 3.33: what each action takes off them.
    #[test]
    fn every_action_takes_off_what_it_says() {
        let lines = [("2", "10"), ("3", "7.5"), ("1", "3.33")].map(|(qty, price)| {
            let price: Amount = price.parse().unwrap();
            Piece { qty: qty.parse().unwrap(), price, base_price: price }
        });
        for (action, columns, expected) in [
            ("by_percent", &[("discount_amount", "10")][..], ["2.00", "2.25", "0.33"]),
            ("by_percent", &[("discount_amount", "150")], ["20.00", "22.50", "3.33"]),
            ("by_percent", &[("discount_amount", "10"), ("discount_step", "2")], ["2.00", "1.50", "0.00"]),
            ("by_percent", &[("discount_amount", "10"), ("discount_qty", "1")], ["1.00", "0.75", "0.33"]),
            ("to_percent", &[("discount_amount", "90")], ["2.00", "2.25", "0.33"]),
            ("by_fixed", &[("discount_amount", "4")], ["8.00", "12.00", "3.33"]),
            ("by_fixed", &[("discount_amount", "4"), ("discount_step", "2")], ["8.00", "8.00", "0.00"]),
            ("to_fixed", &[("discount_amount", "3")], ["14.00", "13.50", "0.33"]),
            ("cart_fixed", &[("discount_amount", "5")], ["2.18", "2.45", "0.37"]),
            ("cart_fixed", &[("discount_amount", "500")], ["20.00", "22.50", "3.33"]),
            ("buy_x_get_y", &[("discount_amount", "1"), ("discount_step", "2")], ["0.00", "7.50", "0.00"]),
            ("buy_x_get_y", &[("discount_amount", "3"), ("discount_step", "2")], ["0.00", "0.00", "0.00"]),
        ] {
            let rules = [rule(action, columns)];
            let mut discounts = Discounts::new(&rules, Amount::ONE, &lines);
            let found = lines.map(|line| format!("{:.2}", discounts.off_line(line).amount));
            assert_eq!(found, expected, "{action} {columns:?}");
            assert_eq!(discounts.applied(), (vec!["1".to_owned()], false));
        }
    }

    #[test]
    fn shipping_is_discounted_by_the_rules_that_are_for_it() {
        for (action, applies, expected) in [
            ("by_percent", "0", "0.00"),
            ("by_percent", "1", "1.50"),
            ("to_percent", "1", "13.50"),
            ("by_fixed", "1", "10.00"),
            ("to_fixed", "1", "5.00"),
            ("cart_fixed", "1", "10.00"),
            ("buy_x_get_y", "1", "0.00"),
        ] {
            let rules = [rule(action, &[("discount_amount", "10"), ("apply_to_shipping", applies)])];
            let price = Amount::from(15);
            let found = Discounts::new(&rules, Amount::ONE, &[]).off_shipping(price, price);
            assert_eq!(format!("{found:.2}"), expected, "{action}");
        }
    }

    #[test]
    fn rules_are_applied_one_after_the_other_until_one_stops() {
        let first = |stops: &str| rule("by_percent", &[("discount_amount", "10"), ("stop_rules_processing", stops)]);
        let second = rule("by_percent", &[("discount_amount", "50")]).with("rule_id", "2");
        let line = Piece { qty: Amount::ONE, price: Amount::from(100), base_price: Amount::from(100) };
        for (stops, expected) in [("0", ("55", "60", "1 2")), ("1", ("10", "10", "1"))] {
            let rules = [first(stops), second.clone()];
            let found = Discounts::new(&rules, Amount::ONE, &[line]).off_line(line);
            let found =
                (found.amount.normalize().to_string(), found.percent.normalize().to_string(), found.rules.join(" "));
            assert_eq!((found.0.as_str(), found.1.as_str(), found.2.as_str()), expected);
        }
    }
}

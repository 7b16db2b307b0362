//! Sums that somebody says instead of what the shop would calculate: the prices, taxes and discounts a scenario gives.

use indexmap::IndexMap;

use super::amount::{Amount, rounded};
use crate::shop::Row;

/// What is given for the lines of a cart and for the cart as a whole, in the cart's currency; everything else is
/// calculated.
#[derive(Clone, Debug, Default)]
pub(in crate::shop) struct Given {
    /// For each line, by its id: `price`, `row_total`, `tax_amount`, `tax_percent`, `discount_amount` and
    /// `discount_percent`.
    pub(in crate::shop) lines: IndexMap<i64, Row>,
    /// The line of each item that was given, in their order; none for an item that became several.
    pub(in crate::shop) of_items: Vec<Option<i64>>,
    pub(in crate::shop) shipping: Option<Amount>,
    /// The whole tax; what the lines do not give of it is theirs by what they cost.
    pub(in crate::shop) tax: Option<Amount>,
    /// The whole discount, not negative; likewise.
    pub(in crate::shop) discount: Option<Amount>,
}

/// What is given for a line and is money.
const MONEY: &[&str] = &["price", "row_total", "tax_amount", "discount_amount"];

impl Given {
    /// The same in the base currency, not rounded.
    pub(super) fn in_base_currency(&self, rate: Amount) -> Self {
        if rate == Amount::ONE || rate.is_zero() {
            return self.clone();
        }
        let mut lines = self.lines.clone();
        for line in lines.values_mut() {
            for column in MONEY {
                let amount: Option<Amount> = line.get(column).and_then(|text| text.trim().parse().ok());
                if let Some(amount) = amount {
                    line.set(*column, (amount / rate).to_string());
                }
            }
        }
        let base = |sum: Option<Amount>| sum.map(|sum| sum / rate);
        let of_items = self.of_items.clone();
        Self { lines, of_items, shipping: base(self.shipping), tax: base(self.tax), discount: base(self.discount) }
    }

    /// An amount that is given for a line.
    pub(super) fn of_line(&self, line: i64, column: &str) -> Option<Amount> {
        self.lines.get(&line)?.get(column)?.trim().parse().ok()
    }
}

/// A line that takes its share of what is given for several together.
pub(super) struct Share {
    pub(super) line: i64,
    /// Pieces in one of what the sums are given for.
    pub(super) pieces: Amount,
    /// What the line costs, by which it takes its share.
    pub(super) cost: Amount,
}

/// What is given for several lines together, line by line: percents as they are, amounts by what the lines cost.
pub(super) fn shared(given: &Row, shares: &[Share]) -> IndexMap<i64, Row> {
    /// The smallest there is: what costs nothing takes all where nothing else is.
    const LEAST: (i64, u32) = (1, 4);
    let least = Amount::new(LEAST.0, LEAST.1);
    let mut weights: Vec<Amount> = shares.iter().map(|share| share.cost).collect();
    if let Some(first) = weights.first_mut().filter(|first| first.is_zero()) {
        *first = least;
    }
    let mut lines: IndexMap<i64, Row> = shares.iter().map(|share| (share.line, Row::new())).collect();
    for (column, text) in given.iter() {
        let Some(text) = text else { continue };
        let amount: Amount = text.trim().parse().unwrap_or_default();
        for (share, part) in shares.iter().zip(spread(amount, &weights)) {
            let part = match column {
                "price" => part / share.pieces.max(least),
                "tax_percent" | "discount_percent" => amount,
                _ => part,
            };
            lines.entry(share.line).or_default().set(column, part.to_string());
        }
    }
    lines
}

/// Divides a sum among lines by their weight; what rounding leaves falls to the last one that has any.
pub(super) fn spread(sum: Amount, weights: &[Amount]) -> Vec<Amount> {
    let whole: Amount = weights.iter().sum();
    if whole.is_zero() {
        return vec![Amount::ZERO; weights.len()];
    }
    let mut parts: Vec<Amount> = weights.iter().map(|weight| rounded(sum * weight / whole)).collect();
    let rest = sum - parts.iter().sum::<Amount>();
    if let Some(last) = weights.iter().rposition(|weight| !weight.is_zero()) {
        parts[last] += rest;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_divided_adds_up() {
        let parts = spread(Amount::ONE, &[Amount::ONE, Amount::ONE, Amount::ONE, Amount::ZERO]);
        assert_eq!(parts.iter().map(ToString::to_string).collect::<Vec<_>>(), ["0.33", "0.33", "0.34", "0"]);
        assert_eq!(spread(Amount::TEN, &[Amount::ZERO]), [Amount::ZERO]);
    }
}

//! Money and quantities as Magento calculates them: decimals of four places in the database, rounded to two where a price
//! is meant, the rest of one rounding carried into the next.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::shop::Row;

pub(in crate::shop) type Amount = Decimal;

/// The order's currency and the base currency: every sum stands in both.
pub(in crate::shop) const CURRENCIES: [&str; 2] = ["", "base_"];

/// A decimal column; zero when null.
pub(in crate::shop) fn amount_of(row: &Row, column: &str) -> Amount {
    row.text(column).parse().unwrap_or_default()
}

/// A decimal as the database stores it.
pub(in crate::shop) fn money(amount: Amount) -> String {
    // A zero has no sign in the database.
    let amount = if amount.is_zero() { Amount::ZERO } else { amount };
    format!("{amount:.4}")
}

/// A price as it is charged.
pub(in crate::shop) fn rounded(amount: Amount) -> Amount {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// Adds to a decimal column.
pub(in crate::shop) fn add(row: &mut Row, column: &str, amount: Amount) {
    let sum = amount_of(row, column) + amount;
    row.set(column, money(sum));
}

/// Rounds one price after another so that their sum is right: what one loses, the next gets.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::shop) struct CarriedRounding(Amount);

impl CarriedRounding {
    /// The next price.
    pub(in crate::shop) fn round(&mut self, price: Amount) -> Amount {
        self.round_signed(price, false)
    }

    /// The next price of those that are taken off: what is carried counts the other way.
    pub(in crate::shop) fn round_negative(&mut self, price: Amount) -> Amount {
        self.round_signed(price, true)
    }

    fn round_signed(&mut self, price: Amount, negative: bool) -> Amount {
        if price.is_zero() {
            return price;
        }
        let carried = if negative { -self.0 } else { self.0 };
        let price = price + carried;
        let result = rounded(price);
        self.0 = if negative { result - price } else { price - result };
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_rounding_loses_the_next_gets() {
        let mut rounding = CarriedRounding::default();
        let third: Amount = "3.3333".parse().unwrap();
        let parts: Vec<String> = (0..3).map(|_| rounding.round(third).to_string()).collect();
        assert_eq!(parts, ["3.33", "3.34", "3.33"]);
        assert_eq!(rounded("2.345".parse().unwrap()).to_string(), "2.35");
        assert_eq!(rounded("-2.345".parse().unwrap()).to_string(), "-2.35");
    }
}

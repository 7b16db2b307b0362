//! Amounts as Magento's messages show them, in the locale of a fresh install.

use super::amount::{Amount, rounded};

/// Signs of currencies that have one in English; others stand as their code.
const SIGNS: &[(&str, &str)] =
    &[("USD", "$"), ("EUR", "€"), ("GBP", "£"), ("JPY", "¥"), ("CAD", "CA$"), ("AUD", "A$"), ("INR", "₹")];

/// An amount with the sign of its currency: `$1,234.50`.
pub(in crate::shop) fn shown(amount: Amount, currency: &str) -> String {
    let amount = rounded(amount);
    let currency = if currency.is_empty() { "USD" } else { currency };
    let sign = SIGNS.iter().find(|(code, _)| *code == currency).map_or(currency, |(_, sign)| sign);
    let digits = format!("{:.2}", amount.abs());
    let (whole, cents) = digits.split_once('.').unwrap_or((&digits, "00"));
    let minus = if amount.is_sign_negative() && !amount.is_zero() { "-" } else { "" };
    format!("{minus}{sign}{}.{cents}", grouped(whole))
}

/// The digits with a comma between thousands.
fn grouped(whole: &str) -> String {
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_shown_with_its_sign_and_thousands_apart() {
        for (amount, currency, expected) in [
            ("783.81", "USD", "$783.81"),
            ("1234567.5", "EUR", "€1,234,567.50"),
            ("0.005", "", "$0.01"),
            ("-5", "CHF", "-CHF5.00"),
            ("999", "GBP", "£999.00"),
        ] {
            assert_eq!(shown(amount.parse().unwrap(), currency), expected);
        }
    }
}

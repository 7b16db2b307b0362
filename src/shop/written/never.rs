//! Texts that a column of the shop never holds unless somebody puts them there: what is outside the list that Magento's form
//! offers. For what is expected of rows; seeds and edits of a table may hold more.

use super::takes::Takes;
use crate::nearest;

/// The states that an order may have.
pub(in crate::shop) const ORDER_STATES: &[&str] =
    &["new", "pending_payment", "processing", "complete", "closed", "canceled", "holded", "payment_review"];

/// Statuses of orders in a fresh install.
pub(in crate::shop) const ORDER_STATUSES: &[&str] = &[
    "pending",
    "pending_payment",
    "processing",
    "complete",
    "closed",
    "canceled",
    "holded",
    "payment_review",
    "fraud",
    "pending_paypal",
    "pending_ogone",
    "cancel_ogone",
    "decline_ogone",
    "processed_ogone",
    "processing_ogone",
    "waiting_authorozation",
    "pending_amazon_asv",
    "paypal_reversed",
    "paypal_canceled_reversal",
];

/// Columns of words, by table and column.
const WORDS: &[(&str, &str, &[&str])] = &[
    ("sales_flat_order", "state", ORDER_STATES),
    ("sales_flat_order", "status", ORDER_STATUSES),
    ("sales_flat_order_status_history", "status", ORDER_STATUSES),
];

/// Columns of e-mail addresses that edits check by themselves.
const EMAILS: &[(&str, &str)] = &[("customer", "email")];

/// What to write instead of a text that no form of Magento saves in a column and no fresh install has there; `None` when
/// some row may hold it.
pub fn never(table: &str, column: &str, text: &str) -> Option<String> {
    let is_here = |of: &str, named: &str| of == table && named == column;
    if text.is_empty() {
        return None;
    }
    if let Some((_, _, words)) = WORDS.iter().find(|(of, named, _)| is_here(of, named)) {
        return (!words.contains(&text)).then(|| nearest::choices(text, words));
    }
    if EMAILS.iter().any(|(of, named)| is_here(of, named)) {
        return Takes::Email.objection(text);
    }
    match super::takes_of(&[table], column)?.1 {
        // Nothing, saved into a column of numbers.
        Takes::One(_) if text == "0" => None,
        // A flag is written as a word, too.
        Takes::YesNo if matches!(text, "true" | "false") => None,
        takes @ (Takes::One(_) | Takes::YesNo | Takes::Country | Takes::Currency | Takes::Email) => {
            takes.objection(text)
        }
        _ => None,
    }
}

/// The same for a currency's code, wherever it stands.
pub fn no_currency(text: &str) -> Option<String> {
    Takes::Currency.objection(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_form_saves_is_told_with_what_it_saves() {
        for (table, column, text, expected) in [
            ("sales_flat_order", "status", "complet", Some("did you mean `complete`?")),
            ("sales_flat_order", "status", "complete", None),
            ("sales_flat_order", "state", "open", Some("known are `new`, `pending_payment`, ")),
            ("customer", "gender", "0", None),
            ("customer", "gender", "7", Some("write 1 for Male, 2 for Female")),
            ("customer", "email", "nobody", Some("write one such as ada@example.com")),
            ("customer", "is_active", "true", None),
            ("customer", "is_active", "2", Some("write 1 for yes or 0 for no")),
            ("customer", "website_id", "99", None),
            ("customer_address", "country_id", "UK", Some("did you mean GB? ")),
            ("catalog_product", "type_id", "simpel", Some("did you mean simple? ")),
            ("sales_flat_quote", "quote_currency_code", "EURO", Some("did you mean EUR? ")),
            ("acme_loyalty", "status", "anything", None),
        ] {
            let said = never(table, column, text);
            assert_eq!(said.is_some(), expected.is_some(), "{table}.{column} {text}: {said:?}");
            assert!(said.unwrap_or_default().starts_with(expected.unwrap_or_default()), "{table}.{column} {text}");
        }
    }
}

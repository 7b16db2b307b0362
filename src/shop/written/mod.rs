//! Columns and values as people write them: in edits, in seeds, in expectations. The database takes whatever it is given
//! and makes it fit, so that a misspelt column or a text where a number belongs would pass in silence. What Magento itself
//! refuses when a form is saved is the table in `fields`; what of it needs a shop is asked in [`edit`](super::edit).

pub(in crate::shop) mod elsewhere;
pub(in crate::shop) mod fields;
pub(crate) mod never;
pub(crate) mod paths;
pub(crate) mod takes;

use jiff::civil::DateTime;

use super::seed::row::SeedRow;
use crate::magento::columns::saved::saved;
use crate::magento::columns::stored::{Misfit, misfit};
use crate::magento::columns::{self, Column, SqlType};
use crate::nearest;
use takes::Takes;

/// Something that somebody wrote and that cannot be meant, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", joined(.what, .remedy))]
pub struct Miswritten {
    /// What is wrong, as a lower-case fragment.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
    /// The column it is about, where it is about one.
    pub column: Option<String>,
}

impl Miswritten {
    pub(super) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into(), column: None }
    }

    pub(super) fn of(column: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { column: Some(column.to_owned()), ..Self::new(what, remedy) }
    }
}

/// The tables whose columns an edit takes; the first is the one that messages name.
pub type Tables = &'static [&'static str];

/// Columns of a customer.
pub const CUSTOMER: Tables = &["customer"];
/// Columns of a customer's address.
pub const ADDRESS: Tables = &["customer_address"];
/// Columns of an address that a cart or an order is sent to.
pub const SALE_ADDRESS: Tables = &["sales_flat_quote_address", "customer_address", "sales_flat_order_address"];
/// Columns of what is bought.
pub const ITEM: Tables = &["sales_flat_quote_item", "sales_flat_order_item"];
/// Columns of an order.
pub const ORDER: Tables = &["sales_flat_order"];
/// Columns of a cart.
pub const CART: Tables = &["sales_flat_quote"];
/// Columns of a credit memo.
pub const CREDIT_MEMO: Tables = &["sales_flat_creditmemo"];
/// Columns of an invoice.
pub const INVOICE: Tables = &["sales_flat_invoice"];
/// Columns of a shipment.
pub const SHIPMENT: Tables = &["sales_flat_shipment"];
/// Columns of a newsletter subscription.
pub const SUBSCRIPTION: Tables = &["newsletter_subscriber"];

/// Words that stand for columns of another table, or for a column by the name that the API has for it.
const BESIDES: &[(&str, &[&str])] =
    &[("customer_address", &["is_default_billing", "is_default_shipping"]), ("customer", &["customer_id"])];

/// Whether one of the tables has the column, besides those that a shop has added to them.
pub fn is_column(tables: &[&str], column: &str) -> bool {
    of_tables(tables, column).is_some() || besides(tables).any(|known| known == column)
}

fn of_tables(tables: &[&str], column: &str) -> Option<(&'static Column, &'static str)> {
    tables.iter().find_map(|name| {
        let table = columns::table(name)?;
        let written = table.name(column).filter(|written| *written == column && !columns::is_virtual(name, column))?;
        Some((table.column(written)?, columns::tables().find(|known| known == name)?))
    })
}

fn besides(tables: &[&str]) -> impl Iterator<Item = &'static str> {
    BESIDES.iter().filter(move |(table, _)| tables.contains(table)).flat_map(|(_, words)| words.iter().copied())
}

/// That no table has the column, and the one that may be meant.
pub fn no_column(tables: &[&str], column: &str) -> Miswritten {
    let known = tables.iter().filter_map(|name| columns::table(name)).flat_map(|table| table.columns.keys());
    let known = known.map(String::as_str).chain(besides(tables));
    let what = format!("{} has no column `{column}`", tables.first().copied().unwrap_or_default());
    let hint = tables.iter().find_map(|table| elsewhere::of(table, column)).map(str::to_owned);
    let remedy = hint
        .or_else(|| nearest::did_you_mean(column, known))
        .unwrap_or_else(|| "`mockgento schema seed` lists the columns of every table".to_owned());
    Miswritten::of(column, what, remedy)
}

/// Whether a column can hold what somebody wrote, without a shop to ask. Null empties any column.
///
/// # Errors
/// [`Miswritten`] for a value that the column would not keep as it is meant.
pub fn check_value(tables: &[&str], column: &str, text: &str) -> Result<(), Miswritten> {
    let Some((known, table)) = of_tables(tables, column) else { return Ok(()) };
    let wrong = |remedy: String| Err(not_held(table, column, text, remedy));
    let takes = fields::takes(table, column);
    if let Some(Takes::Something(said)) = takes.filter(|_| text.trim().is_empty()) {
        return Err(Miswritten::of(column, said, format!("add `{column}: …`")));
    }
    if text.is_empty() && takes.is_some_and(|takes| is_chosen(table, column, takes)) {
        return check_nothing(tables, column);
    }
    if let Some(remedy) = takes.and_then(|takes| takes.objection(text)) {
        return wrong(remedy);
    }
    let sql_type = known.declared.sql_type;
    if let Some(remedy) = takes::no_day(text).filter(|_| sql_type.is_moment()) {
        return wrong(remedy);
    }
    let kept = match saved(text, sql_type, known.attribute) {
        Ok(kept) if sql_type.is_moment() => kept,
        Ok(_) => Some(text.to_owned()),
        Err(_) => return wrong("Magento takes 1980-12-31, or 12/31/1980 with the month first".to_owned()),
    };
    match kept.as_deref().and_then(|kept| misfit(kept, sql_type)) {
        // An empty text is what a form sends for nothing.
        None => Ok(()),
        Some(_) if text.is_empty() && (known.declared.nullable || known.attribute.is_some()) => Ok(()),
        Some(why) => Err(cannot_hold(table, column, text, why)),
    }
}

/// What the form's field of a column takes, and the table that has it.
pub(super) fn takes_of(tables: &[&str], column: &str) -> Option<(&'static str, Takes)> {
    let (_, table) = of_tables(tables, column)?;
    Some((table, fields::takes(table, column)?))
}

/// Whether a column may be emptied.
///
/// # Errors
/// [`Miswritten`] where Magento's form asks for something.
pub fn check_nothing(tables: &[&str], column: &str) -> Result<(), Miswritten> {
    match takes_of(tables, column) {
        Some((_, Takes::Something(said))) => {
            let remedy =
                format!("write the {column}, in quotes where it is a word such as Null that means nothing in YAML");
            Err(Miswritten::of(column, said, remedy))
        }
        Some((table, takes)) if is_chosen(table, column, takes) => {
            let remedy = "the form offers a list and no empty choice; write an id, or leave it out";
            Err(Miswritten::of(column, format!("{table}.{column} cannot be empty"), remedy))
        }
        _ => Ok(()),
    }
}

/// Whether a form offers a list for an attribute that must have a value.
fn is_chosen(table: &str, column: &str, takes: Takes) -> bool {
    let is_list =
        matches!(takes, Takes::Record(..) | Takes::AttributeSet | Takes::TaxClass | Takes::One(_) | Takes::Country);
    let attribute = columns::table(table).and_then(|known| known.column(column)?.attribute);
    is_list && attribute.is_some_and(|attribute| attribute.required)
}

/// Whether the database keeps what a seed writes; a seed is what the database holds already, so no form has changed it.
///
/// # Errors
/// [`Miswritten`] for a value that would become another one.
pub fn check_stored(table: &str, column: &str, text: &str) -> Result<(), Miswritten> {
    let Some((known, table)) = of_tables(&[table], column) else { return Ok(()) };
    check_as(table, column, text, known.declared.sql_type)
}

/// The same for a column whose type somebody else knows.
///
/// # Errors
/// [`Miswritten`] for a value that would become another one.
pub fn check_as(table: &str, column: &str, text: &str, sql_type: SqlType) -> Result<(), Miswritten> {
    match misfit(text, sql_type) {
        None => Ok(()),
        Some(_) if text.is_empty() => Ok(()),
        Some(why) => Err(cannot_hold(table, column, text, why)),
    }
}

fn cannot_hold(table: &str, column: &str, text: &str, why: Misfit) -> Miswritten {
    let remedy = match why {
        Misfit::NoNumber => "write a number such as 12.50, with a point and no currency".to_owned(),
        Misfit::NoWholeNumber => format!("it is a whole number{}", naming(column)),
        Misfit::OutOfRange(least, most) => format!("it holds {least} to {most}"),
        Misfit::TooLong(most) => format!("it holds {most} characters at most"),
        Misfit::NoMoment if is_written_well(text) => "it holds times from 1970 to 2038-01-19 03:14:07".to_owned(),
        Misfit::NoMoment => "write a UTC time such as 2024-03-10 12:00:00".to_owned(),
    };
    not_held(table, column, text, remedy)
}

fn is_written_well(text: &str) -> bool {
    text.parse::<DateTime>().is_ok() || text.parse::<jiff::civil::Date>().is_ok()
}

pub(super) fn not_held(table: &str, column: &str, text: &str, remedy: String) -> Miswritten {
    let shown: String = text.chars().take(SHOWN_MAX).collect();
    let dots = if shown.len() < text.len() { "…" } else { "" };
    Miswritten::of(column, format!("{table}.{column} cannot hold \"{shown}{dots}\""), remedy)
}

/// Characters of a value that a message shows.
const SHOWN_MAX: usize = 40;

/// What the number of a column is, when people like to write the name instead.
fn naming(column: &str) -> &'static str {
    match column {
        "website_id" => ": the website's id, 1 for the first one, not its code",
        "store_id" => ": the store view's id, 1 for the first one, not its code",
        "group_id" | "customer_group_id" => ": the customer group's id, such as 1 for General",
        "region_id" => ": the region's id in Magento, such as 12 for California",
        "subscriber_status" => ": 1 subscribed, 2 not active, 3 unsubscribed, 4 unconfirmed",
        _ => "",
    }
}

/// Whether the columns of an item say which product it is.
pub fn names_product<'a>(mut columns: impl Iterator<Item = &'a str>) -> bool {
    columns.any(|column| matches!(column, "sku" | "product_id"))
}

/// That an item does not say which product it is.
pub fn no_product() -> Miswritten {
    Miswritten::new("it is not said what is bought: an item has an SKU", "add `sku: …`")
}

/// What is wrong and what to do, in one line; Magento's own words are whole sentences.
pub(crate) fn joined(what: &str, remedy: &str) -> String {
    let mut first = remedy.chars();
    match first.next() {
        Some(letter) if what.ends_with(['.', '!', '?']) => {
            format!("{what} {}{}", letter.to_uppercase(), first.as_str())
        }
        _ => format!("{what}; {remedy}"),
    }
}

/// Whether a text is an e-mail address as Magento's forms want it: somebody at a domain.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_plain = |part: &str| !part.is_empty() && !part.contains([' ', '@', ',', ';', '<', '>', '\n', '\t']);
    is_plain(local) && is_plain(domain) && domain.contains('.') && domain.split('.').all(|label| !label.is_empty())
}

/// Every column of a row and its value.
///
/// # Errors
/// The first that is wrong.
pub fn check_row(tables: &[&str], row: &SeedRow, is_own: impl Fn(&str) -> bool) -> Result<(), Miswritten> {
    for (column, value) in row {
        if !is_column(tables, column) && !is_own(column) {
            return Err(no_column(tables, column));
        }
        match value {
            Some(text) => check_value(tables, column, text)?,
            None => check_nothing(tables, column)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_tables() {
        for (tables, column, expected) in [
            (CUSTOMER, "lastnam", Some("customer has no column `lastnam`; did you mean `lastname`?")),
            (CUSTOMER, "wbesite_id", Some("customer has no column `wbesite_id`; did you mean `website_id`?")),
            (CUSTOMER, "LASTNAME", Some("customer has no column `LASTNAME`; did you mean `lastname`?")),
            (CUSTOMER, "customer_id", None),
            (ADDRESS, "stret", Some("customer_address has no column `stret`; did you mean `street`?")),
            (ADDRESS, "is_default_billing", None),
            (ITEM, "qty", None),
            (ITEM, "qty_ordered", None),
            (
                ITEM,
                "quantity",
                Some("sales_flat_quote_item has no column `quantity`; `mockgento schema seed` lists the"),
            ),
            (ORDER, "grandtotal", Some("sales_flat_order has no column `grandtotal`; did you mean `grand_total`?")),
        ] {
            let row = SeedRow::from([(column.to_owned(), None)]);
            let said = check_row(tables, &row, |_| false).err().map(|wrong| wrong.to_string());
            match expected {
                Some(expected) => assert!(said.as_deref().is_some_and(|said| said.starts_with(expected)), "{said:?}"),
                None => assert_eq!(said, None),
            }
        }
    }

    #[test]
    fn values_are_those_that_columns_hold() {
        for (tables, column, text, fits) in [
            (CUSTOMER, "gender", "female", false),
            (CUSTOMER, "gender", "2", true),
            (CUSTOMER, "gender", "", true),
            (CUSTOMER, "dob", "31.12.1980", false),
            (CUSTOMER, "dob", "1980-12-31", true),
            (CUSTOMER, "dob", "12/31/1980", true),
            (CUSTOMER, "dob", "1980-02-31", false),
            (CUSTOMER, "firstname", " ", false),
            (CUSTOMER, "taxvat", "anything", true),
            (CUSTOMER, "taxvat", "", true),
            (CUSTOMER, "group_id", "", false),
            (ADDRESS, "country_id", "", false),
            (SUBSCRIPTION, "subscriber_status", "9", false),
            (ORDER, "order_currency_code", "XYZ", false),
            (ORDER, "total_qty_ordered", "-1", false),
            (ORDER, "customer_email", "nobody", false),
            (ITEM, "price", "-30", false),
            (ITEM, "qty", "0", false),
            (ITEM, "name", "", false),
            (CUSTOMER, "website_id", "base", false),
            (CUSTOMER, "website_id", "70000", false),
            (CUSTOMER, "created_at", "yesterday", false),
            (CUSTOMER, "created_at", "2024-01-31 10:00:00", true),
            (CUSTOMER, "is_active", "2x", false),
            (ADDRESS, "country_id", "Germany", false),
            (ADDRESS, "country_id", "de", false),
            (ADDRESS, "country_id", "DE", true),
            (ADDRESS, "region_id", "Texas", false),
            (ITEM, "price", "9,99", false),
            (ITEM, "price", "cheap", false),
            (ITEM, "price", "9.99999", true),
            (ORDER, "grand_total", "12.50 EUR", false),
            (ORDER, "base_currency_code", "Euro", false),
            (ORDER, "customer_dob", "", true),
        ] {
            assert_eq!(check_value(tables, column, text).is_ok(), fits, "{column} {text}");
        }
    }

    #[test]
    fn an_email_address_is_somebody_at_a_domain() {
        for (text, expected) in [
            ("ada@example.com", true),
            ("ada+1@sub.example.co.uk", true),
            ("zoë@exämple.de", true),
            ("nobody", false),
            ("ada@", false),
            ("@example.com", false),
            ("ada@localhost", false),
            ("ada @example.com", false),
            ("ada@example..com", false),
            ("ada@example.com, bob@example.com", false),
        ] {
            assert_eq!(is_email(text), expected, "{text}");
        }
    }
}

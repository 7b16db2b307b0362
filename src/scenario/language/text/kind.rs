//! What a column holds, as far as it says how values are compared: 60 and 60.0000 are one amount, whatever was typed.

use rust_decimal::Decimal;

use crate::crm::{ColumnType, Entity};
use crate::magento::columns::{self, SqlType, stored};
use crate::scenario::language::text::matcher::{Matcher, MatcherWord};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scenario) enum Kind {
    /// Text, compared as it is written.
    Text,
    /// A column of the CRM.
    Crm(ColumnType),
    /// A column of the shop.
    Shop(SqlType),
    /// A column of somebody else's database.
    Unknown,
}

impl Kind {
    /// A column of a table of the CRM.
    pub(in crate::scenario) fn of_crm(table: &str, column: &str) -> Self {
        Entity::named(table).and_then(|entity| entity.column(column)).map_or(Self::Text, Self::Crm)
    }

    /// A column of a table of the shop.
    pub(in crate::scenario) fn of_shop(table: &str, column: &str) -> Self {
        let known = columns::table(table).and_then(|table| table.columns.get(column));
        known.map_or(Self::Text, |column| Self::Shop(column.declared.sql_type))
    }

    /// A column of which nothing is known but what it holds: numbers are compared as such.
    pub(in crate::scenario) fn of_nothing(_table: &str, _column: &str) -> Self {
        Self::Unknown
    }

    /// Whether what a row holds is what somebody wrote.
    pub(in crate::scenario) fn same(self, held: &str, written: &str) -> bool {
        if held == written {
            return true;
        }
        match self {
            Self::Unknown => held == flag_word(written) || same_number(held, written) && is_plain_number(written),
            Self::Crm(ColumnType::Int | ColumnType::Decimal) => same_number(held, written),
            Self::Shop(sql_type) if sql_type.is_number() => {
                let flag = match written {
                    "true" => "1",
                    "false" => "0",
                    other => other,
                };
                same_number(held, flag)
            }
            Self::Shop(sql_type) if sql_type.is_moment() => {
                stored::misfit(written, sql_type).is_none() && stored::stored(written, sql_type) == held
            }
            _ => false,
        }
    }

    /// What to write instead of a text that no row can ever hold; `None` when some may.
    pub(in crate::scenario) fn never(self, written: &str) -> Option<&'static str> {
        let is_flag = matches!(written, "true" | "false");
        match self {
            Self::Text | Self::Unknown => None,
            Self::Crm(ColumnType::Bool) => (!is_flag).then_some("write true or false"),
            Self::Crm(ColumnType::Int) => number(written).is_none().then_some("write a whole number"),
            Self::Crm(ColumnType::Decimal) => number(written).is_none().then_some("write a number such as \"12.50\""),
            Self::Crm(ColumnType::Date) => {
                written.parse::<jiff::civil::Date>().is_err().then_some("write a date such as 1980-12-31")
            }
            Self::Crm(ColumnType::DateTime) => {
                let is_one = crate::datetime::parse(written).ok().flatten().is_some();
                (!is_one).then_some("write a UTC time such as 2024-03-10 12:00:00")
            }
            Self::Crm(ColumnType::Text | ColumnType::TextList | ColumnType::Ref(_)) => None,
            Self::Shop(sql_type) if is_flag && matches!(sql_type, SqlType::Int { .. }) => None,
            Self::Shop(sql_type) => match stored::misfit(written, sql_type)? {
                stored::Misfit::NoNumber => Some("write a number such as \"12.50\""),
                stored::Misfit::NoWholeNumber => Some("write a whole number, such as an id, 1 for yes or 0 for no"),
                stored::Misfit::NoMoment => Some("write a UTC time such as 2024-03-10 12:00:00"),
                stored::Misfit::OutOfRange(..) | stored::Misfit::TooLong(_) => Some("the column holds no such value"),
            },
        }
    }
}

impl Matcher {
    /// Whether a field of that kind (`None`: null or not there) matches.
    pub(in crate::scenario) fn matches_as(&self, kind: Kind, actual: Option<&str>) -> bool {
        let Some(held) = actual else { return self.matches(None) };
        match self {
            Self::Exact(written) => kind.same(held, written),
            Self::Word(MatcherWord::Not(written)) => !kind.same(held, written),
            Self::Word(MatcherWord::OneOf(choices)) => choices.iter().any(|written| kind.same(held, written)),
            other => other.matches(Some(held)),
        }
    }

    /// The texts that it compares with as a whole.
    pub(in crate::scenario) fn texts(&self) -> Vec<&str> {
        match self {
            Self::Exact(text) | Self::Word(MatcherWord::Not(text)) => vec![text],
            Self::Word(MatcherWord::OneOf(choices)) => choices.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

/// Flags as databases give them.
fn flag_word(written: &str) -> &str {
    match written {
        "1" => "true",
        "0" => "false",
        other => other,
    }
}

/// A number that loses nothing as one: `000123` is a text.
fn is_plain_number(text: &str) -> bool {
    !(text.len() > 1 && text.starts_with('0') && !text.starts_with("0."))
}

fn same_number(held: &str, written: &str) -> bool {
    number(held).is_some_and(|held| Some(held) == number(written))
}

fn number(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_by_what_they_mean() {
        for (kind, held, written, expected) in [
            (Kind::of_shop("sales_flat_order", "grand_total"), "60.0000", "60", true),
            (Kind::of_shop("sales_flat_order", "grand_total"), "60.0000", "60.5", false),
            (Kind::of_shop("customer", "is_active"), "1", "true", true),
            (Kind::of_shop("customer", "dob"), "1980-12-31 00:00:00", "1980-12-31", true),
            (Kind::of_shop("customer", "dob"), "1980-12-31 00:00:00", "1980-12-30", false),
            (Kind::of_shop("customer", "email"), "60.0", "60", false),
            (Kind::of_shop("customer_address", "postcode"), "01234", "1234", false),
            (Kind::of_crm("order", "totalAmount"), "67.5000", "67.5", true),
            (Kind::of_crm("customer", "originId"), "7", "7.0", true),
            (Kind::of_crm("customer", "firstName"), "7", "7.0", false),
        ] {
            assert_eq!(kind.same(held, written), expected, "{kind:?} {held} {written}");
        }
    }

    #[test]
    fn texts_that_no_row_can_hold_are_known() {
        for (kind, written, never) in [
            (Kind::of_shop("customer", "gender"), "female", true),
            (Kind::of_shop("customer", "website_id"), "base", true),
            (Kind::of_shop("customer", "website_id"), "9", false),
            (Kind::of_shop("customer", "is_active"), "yes", true),
            (Kind::of_shop("customer", "dob"), "31.12.1980", true),
            (Kind::of_shop("customer", "email"), "anything", false),
            (Kind::of_crm("customer", "guest"), "no", true),
            (Kind::of_crm("customer", "guest"), "false", false),
            (Kind::of_crm("customer", "birthday"), "10.12.1980", true),
            (Kind::of_crm("order", "totalAmount"), "a lot", true),
        ] {
            assert_eq!(kind.never(written).is_some(), never, "{kind:?} {written}");
        }
    }
}

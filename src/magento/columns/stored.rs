//! What the database keeps of a text in a column of some type, `sql_mode` being empty as Magento sets it: it never
//! refuses, it makes what it is given fit.

use std::borrow::Cow;

use rust_decimal::prelude::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};

use super::moment::Moment;
use super::number;
use super::sql_type::SqlType;

/// What a column of that type keeps of a text. It is what the database answers with when the column is read.
pub fn stored(text: &str, sql_type: SqlType) -> Cow<'_, str> {
    match sql_type {
        SqlType::Int { .. } => int(text, sql_type),
        SqlType::Decimal { precision, scale } => decimal(text, precision, scale),
        SqlType::Varchar(characters_max) => cut(plane_zero(text), usize::from(characters_max)),
        SqlType::Text(bytes_max) => cut_bytes(plane_zero(text), bytes_max as usize),
        SqlType::Blob(bytes_max) => cut_bytes(Cow::Borrowed(text), bytes_max as usize),
        SqlType::Date => moment(text, Moment::read, Moment::date),
        SqlType::Datetime => moment(text, Moment::read, Moment::datetime),
        SqlType::Timestamp => moment(text, timestamp, Moment::datetime),
    }
}

/// Why a column of some type does not keep what a text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// It is no number, or more than one.
    NoNumber,
    /// It is no whole number.
    NoWholeNumber,
    /// It is smaller or larger than the column's numbers.
    OutOfRange(i128, i128),
    /// It has more characters than that.
    TooLong(usize),
    /// It is no day or time there is.
    NoMoment,
}

/// What is wrong with a text for people who write values by hand; the database itself does not ask. Decimals that are
/// rounded away are not wrong.
pub fn misfit(text: &str, sql_type: SqlType) -> Option<Misfit> {
    let is_number = !text.is_empty() && number::leading(text) == text;
    match sql_type {
        SqlType::Decimal { .. } if !is_number => Some(Misfit::NoNumber),
        SqlType::Int { .. } if !is_number || !exact(text).is_some_and(|given| given.is_integer()) => {
            Some(Misfit::NoWholeNumber)
        }
        SqlType::Int { .. } => {
            let (least, most) = sql_type.int_range().unwrap_or((i128::MIN, i128::MAX));
            (exact(text) != exact(&stored(text, sql_type))).then_some(Misfit::OutOfRange(least, most))
        }
        SqlType::Decimal { precision, scale } => {
            let most = 10_i128.pow(u32::from(precision.saturating_sub(scale)));
            let is_within = exact(text).is_some_and(|given| given.abs() < Decimal::from(most));
            (!is_within).then_some(Misfit::OutOfRange(1 - most, most - 1))
        }
        SqlType::Varchar(most) => (text.chars().count() > usize::from(most)).then_some(Misfit::TooLong(most.into())),
        SqlType::Text(most) | SqlType::Blob(most) => {
            (text.len() > most as usize).then_some(Misfit::TooLong(most as usize))
        }
        SqlType::Date | SqlType::Datetime | SqlType::Timestamp => {
            (!is_moment(text, sql_type)).then_some(Misfit::NoMoment)
        }
    }
}

fn exact(text: &str) -> Option<Decimal> {
    let text = text.trim_start_matches('+');
    Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

/// Whether a text is a day or a time, and one there is.
fn is_moment(text: &str, sql_type: SqlType) -> bool {
    let kept = stored(text, sql_type);
    let is_written_as_moment = text.bytes().all(|byte| byte.is_ascii_digit() || b"-/:. T".contains(&byte));
    let is_zero = |text: &str| text.bytes().all(|byte| !byte.is_ascii_digit() || byte == b'0');
    is_written_as_moment && (is_zero(text) || !is_zero(&kept))
}

fn moment(text: &str, read: fn(&str) -> Option<Moment>, write: fn(Moment) -> String) -> Cow<'_, str> {
    let written = write(read(text).filter(|found| found.exists()).unwrap_or_default());
    if written == text { Cow::Borrowed(text) } else { Cow::Owned(written) }
}

/// Timestamps are seconds since 1970 in 32 bits; a day or month of 0 is none.
fn timestamp(text: &str) -> Option<Moment> {
    let found = Moment::read(text)?.whole_second();
    let written = found.datetime();
    let exists = !written[..10].contains("-00");
    let span = "1970-01-01 00:00:01"..="2038-01-19 03:14:07";
    (exists && span.contains(&written.as_str())).then_some(found)
}

fn int(text: &str, sql_type: SqlType) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let is_canonical =
        matches!(bytes.first(), Some(b'1'..=b'9')) && bytes.len() < 5 && bytes.iter().all(u8::is_ascii_digit);
    if is_canonical || text == "0" {
        return Cow::Borrowed(text);
    }
    let (lowest, highest) = sql_type.int_range().unwrap_or((i128::MIN, i128::MAX));
    let number = number::leading(text);
    let whole = number.parse::<i128>().ok();
    let rounded = || number.parse::<f64>().unwrap_or_default().round().to_i128().unwrap_or_default();
    let kept = whole.unwrap_or_else(rounded).clamp(lowest, highest).to_string();
    if kept == text { Cow::Borrowed(text) } else { Cow::Owned(kept) }
}

fn decimal(text: &str, precision: u8, scale: u8) -> Cow<'_, str> {
    let places = u32::from(scale);
    let number = number::leading(text);
    let read = Decimal::from_str_exact(number.trim_start_matches('+')).or_else(|_| Decimal::from_scientific(number));
    let largest = Decimal::from_i128_with_scale(10_i128.pow(u32::from(precision)) - 1, places);
    // A number that is too large to be read is one that is too large to be kept.
    let too_large = || match (number.parse::<f64>().unwrap_or_default(), number.starts_with('-')) {
        (number, _) if number.abs() < 1.0 => Decimal::ZERO,
        (_, true) => -largest,
        (_, false) => largest,
    };
    let value = read.unwrap_or_else(|_| too_large());
    let mut kept =
        value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero).clamp(-largest, largest);
    kept.rescale(places);
    if kept.is_zero() {
        kept.set_sign_positive(true);
    }
    let kept = kept.to_string();
    if kept == text { Cow::Borrowed(text) } else { Cow::Owned(kept) }
}

/// The connection speaks a UTF-8 of three bytes at most, so each byte of a longer character becomes a question mark.
fn plane_zero(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte < 0xF0) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    for character in text.chars() {
        if character.len_utf8() > 3 { kept.push_str("????") } else { kept.push(character) }
    }
    Cow::Owned(kept)
}

fn cut(text: Cow<'_, str>, characters_max: usize) -> Cow<'_, str> {
    if text.len() <= characters_max {
        return text;
    }
    match text.char_indices().nth(characters_max) {
        Some((end, _)) => shorten(text, end),
        None => text,
    }
}

fn cut_bytes(text: Cow<'_, str>, bytes_max: usize) -> Cow<'_, str> {
    let end = text.floor_char_boundary(bytes_max);
    shorten(text, end)
}

fn shorten(text: Cow<'_, str>, end: usize) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
        Cow::Owned(mut text) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_do_not_fit_are_told() {
        let int = SqlType::Int { bytes: 2, width: 5, unsigned: true };
        let decimal = SqlType::Decimal { precision: 12, scale: 4 };
        for (text, sql_type, expected) in [
            ("7", int, None),
            ("007", int, None),
            ("70000", int, Some(Misfit::OutOfRange(0, 65535))),
            ("-1", int, Some(Misfit::OutOfRange(0, 65535))),
            ("yes", int, Some(Misfit::NoWholeNumber)),
            ("", int, Some(Misfit::NoWholeNumber)),
            ("1.5", int, Some(Misfit::NoWholeNumber)),
            ("9.99", decimal, None),
            ("1e3", decimal, None),
            ("9,99", decimal, Some(Misfit::NoNumber)),
            ("1.23456", decimal, None),
            ("123456789", decimal, Some(Misfit::OutOfRange(-99_999_999, 99_999_999))),
            ("12345", SqlType::Varchar(5), None),
            ("123456", SqlType::Varchar(5), Some(Misfit::TooLong(5))),
            ("2025-10-20", SqlType::Datetime, None),
            ("0000-00-00 00:00:00", SqlType::Datetime, None),
            ("2025-02-30", SqlType::Datetime, Some(Misfit::NoMoment)),
            ("12/31/1980", SqlType::Datetime, Some(Misfit::NoMoment)),
            ("yesterday", SqlType::Timestamp, Some(Misfit::NoMoment)),
            ("2040-01-01", SqlType::Timestamp, Some(Misfit::NoMoment)),
        ] {
            assert_eq!(misfit(text, sql_type), expected, "{text} in {sql_type}");
        }
    }
}

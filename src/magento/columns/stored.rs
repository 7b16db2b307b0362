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

/// Whether a column of that type keeps what a text means: nothing is cut off, rounded away or taken for 0. For people who
/// write values by hand; the database itself does not ask.
pub fn keeps(text: &str, sql_type: SqlType) -> bool {
    match sql_type {
        SqlType::Int { .. } | SqlType::Decimal { .. } => {
            let kept = stored(text, sql_type);
            let exact = |text: &str| Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
            number::leading(text) == text && exact(text).is_ok_and(|given| exact(&kept) == Ok(given))
        }
        SqlType::Varchar(_) | SqlType::Text(_) | SqlType::Blob(_) => stored(text, sql_type) == text,
        SqlType::Date | SqlType::Datetime | SqlType::Timestamp => {
            let kept = stored(text, sql_type);
            let is_written_as_moment = text.bytes().all(|byte| byte.is_ascii_digit() || b"-/:. T".contains(&byte));
            let is_zero = |text: &str| text.bytes().all(|byte| !byte.is_ascii_digit() || byte == b'0');
            is_written_as_moment && (is_zero(text) || !is_zero(&kept))
        }
    }
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
            ("7", int, true),
            ("007", int, true),
            ("70000", int, false),
            ("-1", int, false),
            ("yes", int, false),
            ("", int, false),
            ("1.5", int, false),
            ("9.99", decimal, true),
            ("1e3", decimal, true),
            ("9,99", decimal, false),
            ("1.23456", decimal, false),
            ("12345", SqlType::Varchar(5), true),
            ("123456", SqlType::Varchar(5), false),
            ("\u{1F600}", SqlType::TEXT, false),
            ("2025-10-20", SqlType::Datetime, true),
            ("0000-00-00 00:00:00", SqlType::Datetime, true),
            ("2025-02-30", SqlType::Datetime, false),
            ("12/31/1980", SqlType::Datetime, false),
            ("yesterday", SqlType::Timestamp, false),
            ("2040-01-01", SqlType::Timestamp, false),
        ] {
            assert_eq!(keeps(text, sql_type), expected, "{text} in {sql_type}");
        }
    }
}

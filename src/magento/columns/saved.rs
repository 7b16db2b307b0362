//! What Magento makes of a value before it is saved: by the type of the column and, for an attribute, by the model that
//! stands before its table (the backend). What the database then keeps is in [`stored`](super::stored).

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::attribute::Attribute;
use super::number;
use super::sql_type::SqlType;

/// A text that an attribute's backend takes for no day. Nobody catches the exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid date")]
pub struct InvalidDate;

/// A value as it is saved in a column of that type; `None` for null.
///
/// # Errors
/// [`InvalidDate`] for an attribute of moments whose backend reads dates.
pub fn saved(text: &str, sql_type: SqlType, attribute: Option<&Attribute>) -> Result<Option<String>, InvalidDate> {
    let is_value_of_attribute = attribute.is_some_and(|attribute| attribute.backend_type != "static");
    Ok(match sql_type {
        SqlType::Int { .. } if text.is_empty() && is_value_of_attribute => None,
        SqlType::Int { .. } => Some(php_int(text)),
        SqlType::Decimal { .. } if text.is_empty() => None,
        SqlType::Decimal { .. } => Some(number_of(text)),
        SqlType::Date | SqlType::Datetime | SqlType::Timestamp => {
            match attribute.and_then(|it| it.backend.as_deref()) {
                Some(backend) if reads_dates(backend) => date_of(text)?,
                _ => (!matches!(text, "" | "0")).then(|| text.to_owned()),
            }
        }
        SqlType::Varchar(_) | SqlType::Text(_) | SqlType::Blob(_) => (!text.is_empty()).then(|| text.to_owned()),
    })
}

/// Whether a backend turns what people write into a day.
fn reads_dates(backend: &str) -> bool {
    backend == "eav/entity_attribute_backend_datetime"
        || backend.starts_with("catalog/product_attribute_backend_startdate")
}

/// PHP's `(int)`: what stands in front, without what is behind the point.
fn php_int(text: &str) -> String {
    let number = number::leading(text);
    number.parse::<i64>().map_or_else(|_| format!("{:.0}", number::of(number).trunc()), |number| number.to_string())
}

/// A number as people write it: blanks and apostrophes part groups; of a comma and a point, the last one parts the
/// decimals, and a comma alone does too.
pub fn number_of(text: &str) -> String {
    let text: String = text.chars().filter(|character| !matches!(character, ' ' | '\'')).collect();
    let plain = match (text.rfind(','), text.rfind('.')) {
        (Some(comma), Some(point)) if comma > point => text.replace('.', "").replace(',', "."),
        (Some(_), Some(_)) => text.replace(',', ""),
        (Some(_), None) => text.replace(',', "."),
        (None, _) => text,
    };
    let number = number::leading(&plain);
    if number.is_empty() { "0".to_owned() } else { number.to_owned() }
}

/// A day as people write it: seconds since 1970, `1980-12-31` with or without a time, or month, day and year as the
/// American format has them, whatever parts them.
fn date_of(text: &str) -> Result<Option<String>, InvalidDate> {
    if matches!(text, "" | "0") {
        return Ok(None);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).ok_or(InvalidDate)?;
        return Ok(Some(seconds.strftime("%Y-%m-%d %H:%M:%S").to_string()));
    }
    let (day, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    if is_written_as(day, "0000-00-00") && is_written_as(time, "00:00:00") {
        let [year, month, day] = three(day).ok_or(InvalidDate)?;
        return Ok(Some(format!("{} {time}", overflowing(year, month, day)?)));
    }
    let [month, day, year] = three(text).ok_or(InvalidDate)?;
    let year = match year {
        0..70 => year + 2000,
        70..100 => year + 1900,
        _ => year,
    };
    let small = |number: i16| i8::try_from(number).map_err(|_| InvalidDate);
    let found = Date::new(year, small(month)?, small(day)?).map_err(|_| InvalidDate)?;
    Ok(Some(format!("{found} 00:00:00")))
}

/// The first three numbers of a text.
fn three(text: &str) -> Option<[i16; 3]> {
    let mut numbers = text.split(|character: char| !character.is_ascii_digit()).filter(|part| !part.is_empty());
    let mut next = || numbers.next()?.parse().ok();
    Some([next()?, next()?, next()?])
}

/// Whether a text has digits where the pattern has zeros, and else its signs.
fn is_written_as(text: &str, pattern: &str) -> bool {
    let fits = |(byte, wanted): (u8, u8)| if wanted == b'0' { byte.is_ascii_digit() } else { byte == wanted };
    text.len() == pattern.len() && text.bytes().zip(pattern.bytes()).all(fits)
}

/// A day whose month or day may be too large: it is that many later, as PHP's `mktime` counts.
fn overflowing(year: i16, month: i16, day: i16) -> Result<Date, InvalidDate> {
    let first = Date::new(year, 1, 1).map_err(|_| InvalidDate)?;
    let month = first.checked_add((i64::from(month) - 1).months()).map_err(|_| InvalidDate)?;
    month.checked_add((i64::from(day) - 1).days()).map_err(|_| InvalidDate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::magento::columns;

    #[test]
    fn values_are_saved_by_their_column() {
        for (table, column, text, expected) in [
            ("catalog_product", "price", "9,99", Ok(Some("9.99"))),
            ("catalog_product", "price", "1.234,56", Ok(Some("1234.56"))),
            ("catalog_product", "price", "1,234.56", Ok(Some("1234.56"))),
            ("catalog_product", "price", "1'234.5", Ok(Some("1234.5"))),
            ("catalog_product", "price", "12 000", Ok(Some("12000"))),
            ("catalog_product", "price", "abc", Ok(Some("0"))),
            ("catalog_product", "price", "", Ok(None)),
            ("catalog_product", "status", "Enabled", Ok(Some("0"))),
            ("catalog_product", "status", "1.9", Ok(Some("1"))),
            ("catalog_product", "status", "", Ok(None)),
            ("catalog_product", "special_to_date", "12/31/2026", Ok(Some("2026-12-31 00:00:00"))),
            ("catalog_product", "special_from_date", "3/4/26", Ok(Some("2026-03-04 00:00:00"))),
            ("customer", "dob", "12/31/1980", Ok(Some("1980-12-31 00:00:00"))),
            ("customer", "dob", "1980-12-31", Ok(Some("1980-12-31 00:00:00"))),
            ("customer", "dob", "1980-12-31 10:00:00", Ok(Some("1980-12-31 10:00:00"))),
            ("customer", "dob", "1981-02-31", Ok(Some("1981-03-03 00:00:00"))),
            ("customer", "dob", "315532800", Ok(Some("1980-01-01 00:00:00"))),
            ("customer", "dob", "abc", Err(InvalidDate)),
            ("customer", "dob", "31.12.1980", Err(InvalidDate)),
            ("customer", "dob", "", Ok(None)),
            ("customer", "group_id", "3x", Ok(Some("3"))),
            ("customer", "group_id", "", Ok(Some("0"))),
            ("customer", "firstname", "", Ok(None)),
            ("customer", "firstname", " Ann ", Ok(Some(" Ann "))),
        ] {
            let known = columns::table(table).unwrap().column(column).unwrap();
            let found = saved(text, known.declared.sql_type, known.attribute);
            assert_eq!(found, expected.map(|text| text.map(str::to_owned)), "{table}.{column} {text:?}");
        }
    }
}

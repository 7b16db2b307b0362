//! Magento's date texts: `YYYY-MM-DD HH:MM:SS` in UTC, ISO 8601 with an offset in "info" answers, and zero dates.
#![doc(hidden)]

use jiff::civil::{Date, DateTime};
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

const SQL: &str = "%Y-%m-%d %H:%M:%S";
/// Writes the same, and faster: every moment of every row goes through it.
const SQL_PRINTER: DateTimePrinter = DateTimePrinter::new().separator(b' ').precision(Some(0));

/// A text that is none of the date forms Magento writes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not a date and time as YYYY-MM-DD HH:MM:SS or ISO 8601 with an offset")]
pub struct DateError {
    /// The text that is no date or time.
    pub text: String,
}

/// Formats an instant as Magento stores it: UTC, whole seconds.
pub fn to_sql(at: Timestamp) -> String {
    SQL_PRINTER.datetime_to_string(&Offset::UTC.to_datetime(at))
}

/// Reads `YYYY-MM-DD HH:MM:SS` (UTC) or ISO 8601 with an offset; blank and zero dates are `None`.
///
/// # Errors
/// [`DateError`] for anything else, a date without time included.
pub fn parse(text: &str) -> Result<Option<Timestamp>, DateError> {
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.starts_with("0000-00-00") {
        return Ok(None);
    }
    if let Ok(civil) = DateTime::strptime(SQL, trimmed) {
        return Offset::UTC.to_timestamp(civil).map(Some).map_err(|_| error(text));
    }
    trimmed.parse::<Timestamp>().map(Some).map_err(|_| error(text))
}

/// Reads the leading `YYYY-MM-DD`; blank and zero dates are `None`.
///
/// # Errors
/// [`DateError`] when the first ten characters are no date of the calendar.
pub fn parse_date(text: &str) -> Result<Option<Date>, DateError> {
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.starts_with("0000-00-00") {
        return Ok(None);
    }
    let head = trimmed.get(..10).unwrap_or(trimmed);
    head.parse().map(Some).map_err(|_| error(text))
}

/// Formats an instant as Magento's EAV "info" calls do: ISO 8601 with the zone's offset, daylight saving included.
pub fn to_iso_in(at: Timestamp, zone: &TimeZone) -> String {
    let zoned: Zoned = at.to_zoned(zone.clone());
    zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Formats an instant as an HTTP `Date` header.
pub fn to_http(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Reads an HTTP `Date` header (RFC 2822 form, any zone).
pub fn parse_http(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp())
}

fn error(text: &str) -> DateError {
    DateError { text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magento_dates_are_read_as_utc_and_written_back_the_same() -> Result<(), DateError> {
        let at = parse("2013-05-02 10:11:12")?;
        assert_eq!(at.map(to_sql).as_deref(), Some("2013-05-02 10:11:12"));
        assert_eq!(parse("2014-07-05T08:43:31-07:00")?.map(to_sql).as_deref(), Some("2014-07-05 15:43:31"));
        assert_eq!(parse("0000-00-00 00:00:00")?, None);
        assert_eq!(parse(" \n")?, None);
        assert!(parse("2012-02-03").is_err());
        assert!(parse("2012-02-30 00:00:00").is_err());
        Ok(())
    }

    #[test]
    fn info_dates_carry_the_offset_of_the_shops_zone_and_day() -> Result<(), Box<dyn std::error::Error>> {
        let zone = TimeZone::get("America/New_York")?;
        // Recording 070-customerCustomerInfo: summer time.
        let at = parse("2025-09-23 03:10:42")?.ok_or("a date")?;
        assert_eq!(to_iso_in(at, &zone), "2025-09-22T23:10:42-04:00");
        Ok(())
    }

    #[test]
    fn http_dates_round_trip() {
        let text = "Mon, 23 Nov 2026 09:26:30 GMT";
        assert_eq!(parse_http(text).map(to_http).as_deref(), Some(text));
    }
}

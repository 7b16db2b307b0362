//! Dates of imported rows (sync spec 5.1 and vectors 112, 113). Stricter callers use `crate::datetime`; the reference
//! client's parser rolls days that a month does not have over into the next one, which imports rely on.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

use crate::quirk::{Quirk, Quirks};

/// Reads `YYYY-MM-DD HH:MM:SS` as UTC or ISO 8601 with an offset; `None` when it is neither.
///
/// A zero date is null; the reference client makes it the year before our era.
pub(super) fn date_time(text: &str, quirks: &Quirks) -> Option<Parsed<Timestamp>> {
    let text = text.trim();
    if let Some((date, time)) = text.split_once(' ') {
        let [hour, minute, second] = numbers(time, ':')?;
        return Some(match date_of(date, quirks)? {
            Parsed::Zero => Parsed::Zero,
            Parsed::At(date) => {
                let midnight = Offset::UTC.to_timestamp(date.to_datetime(jiff::civil::Time::midnight())).ok()?;
                Parsed::At(midnight.checked_add(Span::new().hours(hour).minutes(minute).seconds(second)).ok()?)
            }
        });
    }
    text.contains('T').then(|| text.parse().ok().map(Parsed::At)).flatten()
}

/// Reads a date, alone or at the head of a date and time.
pub(super) fn date(text: &str, quirks: &Quirks) -> Option<Parsed<Date>> {
    let text = text.trim();
    let (head, rest) = text.split_at_checked(10)?;
    let is_date_only = rest.is_empty() || rest.starts_with([' ', 'T']);
    is_date_only.then(|| date_of(head, quirks)).flatten()
}

/// A date, or the zero date where it counts as none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parsed<T> {
    At(T),
    Zero,
}

fn date_of(text: &str, quirks: &Quirks) -> Option<Parsed<Date>> {
    let [year, month, day] = numbers(text, '-')?;
    if (year, month, day) == (0, 0, 0) && !quirks.has(Quirk::ZeroDateIsYearMinusOne) {
        return Some(Parsed::Zero);
    }
    let year = i16::try_from(year).ok()?;
    let first = Date::new(year, 1, 1).ok()?;
    first.checked_add(Span::new().months(month - 1).days(day - 1)).ok().map(Parsed::At)
}

fn numbers(text: &str, separator: char) -> Option<[i64; 3]> {
    let mut parts = text.split(separator).map(|part| part.parse::<u16>().ok().map(i64::from));
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quirk::Profile;

    fn seconds(text: &str, quirks: &Quirks) -> String {
        match date_time(text, quirks) {
            None => "error".to_owned(),
            Some(Parsed::Zero) => "null".to_owned(),
            Some(Parsed::At(at)) => at.to_string(),
        }
    }

    #[test]
    fn dates_are_read_as_the_reference_client_reads_them() {
        // Vectors 112 and 113; a zero date is the year -1 with Q-25 only.
        let (documented, reference) = (Quirks::default(), Profile::OroCrm41.quirks());
        for (text, expected) in [
            ("2012-02-03 12:03:10", "2012-02-03T12:03:10Z"),
            ("2014-07-05T08:43:31-07:00", "2014-07-05T15:43:31Z"),
            ("2012-02-03", "error"),
            ("2012-02-30 00:00:00", "2012-03-01T00:00:00Z"),
            ("0000-00-00 00:00:00", "null"),
            ("yesterday", "error"),
            ("2012-02-03 12:03", "error"),
        ] {
            assert_eq!(seconds(text, &documented), expected, "{text}");
        }
        assert_eq!(seconds("0000-00-00 00:00:00", &reference), "-000001-11-30T00:00:00Z");
        assert_eq!(date("2012-02-03", &documented), Some(Parsed::At(jiff::civil::date(2012, 2, 3))));
        assert_eq!(date("1951-02-02 00:00:00", &documented), Some(Parsed::At(jiff::civil::date(1951, 2, 2))));
        assert_eq!(date("2012", &documented), None);
        assert_eq!(date("2012-02-30", &documented), Some(Parsed::At(jiff::civil::date(2012, 3, 1))));
    }
}

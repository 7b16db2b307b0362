//! Moments as MariaDB reads them from a text: `2025-10-20 12:00:00`, and much else.

/// A day and a time of day. Days of month 0 and months of 0 exist; the zero moment stands for what is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    micros: u32,
}

impl Moment {
    /// What MariaDB takes a text for that is compared with a moment or kept in a column of moments. `None` when it is
    /// none; the database then warns and goes on with the zero moment.
    /// Each month has 31 days here; [`Self::exists`] knows better.
    pub fn read(text: &str) -> Option<Self> {
        if let Some(moment) = Self::canonical(text.as_bytes()) {
            return Some(moment);
        }
        let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
        let mut reader = Reader { rest: text.strip_prefix('+').unwrap_or(text).as_bytes() };
        if !reader.rest.first().is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let (fields, read, two_digits) = reader.fields();
        if read < 3 {
            return None;
        }
        let micros = if read == fields.len() { reader.micros() } else { 0 };
        let [mut year, month, day, hour, minute, second] = fields;
        let is_zero = fields == [0; 6];
        if two_digits && !is_zero {
            year += if year < 70 { 2000 } else { 1900 };
        }
        let small = |value: u32| u8::try_from(value).ok();
        let year = u16::try_from(year).ok().filter(|year| *year <= 9999)?;
        let moment = Self {
            year,
            month: small(month)?,
            day: small(day)?,
            hour: small(hour)?,
            minute: small(minute)?,
            second: small(second)?,
            micros,
        };
        moment.is_plausible().then_some(moment)
    }

    /// What nearly every text is: the form in which the database writes a moment.
    fn canonical(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != 19 {
            return None;
        }
        let is_separator = [(4, b'-'), (7, b'-'), (10, b' '), (13, b':'), (16, b':')];
        if !is_separator.iter().all(|(at, separator)| bytes[*at] == *separator) {
            return None;
        }
        let digit = |at: usize| bytes[at].is_ascii_digit().then(|| bytes[at] - b'0');
        let pair = |at: usize| Some(digit(at)? * 10 + digit(at + 1)?);
        let moment = Self {
            year: u16::from(pair(0)?) * 100 + u16::from(pair(2)?),
            month: pair(5)?,
            day: pair(8)?,
            hour: pair(11)?,
            minute: pair(14)?,
            second: pair(17)?,
            micros: 0,
        };
        moment.is_plausible().then_some(moment)
    }

    fn is_plausible(self) -> bool {
        self.month <= 12 && self.day <= 31 && self.hour < 24 && self.minute < 60 && self.second < 60
    }

    /// Whether the month has that day. A text of one that has not is compared as it stands but kept as the zero moment.
    pub fn exists(self) -> bool {
        let leap = self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let days = match self.month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 31,
        };
        self.day <= days
    }

    /// The same day at midnight.
    #[must_use]
    pub fn midnight(self) -> Self {
        Self { hour: 0, minute: 0, second: 0, micros: 0, ..self }
    }

    /// The same moment without parts of a second.
    #[must_use]
    pub fn whole_second(self) -> Self {
        Self { micros: 0, ..self }
    }

    /// The day as the database writes it.
    pub fn date(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// Day and time as the database writes them.
    pub fn datetime(self) -> String {
        format!("{} {:02}:{:02}:{:02}", self.date(), self.hour, self.minute, self.second)
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    /// Year, month, day, hour, minute and second; how many of them were there; whether the year has two digits.
    fn fields(&mut self) -> ([u32; 6], usize, bool) {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let follows = self.rest.get(digits);
        let is_plain = follows.is_none() || (matches!(follows, Some(b'.')) && digits >= 12) || follows == Some(&b'T');
        if is_plain {
            let year = if matches!(digits, 4 | 8) || digits >= 14 { 4 } else { 2 };
            let mut fields = [0; 6];
            let mut read = 0;
            for (field, width) in fields.iter_mut().zip([year, 2, 2, 2, 2, 2]) {
                if read == 3 && self.rest.first() == Some(&b'T') {
                    self.rest = &self.rest[1..];
                }
                let Some(value) = self.number(width) else { break };
                *field = value;
                read += 1;
            }
            return (fields, read, year == 2);
        }
        self.separated()
    }

    fn separated(&mut self) -> ([u32; 6], usize, bool) {
        let mut fields = [0; 6];
        let before = self.rest.len();
        let Some(year) = self.number(usize::MAX) else { return (fields, 0, false) };
        fields[0] = year;
        let two_digits = before - self.rest.len() == 2;
        for at in 1..6 {
            let parted = if at == 3 { self.day_from_time() } else { self.punctuation() };
            let Some(value) = parted.then(|| self.number(usize::MAX)).flatten() else {
                return (fields, at, two_digits);
            };
            fields[at] = value;
        }
        (fields, 6, two_digits)
    }

    /// A number of so many digits at most.
    fn number(&mut self, digits_max: usize) -> Option<u32> {
        let digits = self.rest.iter().take(digits_max).take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        std::str::from_utf8(number).ok()?.parse().ok()
    }

    fn punctuation(&mut self) -> bool {
        let found = self.rest.first().is_some_and(u8::is_ascii_punctuation);
        self.rest = &self.rest[usize::from(found)..];
        found
    }

    /// A `T`, blanks, or one sign of punctuation between day and time.
    fn day_from_time(&mut self) -> bool {
        let blanks = self.rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let is_sign = self.rest.first().is_some_and(|byte| *byte == b'T' || byte.is_ascii_punctuation());
        self.rest = &self.rest[blanks.max(usize::from(is_sign))..];
        blanks > 0 || is_sign
    }

    /// The part of a second behind a point.
    fn micros(&mut self) -> u32 {
        if self.rest.first() != Some(&b'.') {
            return 0;
        }
        let digits = self.rest[1..].iter().take(6).take_while(|byte| byte.is_ascii_digit());
        let (value, count) =
            digits.fold((0, 0), |(value, count), digit| (value * 10 + u32::from(digit - b'0'), count + 1));
        value * 10_u32.pow(6 - count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["2025-10-20 12:00:01", "0000-00-00 00:00:00", "2025-00-00 00:00:00", "9999-12-31 23:59:59"] {
            assert_eq!(Moment::read(text).map(Moment::datetime).as_deref(), Some(text));
        }
    }
}

//! The scalar words of the language, each parsed at the edge with a message that names what is accepted.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

pub use crate::matching::NoSettings;
use crate::scenario::language::text::span::misfit;

macro_rules! text_word {
    ($name:ident, $expecting:literal, $read:expr, $schema:expr) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Spanned::<String>::deserialize(deserializer)?;
                Self::of_text(&text.value).ok_or_else(|| {
                    misfit(
                        text.referenced,
                        &format!("\"{}\" does not fit here", text.value),
                        concat!("expected ", $expecting),
                    )
                })
            }
        }

        impl $name {
            /// What the text says, if it is one of its words.
            pub fn of_text(text: &str) -> Option<Self> {
                let read: fn(&str) -> Option<Self> = $read;
                read(text)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

/// `yes` or `no`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum YesNo {
    /// On.
    Yes,
    /// Off.
    #[default]
    No,
}

impl YesNo {
    /// Whether it is `yes`.
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }

    /// The word as scenarios write it.
    pub fn as_str(self) -> &'static str {
        if self.is_yes() { "yes" } else { "no" }
    }
}

text_word!(
    YesNo,
    "yes or no",
    |text| match text {
        "yes" | "true" | "on" => Some(YesNo::Yes),
        "no" | "false" | "off" => Some(YesNo::No),
        _ => None,
    },
    json_schema!({ "type": ["boolean", "string"], "enum": [true, false, "yes", "no"] })
);

/// An instant in UTC: `2024-03-10 12:00:00`, or a date for its first second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl Moment {
    fn read(text: &str) -> Option<Self> {
        let civil = text
            .parse::<DateTime>()
            .ok()
            .or_else(|| text.parse::<Date>().ok().map(|date| date.to_datetime(jiff::civil::Time::midnight())))?;
        civil.to_zoned(TimeZone::UTC).ok().map(|zoned| Self(zoned.timestamp()))
    }
}

text_word!(
    Moment,
    "a UTC time such as 2024-03-10 12:00:00",
    Moment::read,
    json_schema!({ "type": "string", "examples": ["2024-03-10 12:00:00"] })
);

/// A calendar day: `2024-03-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(pub Date);

text_word!(
    Day,
    "a date such as 2024-03-10",
    |text| if text.len() == 10 { text.parse().ok().map(Day) } else { None },
    json_schema!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" })
);

/// A length of time in words: `1 day`, `2 hours 30 minutes`. A day has 24 hours here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval(pub SignedDuration);

impl Interval {
    fn read(text: &str) -> Option<Self> {
        let span: Span = text.parse().ok()?;
        let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
        (duration > SignedDuration::ZERO).then_some(Self(duration))
    }
}

text_word!(
    Interval,
    "a length of time such as 5 minutes, 2 hours 30 minutes or 1 day; months have no fixed length",
    Interval::read,
    json_schema!({ "type": "string", "examples": ["5 minutes", "1 day", "7 days"] })
);

/// How often: a number, or `until cleared`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// This many times.
    Number(u64),
    /// Every time, until a `clear` step.
    UntilCleared,
}

text_word!(
    Times,
    "a number from 1 on, or `until cleared`",
    |text| match text {
        "until cleared" => Some(Times::UntilCleared),
        number => number.parse().ok().filter(|number| *number > 0).map(Times::Number),
    },
    json_schema!({ "anyOf": [{ "type": "integer", "minimum": 1 }, { "const": "until cleared" }] })
);

/// Who wins when both sides changed a field; the words of the integration form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// Magento's value goes to both sides.
    #[default]
    RemoteWins,
    /// The CRM's value goes to both sides.
    LocalWins,
}

impl Priority {
    /// The words of the form, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RemoteWins => "remote wins",
            Self::LocalWins => "local wins",
        }
    }
}

text_word!(
    Priority,
    "remote wins or local wins",
    |text| match text.to_ascii_lowercase().as_str() {
        "remote wins" => Some(Priority::RemoteWins),
        "local wins" => Some(Priority::LocalWins),
        _ => None,
    },
    json_schema!({ "type": "string", "enum": ["remote wins", "local wins"] })
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_people_write_them() {
        let seconds = |text: &str| Interval::read(text).map(|interval| interval.0.as_secs());
        for (text, expected) in [
            ("1 day", Some(86_400)),
            ("2 hours 30 minutes", Some(9_000)),
            ("90 s", Some(90)),
            ("1 week", Some(604_800)),
            ("soon", None),
            ("-5 minutes", None),
            ("1 month", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
        let noon = Moment::read("2024-03-10 12:00:00").unwrap();
        assert_eq!(noon.0.to_string(), "2024-03-10T12:00:00Z");
        assert_eq!(Moment::read("2024-03-10").unwrap().0.to_string(), "2024-03-10T00:00:00Z");
        assert!(Moment::read("10.03.2024").is_none());
    }
}

//! How a value must look: a text, nothing, or something else than that.

use std::borrow::Cow;
use std::fmt;

use regex::{Regex, RegexBuilder};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_saphyr::Spanned;

use crate::memo::Memo;
use crate::place::misfit;

/// How a value must look: a text that equals it, `null` for none, or one of the words of [`MatcherWord`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matcher {
    /// No value, or none stored.
    Absent,
    /// The value is this text.
    Exact(String),
    /// Something else than that.
    Word(MatcherWord),
}

/// Other ways to match.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, JsonSchema)]
pub enum MatcherWord {
    /// Matches the regular expression somewhere.
    #[serde(rename = "regex")]
    Regex(Pattern),
    /// The value holds this text somewhere.
    #[serde(rename = "contains")]
    Contains(String),
    /// Is anything but this.
    #[serde(rename = "not")]
    Not(String),
    /// Is one of these.
    #[serde(rename = "one of")]
    OneOf(Vec<String>),
    /// `{is: any}`, `{is: present}`, `{is: absent}`.
    #[serde(rename = "is")]
    Is(Presence),
    /// `{present: {}}`: the same as `{is: present}`.
    #[serde(rename = "present")]
    Present(NoSettings),
}

/// Whether there is a value, whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// Any value or none.
    Any,
    /// There is a value, whichever it is.
    Present,
    /// None: null, or no such field.
    Absent,
}

/// An empty record, `{}`: the word takes no settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

/// A regular expression. Its text is kept, and the latest of all patterns compiled: one of ten bytes may come to a megabyte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

/// What one may come to when it is compiled.
const PATTERN_BYTES_MAX: usize = 512 * 1024;

static COMPILED: Memo<String, Regex> = Memo::new();

fn compiled(text: &str) -> Result<Regex, regex::Error> {
    COMPILED.get_or_try(
        |known| known == text,
        || {
            let mut builder = RegexBuilder::new(text);
            let built = builder.size_limit(PATTERN_BYTES_MAX).dfa_size_limit(PATTERN_BYTES_MAX).build()?;
            Ok((text.to_owned(), built))
        },
    )
}

impl Pattern {
    /// Its text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether a text holds a match.
    pub fn is_match(&self, text: &str) -> bool {
        // It was compiled when it was read.
        compiled(&self.0).is_ok_and(|regex| regex.is_match(text))
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Spanned::<String>::deserialize(deserializer)?;
        match compiled(&text.value) {
            Ok(_) => Ok(Self(text.value)),
            Err(error) => {
                // The last line says what is wrong; those before draw the pattern.
                let said = error.to_string();
                let why = said.lines().last().unwrap_or_default().trim_start_matches("error: ");
                let message = format!("this is not a regular expression: {why}");
                Err(misfit(text.referenced, &message, "a backslash before a character takes it as it is: `\\(`"))
            }
        }
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl JsonSchema for Pattern {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "regex" })
    }
}

impl Matcher {
    /// Whether a field with that text (`None`: null or not there) matches.
    pub fn matches(&self, actual: Option<&str>) -> bool {
        match (self, actual) {
            (Self::Absent, actual) => actual.is_none(),
            (Self::Exact(expected), actual) => actual == Some(expected),
            (Self::Word(MatcherWord::Not(other)), actual) => actual != Some(other),
            (Self::Word(MatcherWord::Is(presence)), actual) => match presence {
                Presence::Any => true,
                Presence::Present => actual.is_some(),
                Presence::Absent => actual.is_none(),
            },
            (Self::Word(_), None) => false,
            (Self::Word(MatcherWord::Regex(pattern)), Some(actual)) => pattern.is_match(actual),
            (Self::Word(MatcherWord::Contains(part)), Some(actual)) => actual.contains(part),
            (Self::Word(MatcherWord::OneOf(choices)), Some(actual)) => choices.iter().any(|choice| choice == actual),
            (Self::Word(MatcherWord::Present(_)), Some(_)) => true,
        }
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("nothing"),
            Self::Exact(text) => write!(f, "\"{text}\""),
            Self::Word(MatcherWord::Regex(pattern)) => write!(f, "a match of /{}/", pattern.0),
            Self::Word(MatcherWord::Contains(part)) => write!(f, "something with \"{part}\" in it"),
            Self::Word(MatcherWord::Not(other)) => write!(f, "anything but \"{other}\""),
            Self::Word(MatcherWord::OneOf(choices)) => write!(f, "one of \"{}\"", choices.join("\", \"")),
            Self::Word(MatcherWord::Is(Presence::Any)) => f.write_str("anything"),
            Self::Word(MatcherWord::Is(Presence::Absent)) => f.write_str("nothing"),
            Self::Word(MatcherWord::Is(Presence::Present) | MatcherWord::Present(_)) => f.write_str("any value"),
        }
    }
}

impl Serialize for Matcher {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_none(),
            Self::Exact(text) => serializer.serialize_str(text),
            Self::Word(word) => word.serialize(serializer),
        }
    }
}

struct MatcherVisitor;

impl<'de> Visitor<'de> for MatcherVisitor {
    type Value = Matcher;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, null, or one of regex, contains, not, one of, is")
    }

    fn visit_unit<E: Error>(self) -> Result<Matcher, E> {
        Ok(Matcher::Absent)
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<Matcher, E> {
        Ok(Matcher::Exact(on.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Matcher, E> {
        Ok(Matcher::Exact(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Matcher, E> {
        Ok(Matcher::Exact(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Matcher, E> {
        Err(E::custom(format_args!("put quotes around {number} so that its digits are compared as written")))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Matcher, E> {
        Ok(Matcher::Exact(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Matcher, A::Error> {
        MatcherWord::deserialize(MapAccessDeserializer::new(members)).map(Matcher::Word)
    }
}

impl<'de> Deserialize<'de> for Matcher {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MatcherVisitor)
    }
}

impl JsonSchema for Matcher {
    fn schema_name() -> Cow<'static, str> {
        "Matcher".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let word = generator.subschema_for::<MatcherWord>();
        json_schema!({ "anyOf": [{ "type": ["string", "integer", "boolean", "null"] }, word] })
    }
}

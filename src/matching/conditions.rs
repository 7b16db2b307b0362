//! Conditions on the arguments of a call, and in what a call differs from them.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::arguments::{lines_of_filters, listed};
use super::matcher::{Matcher, MatcherWord};
use crate::place::At;
use crate::soap::{SoapStruct, SoapValue};

/// The argument whose value is shown and matched as lines.
const FILTERS: &str = "filters";
/// A longer text is cut in messages.
const SHOWN_CHARS_MAX: usize = 200;

/// What arguments must look like, by name; arguments that are not named may be anything. A name may be a path into a record
/// or a list, such as `customerData.email` or `products.0.sku`.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Conditions(pub IndexMap<At<String>, At<Condition>>);

/// What one argument must look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A text, nothing, or one of the words. Of a list one item must match; `contains` and `regex` look into records too.
    /// Filters are a list of lines such as `website_id = 1` and `updated_at from 2024-03-10 12:00:00`.
    Value(Matcher),
    /// Exactly these items in this order.
    Items(Vec<Condition>),
    /// A record, or a list with a record, whose members match.
    Record(Conditions),
}

/// Names that the same part of a request has in RPC and in WS-I.
pub type OtherNames<'a> = &'a [(String, String)];

/// One argument that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// The argument, or the path to it.
    pub argument: String,
    /// What was expected, in words.
    pub expected: String,
    /// The value that was found.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}, expected {}", self.argument, self.found, self.expected)
    }
}

impl Conditions {
    /// Whether there are none, so that every call is meant.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The arguments that are named, without the paths below them.
    pub fn names(&self) -> impl Iterator<Item = (&At<String>, &str)> {
        self.0.keys().map(|name| (name, name.get().split('.').next().unwrap_or_default()))
    }

    /// Whether arguments are as they should be.
    pub fn hold(&self, arguments: &SoapStruct, others: OtherNames<'_>) -> bool {
        self.0.iter().all(|(name, condition)| {
            let (name, value) = found(arguments, name, others);
            condition.get().holds(name, value)
        })
    }

    /// Every argument that is not as it should be.
    pub fn differences(&self, arguments: &SoapStruct, others: OtherNames<'_>) -> Vec<Difference> {
        let wrong = self.0.iter().filter_map(|(name, condition)| {
            let (last, value) = found(arguments, name, others);
            (!condition.get().holds(last, value)).then(|| Difference {
                argument: name.get().clone(),
                expected: condition.get().to_string(),
                found: shown(last, value),
            })
        });
        wrong.collect()
    }
}

impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (name, condition)) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{}: {}", name.get(), condition.get())?;
        }
        Ok(())
    }
}

/// The argument of that name, or of the name that the other style has for it, and what a path in it leads to.
fn found<'a, 'n>(arguments: &'a SoapStruct, path: &'n str, others: OtherNames<'_>) -> (&'n str, Option<&'a SoapValue>) {
    if let Some(value) = arguments.get(path) {
        return (path, Some(value));
    }
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let other = || {
        let pair = others.iter().find(|(rpc, wsi)| rpc == first || wsi == first)?;
        arguments.get(if pair.0 == first { &pair.1 } else { &pair.0 })
    };
    let mut value = arguments.get(first).or_else(other);
    let mut last = first;
    for step in rest.into_iter().flat_map(|rest| rest.split('.')) {
        last = step;
        value = value.and_then(|value| match (step.parse::<usize>(), listed(value)) {
            (Ok(at), Some(items)) => items.get(at).copied(),
            _ => value.as_struct()?.get(step),
        });
    }
    (last, value)
}

impl Condition {
    fn holds(&self, name: &str, value: Option<&SoapValue>) -> bool {
        match self {
            Self::Value(matcher) => match value.and_then(|value| lines(name, value)) {
                Some(lines) => any_of(matcher, lines.iter().map(|line| Some(line.as_str()))),
                None => matches(matcher, value),
            },
            Self::Items(expected) => match value.and_then(|value| lines(name, value)) {
                Some(lines) => {
                    let lines: Vec<SoapValue> = lines.into_iter().map(SoapValue::from).collect();
                    Self::are(expected, &lines.iter().collect::<Vec<_>>())
                }
                None => value.and_then(listed).is_some_and(|items| Self::are(expected, &items)),
            },
            Self::Record(conditions) => value.is_some_and(|value| match (listed(value), value) {
                (Some(items), _) => {
                    items.iter().any(|item| item.as_struct().is_some_and(|item| conditions.hold(item, &[])))
                }
                (None, SoapValue::Struct(record)) => conditions.hold(record, &[]),
                _ => false,
            }),
        }
    }

    fn are(expected: &[Self], items: &[&SoapValue]) -> bool {
        expected.len() == items.len()
            && expected.iter().zip(items).all(|(condition, item)| condition.holds("", Some(item)))
    }
}

fn lines(name: &str, value: &SoapValue) -> Option<Vec<String>> {
    if name == FILTERS { lines_of_filters(value.as_struct()?) } else { None }
}

/// Of a list one item must match, or all of them where something is ruled out.
fn any_of<'a>(matcher: &Matcher, mut texts: impl Iterator<Item = Option<&'a str>>) -> bool {
    match matcher {
        Matcher::Absent => texts.next().is_none(),
        Matcher::Word(MatcherWord::Is(super::Presence::Absent)) => texts.next().is_none(),
        Matcher::Word(MatcherWord::Is(super::Presence::Any)) => true,
        Matcher::Word(MatcherWord::Not(_)) => texts.all(|text| matcher.matches(text)),
        _ => texts.any(|text| matcher.matches(text)),
    }
}

fn matches(matcher: &Matcher, value: Option<&SoapValue>) -> bool {
    let Some(value) = value else { return matcher.matches(None) };
    if let Some(items) = listed(value) {
        return match matcher {
            Matcher::Absent | Matcher::Word(MatcherWord::Is(_)) => any_of(matcher, items.iter().map(|_| Some(""))),
            Matcher::Word(MatcherWord::Not(_)) => items.iter().all(|item| matches(matcher, Some(item))),
            _ => items.iter().any(|item| matches(matcher, Some(item))),
        };
    }
    match value {
        SoapValue::Nil => matcher.matches(None),
        // A flag is written as a word or as PHP writes it.
        SoapValue::Bool(on) => {
            let (word, digit) = if *on { ("true", "1") } else { ("false", "0") };
            match matcher {
                Matcher::Word(MatcherWord::Not(_)) => matcher.matches(Some(word)) && matcher.matches(Some(digit)),
                _ => matcher.matches(Some(word)) || matcher.matches(Some(digit)),
            }
        }
        SoapValue::Struct(record) => match matcher {
            Matcher::Word(MatcherWord::Contains(_) | MatcherWord::Regex(_)) => {
                record.iter().any(|(_, member)| matches(matcher, Some(member)))
            }
            Matcher::Word(MatcherWord::Is(super::Presence::Absent)) | Matcher::Absent => false,
            Matcher::Word(MatcherWord::Is(_) | MatcherWord::Present(_) | MatcherWord::Not(_)) => true,
            Matcher::Word(MatcherWord::OneOf(_)) | Matcher::Exact(_) => false,
        },
        scalar => matcher.matches(scalar.to_text().as_deref()),
    }
}

/// What there was, for a person.
fn shown(name: &str, value: Option<&SoapValue>) -> String {
    let text = match value {
        None => return "not there".to_owned(),
        Some(SoapValue::Nil) => return "nothing".to_owned(),
        Some(value) => match lines(name, value) {
            Some(lines) => serde_json::json!(lines).to_string(),
            None => match value {
                SoapValue::Bool(on) => on.to_string(),
                SoapValue::List(_) | SoapValue::Struct(_) => serde_json::json!(value).to_string(),
                scalar => format!("\"{}\"", scalar.to_text().unwrap_or_default()),
            },
        },
    };
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(matcher) => matcher.fmt(f),
            Self::Items(items) => {
                f.write_str("exactly [")?;
                for (number, item) in items.iter().enumerate() {
                    let comma = if number == 0 { "" } else { ", " };
                    write!(f, "{comma}{item}")?;
                }
                f.write_str("]")
            }
            Self::Record(conditions) => write!(f, "a record with {conditions}"),
        }
    }
}

struct ConditionVisitor;

impl<'de> Visitor<'de> for ConditionVisitor {
    type Value = Condition;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, null, a list, a record, or one of regex, contains, not, one of, is")
    }

    fn visit_unit<E: Error>(self) -> Result<Condition, E> {
        Ok(Condition::Value(Matcher::Absent))
    }

    fn visit_bool<E: Error>(self, on: bool) -> Result<Condition, E> {
        self.visit_string(on.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Condition, E> {
        self.visit_string(number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Condition, E> {
        self.visit_string(number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Condition, E> {
        Err(E::custom(format_args!("put quotes around {number} so that its digits are compared as written")))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Condition, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Condition, E> {
        Ok(Condition::Value(Matcher::Exact(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Condition, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Condition::Items(list))
    }

    /// One of the words alone is what it says; anything else is a record.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Condition, A::Error> {
        let Some(first) = members.next_key::<At<String>>()? else {
            return Ok(Condition::Record(Conditions::default()));
        };
        let word = match first.get().as_str() {
            "regex" => MatcherWord::Regex(members.next_value()?),
            "contains" => MatcherWord::Contains(members.next_value()?),
            "not" => MatcherWord::Not(members.next_value()?),
            "one of" => MatcherWord::OneOf(members.next_value()?),
            "is" => MatcherWord::Is(members.next_value()?),
            "present" => MatcherWord::Present(members.next_value()?),
            _ => {
                let mut record = IndexMap::new();
                record.insert(first, members.next_value()?);
                while let Some((name, value)) = members.next_entry()? {
                    record.insert(name, value);
                }
                return Ok(Condition::Record(Conditions(record)));
            }
        };
        match members.next_key::<String>()? {
            None => Ok(Condition::Value(Matcher::Word(word))),
            Some(other) => Err(Error::custom(format_args!("\"{other}\" cannot stand beside \"{}\"", first.get()))),
        }
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ConditionVisitor)
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(matcher) => matcher.serialize(serializer),
            Self::Items(items) => items.serialize(serializer),
            Self::Record(conditions) => conditions.serialize(serializer),
        }
    }
}

impl JsonSchema for Condition {
    fn schema_name() -> Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let matcher = generator.subschema_for::<Matcher>();
        let item = generator.subschema_for::<Condition>();
        json_schema!({ "anyOf": [
            matcher,
            { "type": "array", "items": item },
            { "type": "object", "additionalProperties": item },
        ] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> SoapStruct {
        let filter = SoapStruct::new().with("key", "website_id").with("value", "1");
        let address = SoapStruct::new().with("city", "Kyiv").with("is_default", true);
        let products: Vec<SoapValue> =
            ["mug", "cap"].map(|sku| SoapStruct::new().with("sku", sku).with("qty", 2).into()).into();
        SoapStruct::new()
            .with("customerId", 42)
            .with("store", "1")
            .with("flag", true)
            .with("note", SoapValue::Nil)
            .with("filters", SoapStruct::new().with("filter", vec![SoapValue::from(filter)]))
            .with("customerData", SoapStruct::new().with("email", "jane@example.com").with("address", address))
            .with("ids", vec![SoapValue::from("7"), SoapValue::from(8)])
            .with("wrapped", SoapStruct::new().with("complexObjectArray", vec![SoapValue::from("7")]))
            .with("products", products)
    }

    #[test]
    fn arguments_match_in_all_the_ways_that_can_be_written() {
        let others = [("storeId".to_owned(), "store".to_owned())];
        for (yaml, holds) in [
            ("{customerId: 42}", true),
            ("{customerId: 13}", false),
            ("{customerId: '042'}", false),
            ("{customerId: 42, store: 2}", false),
            ("{storeId: 1}", true),
            ("{storeId: {not: 1}}", false),
            ("{flag: true}", true),
            ("{flag: 1}", true),
            ("{flag: {not: 1}}", false),
            ("{flag: {not: 0}}", true),
            ("{flag: 0}", false),
            ("{note: null}", true),
            ("{note: {is: absent}}", true),
            ("{missing: null}", true),
            ("{missing: {is: present}}", false),
            ("{customerId: {is: present}}", true),
            ("{customerId: {one of: [41, 42]}}", true),
            ("{customerId: {regex: '^4'}}", true),
            ("{filters: website_id = 1}", true),
            ("{filters: {contains: website_id}}", true),
            ("{filters: {contains: updated_at}}", false),
            ("{filters: [website_id = 1]}", true),
            ("{filters: []}", false),
            ("{filters: {not: website_id = 1}}", false),
            ("{customerData: {email: jane@example.com}}", true),
            ("{customerData: {email: {contains: '@example'}, address: {city: Kyiv}}}", true),
            ("{customerData: {address: {city: Lviv}}}", false),
            ("{customerData: {contains: Kyiv}}", true),
            ("{customerData.address.city: Kyiv}", true),
            ("{customerData: jane@example.com}", false),
            ("{ids: 8}", true),
            ("{ids: 9}", false),
            ("{ids: [7, 8]}", true),
            ("{ids: [8, 7]}", false),
            ("{ids: [7]}", false),
            ("{ids.0: 7}", true),
            ("{ids: {is: absent}}", false),
            ("{ids: {not: 7}}", false),
            ("{ids: {not: 9}}", true),
            ("{wrapped: [7]}", true),
            ("{products: {sku: cap, qty: 2}}", true),
            ("{products: {sku: cap, qty: 3}}", false),
            ("{products.1.sku: cap}", true),
            ("{products: [{sku: mug}, {sku: cap}]}", true),
            ("{}", true),
        ] {
            let conditions: Conditions = serde_saphyr::from_str(yaml).unwrap();
            assert_eq!(conditions.hold(&call(), &others), holds, "{yaml}");
            assert_eq!(conditions.differences(&call(), &others).is_empty(), holds, "{yaml}");
            let written = serde_json::to_string(&conditions).unwrap();
            let read: Conditions = serde_saphyr::from_str(&written).unwrap();
            assert_eq!(read, conditions, "{written}");
        }
    }

    #[test]
    fn a_near_miss_says_which_argument_differs() {
        let conditions: Conditions =
            serde_saphyr::from_str("{customerId: 13, store: 1, filters: {contains: x}, gone: {is: present}}").unwrap();
        let told: Vec<String> = conditions.differences(&call(), &[]).iter().map(Difference::to_string).collect();
        assert_eq!(
            told,
            [
                "customerId is \"42\", expected \"13\"",
                "filters is [\"website_id = 1\"], expected something with \"x\" in it",
                "gone is not there, expected any value",
            ]
        );
    }
}

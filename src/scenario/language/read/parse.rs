//! YAML to a [`Script`], with every error at its token. The only file that knows the YAML library's errors.

use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_saphyr::{Error, MessageFormatter, UserMessageFormatter};

use crate::bounded;
use crate::nearest;
use crate::scenario::language::case::head::Head;
use crate::scenario::language::finding::{Finding, ScenarioError, choices};
use crate::scenario::language::fragment_file::FragmentFile;
use crate::scenario::language::read::filling::Filling;
use crate::scenario::language::read::syntax;
use crate::scenario::language::read::variables::{OPENS, Variables, misfit, unknown_reference};
use crate::scenario::language::script::Script;
use crate::scenario::language::source::SourceFile;
use crate::scenario::language::step::Step;
use crate::scenario::language::text::span::{At, Place, told_place};
use crate::scenario::language::text::value::Value;

/// Nodes a scenario may have; the largest shipped one has a few hundred.
const NODES_MAX: usize = 20_000;
/// Depth of nesting; the language itself needs about eight levels.
const DEPTH_MAX: usize = 32;

/// Reads a file's text.
///
/// # Errors
/// [`ScenarioError::Unreadable`].
pub(in crate::scenario) fn file(path: &Path) -> Result<Arc<SourceFile>, ScenarioError> {
    let text = bounded::read_text(path, bounded::TEXT_BYTES_MAX)
        .map_err(|cause| ScenarioError::Unreadable { path: path.to_owned(), cause })?;
    Ok(Arc::new(SourceFile { path: path.to_owned(), text }))
}

/// Reads a scenario with these variables.
///
/// # Errors
/// The first thing that is not YAML or not of the language.
pub(in crate::scenario) fn script(text: &str, variables: &Variables) -> Result<Script, Finding> {
    document(text, PhantomData, Some(variables))
}

/// Reads what decides how many cases a scenario has, and which variables it has.
pub(in crate::scenario) fn head(text: &str) -> Result<Head, Finding> {
    document(text, PhantomData, None)
}

/// Reads whatever a text says, without knowing the language.
pub(in crate::scenario) fn values(text: &str) -> Result<At<Value>, Finding> {
    document(text, PhantomData, None)
}

/// Reads a file that is no scenario and has no variables.
pub(in crate::scenario) fn plain<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Finding> {
    document(text, PhantomData, None)
}

/// Reads a file of a fragment.
pub(in crate::scenario) fn fragment_file(text: &str, variables: &Variables) -> Result<FragmentFile, Finding> {
    document(text, PhantomData, Some(variables))
}

/// Reads one of the fragments of a scenario.
pub(in crate::scenario) fn fragment(text: &str, name: &str, variables: &Variables) -> Result<Vec<At<Step>>, Finding> {
    document(text, OneFragment(name), Some(variables)).map(Option::unwrap_or_default)
}

/// Whether a text speaks of variables.
pub(in crate::scenario) fn has_references(text: &str) -> bool {
    text.contains(OPENS)
}

fn document<T, S>(text: &str, seed: S, variables: Option<&Variables>) -> Result<T, Finding>
where
    S: for<'de> DeserializeSeed<'de, Value = T>,
{
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: NODES_MAX, max_depth: DEPTH_MAX },
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        with_snippet: false,
    };
    let variables = variables.filter(|_| has_references(text));
    let read = serde_saphyr::with_deserializer_from_str_with_options(text, options, |deserializer| match variables {
        Some(variables) => seed.deserialize(Filling::new(deserializer, variables)),
        None => seed.deserialize(deserializer),
    });
    read.map_err(|error| finding(&error, text, variables))
}

/// Of a scenario, one fragment and nothing else.
struct OneFragment<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for OneFragment<'_> {
    type Value = Option<Vec<At<Step>>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let fragments = Member { name: "fragments", value: Member { name: self.0, value: PhantomData } };
        fragments.deserialize(deserializer).map(Option::flatten)
    }
}

/// One member of a record; the others are skipped.
struct Member<'a, S> {
    name: &'a str,
    value: S,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Member<'_, S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Member<'_, S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a record with `{}`", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let (mut seed, mut found) = (Some(self.value), None);
        while let Some(name) = members.next_key::<String>()? {
            match seed.take_if(|_| name == self.name) {
                Some(seed) => found = Some(members.next_value_seed(seed)?),
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

fn finding(error: &Error, text: &str, variables: Option<&Variables>) -> Finding {
    let place = error.location().map(Place::from).map(|place| at_least_one_character(place, text));
    if let Error::Message { msg, .. } = error.without_snippet() {
        if let Some((place, message, help)) = told_place(msg) {
            return Finding::at(place, message).help(help);
        }
        if let Some((written, message, help)) = misfit(msg) {
            let place = place.map(|place| within(&place, written, text));
            return Finding { message: message.to_owned(), place, help: Some(help.to_owned()), origin: None };
        }
        if let Some(reference) = unknown_reference(msg) {
            return no_value(reference, place, text, variables);
        }
    }
    let (message, help) = explain(error.without_snippet());
    syntax::clearer(Finding { message, place, help, origin: None }, text)
}

/// A reference that stands for nothing, at its place within the text it is in.
fn no_value(reference: &str, place: Option<Place>, text: &str, variables: Option<&Variables>) -> Finding {
    let place = place.map(|place| within(&place, reference, text));
    let known: Vec<&str> = variables.iter().flat_map(|known| known.values().keys().map(String::as_str)).collect();
    let (message, help) = match reference.strip_prefix(OPENS).and_then(|rest| rest.strip_suffix('}')) {
        None => ("`${` is not closed".to_owned(), "add `}`, or write `$${` for the characters themselves".to_owned()),
        Some(name) if known.is_empty() => (
            format!("no variable is called `{name}`"),
            format!(
                "add `let: {{{name}: …}}` at the head of the file, or write `$${{{name}}}` for the characters themselves"
            ),
        ),
        Some(name) => (format!("no variable is called `{name}`"), choices(name, &known)),
    };
    Finding { message, place, help: Some(help), origin: None }
}

/// The part's own place, when it stands in what is at the place as it is written.
fn within(place: &Place, part: &str, text: &str) -> Place {
    let rest = text.get(place.bytes.start..).unwrap_or_default();
    // `${open` has no end of its own to look for.
    let part = part.lines().next().unwrap_or_default();
    let Some(at) = rest.find(part) else { return place.clone() };
    let before = rest.get(..at).unwrap_or_default();
    let (line, column) = match before.rsplit_once('\n') {
        Some((lines, last)) => (place.line + lines.matches('\n').count() + 1, last.chars().count() + 1),
        None => (place.line, place.column + before.chars().count()),
    };
    let start = place.bytes.start + at;
    Place { line, column, bytes: start..start + part.len() }
}

/// A caret needs something to point at.
fn at_least_one_character(mut place: Place, text: &str) -> Place {
    place.bytes.start = place.bytes.start.min(text.len());
    place.bytes.end = place.bytes.end.clamp(place.bytes.start, text.len());
    place
}

fn explain(error: &Error) -> (String, Option<String>) {
    match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            (format!("`{field}` is not known here"), Some(choices(field, expected)))
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            let said = format!("`{variant}` is not known here");
            (said, Some(colon_missing(variant, expected).unwrap_or_else(|| choices(variant, expected))))
        }
        Error::SerdeMissingField { field, .. } => (format!("`{field}` is missing"), Some(format!("add `{field}: …`"))),
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            (format!("{unexpected} does not fit here"), Some(format!("expected {expected}")))
        }
        Error::InvalidScalar { ty, .. } => {
            (format!("this is not {}", described(ty)), Some("write its digits only, such as 10".to_owned()))
        }
        Error::NullIntoString { .. } => {
            ("a text is missing here".to_owned(), Some("write it after the colon".to_owned()))
        }
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or("a key");
            (format!("`{key}` stands here twice"), Some("keep one of them".to_owned()))
        }
        Error::ExpectedMappingEndAfterEnumVariantValue { .. } | Error::Unexpected { expected: "mapping end", .. } => (
            "a step or an edit has one key".to_owned(),
            Some("start the next one with a dash, or indent the key if it belongs to the one above".to_owned()),
        ),
        Error::UnexpectedValueForUnitEnumVariant { .. } => {
            ("this word stands alone".to_owned(), Some("write it without a colon and a value".to_owned()))
        }
        Error::Unexpected { expected: "mapping start", .. } => {
            ("this is not a record".to_owned(), Some("write `key: value` pairs here, or indent them below".to_owned()))
        }
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } | Error::AliasExpansionLimitExceeded { .. } => (
            "the file is too large or nested too deeply for a scenario".to_owned(),
            Some(format!("at most {NODES_MAX} nodes and {DEPTH_MAX} levels")),
        ),
        // What the YAML parser itself refuses: it notices later than where the mistake is.
        Error::ExternalMessage { .. } => (
            UserMessageFormatter.format_message(error).into_owned(),
            Some(
                "look here and in the lines above for a bracket or quote that is not closed, and at the indentation"
                    .to_owned(),
            ),
        ),
        other => (UserMessageFormatter.format_message(other).into_owned(), None),
    }
}

/// A word that is known with more behind it: its colon is missing.
fn colon_missing(written: &str, known: &[&str]) -> Option<String> {
    let word = known.iter().filter(|word| written.strip_prefix(**word).is_some_and(|rest| rest.starts_with(' ')));
    let word = word.max_by_key(|word| word.len())?;
    if nearest::meant(written, known.iter().copied()).is_some_and(|meant| meant != *word) {
        return None;
    }
    let rest = written.strip_prefix(word)?.trim();
    Some(format!("put a colon after `{word}`: `{word}: {rest}`"))
}

fn described(ty: &str) -> &str {
    match ty {
        "u8" | "u16" | "u32" | "u64" | "usize" | "i64" => "a whole number",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::language::step::StepKind;

    fn parse(text: &str) -> Result<Script, Finding> {
        script(text, &Variables::default())
    }

    const SCENARIO: &str = "title: A scenario\nshop:\n  wsi: yes\nsteps:\n  - sync\n  - sync: {only: customer}\n  - advance: 1 day\n  - in magento:\n      create customer:\n        set: {email: a@x.com, postcode: 000123, rate: 1.10}\n  - snapshot: end\n  - expect: {outcome: success, crm: {rows: customer, count: 2, have: {email: null}}}\n";

    #[test]
    fn a_scenario_is_read_with_its_words_and_its_places() {
        let script = parse(SCENARIO).unwrap();
        assert_eq!(script.title.get(), "A scenario");
        let words: Vec<_> = script.steps.iter().map(|step| step.0.word()).collect();
        assert_eq!(words, ["sync", "sync", "advance", "in magento", "snapshot", "expect"]);
        assert_eq!(script.steps.iter().map(|step| step.place().line).collect::<Vec<_>>(), [5, 6, 7, 8, 11, 12]);
        let StepKind::InMagento(edits) = &script.steps[3].0 else { panic!("{:?}", script.steps[3]) };
        let crate::scenario::language::step::magento_edit::MagentoEdit::CreateCustomer(created) = &edits.0[0] else {
            panic!("{edits:?}")
        };
        let json: Vec<_> =
            created.set.iter().map(|(name, value)| format!("{}={}", name.get(), value.to_json(SCENARIO))).collect();
        assert_eq!(json, ["email=\"a@x.com\"", "postcode=\"000123\"", "rate=\"1.10\""]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place_and_a_remedy() {
        for (text, place, message, help) in [
            ("title: x\nstpes: []\n", "2:1", "`stpes` is not known here", "did you mean `steps`?"),
            ("title: x\nsteps:\n  - snyc\n", "3:5", "`snyc` is not known here", "did you mean `sync`?"),
            (
                "title: x\nsteps:\n  - sync: {forze: yes}\n",
                "3:12",
                "`forze` is not known here",
                "did you mean `force`?",
            ),
            (
                "title: x\nsteps:\n  - advance: soon\n",
                "3:14",
                "\"soon\" does not fit here",
                "expected a length of time",
            ),
            ("title: x\nsteps:\n  - sync:\n    advance: 1 day\n", "4:5", "a step or an edit has one key", "dash"),
            ("title: x\nshop: {wsi: maybe}\nsteps: []\n", "2:13", "\"maybe\" does not fit here", "expected yes or no"),
            (
                "title: x\nsteps:\n  - expect: {outcome: sucess}\n",
                "3:23",
                "`sucess` is not known here",
                "did you mean `success`?",
            ),
            (
                "title: x\nsteps:\n  - in crm:\n      update custmer: {}\n",
                "4:7",
                "`update custmer` is not known here",
                "did you mean `update customer`?",
            ),
            (
                "title: x\nsteps:\n  - expect: {crm: {rows: customer, count: many}}\n",
                "3:43",
                "\"many\" does not fit here",
                "expected a whole number",
            ),
            (
                "title: x\nsteps:\n  - expect: {message: {regex: '('}}\n",
                "3:31",
                "this is not a regular expression: unclosed group",
                "",
            ),
            ("title: x\n", "1:1", "`steps` is missing", "add `steps: …`"),
            (
                "title: x\nsteps:\n  - {sync\n  - sync\n",
                "3:5",
                "unclosed bracket '{'",
                "in the lines above for a bracket",
            ),
        ] {
            let finding = parse(text).unwrap_err();
            assert_eq!(finding.place.as_ref().unwrap().to_string(), place, "{text} {finding:?}");
            assert_eq!(finding.message, message, "{text}");
            assert!(finding.help.as_deref().unwrap_or_default().contains(help), "{finding:?}");
        }
    }
}

//! YAML to a [`Script`], with every error at its token. The only file that knows the YAML library's errors.

use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_saphyr::Error;

use crate::bounded;
use crate::scenario::language::case::head::Head;
use crate::scenario::language::finding::{Finding, ScenarioError, choices};
use crate::scenario::language::fragment_file::FragmentFile;
use crate::scenario::language::read::filling::Filling;
use crate::scenario::language::read::record_keys;
use crate::scenario::language::read::variables::{OPENS, Variables, misfit, unknown_reference};
use crate::scenario::language::renamed::is_old;
use crate::scenario::language::script::Script;
use crate::scenario::language::source::SourceFile;
use crate::scenario::language::step::Step;
use crate::scenario::language::text::span::{At, Place};
use crate::scenario::language::text::value::Value;
use crate::yaml_mistake::{self, FileKind, Mistake, NO_RECORD, within_text};

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
    document(text, PhantomData, Some(variables), Language::of::<Script>(&yaml_mistake::SCENARIO))
}

/// Reads what decides how many cases a scenario has, and which variables it has.
pub(in crate::scenario) fn head(text: &str) -> Result<Head, Finding> {
    document(text, PhantomData, None, Language::of::<Script>(&yaml_mistake::SCENARIO))
}

/// Reads whatever a text says, without knowing the language.
pub(in crate::scenario) fn values(text: &str) -> Result<At<Value>, Finding> {
    document(text, PhantomData, None, Language::of::<Script>(&yaml_mistake::SCENARIO))
}

/// Reads a file that is no scenario and has no variables.
pub(in crate::scenario) fn plain<T: DeserializeOwned + JsonSchema>(
    text: &str,
    kind: &'static FileKind,
) -> Result<T, Finding> {
    document(text, PhantomData, None, Language::of::<T>(kind))
}

/// Reads a file of a fragment.
pub(in crate::scenario) fn fragment_file(text: &str, variables: &Variables) -> Result<FragmentFile, Finding> {
    document(text, PhantomData, Some(variables), Language::of::<FragmentFile>(&yaml_mistake::SCENARIO))
}

/// Reads one of the fragments of a scenario.
pub(in crate::scenario) fn fragment(text: &str, name: &str, variables: &Variables) -> Result<Vec<At<Step>>, Finding> {
    document(text, OneFragment(name), Some(variables), Language::of::<Script>(&yaml_mistake::SCENARIO))
        .map(Option::unwrap_or_default)
}

/// Whether a text speaks of variables.
pub(in crate::scenario) fn has_references(text: &str) -> bool {
    text.contains(OPENS)
}

/// What a file is, for messages.
#[derive(Clone, Copy)]
struct Language {
    kind: &'static FileKind,
    schema: fn() -> serde_json::Value,
}

impl Language {
    fn of<T: JsonSchema>(kind: &'static FileKind) -> Self {
        Self { kind, schema: || schemars::schema_for!(T).to_value() }
    }
}

fn document<T, S>(text: &str, seed: S, variables: Option<&Variables>, language: Language) -> Result<T, Finding>
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
    read.map_err(|error| finding(&error, text, variables, language))
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

fn finding(error: &Error, text: &str, variables: Option<&Variables>, language: Language) -> Finding {
    let place = error.location().map(Place::from).map(|place| within_text(place, text));
    if let Error::Message { msg, .. } = error.without_snippet() {
        if let Some((written, message, help)) = misfit(msg) {
            let place = place.map(|place| within(&place, written, text));
            return Finding { message: message.to_owned(), place, help: Some(help.to_owned()), origin: None };
        }
        if let Some(reference) = unknown_reference(msg) {
            return no_value(reference, place, text, variables);
        }
    }
    if too_large(error.without_snippet()) {
        let help = format!("at most {NODES_MAX} nodes and {DEPTH_MAX} levels");
        let message = format!("the file is too large or nested too deeply for {}", language.kind.what);
        return Finding { message, place, help: Some(help), origin: None };
    }
    let Mistake { place, message, help } = yaml_mistake::of(error, text, language.kind, |word| !is_old(word));
    let keys = place.as_ref().filter(|_| message == NO_RECORD);
    let help = keys.and_then(|place| record_keys::wanted(text, place, language.schema)).or(help);
    Finding { message, place, help, origin: None }
}

fn too_large(error: &Error) -> bool {
    matches!(
        error,
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } | Error::AliasExpansionLimitExceeded { .. }
    )
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
            ("title: x\nsteps:\n  - {sync\n  - sync\n", "3:5", "`{` is not closed", "add `}` where it ends"),
        ] {
            let finding = parse(text).unwrap_err();
            assert_eq!(finding.place.as_ref().unwrap().to_string(), place, "{text} {finding:?}");
            assert_eq!(finding.message, message, "{text}");
            assert!(finding.help.as_deref().unwrap_or_default().contains(help), "{finding:?}");
        }
    }
}

//! YAML to a [`Script`], with every error at its token. The only file that knows the YAML library's errors.

use std::path::Path;
use std::sync::Arc;

use serde_saphyr::{Error, MessageFormatter, UserMessageFormatter};

use super::finding::{Finding, ScenarioError, SourceFile, choices};
use super::script::Script;
use super::span::{Place, told_place};

/// Nodes a scenario may have; the largest shipped one has a few hundred.
const NODES_MAX: usize = 20_000;
/// Depth of nesting; the language itself needs about eight levels.
const DEPTH_MAX: usize = 32;

/// Reads a file.
///
/// # Errors
/// [`ScenarioError::Unreadable`], or what is wrong with its text.
pub fn read(path: &Path) -> Result<(Arc<SourceFile>, Script), ScenarioError> {
    let text =
        std::fs::read_to_string(path).map_err(|cause| ScenarioError::Unreadable { path: path.to_owned(), cause })?;
    let source_file = Arc::new(SourceFile { path: path.to_owned(), text });
    let script = parse(&source_file.text)
        .map_err(|finding| ScenarioError::Wrong { source_file: Arc::clone(&source_file), findings: vec![finding] })?;
    Ok((source_file, script))
}

/// Reads a text.
///
/// # Errors
/// The first thing that is not YAML or not of the language.
pub fn parse(text: &str) -> Result<Script, Finding> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: NODES_MAX, max_depth: DEPTH_MAX },
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| finding(&error, text))
}

fn finding(error: &Error, text: &str) -> Finding {
    if let Error::Message { msg, .. } = error.without_snippet()
        && let Some((place, message, help)) = told_place(msg)
    {
        return Finding { message, place: Some(place), help: Some(help) };
    }
    let (message, help) = explain(error.without_snippet());
    let place = error.location().map(Place::from).map(|place| at_least_one_character(place, text));
    Finding { message, place, help }
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
            (format!("`{variant}` is not known here"), Some(choices(variant, expected)))
        }
        Error::SerdeMissingField { field, .. } => (format!("`{field}` is missing"), Some(format!("add `{field}: …`"))),
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            (format!("{unexpected} does not fit here"), Some(format!("expected {expected}")))
        }
        Error::InvalidScalar { ty, .. } => {
            (format!("this is not {}", described(ty)), Some("write its digits only".to_owned()))
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
        Error::Unexpected { expected: "mapping start", .. } => {
            ("this is not a record".to_owned(), Some("write `key: value` pairs here, or indent them below".to_owned()))
        }
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } | Error::AliasExpansionLimitExceeded { .. } => (
            "the file is too large or nested too deeply for a scenario".to_owned(),
            Some(format!("at most {NODES_MAX} nodes and {DEPTH_MAX} levels")),
        ),
        other => (UserMessageFormatter.format_message(other).into_owned(), None),
    }
}

fn described(ty: &str) -> &str {
    match ty {
        "u8" | "u16" | "u32" | "u64" | "usize" | "i64" => "a whole number",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::step::StepKind;
    use super::*;

    const STORY: &str = "title: A story\nshop:\n  wsi: yes\nsteps:\n  - sync\n  - sync: {only: customer}\n  - advance: 1 day\n  - in magento:\n      create customer:\n        set: {email: a@x.com, postcode: 000123, rate: 1.10}\n  - snapshot: end\n  - expect: {outcome: success, crm: {rows: customer, count: 2, have: {email: null}}}\n";

    #[test]
    fn a_story_is_read_with_its_words_and_its_places() {
        let script = parse(STORY).unwrap();
        assert_eq!(script.title.get(), "A story");
        let words: Vec<_> = script.steps.iter().map(|step| step.0.word()).collect();
        assert_eq!(words, ["sync", "sync", "advance", "in magento", "snapshot", "expect"]);
        assert_eq!(script.steps.iter().map(|step| step.place().line).collect::<Vec<_>>(), [5, 6, 7, 8, 11, 12]);
        let StepKind::InMagento(edits) = &script.steps[3].0 else { panic!("{:?}", script.steps[3]) };
        let super::super::magento_edit::MagentoEdit::CreateCustomer(created) = &edits.0[0] else { panic!("{edits:?}") };
        let json: Vec<_> =
            created.set.iter().map(|(name, value)| format!("{}={}", name.get(), value.to_json(STORY))).collect();
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
                "this is not a whole number",
                "",
            ),
            ("title: x\nsteps:\n  - expect: {message: {regex: '('}}\n", "3:31", "this is not a regular expression", ""),
            ("title: x\n", "1:1", "`steps` is missing", "add `steps: …`"),
        ] {
            let finding = parse(text).unwrap_err();
            assert_eq!(finding.place.as_ref().unwrap().to_string(), place, "{text} {finding:?}");
            assert_eq!(finding.message, message, "{text}");
            assert!(finding.help.as_deref().unwrap_or_default().contains(help), "{finding:?}");
        }
    }
}

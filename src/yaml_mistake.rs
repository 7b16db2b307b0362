//! What the YAML reader says of a file, said by its cause and with a remedy: it notices a mistake later than where it was
//! made, and in its own terms. One home for every kind of file that people write.

use serde_saphyr::{Error, MessageFormatter, UserMessageFormatter};

use crate::nearest;
use crate::place::{Place, told_place};

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// Where it is, when it has a place.
    pub(crate) place: Option<Place>,
    /// What is wrong, as a lower-case fragment.
    pub(crate) message: String,
    /// What to write instead.
    pub(crate) help: Option<String>,
}

impl Mistake {
    fn at(place: Place, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { place: Some(place), message: message.into(), help: Some(help.into()) }
    }

    /// Line and column, both from 1, and the rest in one line, for errors that hold a text.
    pub(crate) fn in_one_line(self) -> (u64, u64, String) {
        let (line, column) = self.place.map_or((1, 1), |place| (place.line, place.column));
        let message = self.help.map_or(self.message.clone(), |help| format!("{}; {help}", self.message));
        (line as u64, column as u64, message)
    }
}

/// A kind of file that people write in YAML.
#[derive(Debug)]
pub(crate) struct FileKind {
    /// What it is, with its article.
    pub(crate) what: &'static str,
    /// What to write into an empty one.
    begin: &'static str,
    /// Keys at its top by which it is known; one of them is enough.
    keys: &'static [&'static str],
    /// What to do with a file of that kind that was given in the place of another.
    given: &'static str,
}

/// What a scenario is, for messages about one.
pub(crate) const SCENARIO: FileKind = FileKind {
    what: "a scenario",
    begin: "write `title: …` and `steps:`; `mockgento new NAME` makes a scenario to start from",
    keys: &["steps"],
    given: "run it with `mockgento run FILE`; `mockgento serve --scenario FILE` serves its shop",
};

/// What a client's file is, for messages about one.
pub(crate) const CLIENT: FileKind = FileKind {
    what: "the file of a client",
    begin: "write `title: …`, `commands:` or `adapter:`, and `crm:`; `mockgento schema client` says what may stand there",
    keys: &["commands", "adapter", "supports"],
    given: "give it with `--client FILE`",
};

/// A shop's starting data.
pub(crate) const SEED: FileKind = FileKind {
    what: "a seed",
    begin: "write `customers:` and the like; `mockgento seed corner-shop` prints a seed to start from",
    keys: &["customers", "websites", "store_views", "store_groups", "customer_groups", "api_users", "tables", "config"],
    given: "give it with `--seed FILE`, or write `shop: {seed: ./FILE}` in a scenario",
};

/// In which way a shop differs from its product.
pub(crate) const OVERRIDES: FileKind = FileKind {
    what: "a file of overrides",
    begin: "`mockgento compare --write-overrides FILE` makes one, `mockgento schema overrides` says what may stand there",
    keys: &["service", "operations", "answers", "faults", "paging", "http", "doors", "stubs"],
    given: "give it with `--overrides FILE`, or write `shop: {overrides: ./FILE}` in a scenario",
};

/// Answers of somebody's own.
pub(crate) const STUBS: FileKind = FileKind {
    what: "a file of stubs",
    begin: "write `stubs:` and below it a list; `mockgento schema stubs` says what may stand there",
    keys: &["stubs"],
    given: "give it with `--stubs FILE`, or write `shop: {stubs: ./FILE}` in a scenario",
};

/// What is sent to the control API.
pub(crate) const BODY: FileKind = FileKind {
    what: "a body",
    begin: "see /__admin/openapi.json for what it must hold",
    keys: &[],
    given: "send it where it belongs, see /__admin/openapi.json",
};

/// Several shops that are served at once.
#[cfg(feature = "cli")]
pub(crate) const SHOPS: FileKind = FileKind {
    what: "a file of shops",
    begin: "write `shops: {live: {seed: corner-shop, listen: \"127.0.0.1:8085\"}}`",
    keys: &["shops"],
    given: SHOPS_GIVEN,
};

const SHOPS_GIVEN: &str = "give it with `mockgento serve --shops FILE`";

/// Kinds that a file is taken for; a scenario may have the keys of the later ones.
const KINDS: &[(&str, &[&str], &str)] = &[
    (SCENARIO.what, SCENARIO.keys, SCENARIO.given),
    (CLIENT.what, CLIENT.keys, CLIENT.given),
    (STUBS.what, STUBS.keys, STUBS.given),
    (SEED.what, SEED.keys, SEED.given),
    (OVERRIDES.what, OVERRIDES.keys, OVERRIDES.given),
    ("a file of shops", &["shops"], SHOPS_GIVEN),
];

/// Where a client is meant to differ.
#[cfg(feature = "scenario")]
pub(crate) const KNOWN_DIFFERENCES: FileKind = FileKind {
    what: "a file of known differences",
    begin: "write a list of `- {scenario: …, reason: …}`; `mockgento schema known-differences` says what may stand there",
    keys: &[],
    given: "name it under `known differences` in the file of a client",
};

/// What the YAML reader says at the very place of the mistake, by how it begins; what a person would say; what to do.
const CLEARER: &[(&str, &str, &str)] = &[
    ("tabs ", "a tab stands here, and YAML takes none", "indent with spaces, two for each level"),
    (
        "while parsing a block collection, did not find expected '-'",
        "a dash is missing before this",
        "write `- ` before it, or indent it further if it belongs to what stands above",
    ),
    (
        "misplaced bracket",
        "nothing opens the brace or bracket that is closed here",
        "take it out, or open it further up",
    ),
    (
        "mismatched bracket",
        "the bracket that is open is not the one that is closed here",
        "close `[` with `]` and `{` with `}`",
    ),
    ("unclosed bracket '{'", "`{` is not closed", "add `}` where it ends"),
    ("unclosed bracket '['", "`[` is not closed", "add `]` where it ends"),
    ("unclosed quote", "the quote that begins here is not closed", "add the same quote where the text ends"),
    (
        "while parsing a quoted scalar, found unknown escape",
        "a backslash in double quotes is the beginning of a sign there is not",
        "put the text in single quotes, such as '^\\d+'",
    ),
    (
        "only single YAML document expected",
        "a second document begins above this",
        "give each a file of its own, and take out the line `---`",
    ),
    (
        "reference to unknown value",
        "`*` names an anchor, and nothing above has it",
        "write `&name` before the value that is meant, or put a text that begins with `*` in quotes",
    ),
    ("unexpected character: `@", "a text cannot begin with `@`", QUOTES),
    ("unexpected character: `%", "a text cannot begin with `%`", QUOTES),
    ("unexpected character: ``", "a text cannot begin with a backtick", QUOTES),
    ("unit variant does not fit", "this word does not stand alone", NOT_ALONE_HELP),
    ("externally tagged enum expected", ONE_KEY, ONE_KEY_HELP),
    ("expected string key for externally tagged enum", ONE_KEY, ONE_KEY_HELP),
    ("simple key expected ':'", "a key stands here without a colon", "put a colon after it"),
    ("expected sequence start", "this is not a list", LIST_HELP),
];

/// Keys that people expect beside another one, and what to do where they are none.
const WANTED: &[(&[&str], &str, &str)] = &[
    (
        &["website", "websites", "store", "stores", "store view", "scope", "scope_id", "scope id"],
        "path",
        "leave it out: the shop has one configuration, which all websites and store views share",
    ),
    (&["email", "e-mail", "id", "customer_id"], "customer", "write `customer: …`, with the e-mail address or the id"),
    (&["increment_id", "number", "id"], "order", "write `order: …`, with the number or the id"),
    (
        &["website", "store view", "store_view", "store", "group", "product", "sku", "code", "name", "id"],
        "named",
        "write `named: …`",
    ),
    (&["to"], "step", "write `step: …`"),
    (&["customer"], "email", "write `email: …`, with the e-mail address"),
    (
        &["table", "entity", "customer", "order", "cart", "account", "contact", "customer_address"],
        "rows",
        "name the table: `rows: …`",
    ),
];

const ONE_KEY: &str = "this is not a word, and not a record of one key";
const ONE_KEY_HELP: &str = "write one of the words that belong here, with what it needs behind it";
const QUOTES: &str = "put it in quotes";
/// A message about a record that something else stands for.
pub(crate) const NO_RECORD: &str = "this is not a record";
const PAIRS: &str = "write `key: value` pairs here, or indent them below";
/// How a message begins that takes a file for one of another kind; the rest of it is no matter then.
pub(crate) const OTHER_KIND: &str = "this is not what belongs here: it is ";

/// What is wrong with a file of that kind; `offered` are the words that are shown when a key is unknown.
pub(crate) fn of(error: &Error, text: &str, kind: &FileKind, offered: fn(&str) -> bool) -> Mistake {
    let error = error.without_snippet();
    let place = error.location().map(Place::from).map(|place| within_text(place, text));
    if let Error::Message { msg, .. } = error
        && let Some((place, message, help)) = told_place(msg)
    {
        return Mistake::at(place, message, help);
    }
    let (message, help) = explain(error, offered);
    let mistake = clearer(Mistake { place, message, help }, text, kind);
    if kind.what == BODY.what { in_json(mistake) } else { mistake }
}

/// What is said in the terms of YAML, and what whoever sends JSON can act on.
const IN_JSON: &[(&str, &str)] = &[
    (ONE_STEP, "this record has one key, and a second one stands here"),
    (ONE_STEP_HELP, "keep one of them"),
    (PAIRS, "write {\"key\": value}; a record without keys is {} and not []"),
    (NOTHING_AFTER, "write {\"key\": value}; a record without keys is {}"),
    (ALONE_HELP, "write it as a text in quotes"),
    (NOT_ALONE_HELP, "write {\"word\": what it needs}, with {} where that is nothing"),
    (LIST_HELP, "write it as `[one, two]`"),
];

fn in_json(mistake: Mistake) -> Mistake {
    let said =
        |text: String| IN_JSON.iter().find(|(yaml, _)| *yaml == text).map_or(text, |(_, json)| (*json).to_owned());
    Mistake { message: said(mistake.message), help: mistake.help.map(said), ..mistake }
}

const ONE_STEP: &str = "a step or an edit has one key";
const ONE_STEP_HELP: &str = "start the next one with a dash, or indent the key if it belongs to the one above";
const NOTHING_AFTER: &str = "write `key: value` pairs after the colon, or indent them below it";
const ALONE_HELP: &str = "write it without a colon and a value";
const NOT_ALONE_HELP: &str = "put a colon after it and what it needs, or `{}` where that is nothing";
const LIST_HELP: &str = "write it as `[one, two]`, or each below with a dash of its own";

/// A caret needs something to point at.
pub(crate) fn within_text(mut place: Place, text: &str) -> Place {
    place.bytes.start = place.bytes.start.min(text.len());
    place.bytes.end = place.bytes.end.clamp(place.bytes.start, text.len());
    place
}

fn explain(error: &Error, offered: fn(&str) -> bool) -> (String, Option<String>) {
    let known = |words: &[&'static str]| words.iter().copied().filter(|word| offered(word)).collect::<Vec<_>>();
    match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            let words = known(expected);
            let wanted =
                WANTED.iter().find(|(fields, beside, _)| fields.contains(&field.as_str()) && words.contains(beside));
            let help = match wanted {
                Some((_, _, help)) => (*help).to_owned(),
                None if words.contains(&"set") && nearest::meant(field, words.iter().copied()).is_none() => {
                    format!("put it under `set`: `set: {{{field}: …}}`; {}", nearest::choices(field, &words))
                }
                None => nearest::choices(field, &words),
            };
            (format!("`{field}` is not known here"), Some(help))
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            let said = format!("`{variant}` is not known here");
            let help = colon_missing(variant, expected).unwrap_or_else(|| nearest::choices(variant, &known(expected)));
            (said, Some(help))
        }
        Error::SerdeMissingField { field, .. } => (format!("`{field}` is missing"), Some(format!("add `{field}: …`"))),
        // A record has the name of its type there, which only we know.
        Error::SerdeInvalidType { expected, .. } if expected.starts_with("struct ") => {
            (NO_RECORD.to_owned(), Some(PAIRS.to_owned()))
        }
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            let unexpected = match unexpected.as_str() {
                "sequence" => "a list",
                "map" => "a record",
                other => other,
            };
            let one_of = if unexpected == "a list" && expected.contains("one of, is") {
                "; one of several is `{one of: [a, b]}`"
            } else {
                ""
            };
            (format!("{unexpected} does not fit here"), Some(format!("expected {expected}{one_of}")))
        }
        Error::InvalidScalar { ty: "boolean" | "bool", .. } => {
            ("this is neither true nor false".to_owned(), Some("write true or false".to_owned()))
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
        Error::ExpectedMappingEndAfterEnumVariantValue { .. } | Error::Unexpected { expected: "mapping end", .. } => {
            (ONE_STEP.to_owned(), Some(ONE_STEP_HELP.to_owned()))
        }
        Error::UnexpectedValueForUnitEnumVariant { .. } => {
            ("this word stands alone".to_owned(), Some(ALONE_HELP.to_owned()))
        }
        Error::Unexpected { expected: "mapping start", .. } => (NO_RECORD.to_owned(), Some(PAIRS.to_owned())),
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

/// A key with its value right behind the colon is one long key.
fn blank_missing(written: &str) -> Option<String> {
    let (key, value) = written.trim_end().trim_end_matches(':').split_once(':')?;
    let is_word = !key.is_empty() && key.chars().all(|letter| letter.is_alphanumeric() || "_- ".contains(letter));
    (is_word && !value.is_empty()).then(|| format!("write `{key}: …`, with a blank before the value"))
}

fn described(ty: &str) -> &str {
    match ty {
        "u8" | "u16" | "u32" | "u64" | "usize" | "i64" => "a whole number",
        other => other,
    }
}

/// The mistake with what is behind it, where that can be seen in the text.
fn clearer(mistake: Mistake, text: &str, kind: &FileKind) -> Mistake {
    let Some(place) = mistake.place.clone() else { return mistake };
    let message = mistake.message.as_str();
    let line = line_at(text, place.bytes.start);
    if let Some(nothing) = nothing_in(text, kind) {
        return Mistake { place: Some(place), ..nothing };
    }
    if let Some(other) = of_another_kind(message, &place, text, kind) {
        return other;
    }
    let is_first =
        text.lines().find(|line| !is_nothing(line)).is_some_and(|first| first == line.1) && line.0 == place.bytes.start;
    if message == NO_RECORD && is_first {
        let written = if line.1.trim_start().starts_with("- ") { "list" } else { "text" };
        let help = match (written, kind.keys) {
            ("list", [key, ..]) => format!("put the list below `{key}:`"),
            _ => kind.begin.to_owned(),
        };
        let given = if kind.keys.is_empty() { "this" } else { "the file" };
        return Mistake::at(place, format!("{given} is a {written}, and {} is a record", kind.what), help);
    }
    if message.starts_with("expected string scalar") {
        return no_text(place, text);
    }
    // At the beginning of a body a record of one key is as well meant as a word.
    if message.starts_with("externally tagged enum expected")
        && place.bytes.start > 0
        && text.get(place.bytes.start..).is_some_and(|rest| rest.starts_with('['))
    {
        let any = if key_before(text, place.bytes.start) == "outcome" { "; `outcome: any` is either" } else { "" };
        return Mistake::at(place, "a list stands here where one word belongs", format!("write one of its words{any}"));
    }
    if let Some((_, said, help)) = CLEARER.iter().find(|(start, _, _)| message.starts_with(start)) {
        return Mistake::at(place, *said, *help);
    }
    if message.starts_with("unit value does not fit") {
        return nothing_below(mistake, &place, text);
    }
    if message == NO_RECORD && text.get(place.bytes.clone()).is_some_and(|it| it.trim().is_empty()) {
        return nothing_after(place, text);
    }
    let is_unknown = message.ends_with(" is not known here");
    if is_unknown && text.get(place.bytes.clone()).is_some_and(|written| written.trim_end().contains('\n')) {
        let help = "start each step with a dash of its own, or put a colon after the first key and indent the second";
        return Mistake::at(place, "two keys stand here as one: a dash or a colon is missing", help);
    }
    if is_unknown && let Some(help) = blank_missing(text.get(place.bytes.clone()).unwrap_or_default()) {
        return Mistake::at(place, "a blank is missing after the colon", help);
    }
    if !is_syntax(&mistake) {
        return mistake;
    }
    if let Some(at) = bare_reference(line.1) {
        let place = place_of(text, line.0 + at, 2);
        return Mistake::at(place, "`${…}` within braces or brackets needs quotes", "write it as \"${name}\"");
    }
    if message.starts_with("mapping values are not allowed") {
        let help = "put the whole text in quotes, or start a new line if a key begins here";
        return Mistake::at(place, "a colon and a blank stand within a text", help);
    }
    if let Some((at, opening)) = unclosed(text, place.bytes.start) {
        let closing = if opening == '{' { '}' } else { ']' };
        let help = format!("add `{closing}` where it ends");
        return Mistake::at(place_of(text, at, 1), format!("`{opening}` is not closed"), help);
    }
    mistake
}

/// A list or a record where there is room for a text: the name of a key, or the value behind one.
fn no_text(place: Place, text: &str) -> Mistake {
    let before = text.get(..place.bytes.start).unwrap_or_default().trim_end();
    let is_list = text.get(place.bytes.start..).is_some_and(|rest| rest.starts_with(['[', '-']));
    let form = if is_list { "a list" } else { "a record" };
    match before.ends_with(':') {
        true => {
            let help = match key_before(text, place.bytes.start) {
                "not" => "`not` takes one text; write `{is: present}` for any value and `{is: absent}` for none",
                "outcome" => "write one of its words; `outcome: any` is either",
                _ => "write one text or number; a text with braces or brackets goes in quotes",
            };
            Mistake::at(place, format!("{form} stands here where one value belongs"), help)
        }
        false => {
            let help = "take out one brace if two stand together; a name that needs braces goes in quotes";
            Mistake::at(place, format!("{form} stands here where the name of a key belongs"), help)
        }
    }
}

/// The key whose value begins at a place.
pub(crate) fn key_before(text: &str, at: usize) -> &str {
    let before = text.get(..at).and_then(|before| before.trim_end().strip_suffix(':')).unwrap_or_default();
    before.rsplit([',', '{', '\n', '-']).next().unwrap_or_default().trim().trim_matches('"')
}

/// A file of another kind is told by the keys at its top, when the first thing that is wrong is one of these.
fn of_another_kind(message: &str, place: &Place, text: &str, kind: &FileKind) -> Option<Mistake> {
    let is_of_top = place.column == 1 && (message.ends_with(" is not known here") || message.ends_with(" is missing"));
    if !is_of_top {
        return None;
    }
    let has = |keys: &[&str]| {
        text.lines().filter_map(|line| line.split_once(':')).any(|(key, _)| keys.contains(&key.trim_end()))
    };
    if has(kind.keys) {
        return None;
    }
    let (what, _, given) = KINDS.iter().find(|(what, keys, _)| *what != kind.what && has(keys))?;
    Some(Mistake::at(place.clone(), format!("{OTHER_KIND}{what}, and {} is wanted", kind.what), *given))
}

fn is_nothing(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

/// That a file has nothing in it, where it has not.
pub(crate) fn nothing_in(text: &str, kind: &FileKind) -> Option<Mistake> {
    let message = if text.trim().is_empty() { "the file is empty" } else { "the file holds comments only" };
    let place = Place { line: 1, column: 1, bytes: 0..0 };
    text.lines().all(is_nothing).then(|| Mistake::at(place, message, kind.begin))
}

/// Whether the YAML reader itself said it.
fn is_syntax(mistake: &Mistake) -> bool {
    mistake.help.as_deref().is_some_and(|help| help.starts_with("look here and in the lines above"))
}

/// A key with nothing behind it, for what follows is not indented further.
fn nothing_below(mistake: Mistake, place: &Place, text: &str) -> Mistake {
    let key = text.get(place.bytes.clone()).unwrap_or_default().trim_end_matches(':').trim();
    let (start, line) = line_at(text, place.bytes.start);
    let column = place.bytes.start - start;
    let next = text.get(start + line.len()..).unwrap_or_default().trim_start_matches('\n').lines().next();
    let next = next.unwrap_or_default();
    let is_beside = next.len() - next.trim_start().len() == column && !next.trim().is_empty();
    let expected = mistake.help.as_deref().unwrap_or_default().to_owned();
    let message =
        if key.is_empty() { "nothing stands here".to_owned() } else { format!("nothing stands under `{key}`") };
    let help = match next.trim().split(':').next() {
        Some(beside) if is_beside => format!("indent `{beside}` further than `{key}`, by two spaces"),
        _ => expected,
    };
    Mistake { message, help: Some(help), ..mistake }
}

/// A colon with nothing behind it; what follows may belong below it.
fn nothing_after(place: Place, text: &str) -> Mistake {
    let (start, line) = line_at(text, place.bytes.start);
    let key = line.get(..place.bytes.start - start).unwrap_or_default().trim_start_matches([' ', '-']);
    let key = key.split(':').next().unwrap_or_default().trim();
    let column = line.find(key).unwrap_or_default();
    let rest = text.get(start + line.len()..).unwrap_or_default().trim_start_matches(['\r', '\n']);
    let next = rest.lines().next().unwrap_or_default();
    let is_beside = next.len() - next.trim_start().len() == column && !next.trim_start().starts_with('-');
    match next.trim().split_once(':') {
        Some((beside, _)) if is_beside && !key.is_empty() => {
            let help = format!("indent `{beside}` further than `{key}`, by two spaces");
            Mistake::at(place, format!("nothing stands under `{key}`"), help)
        }
        _ => Mistake::at(place, "nothing stands here", NOTHING_AFTER),
    }
}

/// The line around a byte: where it starts, and its text.
fn line_at(text: &str, at: usize) -> (usize, &str) {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    (start, text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default())
}

fn place_of(text: &str, at: usize, length: usize) -> Place {
    let before = text.get(..at).unwrap_or_default();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Place { line: before.matches('\n').count() + 1, column, bytes: at..at + length }
}

/// Where a reference stands without quotes in a line that has braces or brackets around it.
fn bare_reference(line: &str) -> Option<usize> {
    let at = line.find("${")?;
    let before = line.get(..at)?;
    let is_quoted = before.matches('"').count() % 2 == 1 || before.matches('\'').count() % 2 == 1;
    (!is_quoted && before.contains(['{', '['])).then_some(at)
}

/// The last bracket before a place that nothing closes.
fn unclosed(text: &str, end: usize) -> Option<(usize, char)> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let (mut quote, mut before, mut is_comment) = (None, '\n', false);
    for (at, letter) in text.char_indices().take_while(|(at, _)| *at < end) {
        match (quote, letter) {
            _ if is_comment => is_comment = letter != '\n',
            (Some(wanted), letter) => quote = (letter != wanted).then_some(wanted),
            (None, '#') if before.is_whitespace() => is_comment = true,
            (None, '"' | '\'') if !before.is_alphanumeric() => quote = Some(letter),
            (None, '{' | '[') if before.is_whitespace() || "{[,".contains(before) => open.push((at, letter)),
            (None, '}' | ']') => drop(open.pop()),
            _ => {}
        }
        before = letter;
    }
    open.pop()
}

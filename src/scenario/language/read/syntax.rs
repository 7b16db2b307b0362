//! What the YAML reader says, said by its cause: it notices a mistake later than where it was made, and in its own terms.

use crate::scenario::language::finding::Finding;
use crate::scenario::language::text::span::Place;

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
    ("unclosed quote", "the quote that begins here is not closed", "add the same quote where the text ends"),
    ("expected sequence start", "this is not a list", "write it as `[one, two]`, or each below with a dash of its own"),
    (
        "expected string scalar",
        "a record stands here where the name of a key belongs",
        "take out one brace if two stand together; a name that needs braces goes in quotes",
    ),
];

/// The finding with what is behind it, where that can be seen in the text.
pub(super) fn clearer(finding: Finding, text: &str) -> Finding {
    let Some(place) = finding.place.clone() else { return finding };
    let message = finding.message.as_str();
    let told = |place: Place, message: &str, help: &str| Finding::at(place, message).help(help);
    let line = line_at(text, place.bytes.start);
    let is_nothing = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if text.lines().all(is_nothing) {
        let help = "write `title: …` and `steps:`; `mockgento new NAME` makes a scenario to start from";
        let message = if text.trim().is_empty() { "the file is empty" } else { "the file holds comments only" };
        return told(place, message, help);
    }
    if let Some((_, said, help)) = CLEARER.iter().find(|(start, _, _)| message.starts_with(start)) {
        return told(place, said, help);
    }
    if message.starts_with("unit value does not fit") {
        return nothing_below(finding, &place, text);
    }
    if message == "this is not a record" && line.1.trim_start().starts_with("- ") && line.0 == 0 {
        let help = "a scenario is a record: write `title: …`, and put the list below `steps:`";
        return told(place, "the file is a list", help);
    }
    if message == "this is not a record" && text.get(place.bytes.clone()).is_some_and(|it| it.trim().is_empty()) {
        return nothing_after(place, text);
    }
    let is_unknown = message.ends_with(" is not known here");
    if is_unknown && text.get(place.bytes.clone()).is_some_and(|written| written.trim_end().contains('\n')) {
        let help = "start each step with a dash of its own, or put a colon after the first key and indent the second";
        return told(place, "two keys stand here as one: a dash or a colon is missing", help);
    }
    if !is_syntax(&finding) {
        return finding;
    }
    if let Some(at) = bare_reference(line.1) {
        let place = place_of(text, line.0 + at, 2);
        return told(place, "`${…}` within braces or brackets needs quotes", "write it as \"${name}\"");
    }
    if message.starts_with("mapping values are not allowed") {
        let help = "put the whole text in quotes, or start a new line if a key begins here";
        return told(place, "a colon and a blank stand within a text", help);
    }
    if let Some((at, opening)) = unclosed(text, place.bytes.start) {
        let closing = if opening == '{' { '}' } else { ']' };
        let message = format!("`{opening}` is not closed");
        return told(place_of(text, at, 1), &message, &format!("add `{closing}` where it ends"));
    }
    finding
}

/// Whether the YAML reader itself said it.
fn is_syntax(finding: &Finding) -> bool {
    finding.help.as_deref().is_some_and(|help| help.starts_with("look here and in the lines above"))
}

/// A key with nothing behind it, for what follows is not indented further.
fn nothing_below(finding: Finding, place: &Place, text: &str) -> Finding {
    let key = text.get(place.bytes.clone()).unwrap_or_default().trim_end_matches(':').trim();
    let (start, line) = line_at(text, place.bytes.start);
    let column = place.bytes.start - start;
    let next = text.get(start + line.len()..).unwrap_or_default().trim_start_matches('\n').lines().next();
    let next = next.unwrap_or_default();
    let is_beside = next.len() - next.trim_start().len() == column && !next.trim().is_empty();
    let expected = finding.help.as_deref().unwrap_or_default().to_owned();
    let message =
        if key.is_empty() { "nothing stands here".to_owned() } else { format!("nothing stands under `{key}`") };
    let help = match next.trim().split(':').next() {
        Some(beside) if is_beside => format!("indent `{beside}` further than `{key}`, by two spaces"),
        _ => expected,
    };
    Finding { message, help: Some(help), ..finding }
}

/// A colon with nothing behind it; what follows may belong below it.
fn nothing_after(place: Place, text: &str) -> Finding {
    let (start, line) = line_at(text, place.bytes.start);
    let key = line.get(..place.bytes.start - start).unwrap_or_default().trim_start_matches([' ', '-']);
    let key = key.split(':').next().unwrap_or_default().trim();
    let column = line.find(key).unwrap_or_default();
    let rest = text.get(start + line.len()..).unwrap_or_default().trim_start_matches(['\r', '\n']);
    let next = rest.lines().next().unwrap_or_default();
    let is_beside = next.len() - next.trim_start().len() == column && !next.trim_start().starts_with('-');
    match next.trim().split_once(':') {
        Some((beside, _)) if is_beside && !key.is_empty() => {
            Finding::at(place, format!("nothing stands under `{key}`"))
                .help(format!("indent `{beside}` further than `{key}`, by two spaces"))
        }
        _ => Finding::at(place, "nothing stands here")
            .help("write `key: value` pairs after the colon, or indent them below it"),
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

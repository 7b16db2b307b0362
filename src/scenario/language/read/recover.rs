//! All that is wrong with a text: whatever was found is blanked out, with nothing moved, and the rest is read again.

use std::ops::Range;

use super::parse;
use crate::scenario::language::finding::Finding;
use crate::scenario::language::text::value::Value;
use crate::yaml_entries::{self, around, overlap};
use crate::yaml_mistake::OTHER_KIND;

/// Findings after which nobody reads on.
const FINDINGS_MAX: usize = 40;

/// What there is of a text that has mistakes.
pub(in crate::scenario) struct Recovered<T> {
    /// What is wrong, in the order in which it was found.
    pub(in crate::scenario) findings: Vec<Finding>,
    /// What the rest of it says.
    pub(in crate::scenario) rest: Option<T>,
    /// Steps and entries of the head in which something is wrong already.
    spoiled: Vec<Range<usize>>,
}

impl<T> Recovered<T> {
    /// Whether what stands there may be wrong only for what was blanked out beside it.
    pub(in crate::scenario) fn is_spoiled(&self, at: usize) -> bool {
        self.spoiled.iter().any(|unit| unit.contains(&at))
    }
}

/// Reads a text as far as it can be read.
pub(in crate::scenario) fn all<T>(text: &str, read: impl Fn(&str) -> Result<T, Vec<Finding>>) -> Recovered<T> {
    let mut page = Page { whole: text, text: text.to_owned(), blanked: Vec::new(), findings: Vec::new() };
    let mut rest = None;
    while page.findings.len() < FINDINGS_MAX {
        match read(&page.text) {
            Ok(value) => {
                rest = Some(value);
                break;
            }
            Err(found) => {
                if !page.note(found) {
                    break;
                }
            }
        }
    }
    let spoiled = units(text).into_iter().filter(|unit| page.blanked.iter().any(|gone| overlap(gone, unit))).collect();
    let mut findings = page.findings;
    findings.iter_mut().for_each(|finding| settle_column(finding, text));
    Recovered { findings, rest, spoiled }
}

/// Blanks change how many characters stand before a place, not how many bytes.
fn settle_column(finding: &mut Finding, text: &str) {
    if let Some(place) = finding.place.as_mut().filter(|_| finding.origin.is_none())
        && let Some(before) = text.get(..place.bytes.start)
    {
        place.column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    }
}

struct Page<'a> {
    /// The text of the file before anything was taken out.
    whole: &'a str,
    text: String,
    blanked: Vec<Range<usize>>,
    findings: Vec<Finding>,
}

impl Page<'_> {
    /// Notes what was found and blanks it out; answers whether reading again may say more.
    fn note(&mut self, found: Vec<Finding>) -> bool {
        let mut is_new = false;
        for finding in found {
            let Some(place) = finding.place.clone() else {
                self.findings.push(finding);
                return false;
            };
            if let Some(line) = missing(&finding.message) {
                // It is said once; what is added stands after everything else.
                is_new |= !self.text.contains(line);
                if !self.has_head(line.trim()) {
                    self.push(finding);
                }
                self.text.push_str(line);
                continue;
            }
            if finding.message.starts_with(OTHER_KIND) || finding.message.starts_with("a second document") {
                self.push(finding);
                return false;
            }
            let root = parse::values(&self.text);
            if root.as_ref().is_ok_and(|root| !matches!(root.get(), Value::Record(_))) {
                // Nothing is left of it, or it never was a scenario.
                if self.blanked.is_empty() {
                    self.push(finding);
                }
                return false;
            }
            let at = place.bytes.start;
            let gone = match root {
                Ok(root) => around(&self.text, &root, at, finding.message.ends_with(" is missing")),
                Err(_) => Some(lines_of_unit(&self.text, at)),
            };
            let is_spoiled = gone.as_ref().is_some_and(|gone| self.blanked.iter().any(|old| overlap(old, gone)));
            let gone = match (&gone, finding.help.as_deref()) {
                // What is beside a key belongs below it: it is no mistake of its own.
                (Some(gone), Some(help)) if help.starts_with("indent `") => Some(with_lines_beside(&self.text, gone)),
                _ => gone,
            };
            if !is_spoiled {
                self.push(finding);
            }
            if let Some(gone) = gone.filter(|gone| !gone.is_empty()) {
                is_new |= self.blank(gone);
            }
        }
        is_new
    }

    /// Whether the head of the file has that entry, readable or not.
    fn has_head(&self, entry: &str) -> bool {
        let key = entry.split(':').next().unwrap_or_default();
        let is_it = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'));
        self.whole.lines().any(is_it)
    }

    fn blank(&mut self, gone: Range<usize>) -> bool {
        let is_new = yaml_entries::blank(&mut self.text, &gone);
        self.blanked.push(gone);
        is_new
    }

    fn push(&mut self, finding: Finding) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

/// What to add so that the rest can be read, when something is missing at the head of the file.
fn missing(message: &str) -> Option<&'static str> {
    match message {
        "`title` is missing" => Some("\ntitle: nameless\n"),
        "`steps` is missing" => Some("\nsteps: [sync]\n"),
        _ => None,
    }
}

/// An entry with the lines that follow it at least as far indented as its key, up to the next item of a list.
fn with_lines_beside(text: &str, gone: &Range<usize>) -> Range<usize> {
    let start = text.get(..gone.start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let dashes = text.get(gone.start..).unwrap_or_default();
    let column = gone.start - start + dashes.len() - dashes.trim_start_matches(['-', ' ']).len();
    let mut end = gone.end;
    let first = text.get(gone.start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| gone.start + at + 1);
    let mut at = first;
    for line in text.get(first..).unwrap_or_default().split_inclusive('\n') {
        let is_beside = indent(line) >= column && !(indent(line) == column && line.trim_start().starts_with('-'));
        if !is_beside && !line.trim().is_empty() {
            break;
        }
        at += line.len();
        end = end.max(at);
    }
    gone.start..end
}

/// Steps, and entries of the head.
fn units(text: &str) -> Vec<Range<usize>> {
    let mut units = Vec::new();
    let mut at = 0;
    let lines: Vec<(usize, &str)> = text
        .split_inclusive('\n')
        .map(|line| {
            at += line.len();
            (at - line.len(), line)
        })
        .collect();
    let step = step_indent(&lines);
    for (start, line) in lines {
        let begins = is_head(line) || (Some(indent(line)) == step && line.trim_start().starts_with('-'));
        match units.last_mut() {
            Some(Range { end, .. }) if !begins => *end = start + line.len(),
            _ => units.push(start..start + line.len()),
        }
    }
    units
}

fn indent(line: &str) -> usize {
    line.chars().take_while(|letter| letter.is_whitespace() && *letter != '\n').count()
}

fn is_head(line: &str) -> bool {
    line.starts_with(|first: char| !first.is_whitespace() && !matches!(first, '#' | '}' | ']' | '-'))
}

/// How far the steps are indented.
fn step_indent(lines: &[(usize, &str)]) -> Option<usize> {
    let below = lines.iter().skip_while(|(_, line)| !line.starts_with("steps:")).skip(1);
    below.clone().find(|(_, line)| line.trim_start().starts_with('-')).map(|(_, line)| indent(line))
}

/// The step or the entry of the head around a place.
fn lines_of_unit(text: &str, at: usize) -> Range<usize> {
    let unit = units(text).into_iter().find(|unit| unit.contains(&at) || unit.end == text.len() && at >= unit.end);
    unit.unwrap_or(0..text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::language::read::variables::Variables;

    fn all_of(text: &str) -> Vec<String> {
        let read = |text: &str| parse::script(text, &Variables::default()).map_err(|finding| vec![finding]);
        let told = |finding: &Finding| {
            let place = finding.place.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{place} {}", finding.message)
        };
        let mut findings = all(text, read).findings;
        findings.sort_by_key(|finding| finding.place.as_ref().map(|place| place.bytes.start));
        findings.iter().map(told).collect()
    }

    #[test]
    fn every_mistake_of_a_text_is_found_once_and_at_its_place() {
        let mut wrong = Vec::new();
        for (text, expected) in [
            ("title: x\nsteps: [sync]\n", &[][..]),
            (
                "title: x\nshop: {wsi: maybe, flavor: magento-2}\nintegration: {page size: ten, two way sync: 1}\nsteps:\n  - sync\n",
                &["2:13 \"maybe\"", "2:28 `magento-2`", "3:26 ", "3:45 "],
            ),
            (
                "title: x\nsteps:\n  - advance: 5\n  - advance: soon\n  - sync\n  - snyc\n",
                &["3:14 \"5\"", "4:14 \"soon\"", "6:5 `snyc`"],
            ),
            (
                "title: Ü\nsteps:\n  - expect: {message: ü, outcome: sucess, mesage: ü, crm: {rows: customer, count: two}}\n",
                &["3:35 `sucess`", "3:43 `mesage`", "3:83 \"two\""],
            ),
            ("steps: [snyc]\n", &["`title` is missing", "1:9 `snyc`"]),
            ("title: x\nshop: {seed: shop\nsteps:\n  - snyc\n", &["2:7 `{` is not closed", "4:5 `snyc`"]),
            (
                "title: Ada: the first\nsteps:\n  - snyc\n  - sync: [\n  - advance: soon\n",
                &["1:11 a colon", "3:5 `snyc`", "4:11 this is not a record", "5:14 \"soon\""],
            ),
            ("title: x\ntitle: y\nsteps:\n  - snyc\n", &["2:1 `title` stands here twice", "4:5 `snyc`"]),
            ("title: x\nsteps:\n  - sync\n    advance: soon\n  - snyc\n", &["3:5 ", "5:5 `snyc`"]),
            ("", &["1:1 the file is empty"]),
        ] {
            let found = all_of(text);
            let fits = found.len() == expected.len()
                && found.iter().zip(expected).all(|(found, expected)| found.contains(expected));
            if !fits {
                wrong.push(format!("{text}{found:#?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

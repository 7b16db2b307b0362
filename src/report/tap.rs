//! Results as TAP 14 (testanything.org): a line per scenario, and why it failed as YAML below it.

use serde_json::{Value, json};

use super::json::slashed;
use super::parts::Parts;
use crate::printable;
use crate::scenario::result::CaseResult;
use crate::snapshot::yaml;

/// TAP as a format of reports: each result has its lines at once.
pub(super) const PARTS: Parts =
    Parts { head: |_| HEAD.to_owned(), result: line, tail: |_, results, _| plan(results.len()) };

/// The head. How many results there are stands at the end: without it a reader knows that the run was cut off.
const HEAD: &str = "TAP version 14\n";

/// The plan: how many results there are.
fn plan(results: usize) -> String {
    format!("1..{results}\n")
}

/// The lines of a result, counted from 1, without what would act on a terminal.
pub fn line(number: usize, result: &CaseResult) -> String {
    // What YAML has to quote is quoted already, and there such characters have these escapes.
    printable::json(&lines(number, result)).into_owned()
}

fn lines(number: usize, result: &CaseResult) -> String {
    let verdict = if result.failed() { "not ok" } else { "ok" };
    if let Some(why) = result.skipped.as_ref().filter(|_| !result.failed()) {
        return format!("ok {number} - {} # SKIP {}\n", plain(&result.name), plain(&why.replace('\n', " ")));
    }
    let mut text = format!("{verdict} {number} - {} # time={}ms\n", plain(&result.name), result.elapsed.as_millis());
    if result.passed() {
        return text;
    }
    let failures = result.failures.iter().map(|failure| {
        json!({
            "at": format!("{}:{}", slashed(result.file_of(failure)), failure.place()),
            "kind": failure.kind.as_str(),
            "step": failure.step,
            "message": failure.message,
            "detail": failure.detail.lines().collect::<Vec<_>>(),
        })
    });
    let diagnostics = json!({ "title": result.title, "failures": failures.collect::<Vec<_>>() });
    text.push_str("  ---\n");
    if let Value::Object(record) = diagnostics {
        for line in yaml::text(&record).lines() {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text.push_str("  ...\n");
    text
}

/// A number sign would begin a directive.
fn plain(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}

#[cfg(test)]
mod tests {
    use super::super::tests::results;
    use super::*;

    #[test]
    fn no_line_acts_on_a_terminal() {
        let [_, mut failed] = results();
        failed.title = "x \u{9b}31m \u{1b}[31m \u{202e}".to_owned();
        let json = super::super::json::PARTS;
        for text in [line(1, &failed), (json.result)(1, &failed)] {
            assert!(!text.contains(printable::is_active), "{text:?}");
        }
        let text = line(1, &failed);
        let yaml = text.split_once("---\n").and_then(|(_, rest)| rest.split_once("  ...\n")).unwrap().0;
        let back: Value = serde_saphyr::from_str(yaml).unwrap();
        assert_eq!(back["title"], failed.title.as_str());
    }

    #[test]
    fn a_failure_says_why_in_yaml() {
        let [passed, failed] = results();
        assert_eq!(line(1, &passed) + &plan(2), "ok 1 - a/c # time=7ms\n1..2\n");
        let text = line(2, &failed);
        assert!(text.starts_with("not ok 2 - a/b # time=7ms\n  ---\n  title: A scenario\n"), "{text}");
        let yaml = text.split_once("---\n").and_then(|(_, rest)| rest.split_once("  ...\n")).unwrap().0;
        let back: Value = serde_saphyr::from_str(yaml).unwrap();
        assert_eq!(back["failures"][0]["detail"], json!(["- a: 1", "+ a: <2>"]));
        assert_eq!(back["failures"][0]["at"], json!("scenarios/a/b.yaml:9"));
    }
}

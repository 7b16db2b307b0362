//! Failures as GitHub annotations: workflow commands that show beside the scenario's line in a pull request.

use super::json::slashed;
use super::parts::Parts;
use crate::scenario::result::CaseResult;

/// Annotations as a format of reports: each result has its own.
pub(super) const PARTS: Parts = Parts { result: |_, result| text(result), ..Parts::NONE };

/// Lines of a difference that an annotation shows.
const DETAIL_LINES: usize = 20;

/// The commands of a result; empty when it passed.
pub fn text(result: &CaseResult) -> String {
    let mut text = String::new();
    for failure in &result.failures {
        let title = format!("{}: {}", result.name, failure.step);
        let mut message = failure.message.clone();
        for line in failure.detail.lines().take(DETAIL_LINES) {
            message.push('\n');
            message.push_str(line);
        }
        if failure.detail.lines().count() > DETAIL_LINES {
            message.push_str("\n…");
        }
        text.push_str(&format!(
            "::error file={},line={}{},title={}::{}\n",
            property(&slashed(result.file_of(failure))),
            failure.line,
            failure.column.map(|column| format!(",col={column}")).unwrap_or_default(),
            property(&title),
            data(&message)
        ));
    }
    text
}

/// The value of a command, escaped as GitHub's toolkit does it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property: the separators as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::tests::results;
    use super::*;

    #[test]
    fn a_failure_is_an_error_at_its_line() {
        let [passed, failed] = results();
        assert_eq!(text(&passed), "");
        assert_eq!(
            text(&failed),
            "::error file=scenarios/a/b.yaml,line=9,title=a/b%3A snapshot end::differs%0A- a: 1%0A+ a: <2>\n"
        );
        assert_eq!(property("50%: a,b\r\n"), "50%25%3A a%2Cb%0D%0A");
    }
}

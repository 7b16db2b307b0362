//! Results as JUnit XML, which every CI reads.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::console::explained;
use super::json::Status;
use super::parts::Parts;
use crate::scenario::result::CaseResult;

/// JUnit as a format of reports: its sums are in its head, so it comes whole at the end.
pub(super) const PARTS: Parts = Parts { tail: |_, results, _| text(results), ..Parts::NONE };

/// The whole report as XML.
pub fn text(results: &[CaseResult]) -> String {
    written(&report(results))
}

/// Named checks as one suite: each with what is wrong, if something is.
pub fn checks(suite: &str, checks: &[(&str, Option<&str>)]) -> String {
    let mut report = Report::new("mockgento");
    let mut all = TestSuite::new(suite);
    for (name, failure) in checks {
        let status = match failure {
            None => TestCaseStatus::success(),
            Some(failure) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(failure.lines().next().unwrap_or_default()).set_description(*failure);
                status
            }
        };
        let mut case = TestCase::new(*name, status);
        case.set_classname(suite);
        all.add_test_case(case);
    }
    report.add_test_suite(all);
    written(&report)
}

/// The file. Jenkins' schema has no `skipped` on the root, which says nothing that its suites do not say.
pub(super) fn written(report: &Report) -> String {
    let text = report.to_string().unwrap_or_default();
    let Some(root) = text.find("<testsuites ") else { return text };
    let end = text[root..].find('>').map_or(text.len(), |end| root + end);
    let Some(from) = text[root..end].find(" skipped=\"").map(|at| root + at) else { return text };
    let value = from + " skipped=\"".len();
    let Some(to) = text[value..end].find('"').map(|at| value + at + 1) else { return text };
    format!("{}{}", &text[..from], &text[to..])
}

fn report(results: &[CaseResult]) -> Report {
    let mut report = Report::new("mockgento");
    let mut suites: Vec<TestSuite> = Vec::new();
    for result in results {
        let (folder, name) = result.name.rsplit_once('/').unwrap_or(("scenarios", &result.name));
        let mut case = TestCase::new(name, status(result));
        case.set_classname(folder).set_time(result.elapsed);
        match suites.iter_mut().find(|suite| suite.name.as_str() == folder) {
            Some(suite) => suite.add_test_case(case),
            None => {
                let mut suite = TestSuite::new(folder);
                suite.add_test_case(case);
                suites.push(suite);
                continue;
            }
        };
    }
    report.add_test_suites(suites);
    report
}

fn status(result: &CaseResult) -> TestCaseStatus {
    let Some(first) = result.failures.first() else {
        let Some(why) = &result.skipped else { return TestCaseStatus::success() };
        let mut status = TestCaseStatus::skipped();
        status.set_message(why.clone());
        return status;
    };
    let kind = if Status::of(result) == Status::Error { NonSuccessKind::Error } else { NonSuccessKind::Failure };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(first.message.clone()).set_description(explained(result));
    status
}

/// A JUnit file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("it is not JUnit XML as mockgento writes it: {0}")]
pub struct JunitReadError(String);

/// Reports of several runs as one; suites of the same name become one.
///
/// # Errors
/// When one cannot be read.
pub fn merged(texts: &[String]) -> Result<Merged, JunitReadError> {
    let mut whole = Report::new("mockgento");
    let mut suites: Vec<TestSuite> = Vec::new();
    for text in texts {
        let report = Report::deserialize_from_str(text).map_err(|error| JunitReadError(error.to_string()))?;
        for suite in report.test_suites {
            match suites.iter_mut().find(|known| known.name == suite.name) {
                Some(known) => {
                    known.add_test_cases(suite.test_cases);
                }
                None => suites.push(suite),
            }
        }
    }
    whole.add_test_suites(suites);
    let (tests, failed) = (whole.tests, whole.failures + whole.errors);
    Ok(Merged { text: written(&whole), passed: tests - failed, failed })
}

/// Several reports as one.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The merged report as XML.
    pub text: String,
    /// Cases that passed.
    pub passed: usize,
    /// Cases that failed.
    pub failed: usize,
}

#[cfg(test)]
mod tests {
    use super::super::tests::results;
    use super::*;

    #[test]
    fn a_report_has_a_suite_per_folder_and_the_reason_of_each_failure() {
        let text = text(&results());
        for part in ["tests=\"2\"", "failures=\"1\"", "<testcase name=\"b\" classname=\"a\"", "+ a: &lt;2&gt;"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    /// Attributes of the root in Jenkins' schema (xunit-plugin, junit-10.xsd).
    #[test]
    fn the_root_has_no_attribute_that_jenkins_refuses() {
        let known = ["name", "time", "tests", "failures", "disabled", "errors"];
        for text in [text(&results()), text(&[]), checks("plan", &[("writes", None), ("lost", Some("3 of 2"))])] {
            let document = roxmltree::Document::parse(&text).unwrap();
            for attribute in document.root_element().attributes() {
                assert!(known.contains(&attribute.name()), "{} in {text}", attribute.name());
            }
        }
    }

    #[test]
    fn reports_of_shards_become_one() {
        let [passed, failed] = results();
        let both = merged(&[text(&[passed]), text(&[failed])]).unwrap();
        assert_eq!((both.passed, both.failed), (1, 1));
        assert_eq!(both.text.matches("<testsuite ").count(), 1, "{}", both.text);
        assert!(both.text.contains("+ a: &lt;2&gt;") && both.text.contains("tests=\"2\""), "{}", both.text);
        assert!(merged(&["<html/>".to_owned()]).is_err());
    }
}

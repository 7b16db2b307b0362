//! Results as JUnit XML, which every CI reads.

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::console::explained;
use super::json::Status;
use super::parts::{About, Parts};
use crate::scenario::failure::{Failure, FailureKind};
use crate::scenario::result::CaseResult;

/// JUnit as a format of reports: its sums are in its head, so it comes whole at the end.
pub(super) const PARTS: Parts = Parts { tail: |about, results, _| of_run(about, results), ..Parts::NONE };

/// Properties of each suite: which part of the whole it is, and how many cases have to be run.
pub(super) const SHARD: &str = "mockgento.shard";
pub(super) const AT_LEAST: &str = "mockgento.at-least";

/// The whole report as XML.
pub fn text(results: &[CaseResult]) -> String {
    written(&report(results))
}

/// The report of a run, with what a merge has to know.
fn of_run(about: &About, results: &[CaseResult]) -> String {
    let mut report = report(results);
    let least = about.at_least.map(|least| Property::new(AT_LEAST, least.to_string()));
    let known = about.shard.iter().map(|shard| Property::new(SHARD, shard.as_str())).chain(least);
    let known: Vec<Property> = known.collect();
    // A part may have no cases, and is no less there.
    if report.test_suites.is_empty() && !known.is_empty() {
        report.add_test_suite(TestSuite::new("scenarios"));
    }
    for suite in &mut report.test_suites {
        suite.add_properties(known.iter().cloned());
    }
    written(&report)
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

/// The kind of failure that decides about the exit code.
fn kind_of(result: &CaseResult, first: &Failure) -> &'static str {
    if result.cannot_work() { FailureKind::CannotWork.as_str() } else { first.kind.as_str() }
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
    status.set_message(first.message.clone()).set_description(explained(result)).set_type(kind_of(result, first));
    status
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
}

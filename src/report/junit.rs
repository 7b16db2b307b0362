//! Results as JUnit XML, which every CI reads.

use std::path::Path;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::console::explained;
use super::file::{self, ReportError};
use crate::scenario::result::CaseResult;

/// Writes a report.
///
/// # Errors
/// When the folder is missing or cannot be written, or the disk is full.
pub fn write(path: &Path, results: &[CaseResult]) -> Result<(), ReportError> {
    file::write(path, text(results).as_bytes())
}

/// The report's text.
pub fn text(results: &[CaseResult]) -> String {
    report(results).to_string().unwrap_or_default()
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
    let Some(first) = result.failures.first() else { return TestCaseStatus::success() };
    let kind = if result.cannot_work() { NonSuccessKind::Error } else { NonSuccessKind::Failure };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(first.message.clone()).set_description(explained(result));
    status
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::scenario::result::{Failure, FailureKind};

    #[test]
    fn a_report_has_a_suite_per_folder_and_the_reason_of_each_failure() {
        let result = |name: &str, failures| CaseResult {
            name: name.to_owned(),
            title: "A story".to_owned(),
            file: "scenarios/a/b.yaml".into(),
            failures,
            accepted: 0,
            elapsed: Duration::from_millis(7),
        };
        let failure = Failure {
            kind: FailureKind::Snapshot,
            line: 9,
            step: "snapshot end".to_owned(),
            message: "differs".to_owned(),
            detail: "- a: 1\n+ a: <2>\n".to_owned(),
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("junit.xml");
        write(&path, &[result("a/b", vec![failure]), result("a/c", Vec::new())]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        for part in ["tests=\"2\"", "failures=\"1\"", "<testcase name=\"b\" classname=\"a\"", "+ a: &lt;2&gt;"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let nowhere = write(&folder.path().join("no/such/junit.xml"), &[]).unwrap_err().to_string();
        assert!(nowhere.starts_with("cannot write the report "), "{nowhere}");
    }
}

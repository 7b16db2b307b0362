//! JUnit reports of several runs as one: a case that is in several counts as it ended in the last one, as in JSON lines.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::enough::enough;
use super::junit::{AT_LEAST, SHARD, written};
use crate::scenario::failure::FailureKind;

/// A JUnit file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("it is not JUnit XML as mockgento writes it: {0}")]
pub struct JunitReadError(String);

/// One report that was read.
#[derive(Clone, Debug)]
pub struct Part {
    report: Report,
    /// Which part of the suite it is, such as `2/4`.
    pub shard: Option<String>,
    at_least: Option<usize>,
}

/// Reads a report.
///
/// # Errors
/// When it is none.
pub fn read(text: &str) -> Result<Part, JunitReadError> {
    let mut report = Report::deserialize_from_str(text).map_err(|error| JunitReadError(error.to_string()))?;
    let property = |name: &str| {
        let properties = report.test_suites.iter().flat_map(|suite| &suite.properties);
        properties.filter(|property| property.name.as_str() == name).map(|property| property.value.to_string()).next()
    };
    let (shard, at_least) = (property(SHARD), property(AT_LEAST).and_then(|least| least.parse().ok()));
    for suite in &mut report.test_suites {
        suite.properties.retain(|property| ![SHARD, AT_LEAST].contains(&property.name.as_str()));
    }
    Ok(Part { report, shard, at_least })
}

/// Several reports as one; suites of the same name become one.
pub fn merged(parts: Vec<Part>) -> Merged {
    let least = parts.iter().filter_map(|part| part.at_least).max();
    let mut suites: Vec<TestSuite> = Vec::new();
    for suite in parts.into_iter().flat_map(|part| part.report.test_suites) {
        // Whether enough cases were run is asked again of the whole.
        let cases: Vec<TestCase> = suite.test_cases.into_iter().filter(|case| !is(case, FailureKind::TooFew)).collect();
        let at = match suites.iter().position(|known| known.name == suite.name) {
            Some(at) => at,
            None => {
                suites.push(TestSuite::new(suite.name));
                suites.len() - 1
            }
        };
        if let Some(known) = suites.get_mut(at) {
            let before = std::mem::replace(known, TestSuite::new(known.name.clone())).test_cases;
            let is_kept = |case: &TestCase| cases.iter().all(|new| new.name != case.name);
            known.add_test_cases(before.into_iter().filter(is_kept));
            known.add_test_cases(cases);
        }
    }
    suites.retain(|suite| !suite.test_cases.is_empty());
    let is_skipped = |case: &&TestCase| matches!(case.status, TestCaseStatus::Skipped { .. });
    let skipped = suites.iter().flat_map(|suite| &suite.test_cases).filter(is_skipped).count();
    let cases: usize = suites.iter().map(|suite| suite.test_cases.len()).sum();
    if let (Err(why), true) = (enough(least, cases - skipped), skipped > 0 || least.is_some())
        && let Some(first) = suites.first_mut()
    {
        first.add_test_case(too_few(&why));
    }
    let mut whole = Report::new("mockgento");
    let cannot_work = suites.iter().flat_map(|suite| &suite.test_cases).any(|case| is(case, FailureKind::CannotWork));
    whole.add_test_suites(suites);
    let failed = whole.failures + whole.errors;
    Merged { text: written(&whole), cases, passed: whole.tests - failed - skipped, failed, skipped, cannot_work }
}

fn is(case: &TestCase, kind: FailureKind) -> bool {
    matches!(&case.status, TestCaseStatus::NonSuccess { ty: Some(ty), .. } if ty.as_str() == kind.as_str())
}

fn too_few(why: &str) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(FailureKind::TooFew.as_str()).set_message(why);
    TestCase::new("cases that were run", status)
}

/// Several reports as one.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The merged report as XML.
    pub text: String,
    /// How many cases there are.
    pub cases: usize,
    /// Cases that passed.
    pub passed: usize,
    /// Cases that failed.
    pub failed: usize,
    /// Cases that somebody's client cannot do.
    pub skipped: usize,
    /// Whether a file is at fault.
    pub cannot_work: bool,
}

#[cfg(test)]
mod tests {
    use super::super::junit::text;
    use super::super::tests::results;
    use super::*;

    fn merged_texts(texts: &[String]) -> Merged {
        merged(texts.iter().map(|text| read(text).unwrap()).collect())
    }

    #[test]
    fn reports_of_shards_become_one() {
        let [passed, failed] = results();
        let both = merged_texts(&[text(&[passed]), text(&[failed])]);
        assert_eq!((both.passed, both.failed, both.skipped), (1, 1, 0));
        assert_eq!(both.text.matches("<testsuite ").count(), 1, "{}", both.text);
        assert!(both.text.contains("+ a: &lt;2&gt;") && both.text.contains("tests=\"2\""), "{}", both.text);
        assert!(read("<html/>").is_err());
    }

    #[test]
    fn the_last_of_several_counts_and_two_of_one_report_stay_two() {
        let [passed, failed] = results();
        let mended = crate::scenario::result::CaseResult { failures: Vec::new(), ..failed.clone() };
        let rerun = merged_texts(&[text(&[passed.clone(), failed.clone()]), text(std::slice::from_ref(&mended))]);
        assert_eq!((rerun.passed, rerun.failed), (2, 0), "{}", rerun.text);
        let one = merged_texts(&[text(&[failed, mended])]);
        assert_eq!((one.passed, one.failed), (1, 1), "{}", one.text);
        let skipped = crate::scenario::result::CaseResult { skipped: Some("it cannot".to_owned()), ..passed };
        let skipped = merged_texts(&[text(&[skipped])]);
        assert_eq!((skipped.passed, skipped.failed, skipped.skipped), (0, 1, 1), "{}", skipped.text);
    }
}

//! `run --failed FILE`: the cases that did not pass in an earlier run. One that cannot be run now is an error, or it would be
//! taken for mended.

use std::path::{Path, PathBuf};

use super::places::Unread;
use super::report_target;
use crate::scenario::result::CaseResult;
use crate::scenario::{Case, Scenario};

/// The cases of a report that did not pass.
pub(super) struct Failed {
    report: PathBuf,
    cases: Vec<CaseResult>,
}

impl Failed {
    /// Reads a JSON report.
    pub(super) fn read(report: &Path) -> Result<Self, miette::Report> {
        let results = report_target::results(report)?.into_iter();
        let cases = results.filter(|result| result.failed() && !result.is_too_few()).collect();
        Ok(Self { report: report.to_owned(), cases })
    }

    /// Whether there is any.
    pub(super) fn is_any(&self) -> bool {
        !self.cases.is_empty()
    }

    /// Keeps the cases that failed, and the files that cannot be read now in which one is that failed.
    pub(super) fn keep(&self, cases: &mut Vec<Case>, wrong: &mut Vec<Unread>) -> Result<(), miette::Report> {
        cases.retain(|case| self.cases.iter().any(|failed| failed.name == case.name || is_unread_case(failed, case)));
        wrong.retain(|unread| self.cases.iter().any(|failed| is_of(failed, &unread.result)));
        let is_there = |failed: &&CaseResult| {
            cases.iter().any(|case| case.name == failed.name || is_unread_case(failed, case))
                || wrong.iter().any(|unread| is_of(failed, &unread.result))
                || is_left_out(failed)
        };
        let gone: Vec<String> = self.cases.iter().filter(|failed| !is_there(failed)).map(named).collect();
        if gone.is_empty() {
            return Ok(());
        }
        let help = "it was renamed or removed, or the report is of another folder; run the suite for a report of today";
        Err(miette::miette!(
            help = help,
            "failed in {} and not there any more: {}",
            self.report.display(),
            gone.join(", ")
        ))
    }
}

fn named(failed: &CaseResult) -> String {
    format!("{} ({})", failed.name, failed.file.display())
}

/// Whether a case is of a file that could not be read then, so that none of its cases had a name.
fn is_unread_case(failed: &CaseResult, case: &Case) -> bool {
    failed.is_unread() && CaseResult::name_of(&case.scenario.file.path) == failed.name
}

/// Whether a file that cannot be read holds the case that failed.
fn is_of(failed: &CaseResult, unread: &CaseResult) -> bool {
    failed.name == unread.name || failed.name.strip_prefix(&unread.name).is_some_and(|rest| rest.starts_with('.'))
}

/// Whether the case is there and was not asked for, by place, tag, text or variant.
fn is_left_out(failed: &CaseResult) -> bool {
    match Scenario::load(&failed.file) {
        Ok(scenario) => failed.is_unread() || scenario.cases().iter().any(|case| case.name == failed.name),
        Err(_) => failed.file.is_file(),
    }
}

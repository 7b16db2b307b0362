//! What a run found. A failed expectation is a result like any other; reports read these and nothing else.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::scenario::language::finding::ScenarioError;
use crate::scenario::language::scenario::name_of;
use crate::scenario::run::case::Case;
use crate::scenario::run::exercised::Exercised;
use crate::scenario::run::failure::{Failure, FailureKind};
use crate::scenario::run::timeline::Timeline;

/// What stands for a step where a file cannot be read.
const UNREAD: &str = "file";

/// What stands for a step where a case was not begun.
pub(in crate::scenario) const NOT_BEGUN: &str = "start";

/// The name of the entry that says that too few cases were run.
const TOO_FEW: &str = "cases that were run";

/// What became of a case.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The name of the case: its scenario's, and the variant behind a dot.
    pub name: String,
    /// The title of the scenario.
    pub title: String,
    /// The file of the scenario.
    pub file: PathBuf,
    /// Why it did not pass; empty when it did.
    pub failures: Vec<Failure>,
    /// Why somebody's client was not asked, or not to the end: it cannot do this. Such a case has neither passed nor failed.
    pub skipped: Option<String>,
    /// Snapshots that were accepted.
    pub accepted: usize,
    /// Real time it took.
    pub elapsed: Duration,
    /// Which operations, connectors and the like it exercised.
    pub exercised: Box<Exercised>,
    /// What happened step by step, when it was asked for and the scenario ended.
    pub timeline: Option<Box<Timeline>>,
}

impl CaseResult {
    /// A case of which nothing is known yet.
    pub(in crate::scenario) fn of(case: &Case) -> Self {
        Self {
            name: case.name.clone(),
            title: case.scenario.script.title.get().clone(),
            file: case.scenario.file.path.clone(),
            failures: Vec::new(),
            skipped: None,
            accepted: 0,
            elapsed: Duration::ZERO,
            exercised: Box::default(),
            timeline: None,
        }
    }

    /// Why it was not begun, where the run ended before.
    pub fn not_begun(&self) -> Option<&str> {
        match self.failures.as_slice() {
            [only] if only.kind == FailureKind::Stopped && only.step == NOT_BEGUN => Some(&only.message),
            _ => None,
        }
    }

    /// Whether its file could not be read, so that nothing ran.
    pub fn is_unread(&self) -> bool {
        !self.failures.is_empty() && self.failures.iter().all(|failure| failure.step == UNREAD)
    }

    /// A file that could not be read, with all that is wrong with it.
    pub fn of_unread(path: &Path, error: &ScenarioError) -> Self {
        let failure = |file: Option<PathBuf>, line, message: String, detail: String| Failure {
            kind: FailureKind::CannotWork,
            file,
            line,
            column: None,
            step: UNREAD.to_owned(),
            message,
            detail,
        };
        let failures = match error {
            ScenarioError::Wrong { findings, .. } => findings
                .iter()
                .map(|finding| {
                    let line = finding.place.as_ref().map_or(1, |place| place.line.max(1));
                    let file = finding.origin.as_ref().map(|origin| origin.file.path.clone());
                    let help = finding.help.as_ref().map(|help| format!("{help}\n")).unwrap_or_default();
                    failure(file, line, finding.told(), help)
                })
                .collect(),
            other => vec![failure(None, 1, other.to_string(), String::new())],
        };
        let name = name_of(path);
        Self {
            title: name.clone(),
            name,
            file: path.to_owned(),
            failures,
            skipped: None,
            accepted: 0,
            elapsed: Duration::ZERO,
            exercised: Box::default(),
            timeline: None,
        }
    }

    /// The name of a file's scenario, which its cases begin with.
    pub fn name_of(path: &Path) -> String {
        name_of(path)
    }

    /// The entry of a run in which too few cases were run; `file` is that of one that was not.
    pub fn of_too_few(file: &Path, title: &str, why: String) -> Self {
        Self {
            name: TOO_FEW.to_owned(),
            title: title.to_owned(),
            file: file.to_owned(),
            failures: vec![Failure {
                kind: FailureKind::TooFew,
                file: None,
                line: 1,
                column: None,
                step: "run".to_owned(),
                message: why,
                detail: String::new(),
            }],
            skipped: None,
            accepted: 0,
            elapsed: Duration::ZERO,
            exercised: Box::default(),
            timeline: None,
        }
    }

    /// Whether this is no case, but says that too few were run.
    pub fn is_too_few(&self) -> bool {
        self.failures.iter().any(|failure| failure.kind == FailureKind::TooFew)
    }

    /// The file that a failure's line is in.
    pub fn file_of<'a>(&'a self, failure: &'a Failure) -> &'a Path {
        failure.file.as_deref().unwrap_or(&self.file)
    }

    /// Whether everything was as expected.
    pub fn passed(&self) -> bool {
        self.failures.is_empty() && self.skipped.is_none()
    }

    /// Whether something is wrong.
    pub fn failed(&self) -> bool {
        !self.failures.is_empty()
    }

    /// Whether snapshots of it wait for a decision.
    pub fn has_new_snapshots(&self) -> bool {
        self.failures.iter().any(|failure| failure.kind == FailureKind::Snapshot)
    }

    /// Whether the file itself is at fault.
    pub fn cannot_work(&self) -> bool {
        self.failures.iter().any(|failure| failure.kind == FailureKind::CannotWork)
    }
}

//! Why a case did not pass.

use std::path::PathBuf;

use crate::scenario::language::step::Step;
use crate::scenario::language::text::span::Place;

/// Why a case did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FailureKind {
    /// An expectation does not hold.
    Unmet,
    /// A snapshot differs or is new.
    Snapshot,
    /// A step cannot work: the file asks for something that is not there, or a folder cannot be written.
    CannotWork,
    /// The scenario was given up: it hangs, or we broke.
    Stopped,
    /// Somebody's own client hangs, crashes or says something else than it should.
    Broken,
    /// Too few cases were run, so that the others say nothing. It is of a run, not of a case.
    TooFew,
}

impl FailureKind {
    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unmet => "unmet",
            Self::Snapshot => "snapshot",
            Self::CannotWork => "cannot-work",
            Self::Stopped => "stopped",
            Self::Broken => "broken",
            Self::TooFew => "too-few",
        }
    }

    /// Whether nothing more is run after it.
    pub(in crate::scenario) fn ends_the_scenario(self) -> bool {
        matches!(self, Self::CannotWork | Self::Broken)
    }
}

/// One reason why a case failed, and where.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The kind of the failure, by which reports sort it.
    pub kind: FailureKind,
    /// The file of the fragment that the step stands in; `None` for the scenario's own.
    pub file: Option<PathBuf>,
    /// Line of the step, or of what is wrong in it.
    pub line: usize,
    /// The column of what is wrong, where that is known; counted from 1.
    pub column: Option<usize>,
    /// The step, such as `expect` or `snapshot end`.
    pub step: String,
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// A diff or a list, with a line feed at its end; may be empty.
    pub detail: String,
}

impl Failure {
    /// Line and column as they stand behind a file's name.
    pub fn place(&self) -> String {
        match self.column {
            Some(column) => format!("{}:{column}", self.line),
            None => self.line.to_string(),
        }
    }

    /// The same, at a place in the step; where that is unknown, at the step.
    #[must_use]
    pub(in crate::scenario) fn at(self, place: Option<Place>) -> Self {
        match place.filter(|place| place.line > 0) {
            Some(place) => Self { line: place.line, column: Some(place.column), ..self },
            None => self,
        }
    }

    /// The same, of a step that may stand in a fragment.
    #[must_use]
    pub(in crate::scenario) fn from(self, step: &Step) -> Self {
        let Some(origin) = &step.1 else { return self };
        let message = format!("{} ({origin})", self.message);
        Self { file: Some(origin.file.path.clone()), message, ..self }
    }
}

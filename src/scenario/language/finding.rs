//! What is wrong with a file, in a form that can be drawn on its text.

use super::source::SourceFile;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::nearest;
use crate::scenario::language::origin::Origin;
use crate::scenario::language::renamed::is_old;
use crate::scenario::language::text::span::Place;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// Where, when it has a place.
    pub place: Option<Place>,
    /// What to write instead.
    pub help: Option<String>,
    /// The fragment it is in; `None` for the scenario itself.
    pub origin: Option<Arc<Origin>>,
}

impl Finding {
    /// A finding at a place.
    pub fn at(place: Place, message: impl Into<String>) -> Self {
        Self { message: message.into(), place: Some(place), help: None, origin: None }
    }

    /// The same with a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What, and for a fragment where it is used.
    pub fn told(&self) -> String {
        match &self.origin {
            Some(origin) => format!("{} ({origin})", self.message),
            None => self.message.clone(),
        }
    }

    /// Whether it says that something is not there, which may be because it could not be read.
    pub fn is_of_absence(&self) -> bool {
        const ABSENT: &[&str] = &[
            "nothing ",
            "it is not said",
            "a customer has ",
            "an address has ",
            "a guest has ",
            "the integration does not say",
            "addresses are not ",
            "the scenario has no steps",
            "the title is empty",
            "the snapshot holds nothing",
            "a guest who buys ",
        ];
        ABSENT.iter().any(|start| self.message.starts_with(start))
    }

    /// The same with a remedy, when there is one.
    #[must_use]
    pub fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }
}

/// Why a scenario cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The file cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Unreadable {
        /// The file that could not be read or written.
        path: PathBuf,
        /// The error underneath.
        cause: std::io::Error,
    },
    /// No file was found.
    #[error("no scenario files at {}; a scenario is a .yaml file with a title and steps", path.display())]
    NoneFound {
        /// The folder or file that was looked into.
        path: PathBuf,
    },
    /// The file says something that cannot be.
    #[error("{}", Findings(source_file, findings))]
    Wrong {
        /// The file with its text, for messages that point into it.
        source_file: Arc<SourceFile>,
        /// All that is wrong with it, in the order of the file.
        findings: Vec<Finding>,
    },
}

struct Findings<'a>(&'a SourceFile, &'a [Finding]);

impl fmt::Display for Findings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, finding) in self.1.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            let file = finding.origin.as_ref().map_or(self.0, |origin| origin.file.as_ref());
            write!(f, "{}", file.path.display())?;
            if let Some(place) = &finding.place {
                write!(f, ":{place}")?;
            }
            write!(f, ": {}", finding.told())?;
            if let Some(help) = &finding.help {
                write!(f, "; {help}")?;
            }
        }
        Ok(())
    }
}

/// The nearest known word, for "did you mean".
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest::did_you_mean(word, known)
}

/// The nearest known word, and the others while the list is short enough to read.
pub fn choices(word: &str, known: &[&str]) -> String {
    let known: Vec<&str> = known.iter().copied().filter(|word| !is_old(word)).collect();
    nearest::choices(word, &known)
}

/// A path with forward slashes on every system.
pub fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

//! Where a step that stands in a fragment comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::scenario::language::source::SourceFile;

/// The file a step stands in, and the places that use it.
#[derive(Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file its places are in.
    pub file: Arc<SourceFile>,
    /// From the scenario inwards; the last one is the nearest.
    pub uses: Vec<Used>,
    /// What its variables are there.
    pub values: BTreeMap<String, String>,
}

/// A `use` step that put steps into the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The fragment it names.
    pub fragment: String,
    /// The file it stands in.
    pub file: PathBuf,
    /// The line of the `use` step.
    pub line: usize,
}

impl Origin {
    /// The line of the scenario itself that leads to the step.
    pub fn line_of_scenario(&self) -> Option<usize> {
        self.uses.first().map(|used| used.line)
    }
}

/// As the end of a message: in `register`, used at scenarios/a.yaml:9.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, used) in self.uses.iter().rev().enumerate() {
            if number == 0 {
                write!(f, "in `{}`", used.fragment)?;
            }
            write!(f, ", used at {}:{}", used.file.display(), used.line)?;
        }
        Ok(())
    }
}

//! What became of a case after trouble.

use super::strike::Strike;
use crate::quirk::Quirk;
use crate::scenario::run::compare::Difference;

/// What became of a scenario after trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Verdict {
    /// The same end, and the sync in trouble succeeded by itself.
    Retried,
    /// The same end, after another sync.
    Converged,
    /// Something is missing or different in the end.
    Lost,
    /// Something is there twice in the end.
    Doubled,
    /// The sync does not succeed any more, or something still waits to be exported.
    Stuck,
}

impl Verdict {
    /// Whether the scenario ended as it should.
    pub fn is_well(self) -> bool {
        matches!(self, Self::Retried | Self::Converged)
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retried => "retried",
            Self::Converged => "converged",
            Self::Lost => "lost",
            Self::Doubled => "doubled",
            Self::Stuck => "stuck",
        }
    }
}

/// One attempt that went wrong.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The disruptions that struck.
    pub strikes: Vec<Strike>,
    /// What became of it.
    pub verdict: Verdict,
    /// What is different in the end.
    pub differences: Vec<Difference>,
    /// Why the sync does not succeed, when it does not.
    pub message: String,
    /// The smallest scenario that shows it, when its file can be cut into steps.
    pub reproduction: Option<Result<String, String>>,
    /// The quirks behind it; nothing when nobody asked.
    pub blame: Option<Blame>,
}

/// The quirks behind a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blame {
    /// Without any one of these the scenario ends well.
    Each(Vec<Quirk>),
    /// Without all of these it does; with one of them it does not.
    Together(Vec<Quirk>),
    /// It does not even without all defects.
    Nothing,
}

impl Failed {
    /// Whether quirks are known to be behind it.
    pub fn is_known(&self) -> bool {
        self.blame.as_ref().is_some_and(|blame| !blame.quirks().is_empty())
    }
}

impl Blame {
    /// The quirks.
    pub fn quirks(&self) -> &[Quirk] {
        match self {
            Self::Each(quirks) | Self::Together(quirks) => quirks,
            Self::Nothing => &[],
        }
    }
}

//! How cases are run.

use crate::snapshot::Mode;

/// What carries a scenario's HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Carrier {
    /// A pipe in memory, on a paused runtime.
    InMemory,
    /// Loopback sockets, on a runtime whose time passes; the scenario's clock is a value all the same.
    Tcp,
}

/// How cases are run.
#[derive(Clone, Copy, Debug)]
pub struct RunOptions {
    /// What carries the HTTP.
    pub carrier: Carrier,
    /// What happens to snapshots that differ.
    pub mode: Mode,
    /// Whether results say what happened step by step.
    pub keeps_timeline: bool,
}

impl RunOptions {
    /// Runs that keep nothing but results.
    pub fn new(carrier: Carrier, mode: Mode) -> Self {
        Self { carrier, mode, keeps_timeline: false }
    }

    /// The same, with a timeline in each result.
    pub fn with_timeline(self) -> Self {
        Self { keeps_timeline: true, ..self }
    }
}

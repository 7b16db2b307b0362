//! What every format of reports is made of, whichever it is: head, results, tail.

use std::time::Duration;

use crate::scenario::result::CaseResult;

/// What a report says besides results.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Scenarios in the run.
    pub scenarios: usize,
    /// Which part of the suite it is.
    pub shard: Option<String>,
    /// Files that could not be read, so that their scenarios are in no result.
    pub unread: usize,
    /// How many cases have to be run where somebody's client acts.
    pub at_least: Option<usize>,
}

/// What a format makes of a run, part by part. One that has its sums in its head comes whole at the end.
pub(super) struct Parts {
    /// What comes before the results.
    pub(super) head: fn(&About) -> String,
    /// One result, counted from 1.
    pub(super) result: fn(usize, &CaseResult) -> String,
    /// What comes after the results.
    pub(super) tail: fn(&About, &[CaseResult], Duration) -> String,
}

impl Parts {
    /// For formats without some of the parts.
    pub(super) const NONE: Self =
        Self { head: |_| String::new(), result: |_, _| String::new(), tail: |_, _, _| String::new() };
}

//! Results as people and CI read them. Knows what a run found ([`crate::scenario::result`]) and nothing of how.
#![doc(hidden)]

pub mod conform;
pub mod console;
pub mod enough;
pub mod file;
pub mod format;
pub mod github;
pub mod html;
pub mod json;
pub mod junit;
pub mod junit_merge;
pub mod matrix;
pub mod page;
mod parts;
pub mod progress;
pub mod tap;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::scenario::failure::{Failure, FailureKind};
    use crate::scenario::result::CaseResult;

    /// One that passed and one that did not.
    pub(super) fn results() -> [CaseResult; 2] {
        let result = |name: &str, failures| CaseResult {
            name: name.to_owned(),
            title: "A scenario".to_owned(),
            file: "scenarios/a/b.yaml".into(),
            failures,
            skipped: None,
            accepted: 0,
            elapsed: Duration::from_millis(7),
            exercised: Box::default(),
            timeline: None,
        };
        let failure = Failure {
            kind: FailureKind::Snapshot,
            file: None,
            line: 9,
            column: None,
            step: "snapshot end".to_owned(),
            message: "differs".to_owned(),
            detail: "- a: 1\n+ a: <2>\n".to_owned(),
        };
        [result("a/c", Vec::new()), result("a/b", vec![failure])]
    }
}

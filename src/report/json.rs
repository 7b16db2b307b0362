//! Results as JSON lines: one object a line, told apart by `type`. The schema in `docs/report.schema.json` is made from
//! these types; `mockgento report merge` reads them back.

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};

use super::parts::{About, Parts};
use crate::printable;
use crate::scenario::failure::{Failure, FailureKind};
use crate::scenario::result::CaseResult;

/// The number of this format; it grows when a reader of the old one would be misled.
pub const FORMAT: u32 = 1;

/// JSON lines as a format of reports.
pub(super) const PARTS: Parts = Parts {
    head: |about| text(&Line::Run(Run::of(about))),
    result: |_, result| text(&Line::Scenario(Scenario::of(result))),
    tail: |_, results, elapsed| text(&Line::Summary(Summary::of(results, elapsed))),
};

/// One line of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Line {
    /// The first line: what is run.
    Run(Run),
    /// One scenario, or one variant of one.
    Scenario(Scenario),
    /// The last line; without it the run was cut off.
    Summary(Summary),
}

/// What is run, by which release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The number of this format: 1.
    pub format: u32,
    /// The release of Mockgento.
    pub mockgento: String,
    /// Scenarios in this run.
    pub scenarios: usize,
    /// Which part of the suite this is, such as `2/4`; absent for a whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// How many cases have to be run where somebody's client acts; absent where none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<usize>,
}

/// What became of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scenario {
    /// Its name: the path below `scenarios` without the extension, and `.variant` behind it for one of several.
    pub name: String,
    /// The title of the scenario.
    pub title: String,
    /// Its file, as it was found, with forward slashes.
    pub file: String,
    /// Whether the case passed.
    pub status: Status,
    /// Real time it took, in milliseconds.
    pub ms: f64,
    /// Snapshots that were accepted.
    pub accepted: usize,
    /// Why somebody's client was not asked, for a case that was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// Why it did not pass; empty when it did.
    pub failures: Vec<FailureLine>,
}

/// Whether a case passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Everything was as expected.
    Passed,
    /// An expectation is not met, or a snapshot differs.
    Failed,
    /// The scenario cannot work or did not end.
    Error,
    /// Somebody's client cannot do it.
    Skipped,
}

/// One reason why a case failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FailureLine {
    /// `unmet`: an expectation; `snapshot`: one differs or is new; `cannot-work`: the file asks for something that is
    /// not there; `stopped`: it was given up; `broken`: somebody's client hangs, crashes or says what it should not;
    /// `too-few`: too few cases were run.
    pub kind: String,
    /// The file of the fragment that the step stands in; left out for the scenario's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line of the step in the file, from 1, or of what is wrong in it.
    pub line: usize,
    /// The column of what is wrong, from 1; left out for the whole step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The step, such as `expect` or `snapshot end`.
    pub step: String,
    /// What is wrong, in a few words.
    pub message: String,
    /// A diff or a list; may be empty.
    pub detail: String,
}

/// How many cases passed and failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Cases that passed.
    pub passed: usize,
    /// Cases that failed.
    pub failed: usize,
    /// Cases that somebody's client cannot do.
    #[serde(default, skip_serializing_if = "is_none")]
    pub skipped: usize,
    /// Real time of the whole run, in milliseconds; of a merged one, the sum of its scenarios.
    pub ms: f64,
}

const KINDS: [FailureKind; 6] = [
    FailureKind::Unmet,
    FailureKind::Snapshot,
    FailureKind::CannotWork,
    FailureKind::Stopped,
    FailureKind::Broken,
    FailureKind::TooFew,
];

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_none(many: &usize) -> bool {
    *many == 0
}

impl Status {
    /// The status of a result.
    pub fn of(result: &CaseResult) -> Self {
        let beyond = |failure: &Failure| !matches!(failure.kind, FailureKind::Unmet | FailureKind::Snapshot);
        match result.failures.as_slice() {
            [] if result.skipped.is_some() => Self::Skipped,
            [] => Self::Passed,
            failures if failures.iter().any(beyond) => Self::Error,
            _ => Self::Failed,
        }
    }
}

impl Run {
    /// The first line of a run.
    fn of(about: &About) -> Self {
        Self {
            format: FORMAT,
            mockgento: env!("CARGO_PKG_VERSION").to_owned(),
            scenarios: about.scenarios,
            shard: about.shard.clone(),
            at_least: about.at_least,
        }
    }
}

impl Summary {
    /// The sums of these results.
    pub fn of(results: &[CaseResult], elapsed: Duration) -> Self {
        let passed = results.iter().filter(|result| result.passed()).count();
        let failed = results.iter().filter(|result| result.failed()).count();
        Self { passed, failed, skipped: results.len() - passed - failed, ms: millis(elapsed) }
    }

    /// The sums in words.
    pub fn told(&self) -> String {
        let skipped = if self.skipped > 0 { format!(", {} skipped", self.skipped) } else { String::new() };
        format!("{} passed, {} failed{skipped}", self.passed, self.failed)
    }
}

impl Scenario {
    /// The line of a result.
    pub fn of(result: &CaseResult) -> Self {
        let failure = |failure: &Failure| FailureLine {
            kind: failure.kind.as_str().to_owned(),
            file: failure.file.as_deref().map(slashed),
            line: failure.line,
            column: failure.column,
            step: failure.step.clone(),
            message: failure.message.clone(),
            detail: failure.detail.clone(),
        };
        Self {
            name: result.name.clone(),
            title: result.title.clone(),
            file: slashed(&result.file),
            status: Status::of(result),
            ms: millis(result.elapsed),
            accepted: result.accepted,
            skipped: result.skipped.clone(),
            failures: result.failures.iter().map(failure).collect(),
        }
    }

    /// Back again; a kind of failure we do not know is one of an expectation.
    pub fn into_result(self) -> CaseResult {
        let failure = |line: FailureLine| Failure {
            kind: KINDS.into_iter().find(|kind| kind.as_str() == line.kind).unwrap_or(FailureKind::Unmet),
            file: line.file.map(Into::into),
            line: line.line,
            column: line.column,
            step: line.step,
            message: line.message,
            detail: line.detail,
        };
        CaseResult {
            name: self.name,
            title: self.title,
            file: self.file.into(),
            failures: self.failures.into_iter().map(failure).collect(),
            skipped: self.skipped,
            accepted: self.accepted,
            elapsed: Duration::try_from_secs_f64(self.ms / 1000.0).unwrap_or_default(),
            exercised: Box::default(),
            timeline: None,
        }
    }
}

/// Milliseconds with three digits behind the point.
pub fn millis(time: Duration) -> f64 {
    time.as_micros() as f64 / 1000.0
}

/// A path as every system writes it in reports.
pub(super) fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// A line with its line feed.
pub fn text(line: &Line) -> String {
    printable::json(&serde_json::to_string(line).unwrap_or_default()).into_owned() + "\n"
}

/// A report that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonReadError {
    /// A line is not one of a report.
    #[error("line {line} is not one of a Mockgento report: {cause}")]
    Line {
        /// The number of the line, counted from 1.
        line: usize,
        /// The error underneath.
        cause: String,
    },
    /// A report of a later release.
    #[error("it has format {0}, this release of Mockgento reads up to {FORMAT}; use the release that wrote it")]
    Newer(u32),
    /// No first or last line.
    #[error("it has no {0} line: the run that wrote it was cut off")]
    CutOff(&'static str),
    /// Lines were lost or came twice on the way.
    #[error(
        "its lines are {lines}, its summary says {summary}: lines were lost or came twice; take the file as the run wrote it"
    )]
    Sums {
        /// What the lines sum up to.
        lines: String,
        /// What the last line says.
        summary: String,
    },
}

/// What a report says.
#[derive(Clone, Debug)]
pub struct Read {
    /// The first line of the report.
    pub run: Run,
    /// The results in its order.
    pub results: Vec<CaseResult>,
}

/// Reads a report.
///
/// # Errors
/// When a line is not one of a report, or the first or last is missing.
pub fn read(text: &str) -> Result<Read, JsonReadError> {
    let (mut run, mut results, mut ended) = (None, Vec::new(), None);
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |cause: serde_json::Error| JsonReadError::Line { line: number + 1, cause: cause.to_string() };
        match serde_json::from_str(line).map_err(wrong)? {
            Line::Run(known) if known.format > FORMAT => return Err(JsonReadError::Newer(known.format)),
            Line::Run(known) => run = Some(known),
            Line::Scenario(scenario) => results.push(scenario.into_result()),
            Line::Summary(summary) => ended = Some(summary),
        }
    }
    match (run, ended) {
        (None, _) => Err(JsonReadError::CutOff("run")),
        (_, None) => Err(JsonReadError::CutOff("summary")),
        (Some(run), Some(summary)) => {
            let lines = Summary::of(&results, Duration::ZERO);
            if lines.told() == summary.told() {
                Ok(Read { run, results })
            } else {
                Err(JsonReadError::Sums { lines: lines.told(), summary: summary.told() })
            }
        }
    }
}

/// The JSON schema of a line, as pretty JSON.
pub fn schema() -> String {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Line>();
    schema.insert("title".to_owned(), "A line of a Mockgento report".into());
    format!("{:#}\n", schema.as_value())
}

#[cfg(test)]
mod tests {
    use super::super::tests::results;
    use super::*;

    #[test]
    fn the_committed_schema_is_the_one_of_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.schema.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == schema(), "run: cargo run -- schema report > docs/report.schema.json");
    }

    #[test]
    fn a_result_comes_back_as_it_was() {
        for result in results() {
            let back = Scenario::of(&result).into_result();
            assert_eq!(format!("{back:?}"), format!("{result:?}"));
        }
    }

    #[test]
    fn what_is_no_whole_report_is_refused() {
        let run =
            text(&Line::Run(Run { format: 1, mockgento: "0.1.0".into(), scenarios: 0, shard: None, at_least: None }));
        let newer = run.replace("\"format\":1", "\"format\":2");
        let end = text(&Line::Summary(Summary { passed: 0, failed: 0, skipped: 0, ms: 0.0 }));
        assert!(read(&format!("{run}{end}")).is_ok());
        for (report, expected) in [
            (run.clone(), "it has no summary line"),
            (end.clone(), "it has no run line"),
            (format!("{run}{{\"type\":\"Scenario\"}}\n"), "line 2 is not one of a Mockgento report"),
            (newer, "it has format 2"),
            (String::new(), "it has no run line"),
            (
                run.clone() + &end.replace("\"passed\":0", "\"passed\":1"),
                "its lines are 0 passed, 0 failed, its summary says 1 passed, 0 failed",
            ),
        ] {
            let message = read(&report).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{message}");
        }
    }
}

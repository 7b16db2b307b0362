//! What the page's scripts read. Names are short where there are many of them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::file;
use super::pack::{TextAt, Texts};
use crate::report::console::again;
use crate::report::json::{FailureLine, Scenario as Reported, Status};
use crate::scenario::Case;
use crate::scenario::coverage::Matrix;
use crate::scenario::result::CaseResult;
use crate::scenario::timeline::{
    CALLS_MAX, Cells, Change, ColumnChange, ROWS_MAX, RowChange, TEXT_MAX, TableChange, Timeline, ToldCall, ToldStep,
};

/// The whole run as the page reads it.
#[derive(Serialize)]
pub(super) struct Run<'a> {
    pub(super) mockgento: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) shard: Option<&'a str>,
    /// Files that could not be read.
    pub(super) unread: usize,
    pub(super) scenarios: &'a [Scenario],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) coverage: Option<Vec<Section>>,
    pub(super) limits: Limits,
}

/// Real time, the only thing in a page that two runs do not share.
#[derive(Serialize)]
pub(super) struct Wall<'a> {
    pub(super) ms: &'a [f64],
    /// Of each scenario the time of its steps.
    pub(super) steps: &'a [Vec<f64>],
    /// When the page was made, in UTC.
    pub(super) at: String,
    pub(super) total: f64,
}

/// What a timeline keeps at most.
#[derive(Serialize)]
pub(super) struct Limits {
    calls: usize,
    rows: usize,
    text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { calls: CALLS_MAX, rows: ROWS_MAX, text: TEXT_MAX }
    }
}

/// A line of the list.
#[derive(Serialize)]
pub(super) struct Scenario {
    name: String,
    title: String,
    file: String,
    status: Status,
    accepted: usize,
    failures: Vec<FailureLine>,
    /// The command that repeats it, of one that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    again: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    steps: usize,
    calls: usize,
    /// The number of its pack; absent without a timeline.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<usize>,
}

impl Scenario {
    pub(super) fn of(result: &CaseResult, case: Option<&Case>, timeline: Option<usize>) -> Self {
        let reported = Reported::of(result);
        let steps = result.timeline.iter().flat_map(|timeline| &timeline.steps);
        let calls = steps.clone().map(|step| step.calls.len() + step.calls_left_out).sum();
        let script = case.map(|case| &case.scenario.script);
        Self {
            name: reported.name,
            title: reported.title,
            file: file(&result.file),
            status: reported.status,
            accepted: reported.accepted,
            failures: reported.failures,
            again: result.failed().then(|| again(result)),
            description: script.and_then(|script| script.description.clone()),
            tags: script.map(|script| script.tags.iter().map(|tag| tag.get().clone()).collect()).unwrap_or_default(),
            steps: steps.count().saturating_sub(1),
            calls,
            timeline,
        }
    }
}

/// A section of the coverage.
#[derive(Serialize)]
pub(super) struct Section {
    name: &'static str,
    covered: BTreeMap<String, Vec<usize>>,
    missing: Vec<String>,
}

impl Section {
    pub(super) fn of(matrix: &Matrix) -> Self {
        Self { name: matrix.name, covered: matrix.covered.clone(), missing: matrix.missing.clone() }
    }
}

/// What is looked at when a scenario is opened.
#[derive(Serialize)]
pub(super) struct TimelineData<'a> {
    setup: &'a str,
    steps: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Step<'a> {
    word: &'a str,
    line: usize,
    /// The fragment's file, and where it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<(String, &'a str)>,
    source: &'a str,
    at: &'a str,
    until: &'a str,
    /// Which of the scenario's failures are its own.
    failures: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<(bool, &'a str)>,
    calls: Vec<Call<'a>>,
    left_out: usize,
    crm: Vec<Table<'a>>,
    shop: Vec<Table<'a>>,
}

#[derive(Serialize)]
struct Call<'a> {
    /// None never reached the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    shop: &'a str,
    at: &'a str,
    op: &'a str,
    args: &'a [(String, String)],
    answer: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    failed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    http: Option<u16>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    struck: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
    /// Where the texts of request and answer are.
    #[serde(skip_serializing_if = "Option::is_none")]
    texts: Option<(TextAt, TextAt)>,
}

#[derive(Serialize)]
struct Table<'a> {
    t: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    shop: &'a str,
    count: usize,
    rows: Vec<Row<'a>>,
    #[serde(skip_serializing_if = "is_zero")]
    left_out: usize,
}

/// A row: whole when it is new, the columns that differ when it changed, its key alone when it is gone.
#[derive(Serialize)]
struct Row<'a> {
    k: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    a: Option<&'a Cells>,
    #[serde(skip_serializing_if = "Option::is_none")]
    d: Option<&'a [ColumnChange]>,
    /// The row before, when nothing earlier tells of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    b: Option<&'a Cells>,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl<'a> TimelineData<'a> {
    pub(super) fn of(timeline: &'a Timeline, texts: &mut Texts) -> Self {
        Self { setup: &timeline.setup, steps: timeline.steps.iter().map(|step| Step::of(step, texts)).collect() }
    }
}

impl<'a> Step<'a> {
    fn of(step: &'a ToldStep, texts: &mut Texts) -> Self {
        Self {
            word: step.word,
            line: step.line,
            origin: step.origin.as_ref().map(|(path, used)| (file(path), used.as_str())),
            source: &step.source,
            at: &step.at,
            until: &step.until,
            failures: step.failures.clone().collect(),
            outcome: step.outcome.as_ref().map(|outcome| (outcome.success, outcome.message.as_str())),
            calls: step.calls.iter().map(|call| Call::of(call, texts)).collect(),
            left_out: step.calls_left_out,
            crm: step.crm.iter().map(|change| Table::of(change, "")).collect(),
            shop: step.shops.iter().map(|(shop, change)| Table::of(change, shop)).collect(),
        }
    }
}

impl<'a> Call<'a> {
    fn of(call: &'a ToldCall, texts: &mut Texts) -> Self {
        Self {
            n: call.number,
            shop: &call.shop,
            at: &call.at,
            op: &call.operation,
            args: &call.arguments,
            answer: &call.answer,
            failed: call.failed,
            http: call.http_status,
            struck: &call.disruptions,
            why: call.why.as_deref(),
            texts: call.envelopes.as_ref().map(|kept| (texts.place(&kept.request), texts.place(&kept.answer))),
        }
    }
}

impl<'a> Table<'a> {
    fn of(change: &'a TableChange, shop: &'a str) -> Self {
        let rows = change.rows.iter().map(Row::of).collect();
        Self { t: &change.table, shop, count: change.count, rows, left_out: change.left_out }
    }
}

impl<'a> Row<'a> {
    fn of(row: &'a RowChange) -> Self {
        let (a, d) = match &row.change {
            Change::Added(cells) => (Some(cells), None),
            Change::Changed(columns) => (None, Some(columns.as_slice())),
            Change::Removed => (None, None),
        };
        Self { k: &row.key, a, d, b: row.base.as_ref() }
    }
}

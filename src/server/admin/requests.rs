//! What came over the wire: the journal, filtered.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::{AdminRequest, Problem, Reply, written_json};
use crate::server::journal::JournalEntry;
use crate::server::outcome::Outcome;
use crate::server::service::Service;

/// Which exchanges are asked for.
#[derive(Default)]
struct Filter {
    operation: Option<String>,
    outcome: Option<String>,
    since: Option<Timestamp>,
    after: u64,
    limit: Option<usize>,
}

const OUTCOMES: &[&str] = &["value", "fault", "wsdl", "page"];

impl Filter {
    fn read(request: &AdminRequest) -> Result<Self, Problem> {
        let mut filter = Self::default();
        for (name, value) in request.parameters(&["operation", "outcome", "since", "after", "limit"])? {
            match name.as_str() {
                "operation" => filter.operation = Some(value),
                "outcome" if OUTCOMES.contains(&value.as_str()) => filter.outcome = Some(value),
                "outcome" => return Err(wrong(&name, &value, &OUTCOMES.join(", "))),
                "since" => {
                    filter.since = Some(value.parse().map_err(|_| wrong(&name, &value, "2026-01-31T09:00:00Z"))?);
                }
                "after" => filter.after = value.parse().map_err(|_| wrong(&name, &value, "a request's number"))?,
                _ => filter.limit = Some(value.parse().map_err(|_| wrong(&name, &value, "a whole number"))?),
            }
        }
        Ok(filter)
    }

    fn passes(&self, entry: &JournalEntry) -> bool {
        entry.number > self.after
            && self.operation.as_ref().is_none_or(|operation| *operation == entry.operation)
            && self.outcome.as_ref().is_none_or(|outcome| outcome == kind(&entry.outcome))
            && self.since.is_none_or(|since| entry.at >= since)
    }
}

fn wrong(name: &str, value: &str, expected: &str) -> Problem {
    Problem::bad_parameter(name, &format!("is \"{value}\""), expected)
}

fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Rows(_) | Outcome::Record(_) | Outcome::Scalar(_) => "value",
        Outcome::Fault { .. } => "fault",
        Outcome::Wsdl(_) => "wsdl",
        Outcome::Page(_) => "page",
    }
}

#[derive(Serialize)]
struct Listed<'a> {
    total: usize,
    last_number: u64,
    requests: Vec<&'a JournalEntry>,
}

pub(super) fn list(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let filter = Filter::read(request)?;
    let journal = service.locked_journal();
    let mut found: Vec<&JournalEntry> = journal.entries().iter().filter(|entry| filter.passes(entry)).collect();
    let total = found.len();
    if let Some(limit) = filter.limit {
        found.drain(..total.saturating_sub(limit));
    }
    written_json(&Listed { total, last_number: journal.last_number(), requests: found })
}

pub(super) fn one(service: &Service, _: &AdminRequest, number: &str) -> Result<Reply, Problem> {
    let journal = service.locked_journal();
    let found = journal.entries().iter().find(|entry| entry.number.to_string() == number);
    let shown = found.map(|entry| {
        let mut shown = json!(entry);
        if let Some(envelopes) = journal.envelopes(entry.number) {
            shown["request"] = json!(envelopes.request());
            shown["answer"] = json!(envelopes.answer());
        }
        Reply::Json(shown)
    });
    shown.ok_or_else(|| {
        let detail = format!("no request {number} is kept; the last one is {}", journal.last_number());
        Problem::new(404, "no such request", detail, "list them at /__admin/requests")
    })
}

pub(super) fn forget(service: &Service, _: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    service.locked_journal().clear();
    Ok(Reply::Done)
}

//! Whether the calls that came are those that a test wanted.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{AdminRequest, Problem, Reply, operations};
use crate::disrupt::WSDL_OPERATION;
use crate::matching::{Conditions, Count, Matcher};
use crate::server::journal::JournalEntry;
use crate::server::service::Service;
use crate::server::verify::{ANY_OPERATION, Together, Unmet, Wanted, counts, judge};

/// Calls that one question has: each is looked for among all that came.
const CALLS_MAX: usize = 1000;

/// Which calls should have come, and how many.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// Calls that there should have been.
    calls: Vec<Calls>,
    /// They came in the order of the list; others may have come in between.
    #[serde(default, rename = "in order", alias = "in_order")]
    in_order: bool,
    /// No other calls came; sessions and WSDL downloads do not count.
    #[serde(default, rename = "nothing else", alias = "nothing_else")]
    nothing_else: bool,
    /// Only calls with a greater number.
    #[serde(default)]
    after: u64,
}

/// Calls of one kind.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Calls {
    /// The operation, or `any`.
    to: String,
    /// What their arguments are like.
    #[serde(default)]
    with: Conditions,
    /// Only calls that were answered so: `ok`, `3 rows`, or such as `{"contains": "fault 5"}`.
    #[serde(default)]
    answered: Option<Matcher>,
    /// How many; at least one when left out.
    #[serde(default)]
    count: Option<Count>,
}

pub(super) fn verify(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let question: Question = request.yaml()?;
    if question.calls.len() > CALLS_MAX {
        return Err(Problem::bad_body(format!("more than {CALLS_MAX} calls are asked for at once")));
    }
    if question.calls.is_empty() && !question.nothing_else {
        return Err(Problem::bad_body("\"calls\" is empty, so nothing is asked"));
    }
    let wanted = question.calls.iter().map(|calls| calls.to.as_str());
    operations::check(service, wanted, &[ANY_OPERATION, WSDL_OPERATION])?;
    for calls in &question.calls {
        operations::check_arguments(service, &calls.to, &calls.with)?;
    }
    let contract = Arc::clone(service.locked_shop().contract());
    let journal = service.locked_journal();
    if let Some(first) = journal.first_kept().filter(|first| *first > question.after + 1) {
        let detail = format!("the calls {} to {} are not kept any more", question.after + 1, first - 1);
        let remedy =
            "verify earlier, or say \"after\": with the number of a later call, as GET /__admin/requests has it";
        return Err(Problem::new(409, "not all calls are kept", detail, remedy));
    }
    if question.after > journal.last_number() {
        let detail = format!("no call has the number {}; the last one has {}", question.after, journal.last_number());
        return Err(Problem::new(400, "nothing came after that call", detail, "GET /__admin/requests has the numbers"));
    }
    let calls: Vec<&JournalEntry> = journal.entries().iter().filter(|entry| entry.number > question.after).collect();
    let wanted: Vec<Wanted<'_>> = question
        .calls
        .iter()
        .map(|calls| Wanted {
            contract: &contract,
            to: &calls.to,
            with: &calls.with,
            answered: calls.answered.as_ref(),
            count: calls.count,
        })
        .collect();
    let together = Together { in_order: question.in_order, nothing_else: question.nothing_else };
    let unmet = judge(&calls, &wanted, together);
    if unmet.is_empty() {
        return Ok(Reply::Json(json!({"verified": true, "counts": counts(&calls, &wanted)})));
    }
    let told: Vec<String> = unmet
        .iter()
        .flat_map(|unmet: &Unmet| std::iter::once(unmet.message.clone()).chain(unmet.near_lines()))
        .collect();
    let remedy = "GET /__admin/requests lists the calls with their arguments";
    let problem = Problem::new(409, "the calls are not as wanted", told.join("; "), remedy);
    Err(problem.with("unmet", json!(unmet)))
}

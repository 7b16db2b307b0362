//! The shop's time: read it, set it, let it pass, make it stand.

use jiff::{SpanRelativeTo, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{AdminRequest, Problem, Reply};
use crate::clock::Clock;
use crate::server::service::Service;

/// What is to change. A clock that is to stand stops first, so that it shows exactly what it is set to; one that is to run
/// starts last.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    /// What it shows from now on.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    now: Option<Timestamp>,
    /// How far it is moved, such as `1h 30m`, `2 days` or `PT1H`.
    advance: Option<String>,
    /// Whether time passes by itself.
    runs: Option<bool>,
}

fn shown(clock: &Clock) -> Reply {
    Reply::Json(json!({"now": clock.now(), "runs": clock.runs()}))
}

pub(super) fn read(service: &Service, _: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    Ok(shown(service.locked_shop().clock()))
}

pub(super) fn change(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let change: Change = request.json()?;
    let clock = service.locked_shop().clock().clone();
    if !clock.can_be_set() {
        return Err(fixed("it is the machine's", "start the shop on Clock::adjustable or Clock::virtual_at"));
    }
    let advance = change.advance.as_deref().map(duration).transpose()?;
    if change.runs == Some(false) {
        let_run(&clock, false)?;
    }
    if let Some(now) = change.now {
        clock.set(now);
    }
    if let Some(by) = advance {
        clock.advance(by);
    }
    if change.runs == Some(true) {
        let_run(&clock, true)?;
    }
    Ok(shown(&clock))
}

fn let_run(clock: &Clock, runs: bool) -> Result<(), Problem> {
    let done = clock.let_run(runs);
    done.then_some(()).ok_or_else(|| fixed("it moves by hand only", "start the shop on Clock::adjustable"))
}

fn fixed(detail: &str, remedy: &str) -> Problem {
    Problem::new(409, "this shop's clock cannot do that", detail, remedy)
}

fn duration(text: &str) -> Result<jiff::SignedDuration, Problem> {
    let bad = || {
        let detail = format!("advance is \"{text}\", and that is no fixed length of time");
        Problem::new(
            400,
            "the body cannot be used",
            detail,
            "write one such as 1h 30m, 2 days or PT1H; months have no fixed length",
        )
    };
    let span: jiff::Span = text.parse().map_err(|_| bad())?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| bad())
}

//! Calls of one step as a timeline keeps them.

use serde_json::Value;

use super::{CALLS_MAX, ToldCall, ToldEnvelopes, shortened};
use crate::scenario::run::trace;
use crate::server::{Journal, JournalEntry, KeptAway, Outcome};

/// How far a journal has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark {
    entries: usize,
    kept_away: usize,
}

impl Mark {
    pub(super) fn of(journal: &Journal) -> Self {
        Self { entries: journal.entries().len(), kept_away: journal.kept_away().len() }
    }
}

/// Calls from there on, and how many of them are left out. Those that never reached the shop stand where they were made.
pub(super) fn of(journal: &Journal, from: Mark, shop: &str) -> (Vec<ToldCall>, usize) {
    let calls = journal.entries().get(from.entries..).unwrap_or_default();
    let mut away = journal.kept_away().get(from.kept_away..).unwrap_or_default().iter().take(CALLS_MAX).peekable();
    let left_away = journal.kept_away().len().saturating_sub(from.kept_away + CALLS_MAX);
    let mut wrong_between = 0;
    let mut kept = Vec::new();
    for (index, call) in calls.iter().enumerate() {
        while let Some(call) = away.next_if(|away| away.after < call.number) {
            kept.push(never_came(call, shop));
        }
        let at_an_end = index < CALLS_MAX || index + CALLS_MAX >= calls.len();
        if !at_an_end && (!is_remarkable(call) || wrong_between >= CALLS_MAX) {
            continue;
        }
        wrong_between += usize::from(!at_an_end);
        kept.push(told(journal, call, shop));
    }
    let left_out = calls.len() - kept.iter().filter(|call| call.number.is_some()).count();
    kept.extend(away.map(|call| never_came(call, shop)));
    (kept, left_out + left_away)
}

fn never_came(call: &KeptAway, shop: &str) -> ToldCall {
    ToldCall {
        number: None,
        shop: shop.to_owned(),
        at: crate::datetime::to_sql(call.at),
        operation: if call.operation.is_empty() { "unreadable".to_owned() } else { call.operation.clone() },
        arguments: Vec::new(),
        answer: "no connection".to_owned(),
        failed: true,
        http_status: None,
        disruptions: vec![call.disruption.to_owned()],
        why: None,
        envelopes: None,
    }
}

fn is_remarkable(call: &JournalEntry) -> bool {
    failed(call) || !call.disruptions.is_empty()
}

fn failed(call: &JournalEntry) -> bool {
    let refused = matches!(call.outcome, Outcome::Fault { .. } | Outcome::Page(_));
    refused || call.http_status >= 400 || call.why.is_some()
}

fn told(journal: &Journal, call: &JournalEntry, shop: &str) -> ToldCall {
    let envelopes = journal.envelopes(call.number);
    ToldCall {
        number: Some(call.number),
        shop: shop.to_owned(),
        at: crate::datetime::to_sql(call.at),
        operation: call.operation.clone(),
        arguments: trace::arguments(call).map(|(name, value)| (name.to_owned(), shortened(text(value)))).collect(),
        answer: call.answer(),
        failed: failed(call),
        http_status: Some(call.http_status),
        disruptions: call.disruptions.iter().map(crate::disrupt::Disruption::name).collect(),
        why: call.why.clone(),
        envelopes: envelopes.map(|kept| ToldEnvelopes { request: kept.request(), answer: kept.answer() }),
    }
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Array(lines) if lines.iter().all(Value::is_string) => {
            lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" and ")
        }
        Value::Object(members) if members.values().all(|value| !value.is_object() && !value.is_array()) => {
            let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let pair = |(name, value): (&String, &Value)| format!("{name} {}", plain(value));
            members.iter().map(pair).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

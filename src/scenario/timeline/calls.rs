//! Calls of one step as a timeline keeps them.

use serde_json::Value;

use super::{CALLS_MAX, ToldCall, ToldEnvelopes, shortened};
use crate::scenario::trace;
use crate::server::{Journal, JournalEntry, Outcome};

/// Calls from number `from` of the journal on, and how many of them are left out.
pub(super) fn of(journal: &Journal, from: usize, shop: &str) -> (Vec<ToldCall>, usize) {
    let calls = journal.entries().get(from..).unwrap_or_default();
    let mut wrong_between = 0;
    let mut kept = Vec::new();
    for (index, call) in calls.iter().enumerate() {
        let at_an_end = index < CALLS_MAX || index + CALLS_MAX >= calls.len();
        if !at_an_end && (!is_remarkable(call) || wrong_between >= CALLS_MAX) {
            continue;
        }
        wrong_between += usize::from(!at_an_end);
        kept.push(told(journal, call, shop));
    }
    let left_out = calls.len() - kept.len();
    (kept, left_out)
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
        number: call.number,
        shop: shop.to_owned(),
        at: crate::datetime::to_sql(call.at),
        operation: call.operation.clone(),
        arguments: trace::arguments(call).map(|(name, value)| (name.to_owned(), shortened(text(value)))).collect(),
        answer: trace::answer(call),
        failed: failed(call),
        http_status: call.http_status,
        disruptions: call.disruptions.clone(),
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

//! The scenario of a recording: the same settings, the same clock, the rebuilt shop, and what went wrong at the same calls.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::RecordError;
use super::cassette::{Caller, Cassette};
use super::seed::{Rebuilt, USER};
use super::trouble::{Trouble, clock_skew_seconds, troubles};
use crate::crm::WebsiteId;
use crate::datetime;
use crate::scenario::language::write::Draft;

/// The seed's name beside the scenario.
pub const SEED: &str = "seed.json";

/// What only whoever recorded knows.
pub struct Expected<'a> {
    /// The command of the client; without one our sync is the client.
    pub client: Option<&'a str>,
    /// Whether the sync or the client succeeded.
    pub success: bool,
    /// Whether the client's calls are counted.
    pub counts_calls: bool,
    /// What the replay of this very scenario does otherwise; it becomes a comment.
    pub differences: &'a [String],
}

/// Writes the scenario.
///
/// # Errors
/// [`RecordError::Wsdl`] when the recording has no usable service description.
pub fn scenario(cassette: &Cassette, shop: &Rebuilt, expected: &Expected<'_>) -> Result<String, RecordError> {
    let (meta, clock) = (&cassette.meta, datetime::to_sql(cassette.meta.clock));
    let mut draft = Draft::default();
    let whose = if meta.caller == Caller::Sync { "sync" } else { "client" };
    draft.comment(&format!("Recorded: {} calls of a {whose}. Personal data is replaced.", cassette.exchanges.len()));
    if meta.stopped {
        draft.comment("The recording was stopped before the sync was done; this one goes on to its end.");
    }
    if !expected.differences.is_empty() {
        draft.comment("This scenario is not the recorded night in every detail:");
        for difference in expected.differences {
            draft.comment(&format!("- {difference}"));
        }
    }
    draft.member("title", &json!(format!("A recorded {whose} of {}", &clock[..10])));
    draft.member("tags", &json!(["recorded"]));
    draft.member("clock", &json!(clock));
    if meta.caller == Caller::Sync {
        draft.member("profile", &json!(meta.profile));
    }
    draft.member("shop", &shop_of(shop));
    let website = if meta.website == WebsiteId::ALL { json!("all") } else { json!(meta.website) };
    let start = meta.sync_start_date.to_string();
    draft.member("integration", &json!({ "api user": USER, "sync start date": start, "website": website }));
    if let Some(skew) = clock_skew_seconds(cassette) {
        draft.step(&json!({ "disrupt": { "times": "until cleared", "with": { "date-skew": skew } } }));
    }
    for trouble in troubles(cassette)? {
        disrupt(&mut draft, &trouble);
    }
    let outcome = if expected.success { "success" } else { "failure" };
    match expected.client {
        None => {
            draft.step(&json!("sync"));
            draft.step(&json!({ "expect": { "outcome": outcome } }));
            draft.step(&json!({ "snapshot": "end" }));
        }
        Some(command) => {
            draft.step(&json!({ "run": { "command": command, "timeout": "10 minutes" } }));
            let calls = if expected.counts_calls { counted(cassette) } else { IndexMap::new() };
            let calls: Vec<Value> =
                calls.into_iter().map(|(operation, count)| json!({ "to": operation, "count": count })).collect();
            let mut expected = json!({ "outcome": outcome });
            if !calls.is_empty() {
                expected["calls"] = Value::from(calls);
            }
            draft.step(&json!({ "expect": expected }));
            draft.step(&json!({ "snapshot": { "name": "end", "of": ["trace"] } }));
        }
    }
    Ok(draft.text())
}

/// Calls by operation, in the order of first use.
pub fn counted(cassette: &Cassette) -> IndexMap<&str, usize> {
    let mut counts = IndexMap::new();
    for exchange in cassette.exchanges.iter().filter(|exchange| !exchange.operation.is_empty()) {
        *counts.entry(exchange.operation.as_str()).or_default() += 1;
    }
    counts
}

fn shop_of(shop: &Rebuilt) -> Value {
    let bridge = shop.bridge.map_or("none", |release| release.short());
    json!({ "seed": format!("./{SEED}"), "wsi": shop.wsi, "bridge": bridge, "flavor": shop.flavor })
}

fn disrupt(draft: &mut Draft, trouble: &Trouble) {
    let Trouble { operation, call, times, what } = trouble;
    match what {
        Err(why) => draft.comment_between_steps(&format!("{operation}, call {call}: {why}")),
        Ok(disruption) => {
            let mut step = Map::new();
            if !operation.is_empty() {
                step.insert("operation".to_owned(), json!(operation));
            }
            step.insert("call".to_owned(), json!(call));
            if *times > 1 {
                step.insert("times".to_owned(), json!(times));
            }
            step.insert("with".to_owned(), json!(disruption));
            draft.step(&json!({ "disrupt": step }));
        }
    }
}

//! The scenario of a recording: the same settings, the same clock, the rebuilt shop, and what went wrong at the same calls.

use std::fmt::Write as _;

use indexmap::IndexMap;

use super::RecordError;
use super::cassette::{Caller, Cassette};
use super::seed::{Rebuilt, USER};
use super::trouble::{Trouble, clock_skew_seconds, troubles};
use crate::datetime;
use crate::disrupt::Disruption;

/// The seed's name beside the scenario.
pub const SEED: &str = "seed.json";

/// What only whoever recorded knows.
pub struct Telling<'a> {
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
pub fn story(cassette: &Cassette, shop: &Rebuilt, telling: &Telling<'_>) -> Result<String, RecordError> {
    let (meta, clock) = (&cassette.meta, datetime::to_sql(cassette.meta.clock));
    let mut text = String::new();
    let whose = if meta.caller == Caller::Sync { "sync" } else { "client" };
    line(
        &mut text,
        &format!("# Recorded: {} calls of a {whose}. Personal data is replaced.", cassette.exchanges.len()),
    );
    if meta.stopped {
        line(&mut text, "# The recording was stopped before the sync was done; this one goes on to its end.");
    }
    if !telling.differences.is_empty() {
        line(&mut text, "# This scenario is not the recorded night in every detail:");
        for difference in telling.differences {
            line(&mut text, &format!("#   {}", one_line(difference)));
        }
    }
    line(&mut text, &format!("title: A recorded {whose} of {}", &clock[..10]));
    line(&mut text, "tags: [recorded]");
    line(&mut text, &format!("clock: {clock}"));
    if meta.caller == Caller::Sync {
        line(&mut text, &format!("profile: {}", meta.profile));
    }
    line(&mut text, &shop_line(shop)?);
    let website = if meta.website < 0 { "all".to_owned() } else { meta.website.to_string() };
    let settings = format!("{{api user: {USER}, sync start date: {}, website: {website}}}", meta.sync_start_date);
    line(&mut text, &format!("integration: {settings}"));
    line(&mut text, "steps:");
    if let Some(skew) = clock_skew_seconds(cassette) {
        line(&mut text, &format!("  - disrupt: {{times: until cleared, with: {{date-skew: {skew}}}}}"));
    }
    for trouble in troubles(cassette)? {
        line(&mut text, &disrupt(&trouble));
    }
    let outcome = if telling.success { "success" } else { "failure" };
    match telling.client {
        None => {
            text.push_str("  - sync\n");
            line(&mut text, &format!("  - expect: {{outcome: {outcome}}}"));
            text.push_str("  - snapshot: end\n");
        }
        Some(command) => {
            line(&mut text, &format!("  - run: {{command: {}, timeout: 10 minutes}}", quoted(command)));
            line(&mut text, "  - expect:");
            line(&mut text, &format!("      outcome: {outcome}"));
            let calls = if telling.counts_calls { counted(cassette) } else { IndexMap::new() };
            if !calls.is_empty() {
                line(&mut text, "      calls:");
            }
            for (operation, count) in calls {
                line(&mut text, &format!("        - {{to: {operation}, count: {count}}}"));
            }
            text.push_str("  - snapshot: {name: end, of: [trace]}\n");
        }
    }
    Ok(text)
}

/// Calls by operation, in the order of first use.
pub fn counted(cassette: &Cassette) -> IndexMap<&str, usize> {
    let mut counts = IndexMap::new();
    for exchange in cassette.exchanges.iter().filter(|exchange| !exchange.operation.is_empty()) {
        *counts.entry(exchange.operation.as_str()).or_default() += 1;
    }
    counts
}

fn shop_line(shop: &Rebuilt) -> Result<String, RecordError> {
    let bridge = shop.bridge.map_or("none", |release| release.short());
    let flavor = serde_json::to_value(shop.flavor).map_err(|error| RecordError::Wsdl(error.to_string()))?;
    let wsi = if shop.wsi { "yes" } else { "no" };
    let flavor = flavor.as_str().unwrap_or_default();
    Ok(format!("shop: {{seed: ./{SEED}, wsi: {wsi}, bridge: {bridge}, flavor: {flavor}}}"))
}

fn disrupt(trouble: &Trouble) -> String {
    let Trouble { operation, call, times, what } = trouble;
    match what {
        Err(why) => format!("  # {operation}, call {call}: {}", one_line(why)),
        Ok(disruption) => {
            let operation = if operation.is_empty() { String::new() } else { format!("operation: {operation}, ") };
            let times = if *times > 1 { format!("times: {times}, ") } else { String::new() };
            format!("  - disrupt: {{{operation}call: {call}, {times}with: {}}}", with(disruption))
        }
    }
}

fn with(disruption: &Disruption) -> String {
    // A flow mapping of YAML is JSON.
    serde_json::to_string(disruption).unwrap_or_else(|_| quoted(disruption.kind()))
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn line(text: &mut String, line: &str) {
    // Writing into a string does not fail.
    let _ = writeln!(text, "{line}");
}

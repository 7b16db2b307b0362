//! What the log says of an exchange.

use super::journal::Record;
use crate::disrupt::Disruption;

pub(super) fn log(record: &Record) {
    let (operation, status, outcome) = (record.operation.as_str(), record.http_status, &record.outcome);
    if let Some(why) = &record.why {
        tracing::info!(operation, why, "failed");
    }
    if record.disruptions.is_empty() {
        tracing::info!(operation, status, %outcome, "answered");
    } else {
        tracing::info!(operation, status, %outcome, disruptions = names(&record.disruptions), "answered, disrupted");
    }
}

fn names(disruptions: &[Disruption]) -> String {
    disruptions.iter().map(Disruption::name).collect::<Vec<_>>().join(", ")
}

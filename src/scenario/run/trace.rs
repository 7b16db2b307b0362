//! Calls as a snapshot shows them: operation, arguments without session and secrets, what came back.

use serde_json::{Map, Value, json};

use crate::disrupt::Disruption;
use crate::matching::lines_of_filters;
use crate::server::JournalEntry;
use crate::soap::SoapValue;

/// Longer rows of calls to one operation are shown by their first and last.
const ALIKE_MAX: usize = 12;

/// The calls in their order, as a snapshot shows them.
pub(in crate::scenario) fn of(exchanges: &[JournalEntry]) -> Vec<Value> {
    let mut lines = Vec::new();
    for alike in exchanges.chunk_by(|one, next| one.operation == next.operation) {
        match alike {
            [first, .., last] if alike.len() > ALIKE_MAX => {
                lines.push(entry(first));
                lines.push(json!(format!("… {} more calls of {} …", alike.len() - 2, first.operation)));
                lines.push(entry(last));
            }
            few => lines.extend(few.iter().map(entry)),
        }
    }
    lines
}

/// One exchange as a record that reads as a line or two.
fn entry(exchange: &JournalEntry) -> Value {
    let mut record = Map::new();
    record.insert("call".to_owned(), json!(exchange.operation));
    record.extend(arguments(exchange).map(|(name, value)| (name.to_owned(), value)));
    if !exchange.disruptions.is_empty() {
        let names: Vec<String> = exchange.disruptions.iter().map(Disruption::name).collect();
        record.insert("disrupted".to_owned(), json!(names.join(", ")));
    }
    record.insert("answer".to_owned(), json!(exchange.answer()));
    Value::Object(record)
}

/// The arguments of a call by name, filters as lines.
pub(in crate::scenario) fn arguments(exchange: &JournalEntry) -> impl Iterator<Item = (&str, Value)> {
    exchange.arguments.iter().map(|(name, value)| (name, argument(name, value)))
}

fn argument(name: &str, value: &SoapValue) -> Value {
    match value {
        SoapValue::Struct(filters) if name == "filters" => {
            lines_of_filters(filters).map_or_else(|| json!(value), |lines| json!(lines))
        }
        other => json!(other),
    }
}

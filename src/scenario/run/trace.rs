//! Calls as a snapshot shows them: operation, arguments without session and secrets, what came back.

use serde_json::{Map, Value, json};

use crate::disrupt::{Disruption, WSDL_OPERATION};
use crate::server::{JournalEntry, Outcome};
use crate::soap::{SoapStruct, SoapValue};

/// Longer rows of calls to one operation are shown by their first and last.
const ALIKE_MAX: usize = 12;

/// Exchanges in order.
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
    record.insert("answer".to_owned(), json!(answer(exchange)));
    Value::Object(record)
}

/// The arguments of a call by name, filters as lines.
pub(in crate::scenario) fn arguments(exchange: &JournalEntry) -> impl Iterator<Item = (&str, Value)> {
    exchange.arguments.iter().map(|(name, value)| (name, argument(name, value)))
}

/// What came back, in a few words: `3 rows`, `ok`, `fault 5: Session expired. Try to relogin.`.
pub(in crate::scenario) fn answer(exchange: &JournalEntry) -> String {
    if exchange.operation == WSDL_OPERATION && exchange.http_status == 200 && exchange.disruptions.is_empty() {
        return "ok".to_owned();
    }
    match &exchange.outcome {
        Outcome::Rows(1) => "1 row".to_owned(),
        Outcome::Rows(rows) => format!("{rows} rows"),
        Outcome::Record(_) => "a record".to_owned(),
        Outcome::Scalar(_) | Outcome::Wsdl(_) => "ok".to_owned(),
        Outcome::Fault { code, string } => format!("fault {code}: {string}"),
        Outcome::Page(_) => format!("HTTP {}, a page that is not SOAP", exchange.http_status),
    }
}

fn argument(name: &str, value: &SoapValue) -> Value {
    match value {
        SoapValue::Struct(filters) if name == "filters" => conditions(filters).unwrap_or_else(|| json!(value)),
        other => json!(other),
    }
}

/// Filters as lines: `website_id = 1` for a simple one, `updated_at from 2024-03-10 12:00:00` for a complex one.
fn conditions(filters: &SoapStruct) -> Option<Value> {
    let mut lines = Vec::new();
    for (group, entries) in filters.iter() {
        for entry in listed(entries)? {
            let SoapValue::Struct(entry) = entry else { return None };
            let key = entry.text("key")?;
            match (group, entry.get("value")) {
                ("filter", Some(value)) => lines.push(format!("{key} = {}", value.to_text()?)),
                ("complex_filter", Some(SoapValue::Struct(condition))) => {
                    lines.push(format!("{key} {} {}", condition.text("key")?, condition.text("value")?));
                }
                _ => return None,
            }
        }
    }
    Some(json!(lines))
}

/// The members of a list in either style.
fn listed(value: &SoapValue) -> Option<Vec<&SoapValue>> {
    match value {
        SoapValue::List(items) => Some(items.iter().collect()),
        SoapValue::Struct(members) => match members.get("complexObjectArray") {
            Some(inner) => listed(inner),
            None if members.is_empty() => Some(Vec::new()),
            None => Some(vec![value]),
        },
        SoapValue::Nil => Some(Vec::new()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_read_as_conditions_in_either_style() {
        let condition = |key: &str, operator: &str, value: &str| {
            SoapValue::Struct(
                SoapStruct::new()
                    .with("key", key)
                    .with("value", SoapStruct::new().with("key", operator).with("value", value)),
            )
        };
        let two = vec![condition("created_at", "from", "2024-01-01 00:00:00"), condition("store_id", "in", "1,2")];
        let simple = SoapStruct::new().with("key", "increment_id").with("value", "100");
        let rpc = SoapStruct::new()
            .with("filter", SoapValue::List(vec![simple.into()]))
            .with("complex_filter", SoapValue::List(two.clone()));
        let expected = json!(["increment_id = 100", "created_at from 2024-01-01 00:00:00", "store_id in 1,2"]);
        assert_eq!(conditions(&rpc), Some(expected));
        let wsi = SoapStruct::new()
            .with("complex_filter", SoapStruct::new().with("complexObjectArray", SoapValue::List(two)));
        assert_eq!(conditions(&wsi), Some(json!(["created_at from 2024-01-01 00:00:00", "store_id in 1,2"])));
        assert_eq!(conditions(&SoapStruct::new()), Some(json!([])));
    }
}

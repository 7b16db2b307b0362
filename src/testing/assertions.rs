//! Assertions on what was received. Each panics at the test's line with all that came.

use std::fmt::Write;

use serde_json::Value;

use super::TestShop;
use crate::server::{JournalEntry, Outcome};

impl TestShop {
    /// The operation was called at least once.
    ///
    /// # Panics
    /// When it was not, listing what came.
    #[track_caller]
    pub fn assert_called(&self, operation: &str) {
        if self.received(operation).is_empty() {
            self.fail(&format!("expected a call of {operation}"));
        }
    }

    /// The operation was called exactly this often.
    ///
    /// # Panics
    /// When it was not, listing what came.
    #[track_caller]
    pub fn assert_calls(&self, operation: &str, times: usize) {
        let came = self.received(operation).len();
        if came != times {
            self.fail(&format!("expected {times} calls of {operation}, there were {came}"));
        }
    }

    /// The operation was never called.
    ///
    /// # Panics
    /// When it was, listing what came.
    #[track_caller]
    pub fn assert_not_called(&self, operation: &str) {
        self.assert_calls(operation, 0);
    }

    /// At least one call of the operation had these arguments, whatever others it had. Scalars are compared as the wire
    /// holds them: `1` is `"1"`; objects need the members named only; lists must be equal in length.
    ///
    /// # Panics
    /// When none had, listing what came.
    #[track_caller]
    pub fn assert_called_with(&self, operation: &str, arguments: Value) {
        let had =
            |call: &JournalEntry| serde_json::to_value(&call.arguments).is_ok_and(|actual| holds(&actual, &arguments));
        if !self.received(operation).iter().any(had) {
            self.fail(&format!("expected a call of {operation} with {arguments}"));
        }
    }

    /// No call got a SOAP fault or a page that is not SOAP.
    ///
    /// # Panics
    /// When one did, listing what came and why it failed.
    #[track_caller]
    pub fn assert_no_failures(&self) {
        let failed = |call: &JournalEntry| matches!(call.outcome, Outcome::Fault { .. } | Outcome::Page(_));
        let failures = self.received_calls().iter().filter(|call| failed(call)).count();
        if failures > 0 {
            self.fail(&format!("expected no failures, there were {failures}"));
        }
    }

    #[track_caller]
    fn fail(&self, expectation: &str) -> ! {
        panic!("{expectation}; received:\n{}", listed(&self.received_calls()));
    }
}

fn holds(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => {
            expected.iter().all(|(name, expected)| actual.get(name).is_some_and(|actual| holds(actual, expected)))
        }
        (Value::Array(actual), Value::Array(expected)) => {
            actual.len() == expected.len()
                && actual.iter().zip(expected).all(|(actual, expected)| holds(actual, expected))
        }
        (actual, expected) => actual == expected || plain(actual).is_some_and(|text| plain(expected) == Some(text)),
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn listed(calls: &[JournalEntry]) -> String {
    if calls.is_empty() {
        return "  nothing at all".to_owned();
    }
    let mut lines = String::new();
    for call in calls {
        let arguments = serde_json::to_string(&call.arguments).unwrap_or_default();
        // Writing into a String cannot fail.
        let _ = writeln!(lines, "  {} {} {arguments} -> {}", call.number, call.operation, call.outcome);
        if let Some(why) = &call.why {
            let _ = writeln!(lines, "      {why}");
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_match_by_what_is_named_and_as_the_wire_holds_them() {
        let actual = json!({"id": 1, "data": {"email": "a@b", "group": "2"}, "list": [1, 2]});
        for (expected, matches) in [
            (json!({}), true),
            (json!({"id": "1"}), true),
            (json!({"id": 2}), false),
            (json!({"data": {"group": 2}}), true),
            (json!({"data": {"website": 1}}), false),
            (json!({"list": ["1", 2]}), true),
            (json!({"list": [1]}), false),
            (json!({"data": "a@b"}), false),
        ] {
            assert_eq!(holds(&actual, &expected), matches, "{expected}");
        }
    }
}

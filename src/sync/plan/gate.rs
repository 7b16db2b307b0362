//! A plan as a gate: what it must keep to, and what of it is compared with a reviewed one. Pure.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use super::Plan;

/// At most so many of each; left out is as many as there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The most writes to Magento that are allowed.
    pub writes: Option<usize>,
    /// People who would end up with several accounts.
    pub doubled: Option<usize>,
    /// Rows of the CRM that would go.
    pub deleted: Option<usize>,
    /// Records and connectors that would fail, and edits that would not reach Magento.
    pub failed: Option<usize>,
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The name of what is counted.
    pub name: &'static str,
    /// What is wrong with it; nothing when it is as it should be.
    pub failure: Option<String>,
}

impl Limits {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// One check for each limit.
    pub fn checks(&self, plan: &Plan) -> Vec<Check> {
        let deleted = plan.entities.iter().map(|entity| entity.deleted).sum();
        let failed = plan.failures.len() + plan.export_failures.len();
        let rows = [
            ("max-writes", self.writes, plan.writes.len(), "writes to Magento are planned"),
            ("max-doubled", self.doubled, plan.doubled_accounts.len(), "accounts would be doubled"),
            ("max-deleted", self.deleted, deleted, "rows of the CRM would be deleted"),
            ("max-failed", self.failed, failed, "records, connectors or edits would fail"),
        ];
        let check = |(name, limit, found, what): (&'static str, Option<usize>, usize, &str)| {
            let limit = limit?;
            Some(Check { name, failure: (found > limit).then(|| format!("{found} {what}, at most {limit} may be")) })
        };
        rows.into_iter().filter_map(check).collect()
    }
}

/// Whether a plan is of all there is: what was not read cannot be judged.
pub fn is_complete(plan: &Plan) -> Check {
    let reason = plan.ended_by.clone().unwrap_or_else(|| "it was cut".to_owned());
    Check { name: "complete", failure: (!plan.complete).then(|| format!("the plan is not of everything: {reason}")) }
}

/// Parts of a plan that are another with every run of the same sync.
const VOLATILE: &[&str] = &["shop", "calls", "estimate"];

/// The plan as a tree: the same for the same shop and CRM whenever it is made. Moments, numbers of calls and seconds are
/// masked.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn masked(plan: &Plan) -> Result<Map<String, Value>, serde_json::Error> {
    let Value::Object(all) = serde_json::to_value(plan)? else { return Ok(Map::new()) };
    let kept = all.into_iter().filter(|(name, _)| !VOLATILE.contains(&name.as_str()));
    Ok(kept.map(|(name, of)| (name, mask(of))).collect())
}

fn mask(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(masked_text(&text)),
        Value::Array(items) => items.into_iter().map(mask).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, mask(value))).collect(),
        other => other,
    }
}

fn masked_text(text: &str) -> String {
    static MASKS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let rows = [
            (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?", "(moment)"),
            (r"\(call \d+", "(call N"),
            (r"\d+(\.\d+)? s\b", "N s"),
        ];
        // The expressions are constants.
        rows.into_iter().filter_map(|(pattern, with)| Some((Regex::new(pattern).ok()?, with))).collect()
    });
    MASKS.iter().fold(text.to_owned(), |text, (pattern, with)| pattern.replace_all(&text, *with).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_with_every_run_is_masked_and_nothing_else() {
        for (text, expected) in [
            ("2024-01-02 09:00:00", "(moment)"),
            ("2024-01-02T09:00:00.123Z and 2024-01-02T09:00:00-05:00", "(moment) and (moment)"),
            ("1980-12-10", "1980-12-10"),
            ("oroCustomerInfo (call 12): SOAP fault 5", "oroCustomerInfo (call N): SOAP fault 5"),
            ("the shop's clock is 7200 s ahead of this machine's", "the shop's clock is N s ahead of this machine's"),
            ("100000001", "100000001"),
        ] {
            assert_eq!(masked_text(text), expected);
        }
    }
}

//! What is armed, when it strikes and how often it still may.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Disruption;

/// Which calls a disruption strikes. Calls are counted from the moment of arming, and only those that match
/// `operation`; without conditions every call matches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct When {
    /// Only calls of this operation; `wsdl` is a WSDL download. Without it all calls count.
    #[serde(default)]
    pub operation: Option<String>,
    /// Only from the n-th matching call on, counted from 1; with the default of one strike: exactly the n-th.
    #[serde(default)]
    pub nth: Option<u64>,
    /// Only every k-th matching call.
    #[serde(default)]
    pub every: Option<u64>,
}

impl When {
    /// The next call, whatever it is.
    pub fn next_call() -> Self {
        Self::default()
    }

    /// The n-th call of `operation` from now on, counted from 1.
    pub fn nth_of(operation: impl Into<String>, nth: u64) -> Self {
        Self { operation: Some(operation.into()), nth: Some(nth), every: None }
    }

    fn concerns(&self, operation: &str) -> bool {
        self.operation.as_deref().is_none_or(|wanted| wanted == operation)
    }

    fn strikes(&self, count: u64) -> bool {
        self.nth.is_none_or(|nth| count >= nth)
            && self.every.is_none_or(|every| every > 0 && count.is_multiple_of(every))
    }
}

/// A disruption ready to strike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Armed {
    /// What happens.
    pub disruption: Disruption,
    /// To which calls.
    #[serde(default)]
    pub when: When,
    /// How often before it is used up; 0 is until cleared.
    #[serde(default = "once")]
    pub times: u64,
}

fn once() -> u64 {
    1
}

impl Armed {
    /// Strikes once.
    pub fn once(disruption: Disruption, when: When) -> Self {
        Self { disruption, when, times: 1 }
    }

    /// Strikes until cleared.
    pub fn until_cleared(disruption: Disruption, when: When) -> Self {
        Self { disruption, when, times: 0 }
    }
}

/// The handle of an armed disruption, unique within its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ArmedId(pub u64);

/// A disruption that strikes the call at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    /// Which one.
    pub id: ArmedId,
    /// What it does.
    pub disruption: Disruption,
}

/// All that is armed, in order of arming.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    next_id: u64,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    id: ArmedId,
    armed: Armed,
    seen: u64,
    left: Option<u64>,
}

impl Plan {
    /// A plan without trouble.
    pub fn new() -> Self {
        Self::default()
    }

    /// Arms one more.
    pub fn arm(&mut self, armed: Armed) -> ArmedId {
        self.next_id += 1;
        let id = ArmedId(self.next_id);
        let left = (armed.times > 0).then_some(armed.times);
        self.entries.push(Entry { id, armed, seen: 0, left });
        id
    }

    /// Takes one back; false when it is used up or unknown.
    pub fn disarm(&mut self, id: ArmedId) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.id != id);
        self.entries.len() < before
    }

    /// Takes all back.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// What is armed and not used up.
    pub fn list(&self) -> impl Iterator<Item = (ArmedId, &Armed)> {
        self.entries.iter().map(|entry| (entry.id, &entry.armed))
    }

    /// Counts one call and returns what strikes it.
    pub fn fire(&mut self, operation: &str) -> Vec<Fired> {
        let mut fired = Vec::new();
        for entry in self.entries.iter_mut().filter(|entry| entry.armed.when.concerns(operation)) {
            entry.seen += 1;
            if !entry.armed.when.strikes(entry.seen) {
                continue;
            }
            if let Some(left) = &mut entry.left {
                *left -= 1;
            }
            fired.push(Fired { id: entry.id, disruption: entry.armed.disruption.clone() });
        }
        self.entries.retain(|entry| entry.left != Some(0));
        fired
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers, from 1, of the calls that were struck.
    fn struck(armed: Armed, calls: &[&str]) -> Vec<usize> {
        let mut plan = Plan::new();
        plan.arm(armed);
        let hits = calls.iter().map(|call| plan.fire(call).len()).collect::<Vec<_>>();
        hits.iter().enumerate().filter(|(_, hits)| **hits > 0).map(|(at, _)| at + 1).collect()
    }

    #[test]
    fn a_disruption_strikes_the_calls_it_was_armed_for() {
        let calls = ["wsdl", "login", "list", "list", "info", "list", "list"];
        let when = |operation: Option<&str>, nth, every| When { operation: operation.map(str::to_owned), nth, every };
        for (when, times, expected) in [
            (When::next_call(), 1, vec![1]),
            (when(None, Some(4), None), 1, vec![4]),
            (When::nth_of("list", 2), 1, vec![4]),
            (When::nth_of("list", 2), 2, vec![4, 6]),
            (when(Some("list"), None, None), 0, vec![3, 4, 6, 7]),
            (when(None, None, Some(3)), 0, vec![3, 6]),
            (when(None, Some(4), Some(3)), 0, vec![6]),
            (when(None, None, Some(0)), 0, vec![]),
            (When::nth_of("gone", 1), 1, vec![]),
        ] {
            let armed = Armed { disruption: Disruption::HtmlPage, when: when.clone(), times };
            assert_eq!(struck(armed, &calls), expected, "{when:?} x {times}");
        }
    }

    #[test]
    fn a_used_up_or_disarmed_disruption_is_gone() {
        let mut plan = Plan::new();
        plan.arm(Armed::once(Disruption::NoDate, When::next_call()));
        let kept = plan.arm(Armed::until_cleared(Disruption::EmptyBody, When::next_call()));
        assert_eq!(plan.fire("login").len(), 2);
        assert_eq!(plan.list().map(|(id, _)| id).collect::<Vec<_>>(), vec![kept]);
        assert!(plan.disarm(kept) && !plan.disarm(kept));
        assert!(plan.fire("login").is_empty());
    }
}

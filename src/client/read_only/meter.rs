//! What went through a guarded transport: calls, bytes and time by operation.

use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// All that went through, and what did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    /// By operation, in the order of first use; `wsdl` is the service description.
    pub operations: IndexMap<String, Metered>,
    /// Operations that were refused, in order.
    pub refused: Vec<String>,
}

/// How often an operation was called, and for how long.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metered {
    /// Requests sent, repetitions included.
    pub calls: u64,
    /// Time they took together.
    pub millis: u64,
    /// Bytes of all answers.
    pub bytes: u64,
}

impl Meter {
    pub(super) fn count(&mut self, operation: &str, took: Duration, bytes: usize) {
        let metered = self.operations.entry(operation.to_owned()).or_default();
        metered.calls += 1;
        metered.millis += u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        metered.bytes += bytes as u64;
    }

    /// Adds what another run counted.
    pub fn join(&mut self, other: Self) {
        for (operation, more) in other.operations {
            let metered = self.operations.entry(operation).or_default();
            metered.calls += more.calls;
            metered.millis += more.millis;
            metered.bytes += more.bytes;
        }
        self.refused.extend(other.refused);
    }

    /// The number of all requests.
    pub fn calls(&self) -> u64 {
        self.operations.values().map(|metered| metered.calls).sum()
    }

    /// The time all requests took together.
    pub fn took(&self) -> Duration {
        Duration::from_millis(self.operations.values().map(|metered| metered.millis).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_runs_counted_is_added() {
        let mut first = Meter::default();
        first.count("oroPing", Duration::from_millis(5), 100);
        first.count("oroPing", Duration::from_millis(7), 30);
        let mut second = Meter::default();
        second.count("oroPing", Duration::from_millis(1), 1);
        second.count("login", Duration::from_millis(2), 2);
        first.join(second);
        assert_eq!(first.operations["oroPing"], Metered { calls: 3, millis: 13, bytes: 131 });
        assert_eq!((first.calls(), first.took()), (4, Duration::from_millis(15)));
    }
}

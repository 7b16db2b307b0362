//! States of the shop that were saved, and how long they stay: those from before the first reset as long as the server, for
//! they were made to begin tests with; the others until the next reset, so that no test finds what another one saved.

use indexmap::IndexMap;

use crate::disrupt::Plan;
use crate::shop::Checkpoint;

/// Each holds all rows of the shop.
pub(super) const KEPT_MAX: usize = 32;

/// A state of the shop, and what was armed then.
pub(super) struct Saved {
    pub(super) checkpoint: Checkpoint,
    pub(super) plan: Plan,
}

/// All states that were saved, by name.
#[derive(Default)]
pub(super) struct Checkpoints {
    has_been_reset: bool,
    lasting: IndexMap<String, Saved>,
    passing: IndexMap<String, Saved>,
}

impl Checkpoints {
    /// Keeps a state; false when there are as many as there may be.
    pub(super) fn save(&mut self, name: String, saved: Saved) -> bool {
        if self.get(&name).is_none() && self.iter().count() >= KEPT_MAX {
            return false;
        }
        let kept = if self.has_been_reset { &mut self.passing } else { &mut self.lasting };
        kept.insert(name, saved);
        true
    }

    /// The state of that name: the last that was saved.
    pub(super) fn get(&self, name: &str) -> Option<&Saved> {
        self.passing.get(name).or_else(|| self.lasting.get(name))
    }

    /// Deletes the state of that name, the last that was saved; false when there is none.
    pub(super) fn remove(&mut self, name: &str) -> bool {
        self.passing.shift_remove(name).or_else(|| self.lasting.shift_remove(name)).is_some()
    }

    /// Those that a reset leaves.
    pub(super) fn reset(&mut self) {
        self.has_been_reset = true;
        self.passing.clear();
    }

    /// What is there, in order of saving; one that was saved again over one that lasts stands there once.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Saved)> {
        let lasting = self.lasting.iter().filter(|(name, _)| !self.passing.contains_key(*name));
        lasting.chain(&self.passing).map(|(name, saved)| (name.as_str(), saved))
    }
}

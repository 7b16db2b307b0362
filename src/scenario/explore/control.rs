//! How a scenario ends without trouble, in time and late. Trouble costs time, and what a sync finds depends on when it looks: a
//! guest who registers meanwhile lends the order her new name. What ends as in a scenario that was merely late is no loss.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::probe::{Delay, Ending, Probe};
use super::strike::Strike;
use crate::scenario::run::compare::{Difference, compare, in_both};

/// The scenario without trouble.
pub(super) struct Control {
    /// How it ends in time.
    pub(super) ending: Ending,
    late: Mutex<BTreeMap<Vec<Delay>, Option<Arc<Ending>>>>,
}

impl Control {
    /// Runs the scenario without trouble.
    pub(super) fn tell(probe: &Probe<'_>) -> Result<Self, String> {
        Ok(Self { ending: probe.tell(&[])?, late: Mutex::new(BTreeMap::new()) })
    }

    /// What ends otherwise than without trouble, in time as well as late.
    pub(super) fn differences(&self, probe: &Probe<'_>, strikes: &[Strike], found: &Ending) -> Vec<Difference> {
        let differences = compare(&self.ending.state, &found.state);
        if differences.is_empty() {
            return differences;
        }
        let delays = self.delays(strikes, found);
        match self.late(probe, delays) {
            Some(late) => in_both(differences, &compare(&late.state, &found.state)),
            None => differences,
        }
    }

    /// By how much trouble held up each step that it struck.
    fn delays(&self, strikes: &[Strike], found: &Ending) -> Vec<Delay> {
        let mut steps: Vec<usize> = strikes.iter().map(|strike| strike.site.step).collect();
        steps.dedup();
        let mut delays = Vec::new();
        let mut before = jiff::SignedDuration::ZERO;
        for step in steps {
            let (Some(over), Some(in_time)) = (found.over.get(&step), self.ending.over.get(&step)) else { continue };
            let behind = over.duration_since(*in_time);
            if behind > before {
                delays.push(Delay { step, by: behind - before });
                before = behind;
            }
        }
        delays
    }

    fn late(&self, probe: &Probe<'_>, delays: Vec<Delay>) -> Option<Arc<Ending>> {
        if delays.is_empty() {
            return None;
        }
        let known = self.late.lock().unwrap_or_else(PoisonError::into_inner).get(&delays).cloned();
        if let Some(known) = known {
            return known;
        }
        let told = probe.tell_late(&[], &delays).ok().filter(|ending| ending.broken.is_none()).map(Arc::new);
        self.late.lock().unwrap_or_else(PoisonError::into_inner).insert(delays, told.clone());
        told
    }
}

//! Which quirks are behind a failure: the same trouble once more without one of them at a time and, when none alone is,
//! the fewest that have to go together.

use std::collections::{BTreeMap, BTreeSet};

use super::control::Control;
use super::judge::judge;
use super::probe::Probe;
use super::verdict::{Blame, Failed};
use crate::quirk::{Quirk, Quirks, Recommendation};

/// Names the quirks behind each failure; gives how many attempts that took.
pub(super) fn all(probe: &Probe<'_>, failed: &mut [Failed]) -> usize {
    let on = probe.quirks();
    let mut trial = Trial { probe, suspects: suspects(&on), controls: BTreeMap::new(), attempts: 0 };
    let mut known: Vec<(String, Blame)> = Vec::new();
    for found in failed {
        // What strikes the same call and ends the same has the same cause, whatever the name of the disruption.
        let like = likeness(found);
        let blame = match known.iter().find(|(seen, _)| *seen == like) {
            Some((_, blame)) => blame.clone(),
            None => trial.blame(found),
        };
        known.push((like, blame.clone()));
        found.blame = Some(blame);
    }
    trial.attempts
}

fn likeness(found: &Failed) -> String {
    let sites: Vec<String> = found.strikes.iter().map(|strike| strike.site.name()).collect();
    let told: Vec<String> = found.differences.iter().map(ToString::to_string).collect();
    format!("{} {} {}", sites.join(" "), found.verdict.as_str(), told.join(" "))
}

/// Quirks that are on and can be switched off. What is no defect is not suspected.
fn suspects(on: &Quirks) -> Vec<Quirk> {
    let is_defect = |quirk: &Quirk| quirk.is_switchable() && quirk.recommendation() == Recommendation::Fix;
    Quirk::ALL.iter().copied().filter(is_defect).filter(|quirk| on.has(*quirk)).collect()
}

struct Trial<'p, 'a> {
    probe: &'p Probe<'a>,
    suspects: Vec<Quirk>,
    /// How the scenario ends without trouble and without those quirks; `None` when it cannot be run so.
    controls: BTreeMap<BTreeSet<Quirk>, Option<Control>>,
    attempts: usize,
}

impl Trial<'_, '_> {
    fn blame(&mut self, found: &Failed) -> Blame {
        let suspects = self.suspects.clone();
        let alone = suspects.iter().copied().filter(|quirk| self.is_well_without(&BTreeSet::from([*quirk]), found));
        let alone: Vec<Quirk> = alone.collect();
        if !alone.is_empty() {
            return Blame::Each(alone);
        }
        let mut gone: BTreeSet<Quirk> = suspects.iter().copied().collect();
        if !self.is_well_without(&gone, found) {
            return Blame::Nothing;
        }
        for quirk in suspects {
            gone.remove(&quirk);
            if !self.is_well_without(&gone, found) {
                gone.insert(quirk);
            }
        }
        Blame::Together(gone.into_iter().collect())
    }

    fn is_well_without(&mut self, quirks: &BTreeSet<Quirk>, found: &Failed) -> bool {
        let without = self.probe.without(quirks);
        let control = self.controls.entry(quirks.clone()).or_insert_with(|| {
            self.attempts += 1;
            Control::tell(&without).ok().filter(|control| control.ending.broken.is_none())
        });
        self.attempts += 1;
        let Some(control) = control else { return false };
        judge(&without, control, &found.strikes).is_some_and(|judged| judged.verdict.is_well())
    }
}

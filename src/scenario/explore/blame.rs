//! Which quirks are behind a failure: the same once more without one of them at a time and, when none alone is, the fewest
//! that have to go together.

use std::collections::{BTreeMap, BTreeSet};

use super::control::Control;
use super::judge::judge;
use super::probe::Probe;
use super::verdict::{Blame, Failed};
use crate::quirk::{Quirk, Quirks, Recommendation};

/// Names the quirks behind each failure; gives how many attempts that took.
pub(super) fn all(probe: &Probe<'_>, failed: &mut [Failed]) -> usize {
    let mut trial = Trial { probe, controls: BTreeMap::new(), attempts: 0 };
    let suspects = suspects(&probe.quirks());
    let mut known = Known::default();
    for found in failed {
        let sites: Vec<String> = found.strikes.iter().map(|strike| strike.site.name()).collect();
        let told: Vec<String> = found.differences.iter().map(ToString::to_string).collect();
        // What strikes the same call and ends the same has the same cause, whatever the name of the disruption.
        let like = format!("{} {} {}", sites.join(" "), found.verdict.as_str(), told.join(" "));
        found.blame = Some(known.blame(like, &suspects, |without| trial.is_well_without(without, found)));
    }
    trial.attempts
}

/// Blames so far, by what is alike about the failures.
#[derive(Default)]
pub(super) struct Known(BTreeMap<String, Blame>);

impl Known {
    /// The quirks behind a failure, asked once for all that are alike.
    pub(super) fn blame(
        &mut self,
        like: String,
        suspects: &[Quirk],
        is_well_without: impl FnMut(&BTreeSet<Quirk>) -> bool,
    ) -> Blame {
        self.0.entry(like).or_insert_with(|| behind(suspects, is_well_without)).clone()
    }
}

/// The quirks among the suspects without which all is well.
fn behind(suspects: &[Quirk], mut is_well_without: impl FnMut(&BTreeSet<Quirk>) -> bool) -> Blame {
    let mut gone: BTreeSet<Quirk> = suspects.iter().copied().collect();
    if gone.is_empty() || !is_well_without(&gone) {
        return Blame::Nothing;
    }
    let alone = suspects.iter().copied().filter(|quirk| is_well_without(&BTreeSet::from([*quirk])));
    let alone: Vec<Quirk> = alone.collect();
    if !alone.is_empty() {
        return Blame::Each(alone);
    }
    for quirk in suspects {
        gone.remove(quirk);
        if !is_well_without(&gone) {
            gone.insert(*quirk);
        }
    }
    Blame::Together(gone.into_iter().collect())
}

/// Quirks that are on and can be switched off. What is no defect is not suspected.
pub(super) fn suspects(on: &Quirks) -> Vec<Quirk> {
    let is_defect = |quirk: &Quirk| quirk.is_switchable() && quirk.recommendation() == Recommendation::Fix;
    Quirk::ALL.iter().copied().filter(is_defect).filter(|quirk| on.has(*quirk)).collect()
}

struct Trial<'p, 'a> {
    probe: &'p Probe<'a>,
    /// How the scenario ends without trouble and without those quirks; `None` when it cannot be run so.
    controls: BTreeMap<BTreeSet<Quirk>, Option<Control>>,
    attempts: usize,
}

impl Trial<'_, '_> {
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

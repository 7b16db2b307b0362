//! The smallest scenario that still shows what went wrong: steps are left out as long as the verdict stays.

use std::path::Path;

use super::control::Control;
use super::judge::judge;
use super::probe::Probe;
use super::reproduce;
use super::verdict::Failed;

/// Puts the smallest scenario into `found`; returns how many cases that took.
pub(super) fn reproduction(probe: &Probe<'_>, found: &mut Failed, folder: &Path) -> usize {
    let mut smallest =
        Probe { case: probe.case, profile: probe.profile, without: probe.without.clone(), steps: probe.steps.clone() };
    let mut runs = 0;
    for index in (0..smallest.steps.len()).rev() {
        let struck = found.strikes.iter().any(|strike| strike.site.step == index);
        let Some(left_out) = smallest.steps.get_mut(index).filter(|_| !struck).and_then(Option::take) else { continue };
        runs += 2;
        if !still_shows(&smallest, found)
            && let Some(place) = smallest.steps.get_mut(index)
        {
            *place = Some(left_out);
        }
    }
    if let Ok(control) = Control::tell(&smallest)
        && let Some(seen) = judge(&smallest, &control, &found.strikes)
    {
        found.differences = seen.differences;
        found.message = seen.message;
    }
    found.reproduction = Some(match reproduce::text(&smallest, found, folder) {
        Some(text) => reproduce::checked(text, folder),
        None => Err("its file cannot be cut into steps by lines".to_owned()),
    });
    runs + 3
}

fn still_shows(probe: &Probe<'_>, found: &Failed) -> bool {
    let Ok(control) = Control::tell(probe) else { return false };
    control.ending.broken.is_none()
        && judge(probe, &control, &found.strikes).is_some_and(|seen| seen.verdict == found.verdict)
}

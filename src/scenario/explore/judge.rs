//! Runs a case with trouble in it and says what became of it.

use std::collections::BTreeMap;

use super::ExploreOptions;
use super::control::Control;
use super::pool;
use super::probe::Probe;
use super::strike::Strike;
use super::verdict::{Failed, Verdict};
use crate::scenario::run::compare::{Difference, Kind};

/// Every run's verdict, in the order of the strikes: nothing where not everything struck, nothing at all where the time was
/// over.
pub(super) fn judge_all(
    probe: &Probe<'_>,
    control: &Control,
    strikes: &[Vec<Strike>],
    options: &ExploreOptions,
) -> Vec<Option<Option<Failed>>> {
    options.attempts.begin(strikes.len());
    pool::each(strikes.len(), options.jobs, |number| {
        let strikes = strikes.get(number)?;
        options.in_time(|| judge(probe, control, strikes))
    })
}

/// Whether some table holds more rows than it should. A row that is known by nothing but its fields and has another value
/// is one missing and one too many.
pub(super) fn is_doubled(differences: &[Difference]) -> bool {
    let mut surplus = BTreeMap::<&str, i64>::new();
    for difference in differences {
        *surplus.entry(&difference.table).or_default() += match difference.kind {
            Kind::Extra => 1,
            Kind::Missing => -1,
            Kind::Changed => 0,
        };
    }
    surplus.values().any(|rows| *rows > 0)
}

/// One attempt; `None` when not everything struck.
pub(super) fn judge(probe: &Probe<'_>, control: &Control, strikes: &[Strike]) -> Option<Failed> {
    let failed = |verdict, differences, message| Failed {
        strikes: strikes.to_vec(),
        verdict,
        differences,
        message,
        reproduction: None,
        blame: None,
    };
    let ending = match probe.tell(strikes) {
        Ok(ending) => ending,
        Err(message) => return Some(failed(Verdict::Stuck, Vec::new(), message)),
    };
    if !ending.all_struck {
        return None;
    }
    if let Some(broken) = ending.broken {
        return Some(failed(Verdict::Stuck, Vec::new(), broken));
    }
    let reference = &control.ending;
    if reference.success && !ending.success {
        return Some(failed(Verdict::Stuck, Vec::new(), ending.message));
    }
    let differences = control.differences(probe, strikes, &ending);
    let verdict = if is_doubled(&differences) {
        Verdict::Doubled
    } else if !differences.is_empty() && differences.iter().all(Difference::waits) {
        Verdict::Stuck
    } else if !differences.is_empty() || !ending.invariants.is_empty() {
        Verdict::Lost
    } else if ending.recoveries > reference.recoveries {
        Verdict::Converged
    } else {
        Verdict::Retried
    };
    let message = if differences.is_empty() { ending.invariants.join("; ") } else { ending.message };
    Some(failed(verdict, differences, message))
}

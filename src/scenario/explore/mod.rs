//! The explorer: runs a scenario again and again, each time with one disruption at one call, lets the sync recover by its
//! own rules, and asks whether the CRM and the shop end as they do without trouble. Rules of the sync do not live here.

mod attempts;
mod blame;
mod catalogue;
mod control;
mod edit;
mod guests;
mod judge;
mod living;
pub(in crate::scenario) mod pool;
mod probe;
mod reduce;
mod reproduce;
mod strike;
mod verdict;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

pub use crate::scenario::run::compare::{Difference, Kind};
pub use attempts::Attempts;
pub use catalogue::{Trouble, all, by_kind, usual};
pub use edit::Edit;
pub use living::{EditExploration, EditFailed, explore_edits};
pub use strike::{CallSite, Strike};
pub use verdict::{Blame, Failed, Verdict};

use crate::quirk::Profile;
use crate::scenario::Case;
use control::Control;
use judge::judge_all;
use probe::Probe;
use strike::thinned;

/// Which disruptions are tried, how many at once, and in how many runs.
#[derive(Clone, Debug)]
pub struct ExploreOptions {
    /// Disruptions in one attempt: 1, or 2 for pairs.
    pub depth: u8,
    /// What the choice among too many starts from.
    pub seed: u64,
    /// Most attempts of a scenario; of more, so many are drawn, pairs after single ones.
    pub runs_max: usize,
    /// How many run at once.
    pub jobs: usize,
    /// A profile instead of the quirks the scenario names.
    pub profile: Option<Profile>,
    /// The trouble to inject.
    pub troubles: Vec<Trouble>,
    /// Only at calls of these operations; at all calls when empty.
    pub operations: Vec<String>,
    /// Of an operation that a step calls more often, only so many calls, the first and the last among them.
    pub calls_max: Option<std::num::NonZeroUsize>,
    /// Whether to look for the quirks behind every failure; where a scenario has quirks of its own they are looked for in any
    /// case.
    pub blame: bool,
    /// The folder for a scenario of each failure, the smallest that shows it; none are looked for when left out.
    pub reproduce: Option<std::path::PathBuf>,
    /// Where attempts are counted while it goes on.
    pub attempts: Attempts,
    /// No attempt is begun after this moment of real time.
    pub until: Option<Instant>,
    /// Set when somebody wants it to end: an attempt that runs then counts for nothing.
    pub stops: Option<&'static AtomicBool>,
}

impl ExploreOptions {
    fn is_stopped(&self) -> bool {
        self.stops.is_some_and(|stops| stops.load(Ordering::Relaxed))
    }

    /// Makes an attempt while there is time for it.
    fn in_time<T>(&self, attempt: impl FnOnce() -> T) -> Option<T> {
        if self.is_stopped() || self.until.is_some_and(|until| Instant::now() >= until) {
            return None;
        }
        let done = attempt();
        if self.is_stopped() {
            return None;
        }
        self.attempts.done();
        Some(done)
    }
}

/// How many attempts of a kind were made, of how many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// Those that were made.
    pub runs: usize,
    /// Those there are.
    pub all: usize,
}

/// All that was found about a case.
#[derive(Clone, Debug)]
pub struct Exploration {
    /// The case's name.
    pub name: String,
    /// Its calls, in order.
    pub calls: Vec<CallSite>,
    /// The disruptions that were tried, one a column.
    pub troubles: Vec<Trouble>,
    /// Call by trouble; nothing where the trouble did not strike.
    pub matrix: Vec<Vec<Option<Verdict>>>,
    /// Single disruptions.
    pub singles: Tried,
    /// Pairs of them.
    pub pairs: Tried,
    /// The attempts that went wrong.
    pub failed: Vec<Failed>,
    /// Attempts.
    pub runs: usize,
    /// Real time.
    pub elapsed: Duration,
}

/// Explores a case.
///
/// # Errors
/// When the scenario does not work without any trouble, or ends without it as no scenario may: there is nothing to compare
/// with then.
pub fn explore(case: &Case, options: &ExploreOptions) -> Result<Exploration, String> {
    let started = Instant::now();
    let probe = Probe::new(case, options.profile);
    let control = Control::tell(&probe)?;
    let reference = &control.ending;
    if let Some(broken) = &reference.broken {
        return Err(format!("the scenario does not work without any disruption: {broken}"));
    }
    if case.has_client() && !reference.success {
        return Err(format!("the client's sync fails without any disruption: {}", reference.message));
    }
    if !reference.invariants.is_empty() {
        let what = reference.invariants.join("; ");
        return Err(format!("the scenario ends wrong without any disruption: {what}"));
    }
    let mut calls = reference.calls.clone();
    calls.retain(|call| options.operations.is_empty() || options.operations.contains(&call.operation));
    // An edit before a certain call of a sync has another moment, or none, once a call fails: such ends cannot be compared.
    if probe.edits_during_a_sync() {
        calls.clear();
    }
    if let Some(most) = options.calls_max {
        calls = thinned(calls, most.get());
    }
    let (mut strikes, all_singles) = strike::singles(&calls, &options.troubles, options.runs_max, options.seed);
    let mut singles = Tried { runs: strikes.len(), all: all_singles };
    let mut pairs = Tried::default();
    if options.depth > 1 {
        let room = options.runs_max.saturating_sub(strikes.len());
        let (chosen, all) = strike::pairs(&calls, &options.troubles, room, options.seed);
        pairs = Tried { runs: chosen.len(), all };
        strikes.extend(chosen);
    }
    let judged = judge_all(&probe, &control, &strikes, options);
    let mut matrix = vec![vec![None; options.troubles.len()]; calls.len()];
    let mut failed = Vec::new();
    let mut runs = strikes.len() + 1;
    for (strikes, judged) in strikes.iter().zip(judged) {
        let judged = match judged {
            Some(judged) => judged,
            None => {
                let left_out = if strikes.len() == 1 { &mut singles } else { &mut pairs };
                left_out.runs -= 1;
                runs -= 1;
                continue;
            }
        };
        let Some(judged) = judged else { continue };
        if let [only] = strikes.as_slice()
            && let Some(cell) = matrix.get_mut(only.call).and_then(|row| row.get_mut(only.column))
        {
            *cell = Some(judged.verdict);
        }
        if !judged.verdict.is_well() {
            failed.push(judged);
        }
    }
    let mut extra = 0;
    // A case that has quirks of its own knows what they lose.
    let has_own = options.profile.is_none() && !blame::suspects(&probe.quirks()).is_empty();
    if options.blame || has_own {
        extra += blame::all(&probe, &mut failed);
    }
    if let Some(folder) = &options.reproduce {
        extra += failed.iter_mut().map(|found| reduce::reproduction(&probe, found, folder)).sum::<usize>();
    }
    Ok(Exploration {
        name: case.name.clone(),
        calls,
        troubles: options.troubles.clone(),
        matrix,
        singles,
        pairs,
        failed,
        runs: runs + extra,
        elapsed: started.elapsed(),
    })
}

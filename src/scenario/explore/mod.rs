//! The explorer: tells a story again and again, each time with one disruption at one call, lets the sync recover by its
//! own rules, and asks whether the CRM and the shop end as they do without trouble. Rules of the sync do not live here.

mod blame;
mod catalogue;
mod compare;
mod control;
mod probe;
mod reduce;
mod reproduce;
mod strike;

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub use blame::Blame;
pub use catalogue::{Trouble, all, by_kind, usual};
pub use compare::{Difference, Kind};
pub use strike::{CallSite, Strike};

use crate::quirk::Profile;
use crate::scenario::Case;
use control::Control;
use probe::Probe;
use strike::{pairs, singles, thinned};

/// What became of a story after trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The same end, and the sync in trouble succeeded by itself.
    Retried,
    /// The same end, after another sync.
    Converged,
    /// Something is missing or different in the end.
    Lost,
    /// Something is there twice in the end.
    Doubled,
    /// The sync does not succeed any more, or something still waits to be exported.
    Stuck,
}

impl Verdict {
    /// Whether the story ended as it should.
    pub fn is_well(self) -> bool {
        matches!(self, Self::Retried | Self::Converged)
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retried => "retried",
            Self::Converged => "converged",
            Self::Lost => "lost",
            Self::Doubled => "doubled",
            Self::Stuck => "stuck",
        }
    }
}

/// How to explore.
#[derive(Clone, Debug)]
pub struct ExploreOptions {
    /// Disruptions in one telling: 1, or 2 for pairs.
    pub depth: u8,
    /// What the choice among too many starts from.
    pub seed: u64,
    /// Most tellings of a story; of more, so many are drawn, pairs after single ones.
    pub runs_max: usize,
    /// How many run at once.
    pub jobs: usize,
    /// A profile instead of the quirks the story names.
    pub profile: Option<Profile>,
    /// The trouble to inject.
    pub troubles: Vec<Trouble>,
    /// Only at calls of these operations; at all calls when empty.
    pub operations: Vec<String>,
    /// Of an operation that a step calls more often, only so many calls, the first and the last among them.
    pub calls_max: Option<std::num::NonZeroUsize>,
    /// Whether to look for the quirks behind every failure.
    pub blame: bool,
    /// Whether to look for the smallest story of each failure.
    pub reproduce: bool,
}

/// One telling that went wrong.
#[derive(Clone, Debug)]
pub struct Failed {
    /// What struck.
    pub strikes: Vec<Strike>,
    /// What became of it.
    pub verdict: Verdict,
    /// What is different in the end.
    pub differences: Vec<Difference>,
    /// Why the sync does not succeed, when it does not.
    pub message: String,
    /// The smallest story that shows it, when its file can be cut into steps.
    pub reproduction: Option<String>,
    /// The quirks behind it; nothing when nobody asked.
    pub blame: Option<Blame>,
}

/// All that was found about a case.
#[derive(Clone, Debug)]
pub struct Exploration {
    /// The case's name.
    pub name: String,
    /// Its calls, in order.
    pub calls: Vec<CallSite>,
    /// What was injected.
    pub troubles: Vec<Trouble>,
    /// Call by trouble; nothing where the trouble did not strike.
    pub matrix: Vec<Vec<Option<Verdict>>>,
    /// Single disruptions that were told, and how many there are.
    pub singles: (usize, usize),
    /// Pairs that were told, and how many there are.
    pub pairs: (usize, usize),
    /// What went wrong.
    pub failed: Vec<Failed>,
    /// Tellings.
    pub runs: usize,
    /// Real time.
    pub elapsed: Duration,
}

/// Explores a case.
///
/// # Errors
/// When the story does not work without any trouble: there is nothing to compare with then.
pub fn explore(case: &Case, options: &ExploreOptions) -> Result<Exploration, String> {
    let started = Instant::now();
    let probe = Probe::new(case, options.profile);
    let control = Control::tell(&probe)?;
    let reference = &control.ending;
    if let Some(broken) = &reference.broken {
        return Err(format!("the story does not work without any disruption: {broken}"));
    }
    let mut calls = reference.calls.clone();
    calls.retain(|call| options.operations.is_empty() || options.operations.contains(&call.operation));
    if let Some(most) = options.calls_max {
        calls = thinned(calls, most.get());
    }
    let (mut strikes, all_singles) = singles(&calls, &options.troubles, options.runs_max, options.seed);
    let told_singles = (strikes.len(), all_singles);
    let mut told_pairs = (0, 0);
    if options.depth > 1 {
        let room = options.runs_max.saturating_sub(strikes.len());
        let (chosen, all) = pairs(&calls, &options.troubles, room, options.seed);
        told_pairs = (chosen.len(), all);
        strikes.extend(chosen);
    }
    let judged = judge_all(&probe, &control, &strikes, options.jobs);
    let mut matrix = vec![vec![None; options.troubles.len()]; calls.len()];
    let mut failed = Vec::new();
    for (strikes, judged) in strikes.iter().zip(judged) {
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
    if options.blame {
        extra += blame::all(&probe, &mut failed);
    }
    let wanted = failed.iter_mut().filter(|_| options.reproduce);
    extra += wanted.map(|found| reduce::reproduction(&probe, found)).sum::<usize>();
    let runs = strikes.len() + 1 + extra;
    Ok(Exploration {
        name: case.name.clone(),
        calls,
        troubles: options.troubles.clone(),
        matrix,
        singles: told_singles,
        pairs: told_pairs,
        failed,
        runs,
        elapsed: started.elapsed(),
    })
}

/// Every telling's verdict, in the order of the strikes.
fn judge_all(probe: &Probe<'_>, control: &Control, strikes: &[Vec<Strike>], jobs: usize) -> Vec<Option<Failed>> {
    let next = AtomicUsize::new(0);
    let verdicts = Mutex::new(vec![None; strikes.len()]);
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, strikes.len().max(1)) {
            scope.spawn(|| {
                while let Some((number, strikes)) = at(strikes, next.fetch_add(1, Ordering::Relaxed)) {
                    let judged = judge(probe, control, strikes);
                    let mut verdicts = verdicts.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Some(place) = verdicts.get_mut(number) {
                        *place = judged;
                    }
                }
            });
        }
    });
    verdicts.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn at(strikes: &[Vec<Strike>], number: usize) -> Option<(usize, &Vec<Strike>)> {
    strikes.get(number).map(|strikes| (number, strikes))
}

/// Whether some table holds more rows than it should. A row that is known by nothing but its fields and has another value
/// is one missing and one too many.
fn is_doubled(differences: &[Difference]) -> bool {
    let mut surplus = std::collections::BTreeMap::<&str, i64>::new();
    for difference in differences {
        *surplus.entry(&difference.table).or_default() += match difference.kind {
            Kind::Extra => 1,
            Kind::Missing => -1,
            Kind::Changed => 0,
        };
    }
    surplus.values().any(|rows| *rows > 0)
}

/// One telling; `None` when not everything struck.
fn judge(probe: &Probe<'_>, control: &Control, strikes: &[Strike]) -> Option<Failed> {
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
    } else if !differences.is_empty() {
        Verdict::Lost
    } else if ending.recoveries > reference.recoveries {
        Verdict::Converged
    } else {
        Verdict::Retried
    };
    Some(failed(verdict, differences, ending.message))
}

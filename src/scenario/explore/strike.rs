//! Where trouble strikes: calls of the scenario without trouble, and the choice among pairs of them.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::catalogue::Trouble;

/// A call of the scenario as it is run without trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSite {
    /// The step's index.
    pub step: usize,
    /// The step's line.
    pub line: usize,
    /// The shop.
    pub shop: String,
    /// The operation.
    pub operation: String,
    /// Which call of that operation in that step, from 1.
    pub nth: u64,
}

impl CallSite {
    /// What it is called in a report.
    pub fn name(&self) -> String {
        let nth = if self.nth == 1 { String::new() } else { format!(" {}", self.nth) };
        format!("line {}: {}{nth}", self.line, self.operation)
    }
}

/// One trouble at one call.
#[derive(Clone, Debug)]
pub struct Strike {
    /// The call's index.
    pub call: usize,
    /// The trouble's index.
    pub column: usize,
    /// The call.
    pub site: CallSite,
    /// The trouble.
    pub trouble: Trouble,
}

/// Each trouble at each call: all of them, or as many as there is room for, drawn.
pub(super) fn singles(calls: &[CallSite], troubles: &[Trouble], room: usize, seed: u64) -> (Vec<Vec<Strike>>, usize) {
    let strikes = all_strikes(calls, troubles);
    let told = |number: usize| Some(vec![strikes.get(number)?.clone()]);
    (drawn(strikes.len(), room, seed).into_iter().filter_map(told).collect(), strikes.len())
}

/// So many of the numbers below `all`, in order; the same ones for the same seed.
pub(super) fn drawn(all: usize, room: usize, seed: u64) -> Vec<usize> {
    if room >= all {
        return (0..all).collect();
    }
    // Numbers that are left out are drawn when they are fewer, so that a draw seldom repeats.
    let leaves_out = room > all / 2;
    let wanted = if leaves_out { all - room } else { room };
    let mut draws = ChaCha8Rng::seed_from_u64(seed);
    let mut numbers = BTreeSet::new();
    while numbers.len() < wanted {
        let drawn = draws.next_u64() % u64::try_from(all).unwrap_or(u64::MAX);
        numbers.extend(usize::try_from(drawn));
    }
    if leaves_out {
        return (0..all).filter(|number| !numbers.contains(number)).collect();
    }
    numbers.into_iter().collect()
}

/// At most so many calls of an operation in a step: the first, the last and others evenly between them.
pub(super) fn thinned(calls: Vec<CallSite>, most: usize) -> Vec<CallSite> {
    let mut counts = BTreeMap::<(usize, String, String), usize>::new();
    let key = |call: &CallSite| (call.step, call.shop.clone(), call.operation.clone());
    for call in &calls {
        *counts.entry(key(call)).or_default() += 1;
    }
    let mut seen = BTreeMap::<(usize, String, String), usize>::new();
    let mut kept = calls;
    kept.retain(|call| {
        let of_all = counts.get(&key(call)).copied().unwrap_or_default();
        let number = seen.entry(key(call)).or_default();
        *number += 1;
        is_kept(*number - 1, of_all, most)
    });
    kept
}

/// Whether the call with that index is one of the `most` that stand evenly from the first to the last.
fn is_kept(index: usize, of_all: usize, most: usize) -> bool {
    if of_all <= most {
        return true;
    }
    if most == 1 {
        return index == 0;
    }
    (0..most).any(|place| place * (of_all - 1) / (most - 1) == index)
}

fn all_strikes(calls: &[CallSite], troubles: &[Trouble]) -> Vec<Strike> {
    let at = |(call, site): (usize, &CallSite)| {
        let strike = |(column, trouble): (usize, &Trouble)| Strike {
            call,
            column,
            site: site.clone(),
            trouble: trouble.clone(),
        };
        troubles.iter().enumerate().map(strike).collect::<Vec<_>>()
    };
    calls.iter().enumerate().flat_map(at).collect()
}

/// Pairs of trouble at two calls, the second one later: all of them, or as many as there is room for, drawn.
pub(super) fn pairs(calls: &[CallSite], troubles: &[Trouble], room: usize, seed: u64) -> (Vec<Vec<Strike>>, usize) {
    let strikes = all_strikes(calls, troubles);
    let each = troubles.len() * troubles.len();
    let all = calls.len() * calls.len().saturating_sub(1) / 2 * each;
    // Pairs are counted, not listed: a long scenario has millions.
    let told = |number: usize| {
        let (first, second) = two_calls(number / each, calls.len())?;
        let (one, two) = (number % each / troubles.len(), number % troubles.len());
        Some(vec![
            strikes.get(first * troubles.len() + one)?.clone(),
            strikes.get(second * troubles.len() + two)?.clone(),
        ])
    };
    (drawn(all, room, seed).into_iter().filter_map(told).collect(), all)
}

/// The pair of calls with that number: 0 and 1, 0 and 2, ... 1 and 2, ...
fn two_calls(mut number: usize, calls: usize) -> Option<(usize, usize)> {
    for first in 0..calls {
        let later = calls - first - 1;
        if number < later {
            return Some((first, first + 1 + number));
        }
        number -= later;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_calls_the_first_the_last_and_some_between_are_kept() {
        let site = |step, nth| CallSite { step, line: 3, shop: "magento".into(), operation: "list".into(), nth };
        let calls: Vec<_> = (1..=9).map(|nth| site(0, nth)).chain([site(1, 1), site(1, 2)]).collect();
        let kept = |most| thinned(calls.clone(), most).iter().map(|call| (call.step, call.nth)).collect::<Vec<_>>();
        assert_eq!(kept(1), [(0, 1), (1, 1)]);
        assert_eq!(kept(3), [(0, 1), (0, 5), (0, 9), (1, 1), (1, 2)]);
        assert_eq!(kept(20).len(), 11);
    }

    #[test]
    fn pairs_go_forwards_and_the_same_ones_are_drawn_every_time() {
        let site = |nth| CallSite { step: 0, line: 3, shop: "magento".into(), operation: "list".into(), nth };
        let calls: Vec<_> = (1..=4).map(site).collect();
        let troubles = super::super::usual()[..3].to_vec();
        assert_eq!(singles(&calls, &troubles, 12, 1).0.len(), 12);
        assert_eq!((singles(&calls, &troubles, 5, 1).0.len(), singles(&calls, &troubles, 5, 1).1), (5, 12));
        let (every, all) = pairs(&calls, &troubles, 1000, 1);
        assert_eq!((every.len(), all), (54, 54));
        assert!(every.iter().all(|pair| pair[0].call < pair[1].call));
        let distinct: BTreeSet<_> =
            every.iter().map(|pair| (pair[0].call, pair[0].column, pair[1].call, pair[1].column)).collect();
        assert_eq!(distinct.len(), 54);
        let drawn = |seed| {
            let (some, _) = pairs(&calls, &troubles, 10, seed);
            some.iter().map(|pair| (pair[0].call, pair[0].column, pair[1].call, pair[1].column)).collect::<Vec<_>>()
        };
        assert_eq!((drawn(1).len(), drawn(1)), (10, drawn(1)));
        assert_ne!(drawn(1), drawn(2));
    }
}

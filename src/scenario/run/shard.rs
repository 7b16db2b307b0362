//! A part of a suite for each of several machines. Every machine works out the same parts by itself: from the names of
//! the cases, or from how long each took before.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::scenario::Case;

/// One part of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part it is, counted from 0.
    index: usize,
    /// The number of all parts.
    of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected I/N with I from 1 to N, such as 2/4, not `{text}`");
        let (number, of) = text.split_once('/').ok_or_else(wrong)?;
        let (number, of): (usize, usize) = number.parse().ok().zip(of.parse().ok()).ok_or_else(wrong)?;
        let index = number.checked_sub(1).filter(|index| *index < of).ok_or_else(wrong)?;
        Ok(Self { index, of })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index + 1, self.of)
    }
}

impl Shard {
    /// Which part it is, counted from 0.
    pub fn index(self) -> usize {
        self.index
    }

    /// The number of all parts.
    pub fn of(self) -> usize {
        self.of
    }

    /// Whether a name belongs to this part.
    pub fn has(self, name: &str) -> bool {
        hash(name) % self.of as u64 == self.index as u64
    }

    /// Keeps the cases of this part. A case stays in its part when others come and go.
    pub fn by_name(self, cases: &mut Vec<Case>) {
        cases.retain(|case| self.has(&case.name));
    }

    /// Keeps the cases of this part, parts being as long as each other by the times of an earlier run. Cases without a
    /// time count as one of middling length.
    pub fn by_time(self, cases: &mut Vec<Case>, times: &BTreeMap<String, Duration>) {
        let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        let parts = balanced(&names, times, self.of);
        let mut part = parts.into_iter();
        cases.retain(|_| part.next() == Some(self.index));
    }
}

/// The same on every machine and in every release.
fn hash(name: &str) -> u64 {
    let digest = Sha256::digest(name.as_bytes());
    digest.iter().take(8).fold(0, |hash, byte| (hash << 8) | u64::from(*byte))
}

/// The part of each name: the longest first, each into the part that is shortest so far.
fn balanced(names: &[&str], times: &BTreeMap<String, Duration>, of: usize) -> Vec<usize> {
    let mut known: Vec<Duration> = names.iter().filter_map(|name| times.get(*name).copied()).collect();
    known.sort();
    let middling = known.get(known.len() / 2).copied().unwrap_or(Duration::from_millis(1));
    let mut jobs: Vec<(Duration, &str, usize)> = names
        .iter()
        .enumerate()
        .map(|(number, name)| (times.get(*name).copied().unwrap_or(middling), *name, number))
        .collect();
    jobs.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(other.1)));
    let mut lengths = vec![Duration::ZERO; of];
    let mut parts = vec![0; names.len()];
    for (time, _, number) in jobs {
        let Some((part, length)) = lengths.iter_mut().enumerate().min_by_key(|(part, length)| (**length, *part)) else {
            break;
        };
        *length += time.max(Duration::from_micros(1));
        if let Some(chosen) = parts.get_mut(number) {
            *chosen = part;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_a_number_out_of_several() {
        assert_eq!("2/4".parse::<Shard>().unwrap().to_string(), "2/4");
        for wrong in ["", "2", "0/4", "5/4", "a/b", "1/0", "-1/2", "1/2/3"] {
            assert!(wrong.parse::<Shard>().unwrap_err().starts_with("expected I/N"), "{wrong}");
        }
    }

    /// Known answers: should they change, machines of different releases would leave cases out between them.
    #[test]
    fn the_hash_of_a_name_never_changes() {
        for (name, expected) in [("a", 0xca97_8112_ca1b_bdca_u64), ("customers/first-sync.rpc", 0x629f_197f_bc90_f1a8)]
        {
            assert_eq!(hash(name), expected, "{name}: {:#x}", hash(name));
        }
    }

    #[test]
    fn times_balance_the_parts_and_every_case_is_in_one() {
        let ms = Duration::from_millis;
        let times: BTreeMap<String, Duration> =
            [("slow", 100), ("b", 40), ("c", 40), ("d", 30)].map(|(name, time)| (name.to_owned(), ms(time))).into();
        assert_eq!(balanced(&["b", "slow", "d", "c"], &times, 2), vec![1, 0, 1, 1]);
        // Unknown ones count as middling: 40 ms.
        assert_eq!(balanced(&["new", "slow", "b", "c"], &times, 2), vec![1, 0, 1, 1]);
        let none = BTreeMap::new();
        let parts = balanced(&["a", "b", "c", "d", "e"], &none, 3);
        assert_eq!(parts, vec![0, 1, 2, 0, 1]);
        assert_eq!(balanced(&[], &none, 3), Vec::<usize>::new());
    }
}

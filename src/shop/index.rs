//! Rows by the value of a column: their ids in key order. Most values are one row's, which takes no list.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use foldhash::fast::FixedState;

/// Ids of the rows that have a value.
#[derive(Clone, Debug)]
enum Ids {
    One(i64),
    Many(Vec<i64>),
}

impl Ids {
    fn as_slice(&self) -> &[i64] {
        match self {
            Self::One(id) => std::slice::from_ref(id),
            Self::Many(ids) => ids,
        }
    }

    fn add(&mut self, id: i64) {
        match self {
            Self::One(known) if *known == id => {}
            Self::One(known) => *self = Self::Many(vec![id.min(*known), id.max(*known)]),
            Self::Many(ids) => {
                if let Err(at) = ids.binary_search(&id) {
                    ids.insert(at, id);
                }
            }
        }
    }

    /// Takes an id out; answers whether none is left.
    fn take(&mut self, id: i64) -> bool {
        match self {
            Self::One(known) => *known == id,
            Self::Many(ids) => {
                ids.retain(|known| *known != id);
                ids.is_empty()
            }
        }
    }
}

/// An index of a column.
#[derive(Clone, Debug)]
pub(super) struct Index<K> {
    rows: BTreeMap<K, Ids>,
}

impl<K> Default for Index<K> {
    fn default() -> Self {
        Self { rows: BTreeMap::new() }
    }
}

impl<K: Ord> Index<K> {
    /// The rows with a value.
    pub(super) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> &[i64]
    where
        K: std::borrow::Borrow<Q>,
    {
        self.rows.get(key).map(Ids::as_slice).unwrap_or_default()
    }

    /// The rows with a value of a span, by their values.
    pub(super) fn within(&self, span: RangeInclusive<K>) -> impl Iterator<Item = i64> {
        let rows = (span.start() <= span.end()).then(|| self.rows.range(span));
        rows.into_iter().flatten().flat_map(|(_, ids)| ids.as_slice()).copied()
    }

    pub(super) fn add(&mut self, key: K, id: i64) {
        self.rows.entry(key).and_modify(|ids| ids.add(id)).or_insert(Ids::One(id));
    }

    pub(super) fn take(&mut self, key: &K, id: i64) {
        if self.rows.get_mut(key).is_some_and(|ids| ids.take(id)) {
            self.rows.remove(key);
        }
    }
}

/// An index of texts, which are looked for one by one.
#[derive(Clone, Debug, Default)]
pub(super) struct TextIndex {
    rows: HashMap<Box<str>, Ids, FixedState>,
}

impl TextIndex {
    /// The rows with a value.
    pub(super) fn get(&self, key: &str) -> &[i64] {
        self.rows.get(key).map(Ids::as_slice).unwrap_or_default()
    }

    pub(super) fn add(&mut self, key: Cow<'_, str>, id: i64) {
        match self.rows.get_mut(key.as_ref()) {
            Some(ids) => ids.add(id),
            None => {
                self.rows.insert(key.into(), Ids::One(id));
            }
        }
    }

    pub(super) fn take(&mut self, key: &str, id: i64) {
        if self.rows.get_mut(key).is_some_and(|ids| ids.take(id)) {
            self.rows.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_and_go_and_stay_in_order() {
        let mut index = Index::default();
        for (key, id) in [(2, 7), (1, 9), (2, 3), (2, 5), (2, 5), (1, 9)] {
            index.add(key, id);
        }
        assert_eq!((index.get(&1), index.get(&2), index.get(&3)), (&[9][..], &[3, 5, 7][..], &[][..]));
        assert_eq!(index.within(1..=2).collect::<Vec<_>>(), [9, 3, 5, 7]);
        #[expect(clippy::reversed_empty_ranges, reason = "a filter may ask so")]
        let none = index.within(2..=1).count();
        assert_eq!(none, 0);
        index.take(&2, 5);
        index.take(&2, 8);
        index.take(&1, 8);
        assert_eq!((index.get(&1), index.get(&2)), (&[9][..], &[3, 7][..]));
        index.take(&1, 9);
        index.take(&2, 3);
        index.take(&2, 7);
        assert_eq!(index.within(0..=9).count(), 0);
    }
}

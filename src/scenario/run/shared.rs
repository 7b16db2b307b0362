//! Snapshots that all cases of a scenario share: the first case of a run leaves what the others must leave as well.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::snapshot::SnapshotName;

/// What was left, and by which case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::scenario) struct Left {
    /// The name of the case that wrote the snapshot.
    pub(in crate::scenario) by: String,
    /// The text of the file.
    pub(in crate::scenario) text: String,
}

/// What cases have left in this run.
#[derive(Debug, Default)]
pub(in crate::scenario) struct SharedSnapshots(Mutex<BTreeMap<SnapshotName, Left>>);

impl SharedSnapshots {
    /// What an earlier case left under the name; `None` for the case that is the first.
    pub(in crate::scenario) fn left_before(&self, name: &SnapshotName, case: &str, text: &str) -> Option<Left> {
        // A case that broke while it held the lock has written all of an entry or nothing.
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match left.get(name) {
            Some(before) if before.by != case => Some(before.clone()),
            _ => {
                left.insert(name.clone(), Left { by: case.to_owned(), text: text.to_owned() });
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_telling_leads_however_often_it_is_told() {
        let (shared, name) = (SharedSnapshots::default(), SnapshotName("a@end".to_owned()));
        assert_eq!(shared.left_before(&name, "a.rpc", "one"), None);
        assert_eq!(shared.left_before(&name, "a.rpc", "two"), None);
        let left = Left { by: "a.rpc".to_owned(), text: "two".to_owned() };
        assert_eq!(shared.left_before(&name, "a.wsi", "three"), Some(left.clone()));
        assert_eq!(shared.left_before(&name, "a.other", "two"), Some(left));
    }
}

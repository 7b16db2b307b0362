//! What a CRM is left in, as a text that people review.

use std::path::Path;

use serde_json::Map;

use crate::crm::{Crm, CrmError};
use crate::snapshot::{self, Header, Mode, SnapshotError, SnapshotName, Store, Verdict};

/// The state of a CRM as the YAML of a scenario's snapshot: rows by their relations, in a fixed order, without ids of its own.
/// Keys, passwords and the moments of real time are not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot(String);

impl Snapshot {
    /// What the CRM holds now.
    ///
    /// # Errors
    /// When its database cannot be read.
    pub fn of(crm: &Crm) -> Result<Self, CrmError> {
        let tree = Map::from_iter([("crm".to_owned(), crm.state()?)]);
        Ok(Self(snapshot::yaml::text(&tree)))
    }

    /// The snapshot as its file would hold it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares it with `NAME.snap` in a folder. What is new or differs is left there as `NAME.snap.new` for
    /// `mockgento review` or `cargo insta review`, or takes its place with [`Mode::Accept`]. The verdict says what was found;
    /// a test asserts [`Verdict::Same`].
    ///
    /// # Errors
    /// When the file there cannot be read, or what must be kept cannot be written.
    pub fn compare(&self, folder: &Path, name: &str, mode: Mode) -> Result<Verdict, SnapshotError> {
        let header = Header { source: String::new(), line: 0, description: name.to_owned() };
        Store::new(folder, mode).compare(&SnapshotName(name.to_owned()), &header, &self.0)
    }
}

//! A folder of snapshots: comparing, keeping what differs for review, and finding what nobody asks for any more.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::file::{self, Header, SnapshotError};

/// What happens to a snapshot that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Snapshots are compared, and nothing is written.
    Check,
    /// The new text is left beside the old one as `.snap.new`.
    Pend,
    /// The new text replaces the old one.
    Accept,
}

/// The name of a snapshot below its folder: `customers/first-sync@end`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SnapshotName(pub String);

impl SnapshotName {
    /// Whether it is one of a scenario's, of whichever of its cases.
    pub fn is_of(&self, scenario: &str) -> bool {
        let case = self.0.rsplit_once('@').map_or(self.0.as_str(), |(case, _)| case);
        case.strip_prefix(scenario).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// What a comparison found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The text is that of the snapshot.
    Same,
    /// There was none yet.
    New,
    /// Another text; this was expected.
    Differs {
        /// The text in the file.
        expected: String,
    },
    /// It was new or differed and is accepted now.
    Accepted,
}

/// A folder of snapshots.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
    mode: Mode,
}

impl Store {
    /// The snapshots below `root`.
    pub fn new(root: impl Into<PathBuf>, mode: Mode) -> Self {
        Self { root: root.into(), mode }
    }

    /// The folder of the snapshots.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file of a snapshot.
    pub fn path(&self, name: &SnapshotName) -> PathBuf {
        self.root.join(format!("{}.snap", name.0))
    }

    fn pending_path(&self, name: &SnapshotName) -> PathBuf {
        self.root.join(format!("{}.snap.new", name.0))
    }

    /// Compares a text with its file and does with a difference what the mode says.
    ///
    /// # Errors
    /// When the file there cannot be read, or what must be kept cannot be written.
    pub fn compare(&self, name: &SnapshotName, header: &Header, text: &str) -> Result<Verdict, SnapshotError> {
        let path = self.path(name);
        let text = file::normalised(text);
        let verdict = match file::read(&path)? {
            Some((_, expected)) if expected == text => {
                self.forget_pending(name)?;
                return Ok(Verdict::Same);
            }
            Some((_, expected)) => Verdict::Differs { expected },
            None => Verdict::New,
        };
        match self.mode {
            Mode::Check => Ok(verdict),
            Mode::Pend => file::write(&self.pending_path(name), header, true, &text).map(|()| verdict),
            Mode::Accept => {
                file::write(&path, header, false, &text)?;
                self.forget_pending(name)?;
                Ok(Verdict::Accepted)
            }
        }
    }

    /// Whether differences are written down.
    pub fn writes(&self) -> bool {
        self.mode != Mode::Check
    }

    /// Whether the accepted file holds the text; nothing is written.
    ///
    /// # Errors
    /// When the file there cannot be read.
    pub fn matches(&self, name: &SnapshotName, text: &str) -> Result<bool, SnapshotError> {
        let accepted = file::read(&self.path(name))?;
        Ok(accepted.is_some_and(|(_, accepted)| accepted == file::normalised(text)))
    }

    /// A pending file from an earlier run says nothing any more once the text is right again.
    fn forget_pending(&self, name: &SnapshotName) -> Result<(), SnapshotError> {
        let path = self.pending_path(name);
        if self.mode == Mode::Check || !path.exists() {
            return Ok(());
        }
        std::fs::remove_file(&path).map_err(|cause| SnapshotError::Unwritable { path, cause })
    }

    /// Snapshot files below the folder that are looked for and not among those asked for, in order of their names.
    pub fn orphans(
        &self,
        asked: &BTreeSet<SnapshotName>,
        is_looked_for: impl Fn(&SnapshotName) -> bool,
    ) -> Vec<PathBuf> {
        let mut orphans: Vec<PathBuf> = walkdir::WalkDir::new(&self.root)
            .into_iter()
            .filter_map(Result::ok)
            .map(walkdir::DirEntry::into_path)
            .filter(|path| path.extension().is_some_and(|extension| extension == "snap"))
            .filter(|path| {
                let name = self.name_of(path);
                is_looked_for(&name) && !asked.contains(&name)
            })
            .collect();
        orphans.sort();
        orphans
    }

    fn name_of(&self, path: &Path) -> SnapshotName {
        let below = path.strip_prefix(&self.root).unwrap_or(path).with_extension("");
        let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        SnapshotName(parts.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header { source: "scenarios/a/b.yaml".into(), line: 3, description: "A scenario".into() }
    }

    #[test]
    fn a_difference_is_kept_for_review_and_forgotten_when_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let name = SnapshotName("a/b@end".into());
        let compare = |mode, text| Store::new(folder.path(), mode).compare(&name, &header(), text).unwrap();
        let pending = folder.path().join("a/b@end.snap.new");
        assert_eq!(compare(Mode::Check, "one"), Verdict::New);
        assert!(!folder.path().join("a").exists(), "checking writes nothing");
        assert_eq!(compare(Mode::Pend, "one"), Verdict::New);
        assert!(pending.exists());
        assert_eq!(compare(Mode::Accept, "one"), Verdict::Accepted);
        assert!(!pending.exists());
        assert_eq!(compare(Mode::Pend, "two"), Verdict::Differs { expected: "one\n".into() });
        assert!(pending.exists());
        assert_eq!(compare(Mode::Pend, "one\n"), Verdict::Same);
        assert!(!pending.exists());
    }

    #[test]
    fn a_snapshot_nobody_asks_for_is_an_orphan() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path(), Mode::Accept);
        for name in ["a/b@end", "a/old@end"] {
            store.compare(&SnapshotName(name.into()), &header(), "x").unwrap();
        }
        let asked = BTreeSet::from([SnapshotName("a/b@end".into())]);
        assert_eq!(store.orphans(&asked, |_| true), vec![folder.path().join("a/old@end.snap")]);
    }
}

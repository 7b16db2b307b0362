//! What waits for a decision: `.snap.new` files and what accepting or rejecting one does.

use std::path::{Path, PathBuf};

use super::file::{self, Header, SnapshotError};

/// A snapshot that waits for review.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The path of the `.snap.new` file.
    pub path: PathBuf,
    /// Where it comes from.
    pub header: Header,
    /// The text of now.
    pub text: String,
    /// The text accepted before, if any.
    pub accepted: Option<String>,
}

/// All pending snapshots below a folder, in order of their names.
///
/// # Errors
/// When one cannot be read.
pub fn pending(root: &Path) -> Result<Vec<Pending>, SnapshotError> {
    let mut paths: Vec<PathBuf> = walkdir::WalkDir::new(root)
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.to_string_lossy().ends_with(".snap.new"))
        .collect();
    paths.sort();
    paths.into_iter().filter_map(|path| Pending::read(path).transpose()).collect()
}

impl Pending {
    fn read(path: PathBuf) -> Result<Option<Self>, SnapshotError> {
        let Some((header, text)) = file::read(&path)? else { return Ok(None) };
        let accepted = file::read(&path.with_extension(""))?.map(|(_, text)| text);
        Ok(Some(Self { path, header, text, accepted }))
    }

    /// The file it would become.
    pub fn target(&self) -> PathBuf {
        self.path.with_extension("")
    }

    /// Makes it the accepted one.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn accept(&self) -> Result<(), SnapshotError> {
        file::write(&self.target(), &self.header, false, &self.text)?;
        self.remove()
    }

    /// Throws it away.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn reject(&self) -> Result<(), SnapshotError> {
        self.remove()
    }

    fn remove(&self) -> Result<(), SnapshotError> {
        std::fs::remove_file(&self.path).map_err(|cause| SnapshotError::Unwritable { path: self.path.clone(), cause })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Mode, SnapshotName, Store};
    use super::*;

    #[test]
    fn accepting_replaces_and_rejecting_keeps_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let header = Header { source: "scenarios/s.yaml".into(), line: 3, description: "A scenario".into() };
        let compare = |mode, name: &str, text| {
            Store::new(folder.path(), mode).compare(&SnapshotName(name.into()), &header, text).unwrap();
        };
        for name in ["s@one", "s@two"] {
            compare(Mode::Accept, name, "old");
            compare(Mode::Pend, name, "new");
        }
        let waiting = pending(folder.path()).unwrap();
        assert_eq!(waiting.len(), 2);
        assert_eq!((waiting[0].text.as_str(), waiting[0].accepted.as_deref()), ("new\n", Some("old\n")));
        waiting[0].accept().unwrap();
        waiting[1].reject().unwrap();
        assert!(pending(folder.path()).unwrap().is_empty());
        let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(text("s@one.snap").ends_with("---\nnew\n") && !text("s@one.snap").contains("assertion_line"));
        assert!(text("s@two.snap").ends_with("---\nold\n"));
    }
}

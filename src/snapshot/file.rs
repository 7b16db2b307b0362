//! One `.snap` file: a header between `---` lines, then the text. Written by us, read by insta.

use std::path::{Path, PathBuf};

use insta::Snapshot;
use insta::internals::SnapshotContents;

use crate::{bounded, whole_file};

/// What the head of a snapshot says about where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The scenario file, relative and with forward slashes.
    pub source: String,
    /// The line of its `snapshot` step.
    pub line: usize,
    /// The title of the scenario that made it.
    pub description: String,
}

/// Why snapshots cannot be compared or kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// A file or folder cannot be written.
    #[error(
        "cannot write {}: {cause}; make the folder writable, or compare without writing with --check",
        path.display()
    )]
    Unwritable {
        /// The file that could not be read or written.
        path: PathBuf,
        /// The error underneath.
        cause: std::io::Error,
    },
    /// A file cannot be read as a snapshot.
    #[error("cannot read the snapshot {}: {cause}; restore it or delete it and accept the new one", path.display())]
    Unreadable {
        /// The file that could not be read or written.
        path: PathBuf,
        /// The error underneath.
        cause: String,
    },
}

/// The text of a snapshot; `None` when there is no such file.
///
/// # Errors
/// [`SnapshotError::Unreadable`] for anything that is there and not a text snapshot.
pub(super) fn read(path: &Path) -> Result<Option<(Header, String)>, SnapshotError> {
    if !path.exists() {
        return Ok(None);
    }
    let unreadable = |cause: String| SnapshotError::Unreadable { path: path.to_owned(), cause };
    let text = bounded::read_text(path, bounded::TEXT_BYTES_MAX).map_err(|cause| unreadable(cause.to_string()))?;
    let has_head = text.strip_prefix("---").is_some_and(|rest| rest.contains("\n---"));
    if !has_head {
        return Err(unreadable("it does not begin with a head between two lines of `---`".to_owned()));
    }
    let snapshot = Snapshot::from_file(path).map_err(|cause| unreadable(cause.to_string()))?;
    let metadata = snapshot.metadata();
    let header = Header {
        source: metadata.source().unwrap_or_default().to_owned(),
        line: metadata.assertion_line().and_then(|line| usize::try_from(line).ok()).unwrap_or_default(),
        description: metadata.description().unwrap_or_default().to_owned(),
    };
    match snapshot.contents() {
        SnapshotContents::Text(text) => Ok(Some((header, normalised(&text.to_string())))),
        SnapshotContents::Binary(_) => Err(unreadable("it is a binary snapshot".to_owned())),
    }
}

/// Texts are compared without carriage returns and with one line feed at the end.
pub(super) fn normalised(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    format!("{}\n", text.trim_end())
}

/// Writes a snapshot, in one step, so that a reader never sees half of it. `line` goes into pending files only, as
/// insta keeps it.
pub(super) fn write(path: &Path, header: &Header, with_line: bool, text: &str) -> Result<(), SnapshotError> {
    let unwritable = |cause: std::io::Error| SnapshotError::Unwritable { path: path.to_owned(), cause };
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    whole_file::write(path, rendered(header, with_line, text).as_bytes()).map_err(unwritable)
}

fn rendered(header: &Header, with_line: bool, text: &str) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let line = if with_line { format!("assertion_line: {}\n", header.line) } else { String::new() };
    let (source, description) = (quoted(&header.source), quoted(&header.description));
    format!("---\nsource: {source}\n{line}description: {description}\n---\n{}", normalised(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_insta_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/scenario@end.snap.new");
        let header =
            Header { source: "scenarios/scenario.yaml".into(), line: 7, description: "It's a \"scenario\"".into() };
        write(&path, &header, true, "crm:\n- ---\n  name: Zoë\n\n\n").unwrap();
        let (read_header, text) = read(&path).unwrap().unwrap();
        assert_eq!(read_header, header);
        assert_eq!(text, "crm:\n- ---\n  name: Zoë\n");
    }

    #[test]
    fn a_file_that_is_no_snapshot_is_said_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("broken@end.snap");
        std::fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
        let message = read(&path).unwrap_err().to_string();
        assert!(
            message.starts_with("cannot read the snapshot ") && message.contains("accept the new one"),
            "{message}"
        );
    }
}

//! Report files, each written in one step, and why one could not be written.

use std::path::{Path, PathBuf};

use crate::whole_file;

/// The file cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the report {}: {cause}", path.display())]
pub struct ReportError {
    path: PathBuf,
    cause: std::io::Error,
}

/// Writes a file.
///
/// # Errors
/// When the folder is missing or cannot be written, or the disk is full.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    let failed = |cause| ReportError { path: path.to_owned(), cause };
    whole_file::write(path, bytes).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_is_said_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("report.xml"), b"<x/>").unwrap();
        assert_eq!(std::fs::read(folder.path().join("report.xml")).unwrap(), b"<x/>");
        let nowhere = write(&folder.path().join("no/such/report.xml"), b"").unwrap_err().to_string();
        assert!(nowhere.starts_with("cannot write the report "), "{nowhere}");
    }
}

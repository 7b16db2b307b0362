//! Report files, each written in one step, and why one could not be written.

use std::path::{Path, PathBuf};

use crate::whole_file;

/// The file cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the report {}: {}", path.display(), reason(path, cause))]
pub struct ReportError {
    path: PathBuf,
    cause: std::io::Error,
}

/// The cause with what to do; the file that is written first, beside the report, is nobody's business.
fn reason(path: &Path, cause: &std::io::Error) -> String {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return format!("there is no folder {}; make it first", folder.display());
    }
    let text = cause.to_string();
    let text = text.split(" at path ").next().unwrap_or_default();
    format!("{text}; name a file in a folder that can be written to")
}

/// Whether a file can be written there, before there is anything to write.
///
/// # Errors
/// When the folder is missing or cannot be written.
pub fn probe(path: &Path) -> Result<(), ReportError> {
    let failed = |cause| ReportError { path: path.to_owned(), cause };
    if path.is_dir() {
        return Err(failed(std::io::Error::from(std::io::ErrorKind::IsADirectory)));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::tempfile_in(folder).map(drop).map_err(failed)
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
        for attempt in [write(&folder.path().join("no/such/report.xml"), b""), probe(&folder.path().join("no/such/x"))]
        {
            let nowhere = attempt.unwrap_err().to_string();
            assert!(nowhere.starts_with("cannot write the report "), "{nowhere}");
            assert!(nowhere.ends_with("no/such; make it first"), "{nowhere}");
        }
        assert!(probe(folder.path()).unwrap_err().to_string().contains("directory"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a look leaves nothing");
    }
}

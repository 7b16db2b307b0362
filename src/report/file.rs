//! Files written in one step: whoever reads one sees the old or the new text, never half of it.

use std::io::Write;
use std::path::{Path, PathBuf};

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
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = readable().tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A temporary file is its owner's alone; a report is for everybody whom the umask lets read.
fn readable() -> tempfile::Builder<'static, 'static> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix has modes"))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_is_said_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("report.xml"), b"<x/>").unwrap();
        assert_eq!(std::fs::read(folder.path().join("report.xml")).unwrap(), b"<x/>");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::write(folder.path().join("other"), b"").unwrap();
            let mode = |name: &str| folder.path().join(name).metadata().unwrap().permissions().mode();
            assert_eq!(mode("report.xml"), mode("other"), "as readable as any new file");
        }
        let nowhere = write(&folder.path().join("no/such/report.xml"), b"").unwrap_err().to_string();
        assert!(nowhere.starts_with("cannot write the report "), "{nowhere}");
    }
}

//! Files written in one step: whoever reads one sees the old or the new content, never half of it.

use std::fs::File;
use std::io::{Result, Write as _};
use std::path::Path;

/// Writes a file by writing another beside it and giving that its name. It may be read as any new file may.
///
/// # Errors
/// When the folder is missing or cannot be written, or the disk is full; what was there is there still.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    put(path, bytes, &builder(), File::sync_all)
}

/// The same with a file that is its owner's alone, as temporary files are.
///
/// # Errors
/// As [`write`].
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    put(path, bytes, &tempfile::Builder::new(), File::sync_all)
}

/// A private file that is written often and whose loss costs little: the disk is not waited for.
///
/// # Errors
/// As [`write`].
pub fn note_private(path: &Path, bytes: &[u8]) -> Result<()> {
    put(path, bytes, &tempfile::Builder::new(), |_| Ok(()))
}

fn put(
    path: &Path,
    bytes: &[u8],
    builder: &tempfile::Builder<'_, '_>,
    settle: impl Fn(&File) -> Result<()>,
) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    // Else a power failure can leave the new name with nothing behind it.
    settle(file.as_file())?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder);
    Ok(())
}

/// Makes the new name last. Not all file systems can, and the file is whole either way.
fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    if let Err(error) = std::fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!(%error, "the folder was not synchronised");
    }
    #[cfg(not(unix))]
    let _ = folder;
}

/// Temporary files are their owner's alone unless somebody says otherwise; the user's mask still applies.
fn builder<'a>() -> tempfile::Builder<'a, 'a> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_readable_as_others_are() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, whole) = (folder.path().join("plain"), folder.path().join("whole"));
        std::fs::write(&plain, b"old").unwrap();
        write(&whole, b"old").unwrap();
        write(&whole, b"new").unwrap();
        assert_eq!(std::fs::read(&whole).unwrap(), b"new");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions();
        assert_eq!(mode(&whole), mode(&plain));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            write_private(&whole, b"secret").unwrap();
            assert_eq!(mode(&whole).mode() & 0o777, 0o600);
        }
        assert!(write(&folder.path().join("no/such/file"), b"").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left behind");
    }
}

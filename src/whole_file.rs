//! Files written in one step: whoever reads one sees the old or the new content, never half of it.

use std::fs::File;
use std::io::{Result, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

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

/// A private file that is written bit by bit and has its name once it is whole.
pub struct Growing {
    to: To,
    path: PathBuf,
}

enum To {
    Beside(NamedTempFile),
    /// What is there is no file, as a pipe is none: it can only be written to.
    Itself(File),
}

impl Growing {
    /// Begins it.
    ///
    /// # Errors
    /// When the folder is missing or cannot be written.
    pub fn begin(path: &Path) -> Result<Self> {
        let to = match is_no_file(path) {
            true => To::Itself(File::options().write(true).open(path)?),
            false => To::Beside(tempfile::Builder::new().tempfile_in(folder_of(path))?),
        };
        Ok(Self { to, path: path.to_owned() })
    }

    /// Gives it its name. Dropped before, nothing of it is left, and what was there is there still.
    ///
    /// # Errors
    /// When the disk is full or the folder cannot be written.
    pub fn end(self) -> Result<()> {
        match self.to {
            To::Beside(file) => settled(file, &self.path, File::sync_all),
            To::Itself(mut file) => file.flush(),
        }
    }
}

impl Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match &mut self.to {
            To::Beside(file) => file.write(bytes),
            To::Itself(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> Result<()> {
        match &mut self.to {
            To::Beside(file) => file.flush(),
            To::Itself(file) => file.flush(),
        }
    }
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
    if is_no_file(path) {
        return File::options().write(true).open(path)?.write_all(bytes);
    }
    let mut file = builder.tempfile_in(folder_of(path))?;
    file.write_all(bytes)?;
    settled(file, path, settle)
}

fn settled(file: NamedTempFile, path: &Path, settle: impl Fn(&File) -> Result<()>) -> Result<()> {
    // Else a power failure can leave the new name with nothing behind it.
    settle(file.as_file())?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder_of(path));
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether something is there that is no file, such as `/dev/stdout` or a pipe, whose name nothing else may take.
fn is_no_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| !found.is_file() && !found.is_dir())
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

    #[test]
    fn a_file_that_grows_has_its_name_once_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.json");
        std::fs::write(&path, b"old").unwrap();
        let mut dropped = Growing::begin(&path).unwrap();
        dropped.write_all(b"half").unwrap();
        drop(dropped);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        let mut whole = Growing::begin(&path).unwrap();
        whole.write_all(b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        whole.end().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_written_to_and_keeps_its_name() {
        write(Path::new("/dev/null"), b"x").unwrap();
        let mut null = Growing::begin(Path::new("/dev/null")).unwrap();
        null.write_all(b"x").unwrap();
        null.end().unwrap();
    }
}

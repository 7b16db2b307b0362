//! Files that are their owner's alone: CRM files, recordings, audits, exports and plans hold customers' data and may hold
//! keys. On other systems than Unix the folder's rules decide.

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::Result;
use std::path::Path;

/// Reading and writing for the owner, nothing for others.
#[cfg(unix)]
const MODE: u32 = 0o600;
#[cfg(unix)]
const FOLDER_MODE: u32 = 0o700;

/// Makes a file, or empties one.
///
/// # Errors
/// When it cannot be made or is somebody else's.
pub fn create(path: &Path) -> Result<File> {
    let file = options().write(true).create(true).truncate(true).open(path)?;
    protect_open(&file)?;
    Ok(file)
}

/// Makes a file that is not there yet.
///
/// # Errors
/// When it is there, or cannot be made.
pub fn create_new(path: &Path) -> Result<File> {
    options().write(true).create_new(true).open(path)
}

/// Opens a file to write at its end; makes it when it is not there.
///
/// # Errors
/// When it cannot be made or is somebody else's.
pub fn append(path: &Path) -> Result<File> {
    let file = options().append(true).create(true).open(path)?;
    protect_open(&file)?;
    Ok(file)
}

/// Makes a folder and those above it; a new one is its owner's alone.
///
/// # Errors
/// When it cannot be made.
pub fn create_folder(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(path)?;
    set_mode(path, false)
}

/// Takes a file away from everybody but its owner. What is no plain file, such as `/dev/stdout`, is left alone.
///
/// # Errors
/// When it is somebody else's.
pub fn protect(path: &Path) -> Result<()> {
    if path.metadata()?.is_file() { set_mode(path, true) } else { Ok(()) }
}

/// The same by the open file: its name may be gone already.
fn protect_open(file: &File) -> Result<()> {
    let found = file.metadata()?;
    match private(&found, true).filter(|_| found.is_file()) {
        Some(permissions) => file.set_permissions(permissions),
        None => Ok(()),
    }
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = OpenOptions::new();
    options.mode(MODE);
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    OpenOptions::new()
}

fn set_mode(path: &Path, is_file: bool) -> Result<()> {
    match private(&path.metadata()?, is_file) {
        Some(permissions) => std::fs::set_permissions(path, permissions),
        None => Ok(()),
    }
}

/// What is to become of the rights: only what others may is taken away, so that a file its owner made read-only stays so.
#[cfg(unix)]
fn private(found: &Metadata, is_file: bool) -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    let allowed = if is_file { MODE } else { FOLDER_MODE };
    let mode = found.permissions().mode() & 0o7777;
    (mode & !allowed != 0).then(|| Permissions::from_mode(mode & allowed))
}

#[cfg(not(unix))]
fn private(_: &Metadata, _: bool) -> Option<Permissions> {
    None
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn new_and_existing_files_are_their_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        for (name, open) in [("create", create as fn(&Path) -> Result<File>), ("append", append)] {
            let path = folder.path().join(name);
            open(&path).unwrap().write_all(b"a").unwrap();
            assert_eq!(mode(&path), 0o600, "{name}");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o664)).unwrap();
            open(&path).unwrap().write_all(b"b").unwrap();
            assert_eq!(mode(&path), 0o600, "{name}");
        }
        assert_eq!(std::fs::read(folder.path().join("append")).unwrap(), b"ab");
        let new = folder.path().join("a/b");
        create_folder(&new).unwrap();
        assert_eq!(mode(&new), 0o700);
        std::fs::set_permissions(folder.path().join("append"), std::fs::Permissions::from_mode(0o444)).unwrap();
        protect(&folder.path().join("append")).unwrap();
        assert_eq!(mode(&folder.path().join("append")), 0o400);
        create(Path::new("/dev/null")).unwrap();
    }
}

//! Locks of the operating system on files beside a CRM file; they end with the process that holds them, killed or not.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{CrmError, place};
use crate::private_file;

/// Between two tries to get the lock of opening.
const BETWEEN_TRIES: Duration = Duration::from_millis(20);
/// Two minutes of tries.
const TRIES_MAX: usize = 6_000;

/// One sync at a time works on a CRM file. Held while it runs.
#[derive(Debug)]
pub struct RunLock {
    held: Held,
    crm: PathBuf,
}

impl RunLock {
    /// Takes the lock of a CRM file, which need not be there yet.
    ///
    /// # Errors
    /// [`CrmError::Forbidden`] when another process holds it, or the file beside the CRM file cannot be made.
    pub fn take(crm: &Path) -> Result<Self, CrmError> {
        let real = place::real(crm)?;
        if !place::folder(&real).is_dir() {
            return Err(CrmError::NoFolder { path: crm.to_owned() });
        }
        match Held::try_take(&place::beside(&real, "-sync-lock"))? {
            Some(held) => Ok(Self { held, crm: real }),
            None => Err(CrmError::Forbidden(format!(
                "another sync works on {}; wait until it is done, or stop it with Ctrl-C",
                crm.display()
            ))),
        }
    }
}

impl RunLock {
    /// Whether a process holds it now. Nothing is made or waited for; a lock that cannot be looked at counts as held.
    pub fn is_held(crm: &Path) -> bool {
        let Ok(real) = place::real(crm) else { return false };
        match File::open(place::beside(&real, "-sync-lock")) {
            Ok(file) => file.try_lock_shared().is_err(),
            Err(error) => error.kind() != std::io::ErrorKind::NotFound,
        }
    }
}

impl Drop for RunLock {
    /// A lock of a file that was never made is not left behind.
    fn drop(&mut self) {
        if !self.crm.exists() {
            self.held.remove();
        }
    }
}

/// Held while a CRM file is made or brought up to date, so that of several programs that open it one does so and the
/// others wait.
#[derive(Debug)]
pub(super) struct OpenLock(Held);

impl OpenLock {
    /// Waits for the lock, as long as bringing a large file up to date may take.
    ///
    /// # Errors
    /// [`CrmError::InUse`] when another program holds it longer, or the file beside the CRM file cannot be made.
    pub(super) fn take(real: &Path) -> Result<Self, CrmError> {
        let path = place::beside(real, "-open-lock");
        for _ in 0..TRIES_MAX {
            if let Some(held) = Held::try_take(&path)? {
                return Ok(Self(held));
            }
            std::thread::sleep(BETWEEN_TRIES);
        }
        Err(CrmError::InUse { path: real.to_owned() })
    }
}

impl Drop for OpenLock {
    fn drop(&mut self) {
        self.0.remove();
    }
}

#[derive(Debug)]
struct Held {
    file: File,
    path: PathBuf,
}

impl Held {
    fn try_take(path: &Path) -> Result<Option<Self>, CrmError> {
        loop {
            let file = opened(path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(cannot(path, &error)),
            }
            let held = Self { file, path: path.to_owned() };
            if held.is_current() {
                return Ok(Some(held));
            }
        }
    }

    /// Whether the locked file still has its name: who held it before may have removed it.
    #[cfg(unix)]
    fn is_current(&self) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        let (Ok(held), Ok(named)) = (self.file.metadata(), self.path.metadata()) else { return false };
        (held.dev(), held.ino()) == (named.dev(), named.ino())
    }

    /// A file that somebody has open keeps its name on such systems.
    #[cfg(not(unix))]
    fn is_current(&self) -> bool {
        self.file.metadata().is_ok() && self.path.exists()
    }

    /// Removes the file while it is still locked; where that cannot be done it stays, empty.
    fn remove(&self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn opened(path: &Path) -> Result<File, CrmError> {
    private_file::append(path).map_err(|error| cannot(path, &error))
}

fn cannot(path: &Path, error: &std::io::Error) -> CrmError {
    CrmError::Forbidden(format!("{} cannot be locked: {error}; make its folder writable", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_sync_is_refused_until_the_first_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let crm = folder.path().join("crm.sqlite");
        std::fs::write(&crm, "").unwrap();
        assert!(!RunLock::is_held(&crm), "nobody has made one");
        let first = RunLock::take(&crm).unwrap();
        assert!(RunLock::is_held(&crm));
        let refused = RunLock::take(&crm).err().unwrap().to_string();
        assert!(refused.contains("another sync works on") && refused.contains("crm.sqlite"), "{refused}");
        drop(first);
        assert!(!RunLock::is_held(&crm));
        RunLock::take(&crm).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_file_has_its_lock() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("crm.sqlite", at("link.sqlite")).unwrap();
        for is_there in [false, true] {
            if is_there {
                std::fs::write(at("crm.sqlite"), "").unwrap();
            }
            for (first, second) in [("crm.sqlite", "link.sqlite"), ("link.sqlite", "crm.sqlite")] {
                let held = RunLock::take(&at(first)).unwrap();
                assert!(RunLock::take(&at(second)).is_err(), "{first} then {second}");
                drop(held);
            }
            assert_eq!(at("crm.sqlite-sync-lock").exists(), is_there, "no lock of a file that was never made");
            assert!(!at("link.sqlite-sync-lock").exists());
        }
    }

    #[test]
    fn one_thread_at_a_time_has_the_lock_of_opening() {
        let folder = tempfile::tempdir().unwrap();
        let crm = folder.path().join("crm.sqlite");
        let inside = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let lock = OpenLock::take(&crm).unwrap();
                        assert_eq!(inside.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0);
                        std::thread::yield_now();
                        inside.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
    }
}

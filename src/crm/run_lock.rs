//! One sync at a time works on a CRM file: a lock of the operating system on a file beside it, which ends with the
//! process that holds it, killed or not.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::CrmError;

/// Held while a sync runs.
#[derive(Debug)]
pub struct RunLock {
    _file: File,
    crm: PathBuf,
}

/// The lock of a CRM file that was not made goes with it: nobody would look for what it belongs to.
impl Drop for RunLock {
    fn drop(&mut self) {
        if !self.crm.exists() {
            // One that cannot be removed does no harm.
            let _ = std::fs::remove_file(beside(&self.crm));
        }
    }
}

impl RunLock {
    /// Takes the lock of a CRM file.
    ///
    /// # Errors
    /// [`CrmError::Forbidden`] when another process holds it, or the file beside the CRM file cannot be made.
    pub fn take(crm: &Path) -> Result<Self, CrmError> {
        let path = beside(crm);
        let cannot = |error: std::io::Error| {
            CrmError::Forbidden(format!("{} cannot be locked: {error}; make its folder writable", path.display()))
        };
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file, crm: crm.to_owned() }),
            Err(TryLockError::WouldBlock) => Err(CrmError::Forbidden(format!(
                "another sync works on {}; wait until it is done, or stop it with Ctrl-C",
                crm.display()
            ))),
            Err(TryLockError::Error(error)) => Err(cannot(error)),
        }
    }
}

fn beside(crm: &Path) -> PathBuf {
    let mut name = crm.file_name().unwrap_or_default().to_owned();
    name.push("-sync-lock");
    crm.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_sync_is_refused_until_the_first_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let crm = folder.path().join("crm.sqlite");
        let first = RunLock::take(&crm).unwrap();
        let refused = RunLock::take(&crm).err().unwrap().to_string();
        assert!(refused.contains("another sync works on") && refused.contains("crm.sqlite"), "{refused}");
        drop(first);
        assert!(!beside(&crm).exists(), "nothing is left beside a file that was not made");
        std::fs::write(&crm, "").unwrap();
        drop(RunLock::take(&crm).unwrap());
        assert!(beside(&crm).exists());
    }
}

//! Copies of a CRM file, for trying something out.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{Crm, CrmError, check_file};

impl Crm {
    /// Copies a CRM file to a new one, with what another program is still writing left out. The file itself is opened
    /// for reading only.
    ///
    /// # Errors
    /// When it is no CRM file, or the copy exists already or cannot be written.
    pub fn copy_file(from: &Path, to: &Path) -> Result<(), CrmError> {
        let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)
            .map_err(|error| CrmError::at(from, error))?;
        check_file(&source, from)?;
        source.execute("VACUUM INTO ?", [to.display().to_string()]).map_err(|error| CrmError::at(to, error))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::{Entity, Fields};
    use jiff::Timestamp;

    #[test]
    fn a_copy_has_the_rows_and_what_happens_to_it_stays_there() {
        let folder = tempfile::tempdir().unwrap();
        let (file, copy) = (folder.path().join("crm.sqlite"), folder.path().join("copy.sqlite"));
        let open = |path: &Path| Crm::open(path, Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
        let mut crm = open(&file);
        crm.insert(Entity::Account, Fields::new().with("name", "Jane")).unwrap();
        // The row is in the write-ahead log only while the file is open.
        Crm::copy_file(&file, &copy).unwrap();
        let mut copied = open(&copy);
        assert_eq!(copied.count(Entity::Account).unwrap(), 1);
        copied.insert(Entity::Account, Fields::new().with("name", "John")).unwrap();
        assert_eq!(crm.count(Entity::Account).unwrap(), 1);
        assert!(Crm::copy_file(&file, &copy).is_err(), "a copy is never overwritten");
    }
}

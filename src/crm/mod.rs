//! The CRM: its rows in SQLite, the integrations that feed them, where each connector stands, and the edits that wait to
//! be exported. It knows neither SOAP nor Magento; nothing asynchronous; all SQL of the project is in here.
//!
//! Fields carry OroCRM's names (`originId`, `firstName`), in code, columns, scenario files and snapshots alike.

pub mod account;
pub mod channel;
pub mod contact;
pub mod edit;
pub mod entity;
pub mod error;
pub mod export_queue;
pub mod integration;
pub mod lifetime;
mod rows;
mod sql;
pub mod state;
pub mod status;
pub mod value;

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};

use crate::clock::Clock;

pub use account::DiscoveryConfig;
pub use edit::{AddressEdit, CustomerEdit};
pub use entity::{ColumnType, Entity};
pub use error::CrmError;
pub use export_queue::{ChangeSet, ExportResult, PendingExport};
pub use integration::{Integration, IntegrationId, IntegrationSettings, SettingsError, SyncPriority};
pub use status::{StatusCode, StatusRecord};
pub use value::{CrmValue, Fields, Row, RowId};

/// A CRM: one SQLite database, in memory or in a file.
pub struct Crm {
    connection: Connection,
    clock: Clock,
    discovery: DiscoveryConfig,
    depth: usize,
}

fn migrations() -> Migrations<'static> {
    Migrations::new(vec![M::up(include_str!("schema.sql"))])
}

impl Crm {
    /// An empty CRM in memory.
    ///
    /// # Errors
    /// [`CrmError::Database`] when SQLite cannot start.
    pub fn in_memory(clock: Clock) -> Result<Self, CrmError> {
        Self::prepare(Connection::open_in_memory()?, clock, Path::new(":memory:"))
    }

    /// Opens a CRM file, or makes it.
    ///
    /// # Errors
    /// When the folder is missing, the file is no SQLite database, read-only, or of a newer schema.
    pub fn open(path: &Path, clock: Clock) -> Result<Self, CrmError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
            && !folder.is_dir()
        {
            return Err(CrmError::NoFolder { path: path.to_owned() });
        }
        if path.metadata().is_ok_and(|meta| meta.permissions().readonly()) {
            return Err(CrmError::ReadOnly { path: path.to_owned() });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let connection = Connection::open_with_flags(path, flags).map_err(|e| CrmError::at(path, e))?;
        // Opening reads nothing; the first pragma finds out whether this is a database at all.
        connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
            .map_err(|error| CrmError::at(path, error))?;
        Self::prepare(connection, clock, path)
    }

    fn prepare(mut connection: Connection, clock: Clock, path: &Path) -> Result<Self, CrmError> {
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.set_prepared_statement_cache_capacity(256);
        let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        const KNOWN: i64 = 1;
        if found > KNOWN {
            return Err(CrmError::NewerSchema { path: path.to_owned(), found, known: KNOWN });
        }
        migrations().to_latest(&mut connection).map_err(|error| CrmError::Migration(error.to_string()))?;
        Ok(Self { connection, clock, discovery: DiscoveryConfig::default(), depth: 0 })
    }

    /// Chooses how accounts are discovered.
    pub fn set_discovery(&mut self, discovery: DiscoveryConfig) {
        self.discovery = discovery;
    }

    /// The CRM's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Runs `work` in one transaction: all of it is kept, or nothing. Calls may nest.
    ///
    /// # Errors
    /// Whatever `work` fails with, or the database when it cannot commit.
    pub fn transaction<T, E: From<CrmError>>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let name = format!("level{}", self.depth);
        self.connection.execute_batch(&format!("SAVEPOINT {name}")).map_err(|error| E::from(error.into()))?;
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        let end = match &result {
            Ok(_) => format!("RELEASE {name}"),
            Err(_) => format!("ROLLBACK TO {name}; RELEASE {name}"),
        };
        self.connection.execute_batch(&end).map_err(|error| E::from(error.into()))?;
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    pub(crate) fn crm() -> Crm {
        Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap()
    }

    #[test]
    fn migrations_are_valid() {
        migrations().validate().unwrap();
    }

    #[test]
    fn a_failed_transaction_leaves_nothing_behind() {
        let mut crm = crm();
        let result: Result<(), CrmError> = crm.transaction(|crm| {
            crm.insert(Entity::Account, Fields::new().with("name", "Jane"))?;
            Err(CrmError::Migration("planned".to_owned()))
        });
        assert!(result.is_err());
        assert!(crm.find(Entity::Account, &[]).unwrap().is_empty());
    }

    #[test]
    fn files_that_cannot_be_a_crm_are_named_with_a_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::virtual_at(Timestamp::UNIX_EPOCH);
        let text = folder.path().join("notes.txt");
        std::fs::write(&text, "these are notes, not a database, and long enough to be a header").unwrap();
        let error = Crm::open(&text, clock.clone()).err().unwrap().to_string();
        assert!(error.contains("notes.txt is not an SQLite database"), "{error}");
        let newer = folder.path().join("newer.sqlite");
        Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
        let error = Crm::open(&newer, clock.clone()).err().unwrap().to_string();
        assert!(error.contains("schema 99") && error.contains("knows 1"), "{error}");
        let error = Crm::open(&folder.path().join("no/crm.sqlite"), clock).err().unwrap().to_string();
        assert!(error.contains("does not exist"), "{error}");
    }
}

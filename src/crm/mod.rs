//! The CRM: its rows in SQLite, the integrations that feed them, where each connector stands, and the edits that wait to
//! be exported. It knows neither SOAP nor Magento; nothing asynchronous; all SQL of the project is in here.
//!
//! Fields carry OroCRM's names (`originId`, `firstName`), in code, columns, scenario files and snapshots alike.
#![doc(hidden)]

pub mod account;
mod cart_workflow;
pub mod channel;
mod column;
pub mod column_type;
mod columns;
mod condition;
mod configuration;
pub mod contact;
pub mod edit;
pub mod entity;
pub mod error;
pub mod export_queue;
mod form;
pub mod form_values;
pub mod ids;
pub mod integration;
pub mod job;
mod keys;
pub mod lifetime;
mod lock;
pub mod lookup;
mod maintenance;
mod missing_detail;
mod open;
mod order_notes;
mod place;
mod registered;
mod rows;
mod secrets;
pub mod settings;
mod sql;
pub mod state;
pub mod status;
mod unclaimed;
pub mod value;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::Timestamp;
use rusqlite::Connection;

use crate::clock::Clock;
use secrets::{Held, Kept};

pub use account::DiscoveryConfig;
pub use cart_workflow::CartStep;
pub use column_type::ColumnType;
pub use edit::{AddressEdit, CustomerEdit};
pub use entity::Entity;
pub use error::CrmError;
pub use export_queue::{ChangeSet, ExportResult, PendingExport};
pub use form::SettingsError;
pub use ids::{IntegrationId, OriginId, RowId, StoreId, WebsiteId};
pub use integration::Integration;
pub use job::{Job, JobStatus, JobTopic, Scheduled};
pub use lock::RunLock;
pub use maintenance::Maintained;
pub use settings::{IntegrationSettings, SyncPriority, WebsiteChoice};
pub use status::{StatusCode, StatusRecord};
pub use value::{CrmValue, Fields, Row};

/// Prepared statements that are kept: about ten for each of the twenty entities.
const STATEMENTS_MAX: usize = 256;

/// A CRM: one SQLite database, in memory or in a file.
pub struct Crm {
    connection: Connection,
    clock: Clock,
    discovery: DiscoveryConfig,
    depth: usize,
    kept: Kept,
    held: BTreeMap<IntegrationId, Held>,
    notes: Vec<String>,
    /// The copy that stands in for a file of an older schema which must not be written.
    _copy: Option<tempfile::TempDir>,
}

/// Tables are made once and copied for every CRM in memory: a suite opens hundreds.
static EMPTY: OnceLock<Option<Vec<u8>>> = OnceLock::new();

impl Crm {
    /// An empty CRM in memory.
    ///
    /// # Errors
    /// [`CrmError::Database`] when SQLite cannot start.
    pub fn in_memory(clock: Clock) -> Result<Self, CrmError> {
        let mut connection = Connection::open_in_memory()?;
        if let Some(empty) = EMPTY.get_or_init(|| Self::empty().ok()) {
            connection.deserialize_read_exact("main", empty.as_slice(), empty.len(), false)?;
            connection.pragma_update(None, "journal_mode", "MEMORY")?;
        }
        Self::prepared(connection, clock, Kept::All)
    }

    /// The bytes of a CRM without rows.
    fn empty() -> Result<Vec<u8>, CrmError> {
        let clock = Clock::virtual_at(Timestamp::UNIX_EPOCH);
        let crm = Self::prepared(Connection::open_in_memory()?, clock, Kept::All)?;
        Ok(crm.connection.serialize("main")?.to_vec())
    }

    /// What a person should know about the file that was opened; usually nothing.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The clock of the CRM, which stamps its rows.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Runs `work` in one transaction: all of it is kept, or nothing. Calls may nest.
    ///
    /// # Errors
    /// Whatever `work` fails with, or the database when it cannot commit.
    pub fn transaction<T, E: From<CrmError>>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let name = format!("level{}", self.depth);
        self.connection.execute_batch(&format!("SAVEPOINT {name}")).map_err(|error| E::from(self.failed(error)))?;
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        let undo = format!("ROLLBACK TO {name}; RELEASE {name}");
        if result.is_err() {
            // SQLite has undone all of it by itself where the disk is full; why the work failed is what is to be told.
            let _ = self.connection.execute_batch(&undo);
            return result;
        }
        if let Err(error) = self.connection.execute_batch(&format!("RELEASE {name}")) {
            // A commit that fails (a full disk, a broken relation) must not leave the transaction open.
            let _ = self.connection.execute_batch(&undo);
            return Err(E::from(self.failed(error)));
        }
        result
    }

    /// As [`Crm::transaction`], for work that decides by what it reads: other programs that would write wait from the start, so
    /// that what was read still holds when it is written.
    fn deciding<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, CrmError>) -> Result<T, CrmError> {
        self.transaction(|crm| {
            // An update takes the right to write, whether it has rows or not.
            crm.connection.execute("UPDATE \"integration\" SET \"id\" = \"id\" WHERE 0", [])?;
            work(crm)
        })
    }

    /// A failure of the database that names the file where the disk is what fails.
    fn failed(&self, error: rusqlite::Error) -> CrmError {
        CrmError::from(error).on_disk_of(self.connection.path())
    }

    /// Lets the file grow to so many pages and no further, as a full disk does: for tests of what happens then.
    ///
    /// # Errors
    /// When the database fails.
    pub fn limit_pages(&mut self, pages: u32) -> Result<(), CrmError> {
        Ok(self.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
    }

    /// How many pages the file has.
    ///
    /// # Errors
    /// When the database fails.
    pub fn pages(&self) -> Result<u32, CrmError> {
        Ok(self.connection.pragma_query_value(None, "page_count", |row| row.get(0))?)
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
    fn a_failed_inner_transaction_takes_only_its_own_rows() {
        let mut crm = crm();
        let account = |name: &str| Fields::new().with("name", name);
        crm.transaction(|crm| {
            crm.insert(Entity::Account, account("outer"))?;
            let inner: Result<(), CrmError> = crm.transaction(|crm| {
                crm.insert(Entity::Account, account("inner"))?;
                Err(CrmError::Forbidden("planned".to_owned()))
            });
            assert!(inner.is_err());
            Ok::<_, CrmError>(())
        })
        .unwrap();
        let names = crm.find(Entity::Account, &[]).unwrap();
        assert_eq!(names.iter().map(|row| row.fields.text("name")).collect::<Vec<_>>(), [Some("outer")]);
    }
}

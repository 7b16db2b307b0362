//! The CRM: its rows in SQLite, the integrations that feed them, where each connector stands, and the edits that wait to
//! be exported. It knows neither SOAP nor Magento; nothing asynchronous; all SQL of the project is in here.
//!
//! Fields carry OroCRM's names (`originId`, `firstName`), in code, columns, scenario files and snapshots alike.

pub mod account;
mod cart_workflow;
pub mod channel;
mod columns;
mod condition;
mod configuration;
pub mod contact;
mod copy;
pub mod edit;
pub mod entity;
pub mod error;
pub mod export_queue;
pub mod integration;
pub mod job;
mod keys;
pub mod lifetime;
pub mod lookup;
mod missing_detail;
mod order_notes;
mod rows;
mod run_lock;
pub mod settings;
mod sql;
pub mod state;
pub mod status;
pub mod value;

use std::path::Path;
use std::sync::OnceLock;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, Transaction};
use rusqlite_migration::{HookResult, M, Migrations};

use crate::clock::Clock;

pub use account::DiscoveryConfig;
pub use cart_workflow::CartStep;
pub use edit::{AddressEdit, CustomerEdit};
pub use entity::{ColumnType, Entity};
pub use error::CrmError;
pub use export_queue::{ChangeSet, ExportResult, PendingExport};
pub use integration::{Integration, IntegrationId};
pub use job::{Job, JobStatus, JobTopic, Scheduled};
pub use run_lock::RunLock;
pub use settings::{IntegrationSettings, SettingsError, SyncPriority, WebsiteChoice};
pub use status::{StatusCode, StatusRecord};
pub use value::{CrmValue, Fields, Row, RowId};

/// Prepared statements that are kept: about ten for each of the twenty entities.
const STATEMENTS_MAX: usize = 256;

/// A CRM: one SQLite database, in memory or in a file.
pub struct Crm {
    connection: Connection,
    clock: Clock,
    discovery: DiscoveryConfig,
    depth: usize,
}

/// Marks a file as ours in its header, so that another program's database is never taken for a CRM: "mock" in ASCII.
const APPLICATION_ID: i64 = 0x6d6f_636b;

/// Memory for pages of the file, negative as SQLite wants kilobytes: 64 MB hold the indexes of a large CRM.
const PAGE_CACHE_KB: i64 = -65_536;
/// Pages written ahead before they are copied into the file, 80 MB of them: a first sync changes the same pages over and
/// over, and waits for the disk less often.
const PAGES_BEFORE_CHECKPOINT: i64 = 20_000;

/// Schemas so far, oldest first.
const SCHEMAS: &[(&str, &str)] = &[
    ("schema.sql", include_str!("schema.sql")),
    ("schema_2.sql", include_str!("schema_2.sql")),
    ("schema_3.sql", include_str!("schema_3.sql")),
    ("schema_4.sql", include_str!("schema_4.sql")),
    ("schema_5.sql", include_str!("schema_5.sql")),
    ("schema_6.sql", include_str!("schema_6.sql")),
    ("schema_7.sql", include_str!("schema_7.sql")),
];

/// Tables are made once and copied for every CRM in memory: a suite opens hundreds.
static EMPTY: OnceLock<Option<Vec<u8>>> = OnceLock::new();

type Hook = fn(&Transaction<'_>) -> HookResult;

/// What no SQL can do, by the schema it belongs to.
const HOOKS: &[(&str, Hook)] = &[("schema_7.sql", keys::fill)];

fn migrations() -> Migrations<'static> {
    let step = |(name, schema): &(&str, &'static str)| match HOOKS.iter().find(|(of, _)| of == name) {
        Some((_, hook)) => M::up_with_hook(schema, hook),
        None => M::up(schema),
    };
    SCHEMAS.iter().map(step).collect()
}

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
        Self::prepare(connection, clock)
    }

    /// The bytes of a CRM without rows.
    fn empty() -> Result<Vec<u8>, CrmError> {
        let crm = Self::prepare(Connection::open_in_memory()?, Clock::virtual_at(Timestamp::UNIX_EPOCH))?;
        Ok(crm.connection.serialize("main")?.to_vec())
    }

    /// Opens a CRM file, or makes it. A file that is refused is left as it was.
    ///
    /// # Errors
    /// When the folder is missing, the file is no SQLite database or another program's, read-only, in use, or of a newer
    /// schema.
    pub fn open(path: &Path, clock: Clock) -> Result<Self, CrmError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
            && !folder.is_dir()
        {
            return Err(CrmError::NoFolder { path: path.to_owned() });
        }
        if path.metadata().is_ok_and(|meta| meta.permissions().readonly()) {
            return Err(CrmError::ReadOnly { path: path.to_owned() });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|error| CrmError::at(path, error))?;
        check_file(&connection, path)?;
        connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
            .map_err(|error| CrmError::at(path, error))?;
        Self::prepare(connection, clock).map_err(|error| error.about(path))
    }

    fn prepare(mut connection: Connection, clock: Clock) -> Result<Self, CrmError> {
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "cache_size", PAGE_CACHE_KB)?;
        connection.pragma_update_and_check(None, "wal_autocheckpoint", PAGES_BEFORE_CHECKPOINT, |_| Ok(()))?;
        let owner: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        if owner != APPLICATION_ID {
            connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        }
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        migrations().to_latest(&mut connection).map_err(|error| CrmError::Migration(error.to_string()))?;
        let mut crm = Self { connection, clock, discovery: DiscoveryConfig::default(), depth: 0 };
        crm.load_configuration()?;
        Ok(crm)
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
        if let Err(error) = self.connection.execute_batch(&end) {
            // A commit that fails (a full disk, a broken relation) must not leave the transaction open.
            let _ = self.connection.execute_batch(&format!("ROLLBACK TO {name}; RELEASE {name}"));
            return Err(E::from(error.into()));
        }
        result
    }
}

/// Reads the header, without which opening finds nothing wrong.
fn check_file(connection: &Connection, path: &Path) -> Result<(), CrmError> {
    let header = |name| -> Result<i64, CrmError> {
        connection.pragma_query_value(None, name, |row| row.get(0)).map_err(|error| CrmError::at(path, error))
    };
    let (found, owner) = (header("user_version")?, header("application_id")?);
    let tables: i64 = connection
        .query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| CrmError::at(path, error))?;
    if owner != APPLICATION_ID && (tables > 0 || owner != 0) {
        return Err(CrmError::NotACrm { path: path.to_owned() });
    }
    let known = i64::try_from(SCHEMAS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(CrmError::NewerSchema { path: path.to_owned(), found, known });
    }
    Ok(())
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

    /// A file of the schema before the given one.
    fn file_before(schema: usize, path: &Path) -> Connection {
        let mut connection = Connection::open(path).unwrap();
        connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        migrations().to_version(&mut connection, schema - 1).unwrap();
        connection
    }

    #[test]
    fn addresses_of_an_older_file_are_found_in_any_case() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.sqlite");
        let old = file_before(7, &path);
        old.execute_batch(
            "INSERT INTO integration (id, settings, apiUrl, apiKey) VALUES (1, '{}', 'u', 'k');
             INSERT INTO customer (channel, email) VALUES (1, 'Zoë@Example.com'), (1, NULL), (1, 'ada@example.com');",
        )
        .unwrap();
        drop(old);
        let crm = Crm::open(&path, Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
        let found = crm.find(Entity::Customer, &[("email", "ZOË@example.com".into())]).unwrap();
        assert_eq!(found.iter().map(|row| row.fields.text("email")).collect::<Vec<_>>(), [Some("Zoë@Example.com")]);
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

    fn opened(path: &Path) -> Result<Crm, String> {
        Crm::open(path, Clock::virtual_at(Timestamp::UNIX_EPOCH)).map_err(|error| error.to_string())
    }

    #[test]
    fn files_that_cannot_be_a_crm_are_named_with_a_remedy_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("notes.txt"), "these are notes, not a database, and long enough to be a header").unwrap();
        let newer = Connection::open(at("newer.sqlite")).unwrap();
        newer.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        newer.pragma_update(None, "user_version", 99).unwrap();
        let foreign = Connection::open(at("browser.sqlite")).unwrap();
        foreign.execute_batch("CREATE TABLE history (url TEXT)").unwrap();
        drop((newer, foreign));
        std::fs::create_dir(at("folder")).unwrap();
        for (name, expected) in [
            ("notes.txt", "notes.txt is not an SQLite database; name a new file or one that mockgento made"),
            ("newer.sqlite", "newer.sqlite has schema 99, this mockgento knows 7;"),
            ("browser.sqlite", "browser.sqlite is another program's database; name a new file"),
            ("no/crm.sqlite", "no/crm.sqlite does not exist; make it first"),
            ("folder", "folder cannot be opened:"),
        ] {
            let before = std::fs::read(at(name)).unwrap_or_default();
            let error = opened(&at(name)).err().unwrap();
            assert!(error.contains(expected), "{error}");
            assert_eq!(std::fs::read(at(name)).unwrap_or_default(), before, "{name} is as it was");
        }
    }

    #[test]
    fn a_read_only_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.sqlite");
        drop(opened(&path).unwrap());
        let mut permissions = path.metadata().unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        let error = opened(&path).err().unwrap();
        assert!(error.contains("crm.sqlite is read-only; make it writable or copy it"), "{error}");
    }

    #[test]
    fn a_file_keeps_its_rows_and_writes_ahead() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.sqlite");
        let mut crm = opened(&path).unwrap();
        crm.insert(Entity::Account, Fields::new().with("name", "Jane")).unwrap();
        let mode: String = crm.connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
        drop(crm);
        assert_eq!(opened(&path).unwrap().count(Entity::Account).unwrap(), 1);
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

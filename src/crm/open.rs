//! Opening a CRM file: what is refused, who may do it at the same time, who may read it afterwards, and schemas brought up
//! to date.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, Transaction};
use rusqlite_migration::{HookResult, M, Migrations};
use url::Url;

use super::lock::OpenLock;
use super::secrets::Kept;
use super::{Crm, CrmError, DiscoveryConfig, STATEMENTS_MAX, keys, place};
use crate::clock::Clock;
use crate::private_file;

/// Marks a file as ours in its header, so that another program's database is never taken for a CRM: "mock" in ASCII.
pub(super) const APPLICATION_ID: i64 = 0x6d6f_636b;

/// Memory for pages of the file, negative as SQLite wants kilobytes: 64 MB hold the indexes of a large CRM.
const PAGE_CACHE_KB: i64 = -65_536;
/// Pages written ahead before they are copied into the file, at the end of the batch that makes them so many: 12 MB, for a
/// first sync changes the same pages over and over, and a small disk must hold the log and the file.
const PAGES_BEFORE_CHECKPOINT: i64 = 3_000;
/// What is left of a log that had to grow beyond that, while somebody else was reading.
const LOG_BYTES_KEPT: i64 = 16 << 20;
/// The only journal that lets others read while a sync writes.
const JOURNAL: &str = "wal";

/// Schemas so far, oldest first.
const SCHEMAS: &[(&str, &str)] = &[
    ("schema.sql", include_str!("schema.sql")),
    ("schema_2.sql", include_str!("schema_2.sql")),
    ("schema_3.sql", include_str!("schema_3.sql")),
    ("schema_4.sql", include_str!("schema_4.sql")),
    ("schema_5.sql", include_str!("schema_5.sql")),
    ("schema_6.sql", include_str!("schema_6.sql")),
    ("schema_7.sql", include_str!("schema_7.sql")),
    ("schema_8.sql", include_str!("schema_8.sql")),
    ("schema_9.sql", include_str!("schema_9.sql")),
    ("schema_10.sql", include_str!("schema_10.sql")),
];

fn newest_schema() -> i64 {
    i64::try_from(SCHEMAS.len()).unwrap_or(i64::MAX)
}

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

/// What a file's header says.
struct Header {
    schema: i64,
    is_ours: bool,
}

impl Crm {
    /// Opens a CRM file, or makes it; it is its owner's alone from then on. A file that is refused is left as it was.
    /// Secrets that an older version left in it go, which [`Crm::notes`] tells.
    ///
    /// # Errors
    /// When the folder is missing, the file is no SQLite database or another program's, read-only, in use, or of a newer
    /// schema.
    pub fn open(path: &Path, clock: Clock) -> Result<Self, CrmError> {
        let real = place::real(path)?;
        if real.is_dir() {
            return Err(CrmError::IsFolder { path: path.to_owned() });
        }
        if !place::folder(&real).is_dir() {
            return Err(CrmError::NoFolder { path: path.to_owned() });
        }
        if real.metadata().is_ok_and(|meta| meta.permissions().readonly()) {
            return Err(CrmError::ReadOnly { path: path.to_owned() });
        }
        let at = |error| CrmError::at(path, error);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let lock = if real.exists() { None } else { Some(OpenLock::take(&real)?) };
        if lock.is_some() {
            // Made before SQLite makes it, which would let others read it. Another program may have been first.
            let _ = private_file::create_new(&real);
        }
        let connection = Connection::open_with_flags(&real, flags).map_err(at)?;
        let header = header(&connection, path)?;
        let is_ready = header.is_ours
            && header.schema == newest_schema()
            && connection.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0)).map_err(at)?
                == JOURNAL;
        let _lock = match lock {
            // What others have brought up to date meanwhile is found so below.
            None if !is_ready => Some(OpenLock::take(&real)?),
            lock => lock,
        };
        if !is_ready {
            connection.pragma_update_and_check(None, "journal_mode", JOURNAL, |_| Ok(())).map_err(at)?;
        }
        for suffix in ["", "-wal", "-shm", "-sync-lock"] {
            let file = place::beside(&real, suffix);
            if file.exists()
                && let Err(error) = private_file::protect(&file)
            {
                tracing::warn!("others may read {}: {error}", file.display());
            }
        }
        let mut crm = Self::prepared(connection, clock, Kept::OnPurpose).map_err(|error| error.about(path))?;
        match crm.forget_secrets() {
            Ok(()) => {}
            Err(CrmError::Locked) => crm.notes.push(format!(
                "{} holds an API key, which cannot be taken out while another program writes to it; open it again then",
                path.display()
            )),
            Err(error) => return Err(error.about(path)),
        }
        Ok(crm)
    }

    /// Opens a CRM file to look at it. One that must not be written is opened for reading only, and of one of an older
    /// schema a copy is looked at.
    ///
    /// # Errors
    /// As [`Crm::open`]; a file that is not there is not made.
    pub fn open_to_read(path: &Path, clock: Clock) -> Result<Self, CrmError> {
        let real = place::real(path)?;
        if real.is_dir() {
            return Err(CrmError::IsFolder { path: path.to_owned() });
        }
        let is_writable = std::fs::OpenOptions::new().append(true).open(&real).is_ok()
            && real.metadata().is_ok_and(|meta| !meta.permissions().readonly());
        if is_writable && is_folder_writable(place::folder(&real)) {
            return Self::open(path, clock);
        }
        let connection = reading(&real, path)?;
        if header(&connection, path)?.schema == newest_schema() {
            let mut crm = Self::bare(connection, clock, Kept::OnPurpose)?;
            crm.load_configuration()?;
            return Ok(crm);
        }
        let failed = |error: std::io::Error| CrmError::CannotOpen { path: path.to_owned(), reason: error.to_string() };
        let folder = tempfile::tempdir().map_err(failed)?;
        let copy = folder.path().join("crm.sqlite");
        copy_into(&connection, &copy)?;
        let mut crm = Self::open(&copy, clock)?;
        crm.notes.clear();
        crm._copy = Some(folder);
        Ok(crm)
    }

    /// Copies a CRM file to a new one, with what another program is still writing left out. The file itself is opened
    /// for reading only.
    ///
    /// # Errors
    /// When it is no CRM file, or the copy exists already or cannot be written.
    pub fn copy_file(from: &Path, to: &Path) -> Result<(), CrmError> {
        let source = reading(&place::real(from)?, from)?;
        header(&source, from)?;
        copy_into(&source, to)
    }

    /// Writes the CRM as it is into a new file, as [`Crm::copy_file`] does of a file, with the secrets it keeps.
    ///
    /// # Errors
    /// As [`Crm::copy_file`].
    pub fn copy_to(&self, to: &Path) -> Result<(), CrmError> {
        copy_into(&self.connection, to)
    }

    /// Settings of the connection, and the newest schema.
    pub(super) fn prepared(mut connection: Connection, clock: Clock, kept: Kept) -> Result<Self, CrmError> {
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update_and_check(None, "wal_autocheckpoint", PAGES_BEFORE_CHECKPOINT, |_| Ok(()))?;
        connection.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES_KEPT, |_| Ok(()))?;
        let owner: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        if owner != APPLICATION_ID {
            connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        }
        connection.pragma_update(None, "foreign_keys", true)?;
        migrations().to_latest(&mut connection).map_err(migration_failed)?;
        let mut crm = Self::bare(connection, clock, kept)?;
        crm.load_configuration()?;
        Ok(crm)
    }

    fn bare(connection: Connection, clock: Clock, kept: Kept) -> Result<Self, CrmError> {
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "cache_size", PAGE_CACHE_KB)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        Ok(Self {
            connection,
            clock,
            discovery: DiscoveryConfig::default(),
            depth: 0,
            kept,
            held: Default::default(),
            notes: Vec::new(),
            _copy: None,
        })
    }
}

/// The failure without the SQL that failed, which is as long as a schema.
fn migration_failed(error: rusqlite_migration::Error) -> CrmError {
    match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => match CrmError::from(err) {
            CrmError::Database(error) => CrmError::Migration(CrmError::Database(error).to_string()),
            other => other,
        },
        other => CrmError::Migration(other.to_string().lines().next().unwrap_or_default().to_owned()),
    }
}

/// Reads the header, without which opening finds nothing wrong.
fn header(connection: &Connection, path: &Path) -> Result<Header, CrmError> {
    let at = |error| CrmError::at(path, error);
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(at);
    let (schema, owner) = (number("user_version")?, number("application_id")?);
    let tables: i64 = connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(at)?;
    let is_ours = owner == APPLICATION_ID;
    if !is_ours && (tables > 0 || owner != 0) {
        return Err(CrmError::NotACrm { path: path.to_owned() });
    }
    if schema > newest_schema() {
        return Err(CrmError::NewerSchema { path: path.to_owned(), found: schema, known: newest_schema() });
    }
    Ok(Header { schema, is_ours })
}

/// A connection that only reads. In a folder that cannot be written SQLite makes no file for those who read together, so
/// the file is taken for one that nobody changes; there is no log beside it then.
fn reading(real: &Path, path: &Path) -> Result<Connection, CrmError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let looked = |connection: Connection| {
        let read = connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
        read.map(|_| connection)
    };
    let first = Connection::open_with_flags(real, flags).and_then(looked);
    let Err(error) = first else { return first.map_err(|error| CrmError::at(path, error)) };
    let log = place::beside(real, "-wal").metadata().map_or(0, |meta| meta.len());
    let whole = std::path::absolute(real).ok().and_then(|whole| Url::from_file_path(whole).ok());
    let Some(mut address) = whole.filter(|_| log == 0) else { return Err(CrmError::at(path, error)) };
    address.set_query(Some("immutable=1"));
    let unchanged = Connection::open_with_flags(address.as_str(), flags | OpenFlags::SQLITE_OPEN_URI);
    unchanged.and_then(looked).map_err(|_| CrmError::at(path, error))
}

fn copy_into(source: &Connection, to: &Path) -> Result<(), CrmError> {
    let failed = |error: std::io::Error| CrmError::CannotOpen { path: to.to_owned(), reason: error.to_string() };
    // An empty file is written into with the rights it has.
    private_file::create_new(to).map_err(failed)?;
    source.execute("VACUUM INTO ?", [to.display().to_string()]).map_err(|error| CrmError::at(to, error))?;
    Ok(())
}

/// Whether SQLite can make its files there.
fn is_folder_writable(folder: &Path) -> bool {
    tempfile::Builder::new().prefix(".mockgento-").tempfile_in(folder).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::{CrmValue, Entity, Fields, RowId};
    use jiff::Timestamp;

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
    fn edits_that_wait_in_an_older_file_were_never_sent_that_anybody_knows_of() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.sqlite");
        let old = file_before(9, &path);
        old.execute_batch(
            r#"INSERT INTO integration (id, settings, apiUrl, apiKey) VALUES (1, '{}', 'u', 'k');
             INSERT INTO customer (id, channel, lastName) VALUES (1, 1, 'New');
             INSERT INTO exportQueue (channel, entity, row, changeSet, createdAt)
             VALUES (1, 'customer', 1, '{"lastName":["Old","New"]}', '2024-01-10 12:00:00');"#,
        )
        .unwrap();
        drop(old);
        let crm = Crm::open(&path, Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
        let waiting = crm.export_queue(crate::crm::IntegrationId(RowId(1))).unwrap();
        assert_eq!((waiting.len(), waiting[0].sent.len(), waiting[0].change_set.len()), (1, 0, 1));
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
            ("newer.sqlite", format!("newer.sqlite has schema 99, this mockgento knows {};", newest_schema()).as_str()),
            ("browser.sqlite", "browser.sqlite is another program's database; name a new file"),
            ("no/crm.sqlite", "no/crm.sqlite does not exist; make it first"),
            ("folder", "folder is a folder; name a file in it"),
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

    #[test]
    fn an_older_file_gets_the_regions_and_keeps_what_its_shop_calls_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.sqlite");
        let old = file_before(8, &path);
        old.execute_batch(
            "INSERT INTO integration (id, settings, apiUrl, apiKey) VALUES (1, '{}', 'u', 'k');
             INSERT INTO region (channel, combinedCode, code, countryCode, name, regionId) VALUES
               (1, 'US-CA', 'CA', 'US', 'California', 12), (1, 'US-AK', 'AK', 'US', 'Alyeska', 2),
               (1, 'XX-1', '1', 'XX', 'One', 900), (NULL, 'US-AL', 'AL', 'US', 'Alabama', 1);
             INSERT INTO \"order\" (channel, incrementId, totalPaidAmount) VALUES (1, '100', '5.0000');",
        )
        .unwrap();
        drop(old);
        let crm = Crm::open(&path, Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
        let shared = crm.find(Entity::Region, &[("channel", CrmValue::Null)]).unwrap();
        assert_eq!(shared.len(), 484);
        let own: Vec<_> = crm.find(Entity::Region, &[("channel", CrmValue::Ref(RowId(1)))]).unwrap();
        assert_eq!(own.iter().map(|row| row.fields.text("name")).collect::<Vec<_>>(), [Some("Alyeska"), Some("One")]);
        let order = crm.find(Entity::Order, &[]).unwrap().remove(0);
        let amount = |name| order.fields.get(name).unwrap().to_json();
        assert_eq!((amount("totalPaidAmount"), amount("totalRefundedAmount")), ("5.0000".into(), "0".into()));
    }

    /// One transaction that touches many pages, as a batch does.
    fn batch(crm: &mut Crm, number: i64) -> Result<(), CrmError> {
        crm.transaction(|crm| {
            for row in 0..25 {
                // Names in no order, so that the index changes all over.
                let name = format!("{:x}", (number * 25 + row).wrapping_mul(0x1e37_79b9_7f4a_7c15));
                let contact = Fields::new().with("lastName", "x".repeat(400)).with("email", name);
                crm.insert(Entity::Contact, contact)?;
            }
            Ok(())
        })
    }

    #[test]
    fn what_is_written_ahead_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.sqlite");
        let mut crm = opened(&path).unwrap();
        let log = || std::fs::metadata(folder.path().join("crm.sqlite-wal")).map_or(0, |log| log.len());
        let (mut most, mut rounds, mut before) = (0, 0, 0);
        for number in 0..1_200 {
            batch(&mut crm, number).unwrap();
            most = most.max(log());
            rounds += u32::from(crm.pages().unwrap() > before);
            before = crm.pages().unwrap();
        }
        assert!(most > 8 << 20 && most <= 16 << 20, "{most} bytes after {rounds} batches that grew the file");
    }

    #[test]
    fn a_full_disk_is_named_with_the_file_and_what_was_written_before_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.sqlite");
        let mut crm = opened(&path).unwrap();
        batch(&mut crm, 0).unwrap();
        for more in 0..12 {
            crm.limit_pages(crm.pages().unwrap() + more).unwrap();
            let before = crm.count(Entity::Contact).unwrap();
            let ended = (0..).find_map(|number| batch(&mut crm, 100 + number).err()).unwrap();
            let said = ended.to_string();
            let expected = format!("{} cannot grow: the disk is full; free some space", path.display());
            assert!(said.starts_with(&expected) && said.ends_with("a sync goes on where it stopped"), "{said}");
            let after = crm.count(Entity::Contact).unwrap();
            assert_eq!((after - before) % 25, 0, "batches are whole");
            crm.limit_pages(u32::MAX).unwrap();
            batch(&mut crm, 200).unwrap();
            assert_eq!(crm.count(Entity::Contact).unwrap(), after + 25, "once there is room it goes on");
        }
    }
}

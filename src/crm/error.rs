//! Why the CRM cannot be opened, read or written.

use std::path::{Path, PathBuf};

/// A failure of the CRM.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CrmError {
    /// The file is something else.
    #[error("{path} is not an SQLite database; name a new file or one that mockgento made")]
    NotADatabase {
        /// The file that it is about.
        path: PathBuf,
    },
    /// The file is an SQLite database, but not a CRM.
    #[error("{path} is another program's database; name a new file or one that mockgento made")]
    NotACrm {
        /// The file that it is about.
        path: PathBuf,
    },
    /// A name that means no file.
    #[error("\"{name}\" is no file; name one, such as crm.sqlite")]
    NotAFile {
        /// The name that was given.
        name: String,
    },
    /// Somebody else writes to the file.
    #[error("{path} is in use by another program; wait until it is done or close it")]
    InUse {
        /// The file that it is about.
        path: PathBuf,
    },
    /// The file cannot be opened for another reason.
    #[error("{path} cannot be opened: {reason}")]
    CannotOpen {
        /// The file that it is about.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The file was made by a newer version.
    #[error("{path} has schema {found}, this mockgento knows {known}; use the version that made it, or a new file")]
    NewerSchema {
        /// The file that it is about.
        path: PathBuf,
        /// The number of the schema that the file has.
        found: i64,
        /// The newest this version knows.
        known: i64,
    },
    /// The file must not be written.
    #[error("{path} is read-only; make it writable or copy it")]
    ReadOnly {
        /// The file that it is about.
        path: PathBuf,
    },
    /// The name is a folder's.
    #[error("{path} is a folder; name a file in it, such as {path}/crm.sqlite")]
    IsFolder {
        /// The folder that does not exist.
        path: PathBuf,
    },
    /// The folder of the file is missing.
    #[error("the folder of {path} does not exist; make it first")]
    NoFolder {
        /// The file that it is about.
        path: PathBuf,
    },
    /// A field that an entity does not have.
    #[error("{entity} has no field \"{field}\"{hint}")]
    UnknownField {
        /// The entity, by the name of its table.
        entity: &'static str,
        /// The field asked for.
        field: String,
        /// A guess at what was meant.
        hint: String,
    },
    /// A value that does not fit its field.
    #[error("{entity}.{field} takes {expected}, not {found}")]
    WrongType {
        /// The entity, by the name of its table.
        entity: &'static str,
        /// The field that was to be written.
        field: String,
        /// What the field takes, in words.
        expected: &'static str,
        /// The value that was given.
        found: String,
    },
    /// A row that does not exist.
    #[error("there is no {entity} {what}")]
    NotFound {
        /// The entity, by the name of its table.
        entity: &'static str,
        /// What it was looked for by.
        what: String,
    },
    /// An edit that the rules forbid.
    #[error("{0}")]
    Forbidden(String),
    /// Settings that cannot be saved.
    #[error(transparent)]
    Settings(#[from] super::SettingsError),
    /// A migration that failed.
    #[error("the schema cannot be brought up to date: {0}")]
    Migration(String),
    /// Somebody else has been writing to the file for too long.
    #[error("another program is writing to the CRM; wait until it is done, then try again")]
    Locked,
    /// There is no room for the file.
    #[error(
        "{path} cannot grow: the disk is full; free some space (beside it {path}-wal needs up to 16 MB), then do the same \
         again: a sync goes on where it stopped"
    )]
    DiskFull {
        /// The file that it is about.
        path: String,
    },
    /// A failure of SQLite.
    #[error("the CRM database fails: {}", without_sql(.0))]
    Database(rusqlite::Error),
}

/// What SQLite says, without the statement it says it about.
fn without_sql(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

/// The file where nobody knows which.
const UNNAMED: &str = "the CRM file";

/// Whether the disk is full: SQLite says so plainly of the file and the log, and otherwise of the index of the log, which
/// is made anew with every opening.
fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
        || error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

impl From<rusqlite::Error> for CrmError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => Self::Locked,
            _ if is_full(&error) => Self::DiskFull { path: UNNAMED.to_owned() },
            _ => Self::Database(error),
        }
    }
}

impl CrmError {
    /// Names the file in the failures that are about it.
    pub(super) fn at(path: &Path, error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Self::NotADatabase { path: path.to_owned() },
            Some(rusqlite::ErrorCode::ReadOnly) => Self::ReadOnly { path: path.to_owned() },
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
                Self::InUse { path: path.to_owned() }
            }
            _ if is_full(&error) => Self::DiskFull { path: path.display().to_string() },
            _ => Self::CannotOpen { path: path.to_owned(), reason: without_sql(&error) },
        }
    }

    /// The same failure, naming the file where it is about it.
    pub(super) fn about(self, path: &Path) -> Self {
        match self {
            Self::Locked => Self::InUse { path: path.to_owned() },
            Self::DiskFull { .. } => Self::DiskFull { path: path.display().to_string() },
            Self::Database(error) => Self::at(path, error),
            other => other,
        }
    }

    /// Whether the database or its file failed, which says nothing about what was asked for.
    pub fn is_failure(&self) -> bool {
        match self {
            Self::Database(_) => !self.is_duplicate(),
            Self::UnknownField { .. }
            | Self::WrongType { .. }
            | Self::NotFound { .. }
            | Self::Forbidden(_)
            | Self::Settings(_) => false,
            _ => true,
        }
    }

    /// The same failure; one of the disk names the file.
    pub(super) fn on_disk_of(self, path: Option<&str>) -> Self {
        match (self, path) {
            (Self::DiskFull { .. }, Some(path)) if !path.is_empty() => Self::DiskFull { path: path.to_owned() },
            (other, _) => other,
        }
    }

    /// Whether a uniqueness rule of the schema refused the row.
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Database(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation))
    }
}

//! Why a recording cannot be made, read or replayed.

use std::path::PathBuf;

use crate::crm::CrmError;
use crate::sync::error::SyncError;

/// A recording that cannot be made, read or replayed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// No service description, or a broken one.
    #[error("the recording has no usable WSDL: {0}; record again")]
    Wsdl(String),
    /// A file would tell who somebody is.
    #[error("{file} would still hold {what} of a personal value; nothing was written; report the field it comes from")]
    Survives {
        /// The file that it is about.
        file: &'static str,
        /// What, without saying it.
        what: String,
    },
    /// The folder holds something.
    #[error("{0} is not empty; name a new folder")]
    NotEmpty(PathBuf),
    /// A file cannot be read or written.
    #[error("{path}: {reason}", path = .path.display())]
    File {
        /// The file that it is about.
        path: PathBuf,
        /// The reason, as a lower-case fragment.
        reason: String,
    },
    /// A recording of somebody else's client.
    #[error(
        "this is a recording of another client, which no sync of ours can replay; serve it: mockgento serve --cassette DIR"
    )]
    NotOurs,
    /// The recording names a profile that does not exist.
    #[error("the cassette names the profile \"{0}\", which this version does not know")]
    Profile(String),
    /// The CRM file cannot be read or written.
    #[error(transparent)]
    Crm(#[from] CrmError),
    /// The sync cannot run.
    #[error(transparent)]
    Sync(#[from] SyncError),
}

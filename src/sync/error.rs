//! Why a sync could not run, or a connector could not ask. What goes wrong with single connectors or rows is a result,
//! not an error: see `outcome`.

use crate::client::ClientError;
use crate::crm::CrmError;

/// A sync that could not run, or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The integration was switched off.
    #[error("integration \"{name}\" is not enabled, cannot synchronise it; enable it first")]
    Disabled {
        /// Its name.
        name: String,
    },
    /// Its settings lack something a run needs.
    #[error("integration \"{name}\" cannot be synchronised: {problem}")]
    Settings {
        /// Its name.
        name: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// The CRM refused to be read or written.
    #[error(transparent)]
    Crm(#[from] CrmError),
}

/// A question that a connector could not ask, or that was not answered.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CallError {
    /// The call failed.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Rows are filtered by store, and the chosen website has none; the reference client's words (vector 48).
    #[error("Could not resolve store dependency for website id: {0}")]
    NoStores(i64),
}

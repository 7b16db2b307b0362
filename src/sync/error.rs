//! Why a sync could not run. What goes wrong with single connectors or rows is a result, not an error: see `outcome`.

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

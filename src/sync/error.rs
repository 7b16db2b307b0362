//! Why a sync could not run, or a connector could not ask. What goes wrong with single connectors or rows is a result,
//! not an error: see `outcome`.

use crate::client::ClientError;
use crate::crm::{CrmError, WebsiteId};

/// A sync that could not run, or had to stop.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncError {
    /// The integration was switched off.
    #[error("integration \"{name}\" is not enabled, cannot synchronise it; enable it first")]
    Disabled {
        /// The name of the integration.
        name: String,
    },
    /// Its settings lack something a run needs.
    #[error("integration \"{name}\" cannot be synchronised: {problem}")]
    Settings {
        /// The name of the integration.
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
#[non_exhaustive]
pub enum CallError {
    /// The call to the shop failed.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Rows are filtered by store, and the chosen website has none; the reference client's words (vector 48).
    #[error("Could not resolve store dependency for website id: {0}")]
    NoStores(WebsiteId),
    /// A list that would never end.
    #[error(
        "{operation} would go on for ever: {why}; nothing that came is lost, and the next sync asks again. Something in \
         the shop (a module, a cache, a proxy before it) does not keep to the filters or the pager of this list: mend that"
    )]
    Endless {
        /// The operation that was called.
        operation: &'static str,
        /// How many rows the last answer held.
        rows: usize,
        /// How that is known.
        why: Endless,
    },
    /// Pages that cannot be put together.
    #[error(
        "{operation} answers a full page that is not in the order of {key}, so rows between its pages could be lost; let \
         the shop sort it so, or set a page size that holds all its rows"
    )]
    OutOfOrder {
        /// The operation that was called.
        operation: &'static str,
        /// By what its rows are told apart.
        key: &'static str,
    },
}

/// How a list without end is known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Endless {
    /// A page by number brought nothing new.
    #[error("page {0} held only rows that had come before")]
    PageAgain(u32),
    /// Rows beyond a key were asked for, and others came.
    #[error("it was asked for rows with {0}, and answered with rows before that")]
    KeyIgnored(String),
    /// Rows came that no table can hold.
    #[error("it was asked for rows with {0}, which no shop has, and answered with some")]
    MadeUp(String),
    /// Windows of the future keep bringing rows.
    #[error("it was asked for rows whose {0} is in the future, and answered with rows from before")]
    WindowIgnored(&'static str),
    /// More rows than a shop has.
    #[error("it has brought more than {0} rows")]
    TooLong(usize),
}

//! What a Rust user holds besides the shop of [`crate::testing`]: a sync into a CRM, a scenario that runs, a snapshot of what
//! is left. Each is a thin way in to the layers below, with the defaults of the command line; no rule of Magento, of the sync
//! or of the language lives here, and nothing in this crate depends on it.

#[cfg(test)]
#[cfg(feature = "cli")]
mod planned;
#[cfg(feature = "scenario")]
mod scenario;
#[cfg(feature = "scenario")]
mod snapshot;
mod sync;

#[cfg(feature = "scenario")]
pub use snapshot::Snapshot;
pub use sync::{Sync, SyncSetupError};

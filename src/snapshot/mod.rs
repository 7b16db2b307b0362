//! Snapshots as files people review: insta's `.snap` format, so that `cargo insta review` works on them, with our own
//! comparison, writing and reviewing, so that neither Cargo nor a panic is needed. What a snapshot shows is decided in
//! `scenario`; this knows texts and files only.
#![doc(hidden)]

mod diff;
mod file;
mod pending;
mod store;
pub mod yaml;

pub use diff::unified;
pub use file::{Header, SnapshotError};
pub use pending::{Pending, pending};
pub use store::{Mode, SnapshotName, Store, Verdict};

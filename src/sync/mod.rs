//! The sync as OroCRM's Magento connector does it: connectors that list rows from Magento, conversion into CRM records,
//! strategies that decide what a record does to existing rows, windows and bookmarks, and two-way export with merge.
//!
//! Deciding is pure (`window`, `filter`, `convert`, `strategy`, `merge`, `export`); `driver` is the only place that
//! calls Magento and writes the CRM. No SQL here and no bytes of the wire.
#![doc(hidden)]

pub mod behind;
mod bookmark;
pub mod bridge;
pub mod cart_expiration;
pub mod check_connection;
pub mod connector;
pub mod context;
pub mod convert;
pub mod driver;
pub mod email_check;
pub mod error;
pub mod export;
pub mod filter;
mod incremental;
mod initial;
pub mod job;
pub mod left_out;
pub mod merge;
pub mod outcome;
pub mod plan;
pub mod queue;
mod run;
mod scope;
mod sent;
pub mod shop_time;
pub mod span;
pub mod standing;
mod stop;
pub mod strategy;
mod stream;
pub mod subscription;
pub mod sync_data;
mod two_way;
pub mod undo;
pub mod warning;
pub mod window;
pub mod write;

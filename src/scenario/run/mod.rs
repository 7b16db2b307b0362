//! Runs what the language has read: a case has a world (clock, shops, wire, CRM) of its own, `setup` makes it, `step` acts
//! in it, `runner` goes through the steps, `pool` runs many. A failed expectation is a result, not an error. What a file may
//! say is decided in `language`.

mod actor;
mod as_in_shop;
pub mod attendant;
mod cannot_work;
pub mod case;
pub(in crate::scenario) mod compare;
mod crm_texts;
pub mod exercised;
pub mod failure;
mod in_sync;
mod integration;
pub(in crate::scenario) mod invariants;
mod ledger;
pub(super) mod moments;
pub(super) mod network;
mod options;
pub mod pool;
pub mod result;
mod rows_in_sync;
pub mod runner;
pub(super) mod setup;
pub mod shard;
mod shared;
pub(super) mod step;
pub mod timeline;
mod trace;
pub mod until;
pub mod wire;
pub mod wire_call;
pub(super) mod world;

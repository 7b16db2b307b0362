//! The sync client and its CRM: connection, conversion, import, export, and what is left in the CRM.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of a test may fail it")]

mod broken_look_ups;
mod client;
mod connection;
mod convergence;
mod crm_file;
mod customers;
mod edits_between_calls;
mod endless;
mod full_disk;
mod library_dry_run;
mod no_lost_edit;
mod only_the_edit;
mod order_of_arrival;
mod plan_is_what_happens;
mod simulated;
mod spoiled_answers;
mod trace;
mod vectors;
mod world;
mod write_ahead;

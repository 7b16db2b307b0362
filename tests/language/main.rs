//! The scenario language: what may be written, what is refused, and what the shipped scenarios cover.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of a test may fail it")]

mod columns_and_values;
mod disruptions;
mod during;
mod expectations_and_edits;
mod mistakes;
mod shipped_suite;
mod stubs;
mod wrong_forms;

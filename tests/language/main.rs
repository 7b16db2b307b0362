//! The scenario language: what may be written, what is refused, and what the shipped scenarios cover.

mod disruptions;
mod expectations_and_edits;
mod shipped_suite;
mod wrong_forms;

//! Results as people and CI read them. Knows what a run found ([`crate::scenario::result`]) and nothing of how.

pub mod console;
pub mod file;
pub mod junit;
pub mod matrix;

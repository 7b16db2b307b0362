//! The row of a seed.

use indexmap::IndexMap;

/// A row as a seed writes it: column to text or null.
pub type SeedRow = IndexMap<String, Option<String>>;

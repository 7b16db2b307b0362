//! Files that a scenario names and that lie beside it or come with the program: seeds and overrides of shops.

pub mod overrides;
pub mod seeds;

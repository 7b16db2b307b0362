//! Files that a scenario names and that lie beside it or come with the program: seeds, overrides, modules and stubs
//! of shops.

pub mod modules;
pub mod overrides;
pub mod seeds;

//! Stories as data, and the one place where the two towers meet: a scenario file is read, checked as a whole, and run
//! against a fake shop and a CRM of its own. Rules of Magento or of the sync do not live here.

pub mod cells;
mod check;
pub mod count;
pub mod coverage;
pub mod crm_edit;
pub mod disrupt_step;
pub mod expectation;
pub mod explore;
mod filling;
pub mod finding;
pub mod fragment_step;
mod fragments;
mod integration;
mod knob;
mod known;
pub mod magento_edit;
mod matrix;
mod network;
pub mod one_or_many;
pub mod origin;
pub mod parse;
mod people;
pub mod pool;
pub mod result;
pub mod run_step;
pub mod runner;
pub mod sale;
pub mod schema;
pub mod script;
pub mod seeds;
pub mod shard;
mod shared;
pub mod snapshot_step;
pub mod span;
pub mod step;
mod story;
mod telling;
mod trace;
pub mod value;
mod variables;
pub mod wire;
pub mod words;
mod world;

pub use finding::{Finding, ScenarioError, SourceFile};
pub use story::{Case, Story, find};

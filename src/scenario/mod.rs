//! Stories as data, and the one place where the two towers meet: a scenario file is read, checked as a whole, and run
//! against a fake shop and a CRM of its own. Rules of Magento or of the sync do not live here.

mod check;
pub mod coverage;
pub mod crm_edit;
pub mod disrupt_step;
pub mod expectation;
pub mod explore;
pub mod finding;
mod integration;
mod known;
pub mod magento_edit;
mod network;
pub mod one_or_many;
pub mod overrides;
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
pub mod snapshot_step;
pub mod span;
pub mod step;
mod story;
mod trace;
pub mod value;
pub mod words;
mod world;

pub use finding::{Finding, ScenarioError, SourceFile};
pub use story::{Case, Story, find};

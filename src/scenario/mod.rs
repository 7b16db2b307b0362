//! Scenarios, and the one place where the two towers meet: [`language`] reads a file and checks it as a whole, [`run`] plays
//! it against a fake shop and a CRM of its own, [`explore`] runs it again and again with trouble in it, [`simulate`] draws
//! scenarios nobody has written, [`coverage`] says what a suite exercises. Arrows go from `simulate` to `explore` to `run` to
//! `language`, never back. Rules of Magento or of the sync do not live
//! here.
#![doc(hidden)]

pub mod actor;
pub mod conform;
pub mod coverage;
pub mod explore;
pub mod language;
pub mod run;
pub mod simulate;

pub use language::finding::{self, Finding, ScenarioError};
pub use language::scenario::{Scenario, find};
pub use language::schema;
pub use language::source::SourceFile;
pub use language::step;
pub use run::case::Case;
pub use run::{attendant, failure, pool, result, runner, shard, timeline, until, wire, wire_call};

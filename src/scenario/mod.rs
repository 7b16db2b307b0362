//! Stories as data, and the one place where the two towers meet: a scenario file is read, checked as a whole, and run
//! against a fake shop and a CRM of its own. Rules of Magento or of the sync do not live here.

pub mod expectation;
pub mod finding;
pub mod one_or_many;
pub mod parse;
pub mod script;
pub mod snapshot_step;
pub mod span;
pub mod step;
pub mod value;
pub mod words;

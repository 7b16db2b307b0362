//! Somebody's own client in the place of our sync: its file as data (`file`, read and checked by `load` and
//! `promises`), what a case asks of a
//! client and whether it can do it (`features`), how it is asked (`ask`) and spoken to (`protocol`), started as single commands (`program`) or
//! as one long-lived program (`adapter`), whose conversations are kept and held again (`recorded`), ended with all that they have started (`group`), and its rows (`rows`) beside ours (`compare`). `run` runs scenarios with it; what a step means is decided there.

mod adapter;
pub mod ask;
pub mod compare;
mod error;
pub mod features;
pub mod file;
pub mod group;
pub mod known;
pub mod lacking;
pub mod load;
pub mod program;
mod promises;
pub mod protocol;
mod recorded;
mod rows;
pub mod testee;

pub use error::TesteeError;
pub use rows::Tables;
pub use testee::Testee;

//! Two shops asked the same questions, read-only, and in which way their contracts differ: what they declare, what their
//! answers look like, how they fail, page and filter, what their web servers say. Of the answers' values nothing is
//! kept but in [`mirror`], which makes a fake shop that holds the same few records, so that what differs then is
//! the contract. Rendering is the command line's.
#![doc(hidden)]

mod answer;
mod asked;
mod derive;
mod difference;
mod meaning;
pub mod mirror;
mod own;
mod own_answers;
mod portrait;
mod questions;
mod said;
mod sample;
mod seen;
mod service;
mod tap;
mod topic;
mod wanted;

use crate::client::ClientError;

pub use asked::{AskedShop, Bounds, Progress};
pub use derive::overrides_of;
pub use difference::{Difference, differences};
pub use mirror::Mirror;
pub use portrait::Portrait;
pub use seen::{questions_to_keep, stubs_of};
pub use service::{Declared, ServiceFacts};
pub use topic::Topic;
pub use wanted::{NotCalled, WantedQuestion};

/// Why a shop cannot be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// It cannot be connected to.
    #[error("{url}: {source}")]
    Unreachable {
        /// The address, credentials masked.
        url: String,
        /// The error underneath.
        source: ClientError,
    },
    /// The fake cannot be made of what the shop said.
    #[error("the fake shop cannot be made of what the shop answered: {0}")]
    Mirror(String),
}

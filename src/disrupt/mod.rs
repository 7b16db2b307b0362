//! Injected trouble: which disruption strikes which call. Knows calls by name and number only; what a disruption does
//! to a list is in [`rows`], to an answer in [`answer`] and [`spoil`], to the bytes on the wire in [`wire`]. The word
//! *fault* is kept for SOAP faults.
#![doc(hidden)]

pub mod answer;
mod disruption;
mod list_page;
mod plan;
pub mod rows;
mod sense;
pub mod spoil;
mod when;
pub mod wire;

pub use disruption::{Disruption, Layer};
pub use plan::{Armed, ArmedId, Fired, Plan};
pub use sense::{AskedFor, Nonsense, Part};
pub use when::{Seen, When};

/// The operation name under which WSDL downloads are matched and journalled.
pub const WSDL_OPERATION: &str = "wsdl";
/// The operation that opens a session.
pub(crate) const LOGIN_OPERATION: &str = "login";

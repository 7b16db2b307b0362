//! A sync against a real shop as files that can be handed around: every exchange with personal data replaced, and the
//! CRM it leaves. The replacement is keyed and consistent, and a scan refuses files in which an original survives.
//! Replaying needs no shop.

mod cassette;
mod cipher;
mod difference;
mod leaves;
mod personal;
mod recorder;
mod replay;
mod sanitiser;
mod write;

pub use cassette::{Cassette, Exchange, Meta};
pub use cipher::SubstituteKey;
pub use difference::{first_difference, first_difference_but_names};
pub use recorder::{Heard, Recorder};
pub use replay::{ReplayTransport, replay};
pub use sanitiser::Sanitiser;
pub use write::{RecordError, Recorded, read, write};

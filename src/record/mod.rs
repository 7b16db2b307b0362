//! A sync against a real shop, or somebody's client at work on one, as files that can be handed around: every exchange
//! with personal data replaced, the CRM it leaves, and a scenario, with a shop, that repeats it. The replacement is keyed
//! and consistent, and a scan refuses files in which an original survives. Replaying needs no shop. Sockets are `server`'s
//! and `transport`'s; here are no HTTP types.
#![doc(hidden)]

mod breakage;
mod bytes;
mod cassette;
mod cipher;
mod difference;
mod error;
mod leaves;
mod other_doors;
mod personal;
mod play;
mod proxy;
mod reader;
mod recorder;
mod replay;
mod rewrite;
mod rows;
mod sanitiser;
mod scenario;
mod seed;
mod serialised;
mod served;
mod tables;
mod trouble;
mod words;
mod write;

pub use breakage::Broken;
pub use cassette::{Caller, Cassette, Document, Exchange, Meta};
pub use cipher::SubstituteKey;
pub use difference::{differences, differences_but_names, first_difference, first_difference_but_names};
pub use error::RecordError;
pub use personal::{kept_fields, personal_fields};
pub use play::{Play, Played};
pub use proxy::{Proxy, Writes};
pub use reader::Reader;
pub use recorder::{Heard, RECORDED_BYTES_MAX, Recorder};
pub use replay::{ReplayTransport, replay};
pub use sanitiser::Sanitiser;
pub use scenario::{Expected, SEED, counted, scenario};
pub use seed::{KEY, Rebuilt, USER, rebuild};
pub use served::ServedCassette;
pub use tables::without_personal_data;
pub use trouble::{Trouble, duration_seconds, troubles};
pub use write::{Recorded, check_folder, read, write};

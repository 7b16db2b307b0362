//! The fake shop's HTTP face: what a URL means, bytes in and bytes out, connections, the journal. It decides nothing a
//! Magento decides; that is `shop`'s. hyper stays in `http`, `front`, `body` and `listener`; `endpoint` is free of it.
//! `front` is the same HTTP for others who answer.
#![doc(hidden)]

mod address;
mod admin;
mod body;
mod checkpoints;
pub mod endpoint;
mod envelopes;
mod front;
mod gate;
mod handle;
mod http;
pub mod journal;
mod kept;
mod listener;
mod log;
mod message;
mod outcome;
mod patience;
mod redirect;
mod remembered;
mod route;
mod secret_names;
mod secret_values;
mod service;
mod spoiled;
mod strikes;
pub mod verify;
mod waiting;

pub use address::wsdl_url;
pub use admin::{ADMIN_PATH, AdminApi, TOKEN_CHARACTERS_MIN, Token, control_openapi};
pub use endpoint::{EndpointOptions, Forwarded, HttpAnswer, HttpRequestParts};
pub use envelopes::Envelopes;
pub use front::{Answering, Answers, Front, FrontAnswer, FrontRequest};
pub use gate::Gate;
pub use handle::{BaseUrl, FakeShop, InMemoryShop, ServerOptions, StartError};
pub use journal::{Journal, JournalEntry, KeptAway};
pub use outcome::Outcome;
pub use service::Service;

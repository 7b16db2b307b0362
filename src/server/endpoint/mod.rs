//! Bytes in, bytes out for one request: address, envelope, operation, shop, envelope. Synchronous, without a socket and
//! without hyper; recordings are replayed against it. `receive` reads a request of any door into a `Call`, `act` gives
//! it to the shop, `write` puts what came out into the door's language and `head` the headers of a real shop around it.
//! What a door's language is made of lives in `soap` and `doors`, what the shop answers in `shop`.

mod act;
mod call;
mod describe;
mod head;
mod page;
mod receive;
mod write;

use crate::shop::Shop;

pub use super::message::{Forwarded, HttpAnswer, HttpRequestParts};
pub use super::route::{Door, ENCODING_SCHEMA_PATH};
pub(super) use act::{act, injected};
pub(super) use call::{Call, Handled, Received};
pub(super) use head::dress;
pub(super) use receive::{receive, receive_without_shop};
pub(super) use write::Acted;

/// What a server may do differently from a real shop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointOptions {
    /// The RPC WSDL imports the encoding schema from the internet, as the real one does, and not from here.
    pub exact_wsdl: bool,
    /// The shop is served on every address of the machine, so that the host of its base URL is whichever a client named.
    pub every_address: bool,
    /// The base URL is where the shop is served, so that who asks for another host or scheme is sent there.
    pub redirects: bool,
}

/// Answers one request, without disruptions and without a journal.
pub fn answer(shop: &mut Shop, options: &EndpointOptions, request: &HttpRequestParts, body: &[u8]) -> HttpAnswer {
    let handled = match receive(shop, options, request, body) {
        Received::Call(call) => act(shop, &call).write(),
        Received::Refused { handled, .. } | Received::Answered { handled, .. } => handled,
    };
    dress(handled.answer, Some(shop.clock().now()), shop.overrides().map(|overrides| &overrides.http))
}

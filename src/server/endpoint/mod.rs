//! Bytes in, bytes out for one request: address, envelope, operation, shop, envelope. Synchronous, without a socket and
//! without hyper; recordings are replayed against it. `receive` reads a request of any door into a [`Call`], `act` gives
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

pub use super::route::{Door, ENCODING_SCHEMA_PATH};
pub(super) use act::{act, injected};
pub(super) use call::{Call, Handled, Received};
pub(super) use head::dress;
pub(super) use receive::{receive, receive_without_shop};
pub(super) use write::Acted;

/// The line of a request and its headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRequestParts {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The raw query without `?`; empty without one.
    pub query: String,
    /// Host and port as the client named them.
    pub host: Option<String>,
    /// `Content-Type` as sent; only its charset counts.
    pub content_type: Option<String>,
    /// `Authorization` as sent.
    pub authorization: Option<String>,
    /// `X-Forwarded-Proto` and `SSL-Offloaded` as sent: how a proxy says that the client came by https.
    pub forwarded: Forwarded,
}

/// What a proxy says of the client's connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Forwarded {
    /// `X-Forwarded-Proto`.
    pub proto: Option<String>,
    /// `SSL-Offloaded`.
    pub offloaded: Option<String>,
}

/// A finished answer; `Content-Length` is in the headers, `Connection` is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    /// Headers in order; `Content-Type` may come twice (wire spec, section 1.3).
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

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

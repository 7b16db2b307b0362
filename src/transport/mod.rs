//! How the client's bytes travel: one trait, and two carriers that speak real HTTP: TCP with TLS ([`tcp`]) and a pipe
//! in memory ([`in_memory`]). No SOAP here, no retries and no sessions; those are the client's.
#![doc(hidden)]

use std::future::Future;
use std::pin::Pin;

use url::Url;

use crate::clock::Deadline;

mod credentials;
mod error;
mod exchange;
pub mod in_memory;
pub mod origin;
pub mod proxy;
pub mod tcp;

pub use credentials::password_texts;
pub use error::{Breakage, TransportError, masked};
pub use origin::{AllowedOrigins, Origin, Way};

/// The two HTTP methods a Magento SOAP client needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Fetches a document, which is a WSDL.
    Get,
    /// Sends a SOAP envelope.
    Post,
}

/// One request. User and password in the URL become Basic auth, as PHP's SoapClient does it, unless `headers` bring
/// their own `Authorization`.
#[derive(Clone, PartialEq)]
pub struct HttpRequest {
    /// Whether a document is fetched or an envelope sent.
    pub method: Method,
    /// The whole address, query included.
    pub url: Url,
    /// Further headers, in order; `Host` and `Content-Length` are added on the way.
    pub headers: Vec<(String, String)>,
    /// The body; empty for a GET.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// A GET without further headers.
    pub fn get(url: Url) -> Self {
        Self { method: Method::Get, url, headers: Vec::new(), body: Vec::new() }
    }

    /// A POST of `body`.
    pub fn post(url: Url, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        Self { method: Method::Post, url, headers, body }
    }
}

impl std::fmt::Debug for HttpRequest {
    /// Neither header values nor the body: both carry secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {} ({} bytes)", self.method, masked(&self.url), self.body.len())
    }
}

/// One answer, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The HTTP status code.
    pub status: u16,
    /// All headers in order, names in lower case; a repeated header appears as often as it was sent.
    pub headers: Vec<(String, String)>,
    /// The whole body, decompressed.
    pub body: Vec<u8>,
    /// When the time for the exchange is over, of which reading the answer is a part.
    pub deadline: Deadline,
}

impl HttpAnswer {
    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What becomes of redirects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Redirects {
    /// One of a GET that stays at its origin, or goes from http to https there, is followed; any other is an error.
    #[default]
    FollowOne,
    /// They are answers like others: what a proxy passes on.
    AreAnswers,
}

/// The future that [`Transport::send`] returns.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<HttpAnswer, TransportError>> + Send + 'a>>;

/// Sends one request and brings its answer. Any status is an answer; an error means that none came.
pub trait Transport: Send + Sync {
    /// Sends `request` and waits for the whole answer.
    fn send(&self, request: HttpRequest) -> Sending<'_>;

    /// Origins that may get secrets besides the one they were given for. Whoever wraps a transport passes its word on.
    fn allowed_origins(&self) -> &AllowedOrigins {
        AllowedOrigins::NONE
    }

    /// Comes to an end when nothing is to be waited for any more, be it an answer or the time to the next try. Usually never.
    fn given_up(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::pending())
    }
}

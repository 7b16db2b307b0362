//! A request and an answer of HTTP, as far as a shop looks at them.

/// The line of a request and its headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRequestParts {
    /// The HTTP method, such as `GET` or `POST`.
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The raw query without `?`; empty without one.
    pub query: String,
    /// Host and port as the client named them.
    pub host: Option<String>,
    /// `Content-Type` as sent; only its charset counts.
    pub content_type: Option<String>,
    /// The value of the `Authorization` header.
    pub authorization: Option<String>,
    /// `X-Forwarded-Proto` and `SSL-Offloaded` as sent: how a proxy says that the client came by https.
    pub forwarded: Forwarded,
}

/// What a proxy says of the client's connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Forwarded {
    /// The value of the `X-Forwarded-Proto` header.
    pub proto: Option<String>,
    /// The value of the `SSL-Offloaded` header.
    pub offloaded: Option<String>,
}

/// A finished answer; `Content-Length` is in the headers, `Connection` is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The HTTP status code.
    pub status: u16,
    /// Headers in order; `Content-Type` may come twice (wire spec, section 1.3).
    pub headers: Vec<(String, String)>,
    /// The body of the answer.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

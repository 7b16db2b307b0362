//! Why no answer came. Texts are the same for both carriers, so that snapshots are; what the system said is in
//! `detail`, for logs.

use std::fmt;
use std::time::Duration;

use url::Url;

use crate::secret::MASK;

/// No usable answer. Every message names the address (without credentials) and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The address is not one we can call.
    #[error("cannot call {url}: {reason}; give an http:// or https:// address")]
    Address {
        /// The address, credentials masked.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No connection: name unknown, port closed, host down.
    #[error("cannot connect to {url}; {}", connect_remedy(.detail))]
    Connect {
        /// The address, credentials masked.
        url: String,
        /// What the system said.
        detail: String,
    },
    /// The connection stands but TLS does not.
    #[error("no TLS connection to {url}: {}; {}", tls_reason(.detail), tls_remedy(.detail))]
    Tls {
        /// The address, credentials masked.
        url: String,
        /// What the TLS library says of it.
        detail: String,
    },
    /// Nothing, or not all, came in time.
    #[error("no complete answer from {url} within {} s; raise the timeout or look at the shop's load", .after.as_secs_f64())]
    Timeout {
        /// The address, credentials masked.
        url: String,
        /// The limit that was exceeded.
        after: Duration,
    },
    /// The answer is longer than the limit.
    #[error("the answer of {url} is longer than {limit} bytes; ask for smaller pages or raise the limit")]
    TooLarge {
        /// The address, credentials masked.
        url: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// The connection broke or carried something else than HTTP.
    #[error("the connection to {url} broke: {breakage}; look at the web server's error log")]
    Broken {
        /// The address, credentials masked.
        url: String,
        /// Where in the exchange.
        breakage: Breakage,
        /// What the system said.
        detail: String,
    },
    /// A redirect we do not follow: of a POST, to another origin, or the second in a row.
    #[error(
        "{url} redirects ({status}) to {location}; put that address into the integration's settings if it is right"
    )]
    Redirected {
        /// The address, credentials masked.
        url: String,
        /// The HTTP status of the answer.
        status: u16,
        /// The `Location` as sent, credentials masked.
        location: String,
    },
    /// Somebody asked to stop before the answer came.
    #[error("the answer of {url} was not waited for, because somebody stopped it")]
    GivenUp {
        /// The address, credentials masked.
        url: String,
    },
    /// A guard let only reading through.
    #[error("{operation} may write, so it was not sent to {url}; nothing in the shop was changed")]
    MayWrite {
        /// The address, credentials masked.
        url: String,
        /// What was to be called.
        operation: String,
    },
}

/// Where an exchange broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breakage {
    /// The peer closed before the answer's head was complete.
    BeforeAnswer,
    /// The same right after a TLS handshake in which we showed no certificate of our own.
    BeforeAnswerWithoutCertificate,
    /// The peer closed inside the body.
    InsideBody,
    /// What came is not HTTP.
    NotHttp,
}

impl fmt::Display for Breakage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BeforeAnswer => "it was closed before an answer came",
            Self::BeforeAnswerWithoutCertificate => {
                "it was closed before an answer came, as servers do that want a client certificate (--client-cert)"
            }
            Self::InsideBody => "it was closed inside the answer",
            Self::NotHttp => "what came is not HTTP",
        })
    }
}

/// What helps where nobody answers. Most of it reads the same on both carriers.
fn connect_remedy(detail: &str) -> &'static str {
    match detail.contains(NO_SUCH_HOST) {
        true => "no such host is known: check its spelling, and that this machine can look names up",
        false => "check the host, the port and that the shop is running",
    }
}

/// How the resolver's errors begin.
const NO_SUCH_HOST: &str = "dns error";

/// What TLS said, without the words of libraries.
fn tls_reason(detail: &str) -> &str {
    if detail.contains(NOT_TLS) {
        return "what answers there does not speak TLS";
    }
    detail.strip_prefix("client error (Connect): ").unwrap_or(detail)
}

/// How an answer reads that is no TLS at all, such as plain HTTP.
const NOT_TLS: &str = "InvalidContentType";

/// What helps against a failed handshake.
fn tls_remedy(detail: &str) -> &'static str {
    if detail.contains(NOT_TLS) {
        return "write http:// if the shop is served without, or name the port of https";
    }
    if detail.contains(WANTS_CERTIFICATE) {
        return "the server wants a client certificate: give one with --client-cert";
    }
    if detail.contains(REFUSED) {
        return "the server refused us; it may want a client certificate (--client-cert) or another version of TLS";
    }
    "for a self-signed certificate give its CA or allow insecure connections"
}

/// How a server's alert says that no certificate came (RFC 8446, section 6.2).
const WANTS_CERTIFICATE: &str = "CertificateRequired";
/// The same before TLS 1.3, which has no alert for it.
const REFUSED: &str = "received fatal alert: ";

/// A URL for messages: user and password replaced.
pub fn masked(url: &Url) -> String {
    if url.username().is_empty() && url.password().is_none() {
        return url.to_string();
    }
    let mut shown = url.clone();
    // Both fail only for URLs without a host, which have no credentials either.
    let _ = shown.set_username(MASK);
    let _ = shown.set_password(None);
    shown.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_wants_a_certificate_is_told_from_one_whose_own_is_not_trusted() {
        let message = |detail: &str| {
            TransportError::Tls { url: "https://shop/".to_owned(), detail: detail.to_owned() }.to_string()
        };
        assert!(message("received fatal alert: CertificateRequired").ends_with("give one with --client-cert"));
        assert!(message("received fatal alert: HandshakeFailure").contains("may want a client certificate"));
        let plain = message("client error (Connect): received corrupt message of type InvalidContentType");
        assert!(
            plain.ends_with(
                "does not speak TLS; write http:// if the shop is served without, or name the port of https"
            ),
            "{plain}"
        );
        assert!(message("invalid peer certificate: UnknownIssuer").ends_with("or allow insecure connections"));
    }

    #[test]
    fn a_url_in_a_message_never_shows_its_credentials() {
        for (url, shown) in [
            ("http://shop.example/api/?wsdl=1", "http://shop.example/api/?wsdl=1"),
            ("https://joe:s3cret@shop.example/", "https://***@shop.example/"),
            ("https://:s3cret@shop.example/", "https://***@shop.example/"),
            ("https://joe@shop.example/", "https://***@shop.example/"),
        ] {
            assert_eq!(masked(&Url::parse(url).unwrap()), shown);
        }
    }
}

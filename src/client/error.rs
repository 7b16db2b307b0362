//! Why a call has no value: which call, what came, what to do. Secrets are masked before they get here.

use std::fmt;

use crate::soap::wsdl_reader::WsdlError;
use crate::soap::{DecodeError, EncodeError, SoapFault, WireStyle};
use crate::transport::TransportError;

/// A call as a message names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// The operation that was called.
    pub operation: String,
    /// Which call of the client it was, logins included.
    pub call: u64,
    /// How often it was sent.
    pub attempts: usize,
}

impl fmt::Display for Attempted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (call {}", self.operation, self.call)?;
        match self.attempts {
            1 => f.write_str(")"),
            attempts => write!(f, ", {attempts} attempts)"),
        }
    }
}

/// A failed connection or call.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// User or key is missing.
    #[error("the SOAP API user or key is empty; set both")]
    NoCredentials,
    /// The WSDL's URL gives no answer.
    #[error("the WSDL cannot be downloaded: {0}")]
    WsdlDownload(TransportError),
    /// The WSDL's URL answers an error.
    #[error("{url} answers HTTP {status} where a WSDL was expected; {}", advice(*.status))]
    WsdlStatus {
        /// The URL, credentials masked.
        url: String,
        /// The HTTP status of the answer.
        status: u16,
    },
    /// What the WSDL's URL answers is no WSDL.
    #[error("{url}: {source}")]
    Wsdl {
        /// The URL, credentials masked.
        url: String,
        /// What is wrong with the WSDL.
        source: WsdlError,
    },
    /// What the URL serves is the shop's API of another version.
    #[error("{url}: this is API v1, which this client does not speak; use {instead}")]
    Version1 {
        /// The URL, credentials masked.
        url: String,
        /// Where the WSDL of version 2 is, credentials masked.
        instead: String,
    },
    /// The WSDL sends calls to something that is no URL.
    #[error("the WSDL sends calls to \"{found}\", which is no http:// or https:// URL; check the shop's base URL")]
    Address {
        /// What the WSDL names as the address.
        found: String,
    },
    /// The WSDL sends calls to another origin than the one the API key was given for.
    #[error(
        "the WSDL of {asked} sends calls to another host or port, {named}, which would get the API key; check the shop's \
         base URL, or give --allow-origin {origin} if that is right"
    )]
    OtherOrigin {
        /// The WSDL's URL, credentials masked.
        asked: String,
        /// Where calls would go, credentials masked.
        named: String,
        /// Scheme, host and port of the address.
        origin: String,
    },
    /// The WSDL came by TLS and sends calls without.
    #[error(
        "the WSDL of {asked} sends calls to {named}, unencrypted, and everybody on the way could read the API key; check the \
         shop's secure base URL, or give --allow-origin {origin} if that is right"
    )]
    Unencrypted {
        /// The WSDL's URL, credentials masked.
        asked: String,
        /// Where calls would go, credentials masked.
        named: String,
        /// Scheme, host and port of the address.
        origin: String,
    },
    /// The shop speaks the other style.
    #[error("{}", mismatch(*.found))]
    StyleMismatch {
        /// What the WSDL declares.
        found: WireStyle,
    },
    /// Login answered something that is no session id.
    #[error("login answered no session id but: {found}")]
    NoSession {
        /// What login answered.
        found: String,
    },
    /// Something only the bridge can do.
    #[error("{0} needs the OroCRM bridge: Oro Bridge extension is not installed.")]
    BridgeRequired(String),
    /// An operation that this shop's WSDL does not have.
    #[error("the shop's WSDL declares no {0}; flush its WSDL cache, or look for a module that is switched off")]
    NotDeclared(String),
    /// The arguments do not fit the operation.
    #[error("{operation}: {source}")]
    Request {
        /// The operation that was called.
        operation: String,
        /// What does not fit.
        source: EncodeError,
    },
    /// The call got no answer.
    #[error("{call}: {source}")]
    Transport {
        /// The call, and how often it was made.
        call: Attempted,
        /// Why no answer came.
        source: TransportError,
    },
    /// An HTTP error without a fault.
    #[error("{call}: HTTP {status}: {excerpt}")]
    Http {
        /// The call, and how often it was made.
        call: Attempted,
        /// The HTTP status of the answer.
        status: u16,
        /// How the body begins, secrets masked.
        excerpt: String,
    },
    /// An answer that is no SOAP.
    #[error("{call}: {source}; the answer begins: {excerpt}")]
    NotSoap {
        /// The call, and how often it was made.
        call: Attempted,
        /// How the body begins, secrets masked.
        excerpt: String,
        /// What is wrong with it.
        source: Box<DecodeError>,
    },
    /// The shop answered a SOAP fault.
    #[error("{call}: {fault}")]
    Fault {
        /// The call, and how often it was made.
        call: Attempted,
        /// The HTTP status of the answer.
        status: u16,
        /// The fault, secrets masked.
        fault: SoapFault,
    },
}

impl ClientError {
    /// The number of an API fault.
    pub fn fault_code(&self) -> Option<u16> {
        match self {
            Self::Fault { fault, .. } => fault.api_code(),
            _ => None,
        }
    }

    /// The text of a fault.
    pub fn fault_text(&self) -> Option<&str> {
        match self {
            Self::Fault { fault, .. } => Some(&fault.string),
            _ => None,
        }
    }

    /// What a person may do about it, where the message alone says only what the shop said.
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Fault { call, .. } if call.operation == "login" && self.fault_code() == Some(ACCESS_DENIED) => Some(
                "the shop takes no such user and API key: compare both with System > Web Services > SOAP/XML-RPC - Users in \
                 its admin, where the account has to be active and to have a role",
            ),
            Self::Fault { .. } if self.fault_code() == Some(ACCESS_DENIED) => Some(
                "the role of the API user does not allow this: give it the resource in System > Web Services > \
                 SOAP/XML-RPC - Roles",
            ),
            _ => None,
        }
    }

    /// Whether the shop's SOAP server does not know the operation, whatever its WSDL declares.
    pub fn is_not_present(&self) -> bool {
        matches!(self, Self::Fault { fault, .. } if fault.string.ends_with("not present"))
    }

    /// The HTTP status of the answer, when there was one.
    pub fn http_status(&self) -> Option<u16> {
        match self {
            Self::WsdlStatus { status, .. } | Self::Http { status, .. } | Self::Fault { status, .. } => Some(*status),
            Self::NotSoap { .. } => Some(200),
            _ => None,
        }
    }
}

/// `Access denied.`: a wrong user or key at the login, a role that does not allow it anywhere else.
const ACCESS_DENIED: u16 = 2;

fn advice(status: u16) -> &'static str {
    match status {
        401 => "put user and password of the site's protection into the URL: https://user:password@shop/...",
        404 => "check the URL, its end too: it should end in api/v2_soap/?wsdl=1",
        502..=504 => "the shop is down or in maintenance, try later",
        _ => "check the URL, which should end in api/v2_soap/?wsdl=1, and the shop's error log",
    }
}

fn mismatch(found: WireStyle) -> &'static str {
    match found {
        WireStyle::WsI => "the shop speaks WS-I (document/literal); switch WS-I Compliance on",
        WireStyle::RpcEncoded => "the shop speaks RPC/encoded, not WS-I; switch WS-I Compliance off",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::FaultCode;

    fn fault(operation: &str, code: &str) -> ClientError {
        let call = Attempted { operation: operation.to_owned(), call: 1, attempts: 1 };
        let code = code.parse().map_or_else(|_| FaultCode::Protocol(code.to_owned()), FaultCode::Api);
        let fault = SoapFault { code, string: "no".to_owned() };
        ClientError::Fault { call, status: 500, fault }
    }

    #[test]
    fn a_refused_login_and_a_refused_call_have_a_remedy_each() {
        assert!(fault("login", "2").remedy().is_some_and(|remedy| remedy.contains("Users")));
        assert!(fault("oroPing", "2").remedy().is_some_and(|remedy| remedy.contains("Roles")));
        assert_eq!(fault("login", "1").remedy(), None);
        assert_eq!(ClientError::NoCredentials.remedy(), None);
    }

    #[test]
    fn the_status_is_that_of_the_answer() {
        assert_eq!(fault("login", "2").http_status(), Some(500));
        let url = "http://shop.example/".to_owned();
        assert_eq!(ClientError::WsdlStatus { url, status: 404 }.http_status(), Some(404));
        assert_eq!(ClientError::NoCredentials.http_status(), None);
    }
}

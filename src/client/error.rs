//! Why a call has no value: which call, what came, what to do. Secrets are masked before they get here.

use crate::soap::wsdl_reader::WsdlError;
use crate::soap::{DecodeError, EncodeError, SoapFault, WireMode};
use crate::transport::TransportError;

/// A failed connection or call.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ClientError {
    /// User or key is missing.
    #[error("the SOAP API user or key is empty; set both")]
    NoCredentials,
    /// No answer came.
    #[error("{operation}: {source}{}", tried(.attempts))]
    Transport {
        /// What was called.
        operation: String,
        /// Which call of the session it was.
        call: u64,
        /// How often it was tried.
        attempts: usize,
        /// Why none came.
        source: TransportError,
    },
    /// The WSDL's URL answers an error or a redirect.
    #[error("{url} answers HTTP {status} where a WSDL was expected{}", redirected(.location))]
    WsdlStatus {
        /// The URL, credentials masked.
        url: String,
        /// HTTP status.
        status: u16,
        /// Where it redirects.
        location: Option<String>,
    },
    /// What the WSDL's URL answers is no WSDL.
    #[error("{url}: {source}")]
    Wsdl {
        /// The URL, credentials masked.
        url: String,
        /// What is wrong.
        source: WsdlError,
    },
    /// The WSDL sends calls to something that is no URL.
    #[error("the WSDL sends calls to \"{found}\", which is no URL; check the shop's base URL")]
    Address {
        /// What it says.
        found: String,
    },
    /// The shop speaks the other style.
    #[error("{}", mismatch(*.configured, *.found))]
    StyleMismatch {
        /// What the integration is set to.
        configured: WireMode,
        /// What the WSDL declares.
        found: WireMode,
    },
    /// Login answered something that is no session id.
    #[error("login answered no session id but: {found}")]
    NoSession {
        /// What it answered.
        found: String,
    },
    /// The arguments do not fit the operation.
    #[error("{operation}: {source}")]
    Request {
        /// What was called.
        operation: String,
        /// What does not fit.
        source: EncodeError,
    },
    /// An HTTP error without a fault.
    #[error("{operation} (call {call}): HTTP {status}: {excerpt}")]
    Http {
        /// What was called.
        operation: String,
        /// Which call of the session it was.
        call: u64,
        /// HTTP status.
        status: u16,
        /// How the body begins.
        excerpt: String,
    },
    /// An answer that is no SOAP.
    #[error("{operation} (call {call}): {source}; the answer begins: {excerpt}")]
    NotSoap {
        /// What was called.
        operation: String,
        /// Which call of the session it was.
        call: u64,
        /// How the body begins.
        excerpt: String,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// A SOAP fault.
    #[error("{operation} (call {call}): SOAP fault {}: {}", .fault.code, .fault.string)]
    Fault {
        /// What was called.
        operation: String,
        /// Which call of the session it was.
        call: u64,
        /// HTTP status.
        status: u16,
        /// The fault.
        fault: SoapFault,
    },
    /// Something only the bridge can do.
    #[error("{0} needs the OroCRM bridge: Oro Bridge extension is not installed.")]
    BridgeRequired(String),
}

impl ClientError {
    /// The number of an API fault.
    pub fn fault_code(&self) -> Option<u16> {
        match self {
            Self::Fault { fault, .. } => fault.api_code(),
            _ => None,
        }
    }
}

fn tried(attempts: &usize) -> String {
    if *attempts > 1 { format!(" ({attempts} attempts)") } else { String::new() }
}

fn redirected(location: &Option<String>) -> String {
    match location {
        Some(location) => format!("; it redirects to {location}, use that URL"),
        None => "; check the URL".to_owned(),
    }
}

fn mismatch(configured: WireMode, found: WireMode) -> String {
    match (configured, found) {
        (_, WireMode::WsI) => "the shop speaks WS-I (document/literal); switch WS-I Compliance on".to_owned(),
        (_, WireMode::RpcEncoded) => "the shop speaks RPC/encoded, not WS-I; switch WS-I Compliance off".to_owned(),
    }
}

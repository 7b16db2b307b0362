//! The ways in which a call does not end in a value.

use crate::soap::SoapFault;

/// Why a call has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A fault that Magento raises: HTTP status 200.
    #[error(transparent)]
    Fault(#[from] SoapFault),
    /// A fault that PHP raises while it encodes: HTTP status 500, one line.
    #[error("SOAP-ENV:Server: {0}")]
    Encoding(String),
    /// The shop dies outside SOAP and answers its HTML error page: HTTP status 503.
    #[error("the shop answers its error page: {0}")]
    ErrorPage(String),
}

impl Refusal {
    /// The fault, when it is one.
    pub fn fault(&self) -> Option<&SoapFault> {
        match self {
            Self::Fault(fault) => Some(fault),
            Self::Encoding(_) | Self::ErrorPage(_) => None,
        }
    }
}

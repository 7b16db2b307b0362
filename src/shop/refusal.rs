//! The ways in which a call does not end in a value.

use crate::soap::SoapFault;

/// Why a call has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A fault that Magento raises: HTTP status 200.
    #[error(transparent)]
    Fault(#[from] SoapFault),
    /// An error that PHP 8 throws in Magento's code and Magento answers with: HTTP status 200.
    #[error("SOAP-ENV:Server: {0}")]
    Thrown(String),
    /// A fault that PHP raises while it encodes: HTTP status 500, one line.
    #[error("SOAP-ENV:Server: {0}")]
    Encoding(String),
    /// The shop dies outside SOAP and answers its HTML error page: HTTP status 503.
    #[error("the shop answers its error page: {0}")]
    ErrorPage(String),
}

impl Refusal {
    /// What PHP 8 says of an object where a text is wanted.
    pub(super) fn object_for_text() -> Self {
        Self::Thrown("Object of class stdClass could not be converted to string".to_owned())
    }

    /// The fault, when it is one.
    pub fn fault(&self) -> Option<&SoapFault> {
        match self {
            Self::Fault(fault) => Some(fault),
            Self::Thrown(_) | Self::Encoding(_) | Self::ErrorPage(_) => None,
        }
    }
}

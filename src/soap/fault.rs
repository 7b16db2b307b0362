//! SOAP faults as Magento answers them: an API fault has a bare number as its code, a protocol fault a qualified name
//! (wire spec, sections 1.3 and 5.1).

use std::fmt;

/// The `faultcode` of a fault.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FaultCode {
    /// An API fault's number, such as `5`; HTTP status 200.
    Api(u16),
    /// `Sender`, `SOAP-ENV:Client`, `SOAP-ENV:Server`, …, verbatim.
    Protocol(String),
}

impl FaultCode {
    /// PHP SoapServer's code for what the server could not do.
    pub fn server() -> Self {
        Self::Protocol("SOAP-ENV:Server".to_owned())
    }

    /// Reads a code from the wire: digits are an API fault.
    pub fn from_wire(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Protocol(text.to_owned()), Self::Api)
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(number) => write!(f, "{number}"),
            Self::Protocol(name) => f.write_str(name),
        }
    }
}

/// A fault: the code and what `<faultstring>` says. Magento sends neither actor nor detail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("SOAP fault {code}: {string}")]
pub struct SoapFault {
    /// The fault code.
    pub code: FaultCode,
    /// The fault string.
    pub string: String,
}

impl SoapFault {
    /// An API fault by its number.
    pub fn api(code: u16, string: impl Into<String>) -> Self {
        Self { code: FaultCode::Api(code), string: string.into() }
    }

    /// A `SOAP-ENV:Server` fault.
    pub fn server(string: impl Into<String>) -> Self {
        Self { code: FaultCode::server(), string: string.into() }
    }

    /// The number of an API fault.
    pub fn api_code(&self) -> Option<u16> {
        match self.code {
            FaultCode::Api(number) => Some(number),
            FaultCode::Protocol(_) => None,
        }
    }
}

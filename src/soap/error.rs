//! What can go wrong between bytes and values.

use super::{SoapVersion, envelope};
use crate::xml::{XmlError, XmlErrorKind};

/// A value that its schema does not allow to be written; PHP answers HTTP 500 with this text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A field with `minOccurs="1"` is absent.
    #[error("SOAP-ERROR: Encoding: object has no '{0}' property")]
    MissingProperty(String),
    /// The schema has no such operation.
    #[error("the operation {0} is not declared by the service")]
    UnknownOperation(String),
}

/// An answer that is not a SOAP answer to the operation asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The text is not well-formed XML.
    #[error("the answer is not well-formed XML: {0}")]
    Xml(XmlError),
    /// XML, but no SOAP envelope with a body.
    #[error("the answer is XML but not a SOAP envelope: its root is <{root}>")]
    NotSoap {
        /// Local name of the root element.
        root: String,
    },
    /// A scalar that its declared type does not allow.
    #[error(
        "SOAP-ERROR: Encoding: Violation of encoding rules: <{element}> holds \"{text}\" where an {expected} is declared"
    )]
    Violation {
        /// The name of the element.
        element: String,
        /// The text of the element.
        text: String,
        /// The type that the element is declared with.
        expected: &'static str,
    },
    /// An `href` that points nowhere or back to itself.
    #[error("the answer holds a reference that leads nowhere or back to itself: \"{0}\"")]
    UnresolvedReference(String),
    /// More than an answer may hold.
    #[error("the answer holds more than {max} {what}; ask for smaller pages")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The limit that was exceeded.
        max: usize,
    },
    /// The time for the call was over before all of it was read.
    #[error("the answer was not read in time; ask for smaller pages or raise the timeout")]
    Late,
}

/// A request that PHP's SoapServer refuses before any operation runs (wire spec, section 1.3).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// Empty or not well-formed.
    #[error("Invalid XML")]
    InvalidXml(Option<XmlError>),
    /// A document type declaration.
    #[error("Detected use of ENTITY in XML, disabled to prevent XXE/XEE attacks")]
    Entity,
    /// A document type declaration without entities.
    #[error("DTD are not supported by SOAP")]
    DocumentType,
    /// A call without any of the arguments that its operation has.
    #[error("Missing parameter")]
    MissingParameter,
    /// More arguments in order, or more calls in a body of WS-I, than the operation has parts.
    #[error("Error cannot find parameter")]
    TooManyParameters,
    /// An attribute, an element or a word that SOAP does not allow in this place; the text is PHP's.
    #[error("{0}")]
    Envelope(&'static str),
    /// The root is no SOAP envelope.
    #[error("Wrong Version")]
    VersionMismatch,
    /// An encoding of a call or header block that is not the own one of the envelope's version.
    #[error("Unknown Data Encoding Style")]
    UnknownEncoding(SoapVersion),
    /// A header block that nobody knows and that must be understood.
    #[error("Header not understood")]
    NotUnderstood,
    /// A SOAP envelope without a body.
    #[error("Body must be present in a SOAP envelope")]
    NoBody,
    /// A body without a call.
    #[error("looks like we got \"Body\" without function call")]
    EmptyBody,
    /// A call of something that is no operation.
    #[error("Procedure '{0}' not present")]
    NoProcedure(String),
    /// A scalar that its declared type does not allow.
    #[error("SOAP-ERROR: Encoding: Violation of encoding rules")]
    Violation,
    /// An `href` that points nowhere or back to itself.
    #[error("SOAP-ERROR: Encoding: Unresolved reference '{0}'")]
    UnresolvedReference(String),
    /// More than a request may hold once its references are followed; PHP would run out of memory.
    #[error("SOAP-ERROR: Encoding: more than {max} {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The limit that was exceeded.
        max: usize,
    },
}

impl From<XmlError> for DecodeError {
    fn from(error: XmlError) -> Self {
        match error.kind {
            XmlErrorKind::Limit { what, max } => Self::Limit { what, max },
            XmlErrorKind::Late => Self::Late,
            _ => Self::Xml(error),
        }
    }
}

impl RequestError {
    /// Content type and body of the HTTP 500 answer to an envelope of that version.
    pub fn to_http(&self, version: SoapVersion) -> (&'static str, Vec<u8>) {
        // What is no envelope is told in the newer version, what is no XML in the older one.
        let version = match self {
            Self::VersionMismatch => SoapVersion::V12,
            Self::InvalidXml(_) | Self::Entity => SoapVersion::V11,
            _ => version,
        };
        let body = match (self, version) {
            (Self::NoProcedure(_), SoapVersion::V12) => {
                envelope::fault_line(version, "rpc:ProcedureNotPresent", "Procedure not present")
            }
            _ => envelope::fault_line(version, self.code(), &self.to_string()),
        };
        (version.content_type(), body)
    }

    /// The fault code of that answer.
    pub fn code(&self) -> &'static str {
        match self {
            Self::VersionMismatch => "env:VersionMismatch",
            Self::InvalidXml(_) | Self::Entity => "Sender",
            Self::NotUnderstood => "SOAP-ENV:MustUnderstand",
            Self::EmptyBody
            | Self::NoBody
            | Self::MissingParameter
            | Self::TooManyParameters
            | Self::Envelope(_)
            | Self::UnknownEncoding(SoapVersion::V11) => "SOAP-ENV:Client",
            Self::UnknownEncoding(SoapVersion::V12) => "SOAP-ENV:DataEncodingUnknown",
            Self::DocumentType
            | Self::NoProcedure(_)
            | Self::Violation
            | Self::UnresolvedReference(_)
            | Self::Limit { .. } => "SOAP-ENV:Server",
        }
    }
}

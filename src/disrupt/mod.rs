//! Injected trouble: which disruption strikes which call. Knows calls by name and number only; what a disruption does
//! to an answer is in [`answer`], what it does to the bytes on the wire in [`wire`]. The word *fault* is kept for SOAP
//! faults.

pub mod answer;
mod plan;
pub mod wire;

pub use plan::{Armed, ArmedId, Fired, Plan, When};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The operation name under which WSDL downloads are matched and journalled.
pub const WSDL_OPERATION: &str = "wsdl";

/// One kind of trouble.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Disruption {
    /// All API sessions of the shop end just before the call is handled.
    ExpireSessions,
    /// The call is not handled; a SOAP fault comes back: with status 200 for a number, 500 for a qualified name.
    Fault {
        /// The fault code: a number as `5`, or a name as `SOAP-ENV:Server`.
        code: String,
        /// The fault string.
        string: String,
    },
    /// The call is not handled; the web server's error page with this status comes back.
    Status(u16),
    /// The call is not handled; an HTML page with status 200 comes back, as a maintenance page does.
    HtmlPage,
    /// The answer's body ends after half of its bytes, with a `Content-Length` to match.
    TruncatedXml,
    /// A PHP warning stands before the XML declaration.
    PhpWarning,
    /// A byte order mark stands before the XML declaration.
    ByteOrderMark,
    /// The answer has its status and no body.
    EmptyBody,
    /// The connection is reset after this many bytes of the answer (head included); 0 is before the answer.
    Reset {
        /// Bytes that still arrive.
        after_bytes: usize,
    },
    /// The connection is closed in order after this many bytes of the answer.
    Close {
        /// Bytes that still arrive.
        after_bytes: usize,
    },
    /// The answer stops coming after this many bytes and the connection stays open.
    Stall {
        /// Bytes that still arrive.
        after_bytes: usize,
    },
    /// `Content-Length` claims this many bytes whatever the body has; the connection closes after it.
    ContentLength(u64),
    /// Something that is not HTTP comes instead of the answer.
    Garbage,
    /// No `Date` header.
    NoDate,
    /// The `Date` header is this many seconds ahead of the shop's clock, or behind it when negative.
    DateSkew(i64),
}

impl Disruption {
    /// A short name for journals and reports.
    pub fn name(&self) -> String {
        match self {
            Self::ExpireSessions => "expire-sessions".to_owned(),
            Self::Fault { code, .. } => format!("fault {code}"),
            Self::Status(status) => format!("status {status}"),
            Self::HtmlPage => "html-page".to_owned(),
            Self::TruncatedXml => "truncated-xml".to_owned(),
            Self::PhpWarning => "php-warning".to_owned(),
            Self::ByteOrderMark => "byte-order-mark".to_owned(),
            Self::EmptyBody => "empty-body".to_owned(),
            Self::Reset { after_bytes } => format!("reset after {after_bytes} bytes"),
            Self::Close { after_bytes } => format!("close after {after_bytes} bytes"),
            Self::Stall { after_bytes } => format!("stall after {after_bytes} bytes"),
            Self::ContentLength(claimed) => format!("content-length {claimed}"),
            Self::Garbage => "garbage".to_owned(),
            Self::NoDate => "no-date".to_owned(),
            Self::DateSkew(seconds) => format!("date-skew {seconds} s"),
        }
    }
}

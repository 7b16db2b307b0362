//! The kinds of trouble and their names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One kind of trouble.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Disruption {
    /// All API sessions of the shop end just before the call is handled.
    ExpireSessions,
    /// The call is not handled; the fault 5, "Session expired. Try to relogin.", comes back. The session lives on.
    SessionExpired,
    /// The call is not handled; the fault 2, "Access denied.", comes back.
    AccessDenied,
    /// The call is not handled; the fault 1, "Internal Error. …", comes back.
    InternalError,
    /// The call is not handled; a SOAP fault comes back: with status 200 for a number, 500 for a qualified name.
    Fault {
        /// The fault code: a number as `5`, or a name as `SOAP-ENV:Server`.
        code: String,
        /// The fault string; left out: Magento's own text of that global code.
        #[serde(default)]
        string: String,
    },
    /// The call is handled, and then a SOAP fault `SOAP-ENV:Server` comes back all the same: what was written stays.
    FaultAfterwards,

    /// A list has no rows.
    EmptyPage,
    /// A list has only its first row, which WS-I writes as a single element.
    SingleRow,
    /// The first row of a list stands in it twice.
    DuplicateRow,
    /// A page past the end brings the last page again instead of none, as collections of Magento do.
    LastPageAgain,
    /// The element of this name is missing, wherever it stands.
    MissingElement(String),
    /// The element of this name holds a text that is no number, date or flag.
    WrongType(String),

    /// The call is not handled; an HTML page with status 200 comes back, as a maintenance page does.
    HtmlPage,
    /// The answer's body ends after half of its bytes, with a `Content-Length` to match.
    TruncatedXml,
    /// A PHP warning stands before the XML declaration.
    PhpWarning,
    /// A byte order mark stands before the XML declaration.
    ByteOrderMark,
    /// The header and the XML declaration say ISO-8859-1, the bytes are UTF-8 all the same.
    WrongCharset,
    /// A byte that cannot be UTF-8 stands in the first text.
    InvalidUtf8,
    /// A control character that XML forbids stands in the first text.
    ControlCharacter,
    /// The answer has its status and no body.
    EmptyBody,
    /// The answer has no `Date` header.
    NoDate,
    /// The `Date` header is this many seconds ahead of the shop's clock, or behind it when negative.
    DateSkew(i64),

    /// The call is not handled; the web server's error page with this status comes back.
    Status(u16),
    /// The call is not handled; status 301 leads to this address.
    Redirect(String),
    /// The body is compressed, asked or not.
    Gzip,
    /// `Content-Length` claims this many bytes whatever the body has; the connection closes after it.
    ContentLength(u64),

    /// Nobody listens: the connection is refused, and the shop never hears of the call. (A server that listens resets the
    /// connection.)
    Refused,
    /// The TLS handshake fails, and the shop never hears of the call. (A server without TLS answers garbage.)
    TlsFailure,
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
    /// The peer is gone and nobody said so: nothing comes and the connection stays open.
    HalfOpen,
    /// The answer comes in this many bytes at a time. On a scenario's clock the time passes at once.
    Drip {
        /// Bytes at a time.
        bytes: u64,
        /// The seconds that pass before the next ones come.
        every_seconds: u64,
    },
    /// Something that is not HTTP comes instead of the answer.
    Garbage,
}

/// How deep a disruption goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// A SOAP fault comes back.
    Fault,
    /// What the answer says.
    Content,
    /// The HTTP around it.
    Http,
    /// The TCP or TLS connection below HTTP.
    Wire,
}

/// The one list of kinds, by how deep each goes, with the word it has in scenarios. A kind that is left out does not
/// compile; that the words are those files are read by is tested.
macro_rules! kinds {
    ($($layer:ident { $($kind:pat => $word:literal,)* })*) => {
        impl Disruption {
            /// How deep it goes.
            pub fn layer(&self) -> Layer {
                match self { $($($kind)|* => Layer::$layer,)* }
            }

            /// The word it has in scenarios.
            pub fn kind(&self) -> &'static str {
                match self { $($($kind => $word,)*)* }
            }

            /// Every word, for coverage and for "did you mean".
            pub const KINDS: &'static [&'static str] = &[$($($word,)*)*];
        }
    };
}

kinds! {
    Fault {
        Self::ExpireSessions => "expire-sessions",
        Self::SessionExpired => "session-expired",
        Self::AccessDenied => "access-denied",
        Self::InternalError => "internal-error",
        Self::Fault { .. } => "fault",
        Self::FaultAfterwards => "fault-afterwards",
    }
    Content {
        Self::EmptyPage => "empty-page",
        Self::SingleRow => "single-row",
        Self::DuplicateRow => "duplicate-row",
        Self::LastPageAgain => "last-page-again",
        Self::MissingElement(_) => "missing-element",
        Self::WrongType(_) => "wrong-type",
        Self::HtmlPage => "html-page",
        Self::TruncatedXml => "truncated-xml",
        Self::PhpWarning => "php-warning",
        Self::ByteOrderMark => "byte-order-mark",
        Self::WrongCharset => "wrong-charset",
        Self::InvalidUtf8 => "invalid-utf8",
        Self::ControlCharacter => "control-character",
        Self::EmptyBody => "empty-body",
        Self::NoDate => "no-date",
        Self::DateSkew(_) => "date-skew",
    }
    Http {
        Self::Status(_) => "status",
        Self::Redirect(_) => "redirect",
        Self::Gzip => "gzip",
        Self::ContentLength(_) => "content-length",
    }
    Wire {
        Self::Refused => "refused",
        Self::TlsFailure => "tls-failure",
        Self::Reset { .. } => "reset",
        Self::Close { .. } => "close",
        Self::Stall { .. } => "stall",
        Self::HalfOpen => "half-open",
        Self::Drip { .. } => "drip",
        Self::Garbage => "garbage",
    }
}

impl Disruption {
    /// Whether it strikes before a connection stands, so that the shop never hears of the call.
    pub fn is_before_connecting(&self) -> bool {
        matches!(self, Self::Refused | Self::TlsFailure)
    }

    /// A short name for journals and reports.
    pub fn name(&self) -> String {
        match self {
            Self::Fault { code, .. } => format!("fault {code}"),
            Self::MissingElement(name) => format!("missing-element {name}"),
            Self::WrongType(name) => format!("wrong-type {name}"),
            Self::DateSkew(seconds) => format!("date-skew {seconds} s"),
            Self::Status(status) => format!("status {status}"),
            Self::Redirect(_) => "redirect".to_owned(),
            Self::ContentLength(claimed) => format!("content-length {claimed}"),
            Self::Reset { after_bytes } => format!("reset after {after_bytes} bytes"),
            Self::Close { after_bytes } => format!("close after {after_bytes} bytes"),
            Self::Stall { after_bytes } => format!("stall after {after_bytes} bytes"),
            Self::Drip { bytes, every_seconds } => format!("drip of {bytes} bytes every {every_seconds} s"),
            word => word.kind().to_owned(),
        }
    }
}

impl std::fmt::Display for Disruption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_a_disruption_is_the_one_scenarios_write() {
        for (yaml, kind) in [
            ("expire-sessions", "expire-sessions"),
            ("{fault: {code: \"5\"}}", "fault"),
            ("{missing-element: email}", "missing-element"),
            ("invalid-utf8", "invalid-utf8"),
            ("{redirect: \"http://elsewhere/\"}", "redirect"),
            ("{drip: {bytes: 10, every_seconds: 2}}", "drip"),
            ("half-open", "half-open"),
        ] {
            let read: Disruption = serde_saphyr::from_str(yaml).unwrap();
            assert_eq!(read.kind(), kind);
            assert!(Disruption::KINDS.contains(&kind));
        }
    }

    #[test]
    fn the_list_holds_the_words_of_the_language_and_no_others() {
        let schema = serde_json::to_value(schemars::schema_for!(Disruption)).unwrap();
        let mut words = std::collections::BTreeSet::new();
        for variant in schema["oneOf"].as_array().unwrap() {
            words.extend(variant["const"].as_str().map(str::to_owned));
            words.extend(
                variant["enum"].as_array().into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned)),
            );
            words.extend(variant["properties"].as_object().into_iter().flat_map(|members| members.keys().cloned()));
        }
        assert_eq!(
            Disruption::KINDS.iter().map(|kind| (*kind).to_owned()).collect::<std::collections::BTreeSet<_>>(),
            words
        );
    }
}

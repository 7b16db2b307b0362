//! Why no answer came, as a recording keeps it and a replay repeats it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::disrupt::Disruption;
use crate::soap::FaultCode;
use crate::transport::{Breakage, TransportError};

/// Why a call got no usable answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Broken {
    /// The connection was refused.
    Refused,
    /// A connection without TLS.
    NoTls,
    /// Nothing, or not all, within so many milliseconds.
    Timeout(u64),
    /// More bytes than this.
    TooLong(usize),
    /// Closed before the answer.
    BeforeAnswer,
    /// Closed inside the answer.
    InsideAnswer,
    /// Something that is no HTTP.
    NotHttp,
    /// A redirect that was not followed.
    Redirected {
        /// The HTTP status of the redirect.
        status: u16,
        /// The address it leads to.
        location: String,
    },
    /// The guard did not send it.
    MayWrite(String),
}

impl Broken {
    pub(super) fn of(error: &TransportError) -> Self {
        match error {
            TransportError::Address { .. } | TransportError::Connect { .. } => Self::Refused,
            TransportError::Tls { .. } => Self::NoTls,
            TransportError::Timeout { after, .. } => {
                Self::Timeout(u64::try_from(after.as_millis()).unwrap_or(u64::MAX))
            }
            TransportError::TooLarge { limit, .. } => Self::TooLong(*limit),
            TransportError::Broken {
                breakage: Breakage::BeforeAnswer | Breakage::BeforeAnswerWithoutCertificate,
                ..
            }
            | TransportError::GivenUp { .. } => Self::BeforeAnswer,
            TransportError::Broken { breakage: Breakage::InsideBody, .. } => Self::InsideAnswer,
            TransportError::Broken { breakage: Breakage::NotHttp, .. } => Self::NotHttp,
            TransportError::Redirected { status, location, .. } => {
                Self::Redirected { status: *status, location: location.clone() }
            }
            TransportError::MayWrite { operation, .. } => Self::MayWrite(operation.clone()),
        }
    }

    /// The error as the transport would raise it again.
    pub(super) fn again(&self, url: String) -> TransportError {
        let detail = "recorded".to_owned();
        let broken = |breakage, url, detail| TransportError::Broken { url, breakage, detail };
        match self {
            Self::Refused => TransportError::Connect { url, detail },
            Self::NoTls => TransportError::Tls { url, detail },
            Self::Timeout(millis) => TransportError::Timeout { url, after: Duration::from_millis(*millis) },
            Self::TooLong(limit) => TransportError::TooLarge { url, limit: *limit },
            Self::BeforeAnswer => broken(Breakage::BeforeAnswer, url, detail),
            Self::InsideAnswer => broken(Breakage::InsideBody, url, detail),
            Self::NotHttp => broken(Breakage::NotHttp, url, detail),
            Self::Redirected { status, location } => {
                TransportError::Redirected { url, status: *status, location: location.clone() }
            }
            Self::MayWrite(operation) => TransportError::MayWrite { url, operation: operation.clone() },
        }
    }

    /// What does the same to a client of the fake shop, or of a proxy; nothing for what only we do.
    pub fn as_disruption(&self) -> Option<Disruption> {
        Some(match self {
            Self::Refused => Disruption::Refused,
            Self::NoTls => Disruption::TlsFailure,
            Self::Timeout(_) => Disruption::HalfOpen,
            Self::BeforeAnswer => Disruption::Reset { after_bytes: 0 },
            Self::InsideAnswer => Disruption::Close { after_bytes: INSIDE },
            Self::NotHttp => Disruption::Garbage,
            Self::Redirected { location, .. } => Disruption::Redirect(location.clone()),
            Self::MayWrite(operation) => {
                Disruption::Fault { code: FaultCode::server().to_string(), string: may_write(operation) }
            }
            Self::TooLong(_) => return None,
        })
    }
}

/// What the proxy says about a call that it did not send.
pub(super) fn may_write(operation: &str) -> String {
    format!(
        "{operation} may write, so the recording proxy did not send it to the shop; start it with --allow-writes to let it \
         through"
    )
}

/// Behind the head of an answer and before the end of any: nobody kept how far the real one came.
const INSIDE: usize = 400;

//! What a request asks for, once it is read, and what is known of its answer.

use base64::Engine as _;

use super::HttpRequestParts;
use crate::disrupt::answer::Answer;
use crate::doors::{json_rpc, xml_rpc};
use crate::magento::Contract;
use crate::secret::ApiKey;
use crate::server::outcome::Outcome;
use crate::shop::Shop;
use crate::shop::version1::{self, HandlerCall};
use crate::soap::{HeaderBlock, RequestError, SoapStruct, SoapValue, SoapVersion};

/// A request as far as it can be read without acting on it.
#[derive(Clone, Debug)]
pub(in crate::server) enum Received {
    /// A call of a known operation.
    Call(Call),
    /// A call that cannot be read, answered already; `operation` is its name in the journal.
    Refused { operation: String, error: RequestError, handled: Handled },
    /// Anything else, answered already.
    Answered { operation: String, handled: Handled },
}

impl Received {
    /// The operation, or what stands for it in the journal.
    pub(in crate::server) fn operation(&self) -> &str {
        match self {
            Self::Call(call) => &call.operation,
            Self::Refused { operation, .. } | Self::Answered { operation, .. } => operation,
        }
    }
}

/// A call of a known operation.
#[derive(Clone, Debug)]
pub(in crate::server) struct Call {
    pub(in crate::server) operation: String,
    pub(in crate::server) arguments: SoapStruct,
    pub(super) asked: Asked,
    pub(in crate::server) speaker: Speaker,
    /// Name and key that came in the head, for a call without a session.
    pub(super) credentials: Option<Credentials>,
}

/// A name and a key.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    pub(super) name: String,
    pub(super) key: ApiKey,
}

/// Name and key of `Authorization: Basic`.
fn basic_credentials(authorization: &str) -> Option<Credentials> {
    let (scheme, encoded) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (name, key) = decoded.split_once(':')?;
    Some(Credentials { name: name.to_owned(), key: ApiKey::new(key) })
}

/// What a call asks the shop for.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// An operation of API version 2, and the header block that stands before it.
    Version2(Option<HeaderBlock>),
    /// A function of the handler of API version 1.
    Version1(Box<HandlerCall>),
    /// Many of them in one request.
    Many(Vec<One>),
}

/// One of many requests in one.
#[derive(Clone, Debug)]
pub(super) enum One {
    Handler(Box<HandlerCall>),
    Answer(SoapValue),
    Fault(xml_rpc::Fault),
}

/// In which language an answer is written.
#[derive(Clone, Debug, Default)]
pub(in crate::server) enum Speaker {
    /// SOAP of API version 2.
    #[default]
    Unread,
    /// SOAP of API version 2, in a version of SOAP.
    Soap2(SoapVersion),
    /// SOAP of API version 1: the function of the handler that answers.
    Soap1(SoapVersion, String),
    /// XML-RPC.
    XmlRpc,
    /// JSON-RPC, and what its answer repeats.
    JsonRpc(json_rpc::Envelope),
}

/// An answer and its short form.
#[derive(Clone, Debug)]
pub(in crate::server) struct Handled {
    pub(in crate::server) answer: Answer,
    pub(in crate::server) outcome: Outcome,
}

impl Call {
    pub(super) fn of_version1(call: HandlerCall, speaker: Speaker) -> Self {
        let (operation, arguments) = (call.operation.clone(), call.arguments.clone());
        Self { operation, arguments, asked: Asked::Version1(Box::new(call)), speaker, credentials: None }
    }

    /// Takes name and key from the request's head, where the shop's release looks there.
    pub(super) fn with_credentials(mut self, request: &HttpRequestParts, shop: &Shop) -> Self {
        if shop.flavor().logs_in_by_head() {
            self.credentials = request.authorization.as_deref().and_then(basic_credentials);
        }
        self
    }

    /// The operations of a request that holds several calls.
    pub(in crate::server) fn operations_within(&self, contract: &Contract) -> Vec<String> {
        match &self.asked {
            Asked::Version1(call) if call.method == "multiCall" => {
                version1::operations_within(&call.arguments, contract)
            }
            Asked::Many(requests) => {
                let named = |one: &One| match one {
                    One::Handler(call) => Some(call.operation.clone()),
                    One::Answer(_) | One::Fault(_) => None,
                };
                requests.iter().filter_map(named).collect()
            }
            Asked::Version1(_) | Asked::Version2(_) => Vec::new(),
        }
    }

    /// The same call with other arguments.
    pub(in crate::server) fn with_arguments(&self, arguments: SoapStruct) -> Self {
        let mut call = Self { arguments: arguments.clone(), ..self.clone() };
        if let Asked::Version1(asked) = &mut call.asked {
            asked.arguments = arguments;
        }
        call
    }
}

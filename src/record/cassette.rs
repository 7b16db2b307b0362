//! What a cassette holds: the exchanges of a sync in their order, without sessions and secrets.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::RecordError;
use super::recorder::Heard;
use super::sanitiser::Sanitiser;
use crate::magento::{BridgeRelease, Contract, Flavor};
use crate::soap::{Answer, Codec, WireMode, wsdl_reader};
use crate::transport::Method;

/// Arguments that are never kept.
const DROPPED: [&str; 3] = ["sessionId", "username", "apiKey"];

/// What a replay must know besides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Where the clock stood.
    pub clock: Timestamp,
    /// Whether the shop spoke WS-I.
    pub wsi: bool,
    /// The profile of the client.
    pub profile: String,
    /// The integration's sync start date.
    pub sync_start_date: Date,
    /// The integration's website, -1 for all.
    pub website: i64,
}

/// A recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cassette {
    /// What a replay must know besides.
    pub meta: Meta,
    /// The calls.
    pub exchanges: Vec<Exchange>,
    /// The service description; a file of its own.
    #[serde(skip)]
    pub wsdl: String,
}

/// One call and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// The operation.
    pub operation: String,
    /// Its arguments without session and secrets.
    pub arguments: Value,
    /// The HTTP status; none when no answer came.
    pub status: Option<u16>,
    /// The `Date` header.
    pub date: Option<String>,
    /// The body.
    pub answer: String,
}

/// Reads requests as a shop would; what it may not know is kept by name only.
pub(super) struct Reader(Codec);

impl Reader {
    pub(super) fn of_wsdl(wsdl: &str) -> Result<Self, RecordError> {
        let facts = wsdl_reader::read(wsdl.as_bytes(), None).map_err(|error| RecordError::Wsdl(error.to_string()))?;
        let flavor = match facts.target_namespace == Flavor::OpenMage20.target_namespace() {
            true => Flavor::OpenMage20,
            false => Flavor::default(),
        };
        let bridge = facts.has_operation("oroPing").then(BridgeRelease::newest);
        Ok(Self(Codec::new(Contract::shared().schema(facts.mode, bridge, flavor))))
    }

    pub(super) fn mode(&self) -> WireMode {
        self.0.schema().mode
    }

    pub(super) fn request(&self, body: &[u8]) -> (String, Value) {
        match self.0.read_request(body, None) {
            Ok(request) => {
                let mut arguments = serde_json::to_value(&request.arguments).unwrap_or_default();
                if let Some(members) = arguments.as_object_mut() {
                    members.retain(|name, _| !DROPPED.contains(&name.as_str()));
                }
                (request.operation, arguments)
            }
            Err(_) => (self.0.named_operation(body, None).unwrap_or_default(), Value::Null),
        }
    }

    /// The session a login opened.
    fn session(&self, body: &str) -> Option<String> {
        match self.0.read_response("login", body.as_bytes()) {
            Ok(Answer::Value(value)) => {
                value.as_text().map(str::to_owned).or_else(|| value.as_struct()?.iter().next()?.1.to_text())
            }
            _ => None,
        }
    }
}

impl Cassette {
    /// What was heard, with everything personal replaced.
    ///
    /// # Errors
    /// [`RecordError::Wsdl`] when no service description was heard.
    pub fn of(heard: &[Heard], meta: Meta, sanitiser: &mut Sanitiser) -> Result<Self, RecordError> {
        let fetched = heard.iter().rev().find(|heard| heard.method == Method::Get && heard.status == Some(200));
        let wsdl = fetched.map(|heard| heard.answer.clone()).unwrap_or_default();
        let reader = Reader::of_wsdl(&wsdl)?;
        let calls: Vec<&Heard> = heard.iter().filter(|heard| heard.method == Method::Post).collect();
        for call in &calls {
            sanitiser.learn(&call.answer);
            sanitiser.hide_addresses(&call.answer);
            let opens_session = reader.request(&call.request).0 == "login";
            if let Some(session) = reader.session(&call.answer).filter(|session| opens_session && !session.is_empty()) {
                sanitiser.hide(session, "recorded-session");
            }
        }
        sanitiser.hide_addresses(&wsdl);
        let exchange = |call: &&Heard| {
            let (operation, arguments) = reader.request(&call.request);
            Exchange {
                operation,
                arguments: sanitiser.json(&arguments),
                status: call.status,
                date: call.date.clone(),
                answer: sanitiser.document(&call.answer),
            }
        };
        let exchanges = calls.iter().map(exchange).collect();
        Ok(Self { meta, exchanges, wsdl: sanitiser.hidden(wsdl) })
    }
}

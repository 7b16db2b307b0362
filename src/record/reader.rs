//! Reads a recording's requests and answers as the shop and its client did; what it may not know is kept by name only.

use serde_json::Value;

use super::{RecordError, other_doors};
use crate::magento::{BridgeRelease, Contract, Flavor};
use crate::soap::{Answer, Codec, SoapStruct, WireStyle, wsdl_reader};

/// Arguments that are never kept.
const DROPPED: [&str; 3] = ["sessionId", "username", "apiKey"];

/// Operations whose answer is a session.
const OPENS_SESSION: [&str; 2] = ["login", "startSession"];

/// A codec for what a service description describes.
pub struct Reader {
    codec: Codec,
    operations: Vec<String>,
}

/// What of a request must not be written anywhere.
pub(super) struct Secrets {
    pub(super) operation: String,
    pub(super) user: Option<String>,
    pub(super) key: Option<String>,
    pub(super) session: Option<String>,
}

impl Reader {
    /// Reads what the shop of that service description says.
    ///
    /// # Errors
    /// [`RecordError::Wsdl`] when it is none.
    pub fn of_wsdl(wsdl: &str) -> Result<Self, RecordError> {
        let facts = wsdl_reader::read(wsdl.as_bytes(), None).map_err(|error| RecordError::Wsdl(error.to_string()))?;
        let flavor = match facts.target_namespace == Flavor::NEWEST_OPENMAGE.target_namespace() {
            true => Flavor::NEWEST_OPENMAGE,
            false => Flavor::default(),
        };
        let bridge = facts.has_operation("oroPing").then(BridgeRelease::newest);
        let operations = facts.operations().map(str::to_owned).collect();
        Ok(Self { codec: Codec::new(Contract::shared().schema(facts.mode, bridge, flavor)), operations })
    }

    pub(super) fn is_wsi(&self) -> bool {
        self.codec.schema().mode == WireStyle::WsI
    }

    /// Whether the service has an operation.
    pub(super) fn has_operation(&self, name: &str) -> bool {
        self.operations.iter().any(|known| known == name)
    }

    pub(super) fn namespace(&self) -> &str {
        &self.codec.schema().target_namespace
    }

    /// The operation of a request and its arguments, without session and secrets.
    pub(super) fn request(&self, body: &[u8]) -> (String, Value) {
        let Some((operation, arguments)) = self.call(body) else {
            return (self.codec.outline(body, None).operation.unwrap_or_default(), Value::Null);
        };
        let mut arguments = serde_json::to_value(&arguments).unwrap_or_default();
        if let Some(members) = arguments.as_object_mut() {
            members.retain(|name, _| !DROPPED.contains(&name.as_str()));
        }
        (operation, arguments)
    }

    /// A call through any door, named as version 2 names it.
    fn call(&self, body: &[u8]) -> Option<(String, SoapStruct)> {
        if let Ok(request) = self.codec.read_request(body, None) {
            return Some((request.operation, request.arguments));
        }
        let (method, arguments) = other_doors::read(body, self.namespace())?;
        Some((other_doors::operation(method, &arguments, &self.operations), arguments))
    }

    pub(super) fn secrets(&self, body: &[u8]) -> Option<Secrets> {
        let (operation, arguments) = self.call(body)?;
        let text = |name: &str| arguments.text(name).filter(|text| !text.is_empty());
        Some(Secrets { user: text("username"), key: text("apiKey"), session: text("sessionId"), operation })
    }

    /// What an operation answered; nothing when it is no SOAP answer.
    pub(super) fn answer(&self, operation: &str, body: &[u8]) -> Option<Answer> {
        self.codec.read_response(operation, body).ok()
    }

    /// The session that an operation opened.
    pub(super) fn opened_session(&self, operation: &str, body: &str) -> Option<String> {
        if !OPENS_SESSION.contains(&operation) {
            return None;
        }
        match self.answer(operation, body.as_bytes()) {
            Some(Answer::Value(value)) => {
                value.as_text().map(str::to_owned).or_else(|| value.as_struct()?.iter().next()?.1.to_text())
            }
            Some(_) => None,
            None => other_doors::session(body),
        }
    }
}

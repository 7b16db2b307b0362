//! What a cassette holds: the exchanges of a sync or of somebody's client in their order, without sessions and secrets.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::RecordError;
use super::breakage::Broken;
use super::bytes;
use super::reader::Reader;
use super::recorder::Heard;
use super::sanitiser::Sanitiser;
use crate::clock::Clock;
use crate::crm::WebsiteId;
use crate::soap::wsdl_reader;

/// What a replay must know besides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Where the clock stood.
    pub clock: Timestamp,
    /// Whether the shop spoke WS-I.
    pub wsi: bool,
    /// Who made the recorded calls.
    #[serde(default)]
    pub caller: Caller,
    /// The profile of the client.
    pub profile: String,
    /// The integration's sync start date.
    pub sync_start_date: Date,
    /// The integration's website, -1 for all.
    pub website: WebsiteId,
    /// Whether the recording was stopped before the sync was done: nothing more was answered then.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stopped: bool,
}

/// Who made the calls of a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Caller {
    /// The built-in sync.
    #[default]
    Sync,
    /// Somebody else's client, through the proxy.
    Client,
}

/// A recording: what was called, and what was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cassette {
    /// What a replay must know besides.
    pub meta: Meta,
    /// The recorded calls in their order.
    pub exchanges: Vec<Exchange>,
    /// What else was fetched, by path: schemas that the service description imports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
    /// The service description; a file of its own.
    #[serde(skip)]
    pub wsdl: String,
}

/// One call and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// The operation; empty when the request names none.
    pub operation: String,
    /// Its arguments without session and secrets; null when they could not be read.
    pub arguments: Value,
    /// The HTTP status; none when no answer came.
    pub status: Option<u16>,
    /// The value of the `Date` header.
    pub date: Option<String>,
    /// The value of the `Content-Type` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The value of the `Location` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Whether the body came compressed; it is not here.
    #[serde(default, skip_serializing_if = "is_false")]
    pub gzip: bool,
    /// The body of the answer.
    pub answer: String,
    /// Whether some of its bytes were no UTF-8; byte 0x80 stands as U+F780 then, and so on.
    #[serde(default, skip_serializing_if = "is_false")]
    pub binary: bool,
    /// Why no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
}

/// A document the service description refers to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The path and the query of the address.
    pub path: String,
    /// The text of the document.
    pub text: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Exchange {
    /// The bytes of the body.
    pub fn bytes(&self) -> Vec<u8> {
        if self.binary { bytes::from_text(&self.answer) } else { self.answer.clone().into_bytes() }
    }
}

impl Cassette {
    /// What was heard, with everything personal replaced.
    ///
    /// # Errors
    /// [`RecordError::Wsdl`] when no service description was heard.
    pub fn of(heard: &[Heard], meta: Meta, sanitiser: &mut Sanitiser) -> Result<Self, RecordError> {
        let is_wsdl = |heard: &&Heard| {
            !heard.is_call && heard.status == Some(200) && wsdl_reader::read(heard.answer.as_bytes(), None).is_ok()
        };
        let fetched = heard.iter().rev().find(is_wsdl);
        let wsdl = fetched.map(|heard| heard.answer.clone()).unwrap_or_default();
        let reader = Reader::of_wsdl(&wsdl)?;
        let calls: Vec<(&Heard, String, Value)> = heard
            .iter()
            .filter(|heard| heard.is_call)
            .map(|heard| {
                let (operation, arguments) = reader.request(&heard.request);
                (heard, operation, arguments)
            })
            .collect();
        for (call, operation, arguments) in &calls {
            sanitiser.learn(operation, &call.answer);
            sanitiser.learn_arguments(operation, arguments);
            sanitiser.hide_addresses(&call.answer);
            sanitiser.hide_addresses(call.location.as_deref().unwrap_or_default());
            if let Some(Broken::Redirected { location, .. }) = &call.broken {
                sanitiser.hide_addresses(location);
            }
            hide_secrets(&reader, call, sanitiser);
        }
        sanitiser.hide_addresses(&wsdl);
        let documents = heard
            .iter()
            .filter(|heard| !heard.is_call && heard.status == Some(200) && heard.answer != wsdl)
            .map(|heard| Document {
                path: sanitiser.hidden(heard.path.clone()),
                text: sanitiser.document("", &heard.answer),
            })
            .fold(Vec::new(), |mut documents: Vec<Document>, document| {
                documents.retain(|known| known.path != document.path);
                documents.push(document);
                documents
            });
        let exchange = |(call, operation, arguments): &(&Heard, String, Value)| Exchange {
            operation: sanitiser.hidden(operation.clone()),
            arguments: sanitiser.arguments(operation, arguments),
            status: call.status,
            date: call.date.clone(),
            content_type: call.content_type.clone(),
            location: call.location.as_ref().map(|location| sanitiser.hidden(location.clone())),
            gzip: call.is_gzip,
            answer: sanitiser.document(operation, &call.answer),
            binary: call.is_binary,
            broken: call.broken.clone().map(|broken| match broken {
                Broken::Redirected { status, location } => {
                    Broken::Redirected { status, location: sanitiser.hidden(location) }
                }
                other => other,
            }),
        };
        let exchanges = calls.iter().map(exchange).collect();
        Ok(Self { meta: Meta { wsi: reader.is_wsi(), ..meta }, exchanges, documents, wsdl: sanitiser.hidden(wsdl) })
    }

    /// A clock that stands where the recording's stood.
    pub fn clock(&self) -> Clock {
        Clock::virtual_at(self.meta.clock)
    }
}

/// Whoever logs in leaves a name and a key in the request, and takes a session along.
fn hide_secrets(reader: &Reader, call: &Heard, sanitiser: &mut Sanitiser) {
    let Some(secrets) = reader.secrets(&call.request) else { return };
    if let Some(user) = secrets.user {
        sanitiser.learn_name(&user);
    }
    if let Some(key) = secrets.key {
        sanitiser.hide(key, "recorded-key");
    }
    let session = secrets.session.or_else(|| reader.opened_session(&secrets.operation, &call.answer));
    if let Some(session) = session.filter(|session| session.len() >= SESSION_MIN) {
        sanitiser.hide(session, "recorded-session");
    }
}

/// Sessions of PHP have 26 characters or more; clients in trouble send anything.
const SESSION_MIN: usize = 16;

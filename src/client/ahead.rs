//! A list call that is sent before its answer is needed, so that the shop and the reading of the answer work while the
//! caller does. Only calls that change nothing may be; one that goes wrong is made again in the usual way, so that
//! retries, sessions and messages are those of any other call.

use tokio::task::JoinHandle;
use tracing::Instrument as _;

use super::{ClientError, MagentoClient, collection, received, unwrap};
use crate::quirk::Quirks;
use crate::soap::{Answer, Codec, SoapStruct, SoapValue, WireStyle};
use crate::transport::HttpAnswer;

/// The call under way. Dropping it leaves the answer unread.
#[derive(Debug)]
pub struct Ahead {
    operation: &'static str,
    arguments: SoapStruct,
    answer: JoinHandle<Option<SoapValue>>,
}

impl MagentoClient {
    /// Sends a list call ahead; `None` when it cannot be written, which the call itself will say.
    pub fn send_ahead(&mut self, operation: &'static str, arguments: SoapStruct) -> Option<Ahead> {
        let in_session = self.in_session(&arguments);
        let request = self.request(operation, &in_session).ok()?;
        let (transport, reader) = (self.transport(), self.reader());
        let span = tracing::debug_span!("call ahead", operation);
        let sent = async move {
            let answer = received::readable(transport.send(request).await.ok()?);
            reader.read(operation, &answer)
        };
        Some(Ahead { operation, arguments, answer: tokio::spawn(sent.instrument(span)) })
    }

    /// The rows of a call that was sent ahead.
    ///
    /// # Errors
    /// As [`MagentoClient::call_list`].
    pub async fn rows_of(&mut self, ahead: Ahead) -> Result<Vec<SoapStruct>, ClientError> {
        match ahead.answer.await {
            Ok(Some(value)) => Ok(collection(value)),
            _ => self.call_list(ahead.operation, ahead.arguments).await,
        }
    }
}

/// What it takes to read an answer.
pub(super) struct AnswerReader {
    pub(super) codec: Codec,
    pub(super) mode: WireStyle,
    pub(super) quirks: Quirks,
}

impl AnswerReader {
    /// The value of an answer in which nothing is wrong.
    fn read(&self, operation: &str, answer: &HttpAnswer) -> Option<SoapValue> {
        if answer.status != 200 {
            return None;
        }
        match self.codec.read_response_within(operation, &unwrap::printable_bytes(&answer.body), answer.deadline) {
            Ok(Answer::Value(value)) => Some(match self.mode {
                WireStyle::RpcEncoded => value,
                WireStyle::WsI => unwrap::unwrap(value, &self.quirks),
            }),
            _ => None,
        }
    }
}

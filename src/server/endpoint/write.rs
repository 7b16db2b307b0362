//! Writes what the shop made of a call in the language of the door by which the call came.

use super::call::{Handled, Speaker};
use super::page::{ERROR_PAGE, HTML, XML, page};
use crate::disrupt::answer::Answer;
use crate::disrupt::{Disruption, rows};
use crate::doors::{json_rpc, xml_rpc};
use crate::magento::WebServer;
use crate::server::outcome::Outcome;
use crate::shop::{Refusal, Shop};
use crate::soap::{Codec, SoapFault, SoapValue, SoapVersion, envelope};

/// What the shop made of a call, not yet written: acting needs the shop, writing only its codec.
#[derive(Clone, Debug)]
pub(in crate::server) struct Acted {
    operation: String,
    result: Result<SoapValue, Refusal>,
    writer: Writer,
}

/// Who writes the answer: a codec or another protocol, and how a shop's web server sends answers.
#[derive(Clone, Debug)]
struct Writer {
    codec: Codec,
    speaker: Speaker,
    web_server: WebServer,
    content_types: Vec<String>,
    fault_status: u16,
}

impl Writer {
    fn of(shop: &Shop, speaker: &Speaker) -> Self {
        let (codec, version) = match speaker {
            Speaker::Soap1(version, _) => (shop.codec_of_version1(), *version),
            Speaker::Soap2(version) => (shop.codec(), *version),
            Speaker::Unread | Speaker::XmlRpc | Speaker::JsonRpc(_) => (shop.codec(), SoapVersion::V11),
        };
        let http = shop.overrides().map(|overrides| overrides.http.clone()).unwrap_or_default();
        let of_product = || content_types(shop.web_server(), version);
        Self {
            codec: codec.clone().answering_in(version),
            speaker: speaker.clone(),
            web_server: shop.web_server(),
            content_types: if http.content_type.is_empty() { of_product() } else { http.content_type },
            fault_status: http.fault_status.unwrap_or(200),
        }
    }
}

impl Acted {
    pub(super) fn of(shop: &Shop, operation: &str, speaker: &Speaker, result: Result<SoapValue, Refusal>) -> Self {
        Self { operation: operation.to_owned(), result, writer: Writer::of(shop, speaker) }
    }

    /// Why the shop did not do it.
    pub(in crate::server) fn refusal(&self) -> Option<&Refusal> {
        self.result.as_ref().err()
    }

    /// Whether a list without rows came out.
    pub(in crate::server) fn is_empty_list(&self) -> bool {
        matches!(&self.result, Ok(SoapValue::List(rows)) if rows.is_empty())
    }

    /// Lets a disruption have its way with what came out. Says whether that changed its rows.
    pub(in crate::server) fn spoil(&mut self, disruption: &Disruption) -> bool {
        if *disruption == Disruption::FaultAfterwards {
            self.result = Err(Refusal::Fault(SoapFault::server("Internal error")));
        }
        self.result.as_mut().is_ok_and(|value| rows::spoil(disruption, value))
    }

    /// Writes the result in the language of the door.
    pub(in crate::server) fn write(self) -> Handled {
        let value = match &self.result {
            Ok(value) => value,
            Err(refusal) => return self.refuse(refusal),
        };
        let function = match &self.writer.speaker {
            Speaker::XmlRpc => return self.answered(value, xml_rpc::write(value)),
            Speaker::JsonRpc(envelope) if envelope.id.is_none() => return self.answered(value, Vec::new()),
            Speaker::JsonRpc(envelope) => return self.answered(value, json_rpc::write(envelope, value)),
            Speaker::Soap1(_, function) => function,
            Speaker::Soap2(_) | Speaker::Unread => &self.operation,
        };
        match self.writer.codec.write_response(function, value) {
            Ok(body) => self.answered(value, body),
            Err(error) => {
                tracing::warn!(operation = self.operation, %error, "the answer breaks its schema");
                self.refuse(&Refusal::Encoding(error.to_string()))
            }
        }
    }

    fn answered(&self, value: &SoapValue, body: Vec<u8>) -> Handled {
        let content_types = self.content_types(body.len());
        Handled {
            answer: Answer { status: 200, content_types, body, location: None },
            outcome: Outcome::of_value(value),
        }
    }

    fn content_types(&self, length: usize) -> Vec<String> {
        match self.writer.speaker {
            Speaker::JsonRpc(_) => json_content_types(self.writer.web_server, length),
            // Zend's fault has no type of its own.
            Speaker::XmlRpc if self.result.is_err() => vec![XML.to_owned()],
            _ => self.writer.content_types.clone(),
        }
    }

    /// Writes a refusal with the status PHP and Magento give it (wire spec, section 1.3).
    fn refuse(&self, refusal: &Refusal) -> Handled {
        let is_soap = !matches!(self.writer.speaker, Speaker::XmlRpc | Speaker::JsonRpc(_));
        match refusal {
            Refusal::Fault(fault) if is_soap && fault.api_code().is_none() => {
                broken(self.writer.codec.version(), fault)
            }
            Refusal::Fault(fault) => self.fault(fault),
            // These servers catch exceptions only: an error of PHP's ends the program.
            Refusal::Thrown(text) | Refusal::Encoding(text) if !is_soap => {
                let fault = SoapFault::server(text.as_str());
                let answer =
                    Answer { status: 500, content_types: vec![HTML.to_owned()], body: Vec::new(), location: None };
                Handled { answer, outcome: Outcome::of_fault(&fault) }
            }
            Refusal::Thrown(text) => self.fault(&SoapFault::server(text.as_str())),
            Refusal::Encoding(text) => broken(self.writer.codec.version(), &SoapFault::server(text.as_str())),
            Refusal::ErrorPage(text) => {
                tracing::warn!(text, "the shop answers its error page");
                page(503, HTML, ERROR_PAGE.as_bytes())
            }
        }
    }

    /// A fault that Magento writes.
    fn fault(&self, fault: &SoapFault) -> Handled {
        let body = match &self.writer.speaker {
            Speaker::XmlRpc => xml_rpc::write_fault(&xml_rpc_fault(fault)),
            Speaker::JsonRpc(envelope) => json_rpc::write_error(envelope, json_rpc::SERVER_ERROR, &fault.string),
            Speaker::Soap1(..) | Speaker::Soap2(_) | Speaker::Unread => self.writer.codec.write_fault(fault),
        };
        let status = self.writer.fault_status;
        let content_types = self.content_types(body.len());
        Handled { answer: Answer { status, content_types, body, location: None }, outcome: Outcome::of_fault(fault) }
    }
}

/// A fault of Magento's in XML-RPC; one of PHP's SoapServer, which only a disruption brings here, is internal.
pub(super) fn xml_rpc_fault(fault: &SoapFault) -> xml_rpc::Fault {
    xml_rpc::Fault { code: i64::from(fault.api_code().unwrap_or(1)), text: fault.string.clone() }
}

/// A fault that PHP's SoapServer raises itself: status 500, one line.
pub(super) fn broken(version: SoapVersion, fault: &SoapFault) -> Handled {
    let body = envelope::fault_line(version, &fault.code.to_string(), &fault.string);
    let answer = Answer { status: 500, content_types: vec![version.content_type().to_owned()], body, location: None };
    Handled { answer, outcome: Outcome::of_fault(fault) }
}

/// What PHP's SoapServer queues by itself, and Magento's own line, which does not replace it everywhere.
pub(super) fn content_types(web_server: WebServer, version: SoapVersion) -> Vec<String> {
    match web_server {
        WebServer::BuiltIn => vec![version.content_type().to_owned(), XML.to_owned()],
        WebServer::Fpm => vec![XML.to_owned()],
    }
}

/// Zend's content type and Magento's, which comes too late for an answer that is longer than PHP's buffer.
pub(super) fn json_content_types(web_server: WebServer, length: usize) -> Vec<String> {
    const BUFFER: usize = 4096;
    let (zend, magento) = ("application/json".to_owned(), "application/json; charset=utf8".to_owned());
    match web_server {
        _ if length > BUFFER => vec![zend],
        WebServer::BuiltIn => vec![zend, magento],
        WebServer::Fpm => vec![magento],
    }
}

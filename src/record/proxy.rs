//! The proxy that records: whatever a client asks goes to the shop and what comes back goes to the client, byte for byte
//! but for the addresses in the service description.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use super::breakage::{Broken, may_write};
use super::recorder::Recorder;
use super::rewrite::{NoTarget, Upstreams};
use crate::client::ReadOnlyTransport;
use crate::clock::Clock;
use crate::disrupt::Disruption;
use crate::doors::{json_rpc, xml_rpc};
use crate::server::{Answering, Answers, FrontAnswer, FrontRequest, HttpAnswer};
use crate::soap::{SoapFault, SoapVersion, envelope};
use crate::transport::{AllowedOrigins, HttpRequest, Method, Transport, TransportError};

/// Headers of one connection, which a proxy does not pass on, and those that are made anew.
const OF_THE_CONNECTION: [&str; 12] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "host",
    "content-length",
    "expect",
];

/// Whether calls that write go to the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// They are refused with a fault.
    Refused,
    /// Calls that write are passed on to the shop.
    Allowed,
}

/// Answers a client's requests with the shop's answers, and records both. Clones share all of it.
#[derive(Clone)]
pub struct Proxy {
    upstreams: Arc<Mutex<Upstreams>>,
    recorder: Arc<Recorder>,
    writes: Writes,
    address: SocketAddr,
}

impl Proxy {
    /// A proxy of the shop at `url`, itself at `address`.
    pub fn new(
        url: &Url,
        address: SocketAddr,
        upstream: Arc<dyn Transport>,
        writes: Writes,
        calls_max: Option<usize>,
    ) -> Self {
        let upstreams = Upstreams::new(url, upstream.allowed_origins().clone());
        let guarded: Arc<dyn Transport> = match writes {
            Writes::Allowed => upstream,
            Writes::Refused => Arc::new(OnlyLinkedPages {
                guard: ReadOnlyTransport::new(Arc::clone(&upstream), Clock::system()),
                upstream,
            }),
        };
        Self {
            upstreams: Arc::new(Mutex::new(upstreams)),
            recorder: Arc::new(Recorder::new(guarded).with_calls_max(calls_max)),
            writes,
            address,
        }
    }

    /// What it has heard.
    pub fn recorder(&self) -> &Arc<Recorder> {
        &self.recorder
    }

    /// Downloads a document as a client would, to know the shop's addresses before the first call.
    ///
    /// # Errors
    /// Why none came.
    pub async fn look(&self, url: &Url) -> Result<u16, TransportError> {
        let answer = self.recorder.send(HttpRequest::get(url.clone())).await?;
        if answer.status == 200 {
            self.upstreams().rewritten(&answer.body, &self.address.to_string());
        }
        Ok(answer.status)
    }

    fn upstreams(&self) -> std::sync::MutexGuard<'_, Upstreams> {
        self.upstreams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn exchange(self, request: FrontRequest) -> FrontAnswer {
        let host = request.header("host").filter(|host| is_authority(host)).map(str::to_owned);
        let host = host.unwrap_or_else(|| self.address.to_string());
        let method = match request.method.as_str() {
            "GET" => Method::Get,
            "POST" => Method::Post,
            other => return page(405, &format!("the recording proxy passes GET and POST, not {other}")),
        };
        let Some(body) = request.body.clone() else {
            return page(413, "the request is longer than the recording proxy takes");
        };
        let url = match self.upstreams().target(&request.target) {
            Ok(url) => url,
            Err(NoTarget::Unknown) => {
                return page(404, "the recording proxy knows no such address; start from its WSDL");
            }
            Err(refused @ NoTarget::OtherOrigin { .. }) => {
                tracing::warn!("{refused}");
                return page(502, &refused.to_string());
            }
        };
        let is_get = method == Method::Get;
        let is_wsdl = url.query_pairs().any(|(name, _)| name.eq_ignore_ascii_case("wsdl"));
        if is_get && !is_wsdl && self.writes == Writes::Refused && !self.upstreams().is_linked(&request.target) {
            return page(403, "the recording proxy passes calls, WSDLs and what these refer to, but no other page");
        }
        // The body is here without its compression, and a document whose addresses are replaced must come without one.
        let is_dropped = |name: &str| {
            OF_THE_CONNECTION.contains(&name) || name == "content-encoding" || is_get && name == "accept-encoding"
        };
        let headers = request.headers.into_iter().filter(|(name, _)| !is_dropped(name)).collect();
        let language = Language::of(&body);
        let sent = self.recorder.send(HttpRequest { method, url, headers, body }).await;
        match sent {
            Ok(answer) => FrontAnswer::Http(self.passed_on(answer, &host, is_get)),
            Err(TransportError::MayWrite { operation, .. }) => refused(&operation, language),
            Err(error) => {
                tracing::warn!("{error}");
                // The client gets as little as the proxy got.
                let broken = Broken::of(&error).as_disruption();
                FrontAnswer::Broken(broken.unwrap_or(Disruption::Reset { after_bytes: 0 }))
            }
        }
    }

    fn passed_on(&self, answer: crate::transport::HttpAnswer, host: &str, is_document: bool) -> HttpAnswer {
        let replaces = is_document && looks_like_xml(&answer.body);
        let body = if replaces { self.upstreams().rewritten(&answer.body, host) } else { answer.body };
        let mut headers: Vec<(String, String)> = answer
            .headers
            .into_iter()
            .filter(|(name, _)| !OF_THE_CONNECTION.contains(&name.as_str()))
            .map(|(name, value)| match name.as_str() {
                "location" => (name, self.upstreams().location(&value, host)),
                _ => (name, value),
            })
            .collect();
        headers.push(("content-length".to_owned(), body.len().to_string()));
        HttpAnswer { status: answer.status, headers, body }
    }
}

impl Answers for Proxy {
    fn answer(&self, request: FrontRequest) -> Answering<'_> {
        // In a task of its own: a client that goes away does not end what the shop has begun, nor its recording.
        let exchange = tokio::spawn(self.clone().exchange(request));
        Box::pin(async move { exchange.await.unwrap_or(FrontAnswer::Broken(Disruption::Reset { after_bytes: 0 })) })
    }
}

/// Lets GETs of pages through, which the proxy has chosen already, and asks the guard about calls.
struct OnlyLinkedPages {
    guard: ReadOnlyTransport,
    upstream: Arc<dyn Transport>,
}

impl Transport for OnlyLinkedPages {
    fn send(&self, request: HttpRequest) -> crate::transport::Sending<'_> {
        match request.method {
            Method::Get => self.upstream.send(request),
            Method::Post => self.guard.send(request),
        }
    }

    fn allowed_origins(&self) -> &AllowedOrigins {
        self.upstream.allowed_origins()
    }
}

/// In what a call was asked, and wants its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Soap,
    XmlRpc,
    JsonRpc,
}

impl Language {
    pub(super) fn of(body: &[u8]) -> Self {
        if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
            return Self::JsonRpc;
        }
        let is_xml_rpc = body.windows(METHOD_NAME.len()).any(|window| window == METHOD_NAME);
        if is_xml_rpc { Self::XmlRpc } else { Self::Soap }
    }
}

const METHOD_NAME: &[u8] = b"<methodName>";

/// The fault for a call that was not sent.
pub(super) fn refused(operation: &str, language: Language) -> FrontAnswer {
    let text = may_write(operation);
    match language {
        Language::Soap => fault(&SoapFault::server(text)),
        Language::XmlRpc => {
            let body = xml_rpc::write_fault(&xml_rpc::Fault { code: 1, text });
            answer(200, "text/xml; charset=UTF-8", body)
        }
        Language::JsonRpc => {
            let body = json_rpc::write_error(&json_rpc::Envelope::default(), json_rpc::SERVER_ERROR, &text);
            answer(200, "application/json", body)
        }
    }
}

/// A fault of ours, as PHP answers one.
pub(super) fn fault(fault: &SoapFault) -> FrontAnswer {
    let body = envelope::fault(SoapVersion::V11, fault);
    answer(500, "text/xml; charset=UTF-8", body)
}

pub(super) fn page(status: u16, why: &str) -> FrontAnswer {
    answer(status, "text/plain; charset=UTF-8", format!("{why}\n").into_bytes())
}

fn answer(status: u16, content_type: &str, body: Vec<u8>) -> FrontAnswer {
    let headers = vec![
        ("content-type".to_owned(), content_type.to_owned()),
        ("content-length".to_owned(), body.len().to_string()),
    ];
    FrontAnswer::Http(HttpAnswer { status, headers, body })
}

/// Whether a `Host` header can stand in an address.
pub(super) fn is_authority(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
}

fn looks_like_xml(body: &[u8]) -> bool {
    let begin = body.iter().position(|byte| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(byte));
    begin.is_some_and(|at| {
        let rest = &body[at..];
        rest.starts_with(b"<?xml")
            || rest.starts_with(b"<definitions")
            || rest.starts_with(b"<wsdl:definitions")
            || rest.starts_with(b"<schema")
    })
}

//! Bytes in, bytes out for one request: address, envelope, operation, shop, envelope. Synchronous, without a socket and
//! without hyper; recordings are replayed against it.

use std::sync::Arc;

use jiff::Timestamp;

use super::journal::Outcome;
use super::route::{self, AddressStyle, Route};
use crate::disrupt::answer::Answer;
use crate::disrupt::{Disruption, WSDL_OPERATION, rows};
use crate::magento::{WebServer, encoding_schema};
use crate::memo::Memo;
use crate::shop::overrides::HttpOverrides;
use crate::shop::{Refusal, Shop};
use crate::soap::codec::Outline;
use crate::soap::schema::ServiceSchema;
use crate::soap::wsdl::{self, EncodingSchemaLocation, WsdlOptions};
use crate::soap::{
    Codec, FaultCode, HeaderBlock, RequestError, SoapFault, SoapRequest, SoapStruct, SoapValue, SoapVersion, WireStyle,
    envelope,
};
use crate::xml::mask::Secrets;

pub use super::route::ENCODING_SCHEMA_PATH;

/// The line of a request and its headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRequestParts {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The raw query without `?`; empty without one.
    pub query: String,
    /// Host and port as the client named them.
    pub host: Option<String>,
    /// `Content-Type` as sent; only its charset counts.
    pub content_type: Option<String>,
}

/// A finished answer; `Content-Length` is in the headers, `Connection` is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    /// Headers in order; `Content-Type` may come twice (wire spec, section 1.3).
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What a server may do differently from a real shop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointOptions {
    /// The RPC WSDL imports the encoding schema from the internet, as the real one does, and not from here.
    pub exact_wsdl: bool,
    /// The shop is served on every address of the machine, so that the host of its base URL is whichever a client named.
    pub every_address: bool,
}

/// Answers one request, without disruptions and without a journal.
pub fn answer(shop: &mut Shop, options: &EndpointOptions, request: &HttpRequestParts, body: &[u8]) -> HttpAnswer {
    let handled = match receive(shop, options, request, body) {
        Received::Call(call) => act(shop, &call).write(),
        Received::Refused { handled, .. } | Received::Answered { handled, .. } => handled,
    };
    dress(handled.answer, Some(shop.clock().now()), shop.overrides().map(|overrides| &overrides.http))
}

/// A request as far as it can be read without acting on it.
#[derive(Clone, Debug)]
pub(super) enum Received {
    /// A call of a known operation.
    Call(Call),
    /// A call that cannot be read, answered already; `operation` is its name in the journal.
    Refused { operation: String, error: RequestError, handled: Handled },
    /// Anything else, answered already.
    Answered { operation: String, handled: Handled },
}

impl Received {
    /// The operation, or what stands for it in the journal.
    pub(super) fn operation(&self) -> &str {
        match self {
            Self::Call(call) => &call.operation,
            Self::Refused { operation, .. } | Self::Answered { operation, .. } => operation,
        }
    }
}

/// A call of a known operation.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) operation: String,
    pub(super) arguments: SoapStruct,
    header: Option<HeaderBlock>,
    /// In which version of SOAP it came.
    pub(super) version: SoapVersion,
}

/// An answer and its short form.
#[derive(Clone, Debug)]
pub(super) struct Handled {
    pub(super) answer: Answer,
    pub(super) outcome: Outcome,
}

const XML: &str = "text/xml; charset=UTF-8";
const HTML: &str = "text/html; charset=UTF-8";

/// Reads a request: address, XML, envelope, operation.
pub(super) fn receive(shop: &Shop, options: &EndpointOptions, request: &HttpRequestParts, body: &[u8]) -> Received {
    match route::route(&request.path, &request.query) {
        Route::Call => receive_call(shop.codec(), request, body),
        Route::Wsdl { path, query } => Received::Answered {
            operation: WSDL_OPERATION.to_owned(),
            handled: describe(shop, options, request.host.as_deref(), &path, &query),
        },
        Route::EncodingSchema => Received::Answered {
            operation: by_address(request),
            handled: page(200, XML, encoding_schema::text().as_bytes()),
        },
        Route::Unknown => {
            Received::Answered { operation: by_address(request), handled: page(404, HTML, NOT_FOUND.as_bytes()) }
        }
    }
}

const NOT_FOUND: &str = "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<h1>404 Not Found</h1>\n\
                         <p>This is a Mockgento shop. It serves the Magento SOAP v2 API at /api/v2_soap/ and \
                         /index.php/api/v2_soap/, and its WSDL there with ?wsdl=1.</p>\n</body>\n</html>\n";

/// A session's id is none of an address' business, and may stand in one all the same.
fn by_address(request: &HttpRequestParts) -> String {
    let path = Secrets { digests: true, ..Secrets::default() }.hide(&request.path);
    format!("{} {path}", request.method)
}

/// Reads a request that needs no shop to be read: a call. `None` for any other.
pub(super) fn receive_without_shop(codec: &Codec, request: &HttpRequestParts, body: &[u8]) -> Option<Received> {
    match route::route(&request.path, &request.query) {
        Route::Call => Some(receive_call(codec, request, body)),
        _ => None,
    }
}

fn receive_call(codec: &Codec, request: &HttpRequestParts, body: &[u8]) -> Received {
    let charset = request.content_type.as_deref().and_then(charset);
    if let Some(why) = &codec.schema().unparsable {
        tracing::warn!(why, "the shop cannot read its own WSDL");
        let named = codec.outline(body, charset).operation;
        let handled = match codec.schema().mode {
            WireStyle::RpcEncoded => {
                let text = "SOAP-ERROR: Parsing WSDL: Unexpected WSDL element <schema>";
                let fault = SoapFault { code: FaultCode::Protocol("WSDL".to_owned()), string: text.to_owned() };
                // PHP has not looked at the request yet.
                broken(SoapVersion::V11, &fault)
            }
            WireStyle::WsI => page(503, HTML, ERROR_PAGE.as_bytes()),
        };
        return Received::Answered { operation: named.unwrap_or_else(|| by_address(request)), handled };
    }
    match codec.read_request(body, charset) {
        Ok(SoapRequest { operation, arguments, header, version }) => {
            Received::Call(Call { operation, arguments, header, version })
        }
        Err(error) => {
            let Outline { version, operation: named } = codec.outline(body, charset);
            tracing::info!(operation = named, %error, "a request was refused before any operation ran");
            let (content_type, body) = error.to_http(version);
            let outcome = Outcome::Fault { code: error.code().to_owned(), string: error.to_string() };
            let answer = Answer { status: 500, content_types: vec![content_type.to_owned()], body };
            Received::Refused {
                operation: named.unwrap_or_else(|| by_address(request)),
                error,
                handled: Handled { answer, outcome },
            }
        }
    }
}

/// The charset parameter of a content type.
fn charset(content_type: &str) -> Option<&str> {
    content_type
        .split(';')
        .skip(1)
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .map(|(_, value)| value.trim().trim_matches('"'))
}

/// Descriptions that were written: a shop's changes with its style, its bridge and its address only.
static WRITTEN: Memo<(Arc<ServiceSchema>, String, WsdlOptions), String> = Memo::new();

fn describe(shop: &Shop, options: &EndpointOptions, host: Option<&str>, path: &str, query: &str) -> Handled {
    let style = if shop.flavor().echoes_address() { AddressStyle::Echo } else { AddressStyle::BaseUrl };
    let base_url = match options.every_address {
        true => route::origin(&shop.base_url(), host),
        false => shop.base_url(),
    };
    let address = route::service_address(style, &base_url, host, path, query);
    let encoding_schema_location = if options.exact_wsdl {
        EncodingSchemaLocation::Exact
    } else {
        EncodingSchemaLocation::Url(format!("{}{ENCODING_SCHEMA_PATH}", route::origin(&shop.base_url(), host)))
    };
    // A mended shop's schema is mended already.
    let wsdl = WsdlOptions { mend: false, encoding_schema_location };
    let key = (shop.codec().shared_schema(), address.clone(), wsdl.clone());
    let text = WRITTEN.get_or_try(
        |known| Arc::ptr_eq(&known.0, &key.0) && known.1 == key.1 && known.2 == key.2,
        || Ok::<_, std::convert::Infallible>((key.clone(), wsdl::write(shop.codec().schema(), &address, &wsdl))),
    );
    let Ok(text) = text;
    let outcome = Outcome::Wsdl(text.len());
    let own = shop.overrides().map(|overrides| overrides.http.wsdl_content_type.clone()).unwrap_or_default();
    let content_types = if own.is_empty() { vec![XML.to_owned()] } else { own };
    Handled { answer: Answer { status: 200, content_types, body: text.into_bytes() }, outcome }
}

fn page(status: u16, content_type: &str, body: &[u8]) -> Handled {
    Handled {
        answer: Answer { status, content_types: vec![content_type.to_owned()], body: body.to_vec() },
        outcome: Outcome::Page(body.len()),
    }
}

/// What the shop made of a call, not yet written: acting needs the shop, writing only its codec.
#[derive(Clone, Debug)]
pub(super) struct Acted {
    operation: String,
    result: Result<SoapValue, Refusal>,
    codec: Codec,
    manner: Manner,
}

/// How a shop's web server sends answers.
#[derive(Clone, Debug)]
struct Manner {
    content_types: Vec<String>,
    fault_status: u16,
}

impl Manner {
    fn of(shop: &Shop, version: SoapVersion) -> Self {
        let http = shop.overrides().map(|overrides| overrides.http.clone()).unwrap_or_default();
        let of_product = || content_types(shop.web_server(), version);
        let content_types = if http.content_type.is_empty() { of_product() } else { http.content_type };
        Self { content_types, fault_status: http.fault_status.unwrap_or(200) }
    }
}

/// Acts on a call.
pub(super) fn act(shop: &mut Shop, call: &Call) -> Acted {
    let result = if let Some(block) = call.header {
        Err(shop.refuse_header(block))
    } else {
        if !Shop::implemented(&call.operation) && shop.contract().declarer(&call.operation).is_none() {
            tracing::warn!(operation = call.operation, "this operation of the API is not implemented");
        }
        shop.dispatch(&call.operation, &call.arguments)
    };
    Acted::of(shop, &call.operation, call.version, result)
}

/// Puts a fault in place of what the shop would have done: a number as Magento does, a name as PHP does.
pub(super) fn injected(shop: &Shop, operation: &str, version: SoapVersion, fault: SoapFault) -> Acted {
    Acted::of(shop, operation, version, Err(Refusal::Fault(fault)))
}

impl Acted {
    fn of(shop: &Shop, operation: &str, version: SoapVersion, result: Result<SoapValue, Refusal>) -> Self {
        let codec = shop.codec().clone().answering_in(version);
        Self { operation: operation.to_owned(), result, codec, manner: Manner::of(shop, version) }
    }

    /// Why the shop did not do it.
    pub(super) fn refusal(&self) -> Option<&Refusal> {
        self.result.as_ref().err()
    }

    /// Whether a list without rows came out.
    pub(super) fn is_empty_list(&self) -> bool {
        matches!(&self.result, Ok(SoapValue::List(rows)) if rows.is_empty())
    }

    /// Lets a disruption have its way with what came out.
    pub(super) fn spoil(&mut self, disruption: &Disruption) {
        if *disruption == Disruption::FaultAfterwards {
            self.result = Err(Refusal::Fault(SoapFault::server("Internal error")));
        }
        if let Ok(value) = &mut self.result {
            rows::spoil(disruption, value);
        }
    }

    /// Writes the result.
    pub(super) fn write(self) -> Handled {
        let value = match &self.result {
            Ok(value) => value,
            Err(refusal) => return self.refuse(refusal),
        };
        match self.codec.write_response(&self.operation, value) {
            Ok(body) => {
                let answer = Answer { status: 200, content_types: self.manner.content_types, body };
                Handled { answer, outcome: Outcome::of_value(value) }
            }
            Err(error) => {
                tracing::warn!(operation = self.operation, %error, "the answer breaks its schema");
                self.refuse(&Refusal::Encoding(error.to_string()))
            }
        }
    }

    /// Writes a refusal with the status PHP and Magento give it (wire spec, section 1.3).
    fn refuse(&self, refusal: &Refusal) -> Handled {
        match refusal {
            Refusal::Fault(fault) if fault.api_code().is_none() => broken(self.codec.version(), fault),
            Refusal::Fault(fault) => self.fault(fault),
            Refusal::Thrown(text) => self.fault(&SoapFault::server(text.as_str())),
            Refusal::Encoding(text) => broken(self.codec.version(), &SoapFault::server(text.as_str())),
            Refusal::ErrorPage(text) => {
                tracing::warn!(text, "the shop answers its error page");
                page(503, HTML, ERROR_PAGE.as_bytes())
            }
        }
    }

    /// A fault that Magento writes.
    fn fault(&self, fault: &SoapFault) -> Handled {
        let body = self.codec.write_fault(fault);
        let Manner { content_types, fault_status } = self.manner.clone();
        Handled { answer: Answer { status: fault_status, content_types, body }, outcome: Outcome::of_fault(fault) }
    }
}

const ERROR_PAGE: &str = "<html>\n<head><title>Service Temporarily Unavailable</title></head>\n<body>\n\
                          <h1>There has been an error processing your request</h1>\n\
                          <p>Exception printing is disabled by default for security reasons.</p>\n</body>\n</html>\n";

/// A fault that PHP's SoapServer raises itself: status 500, one line.
fn broken(version: SoapVersion, fault: &SoapFault) -> Handled {
    let body = envelope::fault_line(version, &fault.code.to_string(), &fault.string);
    let answer = Answer { status: 500, content_types: vec![version.content_type().to_owned()], body };
    Handled { answer, outcome: Outcome::of_fault(fault) }
}

/// What PHP's SoapServer queues by itself, and Magento's own line, which does not replace it everywhere.
fn content_types(web_server: WebServer, version: SoapVersion) -> Vec<String> {
    match web_server {
        WebServer::BuiltIn => vec![version.content_type().to_owned(), XML.to_owned()],
        WebServer::Fpm => vec![XML.to_owned()],
    }
}

/// Puts the headers of a Magento behind `index.php` around an answer (recording 001); without `date` no `Date`.
pub(super) fn dress(answer: Answer, date: Option<Timestamp>, own: Option<&HttpOverrides>) -> HttpAnswer {
    let date = date.filter(|_| own.and_then(|own| own.date).unwrap_or(true));
    let mut headers = Vec::with_capacity(8);
    let mut add = |name: &str, value: String| headers.push((name.to_owned(), value));
    if let Some(date) = date {
        add("Date", http_date(date));
    }
    add("Expires", "Thu, 19 Nov 1981 08:52:00 GMT".to_owned());
    add("Cache-Control", "no-store, no-cache, must-revalidate".to_owned());
    add("Pragma", "no-cache".to_owned());
    for content_type in answer.content_types {
        add("Content-Type", content_type);
    }
    for (name, value) in own.iter().flat_map(|own| &own.headers) {
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        headers.extend(value.clone().map(|value| (name.clone(), value)));
    }
    headers.push(("Content-Length".to_owned(), answer.body.len().to_string()));
    HttpAnswer { status: answer.status, headers, body: answer.body }
}

/// The fixed form of HTTP dates, always in GMT.
fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_as_http_wants_it() {
        let at: Timestamp = "2026-11-23T09:26:30.9Z".parse().unwrap();
        assert_eq!(http_date(at), "Mon, 23 Nov 2026 09:26:30 GMT");
    }

    #[test]
    fn the_charset_is_found_in_any_spelling() {
        for (content_type, expected) in [
            ("text/xml; charset=utf-8", Some("utf-8")),
            ("text/xml;action=x; Charset=\"ISO-8859-1\"", Some("ISO-8859-1")),
            ("text/xml", None),
            ("charset=utf-8", None),
        ] {
            assert_eq!(charset(content_type), expected, "{content_type}");
        }
    }
}

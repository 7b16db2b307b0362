//! Bytes in, bytes out for one request: address, envelope, operation, shop, envelope. Synchronous, without a socket and
//! without hyper; recordings are replayed against it.

use std::sync::Arc;

use base64::Engine as _;
use jiff::Timestamp;

use super::outcome::Outcome;
use super::redirect;
use super::route::{self, AddressStyle, Addresses, Route};
use crate::disrupt::answer::Answer;
use crate::disrupt::{Disruption, WSDL_OPERATION, rows};
use crate::doors::{json_rpc, xml_rpc};
use crate::magento::flavor::JsonRpc;
use crate::magento::{WebServer, encoding_schema};
use crate::memo::Memo;
use crate::secret::ApiKey;
use crate::shop::overrides::HttpOverrides;
use crate::shop::version1::{self, HandlerCall};
use crate::shop::{Refusal, Shop};
use crate::soap::codec::Outline;
use crate::soap::schema::ServiceSchema;
use crate::soap::wsdl::{self, EncodingSchemaLocation, WsdlOptions};
use crate::soap::{
    Codec, FaultCode, HeaderBlock, RequestError, SoapFault, SoapRequest, SoapStruct, SoapValue, SoapVersion, WireStyle,
    envelope,
};
use crate::xml::mask::Secrets;

pub use super::route::{Door, ENCODING_SCHEMA_PATH};

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
    /// `Authorization` as sent.
    pub authorization: Option<String>,
    /// `X-Forwarded-Proto` and `SSL-Offloaded` as sent: how a proxy says that the client came by https.
    pub forwarded: Forwarded,
}

/// What a proxy says of the client's connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Forwarded {
    /// `X-Forwarded-Proto`.
    pub proto: Option<String>,
    /// `SSL-Offloaded`.
    pub offloaded: Option<String>,
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
    /// The base URL is where the shop is served, so that who asks for another host or scheme is sent there.
    pub redirects: bool,
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
    asked: Asked,
    pub(super) speaker: Speaker,
    /// Name and key that came in the head, for a call without a session.
    credentials: Option<Credentials>,
}

/// A name and a key.
#[derive(Clone, Debug)]
struct Credentials {
    name: String,
    key: ApiKey,
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
enum Asked {
    /// An operation of API version 2, and the header block that stands before it.
    Version2(Option<HeaderBlock>),
    /// A function of the handler of API version 1.
    Version1(Box<HandlerCall>),
    /// Many of them in one request.
    Many(Vec<One>),
}

/// One of many requests in one.
#[derive(Clone, Debug)]
enum One {
    Handler(Box<HandlerCall>),
    Answer(SoapValue),
    Fault(xml_rpc::Fault),
}

/// In which language an answer is written.
#[derive(Clone, Debug, Default)]
pub(super) enum Speaker {
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
pub(super) struct Handled {
    pub(super) answer: Answer,
    pub(super) outcome: Outcome,
}

const XML: &str = "text/xml; charset=UTF-8";
const HTML: &str = "text/html; charset=UTF-8";

/// Reads a request: address, XML, envelope, operation.
pub(super) fn receive(shop: &Shop, options: &EndpointOptions, request: &HttpRequestParts, body: &[u8]) -> Received {
    let elsewhere = || redirect::target(shop, options.every_address, request);
    if let Some(target) = options.redirects.then(elsewhere).flatten() {
        let mut handled = page(302, HTML, b"");
        handled.answer.location = Some(target);
        return Received::Answered { operation: by_address(request), handled };
    }
    match route::route(&request.path, &request.query, &addresses(shop)) {
        Route::Call(Door::Soap2) => receive_call(shop.codec(), request, body),
        Route::Call(Door::Soap1) => receive_version1(shop, request, body),
        Route::Call(Door::XmlRpc) => receive_xml_rpc(shop, request, body),
        Route::Call(Door::JsonRpc) => receive_json_rpc(shop, request, body),
        Route::Wsdl { door, path, query } => Received::Answered {
            operation: WSDL_OPERATION.to_owned(),
            handled: describe(shop, options, door, request.host.as_deref(), &path, &query),
        },
        Route::Rest => Received::Answered { operation: by_address(request), handled: page(500, HTML, b"") },
        Route::UnknownAdapter => Received::Answered {
            operation: by_address(request),
            handled: page(200, HTML, b"Invalid webservice adapter specified."),
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
                         <p>This is a Mockgento shop. It serves the Magento SOAP v2 API at /api/v2_soap/, SOAP v1 at \
                         /api/soap/ and XML-RPC at /api/xmlrpc/, all with and without /index.php in front; the WSDL of \
                         either SOAP API is there with ?wsdl=1.</p>\n</body>\n</html>\n";

/// What the shop's settings say of its addresses.
fn addresses(shop: &Shop) -> Addresses {
    let base_url = shop.base_url();
    let after = base_url.split_once("://").map_or(base_url.as_str(), |(_, after)| after);
    let base_path = after.find('/').map_or("", |at| &after[at..]).trim_end_matches('/').to_owned();
    let base_path = base_path.trim_end_matches("/index.php").to_owned();
    let store_codes = if shop.settings().is_on("web/url/use_store") { shop.store_codes() } else { Vec::new() };
    Addresses { base_path, store_codes }
}

/// A session's id is none of an address' business, and may stand in one all the same.
fn by_address(request: &HttpRequestParts) -> String {
    let path = Secrets { digests: true, ..Secrets::default() }.hide(&request.path);
    format!("{} {path}", request.method)
}

/// Reads a request that needs no shop to be read: a call. `None` for any other.
pub(super) fn receive_without_shop(codec: &Codec, request: &HttpRequestParts, body: &[u8]) -> Option<Received> {
    match route::route(&request.path, &request.query, &Addresses::default()) {
        Route::Call(Door::Soap2) => Some(receive_call(codec, request, body)),
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
        Ok(SoapRequest { operation, arguments, header, version, .. }) => Received::Call(Call {
            operation,
            arguments,
            asked: Asked::Version2(header),
            speaker: Speaker::Soap2(version),
            credentials: None,
        }),
        Err(error) => refused(codec, request, body, error),
    }
}

/// A request that PHP's SoapServer refuses before anything runs.
fn refused(codec: &Codec, request: &HttpRequestParts, body: &[u8], error: RequestError) -> Received {
    let charset = request.content_type.as_deref().and_then(charset);
    let Outline { version, operation: named } = codec.outline(body, charset);
    tracing::info!(operation = named, %error, "a request was refused before any operation ran");
    let (content_type, body) = error.to_http(version);
    let outcome = Outcome::Fault { code: error.code().to_owned(), string: error.to_string() };
    let answer = Answer { status: 500, content_types: vec![content_type.to_owned()], body, location: None };
    Received::Refused {
        operation: named.unwrap_or_else(|| by_address(request)),
        error,
        handled: Handled { answer, outcome },
    }
}

/// Reads a call at the door of SOAP v1.
fn receive_version1(shop: &Shop, request: &HttpRequestParts, body: &[u8]) -> Received {
    let codec = shop.codec_of_version1();
    let read = codec.read_request(body, request.content_type.as_deref().and_then(charset));
    let read = read.and_then(|read| if read.must_understand { Err(RequestError::NotUnderstood) } else { Ok(read) });
    match read {
        Ok(SoapRequest { operation: method, mut arguments, version, .. }) => {
            if let Some(path) = arguments.remove("resourcePath") {
                arguments.set("apiPath", path);
            }
            if method == "resourceFaults" {
                // The parts are declared the other way round than the function takes them.
                let (first, second) = (arguments.remove("resourceName"), arguments.remove("sessionId"));
                arguments.set("sessionId", first);
                arguments.set("resourceName", second);
            }
            let call = version1::read(&method, arguments, shop);
            Received::Call(Call::of_version1(call, Speaker::Soap1(version, method)).with_credentials(request, shop))
        }
        Err(error) => refused(codec, request, body, error),
    }
}

/// The arguments of one of the handler's functions by PHP's names; `None` when it has no such function.
fn by_name(method: &str, values: impl IntoIterator<Item = SoapValue>) -> Option<SoapStruct> {
    let (_, names) = version1::HANDLER_METHODS.iter().find(|(name, _)| *name == method)?;
    Some(names.iter().copied().zip(values).collect())
}

fn receive_xml_rpc(shop: &Shop, request: &HttpRequestParts, body: &[u8]) -> Received {
    let refuse = |operation: String, fault: xml_rpc::Fault| {
        tracing::info!(operation, %fault, "a request was refused before any operation ran");
        let outcome = Outcome::Fault { code: fault.code.to_string(), string: fault.text.clone() };
        let answer = Answer {
            status: 200,
            content_types: vec![XML.to_owned()],
            body: xml_rpc::write_fault(&fault),
            location: None,
        };
        Received::Answered { operation, handled: Handled { answer, outcome } }
    };
    let read = match xml_rpc::read(body) {
        Ok(read) => read,
        Err(fault) => return refuse(by_address(request), fault),
    };
    let operation = crate::xml::shortened(&read.method);
    match read.resolve() {
        Ok(xml_rpc::Asked::Handler(read)) => {
            let arguments = by_name(&read.method, read.parameters).unwrap_or_default();
            Received::Call(Call::of_version1(version1::read(&read.method, arguments, shop), Speaker::XmlRpc))
        }
        Ok(xml_rpc::Asked::Answer(value)) => {
            let content_types = content_types(shop.web_server(), SoapVersion::V11);
            let answer = Answer { status: 200, content_types, body: xml_rpc::write(&value), location: None };
            Received::Answered { operation, handled: Handled { answer, outcome: Outcome::of_value(&value) } }
        }
        Ok(xml_rpc::Asked::Many(requests)) => {
            let one =
                |request: Result<xml_rpc::Request, xml_rpc::Fault>| match request.and_then(xml_rpc::Request::resolve) {
                    Ok(xml_rpc::Asked::Handler(read)) => {
                        let arguments = by_name(&read.method, read.parameters).unwrap_or_default();
                        One::Handler(Box::new(version1::read(&read.method, arguments, shop)))
                    }
                    Ok(xml_rpc::Asked::Answer(value)) => One::Answer(value),
                    // Nobody asks for many within many: the request is refused when it is read.
                    Ok(xml_rpc::Asked::Many(_)) => One::Answer(Vec::new().into()),
                    Err(fault) => One::Fault(fault),
                };
            let requests: Vec<One> = requests.into_iter().map(one).collect();
            let named = |one: &One| match one {
                One::Handler(call) => {
                    let call = SoapStruct::new()
                        .with("operation", call.operation.as_str())
                        .with("arguments", call.arguments.clone());
                    Some(SoapValue::from(call))
                }
                One::Answer(_) | One::Fault(_) => None,
            };
            let calls: Vec<SoapValue> = requests.iter().filter_map(named).collect();
            Received::Call(Call {
                operation,
                arguments: SoapStruct::new().with("calls", calls),
                asked: Asked::Many(requests),
                speaker: Speaker::XmlRpc,
                credentials: None,
            })
        }
        Err(fault) => refuse(operation, fault),
    }
}

fn receive_json_rpc(shop: &Shop, request: &HttpRequestParts, body: &[u8]) -> Received {
    let operation = by_address(request);
    match shop.json_rpc() {
        JsonRpc::Works => {}
        JsonRpc::Broken => {
            return Received::Answered { operation, handled: page(503, HTML, ERROR_PAGE.as_bytes()) };
        }
        JsonRpc::Missing => {
            return Received::Answered { operation, handled: page(404, HTML, NOT_FOUND.as_bytes()) };
        }
    }
    let read = match json_rpc::read(body) {
        Ok(read) => read,
        Err((json_rpc::NoRequest::Unparsable, _)) => {
            return Received::Answered { operation, handled: page(503, HTML, ERROR_PAGE.as_bytes()) };
        }
        Err((json_rpc::NoRequest::NotAnArray, _)) => {
            return Received::Answered { operation, handled: page(500, HTML, b"") };
        }
        Err((json_rpc::NoRequest::Invalid, envelope)) => {
            let text = "Invalid Request";
            let body = json_rpc::write_error(&envelope, json_rpc::INVALID_REQUEST, text);
            let outcome = Outcome::Fault { code: json_rpc::INVALID_REQUEST.to_string(), string: text.to_owned() };
            let content_types = json_content_types(shop.web_server(), body.len());
            let handled = Handled { answer: Answer { status: 200, content_types, body, location: None }, outcome };
            return Received::Answered { operation, handled };
        }
    };
    let json_rpc::Request { method, parameters, envelope } = read;
    let known = version1::HANDLER_METHODS.iter().find(|(name, _)| *name == method);
    let call = match (known, parameters) {
        (Some((_, names)), json_rpc::Parameters::Positional(values)) => {
            // What is missing is filled up.
            let missing = names.len().saturating_sub(values.len());
            let fill = names[names.len() - missing..].iter().map(|name| match *name {
                "args" | "calls" | "options" => Vec::new().into(),
                _ => SoapValue::Nil,
            });
            let arguments = by_name(&method, values.into_iter().chain(fill)).unwrap_or_default();
            version1::read(&method, arguments, shop)
        }
        (Some((_, names)), json_rpc::Parameters::Named(values)) => {
            let is_missing = |name: &&str| !matches!(*name, "args" | "calls" | "options") && values.get(name).is_none();
            if names.iter().any(is_missing) {
                return Received::Answered { operation: method, handled: page(503, HTML, ERROR_PAGE.as_bytes()) };
            }
            version1::read(&method, values, shop)
        }
        // Anything else is a path: the session comes first, the arguments follow.
        (None, json_rpc::Parameters::Positional(values)) => {
            let mut values = values.into_iter();
            let session = values.next().unwrap_or_default();
            let args: Vec<SoapValue> = values.collect();
            let arguments = SoapStruct::new().with("sessionId", session).with("apiPath", method).with("args", args);
            version1::read("call", arguments, shop)
        }
        (None, json_rpc::Parameters::Named(values)) => {
            let mut values = values.into_iter();
            let session = values.next().map(|(_, value)| value).unwrap_or_default();
            let args: SoapStruct = values.collect();
            let arguments = SoapStruct::new().with("sessionId", session).with("apiPath", method);
            version1::read("call", arguments.with("args", args.into_array()), shop)
        }
    };
    Received::Call(Call::of_version1(call, Speaker::JsonRpc(envelope)).with_credentials(request, shop))
}

/// Zend's content type and Magento's, which comes too late for an answer that is longer than PHP's buffer.
fn json_content_types(web_server: WebServer, length: usize) -> Vec<String> {
    const BUFFER: usize = 4096;
    let (zend, magento) = ("application/json".to_owned(), "application/json; charset=utf8".to_owned());
    match web_server {
        _ if length > BUFFER => vec![zend],
        WebServer::BuiltIn => vec![zend, magento],
        WebServer::Fpm => vec![magento],
    }
}

impl Call {
    fn of_version1(call: HandlerCall, speaker: Speaker) -> Self {
        let (operation, arguments) = (call.operation.clone(), call.arguments.clone());
        Self { operation, arguments, asked: Asked::Version1(Box::new(call)), speaker, credentials: None }
    }

    /// Takes name and key from the request's head, where the shop's release looks there.
    fn with_credentials(mut self, request: &HttpRequestParts, shop: &Shop) -> Self {
        if shop.flavor().logs_in_by_head() {
            self.credentials = request.authorization.as_deref().and_then(basic_credentials);
        }
        self
    }

    /// The operations of a request that holds several calls.
    pub(super) fn operations_within(&self) -> Vec<String> {
        match &self.asked {
            Asked::Version1(call) if call.method == "multiCall" => version1::operations_within(&call.arguments),
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
    pub(super) fn with_arguments(&self, arguments: SoapStruct) -> Self {
        let mut call = Self { arguments: arguments.clone(), ..self.clone() };
        if let Asked::Version1(asked) = &mut call.asked {
            asked.arguments = arguments;
        }
        call
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

fn describe(
    shop: &Shop,
    options: &EndpointOptions,
    door: Door,
    host: Option<&str>,
    path: &str,
    query: &str,
) -> Handled {
    let style = if shop.flavor().echoes_address() { AddressStyle::Echo } else { AddressStyle::BaseUrl };
    let base_url = match options.every_address {
        true => route::origin(&shop.base_url(), host),
        false => shop.base_url(),
    };
    let address = route::service_address(style, door, &base_url, host, path, query);
    if door == Door::Soap1 {
        let schema = shop.codec_of_version1().schema();
        let text = crate::soap::version1::wsdl(&schema.target_namespace, &schema.handler, &address);
        let outcome = Outcome::Wsdl(text.len());
        return Handled {
            answer: Answer { status: 200, content_types: vec![XML.to_owned()], body: text.into(), location: None },
            outcome,
        };
    }
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
    Handled { answer: Answer { status: 200, content_types, body: text.into_bytes(), location: None }, outcome }
}

fn page(status: u16, content_type: &str, body: &[u8]) -> Handled {
    Handled {
        answer: Answer { status, content_types: vec![content_type.to_owned()], body: body.to_vec(), location: None },
        outcome: Outcome::Page(body.len()),
    }
}

/// What the shop made of a call, not yet written: acting needs the shop, writing only its codec.
#[derive(Clone, Debug)]
pub(super) struct Acted {
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

/// Acts on a call.
pub(super) fn act(shop: &mut Shop, call: &Call) -> Acted {
    let result = match &call.asked {
        Asked::Version2(Some(block)) => Err(shop.refuse_header(*block)),
        Asked::Version2(None) => {
            if !Shop::implemented(&call.operation) && shop.contract().declarer(&call.operation).is_none() {
                tracing::warn!(operation = call.operation, "this operation of the API is not implemented");
            }
            shop.dispatch(&call.operation, &call.arguments)
        }
        Asked::Version1(asked) => match &call.credentials {
            Some(Credentials { name, key }) => shop.handle_as(asked, name, key.expose_secret()),
            None => shop.handle(asked),
        },
        Asked::Many(requests) => act_on_many(shop, requests),
    };
    Acted::of(shop, &call.operation, &call.speaker, result)
}

/// Answers many requests in their order; a fault stands in its place.
fn act_on_many(shop: &mut Shop, requests: &[One]) -> Result<SoapValue, Refusal> {
    let mut answers = Vec::with_capacity(requests.len());
    for request in requests {
        answers.push(match request {
            One::Answer(value) => value.clone(),
            One::Fault(fault) => xml_rpc::fault_value(fault),
            One::Handler(call) => match shop.handle(call) {
                Ok(value) => value,
                Err(Refusal::Fault(fault)) if fault.api_code().is_some() => {
                    xml_rpc::fault_value(&xml_rpc_fault(&fault))
                }
                Err(other) => return Err(other),
            },
        });
    }
    Ok(answers.into())
}

/// A fault of Magento's in XML-RPC; one of PHP's SoapServer, which only a disruption brings here, is internal.
fn xml_rpc_fault(fault: &SoapFault) -> xml_rpc::Fault {
    xml_rpc::Fault { code: i64::from(fault.api_code().unwrap_or(1)), text: fault.string.clone() }
}

/// Puts a fault in place of what the shop would have done: a number as Magento does, a name as PHP does.
pub(super) fn injected(shop: &Shop, operation: &str, speaker: &Speaker, fault: SoapFault) -> Acted {
    Acted::of(shop, operation, speaker, Err(Refusal::Fault(fault)))
}

impl Acted {
    fn of(shop: &Shop, operation: &str, speaker: &Speaker, result: Result<SoapValue, Refusal>) -> Self {
        Self { operation: operation.to_owned(), result, writer: Writer::of(shop, speaker) }
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

const ERROR_PAGE: &str = "<html>\n<head><title>Service Temporarily Unavailable</title></head>\n<body>\n\
                          <h1>There has been an error processing your request</h1>\n\
                          <p>Exception printing is disabled by default for security reasons.</p>\n</body>\n</html>\n";

/// A fault that PHP's SoapServer raises itself: status 500, one line.
fn broken(version: SoapVersion, fault: &SoapFault) -> Handled {
    let body = envelope::fault_line(version, &fault.code.to_string(), &fault.string);
    let answer = Answer { status: 500, content_types: vec![version.content_type().to_owned()], body, location: None };
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
    if let Some(location) = answer.location {
        add("Location", location);
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

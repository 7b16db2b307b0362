//! Calls at the doors of SOAP, version 1 and 2 of the API.

use super::by_address;
use crate::disrupt::answer::Answer;
use crate::server::endpoint::HttpRequestParts;
use crate::server::endpoint::call::{Asked, Call, Handled, Received, Speaker};
use crate::server::endpoint::page::{ERROR_PAGE, HTML, page};
use crate::server::endpoint::write::broken;
use crate::server::outcome::Outcome;
use crate::shop::Shop;
use crate::shop::version1;
use crate::soap::codec::Outline;
use crate::soap::{Codec, FaultCode, RequestError, SoapFault, SoapRequest, SoapVersion, WireStyle};

pub(super) fn receive(codec: &Codec, request: &HttpRequestParts, body: &[u8]) -> Received {
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
pub(super) fn receive_version1(shop: &Shop, request: &HttpRequestParts, body: &[u8]) -> Received {
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

/// The charset parameter of a content type.
fn charset(content_type: &str) -> Option<&str> {
    content_type
        .split(';')
        .skip(1)
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .map(|(_, value)| value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

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

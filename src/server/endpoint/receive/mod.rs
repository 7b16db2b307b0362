//! Reads a request without acting on it: its address leads to a door, a description or a page.

mod json_rpc;
mod soap;
mod xml_rpc;

use super::describe::describe;
use super::page::{HTML, NOT_FOUND, XML, page};
use super::{EndpointOptions, HttpRequestParts, Received};
use crate::disrupt::WSDL_OPERATION;
use crate::magento::encoding_schema;
use crate::server::redirect;
use crate::server::route::{self, Addresses, Door, Route};
use crate::shop::Shop;
use crate::shop::version1;
use crate::soap::{Codec, SoapStruct, SoapValue};
use crate::xml::mask::Secrets;

/// Reads a request: address, XML, envelope, operation.
pub(in crate::server) fn receive(
    shop: &Shop,
    options: &EndpointOptions,
    request: &HttpRequestParts,
    body: &[u8],
) -> Received {
    let elsewhere = || redirect::target(shop, options.every_address, request);
    if let Some(target) = options.redirects.then(elsewhere).flatten() {
        let mut handled = page(302, HTML, b"");
        handled.answer.location = Some(target);
        return Received::Answered { operation: by_address(request), handled };
    }
    match route::route(&request.path, &request.query, &addresses(shop)) {
        Route::Call(Door::Soap2) => soap::receive(shop.codec(), request, body),
        Route::Call(Door::Soap1) => soap::receive_version1(shop, request, body),
        Route::Call(Door::XmlRpc) => xml_rpc::receive(shop, request, body),
        Route::Call(Door::JsonRpc) => json_rpc::receive(shop, request, body),
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

/// Reads a request that needs no shop to be read: a call. `None` for any other.
pub(in crate::server) fn receive_without_shop(
    codec: &Codec,
    request: &HttpRequestParts,
    body: &[u8],
) -> Option<Received> {
    match route::route(&request.path, &request.query, &Addresses::default()) {
        Route::Call(Door::Soap2) => Some(soap::receive(codec, request, body)),
        _ => None,
    }
}

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

/// The arguments of one of the handler's functions by PHP's names; `None` when it has no such function.
fn by_name(method: &str, values: impl IntoIterator<Item = SoapValue>) -> Option<SoapStruct> {
    let (_, names) = version1::HANDLER_METHODS.iter().find(|(name, _)| *name == method)?;
    Some(names.iter().copied().zip(values).collect())
}

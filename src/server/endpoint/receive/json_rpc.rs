//! Calls at the door of JSON-RPC, where a shop has it.

use super::{by_address, by_name};
use crate::disrupt::answer::Answer;
use crate::doors::json_rpc::{self, Envelope, NoRequest, Parameters, Request};
use crate::magento::flavor::JsonRpc;
use crate::server::endpoint::HttpRequestParts;
use crate::server::endpoint::call::{Call, Handled, Received, Speaker};
use crate::server::endpoint::page::{ERROR_PAGE, HTML, NOT_FOUND, page};
use crate::server::endpoint::write::json_content_types;
use crate::server::outcome::Outcome;
use crate::shop::Shop;
use crate::shop::version1::{self, HandlerCall};
use crate::soap::{SoapStruct, SoapValue};

pub(super) fn receive(shop: &Shop, request: &HttpRequestParts, body: &[u8]) -> Received {
    let answered = |status: u16, text: &str| Received::Answered {
        operation: by_address(request),
        handled: page(status, HTML, text.as_bytes()),
    };
    match shop.json_rpc() {
        JsonRpc::Works => {}
        JsonRpc::Broken => return answered(503, ERROR_PAGE),
        JsonRpc::Missing => return answered(404, NOT_FOUND),
    }
    let Request { method, parameters, envelope } = match json_rpc::read(body) {
        Ok(read) => read,
        Err((NoRequest::Unparsable, _)) => return answered(503, ERROR_PAGE),
        Err((NoRequest::NotAnArray, _)) => return answered(500, ""),
        Err((NoRequest::Invalid, envelope)) => {
            let handled = invalid(shop, &envelope);
            return Received::Answered { operation: by_address(request), handled };
        }
    };
    let Some(call) = handler_call(&method, parameters, shop) else {
        return Received::Answered { operation: method, handled: page(503, HTML, ERROR_PAGE.as_bytes()) };
    };
    Received::Call(Call::of_version1(call, Speaker::JsonRpc(envelope)).with_credentials(request, shop))
}

/// What Zend's server says of a request that is none.
fn invalid(shop: &Shop, envelope: &Envelope) -> Handled {
    let text = "Invalid Request";
    let body = json_rpc::write_error(envelope, json_rpc::INVALID_REQUEST, text);
    let outcome = Outcome::Fault { code: json_rpc::INVALID_REQUEST.to_string(), string: text.to_owned() };
    let content_types = json_content_types(shop.web_server(), body.len());
    Handled { answer: Answer { status: 200, content_types, body, location: None }, outcome }
}

/// The handler's function and its arguments; `None` where Zend's server throws for a named one that is missing.
fn handler_call(method: &str, parameters: Parameters, shop: &Shop) -> Option<HandlerCall> {
    let known = version1::HANDLER_METHODS.iter().find(|(name, _)| *name == method);
    let may_miss = |name: &str| matches!(name, "args" | "calls" | "options");
    let (method, arguments) = match (known, parameters) {
        (Some((_, names)), Parameters::Positional(values)) => {
            // What is missing is filled up.
            let missing = names.len().saturating_sub(values.len());
            let fill = names[names.len() - missing..].iter();
            let fill = fill.map(|name| if may_miss(name) { Vec::new().into() } else { SoapValue::Nil });
            (method, by_name(method, values.into_iter().chain(fill)).unwrap_or_default())
        }
        (Some((_, names)), Parameters::Named(values)) => {
            if names.iter().any(|name| !may_miss(name) && values.get(name).is_none()) {
                return None;
            }
            (method, values)
        }
        // Anything else is a path: the session comes first, the arguments follow.
        (None, Parameters::Positional(values)) => {
            let mut values = values.into_iter();
            let session = values.next().unwrap_or_default();
            ("call", of_path(method, session, values.collect::<Vec<_>>()))
        }
        (None, Parameters::Named(values)) => {
            let mut values = values.into_iter();
            let session = values.next().map(|(_, value)| value).unwrap_or_default();
            ("call", of_path(method, session, values.collect::<SoapStruct>().into_array()))
        }
    };
    Some(version1::read(method, arguments, shop))
}

fn of_path(path: &str, session: SoapValue, args: impl Into<SoapValue>) -> SoapStruct {
    SoapStruct::new().with("sessionId", session).with("apiPath", path).with("args", args)
}

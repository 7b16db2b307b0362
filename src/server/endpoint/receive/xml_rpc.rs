//! Calls at the door of XML-RPC.

use super::{by_address, by_name};
use crate::disrupt::answer::Answer;
use crate::doors::xml_rpc::{self, Asked as Meant, Fault, Request};
use crate::server::endpoint::HttpRequestParts;
use crate::server::endpoint::call::{Asked, Call, Handled, One, Received, Speaker};
use crate::server::endpoint::page::XML;
use crate::server::endpoint::write::content_types;
use crate::server::outcome::Outcome;
use crate::shop::Shop;
use crate::shop::version1::{self, HandlerCall};
use crate::soap::{SoapStruct, SoapValue, SoapVersion};

pub(super) fn receive(shop: &Shop, request: &HttpRequestParts, body: &[u8]) -> Received {
    let read = match xml_rpc::read(body) {
        Ok(read) => read,
        Err(fault) => return refused(by_address(request), &fault),
    };
    let operation = crate::xml::shortened(&read.method);
    match read.resolve() {
        Ok(Meant::Handler(read)) => Received::Call(Call::of_version1(handler_call(read, shop), Speaker::XmlRpc)),
        Ok(Meant::Answer(value)) => {
            let content_types = content_types(shop.web_server(), SoapVersion::V11);
            let answer = Answer { status: 200, content_types, body: xml_rpc::write(&value), location: None };
            Received::Answered { operation, handled: Handled { answer, outcome: Outcome::of_value(&value) } }
        }
        Ok(Meant::Many(requests)) => many(operation, requests.into_iter().map(|request| one(request, shop)).collect()),
        Err(fault) => refused(operation, &fault),
    }
}

/// A request that Zend's server refuses before anything runs.
fn refused(operation: String, fault: &Fault) -> Received {
    tracing::info!(operation, %fault, "a request was refused before any operation ran");
    let outcome = Outcome::Fault { code: fault.code.to_string(), string: fault.text.clone() };
    let body = xml_rpc::write_fault(fault);
    let answer = Answer { status: 200, content_types: vec![XML.to_owned()], body, location: None };
    Received::Answered { operation, handled: Handled { answer, outcome } }
}

fn handler_call(read: Request, shop: &Shop) -> HandlerCall {
    let arguments = by_name(&read.method, read.parameters).unwrap_or_default();
    version1::read(&read.method, arguments, shop)
}

/// One of many requests in one.
fn one(request: Result<Request, Fault>, shop: &Shop) -> One {
    match request.and_then(Request::resolve) {
        Ok(Meant::Handler(read)) => One::Handler(Box::new(handler_call(read, shop))),
        Ok(Meant::Answer(value)) => One::Answer(value),
        // Nobody asks for many within many: the request is refused when it is read.
        Ok(Meant::Many(_)) => One::Answer(Vec::new().into()),
        Err(fault) => One::Fault(fault),
    }
}

/// A call that the journal shows with all that it holds.
fn many(operation: String, requests: Vec<One>) -> Received {
    let named = |one: &One| match one {
        One::Handler(call) => {
            let shown = SoapStruct::new().with("operation", call.operation.as_str());
            Some(SoapValue::from(shown.with("arguments", call.arguments.clone())))
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

//! Magento's handler of API version 1, which the doors of SOAP v1, XML-RPC and JSON-RPC share: sessions, paths, rights,
//! arguments by position or by name, many calls in one. It runs the same operations as version 2; what differs is in the
//! tables of [`magento::version1`](crate::magento::version1) and in `arguments`.
//!
//! A door gives [`read`] the name of one of [`HANDLER_METHODS`] and its arguments by PHP's names, gets a [`HandlerCall`]
//! that can be shown, counted and disrupted like a call of version 2, and has the shop run it with [`Shop::handle`].

mod adjusted;
mod arguments;
mod declared;
mod described;
mod room;

use std::sync::Arc;

use super::operation::{self, Given};
use super::{Refusal, Shop};
use crate::magento::version1::{Holding, Method};
use crate::magento::{Contract, Flavor, Version1, columns};
use crate::soap::{FaultCode, SoapStruct, SoapValue, WireStyle};
pub use room::Room;

/// The functions of Magento's handler that a door may call, with their parameters.
pub const HANDLER_METHODS: [(&str, &[&str]); 8] = [
    ("call", &["sessionId", "apiPath", "args"]),
    ("multiCall", &["sessionId", "calls", "options"]),
    ("endSession", &["sessionId"]),
    ("login", &["username", "apiKey"]),
    ("startSession", &[]),
    ("resources", &["sessionId"]),
    ("globalFaults", &["sessionId"]),
    ("resourceFaults", &["sessionId", "resourceName"]),
];

/// A call as a door has read it.
#[derive(Clone, Debug)]
pub struct HandlerCall {
    /// The function of the handler.
    pub method: String,
    /// What is called, by the name that version 2 has for it; the path or the handler's function where it has none.
    pub operation: String,
    /// The arguments by the names that version 2 has for them, the session among them.
    pub arguments: SoapStruct,
    /// What `call` calls, unless its path leads nowhere.
    bound: Option<Bound>,
}

/// A method with its arguments.
#[derive(Clone, Debug)]
struct Bound {
    path: String,
    given: Given,
    /// What PHP says of the arguments, once the session and the rights have been looked at.
    refusal: Option<Refusal>,
}

/// Reads a call of one of the handler's functions; `arguments` go by PHP's names, and those that were not sent are absent.
pub fn read(method: &str, arguments: SoapStruct, shop: &Shop) -> HandlerCall {
    if method != "call" {
        return HandlerCall { method: method.to_owned(), operation: method.to_owned(), arguments, bound: None };
    }
    let path = arguments.text("apiPath").unwrap_or_default();
    let session = arguments.get("sessionId").cloned().unwrap_or_default();
    read_path(&path, session, arguments.get("args"), shop)
}

/// A call of a path: its first two steps count.
fn read_path(path: &str, session: SoapValue, args: Option<&SoapValue>, shop: &Shop) -> HandlerCall {
    let mut arguments = SoapStruct::new().with("sessionId", session);
    let Some((facts, path)) = shop.contract().operation_at(path) else {
        let args = args.cloned().unwrap_or_default();
        arguments.set("args", args);
        let operation = if path.is_empty() { "call".to_owned() } else { path.to_owned() };
        return HandlerCall { method: "call".to_owned(), operation, arguments, bound: None };
    };
    let bound = arguments::bind(facts, &path, args, shop, &mut arguments);
    let operation = facts.name.clone();
    HandlerCall { method: "call".to_owned(), operation, arguments, bound: Some(bound) }
}

/// The operations that a call among many calls, by the names of version 2.
pub fn operations_within(arguments: &SoapStruct, contract: &Contract) -> Vec<String> {
    let named = |call: &SoapValue| {
        let (path, _) = path_and_args(call)?;
        Some(contract.operation_at(&path)?.0.name.clone())
    };
    match arguments.get("calls") {
        Some(SoapValue::List(calls)) => calls.iter().filter_map(named).collect(),
        Some(SoapValue::Struct(calls)) => calls.iter().filter_map(|(_, call)| named(call)).collect(),
        _ => Vec::new(),
    }
}

impl HandlerCall {
    /// The form in which the result of the method is held.
    fn method(&self) -> Option<&'static Method> {
        Version1::shared().methods.get(&self.bound.as_ref()?.path)
    }
}

impl Shop {
    /// Runs a call of version 1.
    ///
    /// # Errors
    /// [`Refusal`]: a fault, or an error of PHP, which each door shows in its way.
    pub fn handle(&mut self, call: &HandlerCall) -> Result<SoapValue, Refusal> {
        match call.method.as_str() {
            "call" => self.handle_path(call),
            "multiCall" => self.handle_many(call),
            "resources" => self.described_resources(call),
            "resourceFaults" => self.described_faults(call),
            method => self.dispatch_as(method, &call.arguments, &Given::default()),
        }
    }

    /// Runs a call of version 1 that brings a user's name and key in place of a session, which lives as long as the call.
    ///
    /// # Errors
    /// As [`Shop::handle`].
    pub fn handle_as(&mut self, call: &HandlerCall, name: &str, key: &str) -> Result<SoapValue, Refusal> {
        let has_none = call.arguments.get("sessionId").is_none_or(SoapValue::is_nil);
        let user = self.users.authenticate(name, key).map(|user| user.name.clone());
        let (true, Some(user)) = (has_none, user) else { return self.handle(call) };
        let timeout = crate::soap::value::leading_int(&self.settings.text("api/config/session_timeout"));
        let session = self.sessions.begin(&user, self.config.clock.now(), timeout, &mut self.random);
        let mut call = call.clone();
        call.arguments.set("sessionId", session.as_str());
        let outcome = self.handle(&call);
        self.sessions.end(&session);
        outcome
    }

    fn handle_path(&mut self, call: &HandlerCall) -> Result<SoapValue, Refusal> {
        let contract = Arc::clone(self.contract());
        let session = call.arguments.text("sessionId").unwrap_or_default();
        let user = self.user_of(&session).ok_or_else(|| contract.global_fault("session_expired"))?;
        let Some(bound) = &call.bound else { return Err(contract.global_fault("resource_path_invalid").into()) };
        operation::check_path(self, &user, &call.operation)?;
        let method = call.method();
        if method.is_none() && contract.declarer(&call.operation).is_none() {
            return Err(contract.global_fault("resource_path_not_callable").into());
        }
        if let Some(refusal) = &bound.refusal {
            return Err(refusal.clone());
        }
        let mut value = self.dispatch_as(&call.operation, &call.arguments, &bound.given)?;
        adjusted::adjust(self, &bound.path, call, &mut value);
        // What a module's operation returns is as its stub says.
        let held = match method {
            Some(method) => self.held(method, value),
            None => value,
        };
        let held = adjusted::filtered_first(&bound.path, bound.given.filters.as_ref(), held);
        Ok(adjusted::restrict(&bound.path, call.arguments.get("attributes"), held))
    }

    fn held(&self, method: &Method, value: SoapValue) -> SoapValue {
        let contract = Arc::clone(self.contract());
        let keeps = |name: &str| !contract.declares_field(name) && !columns::is_known(name);
        method.result.hold(value, Holding { integer_columns: self.flavor().integer_columns(), keeps: &keeps })
    }

    /// Runs calls in their order; a fault stands in its place, and ends them only where the options say so.
    fn handle_many(&mut self, call: &HandlerCall) -> Result<SoapValue, Refusal> {
        let contract = Arc::clone(self.contract());
        let session = call.arguments.get("sessionId").cloned().unwrap_or_default();
        let id = session.to_text().unwrap_or_default();
        self.user_of(&id).ok_or_else(|| contract.global_fault("session_expired"))?;
        let calls = match call.arguments.get("calls") {
            Some(SoapValue::List(calls)) => calls.clone(),
            Some(SoapValue::Struct(calls)) => calls.iter().map(|(_, call)| call.clone()).collect(),
            None | Some(SoapValue::Nil) => Vec::new(),
            Some(_) => return Err(Refusal::Thrown("foreach() argument must be of type array|object".to_owned())),
        };
        let breaks =
            call.arguments.get("options").and_then(SoapValue::as_struct).and_then(|options| options.get("break"));
        let breaks = breaks.is_some_and(|value| matches!(value, SoapValue::Bool(true)) || value.to_int() == Some(1));
        let mut room = Room::new();
        let mut results = Vec::with_capacity(calls.len());
        for one in calls {
            let stubs_met = self.stubbed.len();
            let outcome = match path_and_args(&one) {
                Some((path, args)) => {
                    let read = read_path(&path, session.clone(), args, self);
                    self.handle_path(&read)
                }
                None => Err(contract.global_fault("resource_path_invalid").into()),
            };
            match outcome {
                Ok(value) => {
                    room.take(&value)?;
                    results.push(value);
                }
                Err(Refusal::Fault(fault)) if fault.api_code().is_some() => {
                    results.push(fault_row(fault, self.stubbed.len() > stubs_met));
                    if breaks {
                        break;
                    }
                }
                Err(other) => return Err(other),
            }
        }
        Ok(results.into())
    }

    /// Whether PHP wants every argument that has no default.
    pub(super) fn wants_all_arguments(&self) -> bool {
        self.flavor() != Flavor::Magento17 && self.flavor() != Flavor::Magento191
    }

    /// In which style the operation that is running was called; version 1 is like RPC.
    pub(super) fn style(&self) -> WireStyle {
        if self.is_version1 { WireStyle::RpcEncoded } else { self.mode() }
    }
}

/// What a call among many calls: a path, and arguments.
fn path_and_args(call: &SoapValue) -> Option<(String, Option<&SoapValue>)> {
    match call {
        SoapValue::List(steps) => Some((steps.first()?.to_text().unwrap_or_default(), steps.get(1))),
        SoapValue::Struct(steps) => Some((steps.text("0")?, steps.get("1"))),
        // PHP takes the first letter of a text.
        SoapValue::Text(text) => Some((text.chars().next()?.to_string(), None)),
        _ => None,
    }
}

/// A fault among the results of many calls; what nobody expected keeps its words to itself, unless a stub has said them.
fn fault_row(fault: crate::soap::SoapFault, is_of_stub: bool) -> SoapValue {
    let internal = Contract::shared().global_fault("internal");
    let is_unexpected = fault.code == FaultCode::Api(1) && !is_of_stub;
    let string = if is_unexpected { internal.string } else { fault.string };
    let row = SoapStruct::new().with("isFault", true).with("faultCode", fault.code.to_string());
    row.with("faultMessage", string).into()
}

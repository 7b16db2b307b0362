//! Sessions and the operations about the API itself: wire spec, sections 4.1 and 4.6.

use std::sync::Arc;

use super::{Call, Operations};
use crate::magento::{Contract, ResourceFacts};
use crate::shop::Refusal;
use crate::shop::session::random_hex;
use crate::soap::{SoapFault, SoapStruct, SoapValue, WireStyle};

pub(super) const OPERATIONS: Operations = &[
    ("login", login),
    ("startSession", start_session),
    ("endSession", end_session),
    ("globalFaults", global_faults),
    ("resources", resources),
    ("resourceFaults", resource_faults),
    ("call", broken_in_wsi),
    ("multiCall", broken_in_wsi),
];

fn login(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let given = |name: &str| call.arguments.text_as_it_is(name).unwrap_or_default();
    let (name, key) = (given("username"), given("apiKey"));
    let denies = call.shop.style() == WireStyle::WsI && call.shop.flavor().denies_empty_wsi_login();
    if (name.is_empty() || key.is_empty()) && !denies {
        return Err(call.shop.config.contract.global_fault("invalid_request_param").into());
    }
    let shop = &mut *call.shop;
    let Some(user) = shop.users.authenticate(&name, &key).map(|user| user.name.clone()) else {
        return Err(call.shop.config.contract.global_fault("access_denied").into());
    };
    let timeout = crate::soap::value::leading_int(&shop.settings.text("api/config/session_timeout"));
    Ok(shop.sessions.begin(&user, shop.config.clock.now(), timeout, &mut shop.random).into())
}

/// Invents an id that belongs to nobody; in WS-I the result does not even arrive.
fn start_session(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    Ok(random_hex(&mut call.shop.random).into())
}

fn end_session(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let session = call.text("sessionId");
    call.shop.sessions.end(&session);
    Ok(true.into())
}

fn global_faults(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    if call.shop.style() == WireStyle::WsI {
        return Err(Refusal::Encoding("SOAP-ERROR: Encoding: object has no 'result' property".to_owned()));
    }
    Ok(fault_rows(&call.shop.config.contract, "global"))
}

/// The parts are declared as (resourceName, sessionId) and used the other way round.
fn resource_faults(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    if call.shop.style() == WireStyle::WsI {
        return broken_in_wsi(call);
    }
    let contract = Arc::clone(&call.shop.config.contract);
    let (session, resource) = (call.text("resourceName"), call.text("sessionId"));
    let user = call.shop.user_of(&session).ok_or_else(|| contract.global_fault("session_expired"))?;
    let known = contract.resources().find(|(name, facts)| *name == resource || facts.aliases.contains(&resource));
    let (name, facts) = known.ok_or_else(|| contract.global_fault("resource_path_invalid"))?;
    if !allowed(call, &user, facts) {
        return Err(contract.global_fault("access_denied").into());
    }
    Ok(fault_rows(&contract, name))
}

fn resources(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    if call.shop.style() == WireStyle::WsI {
        return broken_in_wsi(call);
    }
    let contract = Arc::clone(&call.shop.config.contract);
    let session = call.text("sessionId");
    let user = call.shop.user_of(&session).ok_or_else(|| contract.global_fault("session_expired"))?;
    let mut listed = Vec::new();
    for (name, facts) in contract.resources() {
        let offered = facts.module != "Oro_Api" || call.shop.bridge().is_some();
        if !offered || !allowed(call, &user, facts) {
            continue;
        }
        let methods: Vec<SoapValue> = facts
            .methods
            .keys()
            .map(|method| {
                SoapStruct::new()
                    .with("title", facts.method_titles.get(method).unwrap_or(method).as_str())
                    .with("path", format!("{name}.{method}"))
                    .with("name", method.as_str())
                    .with("aliases", Vec::new())
                    .into()
            })
            .collect();
        let aliases: Vec<SoapValue> = facts.aliases.iter().map(|alias| alias.as_str().into()).collect();
        let row = SoapStruct::new()
            .with("title", facts.title.as_deref().unwrap_or(name))
            .with("name", name)
            .with("aliases", aliases);
        listed.push(row.with("methods", methods).into());
    }
    Ok(listed.into())
}

fn allowed(call: &Call<'_>, user: &str, resource: &ResourceFacts) -> bool {
    let role = call.shop.users.get(user).and_then(|user| user.role.as_ref());
    match (role, &resource.acl) {
        (Some(crate::shop::acl::Role::All), _) | (Some(_), None) => true,
        (Some(crate::shop::acl::Role::Nodes(nodes)), Some(acl)) => nodes.contains(acl),
        (None, _) => false,
    }
}

/// PHP's type errors of operations whose WS-I handler is given the wrong number of things.
fn broken_in_wsi(_: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    Err(SoapFault::server("Too few arguments to function, passed in and exactly 1 expected").into())
}

pub(in crate::shop) fn fault_rows(contract: &Contract, resource: &str) -> SoapValue {
    let rows = contract.fault_table(resource).iter();
    let row = |(_, code, message): &(String, u16, String)| -> SoapValue {
        SoapStruct::new().with("code", code.to_string()).with("message", message.as_str()).into()
    };
    rows.map(row).collect::<Vec<_>>().into()
}

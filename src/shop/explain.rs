//! Why a call failed, for whoever wrote the client. Magento's faults hide it on purpose (one "Access denied." for a
//! wrong key, an inactive user and a missing right); a fake may tell.

use super::Shop;
use super::acl::Role;
use super::session::Standing;
use crate::magento::Declarer;
use crate::nearest::nearest;
use crate::printable::shortened;
use crate::soap::{RequestError, SoapFault, SoapStruct, SoapValue, WireStyle};

/// Arguments that point to a record, and where it would be.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("customerId", "customer", "entity_id"),
    ("addressId", "customer_address", "entity_id"),
    ("orderIncrementId", "sales_flat_order", "increment_id"),
    ("invoiceIncrementId", "sales_flat_invoice", "increment_id"),
    ("shipmentIncrementId", "sales_flat_shipment", "increment_id"),
    ("creditmemoIncrementId", "sales_flat_creditmemo", "increment_id"),
    ("quoteId", "sales_flat_quote", "entity_id"),
    ("categoryId", "catalog_category", "entity_id"),
    ("productId", "catalog_product", "entity_id"),
    ("storeId", "core_store", "store_id"),
];

/// More keys than this are not worth listing.
const KEYS_LISTED_MAX: usize = 8;

pub(super) fn fault(shop: &Shop, operation: &str, arguments: &SoapStruct, fault: &SoapFault) -> Option<String> {
    let named = |name: &str| *fault == shop.config.contract.global_fault(name);
    if named("session_expired") {
        return Some(session(shop, arguments));
    }
    if named("access_denied") {
        return if operation == "login" { login(shop, arguments) } else { right(shop, operation, arguments) };
    }
    if named("invalid_request_param") {
        return missing_part(shop, operation, arguments);
    }
    if named("resource_path_not_callable") && !Shop::implemented(operation) {
        return Some(format!("this shop does not implement {operation}"));
    }
    if named("resource_path_invalid")
        && let Some(Declarer::Module(place)) = shop.config.contract.declarer(operation)
    {
        return Some(format!(
            "{operation} ({place}) leads to no method: no resources_function_prefix in api.xml begins it, or its resource has \
             no such method"
        ));
    }
    if super::stubs::is_for_stubs(&shop.config.contract, operation)
        && let Some(why) = shop.why_not_stubbed(operation, arguments)
    {
        return Some(why);
    }
    reference(shop, arguments)
}

fn session(shop: &Shop, arguments: &SoapStruct) -> String {
    let Some(id) = arguments.text_as_it_is("sessionId").filter(|id| !id.is_empty()) else {
        return "the call has no sessionId; send the one that login answered as the first part".to_owned();
    };
    let timeout = shop.settings.text("api/config/session_timeout");
    let now = shop.clock().now();
    match shop.sessions.standing(&id, now, crate::soap::value::leading_int(&timeout)) {
        Standing::Live(_) => "the session is alive, but the envelope has a SOAP header, which Magento runs as an \
                              operation without a session; send no header"
            .to_owned(),
        Standing::TimedOut { last_used } => {
            let idle = now.duration_since(last_used).as_secs();
            format!("the session was last used {idle} s ago and sessions live {timeout} s; log in again")
        }
        Standing::Unknown => "the shop has no such session: it was ended, or the shop was reset, or the id is of \
                              another shop; log in again"
            .to_owned(),
    }
}

fn login(shop: &Shop, arguments: &SoapStruct) -> Option<String> {
    let name = arguments.text_as_it_is("username").unwrap_or_default();
    let Some(user) = shop.users.get(&name) else {
        let name = shortened(&name);
        let known: Vec<&str> = shop.users.iter().map(|user| user.name.as_str()).collect();
        return Some(format!("the shop has no API user \"{name}\"; it has {}", listed(&known)));
    };
    if !user.active {
        return Some(format!("the API user \"{name}\" is not active"));
    }
    if user.role.is_none() {
        return Some(format!("the API user \"{name}\" has no role"));
    }
    let given = arguments.text_as_it_is("apiKey").unwrap_or_default();
    if given == user.key.expose_secret() {
        // The user has been changed since.
        return None;
    }
    Some(format!("the apiKey is not the one of \"{name}\""))
}

fn right(shop: &Shop, operation: &str, arguments: &SoapStruct) -> Option<String> {
    let facts = shop.config.contract.operation(operation)?;
    let id = arguments.text_as_it_is("sessionId")?;
    let timeout = crate::soap::value::leading_int(&shop.settings.text("api/config/session_timeout"));
    let Standing::Live(user) = shop.sessions.standing(&id, shop.clock().now(), timeout) else { return None };
    let nodes: Vec<&str> = facts.resource_acl.iter().chain(&facts.method_acl).map(String::as_str).collect();
    let has = match shop.users.get(&user).and_then(|user| user.role.as_ref()) {
        None => "has no role any more".to_owned(),
        Some(Role::All) => return None,
        Some(Role::Nodes(allowed)) => {
            let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
            format!("may {}", listed(&allowed))
        }
    };
    Some(format!("{operation} needs {}; \"{user}\" {has}, and a right does not include those below it", listed(&nodes)))
}

fn missing_part(shop: &Shop, operation: &str, arguments: &SoapStruct) -> Option<String> {
    let declared = shop.codec().schema().operation(operation)?;
    let absent = |name: &&str| arguments.get(name).is_none_or(SoapValue::is_nil);
    let missing: Vec<&str> = declared.request.parts.iter().map(|part| part.name.as_str()).filter(absent).collect();
    if !missing.is_empty() {
        return Some(format!("{operation} came without {}", listed(&missing)));
    }
    let empty = declared
        .request
        .parts
        .iter()
        .find(|part| arguments.text_as_it_is(&part.name).is_some_and(|text| text.is_empty()));
    empty.map(|part| format!("{operation} came with an empty {}", part.name))
}

/// The first argument that points to a record which is not there.
fn reference(shop: &Shop, arguments: &SoapStruct) -> Option<String> {
    REFERENCES.iter().find_map(|(argument, table, column)| {
        let wanted = arguments.text_as_it_is(argument)?;
        let rows = shop.database.table(table);
        if rows.with(column, &wanted).next().is_some() {
            return None;
        }
        // What is longer than any key is as far from all of them.
        let wanted = shortened(&wanted);
        let mut keys: Vec<&str> = rows.iter().filter_map(|(_, row)| row.get(column)).collect();
        let count = keys.len();
        if count > KEYS_LISTED_MAX {
            let mut scored: Vec<(f64, &str)> =
                keys.into_iter().map(|key| (strsim::normalized_levenshtein(key, &wanted), key)).collect();
            scored.sort_by(|one, other| other.0.total_cmp(&one.0));
            keys = scored.into_iter().map(|(_, key)| key).collect();
            keys.truncate(KEYS_LISTED_MAX);
        }
        let has = if count == 0 { "is empty".to_owned() } else { format!("has {count}, such as {}", listed(&keys)) };
        Some(format!("no {table} has {column} \"{wanted}\"; the table {has}"))
    })
}

pub(super) fn refusal(shop: &Shop, error: &RequestError) -> String {
    match error {
        RequestError::InvalidXml(Some(error)) => format!("the body is not well-formed: {error}"),
        RequestError::InvalidXml(None) => "the request has no body; calls are POSTs of an envelope".to_owned(),
        RequestError::Entity | RequestError::DocumentType => {
            "the body has a document type declaration, which PHP's SOAP server refuses".to_owned()
        }
        RequestError::VersionMismatch => "the root is no envelope of SOAP 1.1 or 1.2; its namespace says which it is".to_owned(),
        RequestError::Envelope(rule) => {
            format!("the envelope breaks a rule of its version of SOAP ({rule}); leave out what the rule names")
        }
        RequestError::NotUnderstood => {
            "a header block says mustUnderstand, and the shop knows no headers; send none".to_owned()
        }
        RequestError::UnknownEncoding(_) => {
            "an encodingStyle is not that of its envelope's version of SOAP; leave it out".to_owned()
        }
        RequestError::MissingParameter => {
            "the call has no arguments; they are elements inside of it, the session id first".to_owned()
        }
        RequestError::TooManyParameters => {
            "the call has more arguments than the operation, and none by its name; or the body has a second call"
                .to_owned()
        }
        RequestError::NoBody | RequestError::EmptyBody => "the envelope holds no call".to_owned(),
        RequestError::NoProcedure(name) => unknown_operation(shop, name),
        RequestError::Violation => {
            "an argument's text is not of its declared type, such as a word for an int, elements where a text belongs, or \
             CDATA in a number"
                .to_owned()
        }
        RequestError::UnresolvedReference(href) => format!("nothing in the body has the id \"{href}\" points to"),
        RequestError::Limit { what, max } => format!("the body holds more than {max} {what}, which no call needs"),
    }
}

fn unknown_operation(shop: &Shop, asked: &str) -> String {
    let schema = shop.codec().schema();
    let unwrapped = asked.strip_suffix("RequestParam");
    if let (WireStyle::RpcEncoded, Some(plain)) =
        (shop.mode(), unwrapped.filter(|name| schema.operation(name).is_some()))
    {
        return format!("<{asked}> calls {plain} in WS-I style and this shop speaks RPC/encoded; fetch its WSDL again");
    }
    if shop.mode() == WireStyle::WsI && schema.operation(asked).is_some() {
        return format!("<{asked}> is a call in RPC/encoded style and this shop speaks WS-I; fetch its WSDL again");
    }
    let name = unwrapped.unwrap_or(asked);
    if shop.serves_another_description(name) {
        return format!(
            "{name} is there, but the WSDL cache is on and the shop still works by a WSDL it has read before; flush Magento's \
             cache and delete PHP's /tmp/wsdl-*, or wait for a day"
        );
    }
    if let Some(since) = shop.config.contract.operation(name).and_then(|facts| facts.since.as_deref()) {
        let has = shop.bridge().map_or("has no bridge".to_owned(), |release| format!("has {}", release.short()));
        return format!("{name} came with the OroCRM bridge {since} and this shop {has}");
    }
    let nearest = nearest(name, schema.operations.keys().map(String::as_str));
    format!("no operation is named {name}; did you mean {}?", nearest.unwrap_or("login"))
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

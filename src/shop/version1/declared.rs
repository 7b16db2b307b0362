//! Arguments of operations of somebody's module, of which only what its files declare is known: by position in the order of
//! their parts, or by their names. What PHP says of too few of them is said as for native methods.

use super::arguments::{too_few_for, unknown_name};
use crate::magento::{OperationFacts, Version1};
use crate::shop::{Refusal, Shop};
use crate::soap::version1::is_integer_key;
use crate::soap::{Occurs, ServiceSchema, SoapStruct, SoapValue, WireStyle};

/// An argument as the module declares it.
struct Declared<'a> {
    /// Its names in RPC and in WS-I.
    names: [&'a str; 2],
    is_optional: bool,
}

/// Binds the arguments, and answers what PHP says of them. A method that no WSDL declares has them as `args`.
pub(super) fn bind(
    rpc: &ServiceSchema,
    facts: &OperationFacts,
    args: Option<&SoapValue>,
    shop: &Shop,
    arguments: &mut SoapStruct,
) -> Option<Refusal> {
    let Some(operation) = rpc.operation(&facts.name) else {
        // Nobody has named them.
        let listed = match args.cloned() {
            None => SoapValue::List(Vec::new()),
            Some(args @ SoapValue::List(_)) => args,
            Some(SoapValue::Struct(members)) if members.is_array() => SoapValue::Struct(members),
            Some(one) => vec![one].into(),
        };
        arguments.set("args", listed);
        return None;
    };
    let wsi = shop.contract().schema(WireStyle::WsI, shop.bridge(), shop.flavor());
    let in_wsi = wsi.operation(&facts.name).map(|operation| operation.request.parts.as_slice());
    // The first part is the session.
    let parts = operation.request.parts.iter().enumerate().skip(1);
    let declared: Vec<Declared<'_>> = parts
        .map(|(at, part)| {
            let there = in_wsi.and_then(|parts| parts.get(at));
            let is_optional = match there {
                Some(there) => there.occurs == Occurs::Optional,
                None => has_a_default_elsewhere(&part.name),
            };
            Declared { names: [&part.name, there.map_or(part.name.as_str(), |there| &there.name)], is_optional }
        })
        .collect();
    let (mut passed, mut refusal) = (0, None);
    let mut take = |at: usize, value: &SoapValue| {
        passed += 1;
        if let Some(part) = declared.get(at) {
            arguments.set(part.names[0], value.clone());
        }
    };
    match args {
        None => {}
        Some(SoapValue::List(items)) => items.iter().enumerate().for_each(|(at, item)| take(at, item)),
        Some(SoapValue::Struct(members)) if members.is_array() => {
            for (at, (key, value)) in members.iter().enumerate() {
                let named = declared.iter().position(|part| part.names.contains(&key));
                if named.is_none() && !is_integer_key(key) && shop.flavor().names_arguments() {
                    refusal = refusal.or(Some(unknown_name(key)));
                } else {
                    take(named.unwrap_or(at), value);
                }
            }
        }
        Some(one) => take(0, one),
    }
    if !shop.wants_all_arguments() {
        return refusal;
    }
    let is_short = declared.iter().any(|part| !part.is_optional && arguments.get(part.names[0]).is_none());
    refusal.or_else(|| is_short.then(|| too_few(facts, shop, passed, &declared)))
}

/// Whether methods of Magento give a parameter of that name a default: of a module without `wsi.xml` nothing else is known.
fn has_a_default_elsewhere(name: &str) -> bool {
    let methods = Version1::shared().methods.values();
    methods.flat_map(|method| &method.parameters).any(|known| known.is_optional && known.name == name)
}

fn too_few(facts: &OperationFacts, shop: &Shop, passed: usize, declared: &[Declared<'_>]) -> Refusal {
    let resource = facts.resource.as_deref().and_then(|name| shop.contract().resource(name));
    let php = resource.zip(facts.method.as_deref()).and_then(|(resource, method)| resource.php_of(method));
    // PHP counts up to the last one that has no default.
    let wanted = declared.iter().rposition(|part| !part.is_optional).map_or(0, |last| last + 1);
    too_few_for(&php.unwrap_or_else(|| facts.name.clone()), passed, wanted, wanted == declared.len())
}

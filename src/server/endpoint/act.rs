//! Gives a call to the shop.

use super::call::{Asked, Call, Credentials, One, Speaker};
use super::write::{Acted, xml_rpc_fault};
use crate::doors::xml_rpc;
use crate::shop::{Refusal, Shop, version1};
use crate::soap::{SoapFault, SoapValue};

/// Acts on a call.
pub(in crate::server) fn act(shop: &mut Shop, call: &Call) -> Acted {
    let result = match &call.asked {
        Asked::Version2(Some(block)) => Err(shop.refuse_header(*block)),
        Asked::Version2(None) => {
            let is_of_the_product = shop.contract().declarer(&call.operation).is_none();
            if is_of_the_product && !Shop::implemented(&call.operation) && !shop.stubs().concern(&call.operation) {
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
    let mut room = version1::Room::new();
    let mut answers = Vec::with_capacity(requests.len());
    for request in requests {
        let answer = match request {
            One::Answer(value) => value.clone(),
            One::Fault(fault) => xml_rpc::fault_value(fault),
            One::Handler(call) => match shop.handle(call) {
                Ok(value) => value,
                Err(Refusal::Fault(fault)) if fault.api_code().is_some() => {
                    xml_rpc::fault_value(&xml_rpc_fault(&fault))
                }
                Err(other) => return Err(other),
            },
        };
        room.take(&answer)?;
        answers.push(answer);
    }
    Ok(answers.into())
}

/// Puts a fault in place of what the shop would have done: a number as Magento does, a name as PHP does.
pub(in crate::server) fn injected(shop: &Shop, operation: &str, speaker: &Speaker, fault: SoapFault) -> Acted {
    Acted::of(shop, operation, speaker, Err(Refusal::Fault(fault)))
}

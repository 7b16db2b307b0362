//! A call that the shop acts on while disruptions spoil what it says: before it is written, where an answer still has rows.

use super::endpoint::{self, Acted, Call};
use crate::disrupt::Disruption;
use crate::shop::Shop;
use crate::soap::{SoapStruct, SoapValue};

/// Has the shop act, and spoils what comes out; `changed` says of each disruption whether it did anything.
pub(super) fn act(shop: &mut Shop, call: &Call, struck: &[Disruption], changed: &mut [bool]) -> Acted {
    let mut acted = endpoint::act(shop, call);
    let mut is_other_page = false;
    if struck.contains(&Disruption::LastPageAgain) && acted.is_empty_list() {
        let last = last_page(shop, call);
        is_other_page = last.is_some();
        acted = last.unwrap_or(acted);
    }
    for (disruption, changed) in struck.iter().zip(changed) {
        *changed = acted.spoil(disruption) || (is_other_page && *disruption == Disruption::LastPageAgain);
    }
    acted
}

/// The page a call asks for.
fn page(arguments: &SoapStruct) -> Option<u64> {
    arguments.get("pager")?.as_struct()?.text("page")?.parse().ok()
}

/// The last page with rows before the one that a call asks for. The page before it is the likely one; beyond that the
/// distance is halved, because a client may ask for any number.
fn last_page(shop: &mut Shop, call: &Call) -> Option<Acted> {
    let (mut filled, mut empty) = (0, page(&call.arguments)?);
    let mut looked_at = empty.saturating_sub(1);
    let mut last = None;
    while looked_at > filled {
        let acted = endpoint::act(shop, &for_page(call, looked_at)?);
        if acted.is_empty_list() {
            empty = looked_at;
        } else {
            filled = looked_at;
            last = Some(acted);
        }
        looked_at = filled + (empty - filled) / 2;
    }
    last
}

/// The same call for another page.
fn for_page(call: &Call, page: u64) -> Option<Call> {
    let mut arguments = call.arguments.clone();
    let Some(SoapValue::Struct(pager)) = arguments.get_mut("pager") else { return None };
    pager.set("page", page.to_string());
    Some(call.with_arguments(arguments))
}

//! Which disruptions strike a request that arrived. What should have kept it from connecting comes first: whoever carried it
//! here did not ask at the [`Gate`](super::gate::Gate), and the shop never hears of such a call all the same.

use std::sync::Arc;

use jiff::Timestamp;

use super::endpoint::Call;
use crate::disrupt::{Disruption, Fired, Plan, Seen};
use crate::shop::Shop;

/// What strikes a request.
pub(super) enum Strikes {
    /// It keeps the request from being heard.
    Unheard(Disruption),
    /// These concern its answer.
    Answer(Vec<Fired>),
}

/// Counts a request of an operation and says what strikes it.
pub(super) fn strikes(plan: &mut Plan, shop: &Shop, operation: &str, call: Option<&Call>, at: Timestamp) -> Strikes {
    let contract = Arc::clone(shop.contract());
    let contract = contract.as_ref();
    let arguments = call.map(|call| &call.arguments);
    // A call within another one counts as a call of its operation; what strikes it strikes the whole answer.
    let within = call.map(|call| call.operations_within(contract)).unwrap_or_default();
    let within = within.iter().map(|operation| Seen { operation, arguments: None, contract, page: None, at });
    let page = arguments.and_then(|arguments| plan.page_of(operation, arguments));
    let calls: Vec<Seen<'_>> =
        std::iter::once(Seen { operation, arguments, contract, page, at }).chain(within).collect();
    if let Some(unheard) = calls.iter().find_map(|call| plan.fire_unasked(*call).into_iter().next()) {
        return Strikes::Unheard(unheard.disruption);
    }
    Strikes::Answer(calls.iter().flat_map(|call| plan.fire(*call)).collect())
}

//! Stubs that no call reaches: an earlier one answers every call that they are for.

use super::{Stub, StubError, StubFile};
use crate::matching::{Condition, Conditions, Matcher};

/// What is wrong with the order of stubs that are added behind others.
pub(super) fn unreached(file: &StubFile, before: &[&Stub], added: &[Stub]) -> Vec<StubError> {
    let mut wrong = Vec::new();
    for (number, (stub, text)) in added.iter().zip(&file.stubs).enumerate() {
        let earlier = before.iter().copied().chain(added.iter().take(number));
        let Some(shadow) = earlier.filter(|earlier| earlier.operation == stub.operation).find(|one| hides(one, stub))
        else {
            continue;
        };
        let place = text.operation.place();
        let name = &shadow.name;
        let what = format!("no call of {} reaches this stub: {name} answers all that it is for", stub.operation);
        let remedy = match shadow.id {
            0 => "put this one before it, or give that one `times`".to_owned(),
            id => format!("take that one back (DELETE /__admin/stubs/{id}), or give it `times`"),
        };
        let message = format!("{what}; {remedy}");
        wrong.push(StubError::syntax(&file.name, place.line as u64, place.column as u64, message));
    }
    wrong
}

/// Whether a stub never ends and is for every call that another one is for.
fn hides(earlier: &Stub, later: &Stub) -> bool {
    let is_endless = earlier.steps.last().is_some_and(|step| step.times.is_none());
    is_endless && covers(&earlier.when, &later.when)
}

/// Whether all calls that meet the second conditions meet the first, as far as can be said without a call.
fn covers(wide: &Conditions, narrow: &Conditions) -> bool {
    let named = |name: &str| narrow.0.iter().find(|(own, _)| own.get() == name).map(|(_, condition)| condition.get());
    wide.0.iter().all(|(name, condition)| named(name).is_some_and(|narrow| admits(condition.get(), narrow)))
}

fn admits(wide: &Condition, narrow: &Condition) -> bool {
    match (wide, narrow) {
        (Condition::Value(wide), Condition::Value(Matcher::Exact(text))) => wide.matches(Some(text)),
        (Condition::Record(wide), Condition::Record(narrow)) => covers(wide, narrow),
        _ => wide == narrow,
    }
}

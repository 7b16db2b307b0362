//! Names of operations in questions and orders: one that the shop does not have would be met by no call, and look like a
//! success wherever none is wanted.

use super::Problem;
use crate::matching::Conditions;
use crate::nearest::nearest;
use crate::server::service::Service;
use crate::shop::conditions;

/// Refuses a name that no call can have: it is no operation's, no path of API version 1, and none of `others`.
pub(super) fn check<'a>(
    service: &Service,
    names: impl IntoIterator<Item = &'a str>,
    others: &[&str],
) -> Result<(), Problem> {
    let shop = service.locked_shop();
    let (contract, schema) = (shop.contract(), shop.codec().schema());
    let is_known = |name: &str| {
        others.contains(&name)
            || name.starts_with("system.")
            || contract.operation(name).is_some()
            || schema.operation(name).is_some()
            || contract.operation_at(name).is_some()
    };
    let Some(unknown) = names.into_iter().find(|name| !is_known(name)) else { return Ok(()) };
    let known = contract.operations().map(|facts| facts.name.as_str());
    let known = known.chain(schema.operations.keys().map(String::as_str)).chain(others.iter().copied());
    let meant = contract.called_in_version1(unknown).or_else(|| nearest(unknown, known));
    let remedy = meant.map_or_else(
        || "`mockgento serve --list-operations` prints those there are".to_owned(),
        |name| format!("did you mean {name}?"),
    );
    Err(Problem::new(400, "no such operation", format!("the shop has no operation {unknown}"), remedy))
}

/// Refuses conditions on arguments that no call of the operation can meet.
pub(super) fn check_arguments(service: &Service, operation: &str, with: &Conditions) -> Result<(), Problem> {
    let shop = service.locked_shop();
    let contract = shop.contract();
    let is_declared = contract.operation(operation).is_some()
        || contract.operation_at(operation).is_some()
        || shop.codec().schema().operation(operation).is_some();
    let unfit = if is_declared { conditions::unfit_in(&shop, operation, with) } else { Vec::new() };
    match unfit.into_iter().next() {
        None => Ok(()),
        Some(unfit) => Err(Problem::new(400, "no call is like that", unfit.what, unfit.remedy)),
    }
}

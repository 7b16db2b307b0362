//! Names of operations in questions and orders: one that the shop does not have would be met by no call, and look like a
//! success wherever none is wanted.

use super::Problem;
use crate::nearest::nearest;
use crate::server::service::Service;

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
    let remedy = nearest(unknown, known).map_or_else(
        || "`mockgento serve --list-operations` prints those there are".to_owned(),
        |name| format!("did you mean {name}?"),
    );
    Err(Problem::new(400, "no such operation", format!("the shop has no operation {unknown}"), remedy))
}

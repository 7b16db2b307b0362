//! `mockgento serve --scenario SCENARIO`: the shops of a scenario at some moment of it.

use std::path::Path;

use miette::miette;

use super::{Content, Plan, ServeArgs};
use crate::cli::diagnostics::{self, Colour};
use crate::cli::places;
use crate::scenario::Case;
use crate::scenario::until::{UntilError, shops_until};
use crate::shop::Shop;
use crate::soap::WireStyle;

/// The case's shops, to be served, and what is said of them beside their addresses.
pub(super) fn plans<'a>(
    args: &'a ServeArgs,
    place: &Path,
    until: Option<usize>,
) -> miette::Result<(Vec<Plan<'a>>, String)> {
    let case = case(place)?;
    let then = shops_until(&case, until).map_err(|why| {
        let help = match &why {
            UntilError::BeforeTheFirst { .. } => "give the line of a step; the shop is served after it",
            UntilError::NoSuchLine { .. } => "without --until all steps are done",
            _ => "--until with an earlier line serves the shop before that; `mockgento run` says what is wrong",
        };
        miette!(help = help, "{} cannot be served: {why}", case.name)
    })?;
    let several = then.shops.len() > 1;
    let plan = |(name, shop): (String, _)| Plan {
        name: several.then_some(name),
        args,
        described: described(&shop),
        shop: Content::Known(shop),
    };
    let plans: Vec<Plan<'a>> = then.shops.into_iter().map(plan).collect();
    let after = then.line.map_or_else(|| "before its first step".to_owned(), |line| format!("after line {line}"));
    let mut said = format!("The shop of {}, {after}.\n", case.name);
    if let Some((user, key)) = then.user {
        said.push_str(&format!("Log in as {user} with the key {key}.\n"));
    }
    Ok((plans, said))
}

fn described(shop: &crate::server::InMemoryShop) -> String {
    let shop = shop.shop();
    let shop: std::sync::MutexGuard<'_, Shop> = shop.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let style = if shop.mode() == WireStyle::WsI { "WS-I" } else { "RPC/encoded" };
    let bridge = shop.bridge().map_or_else(|| "no bridge".to_owned(), |release| format!("bridge {}", release.short()));
    format!("{style}, {bridge}, {}", shop.flavor().as_str())
}

/// The one case that is meant.
fn case(place: &Path) -> miette::Result<Case> {
    let (cases, wrong) = places::load(&[place.to_owned()], &[])?;
    if let Some(unread) = wrong.into_iter().next() {
        diagnostics::print(&unread.report, Colour::Auto);
        return Err(miette!("{} cannot be served until that is mended", place.display()));
    }
    let names: Vec<String> = cases.iter().map(|case| case.name.clone()).collect();
    let mut cases = cases.into_iter();
    match (cases.next(), cases.next()) {
        (Some(case), None) => Ok(case),
        _ => {
            let some: Vec<&str> = names.iter().map(String::as_str).take(5).collect();
            let more = if names.len() > some.len() { ", …" } else { "" };
            let help = format!("name one: {}{more}", some.join(", "));
            Err(miette!(help = help, "--scenario serves one case, and {} has {}", place.display(), names.len()))
        }
    }
}

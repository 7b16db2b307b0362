//! Whether the rows of somebody's client have come to say what the shop holds: beside those that a CRM without a past has after
//! it has read a copy of the shop. What depends on when a row was first seen is left out, and so is what is gone from the
//! shop. Entities that the client does not show are not asked for.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::actor::Actor;
use super::cannot_work::CannotWork;
use super::compare;
use super::crm_texts::rows_of;
use super::in_sync::{OF_THE_PAST, read_anew};
use super::world::World;
use crate::clock::Clock;
use crate::crm::state::list_of;
use crate::crm::{Crm, Entity};
use crate::database::Row;
use crate::email_address;
use crate::scenario::actor::compare::{Difference, Wrong, compare as compare_rows};
use crate::scenario::actor::{Tables, lacking};
use crate::shop::Shop;

/// Tables that are compared, with the column that names the row each belongs to.
const COMPARED: &[(Entity, Option<(&str, Entity)>)] = &[
    (Entity::Website, None),
    (Entity::Store, None),
    (Entity::CustomerGroup, None),
    (Entity::Customer, None),
    (Entity::CustomerAddress, Some(("owner", Entity::Customer))),
    (Entity::Cart, None),
    (Entity::CartItem, Some(("cart", Entity::Cart))),
    (Entity::Order, None),
    (Entity::OrderItem, Some(("order", Entity::Order))),
    (Entity::OrderAddress, Some(("owner", Entity::Order))),
    (Entity::CreditMemo, None),
    (Entity::CreditMemoItem, Some(("creditMemo", Entity::CreditMemo))),
    (Entity::NewsletterSubscriber, None),
];
/// What names the customer of a row, where a customer may be gone from the shop.
const OF_A_CUSTOMER: &[&str] = &["customer", "isGuest", "customerEmail"];
/// What tells rows apart, and what others name them by.
const NAMES: &[&str] = &["originId", "incrementId", "email"];

/// What is not in sync, in words; nothing when everything is.
pub(super) async fn out_of_sync(world: &mut World<'_>) -> Result<Vec<String>, CannotWork> {
    world.look().await?;
    let Actor::Theirs(theirs) = &world.actor else { return Ok(Vec::new()) };
    let client = Arc::clone(&theirs.client);
    let Some(id) = world.integration else { return Ok(Vec::new()) };
    let integration = world.crm.integration(id)?;
    let Some(served) = world.shop_of(&integration) else { return Ok(Vec::new()) };
    let clock = Clock::virtual_at(world.clock.now());
    let shop = served.with_shop(|shop| shop.copied(clock.clone()));
    let registered = registered(&shop);
    let host = served.base_url()?.host_str().unwrap_or_default().to_owned();
    let crm = match read_anew(world, &integration, shop, host, clock).await? {
        Ok((crm, _)) => crm,
        Err(why) => return Ok(vec![format!("a CRM without a past cannot read the shop: {why}")]),
    };
    let brought = lacking::entities(&world.case.scenario.script);
    let there = world.their_rows().cloned().unwrap_or_default();
    let (ours, theirs) = sides(&crm, &there, |table| lacking::is_brought(&client, &brought, table))?;
    let found = compare_rows(&client, &ours, &theirs).map_err(|how| client.wrong_rows(how))?;
    let orphans = orphans(&theirs, &registered);
    let is_known = |one: &&Difference| {
        let about = client.known().0.iter().filter(|known| known.is_about(&world.case.name));
        about.into_iter().any(|known| known.covers(&one.entity, one.field.as_deref()))
    };
    let told = found.iter().filter(|one| is_told(one, &orphans, &registered)).filter(|one| !is_known(one));
    Ok(told.map(ToString::to_string).collect())
}

/// E-mail addresses of the shop's customers.
fn registered(shop: &Shop) -> BTreeSet<String> {
    shop.database().table("customer").iter().map(|(_, row)| email_address::key(row.text("email"))).collect()
}

/// The rows of both that can be compared.
fn sides(crm: &Crm, there: &Tables, is_brought: impl Fn(&str) -> bool) -> Result<(Tables, Tables), CannotWork> {
    let (mut ours, mut theirs) = (Tables::new(), Tables::new());
    for (entity, parent) in COMPARED {
        let table = entity.table();
        let Some(rows) = there.get(table).filter(|_| is_brought(table)) else { continue };
        let (mut fresh, mut lived) = (rows_of(crm, *entity)?, rows.clone());
        if *entity == Entity::Customer {
            let known: BTreeSet<String> = lived.iter().filter_map(email).collect();
            // A guest of whom the client knows more by now has another row there.
            fresh.retain(|row| {
                value(row, "originId").is_some()
                    || email(row).is_none_or(|email| !known.contains(&email))
                    || is_there(row, &lived)
            });
            fresh.iter_mut().chain(&mut lived).for_each(in_small_letters);
        }
        match parent {
            // Whatever the client has alone is gone from the shop, or was made before the sync start date.
            None => lived.retain(|row| is_there(row, &fresh)),
            Some((column, of)) => {
                let parents = |tables: &Tables| names(tables.get(of.table()).map_or(&[], Vec::as_slice));
                let (read, kept) = (parents(&ours), parents(&theirs));
                let is_of = |row: &Row| {
                    value(row, column).is_none_or(|name| {
                        let name = email_address::key(name);
                        read.contains(&name) && kept.contains(&name)
                    })
                };
                if there.contains_key(of.table()) {
                    fresh.retain(is_of);
                    lived.retain(is_of);
                }
            }
        }
        ours.insert(table.to_owned(), fresh);
        theirs.insert(table.to_owned(), lived);
    }
    Ok((ours, theirs))
}

fn value<'r>(row: &'r Row, name: &str) -> Option<&'r str> {
    row.get(name).and_then(Option::as_deref)
}

fn email(row: &Row) -> Option<String> {
    value(row, "email").map(email_address::key)
}

/// A guest is the same guest in capitals.
fn in_small_letters(row: &mut Row) {
    if value(row, "originId").is_none()
        && let Some(Some(email)) = row.get_mut("email")
    {
        *email = email_address::key(email);
    }
}

/// What other rows may call these by.
fn names(rows: &[Row]) -> BTreeSet<String> {
    rows.iter().flat_map(|row| NAMES.iter().filter_map(|name| value(row, name).map(email_address::key))).collect()
}

/// Whether a list has a row by the first name that both have.
fn is_there(row: &Row, rows: &[Row]) -> bool {
    let by = |name: &&&str| value(row, name).is_some() && rows.iter().any(|other| value(other, name).is_some());
    // Rows of dictionaries may have a code alone; they are never gone.
    let Some(name) = NAMES.iter().find(by) else { return true };
    let own = value(row, name).map(email_address::key);
    rows.iter().any(|other| value(other, name).map(email_address::key) == own)
}

/// Rows, by table and key, whose customer is gone from the shop: Magento does not say so, and a new CRM makes a guest of them.
fn orphans(theirs: &Tables, registered: &BTreeSet<String>) -> BTreeSet<(String, String)> {
    let mut orphans = BTreeSet::new();
    for (table, rows) in theirs {
        for row in rows {
            let is_gone = value(row, "customer").is_some_and(|name| !registered.contains(&email_address::key(name)));
            let names = NAMES.iter().filter_map(|name| value(row, name).map(|value| format!("{name} {value}")));
            if is_gone {
                orphans.extend(names.map(|name| (table.clone(), name)));
            }
        }
    }
    orphans
}

fn is_told(one: &Difference, orphans: &BTreeSet<(String, String)>, registered: &BTreeSet<String>) -> bool {
    match (one.wrong, one.field.as_deref()) {
        // An item that is gone from the cart stays in the CRM and says so.
        (Wrong::TooMany, _) => one.entity != Entity::CartItem.table() || one.expected > 0,
        (Wrong::Field, Some(field)) => {
            let list = Entity::named(&one.entity).and_then(list_of).unwrap_or_default();
            let is_of_the_past = OF_THE_PAST.contains(&(list.as_str(), field)) || compare::is_stamp(field);
            let is_orphan = || orphans.contains(&(one.entity.clone(), one.key.clone()));
            !is_of_the_past && !(OF_A_CUSTOMER.contains(&field) && (is_orphan() || is_one_guest(one, registered)))
        }
        _ => true,
    }
}

/// Whether both name one guest, or of a cart whether any: that depends on when it was read.
fn is_one_guest(one: &Difference, registered: &BTreeSet<String>) -> bool {
    let guest = |name: &Option<String>| {
        let name = name.as_deref().map(email_address::key);
        name.filter(|name| !registered.contains(name))
    };
    let (ours, theirs) = (guest(&one.ours), guest(&one.theirs));
    let is_cart = one.entity == Entity::Cart.table();
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => ours == theirs,
        (Some(_), None) => is_cart && one.theirs.is_none(),
        (None, Some(_)) => is_cart && one.ours.is_none(),
        (None, None) => false,
    }
}

//! What holds at every end, whatever happened before: asked of the CRM and the shop themselves and not of another run, so that
//! a sync that is wrong without any trouble is found out too. Each rule leaves alone what it cannot know to be wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::Offset;
use serde_json::Value;

use super::world::World;
use crate::crm::WebsiteId;
use crate::crm::{Crm, CrmError, CrmValue, Entity, Integration, OriginId, Row};
use crate::datetime;
use crate::email_address;
use crate::quirk::Profile;
use crate::shop::{Shop, state};

/// Entities that one row of the shop makes one row of.
const KNOWN_BY_ORIGIN: &[Entity] = &[
    Entity::Website,
    Entity::Store,
    Entity::CustomerGroup,
    Entity::Customer,
    Entity::Cart,
    Entity::Order,
    Entity::CreditMemo,
    Entity::NewsletterSubscriber,
];

/// Tables of the shop whose rows a connector brings, all of them, with the connectors of changes and of the walk backwards.
const BROUGHT: &[(&str, Entity, &str, &str)] = &[
    ("customer", Entity::Customer, "customer", "customer_initial"),
    ("sales_flat_order", Entity::Order, "order", "order_initial"),
    ("sales_flat_creditmemo", Entity::CreditMemo, "credit_memo", "credit_memo_initial"),
];

/// What does not hold, in words; nothing for a CRM whose quirks are wanted to break it.
///
/// # Errors
/// When the CRM cannot be read.
pub(in crate::scenario) fn broken(world: &mut World<'_>) -> Result<Vec<String>, CrmError> {
    if world.quirks == Profile::Documented.quirks() { always(world) } else { Ok(Vec::new()) }
}

/// What does not hold, in words, whatever quirks there are.
///
/// # Errors
/// When the CRM cannot be read.
pub(super) fn always(world: &mut World<'_>) -> Result<Vec<String>, CrmError> {
    let integrations = world.crm.integrations()?;
    let mut found = Vec::new();
    for integration in &integrations {
        one_row_of_each(&world.crm, integration, &mut found)?;
        one_guest_of_each(&world.crm, integration, &mut found)?;
    }
    let wrong = world.crm.lifetimes_to_recalculate(&[])?.changed;
    if wrong > 0 {
        found.push(format!("the lifetime value of {wrong} customers is not the sum of their orders"));
    }
    for integration in &integrations {
        let Some(shop) = world.shop_of(integration) else { continue };
        let shop = shop.shared();
        let shop = shop.lock().unwrap_or_else(PoisonError::into_inner);
        rows_have_their_customers(&world.crm, integration, &shop, &mut found)?;
        guests_orders_are_theirs(&world.crm, integration, &shop, &mut found)?;
        for (table, entity, changes, walk) in BROUGHT {
            every_row_is_there(&world.crm, integration, &rows(&shop, table), (*entity, changes, walk), &mut found)?;
        }
    }
    Ok(found)
}

/// No two rows of one identity.
fn one_row_of_each(crm: &Crm, integration: &Integration, found: &mut Vec<String>) -> Result<(), CrmError> {
    for entity in KNOWN_BY_ORIGIN {
        let mut times = BTreeMap::<OriginId, usize>::new();
        for row in crm.find(*entity, &[channel(integration)])? {
            if let Some(id) = row.fields.origin_id() {
                *times.entry(id).or_default() += 1;
            }
        }
        let often = times.into_iter().filter(|(_, times)| *times > 1);
        found.extend(often.map(|(id, times)| format!("the CRM has {times} rows of {} {id}", entity.table())));
    }
    Ok(())
}

/// No two guests of one e-mail address, unless several people share it.
fn one_guest_of_each(crm: &Crm, integration: &Integration, found: &mut Vec<String>) -> Result<(), CrmError> {
    let mut times = BTreeMap::<String, usize>::new();
    for row in crm.find(Entity::Customer, &[channel(integration)])? {
        let is_guest = row.fields.origin_id().is_none() && row.fields.get("guest").is_some_and(CrmValue::is_true);
        if let Some(email) = row.fields.text("email").filter(|_| is_guest) {
            *times.entry(email_address::key(email)).or_default() += 1;
        }
    }
    let shared: BTreeSet<String> =
        integration.settings.shared_guest_email_list.iter().map(|email| email_address::key(email)).collect();
    let often = times.into_iter().filter(|(email, times)| *times > 1 && !shared.contains(email));
    found.extend(often.map(|(email, times)| format!("the CRM has {times} guests of {email}")));
    Ok(())
}

/// The order of a guest stands with nobody but a guest of that e-mail address, or with a registered customer.
fn guests_orders_are_theirs(
    crm: &Crm,
    integration: &Integration,
    shop: &Shop,
    found: &mut Vec<String>,
) -> Result<(), CrmError> {
    for order in rows(shop, "sales_flat_order") {
        let (Some(id), Some(email)) =
            (number(&order, "entity_id"), order.get("customer_email").and_then(Value::as_str))
        else {
            continue;
        };
        let Some(row) = crm.find_one(Entity::Order, &[channel(integration), ("originId", id.into())])? else {
            continue;
        };
        let Some(whose) = row.fields.link("customer") else { continue };
        let Some(whose) = crm.get(Entity::Customer, whose)?.filter(|row| row.fields.origin_id().is_none()) else {
            continue;
        };
        let its = whose.fields.text("email").unwrap_or_default();
        if !email_address::is_same(its, email) {
            found.push(format!("order {id} of the guest {email} stands with {its} in the CRM"));
        }
    }
    Ok(())
}

/// Tables of the shop whose rows name a customer.
const OF_CUSTOMERS: &[(&str, Entity)] = &[("sales_flat_order", Entity::Order), ("sales_flat_quote", Entity::Cart)];

/// Every order and cart has its customer when the shop has one and the CRM knows them.
fn rows_have_their_customers(
    crm: &Crm,
    integration: &Integration,
    shop: &Shop,
    found: &mut Vec<String>,
) -> Result<(), CrmError> {
    let customers = ids(&crm.find(Entity::Customer, &[channel(integration)])?);
    for (table, entity) in OF_CUSTOMERS {
        for row in rows(shop, table) {
            let (Some(id), Some(customer)) = (number(&row, "entity_id"), number(&row, "customer_id")) else { continue };
            let known = crm.find_one(*entity, &[channel(integration), ("originId", id.into())])?;
            if customers.contains(&OriginId(customer)) && known.is_some_and(|row| row.fields.link("customer").is_none())
            {
                let what = entity.table();
                found.push(format!("{what} {id} has no customer in the CRM, though customer {customer} is there"));
            }
        }
    }
    Ok(())
}

/// Every row that both its dates put within the window is in the CRM, once the walk is over and the changes are asked for.
fn every_row_is_there(
    crm: &Crm,
    integration: &Integration,
    rows: &[Value],
    (entity, changes, walk): (Entity, &str, &str),
    found: &mut Vec<String>,
) -> Result<(), CrmError> {
    let settings = &integration.settings;
    let start = Offset::UTC.to_timestamp(settings.sync_start_date.to_datetime(Time::midnight())).ok();
    let (walked, synced) = (crm.bookmark(integration.id, walk)?, crm.bookmark(integration.id, changes)?);
    let (Some(start), Some(walked), Some(synced)) = (start, walked, synced) else { return Ok(()) };
    if walked > start || settings.website_id != WebsiteId::ALL {
        return Ok(());
    }
    let there = ids(&crm.find(entity, &[channel(integration)])?);
    for row in rows {
        let Some(id) = number(row, "entity_id") else { continue };
        let within = ["created_at", "updated_at"]
            .iter()
            .all(|name| moment(row, name).is_some_and(|at| (start..=synced).contains(&at)));
        // Nobody asks for a customer of no website.
        let has_place = entity != Entity::Customer || number(row, "website_id").is_some_and(|website| website > 0);
        if within && has_place && !there.contains(&OriginId(id)) {
            found.push(format!("{} {id} of the shop is not in the CRM", entity.table()));
        }
    }
    Ok(())
}

fn channel(integration: &Integration) -> (&'static str, CrmValue) {
    ("channel", CrmValue::Ref(integration.id.0))
}

fn ids(rows: &[Row]) -> BTreeSet<OriginId> {
    rows.iter().filter_map(|row| row.fields.origin_id()).collect()
}

fn rows(shop: &Shop, table: &str) -> Vec<Value> {
    state::rows(shop, table).map(Iterator::collect).unwrap_or_default()
}

fn number(row: &Value, name: &str) -> Option<i64> {
    let value = row.get(name)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn moment(row: &Value, name: &str) -> Option<Timestamp> {
    datetime::parse(row.get(name)?.as_str()?).ok().flatten()
}

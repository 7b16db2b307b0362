//! Whether the CRM has come to hold what the shop holds. Asked of three: of the CRM and the shop themselves (`invariants`,
//! `as_in_shop`), of what users of the CRM wrote (`ledger`), and of a CRM without a past that reads a copy of the shop now,
//! with nothing in its way. Of somebody's client it is asked by `rows_in_sync`. What depends on when a row was first seen is
//! left out, and so is what is gone from the shop: the reference client removes nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::cannot_work::CannotWork;
use super::compare::{Difference, Kind, compare};
use super::network::Served;
use super::world::World;
use super::{as_in_shop, invariants};
use crate::client::WsdlCache;
use crate::clock::Clock;
use crate::crm::{Crm, Entity, Integration, IntegrationId};
use crate::email_address;
use crate::server::{EndpointOptions, InMemoryShop};
use crate::shop::Shop;
use crate::sync::connector::Connector;
use crate::sync::context::{SyncContext, SyncOptions};
use crate::sync::driver;
use crate::sync::standing::reads_again;
use crate::transport::in_memory::InMemoryTransport;

/// Syncs after which a CRM without a past has read everything, nothing being in its way.
const READINGS_MAX: usize = 4;
/// Lists of an integration that are compared.
const COMPARED: &[&str] =
    &["websites", "stores", "customerGroups", "customers", "carts", "orders", "creditMemos", "newsletterSubscribers"];
/// Lists whose rows belong to a customer.
const OF_CUSTOMERS: &[&str] = &["carts", "orders", "newsletterSubscribers"];
/// Fields that depend on when a row was first seen, in the list they are in.
pub(super) const OF_THE_PAST: &[(&str, &str)] = &[
    // Found by the name the customer had then; whether there is one is asked all the same.
    ("customers", "account"),
    ("customers", "contact"),
    // What a guest's row was before a registered customer took it over (vector 126).
    ("customers", "isActive"),
    // The sum of orders that are in the CRM, those that are gone from the shop included; `invariants` has the rule.
    ("customers", "lifetime"),
    ("carts", "firstName"),
    ("carts", "lastName"),
    ("orders", "firstName"),
    ("orders", "lastName"),
];

/// What is not in sync, in words; nothing when everything is.
pub(super) async fn out_of_sync(world: &mut World<'_>) -> Result<Vec<String>, CannotWork> {
    let mut found = invariants::always(world)?;
    let integrations = world.crm.integrations()?;
    for integration in integrations.iter().filter(|integration| integration.settings.enabled) {
        let Some(served) = world.shop_of(integration) else { continue };
        let clock = Clock::virtual_at(world.clock.now());
        let shop = served.with_shop(|shop| shop.copied(clock.clone()));
        found.extend(as_in_shop::differences(&world.crm, integration, &shop)?);
        found.extend(world.ledger.not_arrived(&world.crm, integration, &shop, &world.case.scenario.script)?);
        let customers = customers_of(&shop);
        let lived = tree(&world.crm, integration.id)?;
        let host = served.base_url()?.host_str().unwrap_or_default().to_owned();
        match read_anew(world, integration, shop, host, clock).await? {
            Ok((crm, id)) => found.extend(differences(tree(&crm, id)?, lived, &customers)),
            Err(why) => found.push(format!("a CRM without a past cannot read the shop: {why}")),
        }
    }
    Ok(found)
}

impl World<'_> {
    /// The shop whose WSDL an integration names.
    pub(super) fn shop_of(&self, integration: &Integration) -> Option<&Served> {
        let is_it = |served: &&Served| served.wsdl_url().is_ok_and(|url| url.as_str() == integration.settings.api_url);
        self.shops.values().find(is_it)
    }
}

/// A CRM without a past that has read the shop, or why it cannot.
pub(super) async fn read_anew(
    world: &World<'_>,
    integration: &Integration,
    shop: Shop,
    host: String,
    clock: Clock,
) -> Result<Result<(Crm, IntegrationId), String>, CannotWork> {
    let mut crm = Crm::in_memory(clock.clone())?;
    crm.set_discovery(world.crm.discovery().clone())?;
    let id = crm.add_integration(&integration.settings)?;
    know_regions(&mut crm, id, &world.crm, integration.id)?;
    let shop = InMemoryShop::new(shop, EndpointOptions::default());
    let transport = InMemoryTransport::network(BTreeMap::from([(host, shop.peer())]), clock.clone());
    let transport = std::sync::Arc::new(transport);
    let wsdl_cache = WsdlCache::default();
    let mut said = String::new();
    for _ in 0..READINGS_MAX {
        let mut ignore = |_| {};
        let mut context = SyncContext {
            crm: &mut crm,
            transport: transport.clone(),
            clock: clock.clone(),
            quirks: world.quirks.clone(),
            events: &mut ignore,
            options: SyncOptions { wsdl_cache: wsdl_cache.clone(), ..SyncOptions::default() },
        };
        let outcome = driver::sync(&mut context, id).await?;
        let is_ok = outcome.is_ok();
        if is_ok && !reads_again(&crm, id)? {
            return Ok(Ok((crm, id)));
        }
        said = super::step::sync::lines(&outcome).into_iter().find(|line| line.contains("failed")).unwrap_or_default();
    }
    Ok(Err(said))
}

/// Regions are not compared, every shop has the same, and reading them costs more than all the rest: who has read them within
/// the day lends them.
fn know_regions(crm: &mut Crm, to: IntegrationId, other: &Crm, from: IntegrationId) -> Result<(), CannotWork> {
    let Some(read) = other.last_completed_status(from, Connector::RegionDictionary.name())? else { return Ok(()) };
    let regions = other.find(Entity::Region, &[("channel", from.0.into())])?;
    crm.transaction(|crm| {
        for row in regions {
            crm.insert(Entity::Region, row.fields.with("channel", to.0))?;
        }
        Ok(crm.add_status(to, &read)?)
    })
}

/// The rows of an integration as the CRM's state tells them.
fn tree(crm: &Crm, id: IntegrationId) -> Result<Value, CannotWork> {
    let all = crm.integrations()?;
    let place = all.iter().position(|integration| integration.id == id).unwrap_or_default();
    let mut state = crm.state()?;
    Ok(state.pointer_mut(&format!("/integrations/{place}")).map(Value::take).unwrap_or_default())
}

fn customers_of(shop: &Shop) -> BTreeSet<i64> {
    shop.database().table("customer").iter().map(|(id, _)| id).collect()
}

/// Rows of the same list in the one CRM and in the other.
fn differences(mut fresh: Value, mut lived: Value, customers: &BTreeSet<i64>) -> Vec<String> {
    let emails: BTreeSet<String> = list(&lived, "customers").filter_map(email).collect();
    let pointed_at = known_anew(&fresh);
    let (mut fresh_lists, mut lived_lists) = (Map::new(), Map::new());
    for name in COMPARED {
        let fresh_rows = rows(&mut fresh, name);
        let lived_rows = rows(&mut lived, name);
        let read: BTreeSet<String> = fresh_rows.iter().filter_map(identity).collect();
        let there: BTreeMap<String, Value> =
            lived_rows.iter().filter_map(|row| Some((identity(row)?, row.clone()))).collect();
        // A guest of whom the CRM knows more by now has another row there.
        let is_lost =
            |row: &Value| there.contains_key(&identity(row).unwrap_or_default()) || !is_known_guest(name, row, &emails);
        let mut fresh_rows: Vec<Value> = fresh_rows.into_iter().filter(|row| is_lost(row)).collect();
        // Whatever is in the CRM alone is gone from the shop, or was made before the sync start date.
        let is_read = |row: &Value| identity(row).is_some_and(|identity| read.contains(&identity));
        let mut lived_rows: Vec<Value> = lived_rows.into_iter().filter(is_read).collect();
        if OF_CUSTOMERS.contains(name) {
            let of_nobody: BTreeSet<String> =
                fresh_rows.iter().filter(|row| customer_of(row).is_none()).filter_map(identity).collect();
            let is_found =
                |row: &Value| identity(row).is_some_and(|it| of_nobody.contains(&it)) && is_of_its_email(row);
            let is_orphan = |row: &&Value| is_of_nobody(row, customers) || is_found(row);
            let orphans: BTreeSet<String> = lived_rows.iter().filter(is_orphan).filter_map(identity).collect();
            for row in fresh_rows.iter_mut().chain(&mut lived_rows) {
                if identity(row).is_some_and(|identity| orphans.contains(&identity)) {
                    without(row, &["customer", "isGuest", "customerEmail"]);
                }
            }
        }
        let fresh_by_key: BTreeMap<String, usize> =
            fresh_rows.iter().enumerate().filter_map(|(place, row)| Some((identity(row)?, place))).collect();
        for lived in &mut lived_rows {
            let place = identity(lived).and_then(|key| fresh_by_key.get(&key).copied());
            if let Some(fresh) = place.and_then(|place| fresh_rows.get_mut(place)) {
                without_what_is_gone(name, fresh, lived, &pointed_at);
            }
        }
        for row in fresh_rows.iter_mut().chain(&mut lived_rows) {
            comparable(name, row);
        }
        fresh_lists.insert((*name).to_owned(), fresh_rows.into());
        lived_lists.insert((*name).to_owned(), lived_rows.into());
    }
    let side = |lists: Map<String, Value>| serde_json::json!({ "crm": lists });
    compare(&side(fresh_lists), &side(lived_lists)).iter().filter(|one| is_told(one)).map(told).collect()
}

/// What rows may point to, by the field that does, under the names the CRM's state has for them; as a new CRM knows them.
fn known_anew(fresh: &Value) -> BTreeMap<&'static str, BTreeSet<String>> {
    const POINTED_AT: &[(&str, &str, &str)] = &[
        ("store", "stores", "code"),
        ("website", "websites", "code"),
        ("group", "customerGroups", "name"),
        ("cart", "carts", "originId"),
        ("order", "orders", "incrementId"),
    ];
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let named = |(field, of, key): &(&'static str, &str, &str)| {
        (*field, list(fresh, of).filter_map(|row| row.get(*key)).map(text).collect())
    };
    POINTED_AT.iter().map(named).collect()
}

/// Takes out of both what the one that lived points to and a new CRM does not have: it is gone from the shop, and the reference
/// client removes nothing. So is the order by which a cart was bought, and what the CRM's own workflow made of a cart.
fn without_what_is_gone(
    list: &str,
    fresh: &mut Value,
    lived: &mut Value,
    there: &BTreeMap<&'static str, BTreeSet<String>>,
) {
    let mut gone: Vec<&str> = Vec::new();
    for (field, known) in there {
        let points_to = |row: &Value| row.get(*field).and_then(Value::as_str).map(str::to_owned);
        if points_to(lived).is_some_and(|name| !known.contains(&name)) && points_to(fresh).is_none() {
            gone.push(field);
        }
    }
    if list == "carts" {
        let status = |row: &Value| row.get("status").and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_of_the_shop = |status: &str| ["open", "expired", "purchased"].contains(&status);
        let was_bought = status(lived) == "purchased" && status(fresh) == "expired";
        if was_bought || !is_of_the_shop(&status(lived)) {
            gone.push("status");
        }
    }
    without(fresh, &gone);
    without(lived, &gone);
}

fn is_told(difference: &Difference) -> bool {
    // An item that is gone from the cart stays in the CRM and says so.
    !(difference.kind == Kind::Extra && difference.table == "crm carts items")
}

fn told(difference: &Difference) -> String {
    difference.to_string()
}

fn list<'a>(tree: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    tree.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn rows(tree: &mut Value, name: &str) -> Vec<Value> {
    match tree.get_mut(name).map(Value::take) {
        Some(Value::Array(rows)) => rows,
        _ => Vec::new(),
    }
}

/// What a row is known by: Magento's id, of a guest the e-mail address.
fn identity(row: &Value) -> Option<String> {
    match row.get("originId") {
        Some(id) => Some(id.to_string()),
        None => email(row),
    }
}

fn email(row: &Value) -> Option<String> {
    row.get("email").and_then(Value::as_str).map(email_address::key)
}

fn is_known_guest(list: &str, row: &Value, emails: &BTreeSet<String>) -> bool {
    list == "customers" && row.get("originId").is_none() && email(row).is_some_and(|email| emails.contains(&email))
}

/// Whether the customer of a row is gone from the shop: Magento does not say so, and a new CRM makes a guest of them.
fn is_of_nobody(row: &Value, customers: &BTreeSet<i64>) -> bool {
    customer_of(row).is_some_and(|(id, _)| !customers.contains(&id))
}

/// Whether a row belongs to a registered customer with its own e-mail address. The guest search has no other condition, so
/// what nobody ordered is theirs when they were known by then; a new CRM may have made a guest before it knew them.
fn is_of_its_email(row: &Value) -> bool {
    let of_row = ["customerEmail", "email"].iter().find_map(|name| row.get(*name)?.as_str()).map(email_address::key);
    customer_of(row).is_some_and(|(_, email)| of_row.is_some_and(|of_row| of_row == email))
}

/// The registered customer of a row: Magento's id and the e-mail address.
fn customer_of(row: &Value) -> Option<(i64, String)> {
    let (id, email) = row.get("customer")?.as_str()?.split_once(' ')?;
    Some((id.parse().ok()?, email_address::key(email)))
}

fn comparable(list: &str, row: &mut Value) {
    let Value::Object(members) = row else { return };
    for (of, name) in OF_THE_PAST.iter().filter(|(of, _)| *of == list) {
        if let Some(value) = members.get_mut(*name).filter(|_| *of == "customers") {
            *value = Value::from("there");
        } else {
            members.remove(*name);
        }
    }
    // Whether a guest was known when the cart was read, or read again within the overlap of two windows, is of the past too.
    let is_guest =
        |customer: &Value| customer.as_str().is_some_and(|name| !name.starts_with(|c: char| c.is_ascii_digit()));
    if list == "carts" && members.get("customer").is_some_and(is_guest) {
        members.remove("customer");
    }
    // A guest is called as the first order that was read calls them, and it is the same guest in capitals.
    if let Some(Value::String(guest)) = members.get_mut("customer").filter(|customer| is_guest(customer)) {
        *guest = email_address::key(guest);
    }
    if !members.contains_key("originId")
        && let Some(Value::String(email)) = members.get_mut("email")
    {
        *email = email_address::key(email);
    }
}

fn without(row: &mut Value, names: &[&str]) {
    if let Value::Object(members) = row {
        members.retain(|name, _| !names.contains(&name.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_row_of_nobody_may_belong_to_anybody_with_its_address() {
        let order =
            |customer: &str| json!({ "originId": 16, "customerEmail": "Twice@example.com", "customer": customer });
        let crm = |order: Value| json!({ "orders": [order] });
        let customers = BTreeSet::from([7, 9]);
        for (fresh, lived, told) in [
            ("twice@example.com", "9 twice@example.com", 0),
            ("twice@example.com", "9 other@example.com", 1),
            ("7 twice@example.com", "9 twice@example.com", 1),
            ("9 twice@example.com", "twice@example.com", 1),
            // Gone from the shop.
            ("twice@example.com", "8 other@example.com", 0),
        ] {
            let found = differences(crm(order(fresh)), crm(order(lived)), &customers);
            assert_eq!(found.len(), told, "{lived} instead of {fresh}: {found:?}");
        }
    }
}

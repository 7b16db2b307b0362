//! Guests of orders: found by e-mail, or made (sync spec 6.2 to 6.5).

use crate::crm::{Crm, CrmError, CrmValue, Entity, Fields, Row, RowId};
use crate::quirk::Quirk;
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::convert;
use crate::sync::outcome::{ConnectorOutcome, Counts};
use crate::sync::scope::Scope;
use crate::sync::strategy::Change;
use crate::sync::strategy::guest::{Person, search};
use crate::sync::strategy::order::shown_names;
use crate::sync::warning::Warning;

/// The person behind a row of Magento, by the fields orders and carts have in common.
pub(super) fn person(row: &SoapStruct) -> Person {
    let text = |name| row.get(name).and_then(convert::filled);
    Person {
        email: text("customer_email"),
        first_name: text("customer_firstname"),
        last_name: text("customer_lastname"),
    }
}

/// The person behind an order. The reference client compares the order's own names, which a newly read order does not
/// have yet, so that the first customer with a shared address wins.
pub(super) fn person_of_order(scope: &Scope, row: &SoapStruct) -> Person {
    let person = person(row);
    match scope.quirks.has(Quirk::SharedEmailIgnoresNames) {
        true => Person { email: person.email, ..Person::default() },
        false => person,
    }
}

/// The customer who is that person, registered or guest; the oldest row wins.
pub(super) fn find(crm: &Crm, scope: &Scope, person: &Person) -> Result<Option<Row>, CrmError> {
    let Some(search) = search(person, &scope.shared_emails, &scope.quirks) else { return Ok(None) };
    let mut key = vec![("channel", CrmValue::Ref(scope.channel.0)), ("email", search.email.into())];
    if let Some((first, last)) = search.names {
        key.extend([("firstName", first.into()), ("lastName", last.into())]);
    }
    crm.find_one(Entity::Customer, &key)
}

/// What a guest has from dictionaries.
const FROM_DICTIONARIES: &[&str] = &["store", "website", "group"];

/// Whether a guest was made while a dictionary was missing: nothing but an order ever tells of guests.
pub(super) fn has_holes(known: &Row, scope: &Scope) -> bool {
    known.fields.get("guest").is_some_and(CrmValue::is_true)
        && !scope.quirks.has(Quirk::IncompleteWindowForgotten)
        && FROM_DICTIONARIES.iter().any(|name| known.fields.link(name).is_none())
}

/// Makes the guests of some orders, in one transaction; who is known already, if only by an order before, is left alone.
pub(in crate::sync) fn create_all(
    crm: &mut Crm,
    scope: &Scope,
    orders: &[SoapStruct],
    outcome: &mut ConnectorOutcome,
) -> Result<(), CrmError> {
    crm.transaction(|crm| orders.iter().try_for_each(|order| create(crm, scope, order, outcome)))
}

pub(super) fn create(
    crm: &mut Crm,
    scope: &Scope,
    order: &SoapStruct,
    outcome: &mut ConnectorOutcome,
) -> Result<(), CrmError> {
    let known = find(crm, scope, &person(order))?;
    if known.as_ref().is_some_and(|known| !has_holes(known, scope)) {
        return Ok(());
    }
    let record = match convert::guest::of_order(order, &scope.quirks) {
        Ok(record) => record,
        Err(error) => {
            let order = order.get("increment_id").and_then(SoapValue::to_text).unwrap_or_default();
            outcome.warnings.push(Warning::GuestRefused { order, reason: error.to_string() });
            return Ok(());
        }
    };
    let mut fields = scope.fields(crm, &record, outcome.counts.read, &mut outcome.warnings)?;
    let store = fields.link("store").map(|id| crm.require(Entity::Store, id)).transpose()?;
    fields.set("website", store.and_then(|store| store.fields.link("website")));
    if let Some(known) = known {
        let lacking: Vec<_> = FROM_DICTIONARIES.iter().filter(|name| known.fields.link(name).is_none()).collect();
        let found = lacking.into_iter().filter_map(|name| Some((*name, fields.get(name)?.clone())));
        let filled = found.fold(Fields::new(), |filled, (name, value)| filled.with(name, value));
        return crm.update(Entity::Customer, known.id, &filled);
    }
    let change = Change::Root { entity: Entity::Customer, id: None, fields };
    // Guests are made along the way; the connector counts its own rows.
    if let Some(id) = scope.apply(crm, vec![change], &mut Counts::default())? {
        crm.customer_created(id, &scope.quirks)?;
        take_carts(crm, scope, id)?;
    }
    Ok(())
}

/// Gives a new customer the carts of guests with that e-mail address that came while nobody had it, as they would have had
/// them from the start: which of the two comes first may be chance. The reference client leaves such a cart alone until it
/// changes.
pub(super) fn take_carts(crm: &mut Crm, scope: &Scope, id: RowId) -> Result<(), CrmError> {
    if scope.quirks.has(Quirk::RegisteredGuestStaysAsMade) {
        return Ok(());
    }
    let customer = crm.require(Entity::Customer, id)?;
    let Some(email) = customer.fields.text("email").filter(|email| !email.is_empty()) else { return Ok(()) };
    let key = [
        ("channel", CrmValue::Ref(scope.channel.0)),
        ("email", email.into()),
        ("isGuest", CrmValue::Bool(true)),
        ("customer", CrmValue::Null),
    ];
    for cart in crm.find(Entity::Cart, &key)? {
        let text = |name| cart.fields.text(name).map(str::to_owned);
        let person = Person { email: text("email"), first_name: text("firstName"), last_name: text("lastName") };
        if find(crm, scope, &person)?.is_some_and(|found| found.id == id) {
            let (first, last) = shown_names(Some(&customer), None);
            let fields = Fields::new().with("customer", id).with("firstName", first).with("lastName", last);
            crm.update(Entity::Cart, cart.id, &fields)?;
        }
    }
    Ok(())
}

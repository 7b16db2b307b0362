//! Guests of orders: found by e-mail, or made (sync spec 6.2 to 6.5).

use super::{claim, person};
use crate::crm::{Crm, CrmError, CrmValue, Entity, Fields, Row};
use crate::quirk::Quirk;
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::convert;
use crate::sync::outcome::{ConnectorOutcome, Counts};
use crate::sync::scope::Scope;
use crate::sync::strategy::Change;
use crate::sync::warning::Warning;

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
    let known = person::find(crm, scope, &person::of_row(order))?;
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
        claim::take(crm, scope, id)?;
    }
    Ok(())
}

//! What a customer takes who comes after their orders and carts: an order that passed its customer, for a call had failed or
//! nobody had its e-mail address then, becomes theirs as it would have been had they come first. The reference client leaves
//! it alone until it changes in Magento.

use super::{bought, person};
use crate::crm::{Crm, CrmError, CrmValue, Entity, Fields, OriginId, Row, RowId};
use crate::quirk::Quirk;
use crate::sync::scope::Scope;
use crate::sync::strategy::guest::Person;
use crate::sync::strategy::order::shown_names;

/// Entities that belong to customers, with the field of the e-mail address.
const CLAIMED: &[(Entity, &str)] = &[(Entity::Order, "customerEmail"), (Entity::Cart, "email")];

/// Notes whether a row that was written still waits for the customer it names.
pub(super) fn note(
    crm: &mut Crm,
    scope: &Scope,
    row: (Entity, RowId),
    customer: Option<OriginId>,
) -> Result<(), CrmError> {
    if scope.quirks.has(Quirk::LateCustomerTakesNothing) {
        return Ok(());
    }
    let missing = match customer {
        Some(id) if scope.id_by_origin(crm, Entity::Customer, id)?.is_none() => Some(id),
        _ => None,
    };
    match missing {
        Some(id) => crm.note_unclaimed(scope.channel, row, id),
        None => crm.forget_unclaimed(row),
    }
}

/// Gives a customer what waits for them: what names them, and what nobody has of their e-mail address.
pub(super) fn take(crm: &mut Crm, scope: &Scope, id: RowId) -> Result<(), CrmError> {
    if scope.quirks.has(Quirk::LateCustomerTakesNothing) {
        return Ok(());
    }
    let customer = crm.require(Entity::Customer, id)?;
    for (entity, email) in CLAIMED {
        if let Some(origin_id) = customer.fields.origin_id() {
            for row in crm.unclaimed_of(scope.channel, *entity, origin_id)? {
                let row = crm.require(*entity, row)?;
                give(crm, scope, &row, &customer)?;
                crm.forget_unclaimed((*entity, row.id))?;
            }
        }
        let Some(address) = customer.fields.text("email").filter(|address| !address.is_empty()) else { continue };
        let key = [("channel", CrmValue::Ref(scope.channel.0)), (*email, address.into()), ("customer", CrmValue::Null)];
        for row in crm.find(*entity, &key)? {
            if is_theirs(crm, scope, &row, email, id)? {
                give(crm, scope, &row, &customer)?;
            }
        }
    }
    Ok(())
}

/// Whether an import would find that customer by the row's e-mail address, and by its names where people share the address.
/// A cart that names a customer is nobody else's; an order that does is looked for by its address as well.
fn is_theirs(crm: &Crm, scope: &Scope, row: &Row, email: &str, id: RowId) -> Result<bool, CrmError> {
    if row.entity == Entity::Cart && crm.is_unclaimed((Entity::Cart, row.id))? {
        return Ok(false);
    }
    let text = |name| row.fields.text(name).map(str::to_owned);
    let person = Person { email: text(email), first_name: text("firstName"), last_name: text("lastName") };
    Ok(person::find(crm, scope, &person)?.is_some_and(|found| found.id == id))
}

fn give(crm: &mut Crm, scope: &Scope, row: &Row, customer: &Row) -> Result<(), CrmError> {
    let (first, last) = shown_names(Some(customer), None);
    let fields = Fields::new().with("customer", customer.id).with("firstName", first).with("lastName", last);
    crm.update(row.entity, row.id, &fields)?;
    if row.entity == Entity::Order {
        bought::follow_up(crm, scope, Some(row), row.id)?;
    }
    Ok(())
}

//! What follows an order that was written, or that has found its customer.

use crate::crm::{Crm, CrmError, Entity, Row, RowId};
use crate::sync::scope::Scope;
use crate::sync::strategy::order as rules;

/// The cart is bought, the customer's currency is the order's, and the lifetime value follows.
pub(super) fn follow_up(crm: &mut Crm, scope: &Scope, before: Option<&Row>, id: RowId) -> Result<(), CrmError> {
    let order = crm.require(Entity::Order, id)?;
    let customer = order.fields.link("customer");
    let customer = customer
        .map(|id| crm.require_only(Entity::Customer, &["currency", "firstName", "lastName"], id))
        .transpose()?;
    if let Some(cart) = order.fields.link("cart") {
        let cart = crm.require_only(Entity::Cart, &["status", "customer"], cart)?;
        crm.update(Entity::Cart, cart.id, &rules::purchased(&cart, customer.as_ref()))?;
    }
    if let Some(customer) = &customer {
        crm.update(Entity::Customer, customer.id, &rules::currency(customer, &order.fields))?;
    }
    crm.order_saved(scope.channel, before, &order, &scope.quirks)
}

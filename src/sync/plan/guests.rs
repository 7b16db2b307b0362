//! Orders of guests that become one customer's, and why (sync spec 6.2 to 6.5).

use std::collections::BTreeMap;

use serde::Serialize;

use super::rows::called;
use crate::crm::{Crm, CrmError, CrmValue, Entity, Row, RowId};

/// A customer to whom new orders of guests go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CombinedGuest {
    /// The e-mail address of all of them.
    pub email: String,
    /// The name of the customer to whom the orders go.
    pub customer: String,
    /// Numbers of the guest orders.
    pub orders: Vec<String>,
    /// Names on the orders' addresses.
    pub names: Vec<String>,
    /// Why they are one.
    pub why: String,
}

pub(super) fn combined(before: &Crm, after: &Crm) -> Result<Vec<CombinedGuest>, CrmError> {
    let mut by_customer: BTreeMap<RowId, Vec<Row>> = BTreeMap::new();
    after.each_row(Entity::Order, &[], &mut |order| {
        let is_guests = order.fields.get("isGuest").is_some_and(CrmValue::is_true);
        if let Some(customer) = order.fields.link("customer").filter(|_| is_guests) {
            by_customer.entry(customer).or_default().push(order);
        }
        Ok::<_, CrmError>(())
    })?;
    let mut combined = Vec::new();
    for (id, orders) in by_customer {
        let customer = after.require(Entity::Customer, id)?;
        let is_guest = customer.fields.get("guest").is_some_and(CrmValue::is_true);
        let mut has_new = false;
        for order in &orders {
            has_new |= before.get(Entity::Order, order.id)?.is_none();
        }
        if has_new && (orders.len() > 1 || !is_guest) {
            let names = names(after, &orders)?;
            combined.push(described(&customer, is_guest, &orders, names));
        }
    }
    Ok(combined)
}

fn full_name(row: &Row) -> String {
    let part = |field| row.fields.text(field).unwrap_or_default();
    format!("{} {}", part("firstName"), part("lastName")).trim().to_owned()
}

/// Who the orders' addresses say they are: an order itself is given its customer's name.
fn names(crm: &Crm, orders: &[Row]) -> Result<Vec<String>, CrmError> {
    let mut names = Vec::new();
    for order in orders {
        let addresses = crm.find(Entity::OrderAddress, &[("owner", CrmValue::Ref(order.id))])?;
        names.extend(addresses.iter().map(full_name).filter(|name| !name.is_empty()));
    }
    names.sort();
    names.dedup();
    Ok(names)
}

fn described(customer: &Row, is_guest: bool, orders: &[Row], names: Vec<String>) -> CombinedGuest {
    let mut numbers: Vec<String> = orders.iter().map(called).collect();
    numbers.sort();
    let why = match (is_guest, customer.fields.origin_id()) {
        (true, _) => "guests are told apart by e-mail address".to_owned(),
        (false, Some(id)) => format!("customer {id} is registered with that e-mail address"),
        (false, None) => "a customer with that e-mail address exists in the CRM".to_owned(),
    };
    CombinedGuest {
        email: customer.fields.text("email").unwrap_or_default().to_owned(),
        customer: full_name(customer),
        orders: numbers,
        names,
        why,
    }
}

//! A customer's lifetime value: sync spec, section 7.3.

use rust_decimal::Decimal;

use super::{Crm, CrmError, CrmValue, Entity, Fields, IntegrationId, Row, RowId};
use crate::quirk::{Quirk, Quirks};

/// What one order is worth: subtotal less discount; nothing when it is canceled.
pub fn order_worth(order: &Fields) -> Decimal {
    let amount = |name: &str| match order.get(name) {
        Some(CrmValue::Decimal(number)) => *number,
        _ => Decimal::ZERO,
    };
    if is_canceled(order) { Decimal::ZERO } else { amount("subtotalAmount") - amount("discountAmount").abs() }
}

/// Whether an order's status is canceled, in any case (vector 146).
pub fn is_canceled(order: &Fields) -> bool {
    order.text("status").is_some_and(|status| status.eq_ignore_ascii_case("canceled"))
}

impl Crm {
    /// Brings a customer's lifetime value up to date after an order was saved. `before` is the order as it was, `None`
    /// for a new one. With Q-06 every change of a live order adds its worth again.
    ///
    /// # Errors
    /// When the database fails.
    pub fn order_saved(
        &mut self,
        channel: IntegrationId,
        before: Option<&Row>,
        after: &Row,
        quirks: &Quirks,
    ) -> Result<(), CrmError> {
        let Some(customer) = after.fields.link("customer") else { return Ok(()) };
        let worth = |fields: &Fields| {
            let uncanceled = fields.clone().with("status", CrmValue::Null);
            order_worth(&uncanceled)
        };
        let delta = match before {
            None => order_worth(&after.fields),
            Some(before) if quirks.has(Quirk::LifetimeCountedAgain) => {
                let changed = ["subtotalAmount", "discountAmount", "status"]
                    .iter()
                    .any(|field| before.fields.get(field) != after.fields.get(field));
                match (changed, is_canceled(&after.fields)) {
                    (false, _) => Decimal::ZERO,
                    (true, true) => -worth(&after.fields),
                    (true, false) => worth(&after.fields),
                }
            }
            Some(before) => order_worth(&after.fields) - order_worth(&before.fields),
        };
        if delta.is_zero() { Ok(()) } else { self.add_lifetime(channel, customer, delta) }
    }

    fn add_lifetime(&mut self, channel: IntegrationId, customer: RowId, delta: Decimal) -> Result<(), CrmError> {
        let row = self.require(Entity::Customer, customer)?;
        let now = match row.fields.get("lifetime") {
            Some(CrmValue::Decimal(number)) => *number,
            _ => Decimal::ZERO,
        };
        self.update(Entity::Customer, customer, &Fields::new().with("lifetime", now + delta))?;
        let Some(account) = row.fields.link("account") else { return Ok(()) };
        let of_account = self.find(Entity::Customer, &[("account", account.into()), ("channel", channel.0.into())])?;
        let amount: Decimal = of_account
            .iter()
            .filter_map(|customer| match customer.fields.get("lifetime") {
                Some(CrmValue::Decimal(number)) => Some(*number),
                _ => None,
            })
            .sum();
        let entry = Fields::new().with("account", account).with("channel", channel.0).with("amount", amount);
        let at = self.clock().now();
        self.insert(Entity::LifetimeHistory, entry.with("createdAt", at))?;
        Ok(())
    }
}

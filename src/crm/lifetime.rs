//! A customer's lifetime value: sync spec, section 7.3.

use rust_decimal::Decimal;

use super::{Crm, CrmError, CrmValue, Entity, Fields, IntegrationId, Row, RowId};
use crate::quirk::{Quirk, Quirks};

/// Fields whose change the reference client takes for a new sale.
const COUNTED: &[&str] = &["subtotalAmount", "discountAmount", "status"];

/// What is looked at of a customer.
const OF_CUSTOMER: &[&str] = &["lifetime", "account"];

/// What one order is worth: subtotal less discount; nothing when it is canceled.
pub fn order_worth(order: &Fields) -> Decimal {
    if is_canceled(order) { Decimal::ZERO } else { worth(order) }
}

/// Whether an order's status is canceled, in any case (vector 146).
pub fn is_canceled(order: &Fields) -> bool {
    order.text("status").is_some_and(|status| status.eq_ignore_ascii_case("canceled"))
}

/// What the reference client adds to the stored number when an order is saved: every change of a live order adds
/// its worth again, a cancellation takes it off once. Orders without subtotal never count.
pub fn reference_delta(before: Option<&Fields>, after: &Fields) -> Decimal {
    if amount(after, "subtotalAmount").is_zero() {
        return Decimal::ZERO;
    }
    let unchanged = before.is_some_and(|before| COUNTED.iter().all(|field| before.get(field) == after.get(field)));
    match (before, is_canceled(after)) {
        _ if unchanged => Decimal::ZERO,
        (None, true) => Decimal::ZERO,
        (Some(_), true) => -worth(after),
        (_, false) => worth(after),
    }
}

fn worth(order: &Fields) -> Decimal {
    amount(order, "subtotalAmount") - amount(order, "discountAmount").abs()
}

fn amount(row: &Fields, field: &str) -> Decimal {
    match row.get(field) {
        Some(CrmValue::Decimal(number)) => *number,
        _ => Decimal::ZERO,
    }
}

impl Crm {
    /// Brings lifetime values up to date after an order was saved. `before` is the order as it was, `None` for a new one.
    /// Without Q-06 the value is the sum over the customer's orders, for the customer that lost the order too.
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
        let customer = after.fields.link("customer");
        if quirks.has(Quirk::LifetimeCountedAgain) {
            let delta = reference_delta(before.map(|row| &row.fields), &after.fields);
            let Some(customer) = customer.filter(|_| !delta.is_zero()) else { return Ok(()) };
            let stored = self.require_only(Entity::Customer, OF_CUSTOMER, customer)?;
            return self.set_lifetime(channel, &stored, amount(&stored.fields, "lifetime") + delta);
        }
        let former = before.and_then(|row| row.fields.link("customer")).filter(|former| Some(*former) != customer);
        for customer in former.into_iter().chain(customer) {
            self.recalculate_lifetime(channel, customer)?;
        }
        Ok(())
    }

    /// Sums a customer's orders up anew.
    ///
    /// # Errors
    /// When there is no such customer, or the database fails.
    pub fn recalculate_lifetime(&mut self, channel: IntegrationId, customer: RowId) -> Result<(), CrmError> {
        let orders = self.find_only(Entity::Order, COUNTED, &[("customer", customer.into())])?;
        let lifetime = orders.iter().map(|order| order_worth(&order.fields)).sum();
        let stored = self.require_only(Entity::Customer, OF_CUSTOMER, customer)?;
        if amount(&stored.fields, "lifetime") == lifetime {
            return Ok(());
        }
        self.set_lifetime(channel, &stored, lifetime)
    }

    /// Notes the lifetime of a customer who got an account after having ordered.
    ///
    /// # Errors
    /// When the database fails.
    pub fn lifetime_joined(&mut self, channel: IntegrationId, customer: &Row, account: RowId) -> Result<(), CrmError> {
        if amount(&customer.fields, "lifetime").is_zero() { Ok(()) } else { self.note_lifetime(channel, account) }
    }

    /// Writes the value and an entry of the account's history.
    fn set_lifetime(&mut self, channel: IntegrationId, customer: &Row, lifetime: Decimal) -> Result<(), CrmError> {
        self.update(Entity::Customer, customer.id, &Fields::new().with("lifetime", lifetime))?;
        match customer.fields.link("account") {
            Some(account) => self.note_lifetime(channel, account),
            None => Ok(()),
        }
    }

    /// The account's lifetime is the sum over its customers of this channel.
    fn note_lifetime(&mut self, channel: IntegrationId, account: RowId) -> Result<(), CrmError> {
        let of_account = [("account", account.into()), ("channel", channel.0.into())];
        let of_account = self.find_only(Entity::Customer, OF_CUSTOMER, &of_account)?;
        let total: Decimal = of_account.iter().map(|customer| amount(&customer.fields, "lifetime")).sum();
        let entry = Fields::new().with("account", account).with("channel", channel.0).with("amount", total);
        let at = self.clock().now();
        self.insert(Entity::LifetimeHistory, entry.with("createdAt", at))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::IntegrationSettings;
    use crate::quirk::Profile;
    use crate::secret::ApiKey;
    use jiff::Timestamp;

    fn order(subtotal: &str, status: &str) -> Fields {
        Fields::new().with("subtotalAmount", subtotal.parse::<Decimal>().unwrap()).with("status", status)
    }

    /// Vectors 144 to 146.
    #[test]
    fn the_reference_client_counts_orders_when_they_are_saved() {
        let other = order("1", "new");
        for (before, after, expected) in [
            (None, order("10", "new"), "10"),
            (None, order("15", "new"), "15"),
            (None, order("0", "new"), "0"),
            (None, order("3", "canceled"), "0"),
            (Some(&other), order("10.1", "completed"), "10.1"),
            (Some(&other), order("20", "Canceled"), "-20"),
            (Some(&other), other.clone().with("paymentMethod", "x"), "0"),
            (None, order("10", "new").with("discountAmount", -Decimal::TWO), "8"),
        ] {
            assert_eq!(reference_delta(before, &after).to_string(), expected, "{after:?}");
        }
        assert_eq!(["canceled", "Canceled", "completed"].map(|s| is_canceled(&order("1", s))), [true, true, false]);
    }

    #[test]
    fn a_lifetime_is_the_sum_of_the_orders_unless_the_quirk_counts_changes_again() {
        for (quirks, expected) in
            [(Quirks::default(), ["10", "12", "0", "12"]), (Profile::OroCrm41.quirks(), ["10", "22", "10", "22"])]
        {
            let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
            let settings = IntegrationSettings {
                api_url: "u".into(),
                api_user: "u".into(),
                api_key: ApiKey::new("k"),
                ..Default::default()
            };
            let channel = crm.add_integration(&settings).unwrap();
            let customer = crm.insert(Entity::Customer, Fields::new().with("channel", channel.0)).unwrap();
            crm.customer_created(customer, &Quirks::default()).unwrap();
            let base = Fields::new().with("channel", channel.0).with("customer", customer).with("incrementId", "100");
            let id = crm.insert(Entity::Order, base).unwrap();
            let mut before = None;
            for (change, lifetime) in
                [order("10", "new"), order("12", "new"), order("12", "canceled"), order("12", "new")]
                    .iter()
                    .zip(expected)
            {
                crm.update(Entity::Order, id, change).unwrap();
                let after = crm.require(Entity::Order, id).unwrap();
                crm.order_saved(channel, before.as_ref(), &after, &quirks).unwrap();
                before = Some(after);
                let stored = crm.require(Entity::Customer, customer).unwrap();
                assert_eq!(amount(&stored.fields, "lifetime"), lifetime.parse().unwrap());
            }
            let history = crm.find(Entity::LifetimeHistory, &[]).unwrap();
            let amounts: Vec<String> = history.iter().map(|row| amount(&row.fields, "amount").to_string()).collect();
            assert_eq!(amounts, expected);
        }
    }
}

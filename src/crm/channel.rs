//! The end of a channel: sync spec, section 7.4.

use super::{Crm, CrmError, CrmValue, Entity, IntegrationId, RowId};

/// What goes with a channel, in this order; what belongs to these rows goes with them.
const DELETED: &[Entity] = &[
    Entity::CreditMemo,
    Entity::Order,
    Entity::Cart,
    Entity::NewsletterSubscriber,
    Entity::Customer,
    Entity::Store,
    Entity::Website,
    Entity::CustomerGroup,
    Entity::LifetimeHistory,
];

impl Crm {
    /// Deletes a channel with its integration and all its rows, in one transaction. Accounts, contacts and regions stay;
    /// a channel created anew will make accounts and contacts a second time, which is documented behaviour.
    ///
    /// # Errors
    /// When there is no such integration, or the database fails.
    pub fn delete_channel(&mut self, id: IntegrationId) -> Result<(), CrmError> {
        let deleted = self.integration(id)?.settings;
        self.transaction(|crm| {
            for entity in DELETED {
                let sql = format!("DELETE FROM \"{}\" WHERE \"channel\" = ?", entity.table());
                crm.connection.execute(&sql, [id.0.0])?;
            }
            // Regions stay, but each only once however often a channel comes and goes.
            crm.connection.execute(
                "DELETE FROM \"region\" WHERE \"channel\" = ? AND \"combinedCode\" IN \
                 (SELECT \"combinedCode\" FROM \"region\" WHERE \"channel\" IS NULL)",
                [id.0.0],
            )?;
            crm.connection.execute("UPDATE \"region\" SET \"channel\" = NULL WHERE \"channel\" = ?", [id.0.0])?;
            crm.connection.execute("DELETE FROM \"integration\" WHERE \"id\" = ?", [id.0.0])?;
            crm.held.remove(&id);
            Ok::<_, CrmError>(())
        })?;
        self.sweep_after(&deleted)
    }

    /// A customer by what people know: origin id or e-mail.
    ///
    /// # Errors
    /// [`CrmError::NotFound`] when nobody or several match.
    pub fn customer_by(&self, channel: IntegrationId, field: &str, value: &CrmValue) -> Result<RowId, CrmError> {
        let found = self.find(Entity::Customer, &[("channel", channel.0.into()), (field, value.clone())])?;
        match found.as_slice() {
            [one] => Ok(one.id),
            several => Err(CrmError::NotFound {
                entity: "customer",
                what: format!("with {field} {} ({} match, one must)", value.to_json(), several.len()),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::{Fields, IntegrationSettings};
    use crate::quirk::Quirks;
    use crate::secret::ApiKey;
    use jiff::Timestamp;

    fn channel(crm: &mut Crm, name: &str) -> IntegrationId {
        let settings = IntegrationSettings {
            name: name.to_owned(),
            api_url: format!("http://{name}/"),
            api_user: "oro".to_owned(),
            api_key: ApiKey::new("oro-key-1"),
            ..IntegrationSettings::default()
        };
        crm.add_integration(&settings).unwrap()
    }

    /// One row of everything, as far as a channel owns it.
    fn fill(crm: &mut Crm, channel: IntegrationId) {
        let of_channel = || Fields::new().with("channel", channel.0).with("originId", 1);
        let named = || of_channel().with("code", "main").with("name", "Main");
        let website = crm.insert(Entity::Website, named()).unwrap();
        let store = crm.insert(Entity::Store, named().with("website", website)).unwrap();
        let group = crm.insert(Entity::CustomerGroup, of_channel().with("name", "General")).unwrap();
        let region = Fields::new().with("channel", channel.0).with("combinedCode", "US-CA");
        crm.insert(Entity::Region, region.with("code", "CA").with("countryCode", "US")).unwrap();
        let customer = of_channel().with("website", website).with("store", store).with("group", group);
        let customer = crm.insert(Entity::Customer, customer.with("email", "jane@example.com")).unwrap();
        crm.insert(Entity::CustomerAddress, of_channel().with("owner", customer)).unwrap();
        crm.customer_created(customer, &Quirks::default()).unwrap();
        let cart = crm.insert(Entity::Cart, of_channel().with("customer", customer)).unwrap();
        crm.insert(Entity::CartItem, of_channel().with("cart", cart)).unwrap();
        crm.insert(Entity::CartAddress, of_channel().with("cart", cart)).unwrap();
        let order = of_channel().with("incrementId", "100").with("customer", customer).with("cart", cart);
        let order = crm.insert(Entity::Order, order).unwrap();
        crm.insert(Entity::OrderItem, of_channel().with("order", order)).unwrap();
        crm.insert(Entity::OrderNote, of_channel().with("order", order)).unwrap();
        crm.insert(Entity::OrderAddress, Fields::new().with("owner", order)).unwrap();
        let memo = of_channel().with("incrementId", "100").with("order", order);
        let memo = crm.insert(Entity::CreditMemo, memo).unwrap();
        crm.insert(Entity::CreditMemoItem, of_channel().with("creditMemo", memo)).unwrap();
        crm.insert(Entity::NewsletterSubscriber, of_channel().with("customer", customer)).unwrap();
        crm.set_bookmark(channel, "customer", Timestamp::UNIX_EPOCH).unwrap();
    }

    #[test]
    fn a_channel_takes_its_rows_with_it_and_leaves_accounts_contacts_and_regions() {
        let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
        let kept = channel(&mut crm, "kept");
        fill(&mut crm, kept);
        for _ in 0..2 {
            let gone = channel(&mut crm, "gone");
            fill(&mut crm, gone);
            crm.delete_channel(gone).unwrap();
            assert!(crm.integration(gone).is_err());
        }
        for entity in Entity::ALL {
            let expected = match entity {
                // Accounts are discovered among all customers, so the one of the channel that stays serves them all.
                Entity::Account | Entity::LifetimeHistory => continue,
                Entity::Contact | Entity::ContactAddress => 3,
                Entity::ContactPhone => 0,
                // Those that the CRM comes with, and what the channel that stays says otherwise.
                Entity::Region => 485,
                _ => 1,
            };
            assert_eq!(crm.count(*entity).unwrap(), expected, "{entity:?}");
        }
        assert_eq!(crm.bookmarks(kept).unwrap().len(), 1);
    }

    #[test]
    fn a_channel_that_comes_again_makes_its_accounts_and_contacts_again() {
        let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
        for count in 1..=2 {
            let id = channel(&mut crm, "shop");
            fill(&mut crm, id);
            assert_eq!((crm.count(Entity::Account).unwrap(), crm.count(Entity::Contact).unwrap()), (count, count));
            crm.delete_channel(id).unwrap();
        }
    }
}

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
        self.integration(id)?;
        self.transaction(|crm| {
            for entity in DELETED {
                let sql = format!("DELETE FROM \"{}\" WHERE \"channel\" = ?", entity.table());
                crm.connection.execute(&sql, [id.0.0])?;
            }
            crm.connection.execute("UPDATE \"region\" SET \"channel\" = NULL WHERE \"channel\" = ?", [id.0.0])?;
            crm.connection.execute("DELETE FROM \"integration\" WHERE \"id\" = ?", [id.0.0])?;
            Ok(())
        })
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

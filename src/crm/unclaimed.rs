//! Orders and carts that name a customer of Magento whom the CRM did not know when they came. The row itself cannot say so: it
//! holds rows of the CRM.

use rusqlite::{OptionalExtension, params};

use super::{Crm, CrmError, Entity, IntegrationId, OriginId, RowId};

impl Crm {
    /// Notes that a row waits for the customer with Magento's id, and for no other.
    ///
    /// # Errors
    /// When the database fails.
    pub fn note_unclaimed(
        &mut self,
        channel: IntegrationId,
        (entity, row): (Entity, RowId),
        customer: OriginId,
    ) -> Result<(), CrmError> {
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO \"unclaimed\" (\"entity\", \"row\", \"channel\", \"customer\") VALUES (?, ?, ?, ?)",
            )?
            .execute(params![entity.table(), row.0, channel.0.0, customer.0])?;
        Ok(())
    }

    /// Forgets that a row waits: it has its customer, or names none any more.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_unclaimed(&mut self, (entity, row): (Entity, RowId)) -> Result<(), CrmError> {
        self.connection
            .prepare_cached("DELETE FROM \"unclaimed\" WHERE \"entity\" = ? AND \"row\" = ?")?
            .execute(params![entity.table(), row.0])?;
        Ok(())
    }

    /// Whether a row waits for somebody.
    ///
    /// # Errors
    /// When the database fails.
    pub fn is_unclaimed(&self, (entity, row): (Entity, RowId)) -> Result<bool, CrmError> {
        let found = self
            .connection
            .prepare_cached("SELECT 1 FROM \"unclaimed\" WHERE \"entity\" = ? AND \"row\" = ?")?
            .query_row(params![entity.table(), row.0], |_| Ok(()))
            .optional()?;
        Ok(found.is_some())
    }

    /// Rows of an entity that wait for a customer, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn unclaimed_of(
        &self,
        channel: IntegrationId,
        entity: Entity,
        customer: OriginId,
    ) -> Result<Vec<RowId>, CrmError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT \"row\" FROM \"unclaimed\" WHERE \"channel\" = ? AND \"customer\" = ? AND \"entity\" = ? ORDER BY \"row\"",
        )?;
        let rows =
            statement.query_map(params![channel.0.0, customer.0, entity.table()], |row| row.get(0).map(RowId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

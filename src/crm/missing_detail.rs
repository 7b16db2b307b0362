//! Rows whose details could not be loaded: they are asked for again with the next sync. The reference client only logs
//! them, and they stay bare until they change in Magento (sync spec 4.10).

use rusqlite::params;

use super::{Crm, CrmError, IntegrationId};

impl Crm {
    /// Notes that the details of a row are missing; `stream` is the name of its incremental connector.
    ///
    /// # Errors
    /// When the database fails.
    pub fn note_missing_detail(&mut self, channel: IntegrationId, stream: &str, key: &str) -> Result<(), CrmError> {
        self.connection
            .prepare_cached(
                "INSERT OR IGNORE INTO \"missingDetail\" (\"channel\", \"connector\", \"key\") VALUES (?, ?, ?)",
            )?
            .execute(params![channel.0.0, stream, key])?;
        Ok(())
    }

    /// Keys whose details are missing, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn missing_details(&self, channel: IntegrationId, stream: &str) -> Result<Vec<String>, CrmError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT \"key\" FROM \"missingDetail\" WHERE \"channel\" = ? AND \"connector\" = ? ORDER BY \"key\"",
        )?;
        let keys = statement.query_map(params![channel.0.0, stream], |row| row.get(0))?;
        Ok(keys.collect::<Result<_, _>>()?)
    }

    /// Forgets a missing detail: it is there now, or the row is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_missing_detail(&mut self, channel: IntegrationId, stream: &str, key: &str) -> Result<(), CrmError> {
        self.connection
            .prepare_cached(
                "DELETE FROM \"missingDetail\" WHERE \"channel\" = ? AND \"connector\" = ? AND \"key\" = ?",
            )?
            .execute(params![channel.0.0, stream, key])?;
        Ok(())
    }
}

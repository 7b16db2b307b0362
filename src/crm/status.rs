//! Status records of connector runs and the bookmarks: sync spec, sections 4.6 and 13.

use indexmap::IndexMap;
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::{Crm, CrmError, IntegrationId};
use crate::datetime;

/// How a connector run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusCode {
    /// Completed, possibly with skipped rows.
    Completed,
    /// Failed.
    Failed,
}

impl StatusCode {
    /// The word the CRM shows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

/// One run of a connector.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusRecord {
    /// Connector name.
    pub connector: String,
    /// How it ended.
    pub code: StatusCode,
    /// When it was written, UTC.
    pub date: Timestamp,
    /// What happened, in words.
    pub message: String,
    /// `lastSyncItemDate`, `initialSyncedTo`, `skip`.
    pub data: IndexMap<String, serde_json::Value>,
}

impl StatusRecord {
    /// A date in the data, when it is there.
    pub fn date_in(&self, key: &str) -> Option<Timestamp> {
        self.data.get(key)?.as_str().and_then(|text| datetime::parse(text).ok().flatten())
    }

    /// Whether a forced re-sync made it be ignored.
    pub fn is_skipped(&self) -> bool {
        self.data.get("skip") == Some(&serde_json::Value::Bool(true))
    }
}

impl Crm {
    /// Adds a status record.
    ///
    /// # Errors
    /// When the database fails.
    pub fn add_status(&mut self, channel: IntegrationId, record: &StatusRecord) -> Result<(), CrmError> {
        let data = serde_json::to_string(&record.data).unwrap_or_default();
        self.connection
            .prepare_cached(
                "INSERT INTO \"status\" (\"channel\", \"connector\", \"code\", \"date\", \"message\", \"data\") VALUES (?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                channel.0.0,
                record.connector,
                record.code.as_str(),
                datetime::to_sql(record.date),
                record.message,
                data
            ])?;
        Ok(())
    }

    /// All status records of an integration, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn statuses(&self, channel: IntegrationId) -> Result<Vec<StatusRecord>, CrmError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT \"connector\", \"code\", \"date\", \"message\", \"data\" FROM \"status\" WHERE \"channel\" = ? ORDER BY \"id\"",
        )?;
        let mut rows = statement.query([channel.0.0])?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            let date: String = row.get(2)?;
            let data: String = row.get(4)?;
            let code: String = row.get(1)?;
            records.push(StatusRecord {
                connector: row.get(0)?,
                code: if code == "completed" { StatusCode::Completed } else { StatusCode::Failed },
                date: datetime::parse(&date).ok().flatten().unwrap_or(Timestamp::UNIX_EPOCH),
                message: row.get(3)?,
                data: serde_json::from_str(&data).unwrap_or_default(),
            });
        }
        Ok(records)
    }

    /// The newest completed record of a connector, skipped or not.
    ///
    /// # Errors
    /// When the database fails.
    pub fn last_completed_status(
        &self,
        channel: IntegrationId,
        connector: &str,
    ) -> Result<Option<StatusRecord>, CrmError> {
        let mut records = self.statuses(channel)?;
        records.retain(|record| record.connector == connector && record.code == StatusCode::Completed);
        Ok(records.pop())
    }

    /// Changes the data of the newest completed record of a connector; says whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub fn put_in_last_status(
        &mut self,
        channel: IntegrationId,
        connector: &str,
        key: &str,
        value: serde_json::Value,
    ) -> Result<bool, CrmError> {
        let found: Option<(i64, String)> = self
            .connection
            .prepare_cached(
                "SELECT \"id\", \"data\" FROM \"status\" WHERE \"channel\" = ? AND \"connector\" = ? AND \"code\" = 'completed' ORDER BY \"id\" DESC LIMIT 1",
            )?
            .query_row(params![channel.0.0, connector], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((id, data)) = found else { return Ok(false) };
        let mut data: IndexMap<String, serde_json::Value> = serde_json::from_str(&data).unwrap_or_default();
        data.insert(key.to_owned(), value);
        let data = serde_json::to_string(&data).unwrap_or_default();
        self.connection
            .prepare_cached("UPDATE \"status\" SET \"data\" = ? WHERE \"id\" = ?")?
            .execute(params![data, id])?;
        Ok(true)
    }

    /// Marks all records of a connector as ignored (forced re-sync, sync spec 4.3).
    ///
    /// # Errors
    /// When the database fails.
    pub fn skip_statuses(&mut self, channel: IntegrationId, connector: &str) -> Result<(), CrmError> {
        self.connection
            .prepare_cached(
                "UPDATE \"status\" SET \"data\" = json_set(\"data\", '$.skip', json('true')) WHERE \"channel\" = ? AND \"connector\" = ?",
            )?
            .execute(params![channel.0.0, connector])?;
        Ok(())
    }

    /// Where a connector stands, kept apart from its records.
    ///
    /// # Errors
    /// When the database fails.
    pub fn bookmark(&self, channel: IntegrationId, connector: &str) -> Result<Option<Timestamp>, CrmError> {
        let text: Option<String> = self
            .connection
            .prepare_cached("SELECT \"syncedTo\" FROM \"bookmark\" WHERE \"channel\" = ? AND \"connector\" = ?")?
            .query_row(params![channel.0.0, connector], |row| row.get(0))
            .optional()?;
        Ok(text.and_then(|text| datetime::parse(&text).ok().flatten()))
    }

    /// All bookmarks of an integration by connector.
    ///
    /// # Errors
    /// When the database fails.
    pub fn bookmarks(&self, channel: IntegrationId) -> Result<IndexMap<String, String>, CrmError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT \"connector\", \"syncedTo\" FROM \"bookmark\" WHERE \"channel\" = ? ORDER BY \"connector\"",
        )?;
        let rows = statement.query_map([channel.0.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Moves a bookmark; in a transaction with the rows it stands for.
    ///
    /// # Errors
    /// When the database fails.
    pub fn set_bookmark(&mut self, channel: IntegrationId, connector: &str, to: Timestamp) -> Result<(), CrmError> {
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO \"bookmark\" (\"channel\", \"connector\", \"syncedTo\") VALUES (?, ?, ?)",
            )?
            .execute(params![channel.0.0, connector, datetime::to_sql(to)])?;
        Ok(())
    }

    /// Forgets a bookmark.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clear_bookmark(&mut self, channel: IntegrationId, connector: &str) -> Result<(), CrmError> {
        self.connection
            .prepare_cached("DELETE FROM \"bookmark\" WHERE \"channel\" = ? AND \"connector\" = ?")?
            .execute(params![channel.0.0, connector])?;
        Ok(())
    }
}

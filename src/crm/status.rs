//! Status records of connector runs and the bookmarks: sync spec, sections 4.6 and 13.

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, ToSql, params};
use serde::{Deserialize, Serialize};

use super::{Crm, CrmError, IntegrationId};
use crate::datetime;
use crate::quirk::{Quirk, Quirks};

/// How long completed records are kept.
const COMPLETED_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long failed records are kept.
const FAILED_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How a connector run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusCode {
    /// Completed, possibly with skipped rows.
    Completed,
    /// The run failed: code 2.
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
    /// The name of the connector.
    pub connector: String,
    /// Whether the run completed or failed.
    pub code: StatusCode,
    /// When it was written, UTC.
    pub date: Timestamp,
    /// What happened, in words.
    pub message: String,
    /// What the run noted for the next one: `lastSyncItemDate`, `initialSyncedTo`, `skip`.
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
        self.select_statuses("\"channel\" = ? ORDER BY \"date\", \"id\"", &[&channel.0.0])
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
        let filter = "\"channel\" = ? AND \"connector\" = ? AND \"code\" = 'completed' \
                      ORDER BY \"date\" DESC, \"id\" DESC LIMIT 1";
        Ok(self.select_statuses(filter, &[&channel.0.0, &connector])?.pop())
    }

    fn select_statuses(&self, filter: &str, values: &[&dyn ToSql]) -> Result<Vec<StatusRecord>, CrmError> {
        let sql =
            format!("SELECT \"connector\", \"code\", \"date\", \"message\", \"data\" FROM \"status\" WHERE {filter}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(values)?;
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

    /// The daily clean-up: completed records go after a week, failed ones after a month, and the newest completed record
    /// of each connector stays. Gives the number of deleted records.
    ///
    /// The reference client keeps the newest one per connector of all integrations together, so that others lose their
    /// bookmarks. Bookmarks of their own are never touched.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clean_up_statuses(&mut self, quirks: &Quirks) -> Result<usize, CrmError> {
        let now = self.clock().now();
        let before = |age: SignedDuration| datetime::to_sql(now.saturating_sub(age).unwrap_or(Timestamp::MIN));
        let (completed, failed) = (before(COMPLETED_KEPT), before(FAILED_KEPT));
        let same = match quirks.has(Quirk::CleanUpForgetsBookmarks) {
            true => "",
            false => " AND \"newer\".\"channel\" = \"status\".\"channel\"",
        };
        let sql = format!(
            "DELETE FROM \"status\" WHERE \"code\" = 'failed' AND \"date\" < ?1 OR \"code\" = 'completed' AND \"date\" < ?2 \
             AND EXISTS (SELECT 1 FROM \"status\" AS \"newer\" WHERE \"newer\".\"connector\" = \"status\".\"connector\" \
             AND \"newer\".\"code\" = 'completed'{same} \
             AND (\"newer\".\"date\", \"newer\".\"id\") > (\"status\".\"date\", \"status\".\"id\"))"
        );
        Ok(self.connection.execute(&sql, params![failed, completed])?)
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
                "SELECT \"id\", \"data\" FROM \"status\" WHERE \"channel\" = ? AND \"connector\" = ? AND \"code\" = 'completed' ORDER BY \"date\" DESC, \"id\" DESC LIMIT 1",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::IntegrationSettings;
    use crate::quirk::Profile;
    use crate::secret::ApiKey;

    fn at(text: &str) -> Timestamp {
        datetime::parse(text).unwrap().unwrap()
    }

    fn crm(channels: usize) -> (Crm, Vec<IntegrationId>) {
        let mut crm = Crm::in_memory(Clock::virtual_at(at("2020-03-31 00:00:00"))).unwrap();
        let ids = (0..channels).map(|number| {
            let settings = IntegrationSettings {
                name: format!("Shop {number}"),
                api_url: format!("http://shop{number}/"),
                api_user: "oro".to_owned(),
                api_key: ApiKey::new("oro-key-1"),
                ..IntegrationSettings::default()
            };
            crm.add_integration(&settings).unwrap()
        });
        let ids = ids.collect();
        (crm, ids)
    }

    fn record(code: StatusCode, date: &str) -> StatusRecord {
        let data = IndexMap::from([("initialSyncedTo".to_owned(), serde_json::json!("2020-03-10T12:00:00+0000"))]);
        StatusRecord { connector: "customer".to_owned(), code, date: at(date), message: String::new(), data }
    }

    #[test]
    fn the_last_status_is_the_newest_completed_one_by_date() {
        let (mut crm, ids) = crm(1);
        for (code, date) in [
            (StatusCode::Completed, "2020-03-02 00:00:00"),
            (StatusCode::Completed, "2020-03-01 00:00:00"),
            (StatusCode::Failed, "2020-03-03 00:00:00"),
        ] {
            crm.add_status(ids[0], &record(code, date)).unwrap();
        }
        crm.put_in_last_status(ids[0], "customer", "note", serde_json::json!(1)).unwrap();
        let last = crm.last_completed_status(ids[0], "customer").unwrap().unwrap();
        assert_eq!((last.date, last.data.contains_key("note")), (at("2020-03-02 00:00:00"), true));
        assert_eq!(last.date_in("initialSyncedTo"), Some(at("2020-03-10 12:00:00")));
        crm.skip_statuses(ids[0], "customer").unwrap();
        assert!(crm.statuses(ids[0]).unwrap().iter().all(StatusRecord::is_skipped));
        assert_eq!(crm.last_completed_status(ids[0], "order").unwrap(), None);
    }

    #[test]
    fn the_clean_up_keeps_each_integrations_newest_record_unless_the_quirk_is_on() {
        //
        for (quirks, kept) in [(Quirks::default(), [2, 1]), (Profile::OroCrm41.quirks(), [1, 1])] {
            let (mut crm, ids) = crm(2);
            for (channel, code, date) in [
                (0, StatusCode::Completed, "2020-03-01 00:00:00"),
                (0, StatusCode::Completed, "2020-03-02 00:00:00"),
                (0, StatusCode::Failed, "2020-02-02 00:00:00"),
                (0, StatusCode::Failed, "2020-03-02 00:00:00"),
                (1, StatusCode::Completed, "2020-03-03 00:00:00"),
            ] {
                crm.add_status(ids[channel], &record(code, date)).unwrap();
            }
            crm.clean_up_statuses(&quirks).unwrap();
            assert_eq!([0, 1].map(|channel| crm.statuses(ids[channel]).unwrap().len()), kept);
        }
    }

    #[test]
    fn a_bookmark_moves_and_is_forgotten() {
        let (mut crm, ids) = crm(2);
        crm.set_bookmark(ids[0], "customer", at("2020-03-01 00:00:00")).unwrap();
        crm.set_bookmark(ids[0], "customer", at("2020-02-01 00:00:00")).unwrap();
        assert_eq!(crm.bookmark(ids[0], "customer").unwrap(), Some(at("2020-02-01 00:00:00")));
        assert_eq!(crm.bookmark(ids[1], "customer").unwrap(), None);
        crm.clear_bookmark(ids[0], "customer").unwrap();
        assert!(crm.bookmarks(ids[0]).unwrap().is_empty());
    }
}

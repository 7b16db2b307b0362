//! CRM edits that wait for their export, oldest first: sync spec, section 8.2.

use indexmap::IndexMap;
use rusqlite::params;
use serde_json::Value;

use super::{Crm, CrmError, CrmValue, Entity, Fields, IntegrationId, RowId};
use crate::datetime;
use crate::quirk::{Quirk, Quirks};

/// Changed CRM fields: name to old and new value as JSON.
pub type ChangeSet = IndexMap<String, (Value, Value)>;

/// What one attempt sent: Magento's name of a field to its value as text.
pub type SentFields = IndexMap<String, String>;

/// A row is to be exported.
pub const TO_EXPORT: i64 = 1;
/// A row was found removed in Magento.
pub const REMOVED: i64 = 2;

/// How often a failing export is tried before it is given up; another edit of the row starts anew.
pub const ATTEMPTS_MAX: i64 = 5;

/// An edit that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingExport {
    /// Key in the queue.
    pub id: i64,
    /// What was edited: a customer or an address.
    pub entity: Entity,
    /// The row that was edited.
    pub row: RowId,
    /// What changed; empty for a row that Magento does not have yet.
    pub change_set: ChangeSet,
    /// How often it was refused.
    pub attempts: i64,
    /// Whether it was sent before, whatever came of it.
    pub was_tried: bool,
    /// Why the last try failed, without secrets; nothing when none did.
    pub last_error: Option<String>,
    /// What was sent, oldest first. An edit that is made again keeps it: what comes back from Magento may be the edit before.
    pub sent: Vec<SentFields>,
}

/// How an export ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportResult {
    /// Magento has taken the edit.
    Exported,
    /// Magento no longer has the row.
    Removed,
    /// Magento refused it; the reason, without secrets.
    Failed(String),
    /// Magento could not be asked, or had other troubles; it is tried again until it can.
    Unanswered(String),
}

impl PendingExport {
    /// Whether it was refused so often that it is not tried again until the row is edited.
    pub fn is_given_up(&self) -> bool {
        self.attempts >= ATTEMPTS_MAX
    }

    /// The changed fields as they were before the edit.
    pub fn before(&self) -> Fields {
        let old = |(name, (old, _)): (&String, &(Value, Value))| {
            let kind = self.entity.column(name)?;
            Some((name.clone(), CrmValue::from_json(kind, old)))
        };
        self.change_set.iter().filter_map(old).collect()
    }
}

impl Crm {
    /// Queues an edit. A row waits once: a second edit joins the first, so that both are exported against what Magento
    /// was last known to hold.
    pub(super) fn queue_export(
        &mut self,
        channel: IntegrationId,
        entity: Entity,
        row: RowId,
        change_set: ChangeSet,
    ) -> Result<(), CrmError> {
        let queue = self.export_queue(channel)?;
        if let Some(waiting) = queue.into_iter().find(|waiting| waiting.entity == entity && waiting.row == row) {
            let json = to_json(&joined(waiting.change_set, change_set));
            self.connection
                .prepare_cached("UPDATE \"exportQueue\" SET \"changeSet\" = ?, \"attempts\" = 0 WHERE \"id\" = ?")?
                .execute(params![json, waiting.id])?;
            return Ok(());
        }
        let now = datetime::to_sql(self.clock().now());
        self.connection
            .prepare_cached(
                "INSERT INTO \"exportQueue\" (\"channel\", \"entity\", \"row\", \"changeSet\", \"createdAt\") \
                 VALUES (?, ?, ?, ?, ?)",
            )?
            .execute(params![channel.0.0, entity.table(), row.0, to_json(&change_set), now])?;
        Ok(())
    }

    /// The waiting edits of an integration that are still to be tried, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn pending_exports(&self, channel: IntegrationId) -> Result<Vec<PendingExport>, CrmError> {
        let mut pending = self.export_queue(channel)?;
        pending.retain(|export| !export.is_given_up());
        Ok(pending)
    }

    /// Whether the export of a row was given up.
    pub(super) fn is_given_up(&self, channel: IntegrationId, entity: Entity, row: RowId) -> Result<bool, CrmError> {
        let queue = self.export_queue(channel)?;
        Ok(queue.iter().any(|edit| edit.entity == entity && edit.row == row && edit.is_given_up()))
    }

    /// All waiting edits, those that were given up included.
    ///
    /// # Errors
    /// When the database fails.
    pub fn export_queue(&self, channel: IntegrationId) -> Result<Vec<PendingExport>, CrmError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT \"id\", \"entity\", \"row\", \"changeSet\", \"attempts\", \"lastError\", \"sent\" \
             FROM \"exportQueue\" WHERE \"channel\" = ? ORDER BY \"id\"",
        )?;
        let mut rows = statement.query([channel.0.0])?;
        let mut pending = Vec::new();
        while let Some(row) = rows.next()? {
            let (id, entity, json): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(3)?);
            // An edit that cannot be read is no edit of nothing: the whole record of Magento would take its place.
            let last_error: Option<String> = row.get(5)?;
            let damaged = |what: String| CrmError::Forbidden(format!("the waiting edit {id} is damaged: {what}"));
            pending.push(PendingExport {
                id,
                entity: Entity::named(&entity).ok_or_else(|| damaged(format!("there is no entity {entity}")))?,
                row: RowId(row.get(2)?),
                change_set: serde_json::from_str(&json).map_err(|error| damaged(error.to_string()))?,
                attempts: row.get(4)?,
                was_tried: last_error.is_some(),
                last_error,
                sent: serde_json::from_str(&row.get::<_, String>(6)?).map_err(|error| damaged(error.to_string()))?,
            });
        }
        Ok(pending)
    }

    /// Notes how an export ended. A failed one stays in the queue with its flag, to be tried again; with Q-16 it is
    /// forgotten as the reference client does.
    ///
    /// # Errors
    /// When the database fails.
    pub fn finish_export(
        &mut self,
        export: &PendingExport,
        result: &ExportResult,
        quirks: &Quirks,
    ) -> Result<(), CrmError> {
        let failure = match result {
            ExportResult::Failed(reason) => Some((reason, 1)),
            ExportResult::Unanswered(reason) => Some((reason, 0)),
            ExportResult::Exported | ExportResult::Removed => None,
        };
        if let Some((reason, counted)) = failure.filter(|_| !quirks.has(Quirk::ExportFlagClearedOnFailure)) {
            self.connection
                .prepare_cached(
                    "UPDATE \"exportQueue\" SET \"attempts\" = \"attempts\" + ?, \"lastError\" = ? WHERE \"id\" = ?",
                )?
                .execute(params![counted, reason, export.id])?;
            return Ok(());
        }
        self.connection.prepare_cached("DELETE FROM \"exportQueue\" WHERE \"id\" = ?")?.execute([export.id])?;
        if !self.exists(export.entity, export.row)? {
            return Ok(());
        }
        if export.entity == Entity::Customer {
            // Kept in the clear for this one export only.
            self.update(Entity::Customer, export.row, &Fields::new().with("password", CrmValue::Null))?;
        }
        match result {
            ExportResult::Removed => self.mark_removed(export.entity, export.row),
            _ => self.mark_synced(export.entity, export.row),
        }
    }

    /// Notes that an export is about to be sent, and what, so that a run after this one knows if this one dies.
    ///
    /// # Errors
    /// When the database fails.
    pub fn note_export_try(&mut self, export: &PendingExport, sent: SentFields) -> Result<(), CrmError> {
        let mut all = export.sent.clone();
        all.retain(|before| *before != sent);
        all.push(sent);
        self.connection
            .prepare_cached(
                "UPDATE \"exportQueue\" SET \"lastError\" = COALESCE(\"lastError\", 'no answer came'), \"sent\" = ? \
                 WHERE \"id\" = ?",
            )?
            .execute(params![serde_json::to_string(&all).unwrap_or_default(), export.id])?;
        Ok(())
    }

    /// Sets the "to be exported" bit, unless the row is gone in Magento; a guest customer is never exported. Gives the
    /// bits as they are now.
    pub(super) fn mark_for_sync(&mut self, entity: Entity, id: RowId) -> Result<i64, CrmError> {
        let row = self.require(entity, id)?;
        let state = row.fields.int("syncState").unwrap_or_default();
        let is_guest = row.fields.get("guest").is_some_and(CrmValue::is_true);
        let marked = state | TO_EXPORT;
        if state & REMOVED != 0 || is_guest || marked == state {
            return Ok(state);
        }
        self.update(entity, id, &Fields::new().with("syncState", marked))?;
        Ok(marked)
    }

    /// Clears the "to be exported" bit, unless the row is gone in Magento or another edit of it still waits.
    ///
    /// # Errors
    /// When the database fails.
    pub fn mark_synced(&mut self, entity: Entity, id: RowId) -> Result<(), CrmError> {
        let waiting: i64 = self
            .connection
            .prepare_cached("SELECT COUNT(*) FROM \"exportQueue\" WHERE \"entity\" = ? AND \"row\" = ?")?
            .query_row(params![entity.table(), id.0], |row| row.get(0))?;
        let state = self.require(entity, id)?.fields.int("syncState").unwrap_or_default();
        if state & REMOVED != 0 || waiting > 0 {
            return Ok(());
        }
        self.update(entity, id, &Fields::new().with("syncState", state & !TO_EXPORT))
    }

    /// Marks a row as removed in Magento, a customer with its addresses; their edits have nowhere to go any more.
    ///
    /// # Errors
    /// When the database fails.
    pub fn mark_removed(&mut self, entity: Entity, id: RowId) -> Result<(), CrmError> {
        self.update(entity, id, &Fields::new().with("syncState", REMOVED))?;
        self.connection
            .prepare_cached("DELETE FROM \"exportQueue\" WHERE \"entity\" = ? AND \"row\" = ?")?
            .execute(params![entity.table(), id.0])?;
        if entity == Entity::Customer {
            for address in self.find(Entity::CustomerAddress, &[("owner", id.into())])? {
                self.mark_removed(Entity::CustomerAddress, address.id)?;
            }
        }
        Ok(())
    }
}

fn to_json(change_set: &ChangeSet) -> String {
    serde_json::to_string(change_set).unwrap_or_default()
}

/// Two edits as one: the oldest old values, the newest new ones. Fields that are back where they were drop out.
fn joined(mut first: ChangeSet, second: ChangeSet) -> ChangeSet {
    for (field, (old, new)) in second {
        first.entry(field).or_insert((old, Value::Null)).1 = new;
    }
    first.retain(|_, (old, new)| old != new);
    first
}

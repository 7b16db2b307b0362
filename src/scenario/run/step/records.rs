//! What the CRM keeps besides its entities, as rows of text for `expect`: integrations with their settings, jobs, status
//! records, bookmarks and edits that wait for their export.

use serde_json::Value;

use super::rows::TextRow;
use crate::crm::CrmError;
use crate::datetime;
use crate::scenario::run::world::World;

impl World<'_> {
    /// The rows of such a table; `None` for any other.
    pub(super) fn crm_records(&self, table: &str) -> Result<Option<Vec<TextRow>>, CrmError> {
        let rows_of: fn(&Self, &crate::crm::Integration) -> Result<Vec<TextRow>, CrmError> = match table {
            "integration" => Self::settings_of,
            "job" => Self::jobs_of,
            "status" => Self::statuses_of,
            "bookmark" => Self::bookmarks_of,
            "export" => Self::exports_of,
            _ => return Ok(None),
        };
        let mut rows = Vec::new();
        for integration in self.crm.integrations()? {
            for mut row in rows_of(self, &integration)? {
                row.insert("integration".to_owned(), Some(integration.settings.name.clone()));
                rows.push(row);
            }
        }
        Ok(Some(rows))
    }

    fn settings_of(&self, integration: &crate::crm::Integration) -> Result<Vec<TextRow>, CrmError> {
        let settings = serde_json::to_value(&integration.settings).unwrap_or_default();
        let fields = settings.as_object().into_iter().flatten();
        let mut row: TextRow = fields.map(|(name, value)| (name.clone(), text_of(value))).collect();
        let start = integration.initial_sync_start_date.map(datetime::to_sql);
        row.insert("initialSyncStartDate".to_owned(), start);
        Ok(vec![row])
    }

    fn jobs_of(&self, integration: &crate::crm::Integration) -> Result<Vec<TextRow>, CrmError> {
        let row = |job: crate::crm::Job| {
            named([
                ("name", Some(job.topic.job_name())),
                ("status", Some(job.status.as_str().to_owned())),
                ("force", Some(job.force.to_string())),
                ("createdAt", Some(datetime::to_sql(job.created_at))),
                ("startedAt", job.started_at.map(datetime::to_sql)),
                ("finishedAt", job.finished_at.map(datetime::to_sql)),
                ("message", Some(job.message).filter(|text| !text.is_empty())),
            ])
        };
        let mut jobs = self.crm.jobs(integration.id)?;
        // As they were put into the queue.
        jobs.sort_by_key(|job| job.id);
        Ok(jobs.into_iter().map(row).collect())
    }

    fn statuses_of(&self, integration: &crate::crm::Integration) -> Result<Vec<TextRow>, CrmError> {
        let row = |status: crate::crm::StatusRecord| {
            let data = |name: &str| status.data.get(name).and_then(text_of);
            named([
                ("connector", Some(status.connector.clone())),
                ("code", Some(status.code.as_str().to_owned())),
                ("date", Some(datetime::to_sql(status.date))),
                ("lastSyncItemDate", data("lastSyncItemDate")),
                ("initialSyncedTo", data("initialSyncedTo")),
                ("skip", data("skip")),
                ("message", Some(status.message.clone())),
            ])
        };
        Ok(self.crm.statuses(integration.id)?.into_iter().map(row).collect())
    }

    fn bookmarks_of(&self, integration: &crate::crm::Integration) -> Result<Vec<TextRow>, CrmError> {
        let row = |(connector, at): (String, String)| named([("connector", Some(connector)), ("syncedTo", Some(at))]);
        Ok(self.crm.bookmarks(integration.id)?.into_iter().map(row).collect())
    }

    fn exports_of(&self, integration: &crate::crm::Integration) -> Result<Vec<TextRow>, CrmError> {
        let mut rows = Vec::new();
        for export in self.crm.export_queue(integration.id)? {
            let edited = self.crm.get(export.entity, export.row)?;
            let text = |name: &str| edited.as_ref().and_then(|row| text_of(&row.fields.get(name)?.to_json()));
            // How far a row is synced is the CRM's own business; it goes nowhere.
            let fields: Vec<&str> =
                export.change_set.keys().map(String::as_str).filter(|name| *name != "syncState").collect();
            rows.push(named([
                ("entity", Some(export.entity.table().to_owned())),
                ("originId", text("originId")),
                ("email", text("email")),
                ("fields", Some(fields.join(", ")).filter(|fields| !fields.is_empty())),
                ("attempts", Some(export.attempts.to_string())),
            ]));
        }
        Ok(rows)
    }
}

fn named<const N: usize>(fields: [(&str, Option<String>); N]) -> TextRow {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => Some(items.iter().filter_map(text_of).collect::<Vec<_>>().join(", ")),
        other => Some(other.to_string()),
    }
}

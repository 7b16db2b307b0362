//! The CRM's tables as a step leaves them: entities as `crm show` has them, and what a channel keeps besides.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value;

use super::shortened;
use super::table::{Cells, TableChange, Told};
use crate::crm::{Crm, CrmError, Entity, Fields, Integration, Row, RowId};
use crate::datetime::to_sql;

/// What is known of the CRM.
#[derive(Debug, Default)]
pub(super) struct CrmRows {
    entities: IndexMap<Entity, (BTreeMap<RowId, Fields>, Told)>,
    besides: IndexMap<&'static str, (IndexMap<String, Cells>, Told)>,
}

impl CrmRows {
    /// What changed since the last look.
    pub(super) fn look(&mut self, crm: &Crm) -> Result<Vec<TableChange>, CrmError> {
        let mut besides = besides(crm)?.into_iter();
        let mut changes = Vec::new();
        changes.extend(besides.next().and_then(|(table, rows)| self.besides_changed(table, rows)));
        for entity in Entity::ALL {
            changes.extend(self.entity_changed(crm, *entity)?);
        }
        changes.extend(besides.filter_map(|(table, rows)| self.besides_changed(table, rows)));
        Ok(changes)
    }

    fn entity_changed(&mut self, crm: &Crm, entity: Entity) -> Result<Option<TableChange>, CrmError> {
        let (seen, told) = self.entities.entry(entity).or_default();
        let mut now = BTreeMap::new();
        crm.each_row::<CrmError>(entity, &[], &mut |row| {
            now.insert(row.id, row.fields);
            Ok(())
        })?;
        let mut reading = told.begin(entity.table());
        let shown = |id: RowId, fields: &Fields| cells(crm, Row { entity, id, fields: fields.clone() });
        for (id, fields) in seen.iter().filter(|(id, _)| !now.contains_key(id)) {
            reading.row(id.0.to_string(), Some(|| shown(*id, fields)), None::<fn() -> Cells>);
        }
        for (id, fields) in &now {
            let before = seen.get(id);
            if before != Some(fields) {
                let before = before.map(|before| || shown(*id, before));
                reading.row(id.0.to_string(), before, Some(|| shown(*id, fields)));
            }
        }
        let change = reading.end(now.len());
        *seen = now;
        Ok(change)
    }

    fn besides_changed(&mut self, table: &'static str, now: IndexMap<String, Cells>) -> Option<TableChange> {
        let (seen, told) = self.besides.entry(table).or_default();
        let mut reading = told.begin(table);
        for (key, cells) in seen.iter().filter(|(key, _)| !now.contains_key(*key)) {
            reading.row(key.clone(), Some(|| cells.clone()), None::<fn() -> Cells>);
        }
        for (key, cells) in &now {
            let before = seen.get(key);
            if before != Some(cells) {
                reading.row(key.clone(), before.map(|before| || before.clone()), Some(|| cells.clone()));
            }
        }
        let change = reading.end(now.len());
        *seen = now;
        change
    }
}

/// A row as people read it; the password never shows.
fn cells(crm: &Crm, row: Row) -> Cells {
    let mut shown = crm.shown(&row).unwrap_or_default();
    shown.shift_remove("row");
    of_json(shown)
}

fn of_json(record: serde_json::Map<String, Value>) -> Cells {
    let text = |value: Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
        }
        other => Some(other.to_string()),
    };
    record.into_iter().filter_map(|(column, value)| Some((column, shortened(text(value)?)))).collect()
}

/// Tables that hold no entity; the first stands before the entities, the others behind them.
fn besides(crm: &Crm) -> Result<IndexMap<&'static str, IndexMap<String, Cells>>, CrmError> {
    let mut tables: IndexMap<&'static str, IndexMap<String, Cells>> = IndexMap::new();
    for table in ["integration", "bookmark", "status", "job", "pendingExport"] {
        tables.entry(table).or_default();
    }
    let integrations = crm.integrations()?;
    let several = integrations.len() > 1;
    for integration in integrations {
        let key = |own: &dyn std::fmt::Display| match several {
            true => format!("{} {own}", integration.id.0.0),
            false => own.to_string(),
        };
        let id = integration.id;
        let mut put = |table, own: &dyn std::fmt::Display, pairs: Vec<(&str, String)>| {
            let cells = pairs.into_iter().filter(|(_, text)| !text.is_empty());
            let cells = cells.map(|(column, text)| (column.to_owned(), shortened(text))).collect();
            let rows = tables.entry(table).or_default();
            let mut key = key(own);
            while rows.contains_key(&key) {
                key.push('\'');
            }
            rows.insert(key, cells);
        };
        for (connector, at) in crm.bookmarks(id)? {
            put("bookmark", &connector, vec![("connector", connector.clone()), ("syncedTo", at)]);
        }
        for status in crm.statuses(id)? {
            let date = to_sql(status.date);
            let data = serde_json::to_string(&status.data).unwrap_or_default();
            let own = format!("{} {date}", status.connector);
            let code = status.code.as_str().to_owned();
            let message = status.message;
            let pairs = vec![("connector", status.connector), ("code", code), ("date", date), ("message", message)];
            put("status", &own, pairs.into_iter().chain([("data", data)]).collect());
        }
        for job in crm.jobs(id)? {
            let at = |at: Option<jiff::Timestamp>| at.map(to_sql).unwrap_or_default();
            let pairs = vec![
                ("name", job.topic.job_name()),
                ("status", job.status.as_str().to_owned()),
                ("force", if job.force { "true".to_owned() } else { String::new() }),
                ("createdAt", to_sql(job.created_at)),
                ("startedAt", at(job.started_at)),
                ("finishedAt", at(job.finished_at)),
                ("message", job.message),
            ];
            put("job", &job.id, pairs);
        }
        for export in crm.export_queue(id)? {
            let row = export.row.0.to_string();
            let pairs = vec![
                ("entity", export.entity.table().to_owned()),
                ("row", format!("#{row}")),
                ("attempts", export.attempts.to_string()),
            ];
            put("pendingExport", &export.id, pairs);
        }
        let settings = settings(integration);
        tables.entry("integration").or_default().insert(id.0.0.to_string(), settings);
    }
    Ok(tables)
}

/// The form's fields; the key shows as its mask.
fn settings(integration: Integration) -> Cells {
    let mut cells = match serde_json::to_value(&integration.settings) {
        Ok(Value::Object(settings)) => of_json(settings),
        _ => Cells::new(),
    };
    if let Some(at) = integration.initial_sync_start_date {
        cells.insert("initialSyncStartDate".to_owned(), to_sql(at));
    }
    cells
}

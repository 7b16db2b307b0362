//! The export of CRM edits: read what Magento holds, merge, update or create, import the result back (sync spec 8.2,
//! 8.5). One flow for all records; what differs between them is an [`Exported`] each in a file of its own. What is merged
//! and how it is shaped is decided by pure functions elsewhere.
//!
//! Of a record only those fields leave that a person changed. The reference client sends the whole record, what it could
//! not read as empty.

mod address;
mod already_there;
mod customer;
mod refusal;
mod waiting;

pub(super) use self::waiting::waiting_edits;
use indexmap::IndexSet;

use self::address::Address;
use self::customer::Customer;
use self::refusal::{Refusal, Stop};
use super::bridge::Bridge;
use super::context::SyncEvent;
use super::convert::{Record, RowError};
use super::merge::{Sides, difference, merge};
use super::outcome::{ExportOutcome, ExportResult};
use super::run::{Announced, Run};
use super::scope::Scope;
use super::sent;
use super::strategy::sync_state;
use super::write::{MagentoWrite, Remote};
use crate::client::ClientError;
use crate::crm::export_queue::TO_EXPORT;
use crate::crm::{
    Crm, CrmError, Entity, ExportResult as Stored, Fields, IntegrationId, OriginId, PendingExport, Row, SyncPriority,
};
use crate::quirk::{Quirk, Quirks};
use crate::soap::{SoapStruct, SoapValue};

/// Why edits wait while the shop has no bridge that is new enough.
pub const NEEDS_THE_BRIDGE: &str =
    "two-way sync needs the OroCRM bridge 1.2.0 or newer in the shop; the edit waits until it is there";

/// What differs between the records that go to Magento.
trait Exported: Copy {
    /// What a write of it is called.
    const ENTITY: &'static str;
    /// The argument that holds the record.
    const ARGUMENT: &'static str;
    /// The argument of an update that says which record.
    const KEY: &'static str;
    /// Fields that the priority decides although no change of them is recorded (sync spec 8.5).
    const ADDITIONAL: &'static [&'static str];

    fn create_operation(self, bridge: &Bridge) -> &'static str;
    fn update_operation(self, bridge: &Bridge) -> &'static str;
    fn info_operation(self, bridge: &Bridge) -> &'static str;

    /// What a creation says besides the record.
    fn create_arguments(self) -> SoapStruct;

    /// The CRM's row with relations by Magento's keys.
    fn record(self, crm: &Crm, scope: &Scope, row: &Row) -> Result<Record, CrmError>;

    /// A record as Magento takes it (sync spec 8.3).
    fn form(self, record: &Record) -> SoapStruct;

    /// What Magento holds, as a record.
    fn converted(self, row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError>;

    /// The record that an earlier try made, whose answer was lost.
    async fn already_there(self, run: &mut Run<'_, '_>, form: &SoapStruct) -> Result<Option<OriginId>, Stop>;

    /// What Magento holds now; `None` when the record is gone.
    async fn read(self, run: &mut Run<'_, '_>, id: OriginId) -> Result<Option<SoapStruct>, Stop>;

    /// Whether the fault of an update says that the record is gone.
    fn is_gone(self, error: &ClientError, quirks: &Quirks) -> bool;

    /// Whether the fault of a creation says that what the record belongs to is gone.
    fn owner_is_gone(self, _: &ClientError, _: &Quirks) -> bool {
        false
    }

    /// What the record belongs to was gone when it was to be made.
    fn owner_gone(self, _: &mut Crm, _: &Row) -> Result<(), CrmError> {
        Ok(())
    }

    /// Magento made the record; `None` when that is only planned.
    fn created(self, crm: &mut Crm, scope: &Scope, row: &Row, id: Option<OriginId>) -> Result<(), CrmError>;

    /// Magento holds this now, so that edits made there arrive at once. What the record does not speak of stays.
    fn held(self, crm: &mut Crm, scope: &Scope, row: &Row, edit: &PendingExport, held: Record) -> Result<(), CrmError>;

    /// Magento took a change of it.
    fn changed(self, crm: &mut Crm, scope: &Scope, row: &Row) -> Result<(), CrmError>;

    /// It was not there when looked for.
    fn gone(self, crm: &mut Crm, edit: &PendingExport, row: &Row, quirks: &Quirks) -> Result<(), CrmError>;
}

/// Exports everything that waits, oldest first, including the addresses of customers created on the way. Nothing while
/// two-way sync is off.
pub(super) async fn export_all(run: &mut Run<'_, '_>) -> Result<Vec<ExportOutcome>, CrmError> {
    let mut outcomes = Vec::new();
    if !run.integration.settings.is_two_way_sync_enabled {
        return Ok(outcomes);
    }
    // The native details lack what the bridge's have. Compared with them, an edit would take fields for emptied that are
    // not, so edits wait until the bridge answers again.
    if run.scope().is_incomplete {
        return Ok(outcomes);
    }
    // The user guide says that two-way sync needs the bridge; the reference client does not ask for it.
    let waits = !run.quirks.has(Quirk::TwoWayNeedsNoBridge) && !run.bridge.is_supported();
    let mut tried: IndexSet<i64> = IndexSet::new();
    loop {
        let pending = run.crm.pending_exports(run.integration.id)?;
        let Some(next) = pending.into_iter().find(|export| !tried.contains(&export.id)) else { return Ok(outcomes) };
        tried.insert(next.id);
        let outcome = if waits { left_waiting(run, &next)? } else { export_one(run, &next).await? };
        (run.events)(SyncEvent::Exported { outcome: outcome.clone() });
        outcomes.push(outcome);
    }
}

/// What a row that Magento does not have is known by.
fn made_as(row: &Row) -> Option<String> {
    ["email", "street"].iter().find_map(|name| row.fields.text(name)).map(str::to_owned)
}

/// Ends a run that only planned: what was planned counts as exported now.
pub(super) fn settle_planned(crm: &mut Crm, id: IntegrationId) -> Result<(), CrmError> {
    for entity in [Entity::Customer, Entity::CustomerAddress] {
        for row in crm.find(entity, &[("channel", id.0.into()), ("syncState", TO_EXPORT.into())])? {
            // Keeps the mark of what waits still.
            crm.mark_synced(entity, row.id)?;
        }
    }
    Ok(())
}

fn left_waiting(run: &Run<'_, '_>, pending: &PendingExport) -> Result<ExportOutcome, CrmError> {
    let row = run.crm.get(pending.entity, pending.row)?;
    let origin_id = row.as_ref().and_then(|row| row.fields.origin_id());
    let name = row.as_ref().filter(|_| origin_id.is_none()).and_then(made_as);
    let result = ExportResult::Skipped { reason: NEEDS_THE_BRIDGE.to_owned() };
    Ok(ExportOutcome { entity: pending.entity.table(), origin_id, name, result })
}

async fn export_one(run: &mut Run<'_, '_>, pending: &PendingExport) -> Result<ExportOutcome, CrmError> {
    // Whether the shop has it is known by its answer alone.
    let _in_hand = run.stop.in_hand();
    let Some(row) = run.crm.get(pending.entity, pending.row)? else {
        let gone = ExportResult::Skipped { reason: "the row was deleted in the CRM".to_owned() };
        run.crm.finish_export(pending, &Stored::Exported, &run.quirks)?;
        return Ok(ExportOutcome { entity: pending.entity.table(), origin_id: None, name: None, result: gone });
    };
    let result = if sync_state::is_removed(&row) {
        run.crm.finish_export(pending, &Stored::Removed, &run.quirks)?;
        ExportResult::Skipped { reason: "it was removed in Magento".to_owned() }
    } else if pending.entity == Entity::CustomerAddress {
        match Address::of(run, &row)? {
            Some(address) => export(run, address, pending, &row).await?,
            None => ExportResult::Skipped { reason: "its customer is not in Magento yet".to_owned() },
        }
    } else {
        export(run, Customer, pending, &row).await?
    };
    let origin_id = run.crm.get(pending.entity, pending.row)?.and_then(|row| row.fields.origin_id());
    let origin_id = origin_id.or_else(|| row.fields.origin_id());
    let name = if origin_id.is_none() { made_as(&row) } else { None };
    Ok(ExportOutcome { entity: pending.entity.table(), origin_id, name, result })
}

/// What a call to Magento came to, for one edit.
enum Sent {
    /// Magento made the record and gave it this id.
    Created(OriginId),
    /// Magento took the changes and holds this record now.
    Updated(Record),
    /// Magento holds this record, which needs no change.
    Unchanged(Record),
    /// It was not there when looked for.
    Gone,
    /// It went between being read and being written.
    Removed,
    /// What it belongs to is not there any more, so that it was not made.
    OwnerGone,
    /// Nothing was sent: the run only plans, and takes it for done. The record is what Magento would hold, none when it
    /// would be new.
    Planned(Option<Record>),
    /// Nothing was sent: the run was asked to stop.
    Stopped,
}

async fn export<E: Exported>(
    run: &mut Run<'_, '_>,
    exported: E,
    pending: &PendingExport,
    row: &Row,
) -> Result<ExportResult, CrmError> {
    let sent = match send(run, exported, pending, row).await {
        Ok(sent) => sent,
        Err(Stop::Crm(error)) => return Err(error),
        Err(Stop::Refused(refusal)) => return fail(run, pending, refusal),
    };
    let (quirks, scope) = (run.quirks.clone(), run.scope());
    run.crm.transaction(|crm| {
        let result = match sent {
            Sent::Stopped => return Ok(ExportResult::Planned),
            Sent::Created(_) => ExportResult::Created,
            Sent::Updated(_) => ExportResult::Updated,
            Sent::Unchanged(_) => ExportResult::Unchanged,
            Sent::Planned(_) => ExportResult::Planned,
            Sent::Gone | Sent::Removed | Sent::OwnerGone => ExportResult::Removed,
        };
        match sent {
            Sent::Gone => exported.gone(crm, pending, row, &quirks)?,
            Sent::Removed => crm.finish_export(pending, &Stored::Removed, &quirks)?,
            Sent::OwnerGone => {
                crm.finish_export(pending, &Stored::Removed, &quirks)?;
                exported.owner_gone(crm, row)?;
            }
            Sent::Created(id) => {
                exported.created(crm, &scope, row, Some(id))?;
                crm.finish_export(pending, &Stored::Exported, &quirks)?;
            }
            Sent::Planned(None) => {
                exported.created(crm, &scope, row, None)?;
                crm.finish_export(pending, &Stored::Exported, &quirks)?;
            }
            Sent::Unchanged(held) => {
                crm.finish_export(pending, &Stored::Exported, &quirks)?;
                exported.held(crm, &scope, row, pending, held)?;
            }
            Sent::Updated(held) => {
                crm.finish_export(pending, &Stored::Exported, &quirks)?;
                exported.held(crm, &scope, row, pending, held)?;
                exported.changed(crm, &scope, row)?;
            }
            Sent::Planned(Some(held)) => {
                crm.finish_export(pending, &Stored::Exported, &quirks)?;
                exported.held(crm, &scope, row, pending, held)?;
                exported.changed(crm, &scope, row)?;
                // The shop does not hold it, so the import of this run must leave the row alone, see `settle_planned`.
                crm.update(row.entity, row.id, &Fields::new().with("syncState", TO_EXPORT))?;
            }
            Sent::Stopped => {}
        }
        Ok(result)
    })
}

async fn send<E: Exported>(
    run: &mut Run<'_, '_>,
    exported: E,
    pending: &PendingExport,
    row: &Row,
) -> Result<Sent, Stop> {
    let scope = run.scope();
    let local = exported.record(run.crm, &scope, row)?;
    let before = before(row, pending).map(|row| exported.record(run.crm, &scope, &row)).transpose()?;
    let form = exported.form(&local);
    let before = before.map(|record| exported.form(&record));
    match local.origin_id() {
        None => create(run, exported, pending, &form).await,
        Some(id) => update(run, exported, pending, id, Wanted { form: &form, before: before.as_ref() }).await,
    }
}

/// What an update is to come to.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    /// The record as the CRM holds it now.
    form: &'a SoapStruct,
    /// The same before the edit; `None` when nothing was changed.
    before: Option<&'a SoapStruct>,
}

async fn create<E: Exported>(
    run: &mut Run<'_, '_>,
    exported: E,
    pending: &PendingExport,
    form: &SoapStruct,
) -> Result<Sent, Stop> {
    // The reference client does not look.
    if pending.was_tried && !run.quirks.has(Quirk::CreateSentAgain) {
        if let Some(id) = exported.already_there(run, form).await? {
            return Ok(Sent::Created(id));
        }
        // It was edited again since: what Magento made is what was sent then, and the edit changes that one.
        for made in pending.sent.iter().map(sent::record) {
            if let Some(id) = exported.already_there(run, &made).await? {
                run.crm.update(pending.entity, pending.row, &Fields::new().with("originId", id))?;
                return update(run, exported, pending, id, Wanted { form, before: Some(&made) }).await;
            }
        }
    }
    let operation = exported.create_operation(&run.bridge);
    let is_set =
        |value: &SoapValue| *value != SoapValue::Bool(false) && value.to_text().is_none_or(|it| !it.is_empty());
    let set: SoapStruct = if run.quirks.has(Quirk::WholeRecordSent) {
        form.clone()
    } else {
        form.iter().filter(|(_, value)| is_set(value)).map(|(name, value)| (name, value.clone())).collect()
    };
    let data = run.client().await?.leaving(operation, E::ARGUMENT, &set);
    match run.announce(MagentoWrite::create(E::ENTITY, operation, &data)) {
        Announced::Send => {}
        Announced::Plan => return Ok(Sent::Planned(None)),
        Announced::Stop => return Ok(Sent::Stopped),
    }
    run.crm.note_export_try(pending, sent::fields(&data))?;
    let answer = match run.call(operation, exported.create_arguments().with(E::ARGUMENT, data)).await {
        Ok(answer) => answer,
        Err(error) if exported.owner_is_gone(&error, &run.quirks) => return Ok(Sent::OwnerGone),
        Err(error) => return Err(error.into()),
    };
    match answer.to_int().filter(|id| *id > 0) {
        Some(id) => Ok(Sent::Created(OriginId(id))),
        None => Err(Refusal::lasting(format!("{operation} answered no id")).into()),
    }
}

async fn update<E: Exported>(
    run: &mut Run<'_, '_>,
    exported: E,
    pending: &PendingExport,
    id: OriginId,
    Wanted { form, before }: Wanted<'_>,
) -> Result<Sent, Stop> {
    let Some(found) = exported.read(run, id).await? else { return Ok(Sent::Gone) };
    let (info, operation) = (exported.info_operation(&run.bridge), exported.update_operation(&run.bridge));
    let (quirks, is_whole) = (run.quirks.clone(), run.quirks.has(Quirk::WholeRecordSent));
    let client = run.client().await?;
    let was_read = |name: &str| found.get(name).is_some() || client.answers(info, name);
    let mut held = exported.form(&exported.converted(&found, &quirks)?);
    let unread: IndexSet<String> =
        held.iter().map(|(name, _)| name).filter(|name| !was_read(name)).map(str::to_owned).collect();
    if !is_whole {
        held = held.iter().filter(|(name, _)| !unread.contains(*name)).map(|(n, value)| (n, value.clone())).collect();
    }
    let additional = if is_whole { E::ADDITIONAL } else { &[] };
    let before = sent::come_back(&pending.sent, before, form, &held);
    let sides = Sides { local: form, before: before.as_ref(), remote: &held, additional };
    let merged = merge(sides, priority(run), &run.quirks);
    let to_send = if is_whole { merged.clone() } else { difference(&merged, &held) };
    let data = run.client().await?.leaving(operation, E::ARGUMENT, &to_send);
    // Converted before anything is sent: what the CRM could not take back must not be in Magento.
    let now = if is_whole { merged.clone() } else { overlaid(&found, &to_send) };
    let now = exported.converted(&now, &run.quirks)?;
    if data.is_empty() {
        return Ok(Sent::Unchanged(now));
    }
    let remote = Remote { raw: &found, form: &held, unread: &unread };
    match run.announce(MagentoWrite::update(E::ENTITY, operation, id, sides, &merged, &data, remote)) {
        Announced::Send => {}
        Announced::Plan => return Ok(Sent::Planned(Some(now))),
        Announced::Stop => return Ok(Sent::Stopped),
    }
    run.crm.note_export_try(pending, sent::fields(&data))?;
    match run.call(operation, SoapStruct::new().with(E::KEY, id).with(E::ARGUMENT, data)).await {
        Ok(answer) if answer.is_truthy() => Ok(Sent::Updated(now)),
        Ok(_) => {
            let what = E::ENTITY;
            Err(Refusal::lasting(format!("{operation} answered false: Magento did not save {what} {id}")).into())
        }
        Err(error) if exported.is_gone(&error, &run.quirks) => Ok(Sent::Removed),
        Err(error) => Err(error.into()),
    }
}

/// What Magento holds once it took the changes, without what an export does not speak of.
fn overlaid(found: &SoapStruct, changes: &SoapStruct) -> SoapStruct {
    const NOT_OF_AN_EXPORT: &[&str] = &["addresses", "created_at", "updated_at"];
    let mut now: SoapStruct = found
        .iter()
        .filter(|(name, _)| !NOT_OF_AN_EXPORT.contains(name))
        .map(|(name, value)| (name, value.clone()))
        .collect();
    for (name, value) in changes.iter() {
        now.set(name, value.clone());
    }
    now
}

/// A failed export stays in the queue, unless the quirk forgets it.
fn fail(run: &mut Run<'_, '_>, pending: &PendingExport, refusal: Refusal) -> Result<ExportResult, CrmError> {
    let Refusal { reason, is_lasting } = refusal;
    let stored = if is_lasting { Stored::Failed(reason.clone()) } else { Stored::Unanswered(reason.clone()) };
    run.crm.finish_export(pending, &stored, &run.quirks)?;
    Ok(ExportResult::Failed { reason })
}

fn priority(run: &Run<'_, '_>) -> SyncPriority {
    run.integration.settings.sync_priority
}

/// The plain columns of a row.
fn plain(row: &Row) -> Record {
    let mut record = Record::default();
    for (name, kind) in row.entity.columns() {
        if !matches!(kind, crate::crm::ColumnType::Ref(_)) {
            record.values.insert(name, row.fields.get(name).cloned().unwrap_or_default());
        }
    }
    record
}

/// The row as it was before the edit; `None` when nothing was changed.
fn before(row: &Row, pending: &PendingExport) -> Option<Row> {
    if pending.change_set.is_empty() {
        return None;
    }
    let mut before = row.clone();
    for (name, value) in pending.before() {
        before.fields.set(name, value);
    }
    Some(before)
}

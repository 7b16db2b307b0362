//! The export of CRM edits: read what Magento holds, merge, update or create, import the result back (sync spec 8.2,
//! 8.5). What is merged and how it is shaped is decided by pure functions elsewhere.

use indexmap::IndexSet;

use super::already_there;
use super::connector::Connector;
use super::connector::detail;
use super::context::SyncEvent;
use super::convert::{self, Link, Record, RowError};
use super::export;
use super::merge::{Priority, Sides, merge};
use super::outcome::{ConnectorOutcome, ExportOutcome, ExportResult, RunKind};
use super::run::Run;
use super::scope::Scope;
use super::strategy::address::AddressKind;
use super::strategy::sync_state;
use super::stream::customer as job;
use super::write::MagentoWrite;
use crate::client::{ClientError, Endpoint};
use crate::crm::{Crm, CrmError, CrmValue, Entity, ExportResult as Stored, Fields, PendingExport, Row, SyncPriority};
use crate::quirk::{Quirk, Quirks};
use crate::soap::{SoapStruct, SoapValue};

/// API fault "Customer not exists."
const CUSTOMER_GONE: u16 = 102;

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
    if !run.quirks.has(Quirk::TwoWayNeedsNoBridge) && !run.bridge.is_supported() {
        for waiting in run.crm.pending_exports(run.integration.id)? {
            let origin_id = run.crm.get(waiting.entity, waiting.row)?.and_then(|row| row.fields.int("originId"));
            let result = ExportResult::Skipped { reason: "two-way sync needs the bridge".to_owned() };
            outcomes.push(ExportOutcome { entity: waiting.entity.table(), origin_id, result });
        }
        return Ok(outcomes);
    }
    let mut tried: IndexSet<i64> = IndexSet::new();
    loop {
        let pending = run.crm.pending_exports(run.integration.id)?;
        let Some(next) = pending.into_iter().find(|export| !tried.contains(&export.id)) else { return Ok(outcomes) };
        tried.insert(next.id);
        let outcome = export_one(run, &next).await?;
        (run.events)(SyncEvent::Exported { outcome: outcome.clone() });
        outcomes.push(outcome);
    }
}

async fn export_one(run: &mut Run<'_, '_>, pending: &PendingExport) -> Result<ExportOutcome, CrmError> {
    let Some(row) = run.crm.get(pending.entity, pending.row)? else {
        let gone = ExportResult::Skipped { reason: "the row was deleted in the CRM".to_owned() };
        run.crm.finish_export(pending, &Stored::Exported, &run.quirks)?;
        return Ok(ExportOutcome { entity: pending.entity.table(), origin_id: None, result: gone });
    };
    let result = if sync_state::is_removed(&row) {
        run.crm.finish_export(pending, &Stored::Removed, &run.quirks)?;
        ExportResult::Skipped { reason: "it was removed in Magento".to_owned() }
    } else {
        match pending.entity {
            Entity::CustomerAddress => export_address(run, pending, &row).await?,
            _ => export_customer(run, pending, &row).await?,
        }
    };
    let origin_id = run.crm.get(pending.entity, pending.row)?.and_then(|row| row.fields.int("originId"));
    let origin_id = origin_id.or_else(|| row.fields.int("originId"));
    Ok(ExportOutcome { entity: pending.entity.table(), origin_id, result })
}

/// What a call to Magento came to, for one edit.
enum Sent {
    Created(i64),
    Updated(SoapStruct),
    /// It was not there when looked for.
    Gone,
    /// It went between being read and being written.
    Removed,
    /// Nothing was sent: the run only plans.
    Planned,
}

/// The fault of the address update that says "gone". The update is native whatever the bridge, so it is 102; the
/// reference client waits for the bridge's number.
fn update_gone_fault(quirks: &Quirks) -> u16 {
    if quirks.has(Quirk::AnyErrorRemovesAddress) { 103 } else { 102 }
}

async fn read_address(run: &mut Run<'_, '_>, id: i64) -> Result<SoapStruct, ClientError> {
    let bridge = run.bridge.clone();
    detail::address(run.client().await?, id, &bridge).await
}

/// Whether an answer is the address that was asked for. The reference client compares the type too.
fn is_address(answer: &SoapStruct, id: i64, quirks: &Quirks) -> bool {
    match answer.get("customer_address_id") {
        Some(SoapValue::Int(found)) => *found == id,
        Some(other) => !quirks.has(Quirk::AnyErrorRemovesAddress) && other.to_int() == Some(id),
        None => false,
    }
}

async fn export_customer(run: &mut Run<'_, '_>, pending: &PendingExport, row: &Row) -> Result<ExportResult, CrmError> {
    let local = customer_record(run.crm, row)?;
    let before = before(row, pending).map(|row| customer_record(run.crm, &row)).transpose()?;
    let sent = send_customer(run, pending, &local, before.as_ref()).await;
    let (quirks, scope) = (run.quirks.clone(), run.scope());
    match sent {
        Ok(Sent::Created(id)) => run.crm.transaction(|crm| {
            let fields = Fields::new().with("originId", id).with("createdAt", scope.now).with("updatedAt", scope.now);
            crm.update(Entity::Customer, row.id, &fields)?;
            crm.update(Entity::Customer, row.id, &Fields::new().with("password", CrmValue::Null))?;
            crm.queue_addresses(row.id)?;
            crm.finish_export(pending, &Stored::Exported, &quirks)?;
            Ok(ExportResult::Created)
        }),
        Ok(Sent::Updated(merged)) => run.crm.transaction(|crm| {
            if pending.change_set.is_empty() {
                // It was to be created, and Magento has it since.
                crm.queue_addresses(row.id)?;
            }
            crm.finish_export(pending, &Stored::Exported, &quirks)?;
            import_back(crm, &scope, &merged)?;
            let done = Fields::new().with("updatedAt", scope.now).with("password", CrmValue::Null);
            crm.update(Entity::Customer, row.id, &done)?;
            Ok(ExportResult::Updated)
        }),
        Ok(Sent::Planned) => Ok(ExportResult::Planned),
        Ok(Sent::Gone | Sent::Removed) => {
            run.crm.finish_export(pending, &Stored::Removed, &quirks)?;
            Ok(ExportResult::Removed)
        }
        Err(reason) => fail(run, pending, reason),
    }
}

async fn send_customer(
    run: &mut Run<'_, '_>,
    pending: &PendingExport,
    local: &Record,
    before: Option<&Record>,
) -> Result<Sent, Refusal> {
    let bridge = run.bridge.clone();
    let form = export::customer::customer(local);
    let Some(id) = local.origin_id() else {
        let operation = Endpoint::CustomerCreate.operation(bridge.version());
        if pending.was_tried
            && let Some(id) = already_there::customer(run, &form).await?
        {
            return Ok(Sent::Created(id));
        }
        if !run.announce(MagentoWrite::create("customer", operation, &form)) {
            return Ok(Sent::Planned);
        }
        run.crm.note_export_try(pending)?;
        let arguments = SoapStruct::new().with("customerData", form);
        let answer = run.call(operation, arguments).await?;
        return created(operation, &answer);
    };
    let remote = match run.client().await {
        Ok(client) => detail::customer(client, id, &bridge).await,
        Err(error) => Err(error),
    };
    let remote = match remote {
        Ok(remote) => remote,
        Err(error) if error.fault_code() == Some(CUSTOMER_GONE) => return Ok(Sent::Gone),
        Err(error) => return Err(error.into()),
    };
    let remote = convert::customer::customer(&remote, &run.quirks)?;
    let (before, remote) = (before.map(export::customer::customer), export::customer::customer(&remote));
    let sides = Sides { local: &form, before: before.as_ref(), remote: &remote, additional: &[] };
    let merged = merge(sides, priority(run), &run.quirks);
    let operation = Endpoint::CustomerUpdate.operation(bridge.version());
    if !run.announce(MagentoWrite::update("customer", operation, id, sides, &merged)) {
        return Ok(Sent::Planned);
    }
    let arguments = SoapStruct::new().with("customerId", id).with("customerData", merged.clone());
    match run.call(operation, arguments).await {
        Ok(answer) if answer.is_truthy() => Ok(Sent::Updated(merged)),
        Ok(_) => Err(Refusal::lasting(format!("{operation} answered false: Magento did not save customer {id}"))),
        Err(error) if error.fault_code() == Some(CUSTOMER_GONE) => Ok(Sent::Gone),
        Err(error) => Err(error.into()),
    }
}

async fn export_address(run: &mut Run<'_, '_>, pending: &PendingExport, row: &Row) -> Result<ExportResult, CrmError> {
    let owner = row.fields.link("owner").map(|id| run.crm.require(Entity::Customer, id)).transpose()?;
    let Some(customer_id) = owner.as_ref().and_then(|owner| owner.fields.int("originId")) else {
        return Ok(ExportResult::Skipped { reason: "its customer is not in Magento yet".to_owned() });
    };
    let (quirks, scope) = (run.quirks.clone(), run.scope());
    let local = address_record(run.crm, &scope, row)?;
    let before = before(row, pending).map(|row| address_record(run.crm, &scope, &row)).transpose()?;
    let sent = send_address(run, pending, &local, before.as_ref(), customer_id).await;
    match sent {
        Ok(Sent::Created(id)) => run.crm.transaction(|crm| {
            crm.update(
                Entity::CustomerAddress,
                row.id,
                &Fields::new().with("originId", id).with("updated", scope.now),
            )?;
            crm.finish_export(pending, &Stored::Exported, &quirks)?;
            Ok(ExportResult::Created)
        }),
        Ok(Sent::Updated(merged)) => run.crm.transaction(|crm| {
            crm.finish_export(pending, &Stored::Exported, &quirks)?;
            address_back(crm, &scope, row, &merged)?;
            Ok(ExportResult::Updated)
        }),
        Ok(Sent::Planned) => Ok(ExportResult::Planned),
        // An address that Magento no longer has goes from the CRM's customer too; nothing is exported.
        Ok(Sent::Gone) => run.crm.transaction(|crm| {
            crm.delete(Entity::CustomerAddress, row.id)?;
            crm.finish_export(pending, &Stored::Exported, &quirks)?;
            Ok(ExportResult::Removed)
        }),
        Ok(Sent::Removed) => {
            run.crm.finish_export(pending, &Stored::Removed, &quirks)?;
            Ok(ExportResult::Removed)
        }
        Err(reason) => fail(run, pending, reason),
    }
}

async fn send_address(
    run: &mut Run<'_, '_>,
    pending: &PendingExport,
    local: &Record,
    before: Option<&Record>,
    customer_id: i64,
) -> Result<Sent, Refusal> {
    let bridge = run.bridge.clone();
    let form = export::address::address(local, Some(customer_id));
    let Some(id) = local.origin_id() else {
        if pending.was_tried
            && let Some(id) = already_there::address(run, &form, customer_id).await?
        {
            return Ok(Sent::Created(id));
        }
        if !run.announce(MagentoWrite::create("customerAddress", "customerAddressCreate", &form)) {
            return Ok(Sent::Planned);
        }
        run.crm.note_export_try(pending)?;
        let arguments = SoapStruct::new().with("customerId", customer_id).with("addressData", form);
        let answer = run.call("customerAddressCreate", arguments).await?;
        return created("customerAddressCreate", &answer);
    };
    // Once to see whether it is still there, once more for the merge: the reference client's calls.
    let found = read_address(run, id).await;
    match found {
        Ok(found) if is_address(&found, id, &run.quirks) => {}
        // Any trouble while it looks counts as "removed" for the reference client, whose test for the fault misses the
        // native one.
        _ if run.quirks.has(Quirk::AnyErrorRemovesAddress) => return Ok(Sent::Gone),
        Ok(_) => return Err(Refusal::lasting(format!("Magento answered another record than address {id}"))),
        Err(error) if error.fault_code() == Some(detail::address_gone_fault(&bridge)) => return Ok(Sent::Gone),
        Err(error) => return Err(error.into()),
    }
    let remote = read_address(run, id).await?;
    let remote = convert::address::customer_address(&remote, &run.quirks)?;
    let exported = |record: &Record| export::address::address(record, Some(customer_id));
    let (before, remote) = (before.map(exported), exported(&remote));
    let sides =
        Sides { local: &form, before: before.as_ref(), remote: &remote, additional: export::address::ADDITIONAL };
    let merged = merge(sides, priority(run), &run.quirks);
    if !run.announce(MagentoWrite::update("customerAddress", "customerAddressUpdate", id, sides, &merged)) {
        return Ok(Sent::Planned);
    }
    let arguments = SoapStruct::new().with("addressId", id).with("addressData", merged.clone());
    match run.call("customerAddressUpdate", arguments).await {
        Ok(answer) if answer.is_truthy() => Ok(Sent::Updated(merged)),
        Ok(_) => {
            Err(Refusal::lasting(format!("customerAddressUpdate answered false: Magento did not save address {id}")))
        }
        Err(error) if error.fault_code() == Some(update_gone_fault(&run.quirks)) => Ok(Sent::Removed),
        Err(error) => Err(error.into()),
    }
}

fn created(operation: &str, answer: &SoapValue) -> Result<Sent, Refusal> {
    match answer.to_int().filter(|id| *id > 0) {
        Some(id) => Ok(Sent::Created(id)),
        None => Err(Refusal::lasting(format!("{operation} answered no id"))),
    }
}

/// A failed export stays in the queue, unless the quirk forgets it.
fn fail(run: &mut Run<'_, '_>, pending: &PendingExport, refusal: Refusal) -> Result<ExportResult, CrmError> {
    let Refusal { reason, is_lasting } = refusal;
    let stored = if is_lasting { Stored::Failed(reason.clone()) } else { Stored::Unanswered(reason.clone()) };
    run.crm.finish_export(pending, &stored, &run.quirks)?;
    Ok(ExportResult::Failed { reason })
}

/// Why Magento did not take an edit.
pub(super) struct Refusal {
    reason: String,
    /// Whether it is about the edit; else about the shop, which may be well again next time.
    is_lasting: bool,
}

impl Refusal {
    fn lasting(reason: String) -> Self {
        Self { reason, is_lasting: true }
    }
}

/// Faults that any call may meet: Magento's "Internal Error" and an expired session.
const PASSING_FAULTS: &[u16] = &[1, 5];

impl From<ClientError> for Refusal {
    fn from(error: ClientError) -> Self {
        let is_lasting = error.fault_code().is_some_and(|code| !PASSING_FAULTS.contains(&code));
        Self { reason: error.to_string(), is_lasting }
    }
}

impl From<RowError> for Refusal {
    fn from(error: RowError) -> Self {
        Self::lasting(error.to_string())
    }
}

impl From<CrmError> for Refusal {
    fn from(error: CrmError) -> Self {
        Self::lasting(error.to_string())
    }
}

fn priority(run: &Run<'_, '_>) -> Priority {
    match run.integration.settings.sync_priority {
        SyncPriority::Remote => Priority::RemoteWins,
        SyncPriority::Local => Priority::LocalWins,
    }
}

/// A customer row as a record: relations by Magento's keys.
fn customer_record(crm: &Crm, row: &Row) -> Result<Record, CrmError> {
    let mut record = plain(row);
    for (field, entity) in [("group", Entity::CustomerGroup), ("store", Entity::Store), ("website", Entity::Website)] {
        let linked = row.fields.link(field).map(|id| crm.require(entity, id)).transpose()?;
        let origin_id = linked.and_then(|row| row.fields.int("originId"));
        record.links.insert(field, origin_id.map(|origin_id| Link { entity, origin_id }));
    }
    Ok(record)
}

/// An address row as a record: its region by Magento's number, when the dictionary knows it.
fn address_record(crm: &Crm, scope: &Scope, row: &Row) -> Result<Record, CrmError> {
    let mut record = plain(row);
    let region = match row.fields.text("region") {
        Some(code) => scope.region_by_code(crm, code)?,
        None => None,
    };
    if let Some(region) = &region {
        let name = region.fields.text("name").map(str::to_owned);
        record.values.insert("regionText", name.into());
    }
    let origin_id = region.and_then(|region| region.fields.int("regionId"));
    record.links.insert("region", origin_id.map(|origin_id| Link { entity: Entity::Region, origin_id }));
    Ok(record)
}

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

/// Imports the merged record, so that remote edits arrive at once. What the export form does not carry stays.
fn import_back(crm: &mut Crm, scope: &Scope, merged: &SoapStruct) -> Result<(), CrmError> {
    let Ok(mut record) = convert::customer::customer(merged, &scope.quirks) else { return Ok(()) };
    record.values.shift_remove("confirmed");
    let mut outcome = ConnectorOutcome::new(Connector::Customer, RunKind::Export);
    job::write_record(crm, scope, record, &mut outcome).map(|_| ())
}

fn address_back(crm: &mut Crm, scope: &Scope, row: &Row, merged: &SoapStruct) -> Result<(), CrmError> {
    let Ok(record) = convert::address::customer_address(merged, &scope.quirks) else { return Ok(()) };
    let mut fields = scope.address_fields(crm, record, AddressKind::Customer, 0, &mut Vec::new())?;
    fields.set("updated", scope.now);
    crm.update(Entity::CustomerAddress, row.id, &fields)
}

//! Customers: batches of 25, and with the native API the details of each after its batch (sync spec 4.8 and 5.6).

use indexmap::IndexMap;
use jiff::Timestamp;

use super::{BATCH_SIZE, Job};
use crate::client::ClientError;
use crate::crm::{Crm, CrmError, CrmValue, Entity, Fields, Row, RowId};
use crate::soap::SoapStruct;
use crate::sync::connector::customer::native_details;
use crate::sync::context::SyncEvent;
use crate::sync::convert::{self, Record};
use crate::sync::driver::Run;
use crate::sync::outcome::{ConnectorOutcome, RunStatus};
use crate::sync::store::Scope;
use crate::sync::strategy::address::{AddressKind, resolve_region};
use crate::sync::strategy::customer::{CustomerImport, Existing};
use crate::sync::strategy::{self};
use crate::sync::window;

/// Runs one stream of customers to its end and records the run.
pub(in crate::sync) async fn run(run: &mut Run<'_, '_>, mut job: Job) -> Result<ConnectorOutcome, CrmError> {
    let mut outcome = ConnectorOutcome::new(job.connector, job.kind);
    let mut newest: Option<Timestamp> = None;
    loop {
        let batch = match next_batch(run, &mut job, &mut outcome).await {
            Ok(batch) => batch,
            Err((read, error)) => {
                // What was read before the failure is not lost; the bookmark stays, so the rest comes again.
                write(run, &read, &mut outcome, &mut newest)?;
                outcome.fail(error.to_string());
                break;
            }
        };
        let is_last = batch.len() < BATCH_SIZE;
        if !batch.is_empty() {
            write(run, &batch, &mut outcome, &mut newest)?;
            if !run.bridge.is_supported() {
                load_details(run, &batch, &mut outcome, &mut newest).await?;
            }
            (run.events)(SyncEvent::BatchWritten { connector: job.connector, rows: batch.len() });
        }
        if is_last {
            break;
        }
        if run.stop.is_set() {
            outcome.status = RunStatus::Skipped;
            return Ok(outcome);
        }
    }
    let scope = run.scope();
    let item = window::last_item_date(job.start, newest, scope.now);
    run.crm.transaction(|crm| scope.record(crm, &mut outcome, job.mark, item))?;
    Ok(outcome)
}

type Batch = IndexMap<String, SoapStruct>;

/// Up to 25 rows; a customer that comes twice is taken as it came last. On failure, what was read so far.
async fn next_batch(
    run: &mut Run<'_, '_>,
    job: &mut Job,
    outcome: &mut ConnectorOutcome,
) -> Result<Batch, (Batch, ClientError)> {
    let mut batch = Batch::new();
    while batch.len() < BATCH_SIZE {
        let next = match run.client().await {
            Ok(client) => job.source.next(client).await,
            Err(error) => Err(error),
        };
        match next {
            Ok(Some(row)) => {
                outcome.counts.read += 1;
                batch.insert(row.text("customer_id").unwrap_or_default(), row);
            }
            Ok(None) => break,
            Err(error) => return Err((batch, error)),
        }
    }
    Ok(batch)
}

/// Writes a batch in one transaction; when the database refuses it, the whole batch is skipped and named.
fn write(
    run: &mut Run<'_, '_>,
    batch: &Batch,
    outcome: &mut ConnectorOutcome,
    newest: &mut Option<Timestamp>,
) -> Result<(), CrmError> {
    if batch.is_empty() {
        return Ok(());
    }
    let scope = run.scope();
    let mut tried = outcome.clone();
    let mut seen = *newest;
    let result: Result<(), CrmError> = run.crm.transaction(|crm| {
        for row in batch.values() {
            seen = seen.max(import(crm, &scope, row, &mut tried)?);
        }
        Ok(())
    });
    match result {
        Ok(()) => {
            *outcome = tried;
            *newest = seen;
            Ok(())
        }
        Err(error) if error.is_duplicate() => {
            let ids: Vec<&str> = batch.keys().map(String::as_str).collect();
            outcome.warnings.push(format!("Following customers were not imported: {}", ids.join(", ")));
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Asks for the details of each customer of a batch, by ascending id, and imports them; one that fails is logged.
async fn load_details(
    run: &mut Run<'_, '_>,
    batch: &Batch,
    outcome: &mut ConnectorOutcome,
    newest: &mut Option<Timestamp>,
) -> Result<(), CrmError> {
    let mut ids: Vec<i64> = batch.keys().filter_map(|id| id.parse().ok()).collect();
    ids.sort_unstable();
    let mut details = Batch::new();
    for id in ids {
        let bridge = run.bridge.clone();
        let answer = match run.client().await {
            Ok(client) => native_details(client, id, &bridge).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(row) => {
                details.insert(id.to_string(), row);
            }
            Err(error) => outcome.warnings.push(format!("customer {id}: details are missing: {error}")),
        }
    }
    // The details belong to rows that are counted already.
    let counted = outcome.counts;
    write(run, &details, outcome, newest)?;
    outcome.counts = crate::sync::outcome::Counts { invalid: outcome.counts.invalid, ..counted };
    Ok(())
}

/// Imports one row inside the caller's transaction; gives its `updatedAt`.
pub(in crate::sync) fn import(
    crm: &mut Crm,
    scope: &Scope,
    row: &SoapStruct,
    outcome: &mut ConnectorOutcome,
) -> Result<Option<Timestamp>, CrmError> {
    let record = match convert::customer::customer(row, &scope.quirks) {
        Ok(record) => record,
        Err(error) => {
            outcome.skip_row(format!("customer {}: {error}", row.text("customer_id").unwrap_or_default()));
            return Ok(None);
        }
    };
    write_record(crm, scope, record, outcome)
}

/// Writes a converted customer with the addresses it speaks of.
pub(in crate::sync) fn write_record(
    crm: &mut Crm,
    scope: &Scope,
    mut record: Record,
    outcome: &mut ConnectorOutcome,
) -> Result<Option<Timestamp>, CrmError> {
    let updated_at = match record.value("updatedAt") {
        Some(CrmValue::DateTime(at)) => Some(*at),
        _ => None,
    };
    let number = outcome.counts.read;
    let addresses = record.rows.shift_remove("addresses");
    let fields = scope.fields(crm, &record, number, &mut outcome.warnings)?;
    let existing = find_existing(crm, scope, &fields)?;
    let existing_addresses = match &existing {
        Some(row) => crm.find(Entity::CustomerAddress, &[("owner", row.id.into())])?,
        None => Vec::new(),
    };
    let addresses = match addresses {
        Some(records) => Some(
            records
                .into_iter()
                .map(|record| address_fields(crm, scope, record, number, &mut outcome.warnings))
                .collect::<Result<Vec<_>, _>>()?,
        ),
        None => None,
    };
    let import = CustomerImport { fields, addresses };
    let found = Existing { customer: existing.as_ref(), addresses: &existing_addresses };
    let changes = strategy::customer::customer(import, found, &scope.quirks);
    let root = scope.apply(crm, changes, &mut outcome.counts)?;
    if let (None, Some(id)) = (&existing, root) {
        crm.customer_created(id)?;
    }
    Ok(updated_at)
}

/// The fields of an address, its region settled by the dictionary.
pub(in crate::sync) fn address_fields(
    crm: &Crm,
    scope: &Scope,
    mut record: Record,
    number: usize,
    warnings: &mut Vec<String>,
) -> Result<Fields, CrmError> {
    let region = match record.link("region") {
        Some(id) => scope.region_facts(crm, id)?,
        None => None,
    };
    resolve_region(&mut record, region.as_ref(), AddressKind::Customer, &scope.quirks);
    scope.fields(crm, &record, number, warnings)
}

/// By origin id; else a row of the same e-mail and website that has none: a guest, or a customer made in the CRM.
fn find_existing(crm: &Crm, scope: &Scope, fields: &Fields) -> Result<Option<Row>, CrmError> {
    if let Some(origin_id) = fields.int("originId")
        && let Some(row) = scope.by_origin(crm, Entity::Customer, origin_id)?
    {
        return Ok(Some(row));
    }
    let (Some(email), Some(website)) = (fields.text("email"), fields.link("website")) else { return Ok(None) };
    crm.find_one(
        Entity::Customer,
        &[
            ("channel", scope.channel.0.into()),
            ("email", email.into()),
            ("website", RowId(website.0).into()),
            ("originId", CrmValue::Null),
        ],
    )
}

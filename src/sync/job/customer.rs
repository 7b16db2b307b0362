//! Customers: batches of 25, and with the native API the details of each after its batch (sync spec 4.8 and 5.6).

use indexmap::IndexMap;
use jiff::Timestamp;

use super::{BATCH_SIZE, Job, Mark};
use crate::client::ClientError;
use crate::crm::{Crm, CrmError, CrmValue, Entity, Fields, Row, RowId};
use crate::soap::SoapStruct;
use crate::sync::connector::customer::native_details;
use crate::sync::context::SyncEvent;
use crate::sync::convert::{self, Record};
use crate::sync::driver::Run;
use crate::sync::outcome::{ConnectorOutcome, Counts, RunStatus};
use crate::sync::store::Scope;
use crate::sync::strategy::address::{AddressKind, resolve_region};
use crate::sync::strategy::customer::{CustomerImport, Existing};
use crate::sync::strategy::{self};
use crate::sync::window;

/// Which rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    /// Full records of a list.
    List,
    /// Bare records of a list; their details come next.
    BeforeDetails,
    /// Details of rows that were counted already.
    Details,
}

/// What a run has come to so far.
#[derive(Clone, Debug)]
struct Tally {
    outcome: ConnectorOutcome,
    /// The newest `updatedAt` seen.
    newest: Option<Timestamp>,
}

/// Runs one stream of customers to its end and records the run, in the transaction of its last batch.
pub(in crate::sync) async fn run(run: &mut Run<'_, '_>, mut job: Job) -> Result<ConnectorOutcome, CrmError> {
    let mut tally = Tally { outcome: ConnectorOutcome::new(job.connector, job.kind), newest: None };
    loop {
        let (batch, failure) = next_batch(run, &mut job, &mut tally.outcome).await;
        if let Some(error) = failure {
            // What was read before the failure is not lost; the bookmark stays, so it comes again with the rest.
            write(run, &batch, Pass::List, &mut tally, None)?;
            tally.outcome.fail(error.to_string());
            let scope = run.scope();
            run.crm.transaction(|crm| scope.record(crm, &mut tally.outcome, Mark::None, tally.newest))?;
            return Ok(tally.outcome);
        }
        let end = (batch.len() < BATCH_SIZE).then_some(&job);
        if run.bridge.is_supported() {
            write(run, &batch, Pass::List, &mut tally, end)?;
        } else {
            write(run, &batch, Pass::BeforeDetails, &mut tally, None)?;
            let details = load_details(run, &batch, &mut tally.outcome).await;
            write(run, &details, Pass::Details, &mut tally, end)?;
        }
        if !batch.is_empty() {
            (run.events)(SyncEvent::BatchWritten { connector: job.connector, rows: batch.len() });
        }
        if end.is_some() {
            return Ok(tally.outcome);
        }
        if run.stop.is_set() {
            tally.outcome.status = RunStatus::Skipped;
            return Ok(tally.outcome);
        }
    }
}

type Batch = IndexMap<String, SoapStruct>;

/// Up to 25 rows; a customer that comes twice is taken as it came last. With a failure comes what was read before it.
async fn next_batch(
    run: &mut Run<'_, '_>,
    job: &mut Job,
    outcome: &mut ConnectorOutcome,
) -> (Batch, Option<ClientError>) {
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
            Err(error) => return (batch, Some(error)),
        }
    }
    (batch, None)
}

/// Writes a batch in one transaction, and the end of the run with it when it is the last. When the database refuses the
/// rows, the whole batch is skipped and named, and the end is recorded without it.
fn write(
    run: &mut Run<'_, '_>,
    batch: &Batch,
    pass: Pass,
    tally: &mut Tally,
    end: Option<&Job>,
) -> Result<(), CrmError> {
    let scope = run.scope();
    let mut done = tally.clone();
    match run.crm.transaction(|crm| write_rows(crm, &scope, batch, pass, &mut done, end)) {
        Ok(()) => *tally = done,
        Err(error) if error.is_duplicate() && !batch.is_empty() => {
            let ids: Vec<&str> = batch.keys().map(String::as_str).collect();
            tally.outcome.warnings.push(format!("Following customers were not imported: {}", ids.join(", ")));
            run.crm.transaction(|crm| write_rows(crm, &scope, &Batch::new(), pass, tally, end))?;
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

fn write_rows(
    crm: &mut Crm,
    scope: &Scope,
    batch: &Batch,
    pass: Pass,
    tally: &mut Tally,
    end: Option<&Job>,
) -> Result<(), CrmError> {
    let counted = tally.outcome.counts;
    for row in batch.values() {
        tally.newest = tally.newest.max(import(crm, scope, row, &mut tally.outcome)?);
    }
    if pass != Pass::BeforeDetails {
        discover(crm, scope, batch)?;
    }
    if pass == Pass::Details {
        tally.outcome.counts = Counts { invalid: tally.outcome.counts.invalid, ..counted };
    }
    let Some(job) = end else { return Ok(()) };
    let item = window::last_item_date(job.start, tally.newest, scope.now);
    scope.record(crm, &mut tally.outcome, job.mark, item)
}

/// Gives every customer of a batch that has none an account and a contact, once its addresses are there: the reference
/// client does so in the background, after the import (sync spec 7.1, 7.2).
fn discover(crm: &mut Crm, scope: &Scope, batch: &Batch) -> Result<(), CrmError> {
    for id in batch.keys().filter_map(|id| id.parse().ok()) {
        if let Some(row) = scope.by_origin(crm, Entity::Customer, id)?
            && row.fields.link("account").is_none()
        {
            crm.customer_created(row.id)?;
        }
    }
    Ok(())
}

/// The details of each customer of a batch, asked for by ascending id; one that fails is logged.
async fn load_details(run: &mut Run<'_, '_>, batch: &Batch, outcome: &mut ConnectorOutcome) -> Batch {
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
            // The bare record goes through once more, so that an account is found for it all the same.
            Err(error) => {
                outcome.warnings.push(format!("customer {id}: details are missing: {error}"));
                details.extend(batch.get_key_value(&id.to_string()).map(|(id, row)| (id.clone(), row.clone())));
            }
        }
    }
    details
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
    scope.apply(crm, changes, &mut outcome.counts)?;
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

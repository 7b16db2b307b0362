//! A dry run: the real sync through a transport that only reads, into a copy of the CRM, ending in a plan. The one way to one,
//! for the command line, scenarios and Rust tests alike; where the copy comes from and what is printed is theirs.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Material, Plan, Walk};
use crate::client::ReadOnlyTransport;
use crate::client::read_only::Meter;
use crate::clock::Clock;
use crate::crm::{Crm, CrmError, IntegrationId};
use crate::quirk::Quirks;
use crate::sync::context::{SyncContext, SyncEvent, SyncOptions};
use crate::sync::driver;
use crate::sync::error::SyncError;
use crate::sync::outcome::{ExportResult, SyncOutcome};
use crate::sync::write::{MagentoWrite, Writes};

/// What is planned, and with what.
pub struct DryRun<'a> {
    /// The CRM as it is.
    pub before: &'a Crm,
    /// The copy that is synced into.
    pub after: &'a mut Crm,
    /// The integration, in both.
    pub integration: IntegrationId,
    /// The way to Magento; nothing that may write leaves it.
    pub transport: Arc<ReadOnlyTransport>,
    /// The one source of time.
    pub clock: Clock,
    /// Which misbehaviours of the reference client are wanted.
    pub quirks: Quirks,
    /// What kind of sync is planned. Edits that wait go first, and nothing is written, whatever it says.
    pub options: SyncOptions,
    /// After about so many rows it stops.
    pub rows_max: Option<usize>,
    /// Why it ended before it was through.
    pub ended: Ended,
    /// What an interrupted dry run of the same question has found out.
    pub so_far: SoFar,
    /// Told of progress as it happens.
    pub progress: &'a mut (dyn FnMut(&SyncEvent, &SoFar) + Send),
}

/// What a dry run knows besides the two CRMs.
#[derive(Clone, Debug, Default)]
pub struct SoFar {
    /// The calls that were made so far.
    pub calls: Meter,
    /// What would be written to Magento.
    pub writes: Vec<MagentoWrite>,
    /// Edits that would not reach Magento, and why.
    pub export_failures: Vec<String>,
    /// Rows read in this run.
    pub rows: usize,
}

/// Why a dry run ended before it was through; the first reason stays.
#[derive(Clone, Debug, Default)]
pub struct Ended(Arc<Mutex<Option<String>>>);

impl Ended {
    /// Notes a reason why the dry run ended early.
    pub fn by(&self, reason: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| reason.into());
    }

    /// The reason, if it ended early.
    pub fn reason(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The end of a dry run.
#[derive(Debug)]
pub struct Planned {
    /// The plan; its caller names the shop and adds warnings.
    pub plan: Plan,
    /// How the sync into the copy ended.
    pub outcome: SyncOutcome,
    /// What was found out besides.
    pub so_far: SoFar,
}

/// Why a dry run could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DryRunError {
    /// The CRM file or its copy cannot be read or written.
    #[error(transparent)]
    Crm(#[from] CrmError),
    /// The sync could not run at all.
    #[error(transparent)]
    Sync(#[from] SyncError),
}

/// Plans a sync.
///
/// # Errors
/// [`DryRunError`]; connectors that fail are in the plan and in the outcome.
pub async fn dry_run(asked: DryRun<'_>) -> Result<Planned, DryRunError> {
    let DryRun { before, after, integration, transport, clock, quirks, options, rows_max, ended, mut so_far, progress } =
        asked;
    let stop = options.stop.clone();
    let calls = so_far.calls.clone();
    let meter = Arc::clone(&transport);
    let counted = |so_far: &mut SoFar| {
        so_far.calls = calls.clone();
        so_far.calls.join(meter.meter());
    };
    let mut events = |event: SyncEvent| {
        so_far.hear(&event);
        counted(&mut so_far);
        progress(&event, &so_far);
        if rows_max.is_some_and(|most| so_far.rows >= most) {
            ended.by(format!("{} rows were read", so_far.rows));
            stop.stop();
        }
    };
    let options = SyncOptions { writes: Writes::Plan, exports_first: true, ..options };
    let mut context =
        SyncContext { crm: &mut *after, transport, clock: clock.clone(), quirks, events: &mut events, options };
    let outcome = driver::sync(&mut context, integration).await?;
    counted(&mut so_far);
    let walk = Walk { now: clock.now() };
    let mut plan = Plan::make(Material { before, after, integration, walk, calls: so_far.calls.clone() })?;
    let failed: Vec<&str> =
        outcome.connectors.iter().filter(|done| !done.is_ok()).map(|done| done.connector.name()).collect();
    plan.ended_by =
        ended.reason().or((!failed.is_empty()).then(|| format!("{} did not come through", failed.join(", "))));
    plan.complete = plan.ended_by.is_none();
    merge_created(&mut plan, &so_far.writes);
    plan.writes.clone_from(&so_far.writes);
    plan.export_failures.clone_from(&so_far.export_failures);
    Ok(Planned { plan, outcome, so_far })
}

/// A row that Magento is to create takes over the record's key in the sync itself; the copy was not told of one.
fn merge_created(plan: &mut Plan, writes: &[MagentoWrite]) {
    for write in writes.iter().filter(|write| write.origin_id.is_none()) {
        let of = plan.entities.iter_mut().find(|entity| entity.entity == write.entity && entity.updated > 0);
        if let Some(entity) = of {
            entity.updated -= 1;
            entity.merged += 1;
        }
    }
}

/// What the edits that wait would write to Magento, tried out on a copy of the CRM.
///
/// # Errors
/// As [`dry_run`].
pub async fn planned_exports(
    copy: &mut Crm,
    integration: IntegrationId,
    transport: Arc<ReadOnlyTransport>,
    clock: Clock,
    quirks: Quirks,
) -> Result<SoFar, SyncError> {
    let mut so_far = SoFar::default();
    let mut events = |event: SyncEvent| so_far.hear(&event);
    let options = SyncOptions { writes: Writes::Plan, ..SyncOptions::default() };
    let mut context = SyncContext { crm: copy, transport, clock, quirks, events: &mut events, options };
    driver::export_pending(&mut context, integration).await?;
    Ok(so_far)
}

impl SoFar {
    /// What an event adds.
    fn hear(&mut self, event: &SyncEvent) {
        match event {
            SyncEvent::BatchWritten { rows, .. } => self.rows += rows,
            SyncEvent::Writing { write } => self.writes.push(write.clone()),
            SyncEvent::Exported { outcome } => {
                let about = format!("{} {}", outcome.entity, outcome.origin_id.unwrap_or_default());
                match &outcome.result {
                    ExportResult::Failed { reason } | ExportResult::Skipped { reason } => {
                        self.export_failures.push(format!("{about}: {reason}"));
                    }
                    ExportResult::Removed => self.export_failures.push(format!("{about}: it is gone in Magento")),
                    ExportResult::Created | ExportResult::Updated | ExportResult::Unchanged | ExportResult::Planned => {
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::OriginId;

    #[test]
    fn the_first_reason_of_an_end_stays() {
        let ended = Ended::default();
        assert_eq!(ended.reason(), None);
        ended.by("rows");
        ended.by("time");
        assert_eq!(ended.reason().as_deref(), Some("rows"));
    }

    #[test]
    fn what_would_be_written_is_kept() {
        let write = MagentoWrite {
            entity: "customer".to_owned(),
            operation: "customerCustomerUpdate".to_owned(),
            origin_id: Some(OriginId(7)),
            changes: Vec::new(),
            conflicts: Vec::new(),
        };
        let mut so_far = SoFar::default();
        so_far.hear(&SyncEvent::Writing { write: write.clone() });
        assert_eq!(so_far.writes, [write]);
    }
}

//! One sync from beginning to end: edits that wait, dictionaries, incremental connectors, the initial walk (sync spec
//! 4.3). What each part decides by is pure and stands elsewhere.

use jiff::Timestamp;

use super::bookmark::Mark;
use super::connector::{Connector, ConnectorKind};
use super::context::{SyncContext, SyncEvent, SyncPart};
use super::error::{CallError, SyncError};
use super::job;
use super::outcome::{ConnectorOutcome, RunKind, RunStatus, SyncOutcome};
use super::run::Run;
use super::scope::Scope;
use super::stream::{Dictionary, Rules};
use super::two_way;
use super::write::Writes;
use crate::crm::{Crm, CrmError, IntegrationId, StatusCode};
use crate::quirk::{Quirk, Quirks};
use crate::soap::SoapStruct;

/// Runs one sync of an integration.
///
/// # Errors
/// [`SyncError`] when it cannot run at all. Connectors that fail are results: see [`SyncOutcome`].
pub async fn sync(context: &mut SyncContext<'_>, id: IntegrationId) -> Result<SyncOutcome, SyncError> {
    let mut outcome = parts(context, id).await?;
    outcome.waiting_edits = two_way::waiting_edits(context.crm, id, &outcome.exports)?;
    if context.options.writes == Writes::Plan {
        two_way::settle_planned(context.crm, id)?;
    }
    Ok(outcome)
}

async fn parts(context: &mut SyncContext<'_>, id: IntegrationId) -> Result<SyncOutcome, SyncError> {
    let options = context.options.clone();
    if options.force {
        forget_progress(context.crm, id, &context.quirks)?;
    }
    let mut run = Run::open(context, id)?;
    let mut outcome = SyncOutcome::default();
    run.find_bridge().await?;
    outcome.notices.extend(run.unused_connectors());
    // The reference client exports in the background, right after an edit was saved. An edit that waits still when a sync
    // begins is overwritten by its import.
    let import_first = run.quirks.has(Quirk::ImportOverwritesPendingEdits) && !options.exports_first;
    let connectors = run.connectors();
    let of = |kind: ConnectorKind| connectors.iter().copied().filter(move |c| c.kind() == kind).collect::<Vec<_>>();
    if options.part == SyncPart::Initial {
        let start = run.initial_start().await?;
        run.is_incomplete |= run.lacks_dictionary()?;
        let initial = of(ConnectorKind::Initial);
        run.initial(&initial, start, &mut outcome).await?;
        run.note_walks(&initial, start, &mut outcome)?;
        outcome.interrupted = run.stop.is_set();
        return Ok(outcome);
    }
    if !import_first {
        outcome.exports = two_way::export_all(&mut run).await?;
    }
    for connector in of(ConnectorKind::Dictionary) {
        run.dictionary(connector, &mut outcome).await?;
    }
    // In every profile a failed dictionary does not stop the run, and rows of stores it lacks have none.
    let may_go_on =
        outcome.connectors.iter().all(ConnectorOutcome::is_ok) || run.quirks.has(Quirk::DictionaryFailuresIgnored);
    if !may_go_on || run.stop.is_set() {
        outcome.interrupted = run.stop.is_set();
        return Ok(outcome);
    }
    let start = run.initial_start().await?;
    run.note_times(&mut outcome).await?;
    let wanted = |connector: &Connector| options.only_connector.is_none_or(|only| only == *connector);
    let incremental: Vec<_> = of(ConnectorKind::Incremental).into_iter().filter(wanted).collect();
    run.incremental(&incremental, start, &mut outcome).await?;
    let initial = of(ConnectorKind::Initial);
    if options.part == SyncPart::Whole {
        run.initial(&initial, start, &mut outcome).await?;
        run.note_walks(&initial, start, &mut outcome)?;
    } else {
        outcome.initial_due = run.initial_is_due(&initial, start)?;
    }
    if import_first {
        outcome.exports = two_way::export_all(&mut run).await?;
    }
    outcome.interrupted = run.stop.is_set();
    Ok(outcome)
}

/// Exports the edits that wait, and nothing else: what the reference client does right after an edit was saved, if the
/// integration is active then.
///
/// # Errors
/// As [`sync`].
pub async fn export_pending(context: &mut SyncContext<'_>, id: IntegrationId) -> Result<SyncOutcome, SyncError> {
    let mut run = Run::open(context, id)?;
    run.find_bridge().await?;
    let exports = two_way::export_all(&mut run).await?;
    Ok(SyncOutcome { exports, ..SyncOutcome::default() })
}

/// A forced re-sync ignores what the connectors remember and walks again (sync spec 4.3).
///
/// The walk reads what was created since the sync start date. Who is older and is in the CRM all the same, for an order of theirs,
/// comes with the list of changes only, so up to when that was read is not forgotten; the reference client forgets it.
fn forget_progress(crm: &mut Crm, id: IntegrationId, quirks: &Quirks) -> Result<(), CrmError> {
    let forgets_changes = quirks.has(Quirk::FullSyncForgetsChanges);
    crm.transaction(|crm| {
        for connector in Connector::ALL.iter().filter(|connector| connector.stream().supports_force()) {
            crm.skip_statuses(id, connector.name())?;
            if forgets_changes || connector.kind() == ConnectorKind::Initial {
                crm.clear_bookmark(id, connector.name())?;
            }
        }
        crm.set_initial_sync_start_date(id, None)
    })
}

impl Run<'_, '_> {
    async fn dictionary(&mut self, connector: Connector, outcome: &mut SyncOutcome) -> Result<(), SyncError> {
        let Rules::Dictionary(rules) = connector.stream().rules() else { return Ok(()) };
        let mut done = ConnectorOutcome::new(connector, RunKind::Dictionary);
        let scope = self.scope();
        if self.is_fresh(connector, rules, &scope)? {
            // The interval counts from the last completed record.
            if self.quirks.has(Quirk::RegionsNeverAgain) {
                scope.record(self.crm, &mut done, Mark::None, None)?;
            }
            done.status = RunStatus::Skipped;
            self.finished(done, outcome);
            return Ok(());
        }
        (self.events)(SyncEvent::ConnectorStarted { connector });
        match self.dictionary_rows(rules).await {
            Ok(rows) => job::dictionary::import(self.crm, &scope, rules, &rows, &mut done)?,
            Err(error) => {
                self.is_incomplete = true;
                done.fail(error.to_string());
            }
        }
        scope.record(self.crm, &mut done, Mark::None, None)?;
        self.finished(done, outcome);
        Ok(())
    }

    async fn dictionary_rows(&mut self, rules: &Dictionary) -> Result<Vec<SoapStruct>, CallError> {
        let (bridge, quirks) = (self.bridge.clone(), self.quirks.clone());
        let page_size = self.integration.settings.page_size;
        (rules.ask)(self.client().await?, &bridge, page_size, &quirks).await
    }

    /// Whether a dictionary's last run failed: the walk is a job of its own and reads none.
    fn lacks_dictionary(&self) -> Result<bool, CrmError> {
        let statuses = self.crm.statuses(self.integration.id)?;
        let failed = |connector: &&Connector| {
            let last = statuses.iter().rev().find(|status| status.connector == connector.name());
            last.is_some_and(|status| status.code == StatusCode::Failed)
        };
        let mut dictionaries = Connector::ALL.iter().filter(|connector| connector.kind() == ConnectorKind::Dictionary);
        Ok(dictionaries.any(|connector| failed(&connector)))
    }

    /// Whether a dictionary is not to be asked for again yet: regions within a day (sync spec 5.5).
    fn is_fresh(&self, connector: Connector, rules: &Dictionary, scope: &Scope) -> Result<bool, CrmError> {
        let Some(interval) = rules.interval else { return Ok(false) };
        let last = self.crm.last_completed_status(self.integration.id, connector.name())?;
        let younger = |at: Timestamp| scope.now.duration_since(at) < interval;
        Ok(last.is_some_and(|status| younger(status.date)))
    }
}

//! What there was before the first sync: backwards from its start to the sync start date, all streams in step, and at the
//! end the newsletter. The first failure ends the walk, and the next sync resumes it (sync spec 4.7 and 4.9).

use jiff::Timestamp;

use super::behind::Behind;
use super::bookmark::Mark;
use super::connector::source::RowSource;
use super::connector::{Connector, subscribers};
use super::context::SyncEvent;
use super::error::{CallError, SyncError};
use super::job::{self, Job};
use super::outcome::{ConnectorOutcome, RunKind, SyncOutcome};
use super::run::Run;
use super::stream::{Changes, Listed, newsletter};
use super::window::{self, Progress};
use crate::soap::SoapValue;

impl Run<'_, '_> {
    pub(super) async fn initial(
        &mut self,
        connectors: &[Connector],
        initial_start: Timestamp,
        outcome: &mut SyncOutcome,
    ) -> Result<(), SyncError> {
        let changes = |connector: &Connector| connector.stream().listed().map(|rules| rules.changes);
        let is_newsletter = |connector: &&Connector| changes(connector) == Some(Changes::Newsletter);
        let walking: Vec<Connector> = connectors.iter().filter(|c| !is_newsletter(c)).copied().collect();
        let mut walked = self.walk(&walking, initial_start).await?;
        let came_through = walked.iter().all(ConnectorOutcome::is_ok) && !self.stop.is_set();
        let arrived = came_through && !self.initial_is_due(&walking, initial_start)?;
        if let Some(newsletter) = connectors.iter().find(is_newsletter).filter(|_| arrived) {
            walked.extend(self.first_subscribers(*newsletter).await?);
        }
        for done in walked {
            self.finished(done, outcome);
        }
        Ok(())
    }

    /// Notes the walks that came through and are not at their end, as when a window is to be read again.
    pub(super) fn note_walks(
        &self,
        connectors: &[Connector],
        start: Timestamp,
        outcome: &mut SyncOutcome,
    ) -> Result<(), SyncError> {
        let of = self.sync_start()?;
        let walks = |connector: &&Connector| {
            connector.stream().listed().is_some_and(|rules| rules.changes != Changes::Newsletter)
        };
        for connector in connectors.iter().filter(walks) {
            let synced_to = self.scope().progress(self.crm, *connector, start)?.bookmark;
            if window::is_initial_due(synced_to, of) {
                outcome.behind.push(Behind { connector: *connector, synced_to, of });
            }
        }
        Ok(())
    }

    /// Whether there is a walk to make: the connector that is furthest from the sync start date decides (sync spec 4.3).
    pub(super) fn initial_is_due(&self, connectors: &[Connector], start: Timestamp) -> Result<bool, SyncError> {
        let sync_start = self.sync_start()?;
        for connector in connectors {
            let progress = self.scope().progress(self.crm, *connector, start)?;
            if window::is_initial_due(progress.bookmark, sync_start) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// One window of each stream in turn until all have come to the start date; the outcome of each stream.
    async fn walk(
        &mut self,
        connectors: &[Connector],
        initial_start: Timestamp,
    ) -> Result<Vec<ConnectorOutcome>, SyncError> {
        let sync_start = self.sync_start()?;
        let mut totals: Vec<ConnectorOutcome> = Vec::new();
        loop {
            let mut progressed = false;
            let mut comes_again = false;
            for connector in connectors {
                let Some(rules) = connector.stream().listed() else { continue };
                let progress = self.scope().progress(self.crm, *connector, initial_start)?;
                if self.stop.is_set() || !window::is_initial_due(progress.bookmark, sync_start) {
                    continue;
                }
                progressed = true;
                let done = self.created_in_window(*connector, rules, progress, sync_start).await?;
                let failed = !done.is_ok();
                comes_again |= done.bookmark.is_none();
                add(&mut totals, done);
                if failed {
                    return Ok(totals);
                }
            }
            // A window that is to be read again is left to the next sync: what failed is not asked for again in this one.
            if !progressed || comes_again {
                return Ok(totals);
            }
        }
    }

    async fn created_in_window(
        &mut self,
        connector: Connector,
        rules: &'static Listed,
        progress: Progress,
        sync_start: Timestamp,
    ) -> Result<ConnectorOutcome, SyncError> {
        let window = window::initial(progress, sync_start, &self.quirks);
        (self.events)(SyncEvent::WindowOpened { connector, window });
        let call = match self.list_call(rules).await {
            Ok(call) => call,
            Err(error) => return Ok(self.failed(connector, RunKind::Initial, &error)?),
        };
        let dates = Some(("created_at", window));
        let source =
            if call.paged { RowSource::pages(call, dates, &self.quirks) } else { RowSource::once(call, dates) };
        let mark = Mark::At(window::initial_bookmark(progress.bookmark, sync_start));
        let source = source.asking_ahead(self.asks_ahead);
        Ok(job::run(self, Job { connector, rules, kind: RunKind::Initial, source, mark, start: None }).await?)
    }

    /// All subscribers below the cursor, newest first; nothing when that was done before.
    async fn first_subscribers(&mut self, connector: Connector) -> Result<Option<ConnectorOutcome>, SyncError> {
        let last = self.crm.last_completed_status(self.integration.id, connector.name())?;
        if last.is_some_and(|status| !status.is_skipped()) {
            return Ok(None);
        }
        self.started(connector);
        let mark = Mark::At(self.sync_start()?);
        let kind = RunKind::Initial;
        let rules = &newsletter::RULES;
        let stored = self.crm.newsletter_synced_to(self.integration.id)?;
        let done = match self.subscribers_below_cursor(rules, stored).await {
            Ok(source) => job::run(self, Job { connector, rules, kind, source, mark, start: None }).await?,
            Err(error) => self.failed(connector, kind, &error)?,
        };
        Ok(Some(done))
    }

    /// The cursor is the stored one, else one past the newest subscriber, whom a list of one names (vectors 45 and 68).
    async fn subscribers_below_cursor(&mut self, rules: &Listed, stored: Option<i64>) -> Result<RowSource, CallError> {
        let call = self.list_call(rules).await?;
        let bound = match stored {
            Some(id) => Some(id),
            None => {
                let probe = subscribers::newest_subscriber(&call);
                let rows = self.client().await?.call_list(call.operation, probe).await?;
                let newest = rows.first().and_then(|row| row.get("subscriber_id")).and_then(SoapValue::to_int);
                newest.map(|id| id + 1)
            }
        };
        Ok(subscribers::subscribers_below(call, bound, &self.quirks))
    }
}

/// Adds a window's outcome to its connector's.
fn add(totals: &mut Vec<ConnectorOutcome>, done: ConnectorOutcome) {
    match totals.iter_mut().find(|total| total.connector == done.connector) {
        Some(total) => total.add(done),
        None => totals.push(done),
    }
}

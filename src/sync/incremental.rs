//! What changed since the bookmarks: every incremental connector once, one that fails does not stop the next (sync spec
//! 4.4).

use jiff::Timestamp;

use super::behind::Behind;
use super::bookmark::{BEHIND, Mark};
use super::connector::source::RowSource;
use super::connector::{Connector, subscribers};
use super::context::SyncEvent;
use super::error::{CallError, SyncError};
use super::job::{self, Job};
use super::outcome::{ConnectorOutcome, RunKind, SyncOutcome};
use super::run::Run;
use super::stream::{Changes, Listed};
use super::window::{self, NativeWindows, Progress};
use crate::quirk::Quirk;

/// What an incremental connector asks for, and up to when.
struct Question {
    source: RowSource,
    start: Timestamp,
    until: Timestamp,
    /// The server's time, or the local clock when it is unknown.
    now: Timestamp,
}

impl Run<'_, '_> {
    pub(super) async fn incremental(
        &mut self,
        connectors: &[Connector],
        initial_start: Timestamp,
        outcome: &mut SyncOutcome,
    ) -> Result<(), SyncError> {
        let mut all_ok = true;
        for connector in connectors {
            let Some(rules) = connector.stream().listed() else { continue };
            if self.stop.is_set() {
                return Ok(());
            }
            self.started(*connector);
            let mut progress = self.scope().progress(self.crm, *connector, initial_start)?;
            let mut done = self.changed_since(*connector, rules, progress, all_ok).await?;
            // Without the quirk a connector that is behind catches up in one run.
            while done.is_ok() && !self.quirks.has(Quirk::OneWindowPerRun) && !self.stop.is_set() {
                let next = self.scope().progress(self.crm, *connector, initial_start)?;
                if next.bookmark <= progress.bookmark || next.bookmark >= self.clock.now() {
                    break;
                }
                progress = next;
                let next = self.changed_since(*connector, rules, progress, all_ok).await?;
                done.add(next);
            }
            all_ok &= done.is_ok();
            if done.is_ok()
                && let Some(behind) = self.behind(*connector, initial_start).await?
            {
                outcome.behind.push(behind);
            }
            self.finished(done, outcome);
        }
        Ok(())
    }

    /// How far a connector that came through is from the shop's time; clocks of web nodes may differ a little.
    async fn behind(&mut self, connector: Connector, initial_start: Timestamp) -> Result<Option<Behind>, SyncError> {
        let now = self.now_there().await;
        let synced_to = self.scope().progress(self.crm, connector, initial_start)?.bookmark;
        if now.duration_since(synced_to) <= window::MISTIMING {
            return Ok(None);
        }
        let behind = Behind { connector, synced_to, of: now };
        let (channel, seconds) = (self.integration.id, behind.by().as_secs());
        self.crm.put_in_last_status(channel, connector.name(), BEHIND, seconds.into())?;
        Ok(Some(behind))
    }

    async fn changed_since(
        &mut self,
        connector: Connector,
        rules: &'static Listed,
        progress: Progress,
        all_ok: bool,
    ) -> Result<ConnectorOutcome, SyncError> {
        let asked = match self.question(connector, rules, progress).await {
            Ok(asked) => asked,
            Err(error) => return Ok(self.failed(connector, RunKind::Incremental, &error)?),
        };
        let withheld = !all_ok && self.quirks.has(Quirk::BookmarkLostAfterOtherConnectorFailed);
        let mark = if withheld {
            Mark::None
        } else if self.quirks.has(Quirk::BookmarkIsEndOfRun) {
            Mark::EndOfRun { bookmark: progress.bookmark }
        } else {
            Mark::At(window::update_bookmark(progress.bookmark, asked.until, asked.now, &self.quirks))
        };
        let kind = RunKind::Incremental;
        let source = asked.source.asking_ahead(self.asks_ahead);
        let job = Job { connector, rules, kind, source, mark, start: Some(asked.start) };
        Ok(job::run(self, job).await?)
    }

    /// The list of changes: one capped window where the bridge lists, window after window where Magento does, everything
    /// since the start for subscribers (sync spec 4.5).
    async fn question(
        &mut self,
        connector: Connector,
        rules: &Listed,
        progress: Progress,
    ) -> Result<Question, CallError> {
        let server_time = self.client().await?.server_time();
        let now = server_time.unwrap_or_else(|| self.clock.now());
        let start = window::update_start(progress);
        let call = self.list_call(rules).await?;
        if rules.changes == Changes::Newsletter {
            let source = subscribers::changed_subscribers(call, start, server_time, &self.quirks);
            return Ok(Question { source, start, until: now, now });
        }
        if call.paged {
            let window = window::bridge_update(start, server_time);
            (self.events)(SyncEvent::WindowOpened { connector, window });
            let source = RowSource::pages(call, Some(("updated_at", window)), &self.quirks);
            return Ok(Question { source, start, until: window.to, now });
        }
        let source = RowSource::windows(call, "updated_at", NativeWindows::new(start, now));
        Ok(Question { source, start, until: now, now })
    }
}

//! What a connector remembers from run to run: where its bookmark stands, and the record of how a run ended (sync spec
//! 4.6).

use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::json;

use super::connector::Connector;
use super::outcome::{ConnectorOutcome, RunKind, RunStatus};
use super::scope::Scope;
use super::window::{self, Progress};
use crate::crm::{Crm, CrmError, StatusCode, StatusRecord};
use crate::quirk::Quirk;

/// Where a bookmark goes once a run is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Nowhere: dictionaries, and the quirk that withholds it.
    None,
    /// Nowhere, and no status is written: a single order.
    Unrecorded,
    /// To a moment known beforehand.
    At(Timestamp),
    /// To the end of the run, one step on from the bookmark at most.
    EndOfRun {
        /// The bookmark before the run.
        bookmark: Timestamp,
    },
}

/// How often in a row a window is read again.
pub(super) const READ_AGAIN_MAX: u64 = 3;
/// Where a status keeps that.
pub(super) const READ_AGAIN: &str = "readAgain";
/// Where the status of a run that came through keeps how many seconds it is from the shop's time, when it is.
pub(super) const BEHIND: &str = "behindSeconds";

impl Scope {
    /// What a connector remembers.
    ///
    /// The reference client keeps the bookmark in the data of the newest completed record; a record without one means
    /// starting over. Fixed, bookmarks are rows of their own.
    pub(super) fn progress(&self, crm: &Crm, connector: Connector, otherwise: Timestamp) -> Result<Progress, CrmError> {
        let last = crm.last_completed_status(self.channel, connector.name())?;
        let bookmark = if self.quirks.has(Quirk::BookmarkLostAfterOtherConnectorFailed) {
            last.as_ref().filter(|status| !status.is_skipped()).and_then(|status| status.date_in("initialSyncedTo"))
        } else {
            crm.bookmark(self.channel, connector.name())?
        };
        Ok(Progress { bookmark: bookmark.unwrap_or(otherwise), completed_before: last.is_some() })
    }

    /// How many runs in a row were incomplete.
    fn read_again(&self, crm: &Crm, connector: Connector) -> Result<u64, CrmError> {
        let last = crm.last_completed_status(self.channel, connector.name())?;
        Ok(last.and_then(|status| status.data.get(READ_AGAIN)?.as_u64()).unwrap_or_default())
    }

    /// Records a finished run: its status, and its bookmark when it has one.
    ///
    /// The reference client takes a window for done although the bridge's ping or a dictionary failed, so that rows lack
    /// what the bridge or the dictionary would have given for ever. Fixed, the bookmark stays and the window is read
    /// again, a few times at most: a role may never be allowed to read a dictionary.
    pub(super) fn record(
        &self,
        crm: &mut Crm,
        outcome: &mut ConnectorOutcome,
        mark: Mark,
        last_item: Option<Timestamp>,
    ) -> Result<(), CrmError> {
        let mut data = IndexMap::new();
        if let Some(at) = last_item {
            data.insert("lastSyncItemDate".to_owned(), json!(iso(at)));
        }
        let to = match mark {
            Mark::None | Mark::Unrecorded => None,
            Mark::At(at) => Some(at),
            Mark::EndOfRun { bookmark } => Some(window::update_bookmark(bookmark, bookmark, self.now, &self.quirks)),
        };
        let is_window = matches!(outcome.kind, RunKind::Initial | RunKind::Incremental);
        let times = if self.is_incomplete && is_window { self.read_again(crm, outcome.connector)? + 1 } else { 0 };
        if times > 0 {
            data.insert(READ_AGAIN.to_owned(), json!(times));
        }
        let is_done = outcome.status == RunStatus::Completed && (times == 0 || times > READ_AGAIN_MAX);
        if let Some(to) = to.filter(|_| is_done) {
            data.insert("initialSyncedTo".to_owned(), json!(iso(to)));
            crm.set_bookmark(self.channel, outcome.connector.name(), to)?;
            outcome.bookmark = Some(to);
        }
        let code = if outcome.is_ok() { StatusCode::Completed } else { StatusCode::Failed };
        let connector = outcome.connector.name().to_owned();
        let record = StatusRecord { connector, code, date: self.now, message: outcome.message(), data };
        crm.add_status(self.channel, &record)
    }
}

/// ISO 8601 with a numeric offset without colon, as status data holds dates (sync spec 4.6).
fn iso(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

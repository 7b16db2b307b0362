//! What a sync did, per connector: counts, warnings and the status message in the reference client's words.

use crate::crm::OriginId;
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::behind::{Behind, NotBegun};
use super::connector::Connector;
use super::left_out::{LeftOut, left_out};
use super::warning::Warning;

/// Which part of a run a connector was run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RunKind {
    /// Full lists of small tables.
    Dictionary,
    /// A window of the walk backwards.
    Initial,
    /// What changed since the bookmark.
    Incremental,
    /// CRM edits going to Magento.
    Export,
}

/// How a connector's run ended (`code` of a status record: 1 and 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RunStatus {
    /// Code 1. Single rows may have been skipped.
    Completed,
    /// The run failed: code 2 of OroCRM's statuses.
    Failed,
    /// Nothing was due: the region interval, or a newsletter walk that is over.
    Skipped,
}

/// One run of one connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConnectorOutcome {
    /// Name with its suffix, such as `customer_initial`.
    pub connector: Connector,
    /// The part of the sync that it was.
    pub kind: RunKind,
    /// Whether the run completed or failed.
    pub status: RunStatus,
    /// Rows and their fates.
    #[serde(flatten)]
    pub counts: Counts,
    /// Skipped rows and unresolved relations, in the order they came.
    pub warnings: Vec<Warning>,
    /// Rows among `invalid` that the connector's rules leave out; nobody is to be warned of them.
    #[serde(skip)]
    pub left_out_by_rule: usize,
    /// Why it failed; empty when it did not.
    pub failures: Vec<String>,
    /// Where the bookmark stands afterwards, when it was moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bookmark: Option<Timestamp>,
}

/// Counters of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows that Magento delivered.
    pub read: usize,
    /// Rows that were new.
    pub added: usize,
    /// Rows of the CRM that existed and were written again.
    pub updated: usize,
    /// Rows of the CRM that were removed.
    pub deleted: usize,
    /// Rows that were not imported, each with a warning.
    pub invalid: usize,
}

impl Counts {
    /// Rows that took effect.
    pub fn processed(&self) -> usize {
        self.added + self.updated + self.deleted
    }
}

impl ConnectorOutcome {
    /// A run that has not done anything yet.
    pub fn new(connector: Connector, kind: RunKind) -> Self {
        Self {
            connector,
            kind,
            status: RunStatus::Completed,
            counts: Counts::default(),
            warnings: Vec::new(),
            left_out_by_rule: 0,
            failures: Vec::new(),
            bookmark: None,
        }
    }

    /// Whether it completed or had nothing to do.
    pub fn is_ok(&self) -> bool {
        self.status != RunStatus::Failed
    }

    /// Records a failure of the whole run.
    pub fn fail(&mut self, reason: impl Into<String>) {
        self.status = RunStatus::Failed;
        self.failures.push(reason.into());
    }

    /// Records a skipped row.
    pub fn skip_row(&mut self, warning: Warning) {
        self.counts.invalid += 1;
        self.warnings.push(warning);
    }

    /// Records a row that the connector's rules leave out.
    pub fn leave_row_out(&mut self) {
        self.counts.invalid += 1;
        self.left_out_by_rule += 1;
    }

    /// Adds the run of a further window of the same connector.
    pub fn add(&mut self, later: Self) {
        let Counts { read, added, updated, deleted, invalid } = later.counts;
        self.counts.read += read;
        self.counts.added += added;
        self.counts.updated += updated;
        self.counts.deleted += deleted;
        self.counts.invalid += invalid;
        self.left_out_by_rule += later.left_out_by_rule;
        self.warnings.extend(later.warnings);
        self.failures.extend(later.failures);
        self.bookmark = later.bookmark.or(self.bookmark);
        if later.status != RunStatus::Completed {
            self.status = later.status;
        }
    }

    /// The status record's message (sync spec 4.6).
    pub fn message(&self) -> String {
        if self.status == RunStatus::Failed {
            return self.failures.join("\n");
        }
        let mut text = self.to_string();
        if !self.warnings.is_empty() {
            text.push_str("\nSome entities were skipped due to warnings:\n");
            let warnings: Vec<String> = self.warnings.iter().map(Warning::to_string).collect();
            text.push_str(&warnings.join("\n"));
        }
        text
    }
}

impl fmt::Display for ConnectorOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = if self.kind == RunKind::Export { "EXPORT" } else { "IMPORT" };
        let Counts { read, added, updated, deleted, invalid } = self.counts;
        let processed = self.counts.processed();
        write!(
            f,
            "[{label}] Stats: read [{read}], processed [{processed}], updated [{updated}], added [{added}], \
             deleted [{deleted}], invalid entities: [{invalid}]"
        )
    }
}

/// Everything one sync did, in the order in which it was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SyncOutcome {
    /// Runs of connectors; an initial connector has one entry per window.
    pub connectors: Vec<ConnectorOutcome>,
    /// Exports of CRM edits.
    pub exports: Vec<ExportOutcome>,
    /// What a person should know that is no failure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
    /// Whether the caller asked to stop and the sync did so at a batch boundary.
    pub interrupted: bool,
    /// Connectors that have not come to the shop's present, or to the end of their walk.
    pub behind: Vec<Behind>,
    /// When the sync start date lies ahead of the shop's time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_begun: Option<NotBegun>,
    /// Rows with edits that wait still, although nothing is in their way that the exports told of.
    #[serde(skip)]
    pub waiting_edits: Vec<LeftOut>,
    /// Whether the initial walk was left out although there is one to make.
    #[serde(skip)]
    pub initial_due: bool,
}

impl SyncOutcome {
    /// Adds what another part of the sync did.
    pub fn join(&mut self, other: SyncOutcome) {
        self.connectors.extend(other.connectors);
        self.exports.extend(other.exports);
        for notice in other.notices {
            if !self.notices.contains(&notice) {
                self.notices.push(notice);
            }
        }
        self.interrupted |= other.interrupted;
        self.behind.extend(other.behind);
        self.not_begun = self.not_begun.or(other.not_begun);
        self.initial_due = other.initial_due;
        self.waiting_edits = other.waiting_edits;
    }

    /// Rows read, added and updated, or which connectors failed.
    pub fn summary(&self) -> String {
        let failed: Vec<&str> =
            self.connectors.iter().filter(|done| !done.is_ok()).map(|done| done.connector.name()).collect();
        if !failed.is_empty() {
            return format!("{} did not come through", failed.join(", "));
        }
        let sum = |of: fn(&ConnectorOutcome) -> usize| self.connectors.iter().map(of).sum::<usize>();
        let (read, added) = (sum(|done| done.counts.read), sum(|done| done.counts.added));
        let mut text = format!("{read} rows read, {added} added, {} updated", sum(|done| done.counts.updated));
        let lacks: usize = self.left_out().iter().filter(|rows| rows.fate.is_lack()).map(|rows| rows.rows).sum();
        if lacks > 0 {
            text.push_str(&format!(", {lacks} refused, unresolved, out of reach or waiting"));
        }
        text
    }

    /// What is not in the CRM as the shop has it.
    pub fn left_out(&self) -> Vec<LeftOut> {
        let mut all = left_out(&self.connectors);
        all.extend(self.waiting_edits.iter().cloned());
        all
    }

    /// Whether nothing was refused, unresolved or out of reach.
    pub fn is_whole(&self) -> bool {
        self.behind.is_empty() && self.not_begun.is_none() && !self.left_out().iter().any(|rows| rows.fate.is_lack())
    }

    /// Whether everything that was tried worked.
    pub fn is_ok(&self) -> bool {
        !self.interrupted
            && self.connectors.iter().all(ConnectorOutcome::is_ok)
            && self.exports.iter().all(|export| !matches!(export.result, ExportResult::Failed { .. }))
    }
}

/// One CRM edit on its way to Magento.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportOutcome {
    /// `customer`, `customerAddress` or `newsletterSubscriber`.
    pub entity: &'static str,
    /// Magento's id, known after a creation too.
    pub origin_id: Option<OriginId>,
    /// What a row without Magento's id is known by: a customer's e-mail address, an address's street.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What became of the edit.
    pub result: ExportResult,
}

impl ExportOutcome {
    /// The record in words: `customer 7`, or `customer ada@example.com` while Magento does not have it.
    pub fn record(&self) -> String {
        match (self.origin_id, &self.name) {
            (Some(id), _) => format!("{} {id}", self.entity),
            (None, Some(name)) => format!("{} {name}", self.entity),
            (None, None) => self.entity.to_owned(),
        }
    }
}

/// What became of an exported edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "result")]
#[non_exhaustive]
pub enum ExportResult {
    /// Magento made a new record.
    Created,
    /// Magento took the changes.
    Updated,
    /// Magento holds it like that already, so nothing was sent.
    Unchanged,
    /// The record is gone in Magento.
    Removed,
    /// Nothing was sent, and why.
    Skipped {
        /// The reason, as a lower-case fragment.
        reason: String,
    },
    /// It would have been sent, but the run only plans or was stopped; it still waits.
    Planned,
    /// Magento or the wire refused it.
    Failed {
        /// Masked text of the failure.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_further_window_adds_all_it_counted_and_has_the_last_word() {
        let counted = |from: usize| {
            let mut outcome = ConnectorOutcome::new(Connector::Customer, RunKind::Incremental);
            outcome.counts =
                Counts { read: from, added: from + 1, updated: from + 2, deleted: from + 3, invalid: from + 4 };
            outcome.left_out_by_rule = from + 5;
            outcome
        };
        let mut whole = counted(10);
        whole.add(counted(100));
        assert_eq!(whole.counts, Counts { read: 110, added: 112, updated: 114, deleted: 116, invalid: 118 });
        assert_eq!((whole.left_out_by_rule, whole.is_ok()), (120, true));
        let mut failed = counted(0);
        failed.fail("the shop does not answer");
        whole.add(failed);
        assert!(!whole.is_ok() && whole.message().contains("the shop does not answer"));
        whole.add(counted(0));
        assert!(!whole.is_ok(), "a later window does not make good what failed");
    }

    #[test]
    fn a_sync_is_whole_when_nothing_lacks() {
        let of = |connector: ConnectorOutcome| SyncOutcome { connectors: vec![connector], ..SyncOutcome::default() };
        let connector = || ConnectorOutcome::new(Connector::Customer, RunKind::Incremental);
        assert!(of(connector()).is_whole());
        let mut refused = connector();
        refused.skip_row(Warning::refused("customer", "7", "bad"));
        assert!(!of(refused).is_whole());
    }

    #[test]
    fn a_message_counts_what_was_processed_and_lists_warnings_after_it() {
        let mut outcome = ConnectorOutcome::new(Connector::Customer, RunKind::Incremental);
        outcome.counts = Counts { read: 5, added: 1, updated: 2, deleted: 0, invalid: 1 };
        outcome.skip_row(Warning::refused("customer", "7", "bad"));
        assert_eq!(
            outcome.message(),
            "[IMPORT] Stats: read [5], processed [3], updated [2], added [1], deleted [0], invalid entities: [2]\n\
             Some entities were skipped due to warnings:\ncustomer 7: bad"
        );
        outcome.fail("no luck");
        assert_eq!(outcome.message(), "no luck");
    }
}

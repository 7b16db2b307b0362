//! One stream's rows on their way into the CRM: gated, collected, written in batches of one transaction, and worked on
//! again once missing relations and details are loaded (sync spec 4.8).

use indexmap::IndexMap;
use jiff::Timestamp;

use super::waiting::{Waiting, fetched_by_id};
use super::{BATCH_SIZE, cart, credit_memo, customer, newsletter, order, post_process};
use crate::crm::{Crm, CrmError};
use crate::soap::SoapStruct;
use crate::sync::connector::{Connector, Stream};
use crate::sync::context::SyncEvent;
use crate::sync::outcome::{ConnectorOutcome, Counts, RunKind};
use crate::sync::run::Run;
use crate::sync::store::Scope;

/// Rows of one batch by their key.
pub(super) type Batch = IndexMap<String, SoapStruct>;

/// What becomes of a row that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    /// It is imported with the next batch.
    Import,
    /// It waits for relations.
    Postpone,
    /// It is left out without a word (carts without contact information).
    Skip,
}

/// How often the rows of a batch have been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// Their only time.
    Only,
    /// Bare rows whose details come next.
    BeforeDetails,
    /// The details of rows that were counted already.
    Details,
}

/// Why a run cannot go on.
#[derive(Debug)]
pub(in crate::sync) enum Stop {
    /// The CRM cannot be read or written at all.
    Crm(CrmError),
    /// The connector has failed; what it says.
    Failed(String),
}

impl From<CrmError> for Stop {
    fn from(error: CrmError) -> Self {
        Self::Crm(error)
    }
}

/// A stream being imported.
#[derive(Debug)]
pub(in crate::sync) struct Import {
    pub(in crate::sync) outcome: ConnectorOutcome,
    /// The newest `updatedAt` seen.
    pub(super) newest: Option<Timestamp>,
    pub(super) waiting: Waiting,
    collected: Batch,
    /// Keys of rows that were refused; their details are not asked for.
    refused: Vec<String>,
    /// Whether the rows being written are those that waited.
    postponed: bool,
    /// Keys whose details an earlier run could not load.
    pub(super) missed: Vec<String>,
}

impl Import {
    /// Nothing yet.
    pub(in crate::sync) fn of(connector: Connector, kind: RunKind) -> Self {
        Self {
            outcome: ConnectorOutcome::new(connector, kind),
            newest: None,
            waiting: Waiting::default(),
            collected: Batch::new(),
            refused: Vec::new(),
            postponed: false,
            missed: Vec::new(),
        }
    }

    /// The same, with what an earlier run could not load details of.
    pub(in crate::sync) fn resumed(run: &Run<'_, '_>, connector: Connector, kind: RunKind) -> Result<Self, CrmError> {
        let mut import = Self::of(connector, kind);
        // With a bridge too: it may have been away when they were missed.
        import.missed = run.crm.missing_details(run.integration.id, import.stream().connector_name())?;
        import.waiting.details = import.missed.iter().map(|key| (key.clone(), SoapStruct::new())).collect();
        let noted = |stream| match fetched_by_id(stream) {
            Some(list) => run.crm.missing_details(run.integration.id, list),
            None => Ok(Vec::new()),
        };
        let ids = |keys: Vec<String>| keys.iter().filter_map(|key| key.parse().ok()).collect();
        match import.stream() {
            Stream::CreditMemo => import.waiting.orders = ids(noted(Stream::Order)?),
            Stream::Customer => {}
            _ => import.waiting.customers = ids(noted(Stream::Customer)?),
        }
        Ok(import)
    }

    pub(super) fn stream(&self) -> Stream {
        self.outcome.connector.stream()
    }

    /// Takes one row; says whether that filled a batch.
    pub(in crate::sync) async fn take(&mut self, run: &mut Run<'_, '_>, row: SoapStruct) -> Result<bool, Stop> {
        self.outcome.counts.read += 1;
        let scope = run.scope();
        let stream = self.stream();
        let gate = match stream {
            Stream::Order => order::gate(run.crm, &scope, &row, &mut self.waiting)?,
            Stream::Cart => cart::gate(run.crm, &scope, &row, &mut self.waiting)?,
            Stream::CreditMemo => credit_memo::gate(run.crm, &scope, &row, &mut self.waiting)?,
            Stream::NewsletterSubscriber => newsletter::gate(run.crm, &scope, &row, &mut self.waiting)?,
            _ => Gate::Import,
        };
        match gate {
            Gate::Import => self.collect(run, row),
            Gate::Postpone => self.waiting.rows.push(row),
            Gate::Skip => self.outcome.counts.invalid += 1,
        }
        let is_due = self.waiting.is_due();
        let is_full = self.collected.len() >= BATCH_SIZE;
        if is_full || is_due {
            self.flush(run)?;
        }
        if is_due {
            post_process::work_off(self, run).await?;
        }
        Ok(is_full || is_due)
    }

    fn collect(&mut self, run: &Run<'_, '_>, row: SoapStruct) {
        let key = key_of(self.stream(), &row);
        if has_details(self.stream(), run) {
            self.waiting.details.push((key.clone(), row.clone()));
        }
        self.collected.insert(key, row);
    }

    /// Writes what is collected.
    pub(in crate::sync) fn flush(&mut self, run: &mut Run<'_, '_>) -> Result<(), Stop> {
        let mut batch = std::mem::take(&mut self.collected);
        if self.stream() == Stream::NewsletterSubscriber {
            newsletter::collapse(&mut batch, &run.scope());
        }
        let pass = if has_details(self.stream(), run) { Pass::BeforeDetails } else { Pass::Only };
        self.write(run, &batch, pass)
    }

    /// Writes what is left and works off what waits.
    pub(in crate::sync) async fn finish(&mut self, run: &mut Run<'_, '_>) -> Result<(), Stop> {
        self.flush(run)?;
        if !self.waiting.is_empty() {
            post_process::work_off(self, run).await?;
        }
        Ok(())
    }

    /// Rows that waited, whatever became of their relations; their details are still to come where there are any.
    pub(super) fn write_postponed(&mut self, run: &mut Run<'_, '_>, rows: Vec<SoapStruct>) -> Result<(), Stop> {
        self.postponed = true;
        for row in rows {
            self.collect(run, row);
            if self.collected.len() >= BATCH_SIZE {
                self.flush(run)?;
            }
        }
        let written = self.flush(run);
        self.postponed = false;
        written
    }

    /// Writes a batch in one transaction. When the database refuses its rows, the streams that have it so skip the whole
    /// batch and name it (sync spec 4.10).
    pub(super) fn write(&mut self, run: &mut Run<'_, '_>, batch: &Batch, pass: Pass) -> Result<(), Stop> {
        if batch.is_empty() {
            return Ok(());
        }
        let scope = run.scope();
        let before = (self.outcome.clone(), self.newest, self.refused.len());
        match run.crm.transaction(|crm| self.write_rows(crm, &scope, batch, pass)) {
            Ok(()) => {}
            Err(error) if error.is_duplicate() => {
                (self.outcome, self.newest) = (before.0, before.1);
                self.refused.truncate(before.2);
                let Some(what) = skipped_as(self.stream()) else { return Err(Stop::Failed(error.to_string())) };
                let keys: Vec<&str> = batch.keys().map(String::as_str).collect();
                let text = format!("Following {what} were not imported: {}", keys.join(", "));
                self.outcome.warnings.push(text);
            }
            Err(CrmError::Forbidden(reason)) => return Err(Stop::Failed(reason)),
            Err(error) => return Err(Stop::Crm(error)),
        }
        if pass != Pass::Details {
            (run.events)(SyncEvent::BatchWritten { connector: self.outcome.connector, rows: batch.len() });
        }
        Ok(())
    }

    fn write_rows(&mut self, crm: &mut Crm, scope: &Scope, batch: &Batch, pass: Pass) -> Result<(), CrmError> {
        let counted = self.outcome.counts;
        for (key, row) in batch {
            let invalid = self.outcome.counts.invalid;
            let stream = self.stream();
            let outcome = &mut self.outcome;
            let updated = match stream {
                Stream::Order => order::import(crm, scope, row, outcome)?,
                Stream::Cart => cart::import(crm, scope, row, outcome)?,
                Stream::CreditMemo => credit_memo::import(crm, scope, row, outcome)?,
                Stream::NewsletterSubscriber => newsletter::import(crm, scope, row, outcome)?,
                _ => customer::import(crm, scope, row, outcome)?,
            };
            self.newest = self.newest.max(updated);
            if self.outcome.counts.invalid > invalid {
                self.refused.push(key.clone());
            }
        }
        if self.stream() == Stream::Customer && pass != Pass::BeforeDetails {
            customer::discover(crm, scope, batch)?;
        }
        if self.stream() == Stream::NewsletterSubscriber {
            let is_first = newsletter::is_first_import(self.outcome.kind, self.postponed, scope);
            newsletter::lower_cursor(crm, scope, is_first, batch)?;
        }
        if pass == Pass::Details {
            self.outcome.counts = Counts { invalid: self.outcome.counts.invalid, ..counted };
        }
        Ok(())
    }

    /// Whether details of a row are wanted: not of one that was refused.
    pub(super) fn wants_details(&self, key: &str) -> bool {
        !self.refused.iter().any(|refused| refused == key)
    }
}

/// Whether the rows of a stream are bare and their details are asked for one by one: credit memos always, customers and
/// orders without a supported bridge.
fn has_details(stream: Stream, run: &Run<'_, '_>) -> bool {
    match stream {
        Stream::CreditMemo => true,
        Stream::Customer | Stream::Order => !run.bridge.is_supported(),
        _ => false,
    }
}

/// The key by which rows of a batch collapse, the last one wins; details are asked for by it.
fn key_of(stream: Stream, row: &SoapStruct) -> String {
    let name = match stream {
        Stream::Order | Stream::CreditMemo => "increment_id",
        Stream::Cart => "entity_id",
        Stream::NewsletterSubscriber => "subscriber_id",
        _ => "customer_id",
    };
    row.text(name).unwrap_or_default()
}

/// The word for a batch that the database refused, for the streams whose main job goes on without it.
fn skipped_as(stream: Stream) -> Option<&'static str> {
    match stream {
        Stream::Customer => Some("customers"),
        Stream::Cart => Some("carts"),
        Stream::Order => Some("orders"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_orders_with_the_same_number_in_one_batch_the_last_one_stays() {
        // Vector 138.
        let order = |number: &str, status: &str| SoapStruct::new().with("increment_id", number).with("status", status);
        let mut batch = Batch::new();
        for row in [order("1111", "new"), order("2222", "new"), order("1111", "last")] {
            batch.insert(key_of(Stream::Order, &row), row);
        }
        let left: Vec<_> = batch.iter().map(|(key, row)| (key.as_str(), row.text("status").unwrap())).collect();
        assert_eq!(left, [("1111", "last".to_owned()), ("2222", "new".to_owned())]);
    }
}

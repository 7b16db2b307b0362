//! One stream's rows on their way into the CRM: gated, collected, written in batches of one transaction, and worked on
//! again once missing relations and details are loaded (sync spec 4.8).

use jiff::Timestamp;

use super::post_process;
use crate::crm::{Crm, CrmError, IntegrationId};
use crate::soap::SoapStruct;
use crate::sync::connector::{Connector, Stream};
use crate::sync::context::SyncEvent;
use crate::sync::outcome::{ConnectorOutcome, Counts, RunKind};
use crate::sync::run::Run;
use crate::sync::scope::Scope;
use crate::sync::stream::waiting::{Batch, Gate, Pass, Waiting};
use crate::sync::stream::{BATCH_SIZE, Listed, Written};
use crate::sync::warning::Warning;

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
    pub(super) rules: &'static Listed,
    pub(in crate::sync) outcome: ConnectorOutcome,
    /// The newest `updatedAt` seen.
    pub(super) newest: Option<Timestamp>,
    pub(super) waiting: Waiting,
    collected: Batch,
    /// Keys of rows that were refused; their details are not asked for.
    refused: Vec<String>,
    /// Whether the rows being written are those that waited.
    postponed: bool,
    /// The smallest key written so far, as a number.
    lowest: Option<i64>,
    /// The largest key of those that waited and are not written yet.
    held: Option<i64>,
    /// Keys whose details an earlier run could not load.
    pub(super) missed: Vec<String>,
    /// Keys whose details are in the batch that is written next.
    pub(super) whole: Vec<String>,
    /// Whether the rows were asked for by id: no window reads them again.
    pub(super) is_by_id: bool,
}

impl Import {
    /// An import that has not read a row yet.
    pub(in crate::sync) fn of(connector: Connector, rules: &'static Listed, kind: RunKind) -> Self {
        Self {
            rules,
            outcome: ConnectorOutcome::new(connector, kind),
            newest: None,
            waiting: Waiting::default(),
            collected: Batch::new(),
            refused: Vec::new(),
            postponed: false,
            lowest: None,
            held: None,
            missed: Vec::new(),
            whole: Vec::new(),
            is_by_id: false,
        }
    }

    /// An import of rows that others refer to. A run that is killed before their details came leaves a note of them, for
    /// whoever refers to them finds them from then on.
    pub(super) fn by_id(connector: Connector, rules: &'static Listed, kind: RunKind) -> Self {
        Self { is_by_id: true, ..Self::of(connector, rules, kind) }
    }

    /// The same, with what an earlier run could not load details of.
    pub(in crate::sync) fn resumed(
        run: &Run<'_, '_>,
        connector: Connector,
        rules: &'static Listed,
        kind: RunKind,
    ) -> Result<Self, CrmError> {
        let mut import = Self::of(connector, rules, kind);
        // With a bridge too: it may have been away when they were missed.
        import.missed = run.crm.missing_details(run.integration.id, import.stream().connector_name())?;
        import.waiting.details = import.missed.iter().map(|key| (key.clone(), SoapStruct::new())).collect();
        for again in rules.works_off {
            let noted = run.crm.missing_details(run.integration.id, again.noted_as)?;
            *(again.wait_in)(&mut import.waiting) = noted.iter().filter_map(|key| key.parse().ok()).collect();
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
        match (self.rules.gate)(run.crm, &scope, &row, &mut self.waiting)? {
            Gate::Import => self.collect(run, row),
            Gate::Postpone => self.waiting.rows.push(row),
            Gate::Skip => self.outcome.leave_row_out(),
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
        let key = row.text(self.rules.key).unwrap_or_default();
        if self.has_details(run) {
            self.waiting.details.push((key.clone(), row.clone()));
        }
        self.collected.insert(key, row);
    }

    /// Writes what is collected.
    pub(in crate::sync) fn flush(&mut self, run: &mut Run<'_, '_>) -> Result<(), Stop> {
        let mut batch = std::mem::take(&mut self.collected);
        (self.rules.collapse)(&mut batch, &run.scope());
        let pass = if self.has_details(run) { Pass::BeforeDetails } else { Pass::Only };
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
        let mut rows = rows.into_iter();
        while let Some(row) = rows.next() {
            self.collect(run, row);
            if self.collected.len() >= BATCH_SIZE {
                self.held = self.largest(rows.as_slice());
                self.flush(run)?;
            }
        }
        self.held = None;
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
        let written = run.crm.transaction(|crm| self.write_rows(crm, &scope, batch, pass));
        if pass == Pass::Details {
            self.whole.clear();
        }
        match written {
            Ok(()) => {}
            Err(error) if error.is_duplicate() => {
                (self.outcome, self.newest) = (before.0, before.1);
                self.refused.truncate(before.2);
                let Some(what) = self.rules.skipped_as else { return Err(Stop::Failed(error.to_string())) };
                let keys = batch.keys().cloned().collect();
                self.outcome.warnings.push(Warning::BatchRefused { what, keys });
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
        let heard = self.outcome.warnings.len();
        for (key, row) in batch {
            let invalid = self.outcome.counts.invalid;
            let updated = (self.rules.import)(crm, scope, row, &mut self.outcome)?;
            self.newest = self.newest.max(updated);
            if self.outcome.counts.invalid > invalid {
                self.refused.push(key.clone());
            }
        }
        if self.is_by_id && pass == Pass::BeforeDetails {
            for key in batch.keys().filter(|key| self.wants_details(key)) {
                crm.note_missing_detail(scope.channel, self.stream().connector_name(), key)?;
            }
        }
        let keys = batch.keys().filter_map(|key| key.parse().ok());
        self.lowest = keys.chain(self.lowest).min();
        let held = self.held.max(self.largest(&self.waiting.rows));
        let written = Written { kind: self.outcome.kind, pass, postponed: self.postponed, lowest: self.lowest, held };
        (self.rules.written)(crm, scope, batch, written)?;
        if pass == Pass::Details {
            // With the details, not before: a run that is killed in between asks for them again.
            for key in &self.whole {
                self.forget_missing(crm, scope.channel, key)?;
            }
            self.outcome.counts = Counts { invalid: self.outcome.counts.invalid, ..counted };
            let again = self.outcome.warnings.split_off(heard);
            // What the bare row missed is told once.
            let is_new = |warning: &Warning| !self.outcome.warnings.iter().any(|told| told.says_the_same(warning));
            let new: Vec<Warning> = again.into_iter().filter(is_new).collect();
            self.outcome.warnings.extend(new);
        }
        Ok(())
    }

    /// Forgets that details of a row are missing, where that may have been noted.
    pub(super) fn forget_missing(&self, crm: &mut Crm, channel: IntegrationId, key: &str) -> Result<(), CrmError> {
        if self.is_by_id || self.missed.iter().any(|missed| missed == key) {
            crm.forget_missing_detail(channel, self.stream().connector_name(), key)?;
        }
        Ok(())
    }

    fn largest(&self, rows: &[SoapStruct]) -> Option<i64> {
        rows.iter().filter_map(|row| row.get(self.rules.key)?.to_int()).max()
    }

    /// Whether the rows are bare and their details are asked for one by one.
    fn has_details(&self, run: &Run<'_, '_>) -> bool {
        self.rules.details.as_ref().is_some_and(|details| (details.are_wanted)(&run.bridge))
    }

    /// Whether details of a row are wanted: not of one that was refused.
    pub(super) fn wants_details(&self, key: &str) -> bool {
        !self.refused.iter().any(|refused| refused == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::stream::order;

    #[test]
    fn of_orders_with_the_same_number_in_one_batch_the_last_one_stays() {
        // Vector 138.
        let order = |number: &str, status: &str| SoapStruct::new().with("increment_id", number).with("status", status);
        let mut batch = Batch::new();
        for row in [order("1111", "new"), order("2222", "new"), order("1111", "last")] {
            batch.insert(row.text(order::RULES.key).unwrap(), row);
        }
        let left: Vec<_> = batch.iter().map(|(key, row)| (key.as_str(), row.text("status").unwrap())).collect();
        assert_eq!(left, [("1111", "last".to_owned()), ("2222", "new".to_owned())]);
    }
}

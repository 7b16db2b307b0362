//! What each step does when it runs, one file a kind. Their data is in `language::step`; what a scenario may not say is
//! found by `language::check` before anything runs.

mod cart;
mod crm;
mod disrupt;
mod during;
mod expect;
mod program;
mod queue;
mod records;
mod rows;
mod sale;
mod shop;
mod snapshot;
pub(super) mod sync;

use crate::scenario::language::step::crm_edit::CrmEdit;
use crate::scenario::language::step::{Step, StepKind};
use crate::scenario::language::text::span::At;
use crate::scenario::run::cannot_work::CannotWork;
use crate::scenario::run::result::FailureKind;
use crate::scenario::run::world::{Failures, Mark, World};

impl<'a> World<'a> {
    /// Does one step; nothing is wrong when the list is empty.
    pub(in crate::scenario) async fn step(&mut self, step: &'a At<Step>) -> Failures {
        self.marks.push(Mark { step: step.0.word(), at: self.clock.now(), from: self.journal_lengths() });
        self.origin = step.1.as_deref();
        let failures = match self.done(step).await {
            Ok(failures) => failures,
            Err(why) => vec![Self::failure(step, FailureKind::CannotWork, why.to_string())],
        };
        failures.into_iter().map(|failure| failure.from(step)).collect()
    }

    async fn done(&mut self, step: &At<Step>) -> Result<Failures, CannotWork> {
        match &step.0 {
            StepKind::CheckConnection(settings) => self.check_connection(settings.as_ref()).await?,
            StepKind::Sync(settings) => self.sync(settings.as_ref()).await?,
            StepKind::During(during) => return self.during(during, step).await,
            StepKind::Run(run) => self.run_program(&run.0).await?,
            StepKind::SyncData(one) => self.sync_data(one).await?,
            StepKind::ScheduleSync(settings) => self.schedule_sync(settings.as_ref())?,
            StepKind::RunQueue(_) => self.run_queue().await?,
            StepKind::ExpireCarts(_) => self.expire_carts().await?,
            StepKind::InMagento(edits) => return self.edits_in_magento(&edits.0, step),
            StepKind::InCrm(edits) => return self.edits_in_crm(&edits.0, step).await,
            StepKind::Advance(interval) => self.pass(interval.0).await?,
            StepKind::Disrupt(disruptions) => disruptions.0.iter().try_for_each(|one| self.disrupt(one, step))?,
            StepKind::Clear(which) => return self.clear(which.as_ref()),
            StepKind::Use(_) => return Err(CannotWork::NotPutIn),
            StepKind::Expect(expectation) => {
                if !self.is_told_here(expectation) {
                    return Ok(Vec::new());
                }
                let mut failures = self.expect(expectation, step)?;
                if let Some(wanted) = &expectation.in_sync {
                    failures.extend(self.expect_in_sync(wanted, step).await?);
                }
                if !expectation.calls.0.is_empty() {
                    self.counted = self.journal_lengths();
                }
                return Ok(failures);
            }
            StepKind::Snapshot(snapshot) => return Ok(self.snapshot(snapshot, step)?.into_iter().collect()),
        }
        Ok(Vec::new())
    }

    async fn edits_in_crm(&mut self, edits: &[CrmEdit], step: &At<Step>) -> Result<Failures, CannotWork> {
        let mut failures = Vec::new();
        for edit in edits {
            let unmet = self.edit_crm(edit).await?;
            failures.extend(unmet.map(|message| Self::failure(step, FailureKind::Unmet, message)));
        }
        self.export_at_once().await?;
        Ok(failures)
    }
}

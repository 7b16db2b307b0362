//! What each step does when it runs, one file a kind. Their data is in `language::step`; what a scenario may not say is
//! found by `language::check` before anything runs.

mod cart;
mod crm;
mod database;
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

use crate::scenario::language::step::{Step, StepKind};
use crate::scenario::language::text::span::At;
use crate::scenario::run::cannot_work::CannotWork;
use crate::scenario::run::failure::FailureKind;
use crate::scenario::run::world::{Failures, Mark, World};

impl<'a> World<'a> {
    /// Does one step; nothing is wrong when the list is empty.
    pub(in crate::scenario) async fn step(&mut self, step: &'a At<Step>) -> Failures {
        self.marks.push(Mark { step: step.0.word(), at: self.clock.now(), from: self.journal_lengths() });
        self.origin = step.1.as_deref();
        let failures = match self.done(step).await {
            Ok(failures) => failures,
            Err(why) => match why.unsupported() {
                Some(cannot) => {
                    self.skipped = Some(cannot.to_owned());
                    Failures::new()
                }
                None if why.is_the_clients() => vec![Self::failure(step, FailureKind::Broken, why.to_string())],
                None => vec![Self::failure(step, FailureKind::CannotWork, why.to_string())],
            },
        };
        failures.into_iter().map(|failure| failure.from(step)).collect()
    }

    async fn done(&mut self, step: &At<Step>) -> Result<Failures, CannotWork> {
        match &step.0 {
            StepKind::CheckConnection(_)
            | StepKind::SyncWebsiteList(_)
            | StepKind::Sync(_)
            | StepKind::During(_)
            | StepKind::SyncData(_)
            | StepKind::ScheduleSync(_)
            | StepKind::RunQueue(_)
            | StepKind::ExpireCarts(_)
            | StepKind::InCrm(_) => return self.act(step).await,
            StepKind::Integration(name) => self.select(name),
            StepKind::Run(run) => self.run_program(&run.0).await?,
            StepKind::InMagento(edits) => return self.edits_in_magento(&edits.0, step),
            StepKind::Advance(interval) => self.pass(interval.0).await?,
            StepKind::Disrupt(disruptions) => disruptions.0.iter().try_for_each(|one| self.disrupt(one, step))?,
            StepKind::Clear(which) => return self.clear(which.as_ref()),
            StepKind::Use(_) => return Err(CannotWork::NotPutIn),
            StepKind::Expect(expectation) => {
                if !self.is_told_here(expectation) {
                    return Ok(Vec::new());
                }
                if !expectation.crm.0.is_empty() {
                    self.look().await?;
                }
                let mut failures = self.expect(expectation, step)?;
                failures.extend(self.expect_of_database(expectation, step).await?);
                if let Some(wanted) = &expectation.in_sync {
                    failures.extend(self.expect_in_sync(wanted, step).await?);
                }
                if !expectation.calls.0.is_empty() {
                    self.counted = self.journal_lengths();
                }
                return Ok(failures);
            }
            StepKind::Snapshot(snapshot) => {
                self.look().await?;
                return Ok(self.snapshot(snapshot, step)?.into_iter().collect());
            }
        }
        Ok(Vec::new())
    }
}

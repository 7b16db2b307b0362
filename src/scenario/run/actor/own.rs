//! Our own sync and its CRM.

use crate::scenario::language::step::crm_edit::CrmEdit;
use crate::scenario::language::step::{Step, StepKind};
use crate::scenario::language::text::span::At;
use crate::scenario::run::cannot_work::CannotWork;
use crate::scenario::run::failure::FailureKind;
use crate::scenario::run::world::{Failures, World};

impl World<'_> {
    pub(super) async fn act_ourselves(&mut self, step: &At<Step>) -> Result<Failures, CannotWork> {
        match &step.0 {
            StepKind::CheckConnection(settings) => self.check_connection(settings.as_ref()).await?,
            StepKind::SyncWebsiteList(_) => return self.sync_website_list(step).await,
            StepKind::Sync(settings) => self.sync(settings.as_ref()).await?,
            StepKind::During(during) => return Box::pin(self.during(during, step)).await,
            StepKind::SyncData(one) => self.sync_data(one).await?,
            StepKind::ScheduleSync(settings) => self.schedule_sync(settings.as_ref())?,
            StepKind::RunQueue(_) => self.run_queue().await?,
            StepKind::ExpireCarts(_) => self.expire_carts().await?,
            StepKind::InCrm(edits) => return self.edits_in_crm(&edits.0, step).await,
            _ => return Err(CannotWork::NobodyActs(step.0.word())),
        }
        Ok(Vec::new())
    }

    pub(in crate::scenario) async fn edits_in_crm(
        &mut self,
        edits: &[CrmEdit],
        step: &At<Step>,
    ) -> Result<Failures, CannotWork> {
        let mut failures = Vec::new();
        for edit in edits {
            match self.edit_crm(edit).await {
                Ok(unmet) => failures.extend(unmet.map(|message| {
                    let place = edit.place_in(&message);
                    Self::failure(step, FailureKind::Unmet, message).at(place)
                })),
                Err(why) => {
                    let why = why.to_string();
                    let place = edit.place_in(&why);
                    failures.push(Self::failure(step, FailureKind::CannotWork, why).at(place));
                    return Ok(failures);
                }
            }
        }
        self.export_at_once().await?;
        Ok(failures)
    }
}

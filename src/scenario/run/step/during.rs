//! `during`: a sync, and an edit just before one of its calls. The sync waits meanwhile, in whatever it was about.

use std::pin::pin;

use serde_json::json;
use tokio::sync::oneshot;

use crate::crm::Crm;
use crate::disrupt::When;
use crate::scenario::language::step::Step;
use crate::scenario::language::step::during::{CallOfSync, DuringStep};
use crate::scenario::language::text::span::At;
use crate::scenario::run::cannot_work::CannotWork;
use crate::scenario::run::failure::{Failure, FailureKind};
use crate::scenario::run::moments::LetGo;
use crate::scenario::run::world::{Failures, LastOutcome, World};
use crate::sync::context::SyncContext;
use crate::sync::driver;

impl World<'_> {
    /// Runs the sync and does the edits when their moment comes.
    pub(in crate::scenario) async fn during(
        &mut self,
        during: &DuringStep,
        step: &At<Step>,
    ) -> Result<Failures, CannotWork> {
        // A sync is a deep state machine; boxed, it does not stand on the stack of whoever runs steps.
        let edited = match self.their_sync_with_a_wait(&during.sync)? {
            Some(sync) => Box::pin(self.during_theirs(during, step, sync)).await?,
            None => Box::pin(self.during_ours(during, step)).await?,
        };
        let counted = self.moments.forget();
        match edited {
            Some(edited) => edited,
            None if during.may_miss.is_yes() => Ok(Vec::new()),
            None => Ok(self.missed_call(during, step, counted.unwrap_or_default()).into_iter().collect()),
        }
    }

    /// The call that the step waits for never came.
    fn missed_call(&mut self, during: &DuringStep, step: &At<Step>, counted: u64) -> Option<Failure> {
        let missed = format!("the call it waits for never came: {}", told(&during.before));
        if self.is_theirs() && !self.case.names_its_client() {
            let line = step.place().line;
            self.skipped = Some(format!("line {line}: {missed}: the client asks the shop in another way"));
            return None;
        }
        let made = match counted {
            0 => "this sync makes none like it".to_owned(),
            1 => "this sync made one like it".to_owned(),
            calls => format!("this sync made {calls} like it"),
        };
        let message = format!("{missed}; {made}; correct it, or add `may miss: yes`");
        Some(Self::failure(step, FailureKind::Unmet, message))
    }

    /// With somebody's client the call waits where it arrives.
    async fn during_theirs(
        &mut self,
        during: &DuringStep,
        step: &At<Step>,
        sync: impl Future<Output = Result<LastOutcome, CannotWork>>,
    ) -> Result<Option<Result<Failures, CannotWork>>, CannotWork> {
        let reached = self.moments.ask(None, when(&during.before));
        let mut sync = pin!(sync);
        let first = tokio::select! {
            biased;
            let_go = reached => Ok(let_go),
            outcome = &mut sync => Err(outcome),
        };
        let (outcome, edited) = match first {
            Ok(let_go) => {
                let edited = self.edited(during, step, let_go).await;
                (sync.await, Some(edited))
            }
            Err(outcome) => (outcome, None),
        };
        self.last = Some(outcome?);
        Ok(edited)
    }

    async fn during_ours(
        &mut self,
        during: &DuringStep,
        step: &At<Step>,
    ) -> Result<Option<Result<Failures, CannotWork>>, CannotWork> {
        let id = self.channel()?;
        let options = self.sync_options(Some(&during.sync))?;
        // Whoever edits the CRM meanwhile has a connection of their own, as in life; who does not needs none.
        let beside = match &self.crm_file {
            Some(file) => file.open(&self.clock)?,
            None => Crm::in_memory(self.clock.clone())?,
        };
        let mut syncing = std::mem::replace(&mut self.crm, beside);
        let reached = self.moments.ask(None, when(&during.before));
        let (transport, clock, quirks) = (self.transport.clone(), self.clock.clone(), self.quirks.clone());
        let mut ignore = |_| {};
        let mut context = SyncContext { crm: &mut syncing, transport, clock, quirks, events: &mut ignore, options };
        let (outcome, edited) = 'ended: {
            let mut sync = pin!(driver::sync(&mut context, id));
            let first = tokio::select! {
                biased;
                let_go = reached => Ok(let_go),
                outcome = &mut sync => Err(outcome),
            };
            match first {
                Ok(_) if during.kill.is_yes() => {
                    let edited = self.edits(during, step).await;
                    break 'ended (None, Some(edited));
                }
                Ok(let_go) => {
                    let edited = self.edited(during, step, let_go).await;
                    (Some(sync.await), Some(edited))
                }
                Err(outcome) => (Some(outcome), None),
            }
        };
        self.crm = syncing;
        match outcome {
            Some(outcome) => self.note_sync(&outcome?),
            None => self.note_kill(&during.before),
        }
        Ok(edited)
    }

    fn note_kill(&mut self, before: &CallOfSync) {
        let message = format!("the sync was killed before {}", told(before));
        self.last = Some(LastOutcome { success: false, shown: json!({"sync": "killed", "message": message}), message });
    }

    /// Does the edits, then lets the call go, whatever came of them.
    async fn edited(
        &mut self,
        during: &DuringStep,
        step: &At<Step>,
        let_go: Result<LetGo, oneshot::error::RecvError>,
    ) -> Result<Failures, CannotWork> {
        let done = self.edits(during, step).await;
        if let Ok(let_go) = let_go {
            // A sync that was dropped meanwhile has no call to let go.
            let _ = let_go.send(());
        }
        done
    }

    async fn edits(&mut self, during: &DuringStep, step: &At<Step>) -> Result<Failures, CannotWork> {
        if let Some(interval) = &during.advance {
            self.clock.advance(interval.get().0);
        }
        let mut failures = self.edits_in_magento(&during.in_magento.0, step)?;
        failures.extend(self.edits_in_crm(&during.in_crm.0, step).await?);
        Ok(failures)
    }
}

/// The moment as the plan of disruptions counts calls.
fn when(before: &CallOfSync) -> When {
    let number = |number: &Option<At<u64>>| number.as_ref().map(|number| *number.get());
    When {
        operation: before.operation.as_ref().map(|operation| operation.get().clone()),
        nth: number(&before.call).or(Some(1)),
        page: number(&before.page),
        session: number(&before.session),
        ..When::default()
    }
}

/// In words.
fn told(before: &CallOfSync) -> String {
    let operation = before.operation.as_ref().map_or("any operation", |operation| operation.get());
    let mut told = format!("call {} of {operation}", before.call.as_ref().map_or(1, |call| *call.get()));
    for (name, number) in [("page", &before.page), ("session", &before.session)] {
        if let Some(number) = number {
            told.push_str(&format!(", {name} {}", number.get()));
        }
    }
    told
}

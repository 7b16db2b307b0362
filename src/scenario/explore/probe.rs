//! One telling of a story with trouble in it, and how it ended.

use jiff::SignedDuration;
use serde_json::Value;

use super::strike::{CallSite, Strike};
use crate::disrupt::{Armed, ArmedId, When};
use crate::quirk::Profile;
use crate::scenario::Case;
use crate::scenario::result::FailureKind;
use crate::scenario::runner::{Carrier, RunOptions};
use crate::scenario::span::At;
use crate::scenario::step::{Step, StepKind};
use crate::scenario::world::World;
use crate::snapshot::Mode;

/// The scheduler runs a sync every five minutes.
const SCHEDULE: SignedDuration = SignedDuration::from_mins(5);
/// Further runs after one that failed, before it counts as stuck.
const RECOVERIES_MAX: usize = 3;
/// Runs after the story's end, in every telling.
const RUNS_AT_END: usize = 2;

/// A story ready to be told many times.
pub(super) struct Probe<'a> {
    pub(super) case: &'a Case,
    pub(super) profile: Option<Profile>,
    /// The steps that are told; `None` for those left out.
    pub(super) steps: Vec<Option<&'a At<Step>>>,
}

/// How a telling ended.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    pub(super) calls: Vec<CallSite>,
    pub(super) state: Value,
    pub(super) success: bool,
    pub(super) message: String,
    /// Runs that were needed after failed ones.
    pub(super) recoveries: usize,
    pub(super) all_struck: bool,
    /// Why the story could not go on.
    pub(super) broken: Option<String>,
}

impl<'a> Probe<'a> {
    pub(super) fn new(case: &'a Case, profile: Option<Profile>) -> Self {
        let told =
            |step: &'a At<Step>| (!matches!(step.0, StepKind::Expect(_) | StepKind::Snapshot(_))).then_some(step);
        Self { case, profile, steps: case.story.script.steps.iter().map(told).collect() }
    }

    /// Tells the story; an error says why it could not begin.
    pub(super) fn tell(&self, strikes: &[Strike]) -> Result<Ending, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        let runtime = runtime.map_err(|cause| format!("no runtime: {cause}"))?;
        runtime.block_on(self.told(strikes))
    }

    async fn told(&self, strikes: &[Strike]) -> Result<Ending, String> {
        let options = RunOptions::new(Carrier::InMemory, Mode::Check);
        let mut world = World::new(self.case, options).await.map_err(|cause| cause.to_string())?;
        if let Some(profile) = self.profile {
            world.quirks = profile.quirks();
        }
        let mut telling = Telling { world, calls: Vec::new(), armed: Vec::new(), recoveries: 0, broken: None };
        for (index, step) in self.steps.iter().enumerate() {
            let Some(step) = step else { continue };
            telling.arm(strikes.iter().filter(|strike| strike.site.step == index))?;
            if !telling.step(index, step).await? {
                break;
            }
        }
        if telling.broken.is_none() {
            for _ in 0..RUNS_AT_END {
                telling.run_again().await?;
            }
        }
        telling.ending()
    }
}

struct Telling<'a> {
    world: World<'a>,
    calls: Vec<CallSite>,
    armed: Vec<(String, ArmedId, u64)>,
    recoveries: usize,
    broken: Option<String>,
}

impl<'a> Telling<'a> {
    fn arm<'s>(&mut self, strikes: impl Iterator<Item = &'s Strike>) -> Result<(), String> {
        for strike in strikes {
            let shop = self.world.shops.get(&strike.site.shop).ok_or("the shop is gone")?;
            let when = When::nth_of(&strike.site.operation, strike.site.nth);
            let times = strike.trouble.times;
            let id = shop.plan().arm(Armed { disruption: strike.trouble.disruption.clone(), when, times });
            self.armed.push((strike.site.shop.clone(), id, times));
        }
        Ok(())
    }

    /// One step; false when the story cannot go on.
    async fn step(&mut self, index: usize, step: &'a At<Step>) -> Result<bool, String> {
        let before = self.journal_lengths();
        let failures = self.world.step(step).await;
        self.note_calls(index, step, &before);
        // Other steps' failures are the business of `run`: an edit that was refused or not is part of the story.
        if let Some(broken) = failures.into_iter().find(|failure| failure.kind == FailureKind::CannotWork) {
            self.broken = Some(format!("line {}: {}: {}", broken.line, broken.step, broken.message));
            return Ok(false);
        }
        if matches!(step.0, StepKind::Sync(_)) {
            for _ in 0..RECOVERIES_MAX {
                if self.world.last.as_ref().is_none_or(|last| last.success) {
                    break;
                }
                self.recoveries += 1;
                self.run_again().await?;
            }
        }
        Ok(true)
    }

    /// The next scheduled sync.
    async fn run_again(&mut self) -> Result<(), String> {
        if self.world.integration.is_none() {
            return Ok(());
        }
        self.world.clock.advance(SCHEDULE);
        self.world.sync(None).await
    }

    fn journal_lengths(&self) -> Vec<usize> {
        self.world.shops.values().map(|shop| shop.journal().entries().len()).collect()
    }

    fn note_calls(&mut self, index: usize, step: &At<Step>, before: &[usize]) {
        for ((name, shop), from) in self.world.shops.iter().zip(before) {
            let mut counts = std::collections::BTreeMap::<String, u64>::new();
            for entry in shop.journal().entries().get(*from..).unwrap_or_default() {
                let nth = counts.entry(entry.operation.clone()).or_default();
                *nth += 1;
                self.calls.push(CallSite {
                    step: index,
                    line: step.place().line,
                    shop: name.clone(),
                    operation: entry.operation.clone(),
                    nth: *nth,
                });
            }
        }
    }

    fn ending(self) -> Result<Ending, String> {
        let struck = |(shop, id, times): &(String, ArmedId, u64)| {
            self.world.shops.get(shop).is_some_and(|shop| shop.plan().left(*id).is_none_or(|left| left < *times))
        };
        let all_struck = self.armed.iter().all(struck);
        let crm = self.world.crm.state().map_err(|error| error.to_string())?;
        let last = self.world.last.as_ref();
        Ok(Ending {
            all_struck,
            state: serde_json::json!({ "crm": crm, "shop": self.world.shops_state() }),
            success: last.is_none_or(|last| last.success),
            message: last.filter(|last| !last.success).map(|last| last.message.clone()).unwrap_or_default(),
            calls: self.calls,
            recoveries: self.recoveries,
            broken: self.broken,
        })
    }
}

//! One attempt of a scenario with trouble in it, and how it ended.

use crate::scenario::run::setup;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::edit::Edit;
use super::strike::{CallSite, Strike};
use crate::disrupt::{Armed, ArmedId, Disruption, When};
use crate::quirk::{Profile, Quirk, Quirks};
use crate::scenario::Case;
use crate::scenario::language::step::crm_edit::CrmEdit;
use crate::scenario::language::step::disrupt::DisruptStep;
use crate::scenario::language::step::{Step, StepKind};
use crate::scenario::language::text::span::At;
use crate::scenario::run::invariants;
use crate::scenario::run::network::Served;
use crate::scenario::run::runner::{self, Carrier, RunOptions};
use crate::scenario::run::world::{Failures, LastOutcome, World};
use crate::snapshot::Mode;
use crate::sync::standing::reads_again;

/// The scheduler runs a sync every five minutes.
const SCHEDULE: SignedDuration = SignedDuration::from_mins(5);
/// What passes before somebody edits the shop.
const MEANWHILE: SignedDuration = SignedDuration::from_secs(1);
/// What passes after a sync of somebody's client before the shop is edited: its own clock went on while it synced.
const WELL_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// Further runs after one that failed, before it counts as stuck.
const RECOVERIES_MAX: usize = 3;
/// Runs after the scenario's end, in every attempt.
const RUNS_AT_END: usize = 2;
/// Disruptions that put wrong rows into the CRM, or none, and that no client can notice.
const DECEPTIONS: &[&str] =
    &["empty-page", "single-row", "last-page-again", "wrong-charset", "control-character", "missing-element"];
/// How often somebody tries again what was answered with an error.
const TRIES_AGAIN: usize = 4;

/// A scenario ready to be run many times.
pub(super) struct Probe<'a> {
    pub(super) case: &'a Case,
    pub(super) profile: Option<Profile>,
    /// Quirks that are switched off, whatever profile and scenario say.
    pub(super) without: BTreeSet<Quirk>,
    /// The steps that are run; `None` for those left out.
    pub(super) steps: Vec<Option<&'a At<Step>>>,
}

/// An edit, and where it is done.
#[derive(Clone, Debug)]
pub(super) struct EditAt {
    pub(super) step: usize,
    pub(super) shop: String,
    pub(super) edit: Edit,
    pub(super) place: Place,
}

/// Where an edit is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Before the step.
    Before,
    /// Just before that call of it.
    At(CallSite),
    /// After the step.
    After,
}

/// How an attempt ended.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    pub(super) calls: Vec<CallSite>,
    pub(super) state: Value,
    pub(super) success: bool,
    /// What does not hold, though it should at every end.
    pub(super) invariants: Vec<String>,
    pub(super) message: String,
    /// Runs and tries that were needed after failed ones.
    pub(super) recoveries: usize,
    /// When each step was over.
    pub(super) over: BTreeMap<usize, Timestamp>,
    pub(super) all_struck: bool,
    /// Why the scenario could not go on.
    pub(super) broken: Option<String>,
}

impl<'a> Probe<'a> {
    pub(super) fn new(case: &'a Case, profile: Option<Profile>) -> Self {
        let told =
            |step: &'a At<Step>| (!matches!(step.0, StepKind::Expect(_) | StepKind::Snapshot(_))).then_some(step);
        Self { case, profile, without: BTreeSet::new(), steps: case.scenario.script.steps.iter().map(told).collect() }
    }

    /// Whether a step edits between two calls of its sync.
    pub(super) fn edits_during_a_sync(&self) -> bool {
        self.steps.iter().flatten().any(|step| matches!(step.0, StepKind::During(_)))
    }

    fn looks_for_expired_carts(&self) -> bool {
        let asks = |step: &&At<Step>| matches!(step.0, StepKind::ExpireCarts(_));
        self.case.scenario.script.automatic_sync.is_yes() || self.steps.iter().flatten().any(asks)
    }

    /// The same scenario without some quirks.
    pub(super) fn without(&self, quirks: &BTreeSet<Quirk>) -> Self {
        Self { case: self.case, profile: self.profile, without: quirks.clone(), steps: self.steps.clone() }
    }

    /// The quirks that are on at the start of the scenario.
    pub(super) fn quirks(&self) -> Quirks {
        let quirks = self
            .profile
            .map_or_else(|| setup::quirks(&self.case.scenario.script, &self.case.changes()), Profile::quirks);
        self.without.iter().fold(quirks, |quirks, quirk| quirks.with(*quirk, false))
    }

    /// Runs the scenario; an error says why it could not begin.
    pub(super) fn tell(&self, strikes: &[Strike]) -> Result<Ending, String> {
        self.tell_late(strikes, &[])
    }

    /// Runs the scenario with some steps later than they are.
    pub(super) fn tell_late(&self, strikes: &[Strike], late: &[Delay]) -> Result<Ending, String> {
        runner::runtime(self.carrier())?.block_on(self.told(strikes, late, None))
    }

    /// Runs the case with an edit of the shop in it; `all_struck` says whether it was done.
    pub(super) fn tell_edited(&self, edit: &EditAt) -> Result<Ending, String> {
        runner::runtime(self.carrier())?.block_on(self.told(&[], &[], Some(edit)))
    }

    /// Somebody's own program can only be reached over TCP.
    fn carrier(&self) -> Carrier {
        runner::carrier(self.case, Carrier::InMemory)
    }

    async fn told(&self, strikes: &[Strike], late: &[Delay], edit: Option<&EditAt>) -> Result<Ending, String> {
        let options = RunOptions::new(self.carrier(), Mode::Check);
        let mut world = World::new(self.case, options).await.map_err(|cause| cause.to_string())?;
        world.quirks = self.quirks();
        let mut attempt = Attempt::new(world);
        for (index, step) in self.steps.iter().enumerate() {
            let Some(step) = step else { continue };
            for delay in late.iter().filter(|delay| delay.step == index) {
                attempt.world.clock.advance(delay.by);
            }
            let struck: Vec<&Strike> = strikes.iter().filter(|strike| strike.site.step == index).collect();
            attempt.arm(&struck)?;
            let edit = edit.filter(|edit| edit.step == index);
            if !attempt.step(index, step, !struck.is_empty(), edit).await? {
                break;
            }
        }
        if attempt.broken.is_none() {
            attempt.settle().await?;
            if self.looks_for_expired_carts() && attempt.world.integration.is_some() {
                // Cron does so every day.
                attempt.world.expire_carts().await.map_err(|why| why.to_string())?;
            }
        }
        attempt.world.look().await.map_err(|why| why.to_string())?;
        attempt.ending()
    }
}

/// How much later than it should a step is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Delay {
    pub(super) step: usize,
    pub(super) by: SignedDuration,
}

struct Attempt<'a> {
    world: World<'a>,
    calls: Vec<CallSite>,
    armed: Vec<(String, ArmedId, u64)>,
    recoveries: usize,
    over: BTreeMap<usize, Timestamp>,
    broken: Option<String>,
    /// Whether a disruption of the scenario lasts until it is cleared.
    world_is_disrupted: bool,
    /// An edit that was to be done and was not.
    is_edit_missed: bool,
}

impl<'a> Attempt<'a> {
    fn new(world: World<'a>) -> Self {
        let (calls, armed, over) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self {
            world,
            calls,
            armed,
            recoveries: 0,
            over,
            broken: None,
            world_is_disrupted: false,
            is_edit_missed: false,
        }
    }

    fn arm(&mut self, strikes: &[&Strike]) -> Result<(), String> {
        for strike in strikes {
            let shop = self.world.shops.get(&strike.site.shop).ok_or("the shop is gone")?;
            let when = When::nth_of(&strike.site.operation, strike.site.nth);
            let times = strike.trouble.times;
            let id = shop.plan().arm(Armed { disruption: strike.trouble.disruption.clone(), when, times });
            self.armed.push((strike.site.shop.clone(), id, times));
        }
        Ok(())
    }

    /// One step; false when the scenario cannot go on.
    async fn step(
        &mut self,
        index: usize,
        step: &'a At<Step>,
        is_struck: bool,
        edit: Option<&EditAt>,
    ) -> Result<bool, String> {
        let before = self.journal_lengths();
        let mut failures = match edit {
            Some(edit) => self.edited_step(step, edit).await?,
            None => self.world.step(step).await,
        };
        self.note_calls(index, step, &before);
        match &step.0 {
            StepKind::Disrupt(told) => self.world_is_disrupted |= told.0.iter().any(DisruptStep::lasts),
            StepKind::Clear(_) => self.world_is_disrupted = false,
            _ => {}
        }
        if is_struck {
            failures = self.tried_again(step, failures).await;
        }
        let has_failed = !failures.is_empty();
        // Other steps' failures are the business of `run`: an edit that was refused or not is part of the scenario.
        let broken = failures.into_iter().find(|failure| failure.kind.ends_the_scenario());
        if let Some(broken) = broken.filter(|_| !is_struck) {
            self.broken = Some(format!("line {}: {}: {}", broken.line, broken.step, broken.message));
            return Ok(false);
        }
        if is_struck && has_failed && !matches!(step.0, StepKind::Sync(_)) {
            // Whoever was told that the sync failed waits for the next one.
            self.recoveries += 1;
            self.run_again().await?;
        }
        if is_struck || matches!(step.0, StepKind::Sync(_)) {
            self.recover().await?;
        }
        if edit.is_some() {
            // What came too late for this sync comes with the next one, whatever the scenario does then.
            self.run_again().await?;
        }
        self.over.insert(index, self.world.clock.now());
        Ok(true)
    }

    /// The step with an edit before, in or after it.
    async fn edited_step(&mut self, step: &'a At<Step>, edit: &EditAt) -> Result<Failures, String> {
        let served = self.world.shops.get(&edit.shop).ok_or("the shop is gone")?;
        let (shop, base) = (served.shared(), served.base_url().map_err(|error| error.to_string())?);
        let last_sync = self.over.values().next_back().copied();
        let shop_edit = {
            let doing = shop.lock().map_err(|_| "the shop is broken")?;
            edit.edit.of(&doing, last_sync)
        };
        let Some(shop_edit) = shop_edit else {
            self.is_edit_missed = true;
            return Ok(Failures::new());
        };
        // Between two calls time passes, or a row that is saved again would not leave the window that is being read.
        let clock = self.world.clock.clone();
        let meanwhile = if self.world.is_theirs() && edit.place == Place::After { WELL_AFTER } else { MEANWHILE };
        let edit_now = || {
            clock.advance(meanwhile);
            let mut shop = shop.lock().map_err(|_| "the shop is broken".to_owned())?;
            shop.edit(&shop_edit).map(drop).map_err(|error| error.to_string())
        };
        let site = match &edit.place {
            Place::Before => {
                edit_now()?;
                return Ok(self.world.step(step).await);
            }
            Place::After => {
                let failures = self.world.step(step).await;
                edit_now()?;
                return Ok(failures);
            }
            Place::At(site) => site,
        };
        let moments = self.world.moments.clone();
        let when = When::nth_of(&site.operation, site.nth);
        let reached = moments.ask(base.host_str().map(str::to_owned), when);
        let mut work = std::pin::pin!(self.world.step(step));
        let let_go = tokio::select! {
            biased;
            let_go = reached => Some(let_go),
            failures = &mut work => {
                moments.forget();
                self.is_edit_missed = true;
                return Ok(failures);
            }
        };
        let done = edit_now();
        if let Some(Ok(let_go)) = let_go {
            // The call that waits belongs to the step, which is still there.
            let _ = let_go.send(());
        }
        let failures = work.await;
        done.map(|()| failures)
    }

    /// What a person asks for and gets an error, the person asks for again.
    async fn tried_again(&mut self, step: &'a At<Step>, mut failures: Failures) -> Failures {
        for _ in 0..TRIES_AGAIN {
            let has_failed = match &step.0 {
                StepKind::SyncData(_) | StepKind::CheckConnection(_) | StepKind::ExpireCarts(_) => {
                    !failures.is_empty() || self.world.last.as_ref().is_some_and(|last| !last.success)
                }
                // The form shows what the shop answered; whoever sees it empty saves again.
                StepKind::InCrm(edits) => match edits.0.as_slice() {
                    [CrmEdit::ChangeSettings(_)] => true,
                    // The order is in Magento although the CRM says that it failed.
                    [CrmEdit::PlaceOrder(_)] => false,
                    [_] => !failures.is_empty(),
                    // Of several, those before the error have come through, which does no harm to these.
                    several => {
                        let is_harmless =
                            |edit: &CrmEdit| matches!(edit, CrmEdit::Subscribe(_) | CrmEdit::Unsubscribe(_));
                        !failures.is_empty() && several.iter().all(is_harmless)
                    }
                },
                _ => false,
            };
            if !has_failed {
                break;
            }
            self.recoveries += 1;
            failures = self.world.step(step).await;
        }
        failures
    }

    /// Scheduled syncs until one comes through and has nothing to read again. Those that an outage still struck do not
    /// count: whoever calls once in a sync meets it in several, and what the scenario does next is done after it.
    async fn recover(&mut self) -> Result<(), String> {
        let mut in_vain = 0;
        while in_vain < RECOVERIES_MAX && !self.is_settled()? {
            let left = self.strikes_left();
            self.recoveries += 1;
            self.run_again().await?;
            if self.strikes_left() == left {
                in_vain += 1;
            }
        }
        Ok(())
    }

    /// How often what is armed is still to strike.
    fn strikes_left(&self) -> u64 {
        let left = |(shop, id, _): &(String, ArmedId, u64)| self.world.shops.get(shop)?.plan().left(*id);
        self.armed.iter().filter_map(left).sum()
    }

    fn is_settled(&self) -> Result<bool, String> {
        if self.world.last.as_ref().is_some_and(|last| !last.success) {
            return Ok(false);
        }
        if self.world.is_theirs() {
            return Ok(true);
        }
        for (_, id) in self.world.integrations_there() {
            if reads_again(&self.world.crm, id).map_err(|error| error.to_string())? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The scheduled syncs after the scenario.
    async fn settle(&mut self) -> Result<(), String> {
        for _ in 0..RUNS_AT_END {
            self.run_again().await?;
        }
        self.recover().await
    }

    /// The next scheduled sync, of each integration. Of several the first that fails is told.
    async fn run_again(&mut self) -> Result<(), String> {
        let integrations = self.world.integrations_there();
        if integrations.is_empty() {
            return Ok(());
        }
        self.world.clock.advance(SCHEDULE);
        let selected = self.world.selected.clone();
        let mut told: Option<LastOutcome> = None;
        for (name, _) in integrations {
            self.world.select(&name);
            self.world.next_sync().await.map_err(|why| why.to_string())?;
            if told.as_ref().is_none_or(|told| told.success) {
                told = self.world.last.take();
            }
        }
        self.world.select(&selected);
        self.world.last = told;
        Ok(())
    }

    fn journal_lengths(&self) -> Vec<usize> {
        self.world.shops.values().map(|shop| shop.journal().entries().len()).collect()
    }

    /// Whether what came into the CRM is wrong because the scenario made the shop answer so: its end is no measure for others.
    fn is_deceived(&self, before: &[usize]) -> bool {
        let wrong = |struck: &Disruption| DECEPTIONS.contains(&struck.kind());
        let has_wrong = |(shop, from): (&Served, &usize)| {
            shop.journal()
                .entries()
                .get(*from..)
                .unwrap_or_default()
                .iter()
                .any(|entry| entry.disruptions.iter().any(wrong))
        };
        self.world.shops.values().zip(before).any(has_wrong)
    }

    fn note_calls(&mut self, index: usize, step: &At<Step>, before: &[usize]) {
        if self.is_deceived(before) {
            return;
        }
        for ((name, shop), from) in self.world.shops.iter().zip(before) {
            let mut counts = std::collections::BTreeMap::<String, u64>::new();
            for entry in shop.journal().entries().get(*from..).unwrap_or_default() {
                let nth = counts.entry(entry.operation.clone()).or_default();
                *nth += 1;
                // Where the scenario itself makes trouble there is no more to find out: it ends with holes in any case.
                if !entry.disruptions.is_empty() || self.world_is_disrupted {
                    continue;
                }
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

    fn ending(mut self) -> Result<Ending, String> {
        let (invariants, crm) = match self.world.their_state() {
            // What must hold of our CRM at every end, somebody's client is not asked.
            Some(state) => (Vec::new(), state),
            None => {
                let invariants = invariants::broken(&mut self.world).map_err(|error| error.to_string())?;
                (invariants, self.world.crm.state().map_err(|error| error.to_string())?)
            }
        };
        let struck = |(shop, id, times): &(String, ArmedId, u64)| {
            self.world.shops.get(shop).is_some_and(|shop| shop.plan().left(*id).is_none_or(|left| left < *times))
        };
        let all_struck = self.armed.iter().all(struck) && !self.is_edit_missed;
        let last = self.world.last.as_ref();
        Ok(Ending {
            all_struck,
            state: serde_json::json!({ "crm": crm, "shop": self.world.shops_state() }),
            success: last.is_none_or(|last| last.success),
            invariants,
            message: last.filter(|last| !last.success).map(|last| last.message.clone()).unwrap_or_default(),
            calls: self.calls,
            recoveries: self.recoveries,
            over: self.over,
            broken: self.broken,
        })
    }
}

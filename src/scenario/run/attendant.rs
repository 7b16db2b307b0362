//! Somebody who is there while a case runs: looks at its world between the steps, shows it, keeps what is left. What is
//! expected of the case is none of an attendant's business, and the case goes the same way with it and without.

use jiff::Timestamp;

use super::case::Case;
use super::failure::{Failure, FailureKind};
use super::result::CaseResult;
use super::timeline::ToldStep;
use super::wire_call::WireCall;
use super::world::World;
use crate::crm::Crm;
use crate::server::InMemoryShop;
use crate::shop::Shop;

/// Who is there. Every method may be left out.
pub trait Attendant {
    /// Everything is set up and no step is done.
    ///
    /// # Errors
    /// Why the case must not go on, as a failure of it says it.
    fn begins(&mut self, stage: &Stage<'_>) -> Result<(), String> {
        let _ = stage;
        Ok(())
    }

    /// A step was done.
    fn after_step(&mut self, stage: &Stage<'_>, done: &DoneStep<'_>) -> Go {
        let _ = (stage, done);
        Go::On
    }

    /// No further step is done, whatever the reason. The result is known.
    ///
    /// # Errors
    /// What it could not do, as a failure of the case says it.
    fn ends(&mut self, stage: &Stage<'_>, result: &CaseResult) -> Result<(), String> {
        let _ = (stage, result);
        Ok(())
    }
}

/// An attendant who does nothing: the case runs alone.
pub(in crate::scenario) struct Nobody;

impl Attendant for Nobody {}

/// Somebody who wants to see the world that is left, and nothing else.
pub(in crate::scenario) struct AtTheEnd<F>(pub(in crate::scenario) F);

impl<F: FnMut(&World<'_>)> Attendant for AtTheEnd<F> {
    fn ends(&mut self, stage: &Stage<'_>, _: &CaseResult) -> Result<(), String> {
        (self.0)(stage.world);
        Ok(())
    }
}

/// Whether the case goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// With the next step.
    On,
    /// It ends here, and so has neither passed nor shown what it is there for.
    NoFurther,
}

/// The world of a case between two steps.
pub struct Stage<'s> {
    world: &'s World<'s>,
}

impl<'s> Stage<'s> {
    pub(in crate::scenario) fn of(world: &'s World<'_>) -> Self {
        Self { world }
    }

    /// The case that runs.
    pub fn case(&self) -> &'s Case {
        self.world.case
    }

    /// The time by the scenario's clock.
    pub fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// The CRM; `None` where somebody's client acts, whose rows are its own.
    pub fn crm(&self) -> Option<&'s Crm> {
        (!self.world.is_theirs()).then_some(&self.world.crm)
    }

    /// The names of the shops, in the order of the file.
    pub fn shops(&self) -> impl Iterator<Item = &'s str> {
        self.world.shops.keys().map(String::as_str)
    }

    /// A look at the shop of that name.
    pub fn shop<T>(&self, name: &str, look: impl FnOnce(&Shop) -> T) -> Option<T> {
        self.world.shops.get(name).map(|shop| shop.with_shop(|shop| look(shop)))
    }

    /// The shop of that name with its journal and what is armed, for whoever serves it elsewhere as well.
    pub fn served(&self, name: &str) -> Option<InMemoryShop> {
        self.world.shops.get(name).map(super::network::Served::in_memory)
    }

    /// The number of the last call that a shop has seen.
    pub fn last_call(&self, shop: &str) -> u64 {
        self.world.shops.get(shop).map_or(0, |shop| shop.journal().last_number())
    }

    /// Calls of a shop after the one of that number.
    pub fn calls(&self, shop: &str, after: u64) -> Vec<WireCall> {
        let name = (self.world.shops.len() > 1).then_some(shop);
        let Some(served) = self.world.shops.get(shop) else { return Vec::new() };
        let journal = served.journal();
        let calls = journal.entries().iter().filter(|entry| entry.number > after);
        calls.map(|entry| WireCall::of(&journal, entry, name)).collect()
    }

    /// From here on no message of a call is forgotten.
    pub fn keep_all_messages(&self) {
        self.world.shops.values().for_each(|shop| shop.journal().keep_all_messages());
    }
}

/// A step that was done.
pub struct DoneStep<'s> {
    /// Which one of the scenario's, from 0.
    pub index: usize,
    /// What happened in it, where a timeline is kept.
    pub told: Option<&'s ToldStep>,
    /// The failures of the step, when there are any.
    pub failures: &'s [Failure],
    /// Whether another one follows.
    pub is_last: bool,
}

impl DoneStep<'_> {
    /// The failure of a case that was ended after this step.
    pub(in crate::scenario) fn ended_here(&self, case: &Case) -> Option<Failure> {
        let steps = &case.scenario.script.steps;
        let step = steps.get(self.index)?;
        let message = format!("ended here, after step {} of {}: the rest did not run", self.index + 1, steps.len());
        Some(World::failure(step, FailureKind::Stopped, message).from(step))
    }
}

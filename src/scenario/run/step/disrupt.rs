//! `disrupt` and `clear`: what goes wrong from now on, and what does not any more.

use jiff::Timestamp;

use crate::disrupt::{Armed, When};
use crate::scenario::language::step::disrupt::{ClearStep, DisruptStep};
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::Times;
use crate::scenario::run::world::{CannotWork, World};

impl World<'_> {
    /// Arms one disruption.
    pub(in crate::scenario) fn disrupt(&self, step: &DisruptStep) -> Result<(), CannotWork> {
        let armed = armed(step, self.clock.now());
        self.shop(step.shop.as_ref())?.plan().arm(armed);
        Ok(())
    }

    /// Takes back what is armed, in one shop or in all.
    pub(in crate::scenario) fn clear(&self, step: Option<&ClearStep>) -> Result<(), CannotWork> {
        match step.and_then(|step| step.shop.as_ref()) {
            Some(name) => self.shop(Some(name))?.plan().clear(),
            None => self.shops.values().for_each(|shop| shop.plan().clear()),
        }
        Ok(())
    }
}

/// A disruption as the plan takes it, at the story's time.
pub(in crate::scenario) fn armed(step: &DisruptStep, now: Timestamp) -> Armed {
    let number = |number: &Option<At<u64>>| number.as_ref().map(|number| *number.get());
    let from = step.from.as_ref().map(|from| from.get().0);
    let lasting = step.lasting.as_ref().map(|lasting| lasting.get().0);
    let ends = |by| from.unwrap_or(now).saturating_add(by).unwrap_or(Timestamp::MAX);
    let when = When {
        operation: step.operation.as_ref().map(|operation| operation.get().clone()),
        nth: number(&step.call),
        every: number(&step.every),
        page: number(&step.page),
        session: number(&step.session),
        from,
        until: step.until.as_ref().map(|until| until.get().0).or(lasting.map(ends)),
        percent: number(&step.percent).and_then(|percent| u8::try_from(percent).ok()),
        seed: number(&step.seed).unwrap_or_default(),
    };
    let times = match step.times.as_ref().map(|times| *times.get()) {
        None => 1,
        Some(Times::Number(times)) => times,
        Some(Times::UntilCleared) => 0,
    };
    Armed { disruption: step.with.get().clone(), when, times }
}

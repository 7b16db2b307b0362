//! `disrupt` and `clear`: what goes wrong from now on, and what does not any more.

use crate::scenario::run::cannot_work::CannotWork;
use jiff::Timestamp;

use crate::disrupt::{Armed, When};
use crate::scenario::language::step::Step;
use crate::scenario::language::step::disrupt::{ClearStep, DisruptStep};
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::Times;
use crate::scenario::run::failure::{Failure, FailureKind};
use crate::scenario::run::world::{Failures, Watched, World};

impl World<'_> {
    /// Arms one disruption at the shop that it names.
    pub(super) fn disrupt(&mut self, disruption: &DisruptStep, step: &At<Step>) -> Result<(), CannotWork> {
        let armed = armed(disruption, self.clock.now());
        let name = armed.disruption.name();
        let id = self.shop(disruption.shop.as_ref())?.plan().arm(armed);
        let shop = disruption.shop.as_ref().map(|shop| shop.get().clone());
        let shop = shop.or_else(|| self.shops.keys().next().cloned()).unwrap_or_default();
        if !disruption.may_miss.is_yes() {
            let of =
                disruption.operation.as_ref().map(|operation| format!(" of {}", operation.get())).unwrap_or_default();
            let message = format!(
                "the disruption {name} never struck: no call{of} met its conditions; correct them, or add `may miss: yes`"
            );
            let in_vain = format!(
                "the disruption {name} never struck: a call{of} met its conditions, but it changed nothing there; name an \
                 operation or an element where it does, or add `may miss: yes`"
            );
            let [failure, in_vain] = [message, in_vain].map(|message| {
                let failure = Self::failure(step, FailureKind::Unmet, message);
                Failure { line: disruption.with.place().line, ..failure }.from(step)
            });
            self.armed.push(Watched { shop, id, failure, in_vain });
        }
        Ok(())
    }

    /// Takes back what is armed, in one shop or in all.
    pub(super) fn clear(&mut self, step: Option<&ClearStep>) -> Result<Failures, CannotWork> {
        let named = step.and_then(|step| step.shop.as_ref());
        let missed = self.missed(named.map(|name| name.get().as_str()));
        match named {
            Some(name) => self.shop(Some(name))?.plan().clear(),
            None => self.shops.values().for_each(|shop| shop.plan().clear()),
        }
        Ok(missed)
    }

    /// Disruptions that have struck nothing, of one shop or of all; from now on they are not watched any more.
    pub(in crate::scenario) fn missed(&mut self, of: Option<&str>) -> Failures {
        let (asked, kept) = std::mem::take(&mut self.armed)
            .into_iter()
            .partition::<Vec<Watched>, _>(|watched| of.is_none_or(|of| of == watched.shop));
        self.armed = kept;
        let missed = |watched: Watched| {
            let plan = self.shops.get(&watched.shop)?.plan();
            if plan.has_missed_so_far(watched.id) {
                return Some(watched.failure);
            }
            plan.has_changed_nothing(watched.id).then_some(watched.in_vain)
        };
        asked.into_iter().filter_map(missed).collect()
    }
}

/// A disruption as the plan takes it, at the scenario's time.
fn armed(step: &DisruptStep, now: Timestamp) -> Armed {
    let number = |number: &Option<At<u64>>| number.as_ref().map(|number| *number.get());
    let from = step.from.as_ref().map(|from| from.get().0);
    let lasting = step.lasting.as_ref().map(|lasting| lasting.get().0);
    let ends = |by| from.unwrap_or(now).saturating_add(by).unwrap_or(Timestamp::MAX);
    let when = When {
        operation: step.operation.as_ref().map(|operation| operation.get().clone()),
        arguments: step.when.clone(),
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

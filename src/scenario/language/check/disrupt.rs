//! Disruptions: operations there are, numbers that can be counted to, windows that open before they close.

use super::Check;
use crate::disrupt::{AskedFor, Disruption, Part, WSDL_OPERATION};
use crate::scenario::language::step::disrupt::{ClearStep, DisruptStep};
use crate::scenario::language::text::span::{At, Place};

impl Check<'_> {
    pub(super) fn disrupt(&mut self, step: &DisruptStep, place: &Place) {
        self.place_of_edit(step.shop.as_ref(), place);
        self.window(step);
        self.sense(step);
        self.has_others |= matches!(
            step.with.get(),
            Disruption::WrongType(_) | Disruption::InvalidUtf8 | Disruption::ControlCharacter
        );
        if let Some(operation) = &step.operation {
            self.operation(operation, &[WSDL_OPERATION]);
        }
        self.arguments(&step.when, step.operation.as_ref());
    }

    pub(super) fn at_least_one(&mut self, number: Option<&At<u64>>, message: &str, help: &str) {
        if let Some(number) = number.filter(|number| *number.get() == 0) {
            self.report(number.place(), message, help);
        }
    }

    fn window(&mut self, step: &DisruptStep) {
        if let (Some(_), Some(lasting)) = (&step.until, &step.lasting) {
            self.report(lasting.place(), "there are both `until` and `for`", "keep one of them");
        }
    }

    /// What no disruption can be, at its place here.
    fn sense(&mut self, step: &DisruptStep) {
        let number = |number: &Option<At<u64>>| number.as_ref().map(|number| *number.get());
        let asked = AskedFor {
            with: step.with.get(),
            operation: step.operation.as_ref().map(|operation| operation.get().as_str()),
            nth: number(&step.call),
            every: number(&step.every),
            page: number(&step.page),
            session: number(&step.session),
            percent: number(&step.percent),
            seed: number(&step.seed),
            from: step.from.as_ref().map(|from| from.get().0),
            until: step.until.as_ref().map(|until| until.get().0),
        };
        for nonsense in asked.nonsense() {
            let place = |number: &Option<At<u64>>| number.as_ref().map(At::place);
            let place = match nonsense.part {
                Part::With => None,
                Part::Operation => step.operation.as_ref().map(At::place),
                Part::Nth => place(&step.call),
                Part::Every => place(&step.every),
                Part::Page => place(&step.page),
                Part::Session => place(&step.session),
                Part::Percent => place(&step.percent),
                Part::Seed => place(&step.seed),
                Part::Until => step.until.as_ref().map(At::place),
            };
            self.report(place.unwrap_or_else(|| step.with.place()), nonsense.message, nonsense.help);
        }
    }

    pub(super) fn clear(&mut self, step: Option<&ClearStep>) {
        self.named_shop(step.and_then(|step| step.shop.as_ref()));
    }
}

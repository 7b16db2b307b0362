//! Disruptions: operations there are, numbers that can be counted to, windows that open before they close.

use super::Check;
use crate::disrupt::{Disruption, LOGIN_OPERATION, WSDL_OPERATION};
use crate::scenario::language::step::disrupt::{ClearStep, DisruptStep};
use crate::scenario::language::text::span::{At, Place};

/// Statuses that come with an error page.
const STATUSES: std::ops::RangeInclusive<u16> = 400..=599;

/// Operations whose answer is no list.
const NO_LISTS: &[&str] = &[WSDL_OPERATION, LOGIN_OPERATION, "endSession", "magentoInfo", "oroPing"];

impl Check<'_> {
    pub(super) fn disrupt(&mut self, step: &DisruptStep, place: &Place) {
        self.place_of_edit(step.shop.as_ref(), place);
        self.at_least_one(step.call.as_ref(), "calls are counted from 1", "write 1 for the next one");
        self.at_least_one(step.every.as_ref(), "every 0 calls is never", "write 1 for every call, 2 for every second");
        self.at_least_one(step.page.as_ref(), "pages are counted from 1", "write 1 for the first one");
        self.at_least_one(step.session.as_ref(), "sessions are counted from 1", "write 1 for the next login's");
        if let Some(percent) = step.percent.as_ref().filter(|percent| !(1..=100).contains(percent.get())) {
            self.report(percent.place(), "this is no share of a hundred calls", "write a number from 1 to 100");
        }
        if let (Some(seed), None) = (&step.seed, &step.percent) {
            self.report(seed.place(), "a seed is for a draw", "add `percent: …`, or leave the seed out");
        }
        self.window(step);
        self.what(&step.with);
        self.has_rows(step);
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
        let (Some(until), from) = (&step.until, &step.from) else { return };
        if from.as_ref().is_some_and(|from| until.get().0 <= from.get().0) {
            self.report(until.place(), "it is over before it begins", "put a later time than that of `from`");
        }
        if let Some(lasting) = &step.lasting {
            self.report(lasting.place(), "there are both `until` and `for`", "keep one of them");
        }
    }

    fn what(&mut self, with: &At<Disruption>) {
        let (message, help) = match with.get() {
            Disruption::Status(status) if !STATUSES.contains(status) => {
                ("this status comes with no error page", "write one from 400 to 599, or `redirect: …` for 301")
            }
            Disruption::Drip { bytes: 0, .. } => ("nothing would ever come", "let one byte or more come at a time"),
            Disruption::MissingElement(name) | Disruption::WrongType(name) if !is_element(name) => {
                ("this is no element's name", "write it as it stands in the answer, such as `customer_id`")
            }
            Disruption::DateSkew(0) => (
                "a clock that is 0 seconds off is right",
                "write how many seconds it is ahead, or -60 for a minute behind",
            ),
            Disruption::Redirect(to) if url::Url::parse(to).is_err() => {
                ("this is no address", "write all of it, such as `http://shop.example/login`")
            }
            Disruption::Fault { code, .. } if code.trim().is_empty() => {
                ("a fault has a code", "write a number such as \"5\", or a name such as SOAP-ENV:Server")
            }
            _ => return,
        };
        self.report(with.place(), message, help);
    }

    /// What has no rows, or is no page past the end, cannot be struck by what concerns those.
    fn has_rows(&mut self, step: &DisruptStep) {
        use Disruption::{DuplicateRow, EmptyPage, LastPageAgain, SingleRow};
        let with = step.with.get();
        if !matches!(with, DuplicateRow | EmptyPage | LastPageAgain | SingleRow) {
            return;
        }
        if let Some(operation) =
            step.operation.as_ref().filter(|operation| NO_LISTS.contains(&operation.get().as_str()))
        {
            let message = format!("{with} changes nothing here: what this operation answers has no rows");
            self.report(
                operation.place(),
                &message,
                "name an operation that answers a list, such as customerCustomerList",
            );
        }
        if let (LastPageAgain, Some(page)) = (with, step.page.as_ref().filter(|page| *page.get() == 1)) {
            let help = "write the number of the page after the last one, or leave `page` out";
            self.report(page.place(), "the first page has none before it that could come again", help);
        }
    }

    pub(super) fn clear(&mut self, step: Option<&ClearStep>) {
        self.named_shop(step.and_then(|step| step.shop.as_ref()));
    }
}

fn is_element(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || "_-.".contains(letter))
}

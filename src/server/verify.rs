//! Whether the calls that came are those that should have: how often each, in which order, and nothing else. Behind
//! `/__admin/requests/verify` and what scenarios expect of calls; it reads the journal and changes nothing.

use serde::Serialize;

use super::journal::JournalEntry;
use crate::disrupt::WSDL_OPERATION;
use crate::magento::Contract;
use crate::matching::{Conditions, Count, Difference, Matcher};

/// The word for any operation.
pub const ANY_OPERATION: &str = "any";
/// What every client does before and after its calls.
const AROUND_CALLS: &[&str] = &[WSDL_OPERATION, "login", "startSession", "endSession"];
/// Calls that are shown of those that nearly match.
const NEAR_MAX: usize = 3;
/// Answers and other calls that a message names.
const NAMED_MAX: usize = 12;

/// Calls that there should have been.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The API of the shop that is called.
    pub contract: &'a Contract,
    /// The operation, or [`ANY_OPERATION`].
    pub to: &'a str,
    /// What their arguments are like.
    pub with: &'a Conditions,
    /// What they were answered by.
    pub answered: Option<&'a Matcher>,
    /// How many; `None` for at least one.
    pub count: Option<Count>,
}

/// What is asked of all of them together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Together {
    /// They came in the order in which they are listed.
    pub in_order: bool,
    /// There were no others.
    pub nothing_else: bool,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unmet {
    /// Which of the wanted calls, from 0; `None` when it is about other calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<usize>,
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// Calls that nearly are what was wanted, with the arguments that differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<Near>,
}

/// A call that nearly is what was wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Near {
    /// Its number in the journal.
    pub call: u64,
    /// In which arguments it differs.
    pub differs: Vec<Difference>,
}

impl Unmet {
    fn new(wanted: Option<usize>, message: String) -> Self {
        Self { wanted, message, near: Vec::new() }
    }

    /// The calls that nearly match, a line each.
    pub fn near_lines(&self) -> Vec<String> {
        let line = |near: &Near| {
            let differs: Vec<String> = near.differs.iter().map(Difference::to_string).collect();
            format!("call {} nearly is one: {}", near.call, differs.join("; "))
        };
        self.near.iter().map(line).collect()
    }
}

impl Wanted<'_> {
    fn is_to(&self, call: &JournalEntry) -> bool {
        self.to == ANY_OPERATION || self.contract.is_meant(&call.operation, self.to)
    }

    fn is_answered(&self, call: &JournalEntry) -> bool {
        self.answered.is_none_or(|matcher| matcher.matches(Some(&call.answer())))
    }

    fn is(&self, call: &JournalEntry) -> bool {
        self.is_to(call)
            && self.with.hold(&call.arguments, self.contract.other_names(&call.operation))
            && self.is_answered(call)
    }

    fn suits(&self, number: usize) -> bool {
        self.count.map_or(number > 0, |count| count.is(number))
    }

    /// How many must come before the next ones may, where order counts.
    fn least(&self) -> usize {
        self.count.map_or(1, Count::least)
    }

    /// In words: `customerCustomerInfo with customerId: "42"`.
    fn told(&self) -> String {
        let with = if self.with.is_empty() { String::new() } else { format!(" with {}", self.with) };
        let answered = self.answered.map(|matcher| format!(" answered by {matcher}")).unwrap_or_default();
        format!("{}{with}{answered}", self.to)
    }

    /// Calls of the operation whose arguments differ in the fewest ways.
    fn near(&self, calls: &[&JournalEntry]) -> Vec<Near> {
        let mut near: Vec<Near> = calls
            .iter()
            .filter(|call| self.is_to(call) && self.is_answered(call))
            .map(|call| Near {
                call: call.number,
                differs: self.with.differences(&call.arguments, self.contract.other_names(&call.operation)),
            })
            .filter(|near| !near.differs.is_empty())
            .collect();
        near.sort_by_key(|near| near.differs.len());
        near.truncate(NEAR_MAX);
        near
    }
}

/// Everything that is not as wanted, of calls in the order in which they came.
pub fn judge(calls: &[&JournalEntry], wanted: &[Wanted<'_>], together: Together) -> Vec<Unmet> {
    let mut unmet: Vec<Unmet> =
        wanted.iter().enumerate().filter_map(|(number, wanted)| count(calls, number, wanted)).collect();
    if together.in_order && unmet.is_empty() {
        unmet.extend(out_of_order(calls, wanted));
    }
    if together.nothing_else {
        unmet.extend(others(calls, wanted));
    }
    unmet
}

/// How many calls of each there were.
pub fn counts(calls: &[&JournalEntry], wanted: &[Wanted<'_>]) -> Vec<usize> {
    wanted.iter().map(|wanted| calls.iter().filter(|call| wanted.is(call)).count()).collect()
}

fn count(calls: &[&JournalEntry], number: usize, wanted: &Wanted<'_>) -> Option<Unmet> {
    let matching = calls.iter().filter(|call| wanted.is(call)).count();
    if wanted.suits(matching) {
        return None;
    }
    let expected = wanted.count.map_or_else(|| "at least one".to_owned(), |count| count.to_string());
    let answers: Vec<String> = calls.iter().filter(|call| wanted.is_to(call)).map(|call| call.answer()).collect();
    let seen =
        if answers.is_empty() { "none at all".to_owned() } else { format!("answers were: {}", some(&answers, "; ")) };
    let message = format!("{matching} calls of {}, expected {expected} ({seen})", wanted.told());
    let too_few = matching < wanted.least();
    Some(Unmet { near: if too_few { wanted.near(calls) } else { Vec::new() }, ..Unmet::new(Some(number), message) })
}

fn out_of_order(calls: &[&JournalEntry], wanted: &[Wanted<'_>]) -> Option<Unmet> {
    let (mut at, mut last) = (0, None);
    for (number, wanted) in wanted.iter().enumerate() {
        for _ in 0..wanted.least() {
            match calls[at..].iter().position(|call| wanted.is(call)) {
                Some(found) => {
                    at += found + 1;
                    last = Some(calls[at - 1]);
                }
                None => {
                    let after = last.map(|call| format!("after call {}, {}, ", call.number, call.operation));
                    let came: Vec<String> =
                        calls.iter().filter(|call| wanted.is(call)).map(|call| call.number.to_string()).collect();
                    let message = format!(
                        "the calls came in another order: {}there is none of {} any more (they were calls {})",
                        after.unwrap_or_default(),
                        wanted.told(),
                        some(&came, ", ")
                    );
                    return Some(Unmet::new(Some(number), message));
                }
            }
        }
    }
    None
}

fn others(calls: &[&JournalEntry], wanted: &[Wanted<'_>]) -> Option<Unmet> {
    // What is no call has a method and a path for a name.
    let is_around = |call: &JournalEntry| {
        (call.operation.contains(' ') || AROUND_CALLS.contains(&call.operation.as_str()))
            && wanted.iter().all(|wanted| !wanted.contract.is_meant(&call.operation, wanted.to))
    };
    let others: Vec<String> = calls
        .iter()
        .filter(|call| !is_around(call) && !wanted.iter().any(|wanted| wanted.is(call)))
        .map(|call| format!("call {} of {}", call.number, call.operation))
        .collect();
    let message = format!("{} other calls came: {}", others.len(), some(&others, ", "));
    (!others.is_empty()).then(|| Unmet::new(None, message))
}

fn some(texts: &[String], separator: &str) -> String {
    let named = texts[..texts.len().min(NAMED_MAX)].join(separator);
    match texts.len().saturating_sub(NAMED_MAX) {
        0 => named,
        more => format!("{named}{separator}and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::server::Outcome;
    use crate::soap::SoapStruct;

    fn call(number: u64, operation: &str, customer: &str) -> JournalEntry {
        JournalEntry {
            number,
            at: Timestamp::UNIX_EPOCH,
            operation: operation.to_owned(),
            arguments: SoapStruct::new().with("customerId", customer),
            outcome: Outcome::Scalar("int"),
            http_status: 200,
            disruptions: Vec::new(),
            why: None,
            stub: None,
        }
    }

    /// `to`, `with` and count of each.
    type Row<'a> = (&'a str, &'a str, Option<Count>);

    fn judged(wanted: &[Row<'_>], together: Together) -> Vec<String> {
        let calls = [
            call(1, "wsdl", ""),
            call(2, "login", ""),
            call(3, "info", "42"),
            call(4, "update", "42"),
            call(5, "info", "13"),
            call(6, "endSession", ""),
            call(7, "GET /mockgento/soap-encoding.xsd", ""),
        ];
        let calls: Vec<&JournalEntry> = calls.iter().collect();
        let with: Vec<Conditions> = wanted.iter().map(|row| serde_saphyr::from_str(row.1).unwrap()).collect();
        let rows = wanted.iter().zip(&with);
        let wanted: Vec<Wanted<'_>> = rows
            .map(|((to, _, count), with)| Wanted {
                contract: Contract::shared(),
                to,
                with,
                answered: None,
                count: *count,
            })
            .collect();
        judge(&calls, &wanted, together)
            .into_iter()
            .flat_map(|unmet| std::iter::once(unmet.message.clone()).chain(unmet.near_lines()))
            .collect()
    }

    #[test]
    fn calls_are_counted_ordered_and_alone() {
        let (order, alone) = (
            Together { in_order: true, ..Together::default() },
            Together { nothing_else: true, ..Together::default() },
        );
        let none = Together::default();
        let least = |number| Some(Count::at_least(number));
        let most = |number| Some(Count::at_most(number));
        for (wanted, together, expected) in [
            (vec![("info", "{}", Some(Count::Exactly(2)))], none, vec![]),
            (vec![("info", "{customerId: 42}", None)], none, vec![]),
            (vec![("info", "{}", least(2)), ("update", "{}", most(1))], none, vec![]),
            (vec![("any", "{customerId: 42}", Some(Count::Exactly(2)))], none, vec![]),
            (vec![("info", "{}", most(1))], none, vec!["2 calls of info, expected at most 1 (answers were: ok; ok)"]),
            (
                vec![("info", "{customerId: 7}", None)],
                none,
                vec![
                    "0 calls of info with customerId: \"7\", expected at least one (answers were: ok; ok)",
                    "call 3 nearly is one: customerId is \"42\", expected \"7\"",
                    "call 5 nearly is one: customerId is \"13\", expected \"7\"",
                ],
            ),
            (vec![("list", "{}", None)], none, vec!["0 calls of list, expected at least one (none at all)"]),
            (vec![("update", "{}", None), ("info", "{customerId: 13}", None)], order, vec![]),
            (
                vec![("update", "{}", None), ("info", "{customerId: 42}", None)],
                order,
                vec![
                    "the calls came in another order: after call 4, update, there is none of info with customerId: \
                     \"42\" any more (they were calls 3)",
                ],
            ),
            (vec![("info", "{}", None), ("update", "{}", None)], alone, vec![]),
            (
                vec![("info", "{customerId: 42}", None)],
                alone,
                vec!["2 other calls came: call 4 of update, call 5 of info"],
            ),
            (vec![("login", "{}", None), ("any", "{customerId: {not: ''}}", None)], alone, vec![]),
        ] {
            assert_eq!(judged(&wanted, together), expected, "{wanted:?} {together:?}");
        }
    }
}

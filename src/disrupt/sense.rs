//! What no disruption can be: numbers that are never counted to, answers that cannot be sent, trouble that changes nothing.
//! Scenarios, the control API and Rust tests all ask here.

use jiff::Timestamp;

use super::{Armed, Disruption, LOGIN_OPERATION, WSDL_OPERATION};

/// Statuses that come with an error page.
const STATUSES: std::ops::RangeInclusive<u16> = 400..=599;

/// Operations whose answer is no list.
const NO_LISTS: &[&str] = &[WSDL_OPERATION, LOGIN_OPERATION, "endSession", "magentoInfo", "oroPing"];

/// A disruption as it was asked for, before anything is armed.
#[derive(Clone, Copy, Debug)]
pub struct AskedFor<'a> {
    /// What strikes.
    pub with: &'a Disruption,
    /// The operation that is struck.
    pub operation: Option<&'a str>,
    /// The call that is struck, counted from 1.
    pub nth: Option<u64>,
    /// Every so many calls.
    pub every: Option<u64>,
    /// The page that is asked for.
    pub page: Option<u64>,
    /// The session of the call.
    pub session: Option<u64>,
    /// How many of a hundred calls.
    pub percent: Option<u64>,
    /// What the draw starts from.
    pub seed: Option<u64>,
    /// From when on.
    pub from: Option<Timestamp>,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// The part of it that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What strikes.
    With,
    /// The operation that is struck.
    Operation,
    /// The call that is struck.
    Nth,
    /// Every so many calls.
    Every,
    /// The page that is asked for.
    Page,
    /// The session of the call.
    Session,
    /// How many of a hundred calls.
    Percent,
    /// What the draw starts from.
    Seed,
    /// Until when.
    Until,
}

impl Part {
    /// Where it stands in what is armed, for messages about one that has no lines.
    fn path(self) -> &'static str {
        match self {
            Self::With => "disruption",
            Self::Operation => "when.operation",
            Self::Nth => "when.nth",
            Self::Every => "when.every",
            Self::Page => "when.page",
            Self::Session => "when.session",
            Self::Percent => "when.percent",
            Self::Seed => "when.seed",
            Self::Until => "when.until",
        }
    }
}

/// One thing that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonsense {
    /// Where.
    pub part: Part,
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// What to write instead.
    pub help: &'static str,
}

impl Nonsense {
    fn at(part: Part, message: impl Into<String>, help: &'static str) -> Self {
        Self { part, message: message.into(), help }
    }

    /// Where and what, for one that has no lines.
    pub fn told(&self) -> String {
        format!("{}: {}", self.part.path(), self.message)
    }
}

impl Armed {
    /// The first thing about it that cannot be.
    pub fn nonsense(&self) -> Option<Nonsense> {
        let when = &self.when;
        let asked = AskedFor {
            with: &self.disruption,
            operation: when.operation.as_deref(),
            nth: when.nth,
            every: when.every,
            page: when.page,
            session: when.session,
            percent: when.percent.map(u64::from),
            // 0 is what a draw starts from when nothing is said.
            seed: Some(when.seed).filter(|seed| *seed > 0),
            from: when.from,
            until: when.until,
        };
        asked.nonsense().into_iter().next()
    }
}

impl AskedFor<'_> {
    /// All that cannot be.
    pub fn nonsense(&self) -> Vec<Nonsense> {
        let mut found = Vec::new();
        for (part, number, message, help) in [
            (Part::Nth, self.nth, "calls are counted from 1", "write 1 for the next one"),
            (Part::Every, self.every, "every 0 calls is never", "write 1 for every call, 2 for every second"),
            (Part::Page, self.page, "pages are counted from 1", "write 1 for the first one"),
            (Part::Session, self.session, "sessions are counted from 1", "write 1 for the next login's"),
        ] {
            found.extend((number == Some(0)).then(|| Nonsense::at(part, message, help)));
        }
        if self.percent.is_some_and(|percent| !(1..=100).contains(&percent)) {
            let help = "write a number from 1 to 100";
            found.push(Nonsense::at(Part::Percent, "this is no share of a hundred calls", help));
        }
        if self.seed.is_some() && self.percent.is_none() {
            let help = "add `percent: …`, or leave the seed out";
            found.push(Nonsense::at(Part::Seed, "a seed is for a draw", help));
        }
        if let (Some(from), Some(until)) = (self.from, self.until)
            && until <= from
        {
            let help = "put a later time than that of `from`";
            found.push(Nonsense::at(Part::Until, "it is over before it begins", help));
        }
        found.extend(of_kind(self.with).map(|(message, help)| Nonsense::at(Part::With, message, help)));
        found.extend(self.without_rows());
        found
    }

    /// What has no rows, or is no page past the end, cannot be struck by what concerns those.
    fn without_rows(&self) -> Option<Nonsense> {
        use Disruption::{DuplicateRow, EmptyPage, LastPageAgain, SingleRow};
        let with = self.with;
        if !matches!(with, DuplicateRow | EmptyPage | LastPageAgain | SingleRow) {
            return None;
        }
        if self.operation.is_some_and(|operation| NO_LISTS.contains(&operation)) {
            let message = format!("{with} changes nothing here: what this operation answers has no rows");
            let help = "name an operation that answers a list, such as customerCustomerList";
            return Some(Nonsense::at(Part::Operation, message, help));
        }
        (*with == LastPageAgain && self.page == Some(1)).then(|| {
            let help = "write the number of the page after the last one, or leave `page` out";
            Nonsense::at(Part::Page, "the first page has none before it that could come again", help)
        })
    }
}

fn of_kind(with: &Disruption) -> Option<(&'static str, &'static str)> {
    match with {
        Disruption::Status(status) if !STATUSES.contains(status) => {
            Some(("this status comes with no error page", "write one from 400 to 599, or `redirect: …` for 301"))
        }
        Disruption::Drip { bytes: 0, .. } => Some(("nothing would ever come", "let one byte or more come at a time")),
        Disruption::MissingElement(name) | Disruption::WrongType(name) if !is_element(name) => {
            Some(("this is no element's name", "write it as it stands in the answer, such as `customer_id`"))
        }
        Disruption::DateSkew(0) => Some((
            "a clock that is 0 seconds off is right",
            "write how many seconds it is ahead, or -60 for a minute behind",
        )),
        Disruption::Redirect(to) if !is_address(to) => {
            Some(("this is no address", "write all of it, such as `http://shop.example/login`"))
        }
        Disruption::Fault { code, .. } if code.trim().is_empty() => {
            Some(("a fault has a code", "write a number such as \"5\", or a name such as SOAP-ENV:Server"))
        }
        _ => None,
    }
}

fn is_element(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || "_-.".contains(letter))
}

/// It stands in a header as it is written, which is one line.
fn is_address(text: &str) -> bool {
    url::Url::parse(text).is_ok() && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_never_strike_or_cannot_be_sent_is_told_with_its_place() {
        for (yaml, told) in [
            ("{disruption: garbage, when: {nth: 0}}", "when.nth: calls are counted from 1"),
            ("{disruption: garbage, when: {every: 0}}", "when.every: every 0 calls is never"),
            ("{disruption: garbage, when: {page: 0}}", "when.page: pages are counted from 1"),
            ("{disruption: garbage, when: {session: 0}}", "when.session: sessions are counted from 1"),
            ("{disruption: garbage, when: {percent: 0}}", "when.percent: this is no share of a hundred calls"),
            ("{disruption: garbage, when: {percent: 200}}", "when.percent: this is no share of a hundred calls"),
            ("{disruption: garbage, when: {seed: 7}}", "when.seed: a seed is for a draw"),
            (
                "{disruption: garbage, when: {from: 2026-01-02T00:00:00Z, until: 2026-01-01T00:00:00Z}}",
                "when.until: it is over before it begins",
            ),
            ("{disruption: {status: 101}}", "disruption: this status comes with no error page"),
            ("{disruption: {status: 200}}", "disruption: this status comes with no error page"),
            ("{disruption: {status: 1000}}", "disruption: this status comes with no error page"),
            ("{disruption: {drip: {bytes: 0, every_seconds: 1}}}", "disruption: nothing would ever come"),
            ("{disruption: {missing-element: ''}}", "disruption: this is no element's name"),
            ("{disruption: {date-skew: 0}}", "disruption: a clock that is 0 seconds off is right"),
            ("{disruption: {redirect: \"a b\\nc\"}}", "disruption: this is no address"),
            ("{disruption: {redirect: \"http://a.example/\\nSet-Cookie: b\"}}", "disruption: this is no address"),
            ("{disruption: {fault: {code: ''}}}", "disruption: a fault has a code"),
            (
                "{disruption: empty-page, when: {operation: oroPing}}",
                "when.operation: empty-page changes nothing here: what this operation answers has no rows",
            ),
            (
                "{disruption: last-page-again, when: {page: 1}}",
                "when.page: the first page has none before it that could come again",
            ),
        ] {
            let armed: Armed = serde_saphyr::from_str(yaml).unwrap();
            assert_eq!(armed.nonsense().map(|nonsense| nonsense.told()).as_deref(), Some(told), "{yaml}");
        }
        for yaml in [
            "{disruption: garbage}",
            "{disruption: {status: 503}, when: {every: 2, percent: 100, seed: 7}, times: 0}",
            "{disruption: {redirect: \"http://shop.example/login\"}}",
            "{disruption: empty-page, when: {operation: storeList, page: 2}}",
        ] {
            let armed: Armed = serde_saphyr::from_str(yaml).unwrap();
            assert_eq!(armed.nonsense(), None, "{yaml}");
        }
    }
}

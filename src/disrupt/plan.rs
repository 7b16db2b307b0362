//! What is armed, when it strikes and how often it still may.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::list_page::ListPages;
use super::{Disruption, LOGIN_OPERATION, Seen, When};
use crate::soap::SoapStruct;

/// A disruption ready to strike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Armed {
    /// The disruption that strikes.
    pub disruption: Disruption,
    /// Which calls are struck.
    #[serde(default)]
    pub when: When,
    /// How often before it is used up; 0 is until cleared.
    #[serde(default = "once")]
    pub times: u64,
}

fn once() -> u64 {
    1
}

impl Armed {
    /// A disruption that strikes one call.
    pub fn once(disruption: Disruption, when: When) -> Self {
        Self { disruption, when, times: 1 }
    }

    /// A disruption that strikes every call until it is cleared.
    pub fn until_cleared(disruption: Disruption, when: When) -> Self {
        Self { disruption, when, times: 0 }
    }
}

/// The handle of an armed disruption, unique within its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ArmedId(pub u64);

/// A disruption that strikes the call at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    /// The number by which it can be disarmed.
    pub id: ArmedId,
    /// The disruption that struck.
    pub disruption: Disruption,
}

/// All that is armed, in order of arming.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    next_id: u64,
    entries: Vec<Entry>,
    /// Somebody asks before connecting, so that calls that arrive are not struck by refused connections any more.
    gated: bool,
    pages: ListPages,
    /// Of each that struck, how often, and how often that changed nothing.
    strikes: BTreeMap<ArmedId, (u64, u64)>,
}

#[derive(Clone, Debug)]
struct Entry {
    id: ArmedId,
    armed: Armed,
    seen: u64,
    sessions: u64,
    left: Option<u64>,
    has_struck: bool,
    draws: ChaCha8Rng,
}

impl Plan {
    /// A plan without trouble.
    pub fn new() -> Self {
        Self::default()
    }

    /// Arms a disruption; the id takes it back.
    pub fn arm(&mut self, armed: Armed) -> ArmedId {
        self.next_id += 1;
        let id = ArmedId(self.next_id);
        let left = (armed.times > 0).then_some(armed.times);
        let draws = ChaCha8Rng::seed_from_u64(armed.when.seed);
        self.entries.push(Entry { id, armed, seen: 0, sessions: 0, left, has_struck: false, draws });
        id
    }

    /// Takes one back; false when it is used up or unknown.
    pub fn disarm(&mut self, id: ArmedId) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.id != id);
        self.entries.len() < before
    }

    /// Takes all disruptions back.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.strikes.clear();
    }

    /// Arms what another plan has armed, as far as it has got there; nothing else is armed any more.
    pub fn take_over(&mut self, other: &Self) {
        self.entries.clone_from(&other.entries);
        self.pages.clone_from(&other.pages);
        self.strikes.clone_from(&other.strikes);
        self.next_id = self.next_id.max(other.next_id);
    }

    /// Whether nothing is armed.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What is armed and not used up.
    pub fn list(&self) -> impl Iterator<Item = (ArmedId, &Armed)> {
        self.entries.iter().map(|entry| (entry.id, &entry.armed))
    }

    /// How often an armed one may still strike; `None` when it is used up or unknown, or strikes until cleared.
    pub fn left(&self, id: ArmedId) -> Option<u64> {
        self.entries.iter().find(|entry| entry.id == id).and_then(|entry| entry.left)
    }

    /// Whether an armed one is still waiting for its first call.
    pub fn has_missed_so_far(&self, id: ArmedId) -> bool {
        self.entries.iter().any(|entry| entry.id == id && !entry.has_struck)
    }

    /// What was struck stayed as it is without.
    pub fn changed_nothing(&mut self, id: ArmedId) {
        self.strikes.entry(id).or_default().1 += 1;
    }

    /// Whether it struck, used up or not, and changed nothing any time.
    pub fn has_changed_nothing(&self, id: ArmedId) -> bool {
        self.strikes.get(&id).is_some_and(|(struck, in_vain)| *struck > 0 && struck == in_vain)
    }

    /// From now on [`Plan::fire_before_connecting`] is asked before every call.
    pub fn gate(&mut self) {
        self.gated = true;
    }

    /// The page that a call asks for, by number or by key.
    pub fn page_of(&mut self, operation: &str, arguments: &SoapStruct) -> Option<u64> {
        if operation == LOGIN_OPERATION {
            self.pages.clear();
        }
        self.pages.of(operation, arguments)
    }

    /// Counts one call that arrived and returns what strikes it.
    pub fn fire(&mut self, call: Seen<'_>) -> Vec<Fired> {
        let opens = call.operation == LOGIN_OPERATION;
        self.entries.iter_mut().filter(|_| opens).for_each(|entry| entry.sessions += 1);
        self.fire_those(call, |entry| !entry.armed.disruption.is_before_connecting(), 0)
    }

    /// Counts one call that is about to connect and returns what keeps it from doing so.
    pub fn fire_before_connecting(&mut self, call: Seen<'_>) -> Vec<Fired> {
        let opening = u64::from(call.operation == LOGIN_OPERATION);
        self.fire_those(call, |entry| entry.armed.disruption.is_before_connecting(), opening)
    }

    /// What should have kept a call from connecting that nobody asked about before; where somebody does, nothing.
    pub fn fire_unasked(&mut self, call: Seen<'_>) -> Vec<Fired> {
        if self.gated { Vec::new() } else { self.fire_before_connecting(call) }
    }

    fn fire_those(&mut self, call: Seen<'_>, those: impl Fn(&Entry) -> bool, opening: u64) -> Vec<Fired> {
        let mut fired = Vec::new();
        for entry in self.entries.iter_mut().filter(|entry| those(entry)) {
            if entry.is_struck(call, opening) {
                self.strikes.entry(entry.id).or_default().0 += 1;
                fired.push(Fired { id: entry.id, disruption: entry.armed.disruption.clone() });
            }
        }
        self.entries.retain(|entry| entry.left != Some(0));
        fired
    }
}

impl Entry {
    /// Counts the call and says whether it is struck.
    fn is_struck(&mut self, call: Seen<'_>, opening: u64) -> bool {
        if !self.armed.when.concerns(call, self.sessions + opening) {
            return false;
        }
        self.seen += 1;
        if !self.armed.when.strikes(self.seen) || !self.is_drawn() {
            return false;
        }
        self.has_struck = true;
        if let Some(left) = &mut self.left {
            *left -= 1;
        }
        true
    }

    fn is_drawn(&mut self) -> bool {
        self.armed.when.percent.is_none_or(|percent| self.draws.next_u32() % 100 < u32::from(percent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers, from 1, of the calls that were struck.
    fn struck(armed: Armed, calls: &[&str]) -> Vec<usize> {
        let mut plan = Plan::new();
        plan.arm(armed);
        let hits = calls.iter().map(|call| plan.fire(Seen::named(call)).len()).collect::<Vec<_>>();
        hits.iter().enumerate().filter(|(_, hits)| **hits > 0).map(|(at, _)| at + 1).collect()
    }

    #[test]
    fn a_disruption_strikes_the_calls_it_was_armed_for() {
        let calls = ["wsdl", "login", "list", "list", "info", "list", "list"];
        let when = |operation: Option<&str>, nth, every| When {
            operation: operation.map(str::to_owned),
            nth,
            every,
            ..When::default()
        };
        for (when, times, expected) in [
            (When::next_call(), 1, vec![1]),
            (when(None, Some(4), None), 1, vec![4]),
            (When::nth_of("list", 2), 1, vec![4]),
            (When::nth_of("list", 2), 2, vec![4, 6]),
            (when(Some("list"), None, None), 0, vec![3, 4, 6, 7]),
            (when(None, None, Some(3)), 0, vec![3, 6]),
            (when(None, Some(4), Some(3)), 0, vec![6]),
            (when(None, None, Some(0)), 0, vec![]),
            (When::nth_of("gone", 1), 1, vec![]),
        ] {
            let armed = Armed { disruption: Disruption::HtmlPage, when: when.clone(), times };
            assert_eq!(struck(armed, &calls), expected, "{when:?} x {times}");
        }
    }

    #[test]
    fn one_that_changed_nothing_is_known_after_it_is_used_up() {
        let mut plan = Plan::new();
        let id = plan.arm(Armed { times: 2, ..Armed::once(Disruption::EmptyPage, When::next_call()) });
        assert!(!plan.has_changed_nothing(id) && plan.has_missed_so_far(id));
        plan.fire(Seen::named("login"));
        plan.changed_nothing(id);
        assert!(plan.has_changed_nothing(id));
        plan.fire(Seen::named("list"));
        assert!(plan.is_empty() && !plan.has_changed_nothing(id), "the second one changed something");
    }

    #[test]
    fn a_used_up_or_disarmed_disruption_is_gone() {
        let mut plan = Plan::new();
        plan.arm(Armed::once(Disruption::NoDate, When::next_call()));
        let kept = plan.arm(Armed::until_cleared(Disruption::EmptyBody, When::next_call()));
        assert_eq!(plan.fire(Seen::named("login")).len(), 2);
        assert_eq!(plan.list().map(|(id, _)| id).collect::<Vec<_>>(), vec![kept]);
        assert!(plan.disarm(kept) && !plan.disarm(kept));
        assert!(plan.fire(Seen::named("login")).is_empty());
    }

    #[test]
    fn pages_sessions_and_windows_narrow_which_calls_count() {
        let at = |second| jiff::Timestamp::from_second(second).unwrap();
        let call = |operation, page, second| Seen { page, at: at(second), ..Seen::named(operation) };
        let calls = [
            call("login", None, 0),
            call("list", Some(1), 10),
            call("list", Some(2), 20),
            call("login", None, 30),
            call("list", Some(1), 40),
            call("list", Some(2), 50),
        ];
        for (when, expected) in [
            (When { page: Some(2), ..When::default() }, vec![3, 6]),
            (When { session: Some(2), ..When::default() }, vec![4, 5, 6]),
            (When { session: Some(2), page: Some(1), ..When::default() }, vec![5]),
            (When { from: Some(at(20)), until: Some(at(50)), ..When::default() }, vec![3, 4, 5]),
            (When { page: Some(2), nth: Some(2), ..When::default() }, vec![6]),
        ] {
            let mut plan = Plan::new();
            plan.arm(Armed::until_cleared(Disruption::HtmlPage, when.clone()));
            let hits: Vec<usize> =
                (1..).zip(&calls).filter(|(_, call)| !plan.fire(**call).is_empty()).map(|(n, _)| n).collect();
            assert_eq!(hits, expected, "{when:?}");
        }
    }

    #[test]
    fn arguments_narrow_which_calls_count() {
        let when: When = serde_saphyr::from_str("{operation: info, arguments: {customerId: 42}, nth: 2}").unwrap();
        let mut plan = Plan::new();
        plan.arm(Armed::until_cleared(Disruption::HtmlPage, when));
        let fired: Vec<usize> = ["42", "13", "13", "42", "42"]
            .map(|id| {
                let arguments = SoapStruct::new().with("customerId", id);
                plan.fire(Seen { arguments: Some(&arguments), ..Seen::named("info") }).len()
            })
            .into();
        assert_eq!(fired, [0, 0, 0, 1, 1], "only calls for 42 are counted");
        assert!(plan.fire(Seen::named("info")).is_empty(), "what is no call has no arguments");
    }

    #[test]
    fn a_draw_strikes_about_as_many_as_asked_and_the_same_ones_every_time() {
        let struck_by = |percent, seed| {
            let when = When { percent: Some(percent), seed, ..When::default() };
            struck(Armed::until_cleared(Disruption::HtmlPage, when), &["list"; 1000])
        };
        assert_eq!(struck_by(30, 7), struck_by(30, 7));
        assert_ne!(struck_by(30, 7), struck_by(30, 8));
        assert!((250..350).contains(&struck_by(30, 7).len()), "{}", struck_by(30, 7).len());
        assert_eq!((struck_by(0, 1).len(), struck_by(100, 1).len()), (0, 1000));
    }

    #[test]
    fn a_refused_connection_strikes_before_connecting_where_somebody_asks_and_on_arrival_elsewhere() {
        let refused = || Armed::once(Disruption::Refused, When::nth_of("list", 2));
        let mut plan = Plan::new();
        plan.arm(refused());
        let arrives =
            |plan: &mut Plan| (plan.fire_unasked(Seen::named("list")).len(), plan.fire(Seen::named("list")).len());
        assert_eq!([arrives(&mut plan), arrives(&mut plan), arrives(&mut plan)], [(0, 0), (1, 0), (0, 0)]);
        let mut gated = Plan::new();
        gated.gate();
        gated.arm(refused());
        assert!((0..3).all(|_| gated.fire_unasked(Seen::named("list")).is_empty()), "whoever connects has been asked");
        let asked = |plan: &mut Plan| {
            (plan.fire_before_connecting(Seen::named("list")).len(), plan.fire(Seen::named("list")).len())
        };
        assert_eq!([asked(&mut gated), asked(&mut gated), asked(&mut gated)], [(0, 0), (1, 0), (0, 0)]);
    }
}

//! The simulator: draws scenarios, runs them, and makes the smallest of each that fails. A drawn scenario is an ordinary one
//! (`draw` writes it in the language's own words), so what fails here fails as a file too; it ends with quiet syncs and
//! `expect: {in sync: yes}`, and that is what judges it. Rules of the sync, of Magento and of the judgement do not live here.

mod calls;
mod client;
mod dice;
mod draw;
mod drawn;
mod edits;
mod in_crm;
mod people;
mod plans;
mod shrink;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use client::greet;
pub use drawn::Drawn;
pub use plans::planned;

use crate::quirk::{Profile, Quirk};
use crate::scenario::Scenario;
use crate::scenario::actor::Testee;
use crate::scenario::explore::pool;
use crate::scenario::run::case::Case;
use crate::scenario::run::failure::{Failure, FailureKind};
use crate::scenario::run::runner::{self, Carrier, RunOptions};
use crate::snapshot::Mode;

/// How many scenarios are drawn, from which seed, and when to stop.
#[derive(Clone, Debug)]
pub struct SimulateOptions {
    /// What every draw starts from.
    pub seed: u64,
    /// The profile of every scenario.
    pub profile: Profile,
    /// Quirks that are switched on in every scenario.
    pub quirks: Vec<Quirk>,
    /// How many of a hundred scenarios have so many customers that lists have pages.
    pub crowds: usize,
    /// How many runs the search for the smallest scenario may take.
    pub search: usize,
    /// How many run at once.
    pub jobs: usize,
    /// Somebody's own client instead of our sync.
    pub client: Option<Arc<Testee>>,
    /// Set when somebody wants it to end: what runs then counts for nothing.
    pub stops: Option<&'static AtomicBool>,
}

impl SimulateOptions {
    fn is_stopped(&self) -> bool {
        self.stops.is_some_and(|stops| stops.load(Ordering::Relaxed))
    }

    /// Whether whoever syncs can do that.
    fn can(&self, feature: &str) -> bool {
        self.client.as_ref().is_none_or(|client| client.supports(feature))
    }
}

impl Default for SimulateOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            profile: Profile::default(),
            quirks: Vec::new(),
            crowds: 8,
            search: 600,
            jobs: 1,
            client: None,
            stops: None,
        }
    }
}

/// A scenario that failed.
#[derive(Clone, Debug)]
pub struct Found {
    /// The number of the scenario, counted from 1.
    pub number: u64,
    /// Why, the first reason of the smallest scenario.
    pub why: Vec<String>,
    /// The smallest scenario that fails for the same reason, as a file's text.
    pub text: String,
    /// Steps it has, and steps the drawn one had.
    pub steps: (usize, usize),
    /// The number of runs that finding the smallest scenario took.
    pub runs: usize,
}

/// What became of some scenarios.
#[derive(Clone, Debug, Default)]
pub struct Simulated {
    /// Those that failed, in order.
    pub failed: Vec<Found>,
    /// How many were run.
    pub run: u64,
    /// How many were run or skipped: all up to the first that did not begin.
    pub tried: u64,
    /// Why a client could not do the last of those that it could not.
    pub skipped: Option<String>,
}

/// Draws and runs the scenarios with these numbers, the first is 1.
pub fn simulate(options: &SimulateOptions, numbers: std::ops::Range<u64>) -> Simulated {
    simulate_while(options, numbers, &|| true)
}

/// The same as long as `goes_on` says so; those that have begun by then end.
pub fn simulate_while(
    options: &SimulateOptions,
    numbers: std::ops::Range<u64>,
    goes_on: &(dyn Fn() -> bool + Sync),
) -> Simulated {
    let count = usize::try_from(numbers.end.saturating_sub(numbers.start)).unwrap_or(usize::MAX);
    let one = |index: usize| {
        if !goes_on() {
            return None;
        }
        let number = numbers.start + u64::try_from(index).ok()?;
        let drawn = draw(options, number);
        let ran = run(&drawn, options.client.as_ref());
        if options.is_stopped() {
            return None;
        }
        Some(match ran {
            Ran::Passed => Ok(None),
            Ran::Skipped(why) => Err(why),
            Ran::Failed(failures) => Ok(Some(shrink::smallest(&drawn, number, failures, options))),
        })
    };
    let mut simulated = Simulated::default();
    for one in pool::each(count, options.jobs, one).into_iter().map_while(|one| one) {
        simulated.tried += 1;
        match one {
            Ok(found) => {
                simulated.run += 1;
                simulated.failed.extend(found);
            }
            Err(why) => simulated.skipped = Some(why),
        }
    }
    simulated
}

/// The scenario with that number: the same one every time. For a client it has what the client can do.
pub fn draw(options: &SimulateOptions, number: u64) -> Drawn {
    let drawn = draw::scenario(options, number);
    match &options.client {
        Some(client) => client::fitted(drawn, client),
        None => drawn,
    }
}

/// How a drawn scenario went.
#[derive(Debug)]
pub enum Ran {
    /// As it should.
    Passed,
    /// A client cannot do it, and why.
    Skipped(String),
    /// Why it did not pass.
    Failed(Vec<Failure>),
}

/// Runs a drawn scenario as the file it would be.
pub fn run(drawn: &Drawn, client: Option<&Arc<Testee>>) -> Ran {
    let case = match case(&drawn.text()) {
        Ok(case) => client.map_or_else(|| case.clone(), |client| case.told_by(client)),
        Err(why) => return Ran::Failed(vec![*why]),
    };
    let result = runner::run(&case, RunOptions::new(Carrier::InMemory, Mode::Check));
    match (result.skipped, result.failures) {
        (Some(why), _) => Ran::Skipped(why),
        (None, failures) if failures.is_empty() => Ran::Passed,
        (None, failures) if client.is_some() && client::builds_on_what_is_left_out(&failures) => {
            Ran::Skipped("it edits what was made in a block that the client cannot do".to_owned())
        }
        (None, failures) => Ran::Failed(failures),
    }
}

/// The only case of a scenario's text.
fn case(text: &str) -> Result<Case, Box<Failure>> {
    let failed = |message: String| {
        Box::new(Failure {
            kind: FailureKind::CannotWork,
            file: None,
            line: 1,
            column: None,
            step: "file".to_owned(),
            message,
            detail: String::new(),
        })
    };
    let scenario = Scenario::from_text(Path::new("simulated.yaml"), text)
        .map_err(|error| failed(format!("the drawn scenario cannot be read: {error}")))?;
    scenario.cases().into_iter().next().ok_or_else(|| failed("the drawn scenario has no case".to_owned()))
}

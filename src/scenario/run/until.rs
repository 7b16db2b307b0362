//! A scenario's shops at some moment of it, for somebody's own client.

use super::case::Case;
use super::failure::FailureKind;
use super::runner::{self, Carrier, RunOptions};
use super::world::{API_KEY, API_USER, World};
use crate::clock::Clock;
use crate::scenario::language::step::{Step, StepKind};
use crate::scenario::language::text::span::At;
use crate::server::InMemoryShop;
use crate::snapshot::Mode;

/// The shops of a case, with what they have heard and what is armed in them.
pub struct ShopsThen {
    /// By name, in the order of the file.
    pub shops: Vec<(String, InMemoryShop)>,
    /// The line of the last step that was done.
    pub line: Option<usize>,
    /// An API user whom every scenario's shop has, and the key, unless the seed gives that user another.
    pub user: Option<(&'static str, &'static str)>,
}

/// Why there are none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UntilError {
    /// The line is before all steps.
    #[error("line {line} is before its first step, which stands in line {first}")]
    BeforeTheFirst {
        /// The line that was asked for.
        line: usize,
        /// That of the first step.
        first: usize,
    },
    /// The file is shorter.
    #[error("it has {lines} lines, and no line {line}")]
    NoSuchLine {
        /// The line that was asked for.
        line: usize,
        /// How many there are.
        lines: usize,
    },
    /// The scenario cannot begin, or a step of it cannot work.
    #[error("{0}")]
    CannotWork(String),
}

/// Does the steps of a case up to a line of its file, that of a step's last line or any other, or all of them. Nothing is
/// expected on the way, and nothing written. The shops' clocks stand where the scenario's stands, and can be set.
///
/// # Errors
/// When a step cannot work, or the line is not one of its steps or behind them.
pub fn shops_until(case: &Case, line: Option<usize>) -> Result<ShopsThen, UntilError> {
    let options = RunOptions::new(runner::carrier(case, Carrier::InMemory), Mode::Check);
    runner::runtime(options.carrier).map_err(UntilError::CannotWork)?.block_on(told(case, line, options))
}

/// The line of the scenario's own file that leads to a step.
fn line_of(step: &At<Step>) -> usize {
    step.1.as_ref().and_then(|origin| origin.line_of_scenario()).unwrap_or(step.place().line)
}

async fn told(case: &Case, until: Option<usize>, options: RunOptions) -> Result<ShopsThen, UntilError> {
    let steps = &case.scenario.script.steps;
    let first = steps.first().map_or(1, line_of);
    if let Some(line) = until.filter(|until| *until < first) {
        return Err(UntilError::BeforeTheFirst { line, first });
    }
    let lines = case.scenario.file.text.lines().count();
    if let Some(line) = until.filter(|until| *until > lines) {
        return Err(UntilError::NoSuchLine { line, lines });
    }
    let mut world = World::new(case, options).await.map_err(|cause| UntilError::CannotWork(cause.to_string()))?;
    let mut line = None;
    for step in steps.iter().take_while(|step| until.is_none_or(|until| line_of(step) <= until)) {
        if !matches!(step.0, StepKind::Expect(_) | StepKind::Snapshot(_)) {
            let failures = world.step(step).await;
            let broken =
                failures.iter().find(|failure| matches!(failure.kind, FailureKind::CannotWork | FailureKind::Broken));
            if let Some(broken) = broken {
                let why = format!("line {}: {}: {}", broken.line, broken.step, broken.message);
                return Err(UntilError::CannotWork(why));
            }
        }
        line = Some(line_of(step));
    }
    let now = world.clock.now();
    let mut knows_user = true;
    let shops = world.shops.iter().map(|(name, served)| {
        served.with_shop(|shop| {
            let key = shop.users.get(API_USER).map(|user| user.key.expose_secret() == API_KEY && user.active);
            knows_user &= key == Some(true);
            shop.set_clock(Clock::adjustable(Some(now)));
        });
        (name.clone(), served.in_memory())
    });
    let shops = shops.collect();
    Ok(ShopsThen { shops, line, user: knows_user.then_some((API_USER, API_KEY)) })
}

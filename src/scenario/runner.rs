//! Runs cases: each on a thread of its own with a runtime, a clock, a CRM and shops of its own, so that nothing of one
//! shows in another. Results come out in the order of the cases, whichever ends first.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use super::result::{CaseResult, Failure, FailureKind};
use super::story::Case;
use super::world::World;
use crate::snapshot::Mode;

/// What carries a story's HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// A pipe in memory, on a paused runtime.
    InMemory,
    /// Loopback sockets, on a runtime whose time passes; the story's clock is a value all the same.
    Tcp,
}

/// How cases are run.
#[derive(Clone, Copy, Debug)]
pub struct RunOptions {
    /// What carries the HTTP.
    pub carrier: Carrier,
    /// What happens to snapshots that differ.
    pub mode: Mode,
    /// How many run at once.
    pub jobs: usize,
}

/// Runs cases in parallel and hands over each result in the order of the cases.
pub fn run_all(cases: &[Case], options: RunOptions, mut report: impl FnMut(CaseResult)) {
    let next = AtomicUsize::new(0);
    let (sender, results) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..options.jobs.clamp(1, cases.len().max(1)) {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while let Some((number, case)) = take(cases, next) {
                    // The receiver lives until all results are in.
                    let _ = sender.send((number, run(case, options)));
                }
            });
        }
        drop(sender);
        let (mut waiting, mut due) = (BTreeMap::new(), 0);
        for (number, result) in results {
            waiting.insert(number, result);
            while let Some(result) = waiting.remove(&due) {
                report(result);
                due += 1;
            }
        }
    });
}

fn take<'a>(cases: &'a [Case], next: &AtomicUsize) -> Option<(usize, &'a Case)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    cases.get(number).map(|case| (number, case))
}

/// Runs one case.
pub fn run(case: &Case, options: RunOptions) -> CaseResult {
    let started = Instant::now();
    let mut result = CaseResult {
        name: case.name.clone(),
        title: case.story.script.title.get().clone(),
        file: case.story.file.path.clone(),
        failures: Vec::new(),
        accepted: 0,
        elapsed: started.elapsed(),
    };
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().start_paused(options.carrier == Carrier::InMemory);
    match builder.build() {
        Ok(runtime) => runtime.block_on(tell(case, options, &mut result)),
        Err(cause) => result.failures.push(set_up_failed(&format!("no runtime: {cause}"))),
    }
    result.elapsed = started.elapsed();
    result
}

fn set_up_failed(message: &str) -> Failure {
    Failure {
        kind: FailureKind::CannotWork,
        line: 1,
        step: "start".to_owned(),
        message: message.to_owned(),
        detail: String::new(),
    }
}

/// Goes through the steps. An unmet expectation does not end the story, a step that cannot work does.
async fn tell(case: &Case, options: RunOptions, result: &mut CaseResult) {
    let mut world = match World::new(case, options).await {
        Ok(world) => world,
        Err(cause) => return result.failures.push(set_up_failed(&cause.to_string())),
    };
    for step in &case.story.script.steps {
        let failures = world.step(step).await;
        let stop = failures.iter().any(|failure| failure.kind == FailureKind::CannotWork);
        result.failures.extend(failures);
        if stop {
            break;
        }
    }
    result.accepted = world.accepted();
}

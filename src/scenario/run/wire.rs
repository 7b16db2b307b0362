//! What went over the wire before a snapshot, for whoever reviews it: the case is told again up to there.

use crate::scenario::language::step::StepKind;
use crate::scenario::language::step::snapshot::SnapshotStep;
use crate::scenario::run::case::Case;
use crate::scenario::run::runner::{self, Carrier, RunOptions};
use crate::scenario::run::wire_call::WireCall;
use crate::scenario::run::world::World;
use crate::snapshot::{Mode, SnapshotName};

/// The calls between the snapshot before and the one of that name.
///
/// # Errors
/// When the case has no such snapshot or cannot be told up to there.
pub fn calls_before(case: &Case, name: &SnapshotName) -> Result<Vec<WireCall>, String> {
    let options = RunOptions::new(runner::carrier(case, Carrier::InMemory), Mode::Check);
    runner::runtime(options.carrier)?.block_on(told(case, name, options))
}

async fn told(case: &Case, name: &SnapshotName, options: RunOptions) -> Result<Vec<WireCall>, String> {
    let mut world = World::new(case, options).await.map_err(|cause| cause.to_string())?;
    let is_it = |snapshot: &SnapshotStep| case.snapshot_name(snapshot) == *name;
    for step in &case.scenario.script.steps {
        match &step.0 {
            StepKind::Snapshot(snapshot) if is_it(snapshot) => return Ok(calls(&world)),
            // What is expected is judged when the scenario is run.
            StepKind::Expect(_) => {}
            _ => {
                let failures = world.step(step).await;
                let broken = failures
                    .iter()
                    .find(|failure| failure.kind == crate::scenario::run::failure::FailureKind::CannotWork);
                if let Some(broken) = broken {
                    return Err(format!("line {}: {}: {}", broken.line, broken.step, broken.message));
                }
            }
        }
    }
    Err(format!("{} takes no snapshot {} any more", case.name, name.0))
}

fn calls(world: &World<'_>) -> Vec<WireCall> {
    let mut calls = Vec::new();
    for (name, shop) in &world.shops {
        let journal = shop.journal();
        let seen = world.shown.get(name).copied().unwrap_or_default();
        for entry in journal.entries().iter().skip(seen) {
            calls.push(WireCall::of(&journal, entry, (world.shops.len() > 1).then_some(name)));
        }
    }
    calls
}

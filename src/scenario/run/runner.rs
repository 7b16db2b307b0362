//! Runs a case with a runtime, a clock, a CRM and shops of its own, so that nothing of one shows in another.

pub use super::options::{Carrier, RunOptions};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::scenario::language::step::{Step, StepKind};
use crate::scenario::language::text::span::At;
use crate::scenario::run::attendant::{AtTheEnd, Attendant, DoneStep, Go, Nobody, Stage};
use crate::scenario::run::case::Case;
use crate::scenario::run::failure::{Failure, FailureKind};
use crate::scenario::run::result::CaseResult;
use crate::scenario::run::setup::SetUpError;
use crate::scenario::run::timeline::recorder::Recorder;
use crate::scenario::run::world::World;

/// Runs one case from its set-up to its last step.
pub fn run(case: &Case, options: RunOptions) -> CaseResult {
    run_attended(case, options, &AtomicUsize::new(0), &mut Nobody)
}

/// Runs one case and hands out the state its CRM is left in; none when it could not begin.
pub fn run_for_crm(case: &Case, options: RunOptions) -> (CaseResult, Option<serde_json::Value>) {
    let mut crm = None;
    let look = |world: &World<'_>| crm = world.crm.state().ok();
    let result = run_attended(case, options, &AtomicUsize::new(0), &mut AtTheEnd(look));
    (result, crm)
}

/// Runs one case with somebody there, and keeps the number of the step it is in, from 1, where others can see it.
pub(in crate::scenario) fn run_attended(
    case: &Case,
    options: RunOptions,
    in_step: &AtomicUsize,
    attendant: &mut dyn Attendant,
) -> CaseResult {
    let started = Instant::now();
    let mut result = CaseResult::of(case);
    let options = RunOptions { carrier: carrier(case, options.carrier), ..options };
    match runtime(options.carrier) {
        Ok(runtime) => runtime.block_on(tell(case, options, in_step, &mut result, attendant)),
        Err(cause) => result.failures.push(set_up_failed(&cause)),
    }
    result.elapsed = started.elapsed();
    result
}

/// What carries a case's HTTP. Programs come over sockets, whatever our sync does.
pub(in crate::scenario) fn carrier(case: &Case, wanted: Carrier) -> Carrier {
    let runs_programs = case.scenario.script.steps.iter().any(|step| matches!(step.0, StepKind::Run(_)));
    if runs_programs || case.has_client() { Carrier::Tcp } else { wanted }
}

/// What runs a scenario. In memory nothing waits for the operating system, which then is not asked whether something came.
pub(in crate::scenario) fn runtime(carrier: Carrier) -> Result<tokio::runtime::Runtime, String> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    match carrier {
        Carrier::InMemory => builder.enable_time().start_paused(true),
        Carrier::Tcp => builder.enable_all(),
    };
    builder.build().map_err(|cause| format!("no runtime: {cause}"))
}

fn set_up_failed(message: &str) -> Failure {
    Failure {
        kind: FailureKind::CannotWork,
        file: None,
        line: 1,
        column: None,
        step: "start".to_owned(),
        message: message.to_owned(),
        detail: String::new(),
    }
}

/// Goes through the steps. An unmet expectation does not end the scenario, a step that cannot work does.
async fn tell(
    case: &Case,
    options: RunOptions,
    in_step: &AtomicUsize,
    result: &mut CaseResult,
    attendant: &mut dyn Attendant,
) {
    let mut world = match World::new(case, options).await {
        Ok(world) => world,
        Err(SetUpError::Skipped(why)) => {
            result.skipped = Some(why);
            return;
        }
        Err(cause) => {
            let kind = match &cause {
                SetUpError::Client(_) => FailureKind::Broken,
                _ => FailureKind::CannotWork,
            };
            return result.failures.push(Failure { kind, ..set_up_failed(&cause.to_string()) });
        }
    };
    let (mut unseen, mut was_ended) = (None, false);
    let steps = case.scenario.script.steps.len();
    let mut recorder = options.keeps_timeline.then(|| Recorder::of(&world));
    if let Err(why) = attendant.begins(&Stage::of(&world)) {
        return result.failures.push(set_up_failed(&why));
    }
    for (index, step) in case.scenario.script.steps.iter().enumerate() {
        in_step.store(index + 1, Ordering::Relaxed);
        if let Some(recorder) = &mut recorder {
            recorder.begin(&mut world, &step.0);
        }
        if case.is_compared() && matches!(step.0, StepKind::Expect(_) | StepKind::Snapshot(_)) {
            continue;
        }
        let mut failures = if case.is_compared() { Vec::new() } else { overlooked(&world, &mut unseen, &step.0) };
        // Cron may have synced while time passed, or not; only a new end is one of this step.
        let before = matches!(step.0, StepKind::Advance(_)).then(|| world.last.take());
        failures.extend(world.step(step).await);
        let has_ended = before.is_some() && world.last.is_some();
        if let Some(before) = before.filter(|_| !has_ended) {
            world.last = before;
        }
        if !case.is_compared() && (has_ended || has_end(&step.0)) {
            match world.last.as_ref().filter(|last| !last.success) {
                Some(last) => unseen = Some(failed_unseen(&last.message, step)),
                None => failures.extend(unseen.take().filter(|_| has_ended)),
            }
        }
        let stop = failures.iter().any(|failure| failure.kind.ends_the_scenario()) || world.skipped.is_some();
        let known = result.failures.len();
        result.failures.extend(failures);
        if let Some(recorder) = &mut recorder {
            recorder.end(&mut world, &case.scenario.script, index, known..result.failures.len());
        }
        let told = recorder.as_ref().and_then(Recorder::last);
        let is_last = index + 1 == steps || stop;
        let done = DoneStep { index, told, failures: result.failures.get(known..).unwrap_or_default(), is_last };
        if attendant.after_step(&Stage::of(&world), &done) == Go::NoFurther && !done.is_last {
            let ended = done.ended_here(case);
            result.failures.extend(ended);
            was_ended = true;
        }
        if stop || was_ended {
            break;
        }
    }
    result.skipped = world.skipped.take().filter(|_| result.failures.is_empty());
    if result.skipped.is_none() && !was_ended && !result.failures.iter().any(|failure| failure.kind.ends_the_scenario())
    {
        result.failures.extend(unseen);
        let missed = world.missed(None);
        match missed.first().filter(|_| case.has_client()) {
            // It asks the shop in its own way; what goes wrong in the scenario is nothing that it asks for.
            Some(first) => {
                // What to do about it is said to whoever writes the scenario.
                let what = first.message.split("; ").next().unwrap_or_default();
                result.skipped = Some(format!("line {}: {what}: the client asks the shop in another way", first.line));
            }
            None => result.failures.extend(missed),
        }
    }
    if case.is_compared()
        && result.failures.is_empty()
        && result.skipped.is_none()
        && let Err(why) = world.look().await
    {
        match why.unsupported() {
            Some(cannot) => result.skipped = Some(cannot.to_owned()),
            None => result.failures.push(Failure { kind: FailureKind::Broken, ..set_up_failed(&why.to_string()) }),
        }
    }
    result.failures.extend(world.accept(result.failures.is_empty()));
    result.timeline = recorder.map(|recorder| Box::new(recorder.end_of_scenario()));
    if let Err(why) = attendant.ends(&Stage::of(&world), result) {
        result.failures.push(set_up_failed(&why));
    }
    result.accepted = world.accepted();
    *result.exercised = world.exercised();
}

/// Whether a step ends well or badly by itself, as something that talks to the shop does.
pub(in crate::scenario) fn has_end(step: &StepKind) -> bool {
    matches!(
        step,
        StepKind::CheckConnection(_)
            | StepKind::SyncWebsiteList(_)
            | StepKind::Sync(_)
            | StepKind::During(_)
            | StepKind::Run(_)
            | StepKind::SyncData(_)
            | StepKind::RunQueue(_)
            | StepKind::ExpireCarts(_)
    )
}

/// A sync that failed and that nobody had a look at before the next one, or before the end, is a failure: the scenario shows
/// something else than it seems to.
fn overlooked(world: &World<'_>, unseen: &mut Option<Failure>, next: &StepKind) -> Vec<Failure> {
    match next {
        StepKind::Expect(expectation) if expectation.looks_at_an_end() && world.is_told_here(expectation) => {
            *unseen = None;
        }
        StepKind::Snapshot(snapshot) if snapshot.looks_at_an_end() => *unseen = None,
        next if has_end(next) => return unseen.take().into_iter().collect(),
        _ => {}
    }
    Vec::new()
}

fn failed_unseen(message: &str, step: &At<Step>) -> Failure {
    let said = message.lines().find(|line| line.contains("failed")).or(message.lines().next()).unwrap_or_default();
    let message = format!(
        "it failed and nothing looks at that: {said}; add `- expect: {{outcome: failure}}` if it is meant to, `any` if it may"
    );
    World::failure(step, FailureKind::Unmet, message).from(step)
}

//! Many cases at once, each on a worker's thread. Results come out in the order of the cases, whichever ends first; a
//! case that is slow is said so, and one that never ends is given up with the step it hangs in.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use crate::scenario::actor::group;
use crate::scenario::run::attendant::{Attendant, Nobody};
use crate::scenario::run::case::Case;
use crate::scenario::run::failure::{Failure, FailureKind};
use crate::scenario::run::result::{CaseResult, NOT_BEGUN};
use crate::scenario::run::runner::{self, RunOptions};

/// How many run at once, and how long one may take by the wall's clock; a scenario's own time costs nothing.
#[derive(Clone, Copy, Debug)]
pub struct PoolOptions {
    /// The number of threads, which is how many cases run at once.
    pub jobs: usize,
    /// From this on a case counts as slow.
    pub slow_after: Duration,
    /// After this a case is given up.
    pub stop_after: Duration,
    /// Whether no case begins any more once one has failed.
    pub fail_fast: bool,
    /// Set from outside when everything is to end; what ran and what did not still has its result.
    pub interrupted: Option<&'static AtomicBool>,
}

/// What happens while cases run.
#[derive(Debug)]
pub enum Event<'a> {
    /// A case begins.
    Started(&'a Case),
    /// It has been running for longer than [`PoolOptions::slow_after`].
    Slow(&'a Case),
    /// It has ended; results of cases before it may still be due.
    Ended(&'a Case),
    /// Its result, in the order of the cases.
    Result(CaseResult),
}

/// What workers say: a case begins, or has ended.
enum Message {
    Begins(usize, Instant, ThreadId),
    Ends(usize, Box<CaseResult>),
}

/// What a worker shares with whoever waits for it.
struct Shared {
    cases: Vec<Case>,
    options: RunOptions,
    /// Cases that were taken by a worker.
    taken: Vec<AtomicBool>,
    /// For each case the number of the step it is in, from 1.
    steps: Vec<AtomicUsize>,
    attend: Option<Attend>,
    /// Whether no case begins once one has failed, and whether one has.
    fail_fast: bool,
    over: AtomicBool,
}

/// A case that runs.
struct Running {
    since: Instant,
    thread: ThreadId,
    said_slow: bool,
}

/// Makes who is there while a case runs, on the worker's thread.
pub type Attend = Arc<dyn Fn(&Case) -> Box<dyn Attendant> + Send + Sync>;

/// Runs cases in parallel and tells what happens.
pub fn run_all(cases: &[Case], options: RunOptions, pool: PoolOptions, tell: impl FnMut(Event<'_>)) {
    run_all_attended(cases, options, pool, None, tell);
}

/// The same with an attendant, who may look at each step.
pub fn run_all_attended(
    cases: &[Case],
    options: RunOptions,
    pool: PoolOptions,
    attend: Option<Attend>,
    mut tell: impl FnMut(Event<'_>),
) {
    let steps = cases.iter().map(|_| AtomicUsize::new(0)).collect();
    let taken = cases.iter().map(|_| AtomicBool::new(false)).collect();
    let over = AtomicBool::new(false);
    let shared =
        Arc::new(Shared { cases: cases.to_vec(), options, taken, steps, attend, fail_fast: pool.fail_fast, over });
    let (sender, messages) = mpsc::channel();
    for _ in 0..pool.jobs.clamp(1, cases.len().max(1)) {
        spawn_worker(&shared, &sender, None);
    }
    let mut running: BTreeMap<usize, Running> = BTreeMap::new();
    let (mut waiting, mut due, mut stopped) = (BTreeMap::<usize, CaseResult>::new(), 0, None);
    while let Some(next_due) = cases.get(due) {
        match messages.recv_timeout(until_next_mark(&running, pool)) {
            Ok(Message::Begins(number, since, thread)) => {
                running.insert(number, Running { since, thread, said_slow: false });
                tell(Event::Started(cases.get(number).unwrap_or(next_due)));
            }
            // A case that was given up may still end; its result is out.
            Ok(Message::Ends(number, result)) => {
                if running.remove(&number).is_some() {
                    tell(Event::Ended(cases.get(number).unwrap_or(next_due)));
                    waiting.insert(number, *result);
                }
            }
            Err(_) => {}
        }
        for (number, case) in cases.iter().enumerate() {
            let Some(one) = running.get_mut(&number) else { continue };
            let elapsed = one.since.elapsed();
            if elapsed >= pool.stop_after {
                group::end_those_of(one.thread);
                running.remove(&number);
                waiting.insert(number, given_up(case, &shared, number, elapsed));
                tell(Event::Ended(case));
                spawn_worker(&shared, &sender, Some(number));
            } else if elapsed >= pool.slow_after && !one.said_slow {
                one.said_slow = true;
                tell(Event::Slow(case));
            }
        }
        let is_interrupted = pool.interrupted.is_some_and(|flag| flag.load(Ordering::Relaxed));
        let has_failed = pool.fail_fast && waiting.values().any(CaseResult::failed);
        stopped = stopped.or(if is_interrupted { Some(INTERRUPTED) } else { has_failed.then_some(FAILED_BEFORE) });
        if let Some(why) = stopped {
            for (number, case) in cases.iter().enumerate() {
                if shared.taken.get(number).is_some_and(|taken| !taken.swap(true, Ordering::Relaxed)) {
                    waiting.insert(number, not_run(case, why));
                } else if let Some(one) = running.get(&number).filter(|_| is_interrupted) {
                    let elapsed = one.since.elapsed();
                    group::end_those_of(one.thread);
                    running.remove(&number);
                    waiting.insert(number, ended_in_step(case, &shared, number, elapsed, INTERRUPTED.to_owned()));
                    tell(Event::Ended(case));
                }
            }
        }
        while let Some(result) = waiting.remove(&due) {
            tell(Event::Result(result));
            due += 1;
        }
    }
}

/// Why a case did not run to its end, or not at all.
const INTERRUPTED: &str = "the run was interrupted";
const FAILED_BEFORE: &str = "not run: another case failed before, and `--fail-fast` ends the run then";

fn not_run(case: &Case, why: &str) -> CaseResult {
    let mut result = CaseResult::of(case);
    result.failures.push(Failure {
        kind: FailureKind::Stopped,
        file: None,
        line: 1,
        column: None,
        step: NOT_BEGUN.to_owned(),
        message: why.to_owned(),
        detail: String::new(),
    });
    result
}

/// The longest anybody waits for a message when no case is about to become slow.
const PATIENCE: Duration = Duration::from_secs(1);

fn until_next_mark(running: &BTreeMap<usize, Running>, pool: PoolOptions) -> Duration {
    let left = running.values().map(|one| {
        let mark = if one.said_slow { pool.stop_after } else { pool.slow_after.min(pool.stop_after) };
        mark.saturating_sub(one.since.elapsed())
    });
    left.min().unwrap_or(PATIENCE).clamp(Duration::from_millis(1), PATIENCE)
}

impl Shared {
    /// Takes the next case for a worker that has just ended one. Cases that share their snapshots go one after the
    /// other, on one worker, so that the first of them is always the same.
    fn take_after(&self, ended: Option<usize>) -> Option<usize> {
        if self.over.load(Ordering::Relaxed) {
            return None;
        }
        let follows = |number: usize| {
            let before = number.checked_sub(1).and_then(|before| self.cases.get(before));
            before.zip(self.cases.get(number)).is_some_and(|(before, case)| case.shares_with(before))
        };
        let take = |number: &usize| self.taken.get(*number).is_some_and(|taken| !taken.swap(true, Ordering::Relaxed));
        let next = ended.map(|ended| ended + 1).filter(|next| follows(*next)).filter(take);
        next.or_else(|| (0..self.cases.len()).filter(|number| !follows(*number)).find(take))
    }
}

/// The thread is not waited for: one that hangs ends with the process. `after` is the case of a worker that was given up.
fn spawn_worker(shared: &Arc<Shared>, sender: &mpsc::Sender<Message>, after: Option<usize>) {
    let (shared, sender) = (Arc::clone(shared), sender.clone());
    std::thread::spawn(move || {
        let mut ended = after;
        while let Some(number) = shared.take_after(ended) {
            ended = Some(number);
            let (Some(case), Some(step)) = (shared.cases.get(number), shared.steps.get(number)) else { return };
            let since = Instant::now();
            group::begin();
            let _ = sender.send(Message::Begins(number, since, std::thread::current().id()));
            let result = catch_unwind(AssertUnwindSafe(|| {
                let mut attendant = shared.attend.as_ref().map_or_else(|| Box::new(Nobody) as _, |attend| attend(case));
                runner::run_attended(case, shared.options, step, attendant.as_mut())
            }));
            let result = result.unwrap_or_else(|panic| broken(case, &shared, number, since, panic.as_ref()));
            // The worker knows before anybody else, and it is the next to begin a case.
            if shared.fail_fast && !result.passed() {
                shared.over.store(true, Ordering::Relaxed);
            }
            // Nobody listens any more when the run is over.
            if sender.send(Message::Ends(number, Box::new(result))).is_err() {
                return;
            }
        }
    });
}

fn given_up(case: &Case, shared: &Shared, number: usize, elapsed: Duration) -> CaseResult {
    let message = format!("did not end within {} s and was given up", elapsed.as_secs());
    ended_in_step(case, shared, number, elapsed, message)
}

/// A panic is a defect of ours; the other cases still count.
fn broken(case: &Case, shared: &Shared, number: usize, since: Instant, panic: &(dyn Any + Send)) -> CaseResult {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    let message = format!("mockgento itself broke here, please report it: {said}");
    ended_in_step(case, shared, number, since.elapsed(), message)
}

fn ended_in_step(case: &Case, shared: &Shared, number: usize, elapsed: Duration, message: String) -> CaseResult {
    let step = shared.steps.get(number).map_or(0, |step| step.load(Ordering::Relaxed));
    let step = step.checked_sub(1).and_then(|index| case.scenario.script.steps.get(index));
    let (line, word) = step.map_or((1, "start"), |step| (step.place().line, step.0.word()));
    let mut result = CaseResult::of(case);
    result.elapsed = elapsed;
    let kind = FailureKind::Stopped;
    let failure =
        Failure { kind, file: None, line, column: None, step: word.to_owned(), message, detail: String::new() };
    result.failures.push(match step {
        Some(step) => failure.from(step),
        None => failure,
    });
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::scenario::run::runner::Carrier;
    use crate::snapshot::Mode;

    fn cases(folder: &std::path::Path, texts: &[&str]) -> Vec<Case> {
        let read = |(number, text): (usize, &&str)| {
            let path = folder.join(format!("{number}.yaml"));
            std::fs::write(&path, text).unwrap();
            Scenario::load(&path).unwrap().cases().remove(0)
        };
        texts.iter().enumerate().map(read).collect()
    }

    const QUICK: &str = "title: q\nsteps:\n  - advance: 1 hour\n";
    /// An hour, second by second, over a wire that drips: virtual time, but work all the same.
    const LONG: &str = "title: l\nsteps:\n  - advance: 1 hour\n  - sync\n";

    #[test]
    fn results_come_in_the_order_of_the_cases_and_slow_ones_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let cases = cases(folder.path(), &[LONG, QUICK, QUICK]);
        let pool = PoolOptions {
            jobs: 2,
            slow_after: Duration::ZERO,
            stop_after: Duration::from_secs(60),
            fail_fast: false,
            interrupted: None,
        };
        let (mut names, mut slow, mut started) = (Vec::new(), 0, 0);
        run_all(&cases, RunOptions::new(Carrier::InMemory, Mode::Check), pool, |event| match event {
            Event::Result(result) => names.push((result.name.clone(), result.passed())),
            Event::Slow(case) => slow += usize::from(case.name == "0"),
            Event::Started(_) => started += 1,
            Event::Ended(_) => {}
        });
        let expected: Vec<_> = ["0", "1", "2"].iter().map(|name| ((*name).to_owned(), true)).collect();
        assert_eq!((names, slow, started), (expected, 1, 3));
    }

    #[test]
    fn a_case_that_does_not_end_is_given_up_with_its_step_and_the_others_still_run() {
        let folder = tempfile::tempdir().unwrap();
        let cases = cases(folder.path(), &[LONG, QUICK]);
        let pool = PoolOptions {
            jobs: 1,
            slow_after: Duration::ZERO,
            stop_after: Duration::from_nanos(1),
            fail_fast: false,
            interrupted: None,
        };
        let mut results = Vec::new();
        run_all(&cases, RunOptions::new(Carrier::InMemory, Mode::Check), pool, |event| {
            if let Event::Result(result) = event {
                results.push(result);
            }
        });
        assert_eq!(results.len(), 2);
        let failure = &results[0].failures[0];
        assert_eq!(failure.kind, FailureKind::Stopped);
        assert!(failure.message.starts_with("did not end within 0 s"), "{}", failure.message);
        assert!(["start", "advance", "sync"].contains(&failure.step.as_str()), "{}", failure.step);
    }

    #[test]
    fn an_interrupted_run_has_a_result_for_every_case_and_none_of_them_is_green() {
        static INTERRUPTED: AtomicBool = AtomicBool::new(true);
        let folder = tempfile::tempdir().unwrap();
        let cases = cases(folder.path(), &[LONG, QUICK, QUICK]);
        let pool = PoolOptions {
            jobs: 1,
            slow_after: Duration::from_secs(60),
            stop_after: Duration::from_secs(60),
            fail_fast: false,
            interrupted: Some(&INTERRUPTED),
        };
        let mut results = Vec::new();
        run_all(&cases, RunOptions::new(Carrier::InMemory, Mode::Check), pool, |event| {
            if let Event::Result(result) = event {
                results.push(result);
            }
        });
        assert_eq!(results.len(), 3);
        assert!(results.iter().skip(1).all(|result| result.failures[0].message == super::INTERRUPTED), "{results:?}");
    }

    #[test]
    fn once_one_has_failed_the_others_are_not_run_and_say_so() {
        let folder = tempfile::tempdir().unwrap();
        let failing = "title: f\nsteps:\n  - sync\n  - expect: {outcome: failure}\n";
        let cases = cases(folder.path(), &[QUICK, failing, QUICK, QUICK]);
        let pool = PoolOptions {
            jobs: 1,
            slow_after: Duration::from_secs(60),
            stop_after: Duration::from_secs(60),
            fail_fast: true,
            interrupted: None,
        };
        let mut passed = Vec::new();
        run_all(&cases, RunOptions::new(Carrier::InMemory, Mode::Check), pool, |event| {
            if let Event::Result(result) = event {
                passed.push(result.passed());
            }
        });
        // The next case may have begun already.
        assert_eq!((passed.len(), passed[0], passed[1], passed[3]), (4, true, false, false));
    }
}

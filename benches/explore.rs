//! How fast scenarios run: the explorer's runs a second on a scenario about customers, and the time that all shipped
//! scenarios take.

#![expect(clippy::unwrap_used, reason = "a bench that cannot run has nothing to say")]

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use mockgento::quirk::Profile;
use mockgento::scenario::explore::{ExploreOptions, explore, usual};
use mockgento::scenario::runner::{Carrier, RunOptions, run};
use mockgento::scenario::{Case, Scenario, find};
use mockgento::snapshot::Mode;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SCENARIO: &str = "customers/changes-after-first-sync";

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = find(&[root]).unwrap();
    let cases: Vec<Case> = files.iter().flat_map(|path| Scenario::load(path).unwrap().cases()).collect();
    let jobs = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);

    let case = cases.iter().find(|case| case.name == SCENARIO).unwrap();
    let found = explore(case, &options(jobs)).unwrap();
    let seconds = found.elapsed.as_secs_f64();
    let (runs, a_second) = (found.runs, found.runs as f64 / seconds);
    println!("explorer, {SCENARIO}: {runs} runs in {seconds:.2} s, {a_second:.0} a second on {jobs} threads");

    let began = Instant::now();
    let failed = told(&cases, jobs);
    let seconds = began.elapsed().as_secs_f64();
    println!("all shipped scenarios: {} in {seconds:.2} s on {jobs} threads, {failed} failed", cases.len());
}

fn options(jobs: usize) -> ExploreOptions {
    ExploreOptions {
        depth: 1,
        seed: 0,
        runs_max: usize::MAX,
        jobs,
        profile: Some(Profile::Documented),
        troubles: usual(),
        operations: Vec::new(),
        calls_max: None,
        blame: false,
        reproduce: None,
        attempts: mockgento::scenario::explore::Attempts::default(),
        until: None,
        stops: None,
    }
}

/// Tells every scenario once; gives the number of those that failed.
fn told(cases: &[Case], jobs: usize) -> usize {
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = run(case, RunOptions::new(Carrier::InMemory, Mode::Check));
                    failed.fetch_add(usize::from(!result.passed()), Ordering::Relaxed);
                }
            });
        }
    });
    failed.into_inner()
}

//! A scenario that runs, for a test in Rust.

use crate::scenario::Scenario;
use crate::scenario::result::CaseResult;
use crate::scenario::runner::{RunOptions, run};

impl Scenario {
    /// Runs its cases one after the other, in the order of the file: as `mockgento run`, in memory, on a virtual clock.
    ///
    /// ```no_run
    /// use mockgento::{Carrier, Mode, RunOptions, Scenario};
    ///
    /// let scenario = Scenario::load("scenarios/customers/first-sync.yaml".as_ref()).unwrap();
    /// for result in scenario.run(RunOptions::new(Carrier::InMemory, Mode::Check)) {
    ///     assert!(result.failures.is_empty(), "{}: {:#?}", result.name, result.failures);
    /// }
    /// ```
    pub fn run(self, options: RunOptions) -> Vec<CaseResult> {
        self.cases().iter().map(|case| run(case, options)).collect()
    }
}

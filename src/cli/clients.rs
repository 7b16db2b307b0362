//! Somebody's own client on the command line: its file is read once, whoever names it, and a suite of which it tells too little
//! is no success.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::diagnostics;
use crate::report::enough;
use crate::scenario::Case;
use crate::scenario::ScenarioError;
use crate::scenario::actor::Testee;
use crate::scenario::result::CaseResult;

/// The clients of a run.
pub(super) struct Clients {
    /// The one that was given for all scenarios.
    given: Option<Arc<Testee>>,
    /// Each client with the cases in which it acts.
    cases: Vec<(Arc<Testee>, BTreeSet<String>)>,
}

impl Clients {
    /// Reads the file of a client.
    pub(super) fn load(file: &Path) -> Result<Arc<Testee>, miette::Report> {
        Testee::load(file).map_err(|error| match error {
            ScenarioError::Unreadable { path, cause } => miette::miette!(
                help = "name the file of a client; `mockgento schema client` says what stands in one",
                "cannot read {}: {cause}",
                path.display()
            ),
            other => diagnostics::of_scenario(other),
        })
    }

    /// The same of the client of a whole run: what it lacks in any scenario is said once, before the first.
    /// The conversation with its adapter is written into `record`.
    pub(super) fn load_given(file: &Path, record: Option<&Path>) -> Result<Arc<Testee>, miette::Report> {
        let client = Self::load(file)?;
        client.look_for_its_database().map_err(|error| miette::miette!("{error}"))?;
        if let Some(record) = record {
            let help = "name a file that can be written, and a client with an `adapter`";
            client.record_to(record).map_err(|why| miette::miette!(help = help, "{why}"))?;
        }
        Ok(client)
    }

    /// Puts clients into their places: the one that was given, and those that scenarios name, each once.
    pub(super) fn attach(
        given: Option<&Path>,
        record: Option<&Path>,
        cases: &mut [Case],
    ) -> Result<Self, miette::Report> {
        let given = given.map(|file| Self::load_given(file, record)).transpose()?;
        let mut known: BTreeMap<PathBuf, Arc<Testee>> = BTreeMap::new();
        let mut of: Vec<(Arc<Testee>, BTreeSet<String>)> = Vec::new();
        for case in cases.iter_mut() {
            let client = match (&given, case.named_client()) {
                (Some(given), _) => Arc::clone(given),
                (None, Some(file)) => match known.get(&file) {
                    Some(client) => Arc::clone(client),
                    None => {
                        let client = Self::load(&file)?;
                        known.insert(file, Arc::clone(&client));
                        client
                    }
                },
                (None, None) => continue,
            };
            *case = case.told_by(&client);
            match of.iter_mut().find(|(known, _)| Arc::ptr_eq(known, &client)) {
                Some((_, names)) => drop(names.insert(case.name.clone())),
                None => of.push((client, BTreeSet::from([case.name.clone()]))),
            }
        }
        Ok(Self { given, cases: of })
    }

    /// Whether somebody's client acts in any case.
    pub(super) fn is_any(&self) -> bool {
        self.given.is_some() || !self.cases.is_empty()
    }

    /// How many cases run at once: a client has one CRM.
    pub(super) fn jobs(&self, wanted: Option<NonZeroUsize>) -> usize {
        if self.given.is_some() {
            return 1;
        }
        wanted.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get)
    }

    /// How many cases have to be run, where somebody's client acts. With several clients each has been judged by itself.
    pub(super) fn at_least(&self) -> Option<usize> {
        match self.cases.as_slice() {
            [] => None,
            [(client, _)] => Some(client.at_least().unwrap_or(1)),
            _ => Some(1),
        }
    }

    /// The entry that makes a run red in which a client has acted too rarely.
    pub(super) fn too_few(&self, results: &[CaseResult]) -> Option<CaseResult> {
        self.cases.iter().find_map(|(client, names)| {
            let of_client: Vec<CaseResult> =
                results.iter().filter(|result| names.contains(&result.name)).cloned().collect();
            enough::too_few(&of_client, Some(client.at_least().unwrap_or(1)), client.title())
        })
    }

    /// How many cases each client was asked.
    pub(super) fn told(&self, results: &[CaseResult]) -> Vec<String> {
        let told = self.cases.iter().map(|(client, names)| {
            let is_run =
                |result: &&CaseResult| names.contains(&result.name) && result.skipped.is_none() && !result.is_unread();
            let run = results.iter().filter(is_run).count();
            format!("{}: {run} of {} cases run", client.title(), names.len())
        });
        told.collect()
    }
}

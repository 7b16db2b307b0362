//! Somebody's own client on the command line: its file is read once, whoever names it, and a suite of which it tells too little
//! is no success.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::diagnostics;
use crate::scenario::Case;
use crate::scenario::ScenarioError;
use crate::scenario::actor::Testee;
use crate::scenario::result::CaseResult;

/// The clients of a run.
pub(super) struct Clients {
    /// The one that was given for all scenarios.
    given: Option<Arc<Testee>>,
    is_any: bool,
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

    /// Puts clients into their places: the one that was given, and those that scenarios name, each once.
    pub(super) fn attach(given: Option<&Path>, cases: &mut [Case]) -> Result<Self, miette::Report> {
        let given = given.map(Self::load).transpose()?;
        let mut known: BTreeMap<PathBuf, Arc<Testee>> = BTreeMap::new();
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
        }
        let is_any = given.is_some() || !known.is_empty();
        Ok(Self { given, is_any })
    }

    /// Whether somebody's client acts in any case.
    pub(super) fn is_any(&self) -> bool {
        self.is_any
    }

    /// How many cases run at once: a client has one CRM.
    pub(super) fn jobs(&self, wanted: Option<NonZeroUsize>) -> usize {
        if self.given.is_some() {
            return 1;
        }
        wanted.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get)
    }

    /// Whether the client that was given has told enough; says what is missing.
    pub(super) fn judge(&self, results: &[CaseResult], is_quiet: bool, mut note: impl FnMut(&str)) -> bool {
        let Some(client) = &self.given else { return true };
        let told = results.iter().filter(|result| result.skipped.is_none() && !result.is_unread()).count();
        let (title, all) = (client.title(), results.len());
        match enough(client, told) {
            Ok(()) => {
                if !is_quiet {
                    note(&format!("{title}: {told} of {all} cases run"));
                }
                true
            }
            Err(why) => {
                note(&format!("{title}: {why}"));
                false
            }
        }
    }
}

/// Why so many cases run are too few.
pub(super) fn enough(client: &Testee, told: usize) -> Result<(), String> {
    let least = client.at_least().unwrap_or(1);
    match told {
        0 => Err("no case was run, so nothing is shown; what it lacks stands beside each".to_owned()),
        few if few < least => Err(format!(
            "{few} cases were run, and `at least: {least}` stands in its file; what it lacks stands beside each"
        )),
        _ => Ok(()),
    }
}

//! `mockgento run --watch`: runs again whenever a scenario or seed is saved: what failed before, then what the saved file
//! concerns.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use jiff::Timestamp;
use miette::miette;
use notify_debouncer_mini::notify::RecursiveMode;
use notify_debouncer_mini::{DebounceEventResult, new_debouncer};
use walkdir::WalkDir;

use super::diagnostics::{self, Colour};
use super::{ExitCode, Outcome};
use crate::cli::output;
use crate::scenario::Case;
use crate::scenario::result::CaseResult;

/// Editors save in several steps; this long after the last one the file is whole.
const SETTLED: Duration = Duration::from_millis(200);

/// Runs, and runs again, until Ctrl-C. What cannot be run is said and waited for: it is being written.
pub fn watch(places: &[PathBuf], colour: Colour, mut again: impl FnMut(&mut Focus) -> Outcome) -> Outcome {
    let (sender, saved) = mpsc::channel::<DebounceEventResult>();
    let cannot = |error| miette!(help = "run it without --watch", "cannot watch for changes: {error}");
    let mut watcher = new_debouncer(SETTLED, sender).map_err(cannot)?;
    for place in places {
        // A file may be replaced when it is saved; its folder stays.
        let (folder, mode) = match place.is_dir() {
            true => (place.as_path(), RecursiveMode::Recursive),
            false => (
                place.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new(".")),
                RecursiveMode::NonRecursive,
            ),
        };
        watcher.watcher().watch(folder, mode).map_err(cannot)?;
    }
    let mut known = Stamps::of(places);
    let mut focus = Focus::default();
    loop {
        if let Err(report) = again(&mut focus) {
            diagnostics::print(&report, colour);
        }
        let _ = writeln!(output::stderr(), "watching; Ctrl-C ends");
        loop {
            let Ok(events) = saved.recv() else { return Ok(ExitCode::AsExpected) };
            // Reading a file is an event too; only what is different now counts.
            let changed = events.iter().flatten().filter(|event| is_told(&event.path) && known.differs(&event.path));
            focus.saved = changed.map(|event| event.path.clone()).collect();
            if !focus.saved.is_empty() {
                break;
            }
        }
    }
}

/// What a run of a watch is about: nothing in particular for the first.
#[derive(Debug, Default)]
pub struct Focus {
    /// Files that were saved since the last run.
    saved: Vec<PathBuf>,
    /// Cases that failed in the last run they were in.
    failed: BTreeSet<String>,
    /// Cases that were seen before.
    known: BTreeSet<String>,
}

impl Focus {
    /// Leaves the cases that failed before, and behind them those that a saved file concerns; all of them when it is not seen
    /// which it concerns. Answers what is run, for a person.
    pub fn narrow(&mut self, cases: &mut Vec<Case>) -> Option<String> {
        let is_new = |case: &Case| !self.known.contains(&case.name);
        let concerned: BTreeSet<String> = self
            .saved
            .iter()
            .flat_map(|file| cases.iter().filter(|case| is_new(case) || concerns(file, case)))
            .map(|case| case.name.clone())
            .collect();
        let is_clear = self.saved.iter().all(|file| cases.iter().any(|case| is_new(case) || concerns(file, case)));
        let all = cases.len();
        self.known = cases.iter().map(|case| case.name.clone()).collect();
        if self.saved.is_empty() || !is_clear {
            return None;
        }
        cases.retain(|case| self.failed.contains(&case.name) || concerned.contains(&case.name));
        cases.sort_by_key(|case| !self.failed.contains(&case.name));
        let saved: Vec<String> =
            self.saved.iter().filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned())).collect();
        (cases.len() < all).then(|| {
            format!("{} of {all} cases: what failed before, then what {} concerns", cases.len(), saved.join(", "))
        })
    }

    /// Remembers which cases failed, so that they run first next time.
    pub fn note(&mut self, results: &[CaseResult]) {
        for result in results {
            if result.failed() {
                self.failed.insert(result.name.clone());
            } else {
                self.failed.remove(&result.name);
            }
        }
    }
}

/// Whether a case may depend on a file: it is its own, or its scenario or a fragment it uses names it.
fn concerns(file: &Path, case: &Case) -> bool {
    let (Some(name), Some(stem)) = (file.file_name(), file.file_stem()) else { return false };
    let (name, stem) = (name.to_string_lossy(), stem.to_string_lossy());
    let scenario = &case.scenario;
    let fragments = scenario.script.steps.iter().filter_map(|step| step.1.as_ref()).map(|origin| &origin.file);
    std::iter::once(&scenario.file)
        .chain(fragments)
        .any(|source| is_same(&source.path, file) || names_file(&source.text, &name) || names(&source.text, &stem))
}

/// Whether a text has the name of a file, with or without a folder before it.
fn names_file(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.match_indices(name).any(|(at, _)| text.get(..at).is_some_and(|before| !before.ends_with(is_part)))
}

/// Whether a text has a word, as a seed or a fragment is named.
fn names(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.split(|c: char| !is_part(c)).any(|part| part == word)
}

fn is_same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    whole(one) == whole(other)
}

/// When each file was last written, and how long it is.
#[derive(Default)]
struct Stamps(BTreeMap<PathBuf, Option<(Timestamp, u64)>>);

impl Stamps {
    fn of(places: &[PathBuf]) -> Self {
        let mut stamps = Self::default();
        for place in places {
            for entry in WalkDir::new(place).into_iter().flatten().filter(|entry| is_told(entry.path())) {
                stamps.differs(entry.path());
            }
        }
        stamps
    }

    /// Whether a file is another than at the last look.
    fn differs(&mut self, path: &Path) -> bool {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let facts = path.metadata().ok();
        let stamp = facts.and_then(|facts| Some((Timestamp::try_from(facts.modified().ok()?).ok()?, facts.len())));
        self.0.insert(path, stamp) != Some(stamp)
    }
}

/// Whether a scenario may depend on the file.
fn is_told(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn project() -> (tempfile::TempDir, Vec<Case>) {
        let folder = tempfile::tempdir().unwrap();
        let scenarios = folder.path().join("scenarios");
        std::fs::create_dir_all(scenarios.join("seeds")).unwrap();
        std::fs::write(scenarios.join("seeds/tea.yaml"), "customers: []\n").unwrap();
        let cases =
            [("a", "shop: {seed: tea}\n"), ("b", "shop: {seed: ./seeds/tea.yaml}\n"), ("c", "")].map(|(name, shop)| {
                let path = scenarios.join(format!("{name}.yaml"));
                std::fs::write(&path, format!("title: {name}\n{shop}steps: [sync]\n")).unwrap();
                Scenario::load(&path).unwrap().cases()
            });
        (folder, cases.into_iter().flatten().collect())
    }

    #[test]
    fn a_saved_file_has_run_what_it_concerns_behind_what_failed() {
        let (folder, cases) = project();
        let mut focus = Focus::default();
        for (saved, failed, expected) in [
            (None, &[][..], &["a", "b", "c"][..]),
            (Some("a.yaml"), &[], &["a"]),
            (Some("seeds/tea.yaml"), &[], &["a", "b"]),
            (Some("a.yaml"), &["c"], &["c", "a"]),
            // Nobody names it, so it may concern any.
            (Some("settings.yaml"), &["c"], &["a", "b", "c"]),
        ] {
            focus.saved = saved.map(|file| folder.path().join("scenarios").join(file)).into_iter().collect();
            focus.failed = failed.iter().map(|name| (*name).to_owned()).collect();
            let mut left = cases.clone();
            let told = focus.narrow(&mut left);
            let names: Vec<&str> = left.iter().map(|case| case.name.as_str()).collect();
            assert_eq!(names, expected, "{saved:?} {told:?}");
            assert_eq!(told.is_some(), expected.len() < cases.len());
        }
        // A case that was not there before is run whatever was saved.
        focus.known.remove("b");
        focus.saved = vec![folder.path().join("scenarios/a.yaml")];
        focus.failed.clear();
        let mut left = cases;
        focus.narrow(&mut left);
        assert_eq!(left.iter().map(|case| case.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }
}

//! `mockgento run --watch`: runs again whenever a scenario or seed is saved.

use std::collections::BTreeMap;
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

/// Editors save in several steps; this long after the last one the file is whole.
const SETTLED: Duration = Duration::from_millis(200);

/// Runs, and runs again, until Ctrl-C. What cannot be run is said and waited for: it is being written.
pub fn watch(places: &[PathBuf], colour: Colour, mut again: impl FnMut() -> Outcome) -> Outcome {
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
    loop {
        if let Err(report) = again() {
            diagnostics::print(&report, colour);
        }
        let _ = writeln!(output::stderr(), "watching; Ctrl-C ends");
        loop {
            let Ok(events) = saved.recv() else { return Ok(ExitCode::AsExpected) };
            // Reading a file is an event too; only what is different now counts.
            let changed = events.iter().flatten().filter(|event| is_told(&event.path) && known.differs(&event.path));
            if changed.count() > 0 {
                break;
            }
        }
    }
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

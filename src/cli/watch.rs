//! `mockgento run --watch`: runs again whenever a scenario or seed is saved.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use miette::miette;
use notify_debouncer_mini::notify::RecursiveMode;
use notify_debouncer_mini::{DebounceEventResult, new_debouncer};

use super::diagnostics::{self, Colour};
use super::{ExitCode, Outcome};

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
    loop {
        if let Err(report) = again() {
            diagnostics::print(&report, colour);
        }
        let _ = writeln!(anstream::stderr(), "watching; Ctrl-C ends");
        loop {
            let Ok(events) = saved.recv() else { return Ok(ExitCode::AsExpected) };
            if events.is_ok_and(|events| events.iter().any(|event| is_told(&event.path))) {
                break;
            }
        }
    }
}

/// Whether a story may depend on the file.
fn is_told(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

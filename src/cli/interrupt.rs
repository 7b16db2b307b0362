//! Ctrl-C while cases run, and the signal by which services are stopped: it is noted, so that what has run is still summed up
//! and reported.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use super::stop_signal::stop_signal;
use crate::scenario::actor::program;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static LISTENING: Once = Once::new();
/// Whether programs that a scenario has started are ended then, so that nobody waits for them.
static ENDS_PROGRAMS: AtomicBool = AtomicBool::new(false);

/// The same flag; somebody's own programs are ended when it is set.
pub(super) fn flag_that_ends_programs() -> &'static AtomicBool {
    ENDS_PROGRAMS.store(true, Ordering::Relaxed);
    flag()
}

/// Ends somebody's own programs when the flag is set.
pub(super) fn end_programs(flag: Option<&AtomicBool>) {
    if flag.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
        program::end_all();
    }
}

/// Set once somebody pressed Ctrl-C or stopped the process.
pub(super) fn flag() -> &'static AtomicBool {
    LISTENING.call_once(|| {
        // The thread ends with the process. Without it Ctrl-C ends the process at once, as it always does.
        std::thread::spawn(|| {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(async {
                let Ok(stop) = stop_signal() else { return };
                stop.await;
                INTERRUPTED.store(true, Ordering::Relaxed);
                end_programs(Some(&ENDS_PROGRAMS));
            });
        });
    });
    &INTERRUPTED
}

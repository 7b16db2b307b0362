//! Ctrl-C while cases run: it is noted, so that what has run is still summed up and reported.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static LISTENING: Once = Once::new();

/// Set once somebody pressed Ctrl-C.
pub(super) fn flag() -> &'static AtomicBool {
    LISTENING.call_once(|| {
        // The thread ends with the process. Without it Ctrl-C ends the process at once, as it always does.
        std::thread::spawn(|| {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
                INTERRUPTED.store(true, Ordering::Relaxed);
            }
        });
    });
    &INTERRUPTED
}

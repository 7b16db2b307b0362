//! Ctrl-C while cases run, and the signal by which services are stopped: it is noted, so that what has run is still summed up
//! and reported.

use std::future::Future;
use std::io::Write as _;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use super::output;
use super::stop_signal::stop_signal;
use crate::scenario::actor::group;
use crate::sync::context::StopFlag;

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
        group::end_all();
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

/// Does what can be stopped. The first Ctrl-C asks it to stop, which ends its waits where nothing is in hand; the second ends
/// it where it stands, and there is no result. Both are answered with a word; `noted` hears of the first.
pub(super) async fn stoppable<T>(stop: &StopFlag, noted: impl FnOnce(), work: impl Future<Output = T>) -> Option<T> {
    let ended = async {
        pressed().await;
        say("stopping: what is in hand is brought to its end; Ctrl-C again ends it at once");
        noted();
        stop.stop();
        pressed().await;
        say("ended; the next run goes on from what was written");
    };
    tokio::select! {
        biased;
        () = ended => None,
        done = work => Some(done),
    }
}

/// Ctrl-C. A console that cannot be listened to leaves killing the program.
async fn pressed() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn say(text: &str) {
    // Who cannot read it sees the end.
    let _ = writeln!(output::stderr(), "{text}");
}

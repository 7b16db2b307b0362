//! Moments between two calls: whoever drives a case may ask to be woken just before a call of its choice, and the call
//! waits until it is let go. Our own calls wait before they are sent, in the thread of the case, so that the same case always
//! goes the same way; those of somebody's client wait where they arrive.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::disrupt::{LOGIN_OPERATION, Seen, When};

/// The moment that is waited for, if any.
#[derive(Clone, Default)]
pub(in crate::scenario) struct Moments(Arc<Mutex<Option<Awaited>>>);

struct Awaited {
    /// The host of the shop whose calls count; any when there is none.
    host: Option<String>,
    when: When,
    /// Calls that `when` concerns so far.
    seen: u64,
    sessions: u64,
    reached: oneshot::Sender<LetGo>,
}

/// Lets the call go on when it is sent or dropped.
pub(in crate::scenario) type LetGo = oneshot::Sender<()>;

impl Moments {
    /// Asks for a moment; the one asked for before is forgotten.
    pub(in crate::scenario) fn ask(&self, host: Option<String>, when: When) -> oneshot::Receiver<LetGo> {
        let (reached, receiver) = oneshot::channel();
        *self.lock() = Some(Awaited { host, when, seen: 0, sessions: 0, reached });
        receiver
    }

    /// Forgets it; how many calls it would have counted, when it did not come.
    pub(in crate::scenario) fn forget(&self) -> Option<u64> {
        self.lock().take().map(|awaited| awaited.seen)
    }

    /// Whether anybody waits for a moment.
    pub(super) fn is_asked_for(&self) -> bool {
        self.lock().is_some()
    }

    /// Counts a call that is about to be sent; what it has to wait for when its moment has come.
    pub(super) fn before(&self, host: &str, call: Seen<'_>) -> Option<oneshot::Receiver<()>> {
        let mut place = self.lock();
        let awaited = place.as_mut()?;
        if awaited.host.as_deref().is_some_and(|awaited| awaited != host) {
            return None;
        }
        awaited.sessions += u64::from(call.operation == LOGIN_OPERATION);
        if !awaited.when.concerns(call, awaited.sessions) {
            return None;
        }
        awaited.seen += 1;
        if !awaited.when.strikes(awaited.seen) {
            return None;
        }
        let (let_go, wait) = oneshot::channel();
        // Nobody listens any more when the case is over; the call goes on then.
        place.take()?.reached.send(let_go).ok().map(|()| wait)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Awaited>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

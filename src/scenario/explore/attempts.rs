//! How far an exploration is, for whoever waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Attempts of the case that is explored now; clones count together.
#[derive(Clone, Debug, Default)]
pub struct Attempts(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    done: AtomicUsize,
    all: AtomicUsize,
}

impl Attempts {
    /// So many are to be made.
    pub(super) fn begin(&self, all: usize) {
        self.0.done.store(0, Ordering::Relaxed);
        self.0.all.store(all, Ordering::Relaxed);
    }

    /// Counts an attempt that was made.
    pub(super) fn done(&self) {
        self.0.done.fetch_add(1, Ordering::Relaxed);
    }

    /// How many were made, of how many.
    pub fn counts(&self) -> (usize, usize) {
        (self.0.done.load(Ordering::Relaxed), self.0.all.load(Ordering::Relaxed))
    }
}

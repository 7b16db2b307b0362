//! Who acts, with what has to be kept of somebody's client.

use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;

use crate::scenario::actor::{Tables, Testee};

/// Whose sync the steps of a scenario drive.
pub(in crate::scenario) enum Actor {
    /// The built-in sync and its CRM.
    Own,
    /// Somebody's own client.
    Theirs(Theirs),
}

/// Somebody's client at work in one case.
pub(in crate::scenario) struct Theirs {
    pub(in crate::scenario) client: Arc<Testee>,
    /// Its rows when they were last looked at.
    pub(super) rows: Tables,
    /// A sync that was scheduled and has not run yet, and whether it is forced.
    pub(super) scheduled: Option<bool>,
    /// Its CRM is this case's alone until it is over.
    _turn: OwnedMutexGuard<()>,
}

impl Theirs {
    pub(in crate::scenario) fn new(client: Arc<Testee>, turn: OwnedMutexGuard<()>) -> Self {
        Self { client, rows: Tables::new(), scheduled: None, _turn: turn }
    }
}

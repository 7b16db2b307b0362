//! A drawn scenario as somebody's own client can do it: what the client lacks is left out.

use std::sync::Arc;

use super::case;
use super::drawn::Drawn;
use crate::scenario::actor::testee::Surroundings;
use crate::scenario::actor::{Testee, lacking};
use crate::scenario::run::failure::{Failure, FailureKind};
use crate::scenario::run::runner::{self, Carrier};
use crate::scenario::run::setup;

/// Starts an adapter, so that what it can do is known before anything is drawn for it.
///
/// # Errors
/// When it does not start, or its database is not named.
pub fn greet(client: &Testee) -> Result<(), String> {
    let prepared = async { client.prepare(&Surroundings::default()).await };
    runner::runtime(Carrier::Tcp)?.block_on(prepared).map_err(|why| why.to_string())
}

/// The same without the blocks that the client cannot do, and without those that mean nothing without them.
pub(super) fn fitted(drawn: Drawn, client: &Arc<Testee>) -> Drawn {
    let mut fitted = Drawn { blocks: Vec::new(), ..drawn.clone() };
    // What the head needs is said when the scenario is run.
    let head = lacks(&fitted, client);
    for block in drawn.blocks {
        fitted.blocks.push(block);
        if lacks(&fitted, client) != head {
            fitted.blocks.pop();
        }
    }
    fitted
}

/// Whether the shop lacks what an edit is about: a client has no part in that.
pub(super) fn builds_on_what_is_left_out(failures: &[Failure]) -> bool {
    failures.iter().any(|failure| failure.kind == FailureKind::CannotWork && failure.step == "in magento")
}

/// What the client lacks for a scenario, or why it cannot be read.
fn lacks(drawn: &Drawn, client: &Arc<Testee>) -> Option<String> {
    let case = match case(&drawn.text()) {
        Ok(case) => case,
        Err(failure) => return Some(failure.message),
    };
    let (script, variant) = (&case.scenario.script, case.changes());
    lacking::lacking(client, script, &variant, &setup::quirks(script, &variant))
}

//! Whose time a sync goes by. The shop's rules, because its dates are compared with it; a clock that is wrong is said.

use jiff::Timestamp;

use super::behind::NotBegun;
use super::error::SyncError;
use super::outcome::SyncOutcome;
use super::run::Run;
use super::span::span_in_words;
use super::window;
use crate::crm::CrmError;
use crate::datetime::to_sql;
use crate::quirk::Quirk;

impl Run<'_, '_> {
    /// The shop's time where it differs from this machine's by more than clocks of web nodes may, and while it is known.
    pub(super) async fn now_there(&mut self) -> Timestamp {
        let here = self.clock.now();
        let told = self.client().await.ok().and_then(|client| client.server_time());
        told.filter(|there| there.duration_since(here).abs() > window::MISTIMING).unwrap_or(here)
    }

    /// The moment that the initial walk goes back from and the changes go on from: that of the first sync. The shop's time
    /// rules, because its dates are compared with it; the reference client takes its own clock, which may be years
    /// ahead. A shop that cannot be reached has no time yet.
    pub(super) async fn initial_start(&mut self) -> Result<Timestamp, CrmError> {
        if let Some(start) = self.integration.initial_sync_start_date {
            return Ok(start);
        }
        let own = self.clock.now();
        let now = if self.quirks.has(Quirk::FirstSyncByOwnClock) {
            own
        } else if self.client().await.is_err() {
            return Ok(own);
        } else {
            self.now_there().await
        };
        self.crm.set_initial_sync_start_date(self.integration.id, Some(now))?;
        self.integration.initial_sync_start_date = Some(now);
        Ok(now)
    }

    /// Says when the shop's clock is not this machine's, and when the sync start date lies ahead of the shop's time, so that
    /// nothing is there to ask for.
    pub(super) async fn note_times(&mut self, outcome: &mut SyncOutcome) -> Result<(), SyncError> {
        let (there, here) = (self.now_there().await, self.clock.now());
        if there.duration_since(here).abs() > window::MISTIMING {
            outcome.notices.push(clocks_differ(there, here));
        }
        let start = self.sync_start()?;
        if start > there {
            outcome.not_begun = Some(NotBegun { start, now: there });
        }
        Ok(())
    }
}

fn clocks_differ(there: Timestamp, here: Timestamp) -> String {
    let far = span_in_words(there.duration_since(here).abs());
    let side = if there < here { "behind" } else { "ahead of" };
    format!(
        "the shop's clock, {}, is {far} {side} this machine's; windows end at the shop's time, and rows dated later wait for it",
        to_sql(there)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_wrong_is_said_with_how_far() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let text = clocks_differ(at("2026-10-30T00:00:00Z"), at("2026-11-29T00:00:00Z"));
        assert!(text.starts_with("the shop's clock, 2026-10-30 00:00:00, is 30 days behind this machine's;"), "{text}");
        let text = clocks_differ(at("2035-01-01T00:00:00Z"), at("2034-12-31T23:00:00Z"));
        assert!(text.contains("1 hour ahead of this machine's"), "{text}");
    }
}

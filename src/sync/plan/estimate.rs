//! What the whole initial sync takes, from what was seen of it.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::Offset;
use serde::Serialize;

use crate::client::read_only::Meter;
use crate::crm::{Crm, CrmError, IntegrationId};
use crate::magento::BridgeRelease;
use crate::sync::bridge::Bridge;
use crate::sync::connector::{Connector, ConnectorKind};
use crate::sync::stream::Changes;
use crate::version::ExtensionVersion;

/// How many calls a first sync makes, and how long it takes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Calls of the whole initial sync.
    pub calls: u64,
    /// How long the shop takes to answer them all.
    pub seconds: u64,
    /// How much of the walk back was seen, 0 to 1. Calls are thought to be spread evenly over the rest.
    pub seen: f64,
    /// Whether the CRM had the initial sync behind it already; the numbers are then those of this run.
    pub done_before: bool,
}

/// How far a walk has to go.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    /// Where it begins when the copy does not say.
    pub now: Timestamp,
}

/// Days of one window of the walk.
const WINDOW_DAYS: f64 = 7.0;

pub(super) fn of(
    before: &Crm,
    after: &Crm,
    id: IntegrationId,
    walk: &Walk,
    calls: &Meter,
) -> Result<Estimate, CrmError> {
    let seen = seen(after, id, walk)?;
    let is_known = match before.integration(id) {
        Ok(_) => true,
        Err(CrmError::NotFound { .. }) => false,
        Err(error) => return Err(error),
    };
    let done_before = is_known && !self::seen(before, id, walk)?.is_partial();
    let made = calls.calls();
    let to_come = if done_before { 0.0 } else { seen.to_come(calls) };
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let each = if made == 0 { 0.0 } else { calls.took().as_secs_f64() / made as f64 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a count")]
    Ok(Estimate {
        calls: made + to_come.round().max(0.0) as u64,
        seconds: Duration::from_secs_f64(((made as f64 + to_come) * each).max(0.0)).as_secs(),
        seen: seen.share(),
        done_before,
    })
}

/// How far the initial connectors have come.
struct Seen {
    connectors: Vec<Walked>,
}

/// A connector that walks back, and how far it is.
struct Walked {
    connector: Connector,
    /// How much of its walk is behind it, 0 to 1.
    share: f64,
    /// Windows of its whole walk; the newsletter has none and is read from the newest on, at once.
    windows: f64,
}

impl Seen {
    fn is_partial(&self) -> bool {
        self.connectors.iter().any(|walked| walked.share < 1.0)
    }

    fn share(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "five at most")]
        let count = self.connectors.len() as f64;
        if self.connectors.is_empty() {
            1.0
        } else {
            self.connectors.iter().map(|walked| walked.share).sum::<f64>() / count
        }
    }

    /// Calls that are still to be made. A window takes a call at least, and as many as those of its stream took so far;
    /// dictionaries and logins are not made again.
    fn to_come(&self, calls: &Meter) -> f64 {
        let of = |walked: &Walked| {
            let made: u64 = calls
                .operations
                .iter()
                .filter(|(name, _)| lists(walked.connector).contains(name))
                .map(|(_, metered)| metered.calls)
                .sum();
            let windows_seen = walked.windows * walked.share;
            #[expect(clippy::cast_precision_loss, reason = "a count")]
            let each = if windows_seen >= 1.0 { (made as f64 / windows_seen).max(1.0) } else { 1.0 };
            walked.windows * (1.0 - walked.share) * each
        };
        self.connectors.iter().map(of).sum()
    }
}

/// The list operations of a connector's stream, Magento's own and the bridge's.
fn lists(connector: Connector) -> Vec<String> {
    let Some(rules) = connector.stream().listed() else { return Vec::new() };
    let newest = ExtensionVersion::new(BridgeRelease::newest().short());
    let bridges = [Bridge::new(None), Bridge::new(Some(newest))];
    bridges.iter().filter_map(|bridge| (rules.list)(bridge).ok()).map(|call| call.operation.to_owned()).collect()
}

fn seen(after: &Crm, id: IntegrationId, walk: &Walk) -> Result<Seen, CrmError> {
    let integration = after.integration(id)?;
    let from = integration.initial_sync_start_date.unwrap_or(walk.now);
    let midnight = integration.settings.sync_start_date.to_datetime(Time::midnight());
    let until = Offset::UTC.to_timestamp(midnight).unwrap_or(from);
    let whole = from.duration_since(until).as_secs_f64();
    let windows = (whole / (WINDOW_DAYS * 86_400.0)).max(0.0);
    let bridge = Bridge::new(integration.settings.extension_version.clone().map(ExtensionVersion::new));
    let chosen = &integration.settings.connectors;
    let mut connectors = Vec::new();
    for connector in Connector::ALL.iter().copied().filter(|connector| connector.kind() == ConnectorKind::Initial) {
        // What the shop has no list for is not walked.
        let has_list = connector.stream().listed().is_some_and(|rules| (rules.list)(&bridge).is_ok());
        if !has_list || !chosen.is_empty() && !chosen.iter().any(|name| name == connector.name()) {
            continue;
        }
        let is_newsletter = connector.stream().listed().is_some_and(|rules| rules.changes == Changes::Newsletter);
        if is_newsletter {
            let share = if after.last_completed_status(id, connector.name())?.is_some() { 1.0 } else { 0.0 };
            connectors.push(Walked { connector, share, windows: 1.0 });
            continue;
        }
        let share = match after.bookmark(id, connector.name())? {
            _ if whole <= 0.0 => 1.0,
            Some(bookmark) => (from.duration_since(bookmark).as_secs_f64() / whole).clamp(0.0, 1.0),
            None => 0.0,
        };
        connectors.push(Walked { connector, share, windows });
    }
    Ok(Seen { connectors })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_come_is_counted_by_what_windows_took() {
        let mut calls = Meter::default();
        calls.operations.entry("customerCustomerList".to_owned()).or_default().calls = 20;
        let seen =
            |share: f64| Seen { connectors: vec![Walked { connector: Connector::Customer, share, windows: 10.0 }] };
        assert_eq!(seen(0.5).to_come(&calls), 20.0, "five windows took four calls each, and five are left");
        assert_eq!(seen(1.0).to_come(&calls), 0.0);
        assert_eq!(seen(0.0).to_come(&calls), 10.0, "a call each, as nothing was seen");
        assert!(seen(0.5).is_partial() && !seen(1.0).is_partial());
        assert_eq!((seen(0.5).share(), Seen { connectors: Vec::new() }.share()), (0.5, 1.0));
    }
}

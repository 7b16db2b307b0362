//! What the whole initial sync takes, from what was seen of it.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::Offset;
use serde::Serialize;

use crate::client::read_only::Meter;
use crate::crm::{Crm, CrmError, IntegrationId};
use crate::sync::connector::{Connector, ConnectorKind};

/// Calls and time.
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

pub(super) fn of(
    before: &Crm,
    after: &Crm,
    id: IntegrationId,
    walk: &Walk,
    calls: &Meter,
) -> Result<Estimate, CrmError> {
    let seen = seen(after, id, walk)?;
    let done_before = before.integration(id).is_ok() && self::seen(before, id, walk)? >= 1.0;
    let whole = |part: f64| if seen > 0.0 { (part / seen).round() } else { part };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a count")]
    Ok(Estimate {
        calls: whole(calls.calls() as f64) as u64,
        seconds: Duration::from_secs_f64(whole(calls.took().as_secs_f64()).max(0.0)).as_secs(),
        seen,
        done_before,
    })
}

/// The share of the walk that the initial connectors have behind them, on average.
fn seen(after: &Crm, id: IntegrationId, walk: &Walk) -> Result<f64, CrmError> {
    let integration = after.integration(id)?;
    let from = integration.initial_sync_start_date.unwrap_or(walk.now);
    let midnight = integration.settings.sync_start_date.to_datetime(Time::midnight());
    let until = Offset::UTC.to_timestamp(midnight).unwrap_or(from);
    let whole = from.duration_since(until).as_secs_f64();
    if whole <= 0.0 {
        return Ok(1.0);
    }
    let mut shares = Vec::new();
    for connector in Connector::ALL.iter().filter(|connector| connector.kind() == ConnectorKind::Initial) {
        if let Some(bookmark) = after.bookmark(id, connector.name())? {
            shares.push((from.duration_since(bookmark).as_secs_f64() / whole).clamp(0.0, 1.0));
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "five at most")]
    let count = shares.len() as f64;
    Ok(if shares.is_empty() { 0.0 } else { shares.iter().sum::<f64>() / count })
}

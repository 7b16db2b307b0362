//! How far a sync is from the shop's present: connectors that are behind, and a start that lies ahead.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::connector::Connector;
use super::span::span_in_words;
use crate::datetime::to_sql;

/// A connector that has not come to the shop's present.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Behind {
    /// The connector it is about.
    pub connector: Connector,
    /// Until when it has asked the shop; of a walk backwards, back to when.
    pub synced_to: Timestamp,
    /// Where it is to come to.
    pub of: Timestamp,
}

impl Behind {
    /// How far it has to go.
    pub fn by(&self) -> SignedDuration {
        self.of.duration_since(self.synced_to).abs()
    }
}

impl fmt::Display for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let far = span_in_words(self.by());
        let at = to_sql(self.synced_to);
        write!(f, "{} is {far} behind: it has come to {at}; run the sync again", self.connector)
    }
}

/// A sync start date that the shop's time has not come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NotBegun {
    /// The sync start date of the integration, at midnight.
    pub start: Timestamp,
    /// The time by the shop's clock.
    pub now: Timestamp,
}

impl fmt::Display for NotBegun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, now) = (to_sql(self.start), to_sql(self.now));
        write!(
            f,
            "only dictionaries were asked for: the sync start date, {start}, is later than the shop's time, {now}; set an earlier date \
             (\"--start-date\"), or the shop's clock"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_behind_is_said_in_the_largest_unit() {
        let of: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        for (to, far) in [
            ("2026-01-20T12:00:00Z", "304 days"),
            ("2026-11-19T12:00:00Z", "1 day"),
            ("2026-11-20T09:30:00Z", "2 hours"),
            ("2026-11-20T11:50:00Z", "10 minutes"),
        ] {
            let behind = Behind { connector: Connector::Customer, synced_to: to.parse().unwrap(), of };
            assert!(
                behind.to_string().starts_with(&format!("customer is {far} behind: it has come to 2026-")),
                "{behind}"
            );
        }
    }
}

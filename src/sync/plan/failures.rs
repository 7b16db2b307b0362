//! What the connectors' new status records say went wrong. They are in the copy, so that a dry run that was resumed
//! knows of all.

use serde::Serialize;

use crate::crm::{Crm, CrmError, IntegrationId, StatusCode};

/// What stands between a message's counts and its warnings (sync spec 4.6).
const WARNINGS: &str = "\nSome entities were skipped due to warnings:\n";

/// A record that would be skipped, or a connector that would fail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The connector it is about.
    pub connector: String,
    /// Whether the whole connector stops.
    pub stops_connector: bool,
    /// The reason, as a lower-case fragment.
    pub reason: String,
}

pub(super) fn since(before: &Crm, after: &Crm, id: IntegrationId) -> Result<Vec<Failure>, CrmError> {
    // A new integration is not in the CRM as it was.
    let known = match before.integration(id) {
        Ok(_) => before.statuses(id)?.len(),
        Err(CrmError::NotFound { .. }) => 0,
        Err(error) => return Err(error),
    };
    let mut failures: Vec<Failure> = Vec::new();
    for status in after.statuses(id)?.into_iter().skip(known) {
        let stops_connector = status.code == StatusCode::Failed;
        if !stops_connector {
            // What stopped it in an earlier part of the dry run is mended: it came through since.
            failures.retain(|failure| !failure.stops_connector || failure.connector != status.connector);
        }
        let reasons = match (stops_connector, status.message.split_once(WARNINGS)) {
            (true, _) => status.message.lines().map(str::to_owned).collect(),
            (false, Some((_, warnings))) => warnings.lines().map(str::to_owned).collect(),
            (false, None) => Vec::new(),
        };
        for reason in reasons {
            let failure = Failure { connector: status.connector.clone(), stops_connector, reason };
            if !failures.contains(&failure) {
                failures.push(failure);
            }
        }
    }
    Ok(failures)
}

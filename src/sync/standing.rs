//! Where the sync of an integration stands: its jobs, its connectors with their last results and how far the initial walk
//! came, and edits that wait for their export (sync spec 4.6, 4.7 and 10.4). Reads the CRM only.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::Offset;
use serde::Serialize;

use super::bookmark::{BEHIND, READ_AGAIN, READ_AGAIN_MAX};
use super::connector::{Connector, ConnectorKind};
use crate::crm::settings::masked_url;
use crate::crm::{Crm, CrmError, Integration, IntegrationId, Job, JobStatus, StatusCode};
use crate::datetime;

/// Where the syncs of one integration stand.
#[derive(Clone, Debug, Serialize)]
pub struct IntegrationStanding {
    /// The name of the integration.
    pub name: String,
    /// Its shop, the password of the URL masked.
    pub api_url: String,
    /// Whether it is active.
    pub active: bool,
    /// The jobs of the queue, oldest first.
    pub jobs: Vec<Job>,
    /// Connectors that ran or have a bookmark, in their order.
    pub connectors: Vec<ConnectorStanding>,
    /// Edits that wait for their export.
    pub exports_waiting: usize,
    /// Edits that were tried too often; another edit of the row starts anew.
    pub exports_given_up: usize,
}

/// How the last run of one connector ended.
#[derive(Clone, Debug, Serialize)]
pub struct ConnectorStanding {
    /// The name of the connector.
    pub connector: &'static str,
    /// How its last run ended; `None` when there was none.
    pub status: Option<&'static str>,
    /// When the run ended, in UTC.
    pub date: Option<String>,
    /// What happened, in words.
    pub message: String,
    /// Until when it has asked the shop; of an initial walk, back to when.
    pub synced_to: Option<String>,
    /// How many seconds the last run was from the shop's time, when it came through without catching up. A walk has its
    /// percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind_seconds: Option<i64>,
    /// How much of the initial walk is done, 0 to 100; nothing for others.
    pub percent: Option<u8>,
}

/// Whether some connector is to read its last window again, because the bridge's ping or a dictionary failed, or is
/// to ask again for single rows.
///
/// # Errors
/// When the database fails.
pub fn reads_again(crm: &Crm, id: IntegrationId) -> Result<bool, CrmError> {
    for connector in Connector::ALL {
        let noted_as = connector.stream().listed().and_then(|listed| listed.noted_as);
        let lists = [Some(connector.name()), noted_as];
        for list in lists.into_iter().flatten() {
            if !crm.missing_details(id, list)?.is_empty() {
                return Ok(true);
            }
        }
        let last = crm.last_completed_status(id, connector.name())?;
        let times = last.and_then(|status| status.data.get(READ_AGAIN)?.as_u64()).unwrap_or_default();
        if (1..=READ_AGAIN_MAX).contains(&times) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where an integration stands.
///
/// # Errors
/// When the database fails.
pub fn standing(crm: &Crm, integration: &Integration) -> Result<IntegrationStanding, CrmError> {
    let (pending, all) = (crm.pending_exports(integration.id)?.len(), crm.export_queue(integration.id)?.len());
    let statuses = crm.statuses(integration.id)?;
    let mut connectors = Vec::new();
    for connector in Connector::ALL {
        let last = statuses.iter().rev().find(|status| status.connector == connector.name());
        let bookmark = crm.bookmark(integration.id, connector.name())?;
        if last.is_none() && bookmark.is_none() {
            continue;
        }
        let walked = connector.kind() == ConnectorKind::Initial;
        connectors.push(ConnectorStanding {
            connector: connector.name(),
            status: last.map(|status| status.code.as_str()),
            date: last.map(|status| datetime::to_sql(status.date)),
            message: last.map(|status| status.message.clone()).unwrap_or_default(),
            synced_to: bookmark.map(datetime::to_sql),
            behind_seconds: last.and_then(|status| status.data.get(BEHIND)?.as_i64()),
            percent: walked.then(|| walked_percent(integration, bookmark)),
        });
    }
    Ok(IntegrationStanding {
        name: integration.settings.name.clone(),
        api_url: masked_url(&integration.settings.api_url),
        active: integration.settings.enabled,
        jobs: crm.jobs(integration.id)?,
        connectors,
        exports_waiting: pending,
        exports_given_up: all - pending,
    })
}

impl IntegrationStanding {
    /// Whether the last run of every connector and the newest ended job of each kind came through, and no edit was given up.
    pub fn is_ok(&self) -> bool {
        let failed = |connector: &ConnectorStanding| connector.status == Some(StatusCode::Failed.as_str());
        let job_failed = |job: &Job| job.status == JobStatus::Failed;
        let newest = |job: &&Job| !self.jobs.iter().any(|other| other.topic == job.topic && other.id > job.id);
        self.exports_given_up == 0
            && !self.connectors.iter().any(failed)
            && !self.jobs.iter().filter(newest).any(job_failed)
    }
}

/// From the moment the first sync began back to the sync start date.
fn walked_percent(integration: &Integration, bookmark: Option<Timestamp>) -> u8 {
    let (Some(from), Some(at)) = (integration.initial_sync_start_date, bookmark) else { return 0 };
    let Ok(to) = Offset::UTC.to_timestamp(integration.settings.sync_start_date.to_datetime(Time::midnight())) else {
        return 0;
    };
    let (whole, done) = (from.as_second() - to.as_second(), from.as_second() - at.as_second());
    if whole <= 0 {
        return 100;
    }
    u8::try_from((done * 100 / whole).clamp(0, 100)).unwrap_or(100)
}

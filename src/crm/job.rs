//! The message queue's jobs of an integration: unique by their name, merged while one waits or runs (sync spec 10.1 to
//! 10.4).

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Row, params};
use serde::{Serialize, Serializer};

use super::{Crm, CrmError, IntegrationId};
use crate::datetime;
use crate::quirk::{Quirk, Quirks};

/// What a job is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobTopic {
    /// Dictionaries, exports that wait, one incremental run; asks for the initial walk when it is due.
    SyncIntegration,
    /// The walk backwards to the sync start date.
    SyncInitialIntegration,
    /// The look for carts that Magento no longer has.
    SyncCartExpirationIntegration,
}

/// Topic, its word in the database and in a job's name, the name's first part.
const TOPICS: &[(JobTopic, &str, &str)] = &[
    (JobTopic::SyncIntegration, "sync_integration", "oro_integration"),
    (JobTopic::SyncInitialIntegration, "sync_initial_integration", "orocrm_magento"),
    (JobTopic::SyncCartExpirationIntegration, "sync_cart_expiration_integration", "oro_magento"),
];

impl JobTopic {
    /// The word under which the topic is stored.
    pub fn as_str(self) -> &'static str {
        TOPICS.iter().find(|(topic, ..)| *topic == self).map_or("", |(_, word, _)| word)
    }

    /// The unique job name without the integration's id.
    pub fn job_name(self) -> String {
        let prefix = TOPICS.iter().find(|(topic, ..)| *topic == self).map_or("", |(_, _, prefix)| prefix);
        format!("{prefix}:{}", self.as_str())
    }
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// The job waits in the queue.
    New,
    /// It runs, or its run was killed.
    Running,
    /// The job ended well.
    Success,
    /// It ended with a failure.
    Failed,
}

const STATUSES: &[(JobStatus, &str)] = &[
    (JobStatus::New, "new"),
    (JobStatus::Running, "running"),
    (JobStatus::Success, "success"),
    (JobStatus::Failed, "failed"),
];

impl JobStatus {
    /// The word the job page shows.
    pub fn as_str(self) -> &'static str {
        STATUSES.iter().find(|(status, _)| *status == self).map_or("", |(_, word)| word)
    }
}

/// A job of the message queue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Job {
    /// The key of its row.
    pub id: i64,
    /// What it is about.
    pub topic: JobTopic,
    /// Whether it waits, runs or has ended.
    pub status: JobStatus,
    /// Whether it is a full re-sync, which forgets the bookmarks.
    pub force: bool,
    /// When it was put into the queue.
    #[serde(serialize_with = "stamp")]
    pub created_at: Timestamp,
    /// When it was begun.
    #[serde(serialize_with = "stamp_or_null")]
    pub started_at: Option<Timestamp>,
    /// When the job ended; `None` while it has not.
    #[serde(serialize_with = "stamp_or_null")]
    pub finished_at: Option<Timestamp>,
    /// What came of it, in words.
    pub message: String,
}

fn stamp<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&datetime::to_sql(*at))
}

fn stamp_or_null<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(datetime::to_sql).serialize(serializer)
}

/// What became of the wish for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheduled {
    /// A new one waits.
    Added,
    /// One of that name waits or runs already; that one counts.
    Merged,
    /// One runs already that is no full re-sync, and this wish for one is dropped, as the reference client drops it.
    NotForced,
    /// The integration is not active.
    Inactive,
}

impl Scheduled {
    /// The words of the CRM's answer: the guide's, or those of the reference client's page (Q-54; sync spec 10.4). They do
    /// not tell a merged wish from another.
    pub fn message(self, quirks: &Quirks) -> &'static str {
        match self {
            Self::Added | Self::Merged | Self::NotForced if quirks.has(Quirk::ScheduledInOtherWords) => {
                "The synchronization has been scheduled. Check job progress."
            }
            Self::Added | Self::Merged | Self::NotForced => "A sync job has been added to the queue. Check progress",
            Self::Inactive => "Cannot add sync job to the queue because the integration is not active.",
        }
    }
}

/// Finished jobs go after this long; the newest of each topic stays.
const FINISHED_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

const COLUMNS: &str =
    "\"id\", \"topic\", \"status\", \"force\", \"createdAt\", \"startedAt\", \"finishedAt\", \"message\"";

impl Crm {
    /// Puts a job into the queue, as "Schedule sync" and cron do. One of the same name that waits or runs takes the new
    /// one's place; when that one only waits and a full re-sync is wanted, it becomes one; one that runs does not.
    ///
    /// # Errors
    /// When there is no such integration, or the database fails.
    pub fn schedule(&mut self, channel: IntegrationId, topic: JobTopic, force: bool) -> Result<Scheduled, CrmError> {
        if !self.integration(channel)?.settings.enabled {
            return Ok(Scheduled::Inactive);
        }
        let now = datetime::to_sql(self.clock().now());
        self.deciding(|crm| {
            let active = "\"channel\" = ?1 AND \"topic\" = ?2 AND \"status\" IN ('new', 'running')";
            let known: i64 = crm
                .connection
                .prepare_cached(&format!("SELECT count(*) FROM \"job\" WHERE {active}"))?
                .query_row(params![channel.0.0, topic.as_str()], |row| row.get(0))?;
            if known > 0 {
                crm.connection
                    .prepare_cached(&format!("UPDATE \"job\" SET \"force\" = max(\"force\", ?3) WHERE {active} AND \"status\" = 'new'"))?
                    .execute(params![channel.0.0, topic.as_str(), force])?;
                let is_as_wanted: bool = crm
                    .connection
                    .prepare_cached(&format!("SELECT max(\"force\") >= ?3 FROM \"job\" WHERE {active}"))?
                    .query_row(params![channel.0.0, topic.as_str(), force], |row| row.get(0))?;
                return Ok(if is_as_wanted { Scheduled::Merged } else { Scheduled::NotForced });
            }
            crm.connection
                .prepare_cached(
                    "INSERT INTO \"job\" (\"channel\", \"topic\", \"status\", \"force\", \"createdAt\") VALUES (?, ?, 'new', ?, ?)",
                )?
                .execute(params![channel.0.0, topic.as_str(), force, now])?;
            Ok(Scheduled::Added)
        })
    }

    /// All jobs of an integration, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn jobs(&self, channel: IntegrationId) -> Result<Vec<Job>, CrmError> {
        let sql = format!("SELECT {COLUMNS} FROM \"job\" WHERE \"channel\" = ? ORDER BY \"id\"");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([channel.0.0], job)?;
        rows.collect::<Result<_, _>>().map_err(CrmError::from)
    }

    /// Begins the oldest job that waits.
    ///
    /// # Errors
    /// When the database fails.
    pub fn begin_next_job(&mut self, channel: IntegrationId) -> Result<Option<Job>, CrmError> {
        let Some(job) = self.jobs(channel)?.into_iter().find(|job| job.status == JobStatus::New) else {
            return Ok(None);
        };
        let now = self.clock().now();
        self.connection
            .prepare_cached(
                "UPDATE \"job\" SET \"status\" = 'running', \"startedAt\" = ?, \"message\" = '' WHERE \"id\" = ?",
            )?
            .execute(params![datetime::to_sql(now), job.id])?;
        Ok(Some(Job { status: JobStatus::Running, started_at: Some(now), ..job }))
    }

    /// Ends a job, and forgets those that ended long ago.
    ///
    /// # Errors
    /// When the database fails.
    pub fn end_job(&mut self, id: i64, status: JobStatus, message: &str) -> Result<(), CrmError> {
        let now = self.clock().now();
        let old = now.saturating_sub(FINISHED_KEPT).unwrap_or(Timestamp::MIN);
        self.transaction(|crm| {
            crm.connection
                .prepare_cached(
                    "UPDATE \"job\" SET \"status\" = ?, \"finishedAt\" = ?, \"message\" = ? WHERE \"id\" = ?",
                )?
                .execute(params![status.as_str(), datetime::to_sql(now), message, id])?;
            crm.connection
                .prepare_cached(
                    "DELETE FROM \"job\" WHERE \"finishedAt\" < ? AND EXISTS (SELECT 1 FROM \"job\" AS \"newer\" \
                     WHERE \"newer\".\"channel\" = \"job\".\"channel\" AND \"newer\".\"topic\" = \"job\".\"topic\" \
                     AND \"newer\".\"finishedAt\" IS NOT NULL AND \"newer\".\"id\" > \"job\".\"id\")",
                )?
                .execute([datetime::to_sql(old)])?;
            Ok(())
        })
    }

    /// Puts a job that was stopped back to wait.
    ///
    /// # Errors
    /// When the database fails.
    pub fn put_job_back(&mut self, id: i64, message: &str) -> Result<(), CrmError> {
        self.connection
            .prepare_cached(
                "UPDATE \"job\" SET \"status\" = 'new', \"startedAt\" = NULL, \"message\" = ? WHERE \"id\" = ?",
            )?
            .execute(params![message, id])?;
        Ok(())
    }

    /// Delivers again what a killed run left behind: its jobs wait once more. Gives their number.
    ///
    /// # Errors
    /// When the database fails.
    pub fn redeliver_jobs(&mut self, channel: IntegrationId) -> Result<usize, CrmError> {
        Ok(self.connection.execute(
            "UPDATE \"job\" SET \"status\" = 'new', \"message\" = 'its run was cut; it goes on' \
             WHERE \"channel\" = ? AND \"status\" = 'running'",
            [channel.0.0],
        )?)
    }
}

fn job(row: &Row<'_>) -> rusqlite::Result<Job> {
    let (topic, status): (String, String) = (row.get(1)?, row.get(2)?);
    let stamp = |text: Option<String>| text.and_then(|text| datetime::parse(&text).ok().flatten());
    Ok(Job {
        id: row.get(0)?,
        topic: TOPICS
            .iter()
            .find(|(_, word, _)| *word == topic)
            .map_or(JobTopic::SyncIntegration, |(topic, ..)| *topic),
        status: STATUSES.iter().find(|(_, word)| *word == status).map_or(JobStatus::Failed, |(status, _)| *status),
        force: row.get(3)?,
        created_at: stamp(row.get(4)?).unwrap_or(Timestamp::UNIX_EPOCH),
        started_at: stamp(row.get(5)?),
        finished_at: stamp(row.get(6)?),
        message: row.get(7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::IntegrationSettings;
    use crate::secret::ApiKey;

    fn crm() -> (Crm, IntegrationId) {
        let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
        let settings = IntegrationSettings {
            name: "Shop".to_owned(),
            api_url: "http://localhost/".to_owned(),
            api_user: "oro".to_owned(),
            api_key: ApiKey::new("oro-key-1"),
            ..IntegrationSettings::default()
        };
        let id = crm.add_integration(&settings).unwrap();
        (crm, id)
    }

    fn line(job: &Job) -> String {
        format!("{} {}{}", job.topic.job_name(), job.status.as_str(), if job.force { " forced" } else { "" })
    }

    #[test]
    fn a_second_wish_is_merged_while_the_first_waits_or_runs() {
        let (mut crm, id) = crm();
        let wish = |crm: &mut Crm, force| crm.schedule(id, JobTopic::SyncIntegration, force).unwrap();
        assert_eq!(wish(&mut crm, false), Scheduled::Added);
        assert_eq!(wish(&mut crm, true), Scheduled::Merged);
        assert_eq!(crm.schedule(id, JobTopic::SyncInitialIntegration, false).unwrap(), Scheduled::Added);
        let lines: Vec<String> = crm.jobs(id).unwrap().iter().map(line).collect();
        assert_eq!(
            lines,
            ["oro_integration:sync_integration new forced", "orocrm_magento:sync_initial_integration new"]
        );
        let running = crm.begin_next_job(id).unwrap().unwrap();
        assert_eq!(wish(&mut crm, true), Scheduled::Merged);
        crm.end_job(running.id, JobStatus::Success, "done").unwrap();
        assert_eq!(wish(&mut crm, false), Scheduled::Added);
        // A sync that runs does not become a full one, and whoever wishes for one is told.
        while crm.begin_next_job(id).unwrap().is_some() {}
        assert_eq!((wish(&mut crm, true), wish(&mut crm, false)), (Scheduled::NotForced, Scheduled::Merged));
    }

    #[test]
    fn a_killed_or_stopped_job_waits_again_and_an_inactive_integration_takes_none() {
        let (mut crm, id) = crm();
        crm.schedule(id, JobTopic::SyncIntegration, false).unwrap();
        crm.begin_next_job(id).unwrap();
        assert_eq!(crm.redeliver_jobs(id).unwrap(), 1);
        let job = crm.begin_next_job(id).unwrap().unwrap();
        crm.put_job_back(job.id, "stopped").unwrap();
        assert_eq!(crm.begin_next_job(id).unwrap().map(|again| again.id), Some(job.id));

        let settings = IntegrationSettings { enabled: false, ..crm.integration(id).unwrap().settings };
        crm.save_integration(id, &settings, &Quirks::default()).unwrap();
        assert_eq!(crm.schedule(id, JobTopic::SyncIntegration, false).unwrap(), Scheduled::Inactive);
    }

    #[test]
    fn old_jobs_go_but_the_newest_of_a_topic_stays() {
        let (mut crm, id) = crm();
        for _ in 0..3 {
            crm.schedule(id, JobTopic::SyncIntegration, false).unwrap();
            let job = crm.begin_next_job(id).unwrap().unwrap();
            crm.end_job(job.id, JobStatus::Success, "done").unwrap();
            crm.clock().advance(SignedDuration::from_hours(24 * 5));
        }
        assert_eq!(crm.jobs(id).unwrap().len(), 2, "the first is ten days older than the last");
    }
}

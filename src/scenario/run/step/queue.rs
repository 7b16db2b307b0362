//! `schedule sync`, `run queue`, and what cron does while time passes.

use crate::scenario::run::cannot_work::CannotWork;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::sync::lines;
use crate::crm::{JobStatus, JobTopic, Scheduled};
use crate::scenario::language::step::sync::ScheduleStep;
use crate::scenario::run::world::{LastOutcome, World};
use crate::sync::queue::{JobDone, run_queue};

/// Cron's schedule in UTC: what, how often, and how long after midnight (sync spec 10.2).
const SCHEDULE: &[(CronTask, SignedDuration, SignedDuration)] = &[
    (CronTask::Sync, SignedDuration::from_mins(5), SignedDuration::ZERO),
    (CronTask::CleanUpStatuses, SignedDuration::from_hours(24), SignedDuration::from_hours(1)),
    (CronTask::ExpireCarts, SignedDuration::from_hours(24), SignedDuration::from_hours(3)),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CronTask {
    Sync,
    CleanUpStatuses,
    ExpireCarts,
}

/// The first moment after `now` at which cron has something to do, and what, in the order of [`SCHEDULE`].
fn next_tick(now: Timestamp) -> (Timestamp, Vec<CronTask>) {
    let due = |every: SignedDuration, after_midnight: SignedDuration| {
        let (every, offset) = (every.as_secs(), after_midnight.as_secs());
        (now.as_second() - offset).div_euclid(every) * every + every + offset
    };
    let all: Vec<(i64, CronTask)> = SCHEDULE.iter().map(|(task, every, at)| (due(*every, *at), *task)).collect();
    let first = all.iter().map(|(at, _)| *at).min().unwrap_or_default();
    let tasks = all.iter().filter(|(at, _)| *at == first).map(|(_, task)| *task).collect();
    (Timestamp::from_second(first).unwrap_or(Timestamp::MAX), tasks)
}

impl World<'_> {
    /// The button of the integration's page.
    pub(in crate::scenario) fn schedule_sync(&mut self, step: Option<&ScheduleStep>) -> Result<(), CannotWork> {
        let id = self.channel()?;
        let force = step.is_some_and(|step| step.force.is_yes());
        let scheduled = self.crm.schedule(id, JobTopic::SyncIntegration, force)?;
        let success = matches!(scheduled, Scheduled::Added | Scheduled::Merged);
        let word = if success { "success" } else { "failure" };
        let merged = scheduled == Scheduled::Merged;
        let message = scheduled.message(&self.quirks);
        self.last = Some(LastOutcome {
            success,
            message: message.to_owned(),
            shown: json!({ "schedule sync": word, "message": message, "merged": merged }),
        });
        Ok(())
    }

    /// Runs the jobs that wait.
    pub(in crate::scenario) async fn run_queue(&mut self) -> Result<(), CannotWork> {
        let id = self.channel()?;
        let mut ignore = |_| {};
        let mut context = self.sync_context(&mut ignore);
        let done = run_queue(&mut context, id).await?;
        let lines: Vec<String> = done.iter().flat_map(said).collect();
        let success = done.iter().all(|done| done.job.status == JobStatus::Success);
        self.last = Some(LastOutcome {
            success,
            message: lines.join("\n"),
            shown: json!({ "run queue": if success { "success" } else { "failure" }, "did": lines }),
        });
        Ok(())
    }

    /// Lets time pass; with automatic sync cron works meanwhile, and time that a run takes counts.
    pub(in crate::scenario) async fn pass(&mut self, interval: SignedDuration) -> Result<(), CannotWork> {
        if !self.case.scenario.script.automatic_sync.is_yes() {
            self.clock.advance(interval);
            return Ok(());
        }
        let until = self.clock.now().saturating_add(interval).unwrap_or(Timestamp::MAX);
        loop {
            let (at, tasks) = next_tick(self.clock.now());
            if at > until {
                break;
            }
            self.clock.set(at);
            for task in tasks {
                self.cron_for_all(task).await?;
            }
        }
        // A run may have taken longer than was left.
        if self.clock.now() < until {
            self.clock.set(until);
        }
        Ok(())
    }

    /// Cron works for every integration; steps stay with theirs.
    async fn cron_for_all(&mut self, task: CronTask) -> Result<(), CannotWork> {
        let selected = self.selected.clone();
        for name in self.names_of_integrations() {
            self.select(&name);
            self.cron(task).await?;
        }
        self.select(&selected);
        Ok(())
    }

    async fn cron(&mut self, task: CronTask) -> Result<(), CannotWork> {
        if self.is_theirs() {
            // What a client does besides syncing at its hours is its own affair.
            return match task {
                CronTask::Sync => self.scheduled_sync().await,
                CronTask::CleanUpStatuses | CronTask::ExpireCarts => Ok(()),
            };
        }
        // Cron looks after enabled integrations only, and a deleted channel has none.
        let Ok(id) = self.channel() else { return Ok(()) };
        let topic = match task {
            CronTask::Sync => JobTopic::SyncIntegration,
            CronTask::ExpireCarts => JobTopic::SyncCartExpirationIntegration,
            CronTask::CleanUpStatuses => {
                let quirks = self.quirks.clone();
                return Ok(self.crm.clean_up_statuses(&quirks).map(drop)?);
            }
        };
        match self.crm.schedule(id, topic, false)? {
            Scheduled::Inactive => Ok(()),
            Scheduled::Added | Scheduled::Merged | Scheduled::NotForced => self.scheduled_sync().await,
        }
    }
}

/// A job with its result, and what its sync did, a line for each connector and export.
fn said(done: &JobDone) -> Vec<String> {
    let job = format!("{} {}: {}", done.job.topic.job_name(), done.job.status.as_str(), done.job.message);
    let did = done.outcome.as_ref().map(lines).unwrap_or_default();
    std::iter::once(job).chain(did.into_iter().map(|line| format!("  {line}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cron_has_its_schedule() {
        use CronTask::{CleanUpStatuses, ExpireCarts, Sync};
        for (now, expected, tasks) in [
            ("2024-01-10T12:00:00Z", "2024-01-10T12:05:00Z", vec![Sync]),
            ("2024-01-10T12:04:59Z", "2024-01-10T12:05:00Z", vec![Sync]),
            ("2024-01-10T00:57:00Z", "2024-01-10T01:00:00Z", vec![Sync, CleanUpStatuses]),
            ("2024-01-10T02:55:00Z", "2024-01-10T03:00:00Z", vec![Sync, ExpireCarts]),
            ("2024-01-10T23:59:00Z", "2024-01-11T00:00:00Z", vec![Sync]),
        ] {
            assert_eq!(next_tick(now.parse().unwrap()), (expected.parse().unwrap(), tasks), "{now}");
        }
    }
}

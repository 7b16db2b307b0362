//! The consumer of an integration's jobs: one after the other, oldest first, until none waits (sync spec 10.1 to 10.3).
//! A job whose run was killed is delivered again.

use super::cart_expiration::{Expiration, expire_carts};
use super::context::{SyncContext, SyncPart};
use super::driver;
use super::error::SyncError;
use super::outcome::SyncOutcome;
use crate::crm::{IntegrationId, Job, JobStatus, JobTopic};

/// A job that was run.
#[derive(Clone, Debug)]
pub struct JobDone {
    /// The job as it is now.
    pub job: Job,
    /// What its sync did; nothing for other jobs and those that could not begin.
    pub outcome: Option<SyncOutcome>,
}

/// Runs the jobs of an integration. A sync that finds the initial walk due puts that into the queue, and it is run too.
///
/// # Errors
/// [`SyncError`] when the CRM fails; what a shop refuses is in the jobs.
pub async fn run_queue(context: &mut SyncContext<'_>, id: IntegrationId) -> Result<Vec<JobDone>, SyncError> {
    context.crm.redeliver_jobs(id)?;
    let mut done = Vec::new();
    while !context.options.stop.is_set()
        && let Some(job) = context.crm.begin_next_job(id)?
    {
        done.push(run(context, id, job).await?);
    }
    Ok(done)
}

async fn run(context: &mut SyncContext<'_>, id: IntegrationId, mut job: Job) -> Result<JobDone, SyncError> {
    let (status, message, outcome) = match job.topic {
        JobTopic::SyncIntegration => {
            let done = sync(context, id, SyncPart::Changes, job.force).await;
            if done.2.as_ref().is_some_and(|outcome| outcome.initial_due) {
                context.crm.schedule(id, JobTopic::SyncInitialIntegration, false)?;
            }
            done
        }
        JobTopic::SyncInitialIntegration => sync(context, id, SyncPart::Initial, false).await,
        JobTopic::SyncCartExpirationIntegration => expire(context, id).await,
    };
    if outcome.as_ref().is_some_and(|outcome| outcome.interrupted) {
        context.crm.put_job_back(job.id, "stopped at the end of a batch; it goes on with the next run")?;
        job.status = JobStatus::New;
    } else {
        context.crm.end_job(job.id, status, &message)?;
        job.status = status;
    }
    Ok(JobDone { job: Job { message, ..job }, outcome })
}

type Ended = (JobStatus, String, Option<SyncOutcome>);

async fn sync(context: &mut SyncContext<'_>, id: IntegrationId, part: SyncPart, force: bool) -> Ended {
    let before = std::mem::take(&mut context.options);
    context.options =
        super::context::SyncOptions { part, force: force || before.force, exports_first: true, ..before.clone() };
    let done = driver::sync(context, id).await;
    // Once is enough: the walk that follows goes on from what was forgotten.
    context.options = super::context::SyncOptions { force: false, ..before };
    match done {
        Ok(outcome) => {
            let status = if outcome.is_ok() { JobStatus::Success } else { JobStatus::Failed };
            (status, outcome.summary(), Some(outcome))
        }
        Err(error) => (JobStatus::Failed, error.to_string(), None),
    }
}

async fn expire(context: &mut SyncContext<'_>, id: IntegrationId) -> Ended {
    match expire_carts(context, id).await {
        Ok(Expiration::Done(expired)) => (JobStatus::Success, format!("{} carts expired", expired.len()), None),
        Ok(Expiration::Rejected(reason) | Expiration::Failed(reason)) => (JobStatus::Failed, reason, None),
        Err(error) => (JobStatus::Failed, error.to_string(), None),
    }
}

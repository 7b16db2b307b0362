//! What happens to the rows of a stream: pulled from a source, converted, looked up, decided on and written in batches;
//! rows whose relations are missing wait until those were loaded. What is different about each stream is in `stream`; their
//! order and windows are the driver's business.

use jiff::Timestamp;
use tracing::Instrument as _;

use super::bookmark::Mark;
use super::connector::Connector;
use super::connector::source::RowSource;
use super::outcome::{ConnectorOutcome, RunKind, RunStatus};
use super::run::Run;
use super::stream::Listed;
use super::window;
use crate::crm::CrmError;

pub mod dictionary;
mod import;
mod post_process;

pub(in crate::sync) use import::{Import, Stop};

/// One run of a connector over one stream of rows.
#[derive(Debug)]
pub(in crate::sync) struct Job {
    /// The connector that is run.
    pub(in crate::sync) connector: Connector,
    /// What is different about its stream.
    pub(in crate::sync) rules: &'static Listed,
    /// Which part of the sync.
    pub(in crate::sync) kind: RunKind,
    /// Where the rows come from.
    pub(in crate::sync) source: RowSource,
    /// What the connector remembers when all rows are in.
    pub(in crate::sync) mark: Mark,
    /// The start of the stream, recorded when it held no rows.
    pub(in crate::sync) start: Option<Timestamp>,
}

/// Runs one stream to its end and records the run. The bookmark moves only after every row and everything that waited for
/// it is in, so that a run that dies before is repeated.
pub(in crate::sync) async fn run(run: &mut Run<'_, '_>, mut job: Job) -> Result<ConnectorOutcome, CrmError> {
    let mut import = Import::resumed(run, job.connector, job.rules, job.kind)?;
    let span = tracing::info_span!("import", connector = job.connector.name());
    let ended = match pull(run, &mut job, &mut import).instrument(span).await {
        Ok(ended) => ended,
        Err(Stop::Crm(error)) => return Err(error),
        Err(Stop::Failed(reason)) => {
            import.outcome.fail(reason);
            true
        }
    };
    if !ended {
        import.outcome.status = RunStatus::Skipped;
        return Ok(import.outcome);
    }
    if job.mark == Mark::Unrecorded {
        return Ok(import.outcome);
    }
    let scope = run.scope();
    let is_ok = import.outcome.is_ok();
    let mark = if is_ok { job.mark } else { Mark::None };
    let item = if is_ok { window::last_item_date(job.start, import.newest, scope.now) } else { import.newest };
    run.crm.transaction(|crm| scope.record(crm, &mut import.outcome, mark, item))?;
    Ok(import.outcome)
}

/// Pulls rows until none is left (true) or somebody asked to stop at a batch boundary (false). What was read before a
/// failure is not lost; the bookmark stays, so it comes again with the rest.
async fn pull(run: &mut Run<'_, '_>, job: &mut Job, import: &mut Import) -> Result<bool, Stop> {
    loop {
        let next = match run.client().await {
            Ok(client) => job.source.next(client).await,
            Err(error) => Err(error.into()),
        };
        match next {
            Ok(Some(row)) => {
                if import.take(run, row).await? && run.stop.is_set() {
                    return Ok(false);
                }
            }
            Ok(None) => {
                import.finish(run).await?;
                return Ok(true);
            }
            Err(error) => {
                import.flush(run)?;
                import.outcome.fail(error.to_string());
                return Ok(true);
            }
        }
    }
}

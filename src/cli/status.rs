//! `mockgento status`: where the syncs of a CRM file stand.

use std::io::Write as _;

use clap::Args;
use comfy_table::{Table, presets};
use jiff::SignedDuration;
use miette::miette;

use super::crm::CrmFile;
use super::{ExitCode, Outcome};
use crate::cli::output;
use crate::crm::{Crm, CrmError, Job, JobStatus, RunLock};
use crate::datetime;
use crate::sync::span::span_in_words;
use crate::sync::standing::{ConnectorStanding, IntegrationStanding, standing};

/// Arguments of `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    #[command(flatten)]
    file: CrmFile,
    /// Only the integration of this name.
    #[arg(long)]
    name: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Prints it; a connector or job whose last run failed or was killed is exit code 1.
pub fn run(args: &StatusArgs) -> Outcome {
    let crm = args.file.open_to_read()?;
    let mut found = standings(&crm, args.name.as_deref()).map_err(|error| miette!("{error}"))?;
    let mut was_killed = false;
    // Whoever runs a job holds the lock; a run that was killed could say nothing.
    if !RunLock::is_held(args.file.path()) {
        for job in found.iter_mut().flat_map(|of| &mut of.jobs).filter(|job| job.status == JobStatus::Running) {
            was_killed = true;
            job.status = JobStatus::New;
            job.message = "nobody runs it any more: its run was killed; the next sync goes on with it".to_owned();
        }
    }
    let text = match found.as_slice() {
        _ if args.json => output::to_json(&found),
        [] => "this CRM has no integration yet; \"mockgento sync\" makes one".to_owned(),
        many => many.iter().map(in_words).collect::<Vec<_>>().join("\n\n"),
    };
    // A closed pipe has seen enough.
    let _ = writeln!(output::stdout(), "{text}");
    Ok(if found.iter().all(IntegrationStanding::is_ok) && !was_killed {
        ExitCode::AsExpected
    } else {
        ExitCode::Failed
    })
}

fn standings(crm: &Crm, name: Option<&str>) -> Result<Vec<IntegrationStanding>, CrmError> {
    let integrations = match name {
        Some(name) => vec![crm.integration_named(name)?],
        None => crm.integrations()?,
    };
    integrations.iter().map(|integration| standing(crm, integration)).collect()
}

fn in_words(of: &IntegrationStanding) -> String {
    let active = if of.active { "" } else { ", not active" };
    let mut text = format!("{} ({}{active})\n", of.name, of.api_url);
    text.push_str(&exports(of));
    if of.jobs.is_empty() && of.connectors.is_empty() {
        text.push_str("never synced");
        return text;
    }
    if !of.jobs.is_empty() {
        text.push_str(&jobs(&of.jobs));
        text.push_str("\n\n");
    }
    text.push_str(&connectors(&of.connectors));
    text
}

fn exports(of: &IntegrationStanding) -> String {
    let mut text = String::new();
    if of.exports_waiting > 0 {
        text = format!("edits that wait for their export: {}\n", of.exports_waiting);
    }
    if of.exports_given_up > 0 {
        let help = "edit the row again to have it tried anew";
        text = format!("{text}edits that failed too often: {}; {help}\n", of.exports_given_up);
    }
    text + "\n"
}

fn plain_table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    output::fit(&mut table);
    table.set_header(header);
    table
}

fn printed(mut table: Table) -> String {
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    table.trim_fmt()
}

fn jobs(jobs: &[Job]) -> String {
    let mut table = plain_table(["job", "status", "created", "finished", "message"]);
    for job in jobs {
        let finished = job.finished_at.map(datetime::to_sql).unwrap_or_default();
        let name = job.topic.job_name() + if job.force { " (full)" } else { "" };
        let created = datetime::to_sql(job.created_at);
        table.add_row([name, job.status.as_str().to_owned(), created, finished, job.message.clone()]);
    }
    printed(table)
}

fn synced_to(connector: &ConnectorStanding) -> String {
    let at = connector.synced_to.clone().unwrap_or_default();
    match connector.behind_seconds {
        Some(seconds) => format!("{at} ({} behind)", span_in_words(SignedDuration::from_secs(seconds))),
        None => at,
    }
}

fn connectors(connectors: &[ConnectorStanding]) -> String {
    let mut table = plain_table(["connector", "status", "at", "synced to", "done", "message"]);
    for connector in connectors {
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        table.add_row([
            connector.connector.to_owned(),
            text(connector.status),
            text(connector.date.as_deref()),
            synced_to(connector),
            connector.percent.map(|percent| format!("{percent} %")).unwrap_or_default(),
            connector.message.clone(),
        ]);
    }
    printed(table)
}

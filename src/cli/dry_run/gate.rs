//! A dry run as a gate of CI: its plan beside a reviewed one, and limits. What failed is told, in a JUnit file too.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};

use crate::bounded;
use crate::report::junit;
use crate::snapshot::{unified, yaml};
use crate::sync::plan::Plan;
use crate::sync::plan::gate::{Check, Limits, is_complete, masked};
use crate::whole_file;

/// Arguments that make a gate of a dry run.
#[derive(Debug, Args)]
pub struct GateArgs {
    /// Compare the plan with this file, moments and counts of calls masked; a difference is exit code 1.
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    expect: Option<PathBuf>,
    /// Write the plan into the file of --expect, once you have reviewed it.
    #[arg(long, requires = "expect")]
    accept: bool,
    /// More writes to the shop than this are exit code 1.
    #[arg(long, value_name = "N", requires = "dry_run")]
    max_writes: Option<usize>,
    /// More doubled accounts than this are exit code 1.
    #[arg(long, value_name = "N", requires = "dry_run")]
    max_doubled: Option<usize>,
    /// More deleted rows of the CRM than this are exit code 1.
    #[arg(long, value_name = "N", requires = "dry_run")]
    max_deleted: Option<usize>,
    /// More records, connectors and edits that would fail than this are exit code 1.
    #[arg(long, value_name = "N", requires = "dry_run")]
    max_failed: Option<usize>,
    /// Write what was checked as JUnit XML.
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    junit: Option<PathBuf>,
}

const HEAD: &str = "---\nsource: mockgento sync --dry-run\ndescription: Plan of a sync\n---\n";

impl GateArgs {
    /// Whether the plan passes; says what does not.
    pub(super) fn pass(&self, plan: &Plan) -> miette::Result<bool> {
        let limits = Limits {
            writes: self.max_writes,
            doubled: self.max_doubled,
            deleted: self.max_deleted,
            failed: self.max_failed,
        };
        if limits.is_empty() && self.expect.is_none() && self.junit.is_none() {
            return Ok(true);
        }
        let mut checks = vec![is_complete(plan)];
        checks.extend(limits.checks(plan));
        if let Some(path) = &self.expect {
            checks.push(self.compare(path, plan)?);
        }
        for check in &checks {
            if let Some(failure) = &check.failure {
                let _ = writeln!(crate::cli::output::stderr(), "{}: {failure}", check.name);
            }
        }
        if let Some(path) = &self.junit {
            let rows: Vec<_> = checks.iter().map(|check| (check.name, check.failure.as_deref())).collect();
            let text = junit::checks("sync --dry-run", &rows);
            let name = path.display();
            let written = whole_file::write(path, text.as_bytes());
            written.into_diagnostic().wrap_err_with(|| format!("cannot write {name}"))?;
        }
        Ok(checks.iter().all(|check| check.failure.is_none()))
    }

    fn compare(&self, path: &Path, plan: &Plan) -> miette::Result<Check> {
        let (name, now) = (path.display(), yaml::text(&masked(plan).into_diagnostic()?));
        if self.accept {
            if !plan.complete {
                return Err(miette!(
                    help = "run it without bounds, or once the cause is mended",
                    "{name} was not written: the plan is not of everything"
                ));
            }
            let written = whole_file::write(path, format!("{HEAD}{now}").as_bytes());
            written.into_diagnostic().wrap_err_with(|| format!("cannot write {name}"))?;
            return Ok(Check { name: "expect", failure: None });
        }
        let reviewed = match bounded::read_text(path, bounded::TEXT_BYTES_MAX) {
            Ok(text) => body(&text.replace("\r\n", "\n")).to_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let failure = format!("{name} is not there; review the plan, then write it with --accept");
                return Ok(Check { name: "expect", failure: Some(failure) });
            }
            Err(error) => return Err(error).into_diagnostic().wrap_err_with(|| format!("cannot read {name}")),
        };
        let difference = unified(&reviewed, &now);
        let failure = (!difference.is_empty())
            .then(|| format!("the plan is not that of {name}; --accept takes it once it is reviewed\n{difference}"));
        Ok(Check { name: "expect", failure })
    }
}

/// What stands below the head of a snapshot.
fn body(text: &str) -> &str {
    let below = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    below.map_or(text, |(_, body)| body)
}

//! Who is there while `mockgento run` runs a case, as its arguments ask: [`step`] stops after each step and shows what is
//! there, [`console`] serves the console of the scenario's shops, [`keep`] leaves what the case leaves in a folder. What a
//! case may be looked at through is in `scenario::attendant`.

mod console;
mod keep;
mod step;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use miette::miette;

use crate::scenario::Case;
use crate::scenario::attendant::{Attendant, DoneStep, Go, Stage};
use crate::scenario::pool::Attend;
use crate::scenario::result::CaseResult;

/// Arguments of `run` about looking closely.
#[derive(Debug, Args)]
pub struct AttendArgs {
    /// Stop after each step and show the CRM, the shop and the calls; for one case. `?` lists what can be asked.
    #[arg(long, conflicts_with_all = ["watch", "quiet"])]
    step: bool,
    /// Serve the console of the scenario's shops, on this machine only, while the case runs and until Enter; for one case.
    #[arg(long, conflicts_with = "watch")]
    console: bool,
    /// Leave in this folder what each case leaves: the CRM's file, the calls with their messages, the shop's state. It is made,
    /// or is one that an earlier `--keep` made.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

impl AttendArgs {
    /// Whether a person is asked something, so that the case may take as long as it likes.
    pub(super) fn is_asking(&self) -> bool {
        self.step || self.console
    }

    /// Whether what happens in each step is shown, and so must be kept.
    pub(super) fn wants_timelines(&self) -> bool {
        self.step
    }

    /// Who is there, if anybody; `to_stderr` where standard output belongs to a report.
    pub(super) fn attend(&self, cases: &[Case], to_stderr: bool) -> miette::Result<Option<Attend>> {
        if self.is_asking() && cases.len() != 1 {
            let what = if self.step { "--step" } else { "--console" };
            let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).take(5).collect();
            let more = if cases.len() > names.len() { ", …" } else { "" };
            let help = match names.as_slice() {
                [] => "`mockgento list` shows the cases there are".to_owned(),
                names => format!("name one as `mockgento list` does: {}{more}", names.join(", ")),
            };
            return Err(miette!(help = help, "{what} is for one case, and {} are asked for", cases.len()));
        }
        if let Some(folder) = &self.keep {
            keep::prepare(folder)?;
        }
        if !self.is_asking() && self.keep.is_none() {
            return Ok(None);
        }
        let (step, console, keep) = (self.step, self.console, self.keep.clone());
        Ok(Some(Arc::new(move |case: &Case| {
            let mut all: Vec<Box<dyn Attendant>> = Vec::new();
            // What is left is on the disk before anybody is asked for anything.
            if let Some(folder) = &keep {
                all.push(Box::new(keep::Keep::new(folder, &case.name)));
            }
            if console {
                all.push(Box::new(console::Console::new(to_stderr, !step)));
            }
            if step {
                all.push(Box::new(step::Stepping::new(to_stderr)));
            }
            Box::new(All(all))
        })))
    }
}

/// Several at once, one after the other.
struct All(Vec<Box<dyn Attendant>>);

impl Attendant for All {
    fn begins(&mut self, stage: &Stage<'_>) -> Result<(), String> {
        self.0.iter_mut().try_for_each(|one| one.begins(stage))
    }

    fn after_step(&mut self, stage: &Stage<'_>, done: &DoneStep<'_>) -> Go {
        let asked: Vec<Go> = self.0.iter_mut().map(|one| one.after_step(stage, done)).collect();
        if asked.contains(&Go::NoFurther) { Go::NoFurther } else { Go::On }
    }

    fn ends(&mut self, stage: &Stage<'_>, result: &CaseResult) -> Result<(), String> {
        // Each has its chance, whatever the one before says.
        let ended: Vec<_> = self.0.iter_mut().map(|one| one.ends(stage, result)).collect();
        ended.into_iter().collect()
    }
}

/// Where a person is told something.
fn output(to_stderr: bool) -> Box<dyn std::io::Write> {
    if to_stderr { Box::new(super::output::stderr()) } else { Box::new(super::output::stdout()) }
}

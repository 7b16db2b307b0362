//! `mockgento review`, `accept` and `reject`: what to do with snapshots that differ.

use std::io::{BufRead, Write};
use std::path::PathBuf;

use clap::Args;

use super::{ExitCode, Outcome};
use crate::snapshot::{Pending, pending, unified};

/// Arguments of `review`.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    #[command(flatten)]
    which: Which,
}

/// Arguments of `accept` and `reject`.
#[derive(Debug, Args)]
pub struct DecideArgs {
    #[command(flatten)]
    which: Which,
}

/// Which pending snapshots.
#[derive(Debug, Args)]
struct Which {
    /// Only those with this text in their path.
    filter: Option<String>,
    /// The folder of the snapshots.
    #[arg(long, default_value = "snapshots", value_name = "DIR")]
    snapshots: PathBuf,
}

impl Which {
    fn pending(&self) -> Result<Vec<Pending>, miette::Report> {
        let all = pending(&self.snapshots).map_err(|error| miette::miette!("{error}"))?;
        let wanted = |waiting: &Pending| {
            self.filter.as_ref().is_none_or(|text| waiting.path.to_string_lossy().contains(text.as_str()))
        };
        Ok(all.into_iter().filter(wanted).collect())
    }
}

/// What is decided about one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Decision {
    Accept,
    Reject,
    Skip,
}

fn apply(waiting: &Pending, decision: Decision) -> Result<(), miette::Report> {
    let done = match decision {
        Decision::Accept => waiting.accept(),
        Decision::Reject => waiting.reject(),
        Decision::Skip => Ok(()),
    };
    done.map_err(|error| miette::miette!("{error}"))
}

/// Accepts everything.
pub fn accept(args: &DecideArgs) -> Outcome {
    decide_all(&args.which, Decision::Accept, "accepted")
}

/// Rejects everything.
pub fn reject(args: &DecideArgs) -> Outcome {
    decide_all(&args.which, Decision::Reject, "rejected")
}

fn decide_all(which: &Which, decision: Decision, done: &str) -> Outcome {
    let waiting = which.pending()?;
    let mut out = anstream::stdout();
    for one in &waiting {
        apply(one, decision)?;
        let _ = writeln!(out, "{done} {}", one.target().display());
    }
    if waiting.is_empty() {
        let _ = writeln!(out, "nothing waits for review in {}", which.snapshots.display());
    }
    Ok(ExitCode::AsExpected)
}

/// Asks about each.
pub fn review(args: &ReviewArgs) -> Outcome {
    let waiting = args.which.pending()?;
    let mut out = anstream::stdout();
    let mut answers = std::io::stdin().lock().lines();
    let mut for_the_rest = None;
    for (number, one) in waiting.iter().enumerate() {
        let decision = match for_the_rest {
            Some(decision) => decision,
            None => {
                show(&mut out, one, number + 1, waiting.len());
                let Some(answer) = ask(&mut out, &mut answers) else { break };
                if answer.for_the_rest {
                    for_the_rest = Some(answer.decision);
                }
                answer.decision
            }
        };
        apply(one, decision)?;
    }
    if waiting.is_empty() {
        let _ = writeln!(out, "nothing waits for review in {}", args.which.snapshots.display());
    }
    Ok(ExitCode::AsExpected)
}

fn show(out: &mut impl Write, one: &Pending, number: usize, of: usize) {
    let what = if one.accepted.is_some() { "differs" } else { "is new" };
    let _ = writeln!(out, "\n[{number}/{of}] {} {what}", one.target().display());
    let _ = writeln!(out, "{} ({}:{})\n", one.header.description, one.header.source, one.header.line);
    let diff = unified(one.accepted.as_deref().unwrap_or_default(), &one.text);
    for line in diff.lines() {
        let colour = match line.chars().next() {
            Some('-') => "\u{1b}[31m",
            Some('+') => "\u{1b}[32m",
            _ => "",
        };
        let reset = if colour.is_empty() { "" } else { "\u{1b}[0m" };
        let _ = writeln!(out, "  {colour}{line}{reset}");
    }
}

/// What the user said.
struct Answer {
    decision: Decision,
    for_the_rest: bool,
}

/// `None` when the review is to end: asked for, or no more input.
fn ask(out: &mut impl Write, answers: &mut impl Iterator<Item = std::io::Result<String>>) -> Option<Answer> {
    loop {
        let _ = write!(out, "\n  a accept, r reject, s skip, A/R all that follow, q quit > ");
        let _ = out.flush();
        let answer = answers.next()?.ok()?;
        let (decision, for_the_rest) = match answer.trim() {
            "a" => (Decision::Accept, false),
            "A" => (Decision::Accept, true),
            "r" => (Decision::Reject, false),
            "R" => (Decision::Reject, true),
            "s" => (Decision::Skip, false),
            "q" => return None,
            _ => continue,
        };
        return Some(Answer { decision, for_the_rest });
    }
}

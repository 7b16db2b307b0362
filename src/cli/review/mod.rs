//! `mockgento review`, `accept` and `reject`: what to do with snapshots that differ. Which of them belong together is
//! decided in [`group`], what a person answers is read in [`answer`], the calls behind a snapshot are shown by [`wire`].

mod answer;
mod group;
mod keys;
mod wire;

use std::collections::VecDeque;
use std::io::{BufRead, Write};
use std::path::PathBuf;

use clap::Args;

use super::{ExitCode, Outcome};
use crate::cli::output;
use crate::snapshot::{Pending, pending};
use answer::Answer;
use group::Group;
use keys::Keys;

const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const BOLD: &str = "\u{1b}[1m";
const RESET: &str = "\u{1b}[0m";

/// What every key does.
const HELP: &str = "  \
  a  accept: the new text is the expected one from now on
  r  reject: the new text is thrown away, the old one stays
  s  skip: decide later
  A  accept this and all that follow
  R  reject this and all that follow
  w  the calls behind the snapshot, long messages cut; 2w those of the second file
  W  the same, long messages whole
  o  one by one, when several files have the same change
  q  quit; what was not decided waits
";

/// Arguments of `review`.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    #[command(flatten)]
    which: Which,
    /// Accept all of them without asking.
    #[arg(long)]
    accept: bool,
}

/// Arguments of `accept` and `reject`.
#[derive(Debug, Args)]
pub struct DecideArgs {
    #[command(flatten)]
    which: Which,
}

/// The pending snapshots that are meant.
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
        let count = all.len();
        let wanted: Vec<Pending> = all.into_iter().filter(wanted).collect();
        match &self.filter {
            Some(text) if wanted.is_empty() && count > 0 => {
                let help = "`mockgento review` without a text shows all that wait";
                Err(miette::miette!(help = help, "none of the {count} that wait for review has `{text}` in its path"))
            }
            _ => Ok(wanted),
        }
    }
}

/// What is decided about one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    Accept,
    Reject,
    Skip,
}

impl Decision {
    fn done(self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Reject => "rejected",
            Self::Skip => "left for later",
        }
    }
}

fn apply(waiting: &[Pending], decision: Decision) -> Result<(), miette::Report> {
    for one in waiting {
        let done = match decision {
            Decision::Accept => one.accept(),
            Decision::Reject => one.reject(),
            Decision::Skip => Ok(()),
        };
        done.map_err(|error| miette::miette!("{error}"))?;
    }
    Ok(())
}

/// Accepts every pending snapshot.
pub fn accept(args: &DecideArgs) -> Outcome {
    decide_all(&args.which, Decision::Accept)
}

/// Throws every pending snapshot away.
pub fn reject(args: &DecideArgs) -> Outcome {
    decide_all(&args.which, Decision::Reject)
}

fn decide_all(which: &Which, decision: Decision) -> Outcome {
    let waiting = which.pending()?;
    let mut out = output::stdout();
    for one in &waiting {
        apply(std::slice::from_ref(one), decision)?;
        let _ = writeln!(out, "{} {}", decision.done(), one.target().display());
    }
    if waiting.is_empty() {
        let _ = writeln!(out, "nothing waits for review in {}", which.snapshots.display());
    }
    Ok(ExitCode::AsExpected)
}

/// Asks about each change, once for all files that have it.
pub fn review(args: &ReviewArgs) -> Outcome {
    if args.accept {
        return decide_all(&args.which, Decision::Accept);
    }
    let waiting = args.which.pending()?;
    let mut out = output::coloured();
    if waiting.is_empty() {
        let _ = writeln!(out, "nothing waits for review in {}", args.which.snapshots.display());
        return Ok(ExitCode::AsExpected);
    }
    let mut review =
        Review { left: group::of(waiting).into(), snapshots: args.which.snapshots.clone(), decided: [0; 3] };
    if output::is_conversation() {
        review.go_through(&mut out, &mut Keys::of_terminal())?;
    } else {
        review.go_through(&mut out, &mut std::io::stdin().lock().lines())?;
    }
    let _ = writeln!(out, "\n{}", review.summary());
    Ok(ExitCode::AsExpected)
}

/// A review at work.
struct Review {
    left: VecDeque<Group>,
    snapshots: PathBuf,
    /// Files accepted, rejected and left for later.
    decided: [usize; 3],
}

impl Review {
    fn go_through(
        &mut self,
        out: &mut impl Write,
        answers: &mut impl Iterator<Item = std::io::Result<String>>,
    ) -> Result<(), miette::Report> {
        let mut for_the_rest = None;
        while let Some(group) = self.left.pop_front() {
            let decision = match for_the_rest {
                Some(decision) => decision,
                None => {
                    let _ = write!(out, "{}", group.shown(self.left.len()));
                    match self.ask(out, answers, &group) {
                        Answer::Decide { decision, for_the_rest: rest } => {
                            for_the_rest = rest.then_some(decision);
                            decision
                        }
                        Answer::OneByOne => {
                            group.one_by_one().into_iter().rev().for_each(|one| self.left.push_front(one));
                            continue;
                        }
                        _ => {
                            self.left.push_front(group);
                            return Ok(());
                        }
                    }
                }
            };
            apply(&group.waiting, decision)?;
            let of = match decision {
                Decision::Accept => 0,
                Decision::Reject => 1,
                Decision::Skip => 2,
            };
            self.decided[of] += group.waiting.len();
        }
        Ok(())
    }

    /// Asks until the answer is about the group, or the end.
    fn ask(
        &self,
        out: &mut impl Write,
        answers: &mut impl Iterator<Item = std::io::Result<String>>,
        group: &Group,
    ) -> Answer {
        loop {
            let one_by_one = if group.waiting.len() > 1 { ", o one by one" } else { "" };
            let _ = write!(out, "\n  a accept, r reject, s skip, w show wire{one_by_one}, q quit, ? help > ");
            let _ = out.flush();
            let Some(Ok(said)) = answers.next() else { return Answer::Quit };
            match Answer::of(&said, group.waiting.len()) {
                Some(Answer::Wire { number, whole }) => {
                    let shown = match group.waiting.get(number - 1) {
                        Some(one) => wire::shown(one, &self.snapshots, whole),
                        None => Err(format!("there are {} files", group.waiting.len())),
                    };
                    let _ = match shown {
                        Ok(text) => write!(out, "\n{text}"),
                        Err(why) => writeln!(out, "\n  the calls cannot be shown: {why}"),
                    };
                }
                Some(Answer::Help) => {
                    let _ = write!(out, "\n{HELP}");
                }
                Some(answer) => return answer,
                None if said.trim().is_empty() => {}
                None => {
                    let said = crate::printable::printable(said.trim()).into_owned();
                    let _ = writeln!(out, "\n  `{said}` is no answer here; ? lists them");
                }
            }
        }
    }

    fn summary(&self) -> String {
        let [accepted, rejected, skipped] = self.decided;
        let waits = skipped + self.left.iter().map(|group| group.waiting.len()).sum::<usize>();
        format!("{accepted} accepted, {rejected} rejected, {waits} left for later")
    }
}

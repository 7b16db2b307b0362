//! Whether somebody's client leaves what our sync leaves: a case is run twice, and the two CRMs are compared row by row and
//! field by field, and where both write to the shop the two shops. What is meant to differ stands in the client's
//! file; what it cannot do is skipped with the reason. Nothing here prints.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

pub use crate::scenario::actor::compare::{Difference, Wrong};

use crate::crm::Entity;
use crate::quirk::Profile;
use crate::scenario::Case;
use crate::scenario::actor::compare as rows;
use crate::scenario::actor::known::Known;
use crate::scenario::actor::{Tables, Testee, lacking};
use crate::scenario::run::attendant::AtTheEnd;
use crate::scenario::run::compare;
use crate::scenario::run::failure::FailureKind;
use crate::scenario::run::result::CaseResult;
use crate::scenario::run::runner::{self, Carrier, RunOptions};
use crate::scenario::run::world::World;
use crate::server::{JournalEntry, Outcome};
use crate::snapshot::Mode;

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Both left the same.
    Conforms,
    /// They differ where they are meant to.
    Known,
    /// The rows of the client and ours differ.
    Differs,
    /// The client cannot do this, and why.
    Skipped(String),
    /// The client hangs, crashes or says something else than it should.
    Broken(String),
    /// The scenario itself does not work, so that there is nothing to compare with.
    NoReference(String),
}

impl Verdict {
    /// All their words, in the order of reports.
    pub const WORDS: [&'static str; 6] =
        ["conforms", "known difference", "differs", "broken", "no reference", "skipped"];

    /// The word of the verdict in reports.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::Known => "known difference",
            Self::Differs => "differs",
            Self::Skipped(_) => "skipped",
            Self::Broken(_) => "broken",
            Self::NoReference(_) => "no reference",
        }
    }

    /// Whether the client is not what it says it is, or nothing is known of it.
    pub fn is_bad(&self) -> bool {
        matches!(self, Self::Differs | Self::Broken(_) | Self::NoReference(_))
    }

    /// Why, where there is more to say than a word.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Skipped(why) | Self::Broken(why) | Self::NoReference(why) => Some(why),
            Self::Conforms | Self::Known | Self::Differs => None,
        }
    }
}

/// A case and what was found about the client in it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The name of the case, such as `sync/first.rpc`.
    pub name: String,
    /// The title of the scenario.
    pub title: String,
    /// The file of the scenario.
    pub file: PathBuf,
    /// What was found about the client in it.
    pub verdict: Verdict,
    /// Where the two differ, each with the reason when it is meant.
    pub differences: Vec<(Difference, Option<String>)>,
    /// Those known differences that were about it, by their places in the list, and whether each was seen.
    pub known: Vec<(usize, bool)>,
    /// What the client said when the last thing it did failed.
    pub said: Option<String>,
    /// The rows that our sync left.
    pub ours: Tables,
    /// The rows that the client left.
    pub theirs: Tables,
    /// Real time both took.
    pub elapsed: Duration,
}

/// One end: the rows, and the shops where it may have written to them.
#[derive(Default)]
struct End {
    rows: Tables,
    shops: Option<serde_json::Value>,
    /// What the last thing that was done said, when it failed.
    failed: Option<String>,
    /// Whether a call was disrupted or answered with a fault: who fails then may be right.
    had_trouble: bool,
}

/// Tells a case with our sync and with a client and compares what they leave. Our sync has the given profile, or the one that
/// the scenario names.
pub fn judge(case: &Case, client: &Arc<Testee>, profile: Option<Profile>) -> Judged {
    let started = Instant::now();
    let mut judged = Judged {
        name: case.name.clone(),
        title: case.scenario.script.title.get().clone(),
        file: case.scenario.file.path.clone(),
        verdict: Verdict::Conforms,
        differences: Vec::new(),
        known: Vec::new(),
        said: None,
        ours: Tables::new(),
        theirs: Tables::new(),
        elapsed: Duration::ZERO,
    };
    judged.verdict = verdict(case, client, profile, &mut judged);
    judged.elapsed = started.elapsed();
    judged
}

fn verdict(case: &Case, client: &Arc<Testee>, profile: Option<Profile>, judged: &mut Judged) -> Verdict {
    let (own, foreign) = case.compared(client);
    let own = match profile {
        Some(profile) => own.with_profile(profile),
        None => own,
    };
    let (result, theirs) = told(&foreign, &[]);
    if let Some(why) = result.skipped.clone().or_else(|| lacking::hidden(client, &case.scenario.script)) {
        return Verdict::Skipped(why);
    }
    if let Some(why) = fault(&result, FailureKind::Broken) {
        return Verdict::Broken(why);
    }
    if let Some(why) = fault(&result, FailureKind::CannotWork) {
        return Verdict::NoReference(why);
    }
    let brought = lacking::entities(&case.scenario.script);
    let is_compared = |table: &str| lacking::is_brought(client, &brought, table);
    let tables: Vec<Entity> =
        theirs.rows.keys().filter(|table| is_compared(table)).filter_map(|table| Entity::named(table)).collect();
    let (result, ours) = told(&own, &tables);
    if let Some(why) = fault(&result, FailureKind::CannotWork) {
        return Verdict::NoReference(why);
    }
    let only_theirs_failed = theirs.failed.clone().filter(|_| ours.failed.is_none() && !theirs.had_trouble);
    judged.said = theirs.failed;
    judged.ours = ours.rows;
    judged.theirs = theirs.rows.into_iter().filter(|(table, _)| is_compared(table)).collect();
    if judged.theirs.is_empty() {
        return Verdict::Skipped("its rows have nothing that the scenario brings".to_owned());
    }
    let mut differences = match rows::compare(client, &judged.ours, &judged.theirs) {
        Ok(differences) => differences,
        Err(why) => return Verdict::Broken(why),
    };
    if let (Some(ours), Some(theirs)) = (&ours.shops, &theirs.shops) {
        let of_shop = |shops| serde_json::json!({ "shop": shops });
        let found = compare::compare(&of_shop(ours), &of_shop(theirs));
        differences.extend(found.iter().map(|found| Difference::of_shop(found.to_string())));
    }
    differences.extend(only_theirs_failed.map(|said| Difference::of_failure(&said)));
    let (all, _) = client.known();
    let about: Vec<(usize, &Known)> = all.iter().enumerate().filter(|(_, known)| known.is_about(&case.name)).collect();
    let reason = |difference: &Difference| {
        let is_it = |(_, known): &&(usize, &Known)| known.covers(&difference.entity, difference.field.as_deref());
        about.iter().find(is_it).map(|(_, known)| known.reason.clone())
    };
    let is_seen = |known: &Known| differences.iter().any(|one| known.covers(&one.entity, one.field.as_deref()));
    judged.known = about.iter().map(|(place, known)| (*place, is_seen(known))).collect();
    judged.differences = differences.into_iter().map(|difference| (difference.clone(), reason(&difference))).collect();
    match judged.differences.as_slice() {
        [] => Verdict::Conforms,
        all if all.iter().all(|(_, reason)| reason.is_some()) => Verdict::Known,
        _ => Verdict::Differs,
    }
}

/// Tells one of the two; our own with the rows of those entities.
fn told(case: &Case, tables: &[Entity]) -> (CaseResult, End) {
    let mut end = End::default();
    let options = RunOptions::new(Carrier::InMemory, Mode::Check);
    let look = |world: &World<'_>| {
        end.rows = match world.their_rows() {
            Some(rows) => rows.clone(),
            None => {
                let rows = |entity: &Entity| Some((entity.table().to_owned(), world.own_rows(*entity).ok()?));
                tables.iter().filter_map(rows).collect()
            }
        };
        end.failed = world.last.as_ref().filter(|last| !last.success).map(|last| last.message.clone());
        let is_trouble =
            |entry: &JournalEntry| !entry.disruptions.is_empty() || matches!(entry.outcome, Outcome::Fault { .. });
        end.had_trouble = world.shops.values().any(|shop| shop.journal().entries().iter().any(is_trouble));
        let settings = world.integration.and_then(|id| world.crm.integration(id).ok());
        let two_way = settings.is_some_and(|integration| integration.settings.is_two_way_sync_enabled);
        end.shops = two_way.then(|| world.shops_state());
    };
    let result = runner::run_attended(case, options, &AtomicUsize::new(0), &mut AtTheEnd(look));
    (result, end)
}

fn fault(result: &CaseResult, kind: FailureKind) -> Option<String> {
    let failure = result.failures.iter().find(|failure| failure.kind == kind)?;
    Some(format!("line {}: {}: {}", failure.line, failure.step, failure.message))
}

//! A shop that is edited while somebody syncs from it: before every call in turn one edit is done. After one more sync each
//! row must be that of one of two runs, with the edit before the step or after it; no other row may differ.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::blame::{Known, suspects};
use super::edit::Edit;
use super::guests;
use super::judge::is_doubled;
use super::pool;
use super::probe::{EditAt, Ending, Place, Probe};
use super::strike::{CallSite, drawn, thinned};
use super::verdict::{Blame, Verdict};
use super::{ExploreOptions, Tried};
use crate::scenario::Case;
use crate::scenario::language::step::StepKind;
use crate::scenario::run::compare::{Difference, Kind, neither};

/// The table of accounts.
const ACCOUNTS: &str = "crm accounts";
/// The table of customers.
const CUSTOMERS: &str = "crm customers";
/// The table of customers' addresses.
const ADDRESSES: &str = "crm customers addresses";

/// One edit before one call that lost something.
#[derive(Clone, Debug)]
pub struct EditFailed {
    /// Before which call.
    pub site: CallSite,
    /// What was done.
    pub edit: Edit,
    /// What became of it.
    pub verdict: Verdict,
    /// Rows that are neither as with the edit before nor as with it after.
    pub differences: Vec<Difference>,
    /// Why the sync does not succeed, when it does not.
    pub message: String,
    /// The quirks behind it, looked for where a scenario has quirks of its own.
    pub blame: Option<Blame>,
}

impl EditFailed {
    /// Whether quirks are known to be behind it.
    pub fn is_known(&self) -> bool {
        self.blame.as_ref().is_some_and(|blame| !blame.quirks().is_empty())
    }
}

/// All that was found about a case.
#[derive(Clone, Debug)]
pub struct EditExploration {
    /// The case's name.
    pub name: String,
    /// Its calls, in order.
    pub calls: Vec<CallSite>,
    /// Call by edit, in the order of [`Edit::ALL`]; nothing where there was nobody to do it to, or which was not tried.
    pub matrix: Vec<Vec<Option<Verdict>>>,
    /// Edits before a call that were tried, and how many there are.
    pub tried: Tried,
    /// The edits after which something went wrong.
    pub failed: Vec<EditFailed>,
    /// Runs of the case.
    pub runs: usize,
    /// Real time.
    pub elapsed: Duration,
}

/// Explores a case.
///
/// # Errors
/// When the case does not work without any edit: there is nothing to compare with then.
pub fn explore_edits(case: &Case, options: &ExploreOptions) -> Result<EditExploration, String> {
    let started = Instant::now();
    let probe = Probe::new(case, options.profile);
    let reference = probe.tell(&[])?;
    if let Some(broken) = &reference.broken {
        return Err(format!("the scenario does not work without any edit: {broken}"));
    }
    if case.has_client() && !reference.success {
        return Err(format!("the client's sync fails without any edit: {}", reference.message));
    }
    let mut calls = reference.calls.clone();
    calls.retain(|call| options.operations.is_empty() || options.operations.contains(&call.operation));
    // A program comes over sockets, and what is edited during a step already has its own moment.
    calls.retain(|call| {
        let step = case.scenario.script.steps.get(call.step).map(|step| &step.0);
        !matches!(step, Some(StepKind::Run(_) | StepKind::During(_)))
    });
    if let Some(most) = options.calls_max {
        calls = thinned(calls, most.get());
    }
    let edits = Edit::ALL;
    let columns = edits.len();
    let all = calls.len() * columns;
    let chosen = drawn(all, options.runs_max, options.seed);
    let cell = |number: usize| Some((calls.get(number / columns)?, *edits.get(number % columns)?));
    // Each edit before and after each step in which it is tried.
    let sides: BTreeSet<(usize, String, Edit)> = chosen
        .iter()
        .filter_map(|number| cell(*number))
        .map(|(call, edit)| (call.step, call.shop.clone(), edit))
        .collect();
    let sides: Vec<(usize, String, Edit)> = sides.into_iter().collect();
    options.attempts.begin(sides.len() * 2 + chosen.len());
    let told = pool::each(sides.len() * 2, options.jobs, |number| {
        let (step, shop, edit) = sides.get(number / 2)?.clone();
        let place = if number % 2 == 0 { Place::Before } else { Place::After };
        let at = EditAt { step, shop, edit, place };
        options.in_time(|| probe.tell_edited(&at))?.ok().filter(is_usable)
    });
    let both: BTreeMap<(usize, String, Edit), (&Ending, &Ending)> = sides
        .iter()
        .zip(told.chunks(2))
        .filter_map(|(side, both)| match both {
            [Some(before), Some(after)] => Some((side.clone(), (before, after))),
            _ => None,
        })
        .collect();
    let judged = pool::each(chosen.len(), options.jobs, |number| {
        let (site, edit) = chosen.get(number).and_then(|number| cell(*number))?;
        options.in_time(|| {
            let (before, after) = both.get(&(site.step, site.shop.clone(), edit))?;
            judge(&probe, site, edit, before, after)
        })
    });
    let tried = Tried { runs: chosen.len() - judged.iter().filter(|one| one.is_none()).count(), all };
    let judged: Vec<Option<EditFailed>> = judged.into_iter().map(Option::flatten).collect();
    let runs = 1 + sides.len() * 2 + judged.iter().flatten().count();
    let mut matrix = vec![vec![None; columns]; calls.len()];
    for (number, judged) in chosen.iter().zip(&judged) {
        if let Some(place) = matrix.get_mut(number / columns).and_then(|row| row.get_mut(number % columns)) {
            *place = judged.as_ref().map(|one| one.verdict);
        }
    }
    let mut failed: Vec<EditFailed> = judged.iter().flatten().filter(|one| !one.verdict.is_well()).cloned().collect();
    let extra = if options.profile.is_none() { blame_all(&probe, &mut failed) } else { 0 };
    Ok(EditExploration {
        name: case.name.clone(),
        matrix,
        tried,
        failed,
        calls,
        runs: runs + extra,
        elapsed: started.elapsed(),
    })
}

/// Names the quirks of the scenario's own that are behind each failure; gives how many runs that took.
fn blame_all(probe: &Probe<'_>, failed: &mut [EditFailed]) -> usize {
    let suspects = suspects(&probe.quirks());
    if suspects.is_empty() {
        return 0;
    }
    let mut runs = 0;
    let mut known = Known::default();
    for found in failed {
        let told: Vec<String> = found.differences.iter().map(ToString::to_string).collect();
        let like = format!("{} {:?} {} {}", found.site.step, found.edit, found.verdict.as_str(), told.join(" "));
        let (site, edit) = (&found.site, found.edit);
        let blame = known.blame(like, &suspects, |without| {
            let probe = probe.without(without);
            let side = |place| {
                let at = EditAt { step: site.step, shop: site.shop.clone(), edit, place };
                probe.tell_edited(&at).ok().filter(is_usable)
            };
            runs += 3;
            let (Some(before), Some(after)) = (side(Place::Before), side(Place::After)) else { return false };
            judge(&probe, site, edit, &before, &after).is_some_and(|judged| judged.verdict.is_well())
        });
        found.blame = Some(blame);
    }
    runs
}

fn is_usable(ending: &Ending) -> bool {
    ending.all_struck && ending.broken.is_none()
}

/// Customers who share an account share it whoever comes first, but it is called after the first one (sync spec 7.1): which
/// one that is depends on the moment of the edit. As many accounts as there should be are the right ones, then.
fn but_names_of_accounts(mut differences: Vec<Difference>) -> Vec<Difference> {
    let accounts = |kind| differences.iter().filter(|one| one.table == ACCOUNTS && one.kind == kind).count();
    if accounts(Kind::Missing) == accounts(Kind::Extra) {
        let is_name = |field: &str| field == "account" || field == "name";
        differences.retain(|one| {
            let of_account = one.table == ACCOUNTS && one.field.as_ref().is_none_or(|(field, ..)| is_name(field));
            !(of_account || one.field.as_ref().is_some_and(|(field, ..)| field == "account"))
        });
    }
    differences
}

/// What a row that is gone from the shop leaves open. An address that went with its customer: whoever asks for it by its id
/// learns so and removes it, whoever does not keeps it. A customer, or an address that stays: whoever exports learns so and
/// marks it.
fn is_gone(difference: &Difference, state: &Value) -> bool {
    let Some((_, id)) = difference.key.as_ref() else { return false };
    let is_mark = difference.field.as_ref().is_some_and(|(field, ..)| field == "syncState");
    let table = match (difference.table.as_str(), difference.kind) {
        (ADDRESSES, Kind::Missing) => "customer_address",
        (ADDRESSES, Kind::Changed) if is_mark => "customer_address",
        (CUSTOMERS, Kind::Changed) if is_mark => "customer",
        _ => return false,
    };
    let rows = |shop: &Value| shop.get(table).and_then(Value::as_array).cloned().unwrap_or_default();
    let is_it = |row: &Value| row.get("entity_id").is_some_and(|own| own.to_string().trim_matches('"') == id);
    // The state of one shop is its tables, that of several a record of shops.
    let shops = state.get("shop").into_iter().flat_map(|shop| {
        let of_several = shop.as_object().into_iter().flat_map(|shops| shops.values());
        std::iter::once(shop).chain(of_several)
    });
    !shops.flat_map(rows).any(|row| is_it(&row))
}

/// Accounts and contacts of one name are told apart by numbers, in the order in which they came.
fn is_only_numbered(difference: &Difference) -> bool {
    let without = |name: &Option<String>| {
        let name = name.as_deref().unwrap_or_default();
        let cut = name.rsplit_once(" #").filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()));
        cut.map_or(name, |(name, _)| name).to_owned()
    };
    let is_same = |one: &Option<String>, other: &Option<String>| without(one) == without(other);
    difference
        .field
        .as_ref()
        .is_some_and(|(field, right, found)| matches!(field.as_str(), "account" | "contact") && is_same(right, found))
}

/// One run; `None` when the edit could not be done there.
fn judge(probe: &Probe<'_>, site: &CallSite, edit: Edit, before: &Ending, after: &Ending) -> Option<EditFailed> {
    let failed = |verdict, differences, message| {
        let blame = None;
        EditFailed { site: site.clone(), edit, verdict, differences, message, blame }
    };
    let at = EditAt { step: site.step, shop: site.shop.clone(), edit, place: Place::At(site.clone()) };
    let ending = match probe.tell_edited(&at) {
        Ok(ending) => ending,
        Err(message) => return Some(failed(Verdict::Stuck, Vec::new(), message)),
    };
    if !ending.all_struck {
        return None;
    }
    if let Some(broken) = ending.broken {
        return Some(failed(Verdict::Stuck, Vec::new(), broken));
    }
    if (before.success || after.success) && !ending.success {
        return Some(failed(Verdict::Stuck, Vec::new(), ending.message));
    }
    let mut differences = but_names_of_accounts(neither(&before.state, &after.state, &ending.state));
    differences = guests::but_their_names(differences, &ending.state);
    differences.retain(|one| !is_gone(one, &ending.state) && !is_only_numbered(one));
    let verdict = match differences.as_slice() {
        [] => Verdict::Retried,
        some if is_doubled(some) => Verdict::Doubled,
        some if some.iter().all(Difference::waits) => Verdict::Stuck,
        _ => Verdict::Lost,
    };
    Some(failed(verdict, differences, ending.message))
}

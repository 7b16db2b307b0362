//! The scenario of a recording, run once before it is written: what it does otherwise than the night is said.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use indexmap::IndexMap;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};
use regex::Regex;
use serde_json::Value;

use super::{client, say};
use crate::bounded;
use crate::record::{self, Cassette, Expected, Rebuilt, Recorded, SEED};
use crate::scenario::Scenario;
use crate::scenario::failure::{Failure, FailureKind};
use crate::scenario::result::CaseResult;
use crate::scenario::runner::{Carrier, RunOptions, run_for_crm};
use crate::snapshot::Mode;

/// Differences that are named; more of them have one cause.
const NAMED_MAX: usize = 20;

const FILE: &str = "scenario.yaml";

/// What came of it.
pub(super) struct Rehearsal {
    /// Seed, scenario and snapshot.
    pub(super) files: Recorded,
    /// What the scenario does otherwise.
    pub(super) differences: Vec<String>,
}

/// A run of the recorded scenario, and what it left.
struct Told {
    result: CaseResult,
    crm: Option<Value>,
    snapshot: Option<(PathBuf, String)>,
}

impl Rehearsal {
    /// Our sync against the rebuilt shop, compared with the CRM of the replay.
    pub(super) fn of_sync(cassette: &Cassette, success: bool, crm: &Value) -> miette::Result<Self> {
        let expected = Expected { client: None, success, counts_calls: false, differences: &[] };
        Self::tell(cassette, &expected, None, |told| match &told.crm {
            Some(left) => differences(crm, left, record::duration_seconds(cassette) + 1),
            None => Vec::new(),
        })
    }

    /// The client against the rebuilt shop; `out` is where its scenario will lie.
    pub(super) fn of_client(cassette: &Cassette, success: bool, command: &str, out: &Path) -> miette::Result<Self> {
        let (here, there) = (client::absolute(command)?, client::seen_from(command, out)?);
        let expected = Expected { client: Some(&here), success, counts_calls: true, differences: &[] };
        Self::tell(cassette, &expected, Some(&there), |_| Vec::new())
    }

    /// A shop without a scenario.
    pub(super) fn seed_only(cassette: &Cassette) -> miette::Result<Self> {
        let shop = rebuilt(cassette)?;
        let files = Recorded { seed: Some(seed_of(&shop)?), ..Recorded::default() };
        Ok(Self { files, differences: Vec::new() })
    }

    fn tell(
        cassette: &Cassette,
        expected: &Expected<'_>,
        client_there: Option<&str>,
        compare: impl Fn(&Told) -> Vec<String>,
    ) -> miette::Result<Self> {
        let shop = rebuilt(cassette)?;
        let seed = seed_of(&shop)?;
        let first = told(&seed, &text(cassette, &shop, expected)?)?;
        let mut differences = gathered(&compare(&first));
        let failures = first.result.failures.iter().filter(|failure| failure.kind != FailureKind::Snapshot);
        // What a client prints may be anything.
        differences.extend(failures.map(|failure| in_short(&failure.message)));
        // The scenario expects what it does, and says what the night did.
        let unmet = || first.result.failures.iter().filter(|failure| failure.kind == FailureKind::Unmet);
        let is_of_outcome = |failure: &Failure| failure.message.starts_with(OUTCOME);
        let success = expected.success != unmet().any(is_of_outcome);
        let counts_calls = expected.counts_calls && unmet().all(is_of_outcome);
        let client = client_there.or(expected.client);
        let last = Expected { client, success, counts_calls, differences: &differences };
        let scenario = text(cassette, &shop, &last)?;
        // A snapshot is kept only of what is as expected, so a scenario that expects something else now runs once more.
        let snapshot = match first.snapshot {
            None => told(&seed, &text(cassette, &shop, &Expected { client: expected.client, ..last })?)?.snapshot,
            kept => kept,
        };
        let files = Recorded { seed: Some(seed), scenario: Some(scenario), snapshot, ..Recorded::default() };
        Ok(Self { files, differences })
    }
}

/// An unmet expectation without what a program or a connector said.
fn in_short(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    let end = if first.starts_with(OUTCOME) { first.find(": ") } else { None };
    first[..end.unwrap_or(first.len())].to_owned()
}

/// Where the CRMs differ. The shop's clock went on while it answered and stands still in a scenario, so that bookmarks that
/// are no further apart are the same.
fn differences(recorded: &Value, left: &Value, seconds: i64) -> Vec<String> {
    let mut left = left.clone();
    for (at, integration) in recorded["integrations"].as_array().into_iter().flatten().enumerate() {
        for (name, one) in integration["bookmarks"].as_object().into_iter().flatten() {
            let Some(other) = left.pointer_mut(&format!("/integrations/{at}/bookmarks/{name}")) else { continue };
            let apart = moment(one).zip(moment(other)).map(|(one, other)| (one - other).abs());
            if apart.is_some_and(|apart| apart <= seconds) {
                *other = one.clone();
            }
        }
    }
    record::differences(recorded, &left)
}

fn moment(value: &Value) -> Option<i64> {
    let at = crate::datetime::parse(value.as_str()?).ok()??;
    Some(at.as_second())
}

/// Places that differ in the number of a row only are one difference.
fn gathered(places: &[String]) -> Vec<String> {
    let mut counts: IndexMap<String, (usize, &str)> = IndexMap::new();
    for place in places {
        let kind = ROW.replace_all(place, "[]").into_owned();
        counts.entry(kind).or_insert((0, place)).0 += 1;
    }
    let more = counts.len().saturating_sub(NAMED_MAX);
    let said = counts.values().take(NAMED_MAX).map(|(count, first)| match count {
        1 => format!("another CRM at {first}"),
        count => format!("another CRM at {count} places such as {first}"),
    });
    said.chain((more > 0).then(|| format!("and {more} more"))).collect()
}

static ROW: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[\d+\]").unwrap_or_else(|error| panic!("the built-in pattern of rows: {error}")));

/// How an unmet expectation of the outcome begins; any other is of calls.
const OUTCOME: &str = "the outcome";

fn rebuilt(cassette: &Cassette) -> miette::Result<Rebuilt> {
    record::rebuild(cassette).map_err(|error| miette!("{error}"))
}

fn seed_of(shop: &Rebuilt) -> miette::Result<Value> {
    serde_json::to_value(&shop.seed).into_diagnostic()
}

fn text(cassette: &Cassette, shop: &Rebuilt, expected: &Expected<'_>) -> miette::Result<String> {
    record::scenario(cassette, shop, expected).map_err(|error| miette!("{error}"))
}

/// Runs a scenario in a folder of its own.
fn told(seed: &Value, scenario: &str) -> miette::Result<Told> {
    let place = tempfile::tempdir().into_diagnostic().wrap_err("no folder to try the scenario in")?;
    let path = place.path().join(FILE);
    std::fs::write(place.path().join(SEED), seed.to_string()).into_diagnostic()?;
    std::fs::write(&path, scenario).into_diagnostic()?;
    let scenario = Scenario::load(&path).map_err(crate::cli::diagnostics::of_scenario)?;
    let case = scenario.cases().into_iter().next().ok_or_else(|| miette!("The scenario has no case"))?;
    let (result, crm) = run_for_crm(&case, RunOptions::new(Carrier::InMemory, Mode::Accept));
    let snapshot = case.snapshots().next().and_then(|name| {
        let below = PathBuf::from("snapshots").join(format!("{}.snap", name.0));
        let text = bounded::read_text(&place.path().join(&below), bounded::TEXT_BYTES_MAX).ok()?;
        Some((below, text))
    });
    Ok(Told { result, crm, snapshot })
}

/// Says what the scenario is, and in what it is another scenario.
pub(super) fn tell_differences(folder: &Path, differences: &[String], from: &str) {
    let path = folder.join(FILE);
    let path = path.display();
    if differences.is_empty() {
        return say(&format!(
            "\"mockgento run {path}\" runs it again with a shop that can be edited; it comes to {from}."
        ));
    }
    say(&format!("\"mockgento run {path}\" runs it again with a shop that can be edited, but not in every detail:"));
    for difference in differences {
        say(&format!("  {difference}"));
    }
}

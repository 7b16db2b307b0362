//! A scenario into the cases to run: one, or one per variant or case of its matrix.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexSet;

use super::shared::SharedSnapshots;
use crate::quirk::Profile;
use crate::scenario::actor::Testee;
use crate::scenario::language::beside::modules;
use crate::scenario::language::case::head::CaseHead;
use crate::scenario::language::finding::ScenarioError;
use crate::scenario::language::scenario::Scenario;
use crate::scenario::language::script::Script;
use crate::scenario::language::setup::variant::{Sharing, Variant};
use crate::scenario::language::step::StepKind;
use crate::scenario::language::step::snapshot::SnapshotStep;
use crate::snapshot::SnapshotName;

/// The folder, beside `snapshots`, of those that clients leave, one folder each.
const CLIENT_SNAPSHOTS: &str = "client-snapshots";

/// One case of a scenario.
#[derive(Clone, Debug)]
pub struct Case {
    /// `customers/first-sync`, or `customers/first-sync.wsi` for a variant or a matrix.
    pub name: String,
    /// The scenario, as it is run here.
    pub scenario: Arc<Scenario>,
    /// The name of the variant or of the case of a matrix; `None` for a scenario that is run once.
    pub variant: Option<String>,
    case: Arc<CaseHead>,
    shared: Option<Arc<SharedSnapshots>>,
    /// Somebody's client that is to act instead of our sync, whatever the scenario says.
    client: Option<Arc<Testee>>,
    /// The client whose settings our own sync is run with, to be compared with it.
    judged_as: Option<Arc<Testee>>,
    /// Whether only its end counts, to be compared with another: nothing is expected on the way.
    is_compared: bool,
}

impl Case {
    /// The same, with somebody's client instead of our sync. Its snapshots are its own.
    #[must_use]
    pub fn told_by(&self, client: &Arc<Testee>) -> Self {
        let shared = self.shared.as_ref().map(|_| Arc::default());
        Self { client: Some(Arc::clone(client)), shared, ..self.clone() }
    }

    /// The same twice, for their ends to be compared: told by our own sync, with the settings that the client is told it
    /// with, and run by the client.
    pub(in crate::scenario) fn compared(&self, client: &Arc<Testee>) -> (Self, Self) {
        let ours = Self { client: None, judged_as: Some(Arc::clone(client)), is_compared: true, ..self.clone() };
        (ours, Self { is_compared: true, ..self.told_by(client) })
    }

    /// The same with another profile than the scenario's, for our own sync. The quirks that it names stay.
    #[must_use]
    pub fn with_profile(&self, profile: Profile) -> Self {
        let mut case = CaseHead::clone(&self.case);
        case.changes.profile = Some(profile);
        Self { case: Arc::new(case), ..self.clone() }
    }

    /// The same, run by a client to be explored: nothing is expected on the way.
    #[must_use]
    pub fn explored_by(&self, client: &Arc<Testee>) -> Self {
        self.compared(client).1
    }

    /// Whether only its end counts.
    pub(in crate::scenario) fn is_compared(&self) -> bool {
        self.is_compared
    }

    /// The client that acts; the one the scenario names unless another was given.
    pub(in crate::scenario) fn client(&self) -> Result<Option<Arc<Testee>>, ScenarioError> {
        if self.client.is_some() || self.judged_as.is_some() {
            return Ok(self.client.clone());
        }
        self.named_client().map(|path| Testee::load(&path)).transpose()
    }

    /// Whether somebody's client acts.
    pub fn has_client(&self) -> bool {
        self.client.is_some() || (self.judged_as.is_none() && self.names_its_client())
    }

    /// The file of the client that the scenario names.
    pub fn named_client(&self) -> Option<PathBuf> {
        let named = self.scenario.script.client.as_ref()?;
        Some(self.scenario.file.path.parent().unwrap_or(Path::new("")).join(named.get()))
    }

    /// Whether the scenario is written for a client of its own.
    pub(in crate::scenario) fn names_its_client(&self) -> bool {
        self.scenario.script.client.is_some()
    }

    /// The client with whose settings our own sync runs it.
    pub(in crate::scenario) fn judged_as(&self) -> Option<&Testee> {
        self.judged_as.as_deref()
    }

    /// Where its snapshots are: those of a client that was given are beside the usual ones.
    pub fn snapshots_folder(&self) -> PathBuf {
        let usual = &self.scenario.snapshots;
        match &self.client {
            Some(client) if !self.names_its_client() => {
                usual.parent().unwrap_or(Path::new("")).join(CLIENT_SNAPSHOTS).join(client.name())
            }
            _ => usual.clone(),
        }
    }

    /// What is different in this case.
    pub fn changes(&self) -> Variant {
        self.case.changes.clone()
    }

    /// The operations that its shops have, those of modules and overrides among them.
    pub fn operations(&self) -> IndexSet<String> {
        modules::operations(&self.scenario.script, &self.scenario.file.path)
    }

    /// The values of the scenario's variables.
    pub fn values(&self) -> &BTreeMap<String, String> {
        &self.case.values
    }

    /// Its value in each dimension of the matrix; empty for a scenario without one.
    pub fn combination(&self) -> &BTreeMap<String, String> {
        &self.case.combination
    }

    /// The names of the snapshots it takes, in order.
    pub fn snapshots(&self) -> impl Iterator<Item = SnapshotName> + '_ {
        self.scenario.script.steps.iter().filter_map(|step| match &step.0 {
            StepKind::Snapshot(snapshot) => Some(self.snapshot_name(snapshot)),
            _ => None,
        })
    }

    /// The name of one of its snapshots.
    pub fn snapshot_name(&self, step: &SnapshotStep) -> SnapshotName {
        let of = if self.shared.is_some() { &self.scenario.name } else { &self.name };
        SnapshotName(format!("{of}@{}", step.name))
    }

    /// What its scenario's cases have left in this run, when they share their snapshots.
    pub(in crate::scenario) fn shared(&self) -> Option<&SharedSnapshots> {
        self.shared.as_deref()
    }

    /// Whether two cases are cases that must leave the same snapshots.
    pub(in crate::scenario) fn shares_with(&self, other: &Self) -> bool {
        matches!((&self.shared, &other.shared), (Some(mine), Some(others)) if Arc::ptr_eq(mine, others))
    }
}

impl Scenario {
    /// Its cases, in the order of the file.
    pub fn cases(self) -> Vec<Case> {
        let Self { name, file, script, snapshots, cases } = self;
        let shared = (script.snapshots == Sharing::Shared).then(Arc::default);
        let scenario = |script| {
            let (name, file, snapshots) = (name.clone(), Arc::clone(&file), snapshots.clone());
            Arc::new(Self { name, file, script, snapshots, cases: Vec::new() })
        };
        let usual = scenario(script);
        let case = |(case, script): (CaseHead, Option<Script>)| Case {
            name: case.name.as_ref().map_or_else(|| name.clone(), |case| format!("{name}.{case}")),
            scenario: script.map_or_else(|| Arc::clone(&usual), &scenario),
            variant: case.name.clone(),
            case: Arc::new(case),
            shared: shared.clone(),
            client: None,
            judged_as: None,
            is_compared: false,
        };
        cases.into_iter().map(case).collect()
    }
}

//! A scenario into the cases to run: one, or one per variant or case of its matrix.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::shared::SharedSnapshots;
use crate::scenario::language::case::head::CaseHead;
use crate::scenario::language::scenario::Scenario;
use crate::scenario::language::script::Script;
use crate::scenario::language::setup::variant::{Sharing, Variant};
use crate::scenario::language::step::StepKind;
use crate::scenario::language::step::snapshot::SnapshotStep;
use crate::snapshot::SnapshotName;

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
}

impl Case {
    /// What is different in this case.
    pub fn changes(&self) -> Variant {
        self.case.changes.clone()
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
        };
        cases.into_iter().map(case).collect()
    }
}

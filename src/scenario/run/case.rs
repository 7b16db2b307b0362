//! A scenario into the cases to run: one, or one per variant or cell of its matrix.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::shared::SharedSnapshots;
use crate::scenario::language::script::Script;
use crate::scenario::language::setup::variant::{Sharing, Variant};
use crate::scenario::language::step::StepKind;
use crate::scenario::language::step::snapshot::SnapshotStep;
use crate::scenario::language::story::Story;
use crate::scenario::language::telling::head::Telling;
use crate::snapshot::SnapshotName;

/// One telling of a story.
#[derive(Clone, Debug)]
pub struct Case {
    /// `customers/first-sync`, or `customers/first-sync.wsi` for a variant or a cell.
    pub name: String,
    /// The story, as it is told here.
    pub story: Arc<Story>,
    /// The variant's name or the cell's; `None` for a story that is told once.
    pub variant: Option<String>,
    telling: Arc<Telling>,
    shared: Option<Arc<SharedSnapshots>>,
}

impl Case {
    /// What is different in this telling.
    pub fn changes(&self) -> Variant {
        self.telling.changes.clone()
    }

    /// The values of the story's variables.
    pub fn values(&self) -> &BTreeMap<String, String> {
        &self.telling.values
    }

    /// Its value in each dimension of the matrix; empty for a story without one.
    pub fn cell(&self) -> &BTreeMap<String, String> {
        &self.telling.cell
    }

    /// The names of the snapshots it takes, in order.
    pub fn snapshots(&self) -> impl Iterator<Item = SnapshotName> + '_ {
        self.story.script.steps.iter().filter_map(|step| match &step.0 {
            StepKind::Snapshot(snapshot) => Some(self.snapshot_name(snapshot)),
            _ => None,
        })
    }

    /// The name of one of its snapshots.
    pub fn snapshot_name(&self, step: &SnapshotStep) -> SnapshotName {
        let of = if self.shared.is_some() { &self.story.name } else { &self.name };
        SnapshotName(format!("{of}@{}", step.name))
    }

    /// What its story's tellings have left in this run, when they share their snapshots.
    pub(in crate::scenario) fn shared(&self) -> Option<&SharedSnapshots> {
        self.shared.as_deref()
    }

    /// Whether two cases are tellings that must leave the same snapshots.
    pub(in crate::scenario) fn shares_with(&self, other: &Self) -> bool {
        matches!((&self.shared, &other.shared), (Some(mine), Some(others)) if Arc::ptr_eq(mine, others))
    }
}

impl Story {
    /// Its tellings, in the order of the file.
    pub fn cases(self) -> Vec<Case> {
        let Self { name, file, script, snapshots, tellings } = self;
        let shared = (script.snapshots == Sharing::Shared).then(Arc::default);
        let story = |script| {
            let (name, file, snapshots) = (name.clone(), Arc::clone(&file), snapshots.clone());
            Arc::new(Self { name, file, script, snapshots, tellings: Vec::new() })
        };
        let usual = story(script);
        let case = |(telling, script): (Telling, Option<Script>)| Case {
            name: telling.name.as_ref().map_or_else(|| name.clone(), |telling| format!("{name}.{telling}")),
            story: script.map_or_else(|| Arc::clone(&usual), &story),
            variant: telling.name.clone(),
            telling: Arc::new(telling),
            shared: shared.clone(),
        };
        tellings.into_iter().map(case).collect()
    }
}

//! Files into stories, and stories into the cases to run: one per telling.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check;
use super::finding::{Finding, ScenarioError, SourceFile, slashed};
use super::script::{Script, Sharing, Variant};
use super::shared::SharedSnapshots;
use super::snapshot_step::SnapshotStep;
use super::step::StepKind;
use super::telling::{self, Head, Telling};
use super::variables::Variables;
use super::{fragments, parse};
use crate::snapshot::SnapshotName;

/// The folder whose subfolders group scenarios, and beside which `snapshots` lies.
const SCENARIOS: &str = "scenarios";
/// The folder beside it.
const SNAPSHOTS: &str = "snapshots";
/// Folders below it that hold no scenarios.
const NO_SCENARIOS: &[&str] = &["seeds", fragments::FOLDER];

/// A scenario file that was read and checked.
#[derive(Debug)]
pub struct Story {
    /// Its name: the path below `scenarios` without the extension, such as `customers/first-sync`.
    pub name: String,
    /// The file.
    pub file: Arc<SourceFile>,
    /// What it says.
    pub script: Script,
    /// The folder its snapshots lie in.
    pub snapshots: PathBuf,
    /// How it is told.
    tellings: Tellings,
}

/// The tellings of a story, and what it says in each where variables make that something else.
type Tellings = Vec<(Telling, Option<Script>)>;

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
    pub(super) fn shared(&self) -> Option<&SharedSnapshots> {
        self.shared.as_deref()
    }

    /// Whether two cases are tellings that must leave the same snapshots.
    pub(super) fn shares_with(&self, other: &Self) -> bool {
        matches!((&self.shared, &other.shared), (Some(mine), Some(others)) if Arc::ptr_eq(mine, others))
    }
}

impl Story {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        let file = parse::file(path)?;
        let (script, tellings) =
            Self::read(&file).map_err(|findings| ScenarioError::Wrong { source_file: Arc::clone(&file), findings })?;
        let (name, snapshots) = placed(path);
        Ok(Self { name, file, script, snapshots, tellings })
    }

    fn read(file: &Arc<SourceFile>) -> Result<(Script, Tellings), Vec<Finding>> {
        if !parse::has_references(&file.text) {
            let mut script = parse::script(&file.text, &Variables::default()).map_err(|finding| vec![finding])?;
            let told = telling::all(&Head::of(&script));
            let findings = checked(file, &mut script, &Variables::default(), told.as_ref().err());
            let tellings = told.unwrap_or_default().into_iter().map(|telling| (telling, None)).collect();
            return if findings.is_empty() { Ok((script, tellings)) } else { Err(findings) };
        }
        let head = parse::head(&file.text).map_err(|finding| vec![finding])?;
        let (mut scripts, mut findings) = (Vec::<(Telling, Script)>::new(), Vec::new());
        for telling in telling::all(&head)? {
            let variables = Variables::new(telling.values.clone());
            let mut script = parse::script(&file.text, &variables).map_err(|finding| vec![finding])?;
            // What is wrong in every telling is said once.
            for finding in checked(file, &mut script, &variables, None) {
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
            scripts.push((telling, script));
        }
        match scripts.first() {
            Some((_, script)) if findings.is_empty() => {
                let script = script.clone();
                Ok((script, scripts.into_iter().map(|(telling, script)| (telling, Some(script))).collect()))
            }
            _ => Err(findings),
        }
    }

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

/// Puts fragments in and says everything that is wrong then, in the order of the file.
fn checked(
    file: &Arc<SourceFile>,
    script: &mut Script,
    variables: &Variables,
    head: Option<&Vec<Finding>>,
) -> Vec<Finding> {
    let put_in = fragments::put_in(file, script, variables).err();
    let mut findings = put_in.unwrap_or_else(|| check::findings(file, script));
    findings.extend(head.into_iter().flatten().cloned());
    findings.sort_by_key(|finding| (finding.origin.is_some(), finding.place.as_ref().map(|place| place.bytes.start)));
    findings
}

/// A file's scenario name and the folder of its snapshots.
fn placed(path: &Path) -> (String, PathBuf) {
    let root = path.ancestors().skip(1).find(|folder| folder.file_name().is_some_and(|name| name == SCENARIOS));
    let (below, beside) = match root {
        Some(root) => (path.strip_prefix(root).unwrap_or(path), root.parent().unwrap_or(Path::new(""))),
        None => (path.file_name().map_or(path, Path::new), path.parent().unwrap_or(Path::new(""))),
    };
    (slashed(&below.with_extension("")), beside.join(SNAPSHOTS))
}

/// The scenario files at the given places: files as they are, folders searched, seeds left out, ordered by name.
///
/// # Errors
/// [`ScenarioError::NoneFound`] for a place without any, [`ScenarioError::Unreadable`] for one that is not there.
pub fn find(places: &[PathBuf]) -> Result<Vec<PathBuf>, ScenarioError> {
    let mut found = Vec::new();
    for place in places {
        let metadata =
            std::fs::metadata(place).map_err(|cause| ScenarioError::Unreadable { path: place.clone(), cause })?;
        if metadata.is_file() {
            found.push(place.clone());
            continue;
        }
        let before = found.len();
        found.extend(below(place));
        if found.len() == before {
            return Err(ScenarioError::NoneFound { path: place.clone() });
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn below(folder: &Path) -> impl Iterator<Item = PathBuf> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !NO_SCENARIOS.iter().any(|name| entry.file_name() == *name))
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_named_by_its_place_below_scenarios() {
        for (path, name, snapshots) in [
            ("scenarios/customers/first.yaml", "customers/first", "snapshots"),
            ("/home/me/scenarios/a.yaml", "a", "/home/me/snapshots"),
            ("/elsewhere/b.yaml", "b", "/elsewhere/snapshots"),
            ("c.yaml", "c", "snapshots"),
        ] {
            assert_eq!(placed(Path::new(path)), (name.to_owned(), PathBuf::from(snapshots)), "{path}");
        }
    }
}

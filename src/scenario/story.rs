//! Files into stories, and stories into the cases to run: one per telling.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check;
use super::finding::{ScenarioError, SourceFile, slashed};
use super::parse;
use super::script::{Script, Variant};
use super::snapshot_step::SnapshotStep;
use super::step::StepKind;
use crate::snapshot::SnapshotName;

/// The folder whose subfolders group scenarios, and beside which `snapshots` lies.
const SCENARIOS: &str = "scenarios";
/// The folder beside it.
const SNAPSHOTS: &str = "snapshots";
/// Folders below it that hold no scenarios.
const SEEDS: &str = "seeds";

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
}

/// One telling of a story.
#[derive(Clone, Debug)]
pub struct Case {
    /// `customers/first-sync`, or `customers/first-sync.wsi` for a variant.
    pub name: String,
    /// The story.
    pub story: Arc<Story>,
    /// The variant's name; `None` for a story without variants.
    pub variant: Option<String>,
}

impl Case {
    /// What is different in this telling.
    pub fn changes(&self) -> Variant {
        let variants = &self.story.script.variants;
        let named = |name: &String| variants.iter().find(|(known, _)| known.get() == name).map(|(_, v)| v.clone());
        self.variant.as_ref().and_then(named).unwrap_or_default()
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
        SnapshotName(format!("{}@{}", self.name, step.name))
    }
}

impl Story {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        let (file, script) = parse::read(path)?;
        let findings = check::findings(&file, &script);
        if !findings.is_empty() {
            return Err(ScenarioError::Wrong { source_file: file, findings });
        }
        let (name, snapshots) = placed(path);
        Ok(Self { name, file, script, snapshots })
    }

    /// Its tellings, in the order of the file.
    pub fn cases(self) -> Vec<Case> {
        let story = Arc::new(self);
        if story.script.variants.is_empty() {
            return vec![Case { name: story.name.clone(), variant: None, story }];
        }
        let telling = |name: &String| Case {
            name: format!("{}.{name}", story.name),
            story: Arc::clone(&story),
            variant: Some(name.clone()),
        };
        story.script.variants.keys().map(|name| telling(name.get())).collect()
    }
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
        .filter_entry(|entry| entry.file_name() != SEEDS)
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

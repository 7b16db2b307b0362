//! Files into scenarios, and scenarios into the cases to run: one per case.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::scenario::language::case::head::{CaseHead, Head};
use crate::scenario::language::case::{self};
use crate::scenario::language::check;
use crate::scenario::language::finding::{Finding, ScenarioError, slashed};
use crate::scenario::language::read::variables::Variables;
use crate::scenario::language::read::{fragments, parse};
use crate::scenario::language::script::Script;
use crate::scenario::language::source::SourceFile;

/// The folder whose subfolders group scenarios, and beside which `snapshots` lies.
const SCENARIOS: &str = "scenarios";
/// The folder beside it.
const SNAPSHOTS: &str = "snapshots";
/// Folders below it that hold no scenarios.
const NO_SCENARIOS: &[&str] = &["seeds", fragments::FOLDER];

/// A scenario file that was read and checked.
#[derive(Debug)]
pub struct Scenario {
    /// Its name: the path below `scenarios` without the extension, such as `customers/first-sync`.
    pub name: String,
    /// The file.
    pub file: Arc<SourceFile>,
    /// What it says.
    pub script: Script,
    /// The folder its snapshots lie in.
    pub snapshots: PathBuf,
    /// How it is run.
    pub(in crate::scenario) cases: CaseHeads,
}

/// The cases of a scenario, and what it says in each where variables make that something else.
pub(in crate::scenario) type CaseHeads = Vec<(CaseHead, Option<Script>)>;

impl Scenario {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        Self::of(parse::file(path)?)
    }

    /// Reads and checks a text that stands for a file at `path`.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn from_text(path: &Path, text: &str) -> Result<Self, ScenarioError> {
        Self::of(Arc::new(SourceFile { path: path.to_owned(), text: text.to_owned() }))
    }

    fn of(file: Arc<SourceFile>) -> Result<Self, ScenarioError> {
        let (script, cases) =
            Self::read(&file).map_err(|findings| ScenarioError::Wrong { source_file: Arc::clone(&file), findings })?;
        let (name, snapshots) = placed(&file.path);
        Ok(Self { name, file, script, snapshots, cases })
    }

    fn read(file: &Arc<SourceFile>) -> Result<(Script, CaseHeads), Vec<Finding>> {
        if !parse::has_references(&file.text) {
            let mut script = parse::script(&file.text, &Variables::default()).map_err(|finding| vec![finding])?;
            let told = case::all(&Head::of(&script));
            let findings = checked(file, &mut script, &Variables::default(), told.as_ref().err());
            let cases = told.unwrap_or_default().into_iter().map(|case| (case, None)).collect();
            return if findings.is_empty() { Ok((script, cases)) } else { Err(findings) };
        }
        let head = parse::head(&file.text).map_err(|finding| vec![finding])?;
        let (mut scripts, mut findings) = (Vec::<(CaseHead, Script)>::new(), Vec::new());
        for case in case::all(&head)? {
            let variables = Variables::new(case.values.clone());
            let mut script = parse::script(&file.text, &variables).map_err(|finding| vec![finding])?;
            // What is wrong in every case is said once.
            for finding in checked(file, &mut script, &variables, None) {
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
            scripts.push((case, script));
        }
        match scripts.first() {
            Some((_, script)) if findings.is_empty() => {
                let script = script.clone();
                Ok((script, scripts.into_iter().map(|(case, script)| (case, Some(script))).collect()))
            }
            _ => Err(findings),
        }
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

/// A file's scenario name.
pub(in crate::scenario) fn name_of(path: &Path) -> String {
    placed(path).0
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

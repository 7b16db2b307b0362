//! Files into scenarios, and scenarios into the cases to run: one per case.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::scenario::language::case::head::{CaseHead, Head};
use crate::scenario::language::case::{self};
use crate::scenario::language::check;
use crate::scenario::language::finding::{Finding, ScenarioError, slashed};
use crate::scenario::language::read::variables::Variables;
use crate::scenario::language::read::{fragments, parse, recover};
use crate::scenario::language::script::Script;
use crate::scenario::language::source::SourceFile;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::value::Value;

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
    /// The file with its text, for messages that point into it.
    pub file: Arc<SourceFile>,
    /// What the file says, as data.
    pub script: Script,
    /// The folder its snapshots lie in.
    pub snapshots: PathBuf,
    /// The cases that are run of it.
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
            let Ok(mut script) = parse::script(&file.text, &Variables::default()) else { return Err(wrong(file)) };
            let told = case::all(&Head::of(&script));
            let findings = checked(file, &mut script, &Variables::default(), told.as_ref().err());
            let cases = told.unwrap_or_default().into_iter().map(|case| (case, None)).collect();
            return if findings.is_empty() { Ok((script, cases)) } else { Err(findings) };
        }
        let Ok(head) = parse::head(&file.text) else { return Err(wrong(file)) };
        let (mut scripts, mut findings) = (Vec::<(CaseHead, Script)>::new(), Vec::new());
        for case in case::all(&head)? {
            let variables = Variables::new(case.values.clone());
            let Ok(mut script) = parse::script(&file.text, &variables) else { return Err(wrong(file)) };
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

/// Everything that is wrong with a file that cannot be read as it is: in its form, and in what is left without that.
fn wrong(file: &Arc<SourceFile>) -> Vec<Finding> {
    let variables_of = |text: &str| -> Result<Variables, Vec<Finding>> {
        match parse::has_references(text) {
            true => {
                let head = parse::head(text).map_err(|finding| vec![finding])?;
                let first = case::all(&head)?.into_iter().next();
                Ok(first.map(|case| Variables::new(case.values)).unwrap_or_default())
            }
            false => Ok(Variables::default()),
        }
    };
    let read = |text: &str| {
        let variables = variables_of(text)?;
        let script = parse::script(text, &variables).map_err(|finding| vec![finding])?;
        Ok((script, variables))
    };
    let mut recovered = recover::all(&file.text, read);
    let mut findings = std::mem::take(&mut recovered.findings);
    if let Some((mut script, variables)) = recovered.rest.take() {
        let heads = case::all(&Head::of(&script)).err();
        let put_in = fragments::put_in(file, &mut script, &variables).err().unwrap_or_default();
        let checked = check::findings_of_rest(file, &script, &unread_steps(&file.text, &recovered));
        let more = put_in.into_iter().chain(checked).chain(heads.into_iter().flatten());
        let is_sure = |finding: &Finding| {
            let at = finding.place.as_ref().map(|place| place.bytes.start);
            let is_spoiled = at.is_none_or(|at| at >= file.text.len() || recovered.is_spoiled(at));
            finding.origin.is_some() || !is_spoiled || !finding.is_of_absence()
        };
        findings.extend(more.filter(is_sure));
    }
    sorted(findings)
}

/// The steps in which something cannot be read, as they are written.
fn unread_steps<T>(text: &str, recovered: &recover::Recovered<T>) -> Vec<At<Value>> {
    let Ok(root) = parse::values(text) else { return Vec::new() };
    let Value::Record(head) = root.get() else { return Vec::new() };
    let Some(Value::List(steps)) = head.get("steps").map(At::get) else { return Vec::new() };
    steps.iter().filter(|step| recovered.is_spoiled(step.place().bytes.start)).cloned().collect()
}

fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (finding.origin.is_some(), finding.place.as_ref().map(|place| place.bytes.start)));
    let mut once: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        if !once.contains(&finding) {
            once.push(finding);
        }
    }
    once
}

/// Puts fragments in and says everything that is wrong then, in the order of the file.
fn checked(
    file: &Arc<SourceFile>,
    script: &mut Script,
    variables: &Variables,
    head: Option<&Vec<Finding>>,
) -> Vec<Finding> {
    let mut findings = match fragments::put_in(file, script, variables) {
        Ok(()) => check::findings(file, script),
        Err(mut wrong) => {
            wrong.extend(check::findings_of_rest(file, script, &[]));
            wrong
        }
    };
    findings.extend(head.into_iter().flatten().cloned());
    sorted(findings)
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
        .filter(|path| is_yaml(path))
}

/// Whether a file is one of YAML by its name, in capitals or not.
fn is_yaml(path: &Path) -> bool {
    let is = |known: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(known));
    is("yaml") || is("yml")
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

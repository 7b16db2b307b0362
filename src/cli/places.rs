//! The files and cases that a command line means: files, folders, and names of cases as a failure prints them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{diagnostics, migrate};
use crate::nearest;
use crate::scenario::finding::{ScenarioError, choices};
use crate::scenario::result::CaseResult;
use crate::scenario::{Case, Scenario, find};

/// The folder that is meant when none is named.
pub(super) const ROOT: &str = "scenarios";

/// A file that cannot be run.
pub(super) struct Unread {
    /// What is wrong with it, drawn on its text.
    pub(super) report: miette::Report,
    /// The same as a result, so that no sum and no report is without it.
    pub(super) result: CaseResult,
}

/// The cases of all files that can be run, and those files that cannot.
pub(super) fn load(places: &[PathBuf], tags: &[String]) -> Result<(Vec<Case>, Vec<Unread>), miette::Report> {
    let (mut cases, mut wrong) = (Vec::new(), Vec::new());
    let named = Named::of(places)?;
    let mut known_tags = BTreeSet::new();
    for path in find(&named.files).map_err(not_found)? {
        match Scenario::load(&path) {
            Ok(scenario) if tagged(&scenario, tags) => {
                migrate::warn(&path, &scenario.file.text);
                cases.extend(scenario.cases());
            }
            Ok(scenario) => known_tags.extend(scenario.script.tags.iter().map(|tag| tag.get().clone())),
            Err(error) => {
                let result = CaseResult::of_unread(&path, &error);
                wrong.push(Unread { report: diagnostics::of_scenario(error), result });
            }
        }
    }
    if cases.is_empty() && wrong.is_empty() {
        let known: Vec<&str> = known_tags.iter().map(String::as_str).collect();
        let help = match (tags, known.as_slice()) {
            (_, []) => "no scenario has a tag; add `tags: [...]` at the head of a file".to_owned(),
            ([one], known) => choices(one, known),
            (_, known) => format!("the tags are {}", known.join(", ")),
        };
        return Err(miette::miette!(help = help, "no scenario has the tag {}", tags.join(" or ")));
    }
    named.keep(&mut cases);
    one_name_each(&cases, &wrong)?;
    Ok((cases, wrong))
}

/// Reports tell cases apart by their names: of two with the same one would hide the other.
fn one_name_each(cases: &[Case], wrong: &[Unread]) -> Result<(), miette::Report> {
    let mut known: BTreeMap<&str, &Path> = BTreeMap::new();
    let of_cases = cases.iter().map(|case| (case.name.as_str(), case.scenario.file.path.as_path()));
    let of_files = wrong.iter().map(|unread| (unread.result.name.as_str(), unread.result.file.as_path()));
    for (name, file) in of_cases.chain(of_files) {
        let Some(other) = known.insert(name, file) else { continue };
        // The same file may have been named in two ways.
        if is_same(other, file) {
            continue;
        }
        let help = "give one of the files, or the variant in it, another name: reports tell cases apart by their names";
        let (other, file) = (other.display(), file.display());
        return Err(miette::miette!(help = help, "two cases have the name `{name}`: one of {other} and one of {file}"));
    }
    Ok(())
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// Places as they are given: files and folders, and names of cases as a failure prints them.
struct Named {
    /// Files and folders to look in.
    files: Vec<PathBuf>,
    /// For each file that was named by a case of it, the names of its cases that are meant.
    cases: BTreeMap<PathBuf, BTreeSet<String>>,
    /// Files that are meant as a whole.
    whole: Vec<PathBuf>,
}

impl Named {
    fn of(places: &[PathBuf]) -> Result<Self, miette::Report> {
        let mut named = Self { files: Vec::new(), cases: BTreeMap::new(), whole: Vec::new() };
        for place in places {
            if place.exists() {
                named.files.push(place.clone());
                named.whole.push(place.clone());
                continue;
            }
            let Some((path, case)) = file_of_case(place) else {
                // Whatever is wrong with the place is said as for any other.
                named.files.push(place.clone());
                continue;
            };
            named.files.push(path.clone());
            match case {
                Some(case) => drop(named.cases.entry(path).or_default().insert(case)),
                None => named.whole.push(path),
            }
        }
        for (path, wanted) in &named.cases {
            let Ok(scenario) = Scenario::load(path) else { continue };
            let known: Vec<String> = scenario.cases().into_iter().map(|case| case.name).collect();
            if let Some(unknown) = wanted.iter().find(|name| !known.contains(name)) {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                let help = choices(unknown, &known);
                return Err(miette::miette!(help = help, "{} has no case {unknown}", path.display()));
            }
        }
        Ok(named)
    }

    /// Drops cases of files of which only others are meant.
    fn keep(&self, cases: &mut Vec<Case>) {
        cases.retain(|case| {
            let file = &case.scenario.file.path;
            let is_whole = self.whole.iter().any(|place| file.starts_with(place));
            is_whole || self.cases.get(file).is_none_or(|wanted| wanted.contains(&case.name))
        });
    }
}

/// The file of a case by its name, and the name unless the whole scenario is meant: `two_way/conflict-remote-wins.rpc` is a case of
/// `scenarios/two_way/conflict-remote-wins.yaml`. A name may begin with the folder it is in.
fn file_of_case(place: &Path) -> Option<(PathBuf, Option<String>)> {
    let text = place.to_str()?;
    let (root, name) = match text.rsplit_once("scenarios/") {
        Some((before, name)) => (Path::new(before).join(ROOT), name),
        None => (PathBuf::from(ROOT), text),
    };
    // A case is named by its file and what stands behind a dot; either may have dots of its own.
    let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
    let file = |end: usize| {
        let base = name.get(..end).filter(|base| !base.is_empty())?;
        let files = ["yaml", "yml"].map(|extension| root.join(format!("{base}.{extension}")));
        Some((files.into_iter().find(|path| path.is_file())?, end))
    };
    let (path, end) = ends.filter_map(file).next_back()?;
    Some((path, (end < name.len()).then(|| name.to_owned())))
}

fn tagged(scenario: &Scenario, tags: &[String]) -> bool {
    tags.is_empty() || scenario.script.tags.iter().any(|tag| tags.contains(tag.get()))
}

/// Why there is nothing to run at a place, and what to do.
fn not_found(error: ScenarioError) -> miette::Report {
    match error {
        ScenarioError::Unreadable { path, cause } if cause.kind() == std::io::ErrorKind::NotFound => {
            if path == Path::new(ROOT) {
                let help = "go to the folder of your project, or make one here: `mockgento init` writes a first scenario, \
                            `mockgento scenarios` those that came with the program";
                return miette::miette!(help = help, "there is no folder `{ROOT}` here");
            }
            let help = match like(&path) {
                Some(meant) => format!("did you mean `{meant}`? `mockgento list` shows all"),
                None if Path::new(ROOT).is_dir() => "`mockgento list` shows the scenarios there are".to_owned(),
                None => "go to the folder of your project, or make one with `mockgento init`".to_owned(),
            };
            miette::miette!(help = help, "there is no scenario {}", path.display())
        }
        ScenarioError::NoneFound { path } => {
            let help = "make one with `mockgento new NAME`; a scenario is a .yaml file with a title and steps";
            miette::miette!(help = help, "no scenario files at {}", path.display())
        }
        other => diagnostics::of_scenario(other),
    }
}

/// The scenario that a wrong path or name is most like.
fn like(wrong: &Path) -> Option<String> {
    let files = find(&[PathBuf::from(ROOT)]).ok()?;
    let files: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    let wrong = wrong.to_str()?;
    if wrong.contains(ROOT) {
        return nearest::meant(wrong, files.iter().map(String::as_str)).map(str::to_owned);
    }
    let name = |file: &String| {
        let path = file.strip_prefix(ROOT).unwrap_or(file).trim_start_matches('/');
        path.rsplit_once('.').map_or(path, |(name, _)| name).to_owned()
    };
    let names: Vec<String> = files.iter().map(name).chain([ROOT.to_owned()]).collect();
    nearest::meant(wrong, names.iter().map(String::as_str)).map(str::to_owned)
}

//! `use`: the steps of a fragment in the place of the step that names it. A fragment is one of the scenario's own, or a
//! file; it is read anew wherever it is used, with the values of that place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bounded;
use crate::scenario::language::case::head::Head;
use crate::scenario::language::finding::{Finding, choices, did_you_mean};
use crate::scenario::language::origin::{Origin, Used};
use crate::scenario::language::read::parse;
use crate::scenario::language::read::variables::Variables;
use crate::scenario::language::script::Script;
use crate::scenario::language::source::SourceFile;
use crate::scenario::language::step::fragment::Use;
use crate::scenario::language::step::{Step, StepKind};
use crate::scenario::language::text::span::At;

/// The folder, beside a scenario or above it, whose fragments go by name.
pub(in crate::scenario) const FOLDER: &str = "fragments";
/// Steps of a scenario with everything put in; fragments that use each other grow quickly.
const STEPS_MAX: usize = 2_000;

/// Puts the steps of fragments in the places that use them.
pub(in crate::scenario) fn put_in(
    file: &Arc<SourceFile>,
    script: &mut Script,
    variables: &Variables,
) -> Result<(), Vec<Finding>> {
    let uses_any = script.steps.iter().any(|step| matches!(step.0, StepKind::Use(_)));
    if !uses_any && script.fragments.is_empty() {
        return Ok(());
    }
    let own: Vec<String> = script.fragments.keys().map(|name| name.get().clone()).collect();
    let (files, used) = (BTreeMap::new(), BTreeSet::new());
    let mut putting = Putting { scenario: file, own, files, used, steps: Vec::new(), found: Vec::new() };
    let steps = std::mem::take(&mut script.steps);
    putting.steps_of(steps, &Scope { file, values: variables.values(), uses: &[], open: &[] });
    script.steps = putting.steps;
    // Nobody reads them otherwise, and nobody would see what is wrong in them. Where a variable names the fragment, other cases
    // use the others.
    let is_unused = |name: &&At<String>| !putting.used.contains(name.get()) && !names_by_variable(&file.text);
    let unused: Vec<_> = script.fragments.keys().filter(is_unused).collect();
    for name in unused {
        let message = format!("no step uses the fragment `{}`", name.get());
        putting.found.push(Finding::at(name.place(), message).help(format!("add `- use: {}`, or drop it", name.get())));
    }
    if putting.found.is_empty() { Ok(()) } else { Err(putting.found) }
}

/// Whether some `use` of a file takes the fragment's name from a variable.
fn names_by_variable(text: &str) -> bool {
    let names = |line: &str| line.split("use:").skip(1).any(|rest| rest.contains("${"));
    text.lines().any(names)
}

struct Putting<'a> {
    scenario: &'a Arc<SourceFile>,
    /// Names under the scenario's `fragments`.
    own: Vec<String>,
    files: BTreeMap<PathBuf, Arc<SourceFile>>,
    /// Those of them that were used.
    used: BTreeSet<String>,
    steps: Vec<At<Step>>,
    found: Vec<Finding>,
}

/// Where the steps stand, and which fragments are known there.
struct Scope<'a> {
    file: &'a Arc<SourceFile>,
    values: &'a BTreeMap<String, String>,
    uses: &'a [Used],
    /// Fragments that are being put in, by file and name.
    open: &'a [(PathBuf, String)],
}

/// What a `use` names.
enum Named {
    Own,
    File(Arc<SourceFile>),
}

impl Putting<'_> {
    fn steps_of(&mut self, steps: Vec<At<Step>>, scope: &Scope<'_>) {
        let (uses, values) = (scope.uses, scope.values);
        let origin = || Arc::new(Origin { file: Arc::clone(scope.file), uses: uses.to_vec(), values: values.clone() });
        let origin = (!scope.uses.is_empty()).then(origin);
        for mut step in steps {
            if let StepKind::Use(told) = &step.0 {
                let findings = self.used(told, scope).err().unwrap_or_default();
                let from = |finding: Finding| Finding { origin: finding.origin.clone().or(origin.clone()), ..finding };
                self.found.extend(findings.into_iter().map(from));
            } else if self.steps.len() < STEPS_MAX {
                step.get_mut().1 = origin.clone();
                self.steps.push(step);
            } else if self.found.is_empty() {
                let message = format!("the scenario has more than {STEPS_MAX} steps");
                let help = "fragments that use each other grow quickly; make them smaller";
                self.found.push(Finding { origin: origin.clone(), ..Finding::at(step.place(), message) }.help(help));
            }
        }
    }

    fn used(&mut self, told: &At<Use>, scope: &Scope<'_>) -> Result<(), Vec<Finding>> {
        let named = self.named(told, scope)?;
        let (file, key) = match &named {
            Named::Own => (Arc::clone(scope.file), (scope.file.path.clone(), told.fragment.clone())),
            // However the path is spelled: one that grows with every use would never end.
            Named::File(file) => {
                let path = std::fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
                (Arc::clone(file), (path, String::new()))
            }
        };
        if scope.open.contains(&key) {
            let message = format!("the fragment `{}` uses itself", told.fragment);
            return Err(vec![Finding::at(told.place(), message).help("steps cannot go in circles; write them out")]);
        }
        let used = Used { fragment: told.fragment.clone(), file: scope.file.path.clone(), line: told.place().line };
        let uses = [scope.uses, &[used]].concat();
        let inside = Arc::new(Origin { file: Arc::clone(&file), uses: uses.clone(), values: BTreeMap::new() });
        let from_inside = |finding: Finding| vec![Finding { origin: Some(Arc::clone(&inside)), ..finding }];
        let mut values: BTreeMap<String, String> = match &named {
            Named::Own => scope.values.clone(),
            Named::File(file) => own_values(&parse::head(&file.text).map_err(from_inside)?),
        };
        let own: Vec<String> = values.keys().cloned().collect();
        values.extend(told.with.iter().map(|(name, value)| (name.get().clone(), value.get().clone())));
        let variables = Variables::new(values);
        let steps = match &named {
            Named::Own => parse::fragment(&file.text, &told.fragment, &variables),
            Named::File(file) => parse::fragment_file(&file.text, &variables).map(|file| file.steps),
        };
        let steps = steps.map_err(|finding| match lacking(told, &finding.message, &file, &own) {
            Some(finding) => vec![finding],
            None => from_inside(finding),
        })?;
        let wrong = unused(told, &variables);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let open = [scope.open, &[key]].concat();
        self.steps_of(steps, &Scope { file: &file, values: variables.values(), uses: &uses, open: &open });
        Ok(())
    }

    fn named(&mut self, told: &At<Use>, scope: &Scope<'_>) -> Result<Named, Vec<Finding>> {
        let name = told.fragment.as_str();
        let in_scenario = scope.file.path == self.scenario.path;
        if in_scenario && self.own.iter().any(|own| own == name) {
            self.used.insert(name.to_owned());
            return Ok(Named::Own);
        }
        let path = if is_path(name) {
            Some(scope.file.path.parent().unwrap_or(Path::new("")).join(name))
        } else {
            folders(&self.scenario.path).map(|folder| folder.join(format!("{name}.yaml"))).find(|path| path.is_file())
        };
        let Some(path) = path else {
            let own = self.own.iter().filter(|_| in_scenario).cloned();
            let mut known: Vec<String> = own.chain(folders(&self.scenario.path).flat_map(names_in)).collect();
            known.sort();
            known.dedup();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let help = match known.as_slice() {
                [] => {
                    "add it under `fragments` at the head of the file, or as `fragments/NAME.yaml` beside it".to_owned()
                }
                known => choices(name, known),
            };
            return Err(vec![Finding::at(told.place(), format!("no fragment is called `{name}`")).help(help)]);
        };
        if let Some(file) = self.files.get(&path) {
            return Ok(Named::File(Arc::clone(file)));
        }
        let unreadable = |cause: std::io::Error| {
            let message = format!("cannot read the fragment {}: {cause}", path.display());
            vec![Finding::at(told.place(), message).help("the path is relative to the file that uses it")]
        };
        let text = bounded::read_text(&path, bounded::TEXT_BYTES_MAX).map_err(unreadable)?;
        let file = Arc::new(SourceFile { path: path.clone(), text });
        self.files.insert(path, Arc::clone(&file));
        Ok(Named::File(file))
    }
}

fn own_values(head: &Head) -> BTreeMap<String, String> {
    head.variables.iter().map(|(name, value)| (name.get().clone(), value.get().clone())).collect()
}

/// A variable that `with` should have given; it may have another name there.
fn lacking(told: &At<Use>, message: &str, file: &SourceFile, own: &[String]) -> Option<Finding> {
    let name = message.strip_prefix("no variable is called `")?.strip_suffix('`')?;
    let is_strange = |given: &&At<String>| !file.text.contains(&format!("${{{}", given.get()));
    if let Some(given) = told.with.keys().find(is_strange) {
        let message = format!("the fragment `{}` has no variable `{}`", told.fragment, given.get());
        return Some(Finding::at(given.place(), message).help(format!("did you mean `{name}`?")));
    }
    // Then it is misspelt in the fragment.
    if did_you_mean(name, own.iter().map(String::as_str)).is_some() {
        return None;
    }
    let message = format!("the fragment `{}` has no value for its variable `{name}`", told.fragment);
    let help =
        format!("add `with: {{{name}: …}}` here, or `let: {{{name}: …}}` at the head of {}", file.path.display());
    Some(Finding::at(told.place(), message).help(help))
}

/// Values that the fragment never asks for.
fn unused(told: &At<Use>, variables: &Variables) -> Vec<Finding> {
    let unused = told.with.keys().filter(|name| !variables.has_used(name.get()));
    let finding = |name: &At<String>| {
        let message = format!("the fragment `{}` has no variable `{}`", told.fragment, name.get());
        let used = variables.used();
        let help = did_you_mean(name, used.iter().map(String::as_str));
        Finding::at(name.place(), message).help(help.unwrap_or_else(|| match used.as_slice() {
            [] => "drop `with`; it has none at all".to_owned(),
            used => format!("it has `{}`", used.join("`, `")),
        }))
    };
    unused.map(finding).collect()
}

fn folders(scenario: &Path) -> impl Iterator<Item = PathBuf> + '_ {
    scenario.ancestors().skip(1).map(|folder| folder.join(FOLDER))
}

fn names_in(folder: PathBuf) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let fragments = paths.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    fragments.filter_map(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned())).collect()
}

fn is_path(name: &str) -> bool {
    name.contains('/') || name.ends_with(".yaml") || name.ends_with(".yml")
}

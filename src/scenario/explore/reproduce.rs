//! A failed attempt as a scenario file of its own.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::probe::Probe;
use super::strike::Strike;
use super::verdict::{Failed, Verdict};
use crate::scenario::language::beside::seeds;
use crate::scenario::language::scenario::Scenario;
use crate::scenario::language::setup::knob;
use crate::scenario::language::setup::variant::Variant;
use crate::scenario::run::compare::{Difference, Kind};
use crate::scenario::run::runner::{self, Carrier, RunOptions, has_end};
use crate::snapshot::Mode;

/// Blocks of the scenario's head that matter for what happens.
const HEAD: &[&str] = &["clock", "shop", "shops", "integration", "integrations"];
/// Names of the state's tables and of those `expect` knows.
const TABLES: &[(&str, &str, &str)] = &[
    ("crm customers", "crm", "customer"),
    ("crm customers addresses", "crm", "customerAddress"),
    ("crm carts", "crm", "cart"),
    ("crm orders", "crm", "order"),
    ("crm creditMemos", "crm", "creditMemo"),
    ("crm newsletterSubscribers", "crm", "newsletterSubscriber"),
    ("crm accounts", "crm", "account"),
    ("crm contacts", "crm", "contact"),
    ("shop customer", "shop", "customer"),
    ("shop customer_address", "shop", "customer_address"),
    ("shop newsletter_subscriber", "shop", "newsletter_subscriber"),
];

/// The file's text; `None` when the scenario's file cannot be cut into steps by lines.
pub(super) fn text(probe: &Probe<'_>, found: &Failed, folder: &Path) -> Option<String> {
    let scenario = &probe.case.scenario;
    let lines: Vec<&str> = scenario.file.text.lines().collect();
    let mut text = String::new();
    let struck: Vec<String> =
        found.strikes.iter().map(|strike| format!("{} at {}", strike.trouble.name(), strike.site.operation)).collect();
    let title = format!("{} – {} after {}", scenario.name, found.verdict.as_str(), struck.join(" and "));
    writeln!(text, "title: {}", serde_json::to_string(&title).ok()?).ok()?;
    writeln!(text, "tags: [explored]").ok()?;
    for difference in &found.differences {
        writeln!(text, "# {difference}").ok()?;
    }
    for line in found.message.lines().take(10) {
        writeln!(text, "# {line}").ok()?;
    }
    for quirk in found.blame.iter().flat_map(|blame| blame.quirks()) {
        writeln!(text, "# behind it: {} {}", quirk.id(), quirk.summary()).ok()?;
    }
    let (mut steps, mut values) = (String::new(), Values::of(probe));
    for (index, step) in probe.steps.iter().enumerate() {
        let Some(step) = step else { continue };
        for strike in found.strikes.iter().filter(|strike| strike.site.step == index) {
            writeln!(steps, "  - disrupt: {}", disrupt(strike, scenario.script.shops.len() > 1)?).ok()?;
        }
        let (file, first) =
            (step.1.as_ref().map_or(&scenario.file.text, |origin| &origin.file.text), step.place().line);
        for line in block(file, first)? {
            match &step.1 {
                Some(origin) => writeln!(steps, "  {}", values.renamed(line, &origin.values)).ok()?,
                None => writeln!(steps, "  {line}").ok()?,
            }
        }
        if has_end(&step.0) {
            steps.push_str(MAY_FAIL);
        }
    }
    head(probe, &lines, &values, folder, &mut text)?;
    text.push_str("steps:\n");
    text.push_str(&steps);
    for _ in 0..RUNS {
        text.push_str("  - advance: 5 minutes\n  - sync\n");
        text.push_str(MAY_FAIL);
    }
    writeln!(text, "  - expect: {}", expect(found)?).ok()?;
    Some(text)
}

/// Syncs may fail for the disruption; what counts is how the CRM and the shop end.
const MAY_FAIL: &str = "  - expect: {outcome: any}\n";

/// Scheduled syncs after the scenario, as the explorer lets run.
const RUNS: usize = 5;

/// The lines of the step that begins in a line, without its indentation; `None` when it is no step in block form.
fn block(file: &str, first: usize) -> Option<impl Iterator<Item = &str>> {
    let mut lines = file.lines().skip(first.checked_sub(1)?);
    let first = lines.next()?;
    let dash = first.find(|letter: char| letter != ' ')?;
    first.get(dash..)?.strip_prefix("- ")?;
    let belongs = move |line: &&str| line.trim().is_empty() || line.chars().take_while(|c| *c == ' ').count() > dash;
    let rest = lines.take_while(belongs);
    Some(std::iter::once(first).chain(rest).map(move |line| line.get(dash..).unwrap_or_default()))
}

/// A reference, or what stands for its two characters themselves.
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?<escape>\$?)\$\{(?<name>[^}]*)\}";
    Regex::new(pattern).unwrap_or_else(|error| panic!("a pattern of ours is broken: {error}"))
});

/// What the references of the written steps stand for. Those of a fragment get names of their own, for it may be used
/// again with other values.
struct Values {
    of_scenario: BTreeMap<String, String>,
    of_fragments: BTreeMap<String, String>,
}

impl Values {
    fn of(probe: &Probe<'_>) -> Self {
        Self { of_scenario: probe.case.values().clone(), of_fragments: BTreeMap::new() }
    }

    /// A line of a fragment with the references renamed that mean something else elsewhere.
    fn renamed(&mut self, line: &str, values: &BTreeMap<String, String>) -> String {
        let renamed = REFERENCE.replace_all(line, |found: &Captures<'_>| {
            let value = values.get(&found["name"]).filter(|_| found["escape"].is_empty());
            match value {
                Some(value) => format!("${{{}}}", self.name_of(&found["name"], value)),
                None => found[0].to_owned(),
            }
        });
        renamed.into_owned()
    }

    fn name_of(&mut self, name: &str, value: &str) -> String {
        let numbered = (2..).map(|number| format!("{name} {number}"));
        let mut free = std::iter::once(name.to_owned()).chain(numbered).filter(|candidate| {
            let taken = self.of_scenario.get(candidate).or_else(|| self.of_fragments.get(candidate));
            taken.is_none_or(|known| known == value)
        });
        let own = free.next().unwrap_or_else(|| name.to_owned());
        if !self.of_scenario.contains_key(&own) {
            self.of_fragments.insert(own.clone(), value.to_owned());
        }
        own
    }

    /// As `let` has them.
    fn all(&self) -> BTreeMap<&String, &String> {
        self.of_scenario.iter().chain(&self.of_fragments).collect()
    }
}

fn head(probe: &Probe<'_>, lines: &[&str], values: &Values, folder: &Path, text: &mut String) -> Option<()> {
    let script = &probe.case.scenario.script;
    let variant = probe.case.changes();
    let profile = probe.profile.or(variant.profile).unwrap_or(script.profile);
    writeln!(text, "profile: {}", profile.as_str()).ok()?;
    if probe.profile.is_none() {
        let quirks = script.quirks.iter().chain(&variant.quirks);
        let said: Vec<String> =
            quirks.map(|(id, on)| format!("{}: {}", id.get(), if on.is_yes() { "yes" } else { "no" })).collect();
        if !said.is_empty() {
            writeln!(text, "quirks: {{{}}}", said.join(", ")).ok()?;
        }
    }
    if let Some(changes) = changes(&variant) {
        writeln!(text, "variants: {{{}: {{{changes}}}}}", probe.case.variant.as_deref()?).ok()?;
    }
    let values = values.all();
    if !values.is_empty() {
        writeln!(text, "let: {}", serde_json::to_string(&values).ok()?).ok()?;
    }
    let mut keeps = false;
    for line in lines {
        if line.starts_with(|first: char| first.is_alphabetic()) {
            keeps = line.split(':').next().is_some_and(|key| HEAD.contains(&key));
        }
        if keeps && !line.trim_start().starts_with('#') {
            writeln!(text, "{}", with_paths(line, probe, folder)).ok()?;
        }
    }
    Some(())
}

/// What the attempt changes in shop and integration, as a variant writes it.
fn changes(variant: &Variant) -> Option<String> {
    let shown = Variant { profile: None, ..variant.clone() };
    let changes = knob::written(&shown);
    (!changes.is_empty()).then(|| changes.join(", "))
}

/// Seeds and overrides are named by their paths from the new file's folder.
fn with_paths(line: &str, probe: &Probe<'_>, folder: &Path) -> String {
    let scenario = &probe.case.scenario.file.path;
    let line = with_path(line, "seed:", folder, |name| seeds::file(name, scenario));
    let beside = |name: &str| std::path::absolute(scenario.parent()?.join(name)).ok();
    with_path(&line, "overrides:", folder, beside)
}

fn with_path(line: &str, key: &str, folder: &Path, find: impl Fn(&str) -> Option<PathBuf>) -> String {
    let Some((before, after)) = line.split_once(key) else { return line.to_owned() };
    let name: String = after.trim_start().chars().take_while(|letter| !", }".contains(*letter)).collect();
    let rest = after.trim_start().get(name.len()..).unwrap_or_default();
    match find(&name).and_then(|path| Some(from(&std::path::absolute(folder).ok()?, &path))) {
        Some(path) => format!("{before}{key} {path}{rest}"),
        None => line.to_owned(),
    }
}

/// A path as it is written in a file of that folder.
fn from(folder: &Path, path: &Path) -> String {
    let (folder, path) = (plain(folder), plain(path));
    let same = folder.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let up = folder.iter().skip(same).map(|_| "..".to_owned());
    let parts: Vec<String> = up.chain(path.iter().skip(same).cloned()).collect();
    let relative = parts.join("/");
    if relative.starts_with("..") { relative } else { format!("./{relative}") }
}

/// The parts of an absolute path, without those that go back.
fn plain(path: &Path) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(parts.pop()),
            Component::CurDir => {}
            other => parts.push(other.as_os_str().to_string_lossy().into_owned()),
        }
    }
    parts
}

/// The text, when the scenario it is fails at its last expectation and nowhere else; why not otherwise.
pub(super) fn checked(text: String, folder: &Path) -> Result<String, String> {
    let scenario = Scenario::from_text(&folder.join("reproduction.yaml"), &text).map_err(|error| error.to_string())?;
    let last = scenario.script.steps.last().map(|step| step.place().line).unwrap_or_default();
    for case in scenario.cases() {
        let result = runner::run(&case, RunOptions::new(Carrier::InMemory, Mode::Check));
        if result.passed() {
            return Err("run as a scenario of its own, it passes".to_owned());
        }
        let elsewhere = result.failures.iter().find(|failure| failure.line < last);
        if let Some(failure) = elsewhere {
            return Err(format!(
                "run as a scenario of its own, it fails in line {}: {}",
                failure.line, failure.message
            ));
        }
    }
    Ok(text)
}

fn disrupt(strike: &Strike, many_shops: bool) -> Option<String> {
    let mut members = vec![format!("operation: {}", strike.site.operation)];
    if strike.site.nth > 1 {
        members.push(format!("call: {}", strike.site.nth));
    }
    if strike.trouble.times > 1 {
        members.push(format!("times: {}", strike.trouble.times));
    }
    if many_shops {
        members.push(format!("shop: {}", strike.site.shop));
    }
    // JSON is YAML.
    members.push(format!("with: {}", serde_json::to_string(&strike.trouble.disruption).ok()?));
    Some(format!("{{{}}}", members.join(", ")))
}

/// What would hold without the trouble.
fn expect(found: &Failed) -> Option<String> {
    let of_row = |difference: &Difference| {
        let (_, side, table) = TABLES.iter().find(|(known, ..)| *known == difference.table)?;
        let (name, value) = difference.key.as_ref().filter(|(name, _)| !name.is_empty())?;
        let quoted = |text: &str| serde_json::to_string(text).ok();
        let which = format!("rows: {table}, where: {{{name}: {}}}", quoted(value)?);
        let what = match (&difference.kind, &difference.field) {
            (Kind::Missing, _) => "count: 1".to_owned(),
            (Kind::Extra, _) => return Some(format!("{{{side}: {{rows: {table}, count: {}}}}}", difference.rows)),
            (Kind::Changed, Some((field, expected, _))) => {
                let expected = expected.as_deref().map_or(Some("null".to_owned()), quoted)?;
                format!("have: {{{field}: {expected}}}")
            }
            (Kind::Changed, None) => return None,
        };
        Some(format!("{{{side}: {{{which}, {what}}}}}"))
    };
    match found.verdict {
        Verdict::Stuck if found.differences.is_empty() => Some("{outcome: success}".to_owned()),
        _ => found.differences.iter().find_map(of_row).or_else(|| Some("{outcome: success}".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_a_fragment_keep_their_values_under_names_that_are_free() {
        let pairs = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let mut values = Values { of_scenario: pairs(&[("who", "ada"), ("when", "noon")]), of_fragments: pairs(&[]) };
        let of_fragment = pairs(&[("who", "bob"), ("who 2", "eve"), ("when", "noon")]);
        let line =
            values.renamed("set: {a: '${who}', b: '${who 2}', c: '${when}', d: '$${who}', e: '${no}'}", &of_fragment);
        assert_eq!(line, "set: {a: '${who 2}', b: '${who 2 2}', c: '${when}', d: '$${who}', e: '${no}'}");
        assert_eq!(values.of_fragments, pairs(&[("who 2", "bob"), ("who 2 2", "eve")]));
        assert_eq!(values.renamed("${who}", &pairs(&[("who", "bob")])), "${who 2}", "the same value, the same name");
    }
}

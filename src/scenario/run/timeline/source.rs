//! Steps as they stand in the file, without the keys that stand there too.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::scenario::language::read::variables::Variables;
use crate::scenario::run::network::Served;
use crate::scenario::run::world::World;
use crate::secret::MASK;

/// Keys of a scenario whose values are secrets.
const SECRET_KEYS: &[&str] = &["api key", "key", "password", "api_key", "apikey", "password_hash", "rp_token"];
/// A shorter secret is masked behind its key only: it may be part of any word.
const LENGTH_MIN: usize = 4;

/// A secret behind its key, in a block or in braces.
static BEHIND_KEY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let keys = SECRET_KEYS.join("|");
    Regex::new(&format!(
        r#"(?im)((?:^|[\s{{,-])["']?(?:{keys})["']?\s*:[ \t]+)("[^"]*"|'[^']*'|[^\s,}}\#][^,}}\n\#]*)"#
    ))
    .ok()
});

/// What must not be read in a report.
#[derive(Debug, Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    /// Those of a case: written in its files, and the keys of its shops' users.
    pub(super) fn of_world(world: &World<'_>) -> Self {
        let keys = |shop: &Served| {
            shop.with_shop(|shop| shop.users.iter().map(|user| user.key.expose_secret().to_owned()).collect::<Vec<_>>())
        };
        let origins = world.case.scenario.script.steps.iter().filter_map(|step| step.1.as_ref());
        let fragments = origins.map(|origin| (origin.file.text.as_str(), &origin.values));
        let own = (world.case.scenario.file.text.as_str(), world.case.values());
        Self::of(std::iter::once(own).chain(fragments), world.shops.values().flat_map(keys))
    }

    /// Those written in the scenario's files, whose variables have these values, and others that are known.
    pub(super) fn of<'f>(
        files: impl Iterator<Item = (&'f str, &'f BTreeMap<String, String>)>,
        known: impl Iterator<Item = String>,
    ) -> Self {
        let mut secrets: Vec<String> = known.collect();
        for (file, values) in files {
            let mut written = Vec::new();
            collect(&serde_saphyr::from_str(file).unwrap_or_default(), &mut written);
            let values = Variables::new(values.clone());
            secrets.extend(written.iter().filter_map(|secret| values.fill(secret).ok().map(Cow::into_owned)));
        }
        secrets.retain(|secret| secret.chars().count() >= LENGTH_MIN);
        // One may begin with another.
        secrets.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        secrets.dedup();
        Self(secrets)
    }

    /// A text without any of them.
    pub(super) fn masked(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
    }

    /// Lines of the file without any of them.
    fn masked_source(&self, text: &str) -> String {
        let text =
            BEHIND_KEY.as_ref().map_or_else(|| MASK.into(), |key| key.replace_all(text, format!("${{1}}{MASK}")));
        self.masked(&text)
    }
}

fn collect(value: &Value, secrets: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(_) | Value::Number(_) if SECRET_KEYS.contains(&key.to_lowercase().as_str()) => {
                        secrets.push(member.as_str().map_or_else(|| member.to_string(), str::to_owned));
                    }
                    other => collect(other, secrets),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, secrets)),
        _ => {}
    }
}

/// The file up to its steps, without the line for editors.
pub(super) fn setup(file: &str, secrets: &Secrets) -> String {
    let lines = file.lines().take_while(|line| !line.starts_with("steps:")).filter(|line| !line.starts_with("# yaml-"));
    secrets.masked_source(lines.collect::<Vec<_>>().join("\n").trim_end())
}

/// The step at a line as it is written, without its dash and its indentation.
pub(super) fn step(file: &str, line: usize, secrets: &Secrets) -> String {
    let mut lines = file.lines().skip(line.saturating_sub(1));
    let Some(head) = lines.next() else { return String::new() };
    let indent = head.len() - head.trim_start().len();
    let dash = if head.trim_start().starts_with("- ") { 2 } else { 0 };
    // What stands less deep is not of the step.
    let deeper = |line: &&str| line.trim().is_empty() || line.len() - line.trim_start().len() > indent;
    let is_note = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let mut body: Vec<&str> = lines.take_while(deeper).collect();
    while body.last().is_some_and(is_note) {
        body.pop();
    }
    let dedented = body.into_iter().map(|line| line.get(indent + dash..).unwrap_or(line.trim_start()));
    let head = head.trim_start().get(dash..).unwrap_or_default();
    secrets.masked_source(&std::iter::once(head).chain(dedented).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::language::script::Script;

    const FILE: &str = "\
title: A scenario
integration: {api key: first-key-1, name: shop}
shop:
  api users:
    orders: {key: 'second key', resources: [a]}
steps:
  # before
  - sync
  # about the next
  - in magento:
      update api user: {user: oro, key: third-key}

  - check connection: {api key: \"x\"}
  - in magento: {update api user: {user: oro, key: 4711471147}}
";

    #[test]
    fn a_step_is_shown_as_it_is_written_without_secrets() {
        let script: Script = serde_saphyr::from_str(FILE).unwrap();
        let values = BTreeMap::new();
        let secrets = Secrets::of(std::iter::once((FILE, &values)), std::iter::once("seed-key".to_owned()));
        let shown: Vec<String> = script.steps.iter().map(|told| step(FILE, told.place().line, &secrets)).collect();
        assert_eq!(
            shown,
            [
                "sync",
                "in magento:\n  update api user: {user: oro, key: ***}",
                "check connection: {api key: ***}",
                "in magento: {update api user: {user: oro, key: ***}}",
            ]
        );
        let setup = setup(FILE, &secrets);
        assert!(
            setup.contains("{api key: ***, name: shop}") && setup.contains("{key: ***, resources: [a]}"),
            "{setup}"
        );
        let said = secrets.masked("seed-key, first-key-1, second key, third-key and 4711471147 are refused");
        assert_eq!(said, "***, ***, ***, *** and *** are refused");
    }

    #[test]
    fn a_key_that_a_variable_holds_is_masked_where_it_is_written() {
        const FILE: &str =
            "title: t\nlet: {typed: mistyped-key}\nsteps:\n- check connection: {api key: \"${typed}\"}\n";
        let values = BTreeMap::from([("typed".to_owned(), "mistyped-key".to_owned())]);
        let secrets = Secrets::of(std::iter::once((FILE, &values)), std::iter::empty());
        let setup = setup(FILE, &secrets);
        assert!(setup.contains("let: {typed: ***}"), "{setup}");
    }
}

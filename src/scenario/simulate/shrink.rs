//! The smallest scenario that fails for the same reason: blocks, steps, edits and settings are left out as long as it does.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::drawn::Drawn;
use super::{Found, Ran, SimulateOptions, run};
use crate::scenario::actor::Testee;
use crate::scenario::run::failure::{Failure, FailureKind};

/// Members of the head that may be left out of, with those that go one by one.
const SETTINGS: &[&str] = &["shop", "integration", "quirks"];
/// What a scenario needs all the same.
const NEEDED: &[&str] = &["sync start date", "two way sync"];
/// Lines of a reason that are told.
const TOLD_MAX: usize = 10;

/// Leaves out what does not matter.
pub(super) fn smallest(drawn: &Drawn, number: u64, failures: Vec<Failure>, options: &SimulateOptions) -> Found {
    let runs_max = options.search;
    let client = options.client.as_ref();
    let mut search =
        Search { best: drawn.clone(), reason: reason(&failures), failures, runs: 1, runs_max, client, options };
    // A step that cannot work fails for the lack of what came before it: less of that is no smaller reason.
    let cannot_work = search.failures.first().is_some_and(|failure| failure.kind == FailureKind::CannotWork);
    loop {
        if cannot_work {
            break;
        }
        let before = search.best.clone();
        search.blocks();
        search.steps();
        search.edits();
        search.settings();
        if search.best == before || search.runs >= runs_max {
            break;
        }
    }
    let why = told(&search.failures);
    let mut best = search.best;
    best.comments = why.clone();
    Found { number, why, steps: (best.steps(), drawn.steps()), text: best.text(), runs: search.runs }
}

struct Search<'a> {
    best: Drawn,
    reason: BTreeSet<String>,
    failures: Vec<Failure>,
    runs: usize,
    runs_max: usize,
    client: Option<&'a Arc<Testee>>,
    options: &'a SimulateOptions,
}

impl Search<'_> {
    /// Takes a smaller scenario when it fails for the same reason.
    fn takes(&mut self, smaller: Drawn) -> bool {
        if self.runs >= self.runs_max || self.options.is_stopped() {
            return false;
        }
        self.runs += 1;
        let Ran::Failed(failures) = run(&smaller, self.client) else { return false };
        // What somebody stopped did not fail for a reason of its own.
        if self.options.is_stopped() {
            return false;
        }
        let is_same = !reason(&failures).is_disjoint(&self.reason);
        if is_same {
            self.best = smaller;
            self.failures = failures;
        }
        is_same
    }

    /// Halves, quarters and so on, then one by one.
    fn blocks(&mut self) {
        let mut size = self.best.blocks.len().div_ceil(2).max(1);
        loop {
            let mut end = self.best.blocks.len();
            while end > 0 {
                let start = end.saturating_sub(size);
                let mut smaller = self.best.clone();
                smaller.blocks.drain(start..end);
                self.takes(smaller);
                end = start.min(self.best.blocks.len());
            }
            if size == 1 {
                return;
            }
            size = size.div_ceil(2);
        }
    }

    fn steps(&mut self) {
        for block in (0..self.best.blocks.len()).rev() {
            let steps = self.best.blocks.get(block).map_or(0, Vec::len);
            for step in (0..steps).rev() {
                let mut smaller = self.best.clone();
                let Some(steps) = smaller.blocks.get_mut(block).filter(|steps| steps.len() > 1) else { break };
                if step < steps.len() {
                    steps.remove(step);
                    self.takes(smaller);
                }
            }
        }
    }

    /// Edits of a list, and members of `during` that it can do without.
    fn edits(&mut self) {
        for block in 0..self.best.blocks.len() {
            for step in 0..self.best.blocks.get(block).map_or(0, Vec::len) {
                let pointers =
                    self.best.blocks.get(block).and_then(|steps| steps.get(step)).map(lists).unwrap_or_default();
                for pointer in pointers {
                    self.list(block, step, &pointer);
                }
                for name in ["advance", "in magento", "in crm"] {
                    let mut smaller = self.best.clone();
                    let during = smaller.blocks.get_mut(block).and_then(|steps| steps.get_mut(step));
                    let Some(Value::Object(during)) = during.and_then(|step| step.get_mut("during")) else { break };
                    if during.remove(name).is_some() {
                        self.takes(smaller);
                    }
                }
            }
        }
    }

    fn list(&mut self, block: usize, step: usize, pointer: &str) {
        let length = |drawn: &Drawn| {
            let step = drawn.blocks.get(block)?.get(step)?;
            step.pointer(pointer)?.as_array().map(Vec::len)
        };
        let mut size = length(&self.best).unwrap_or_default().div_ceil(2);
        while size > 0 {
            let mut end = length(&self.best).unwrap_or_default();
            while end > 0 {
                let start = end.saturating_sub(size);
                let mut smaller = self.best.clone();
                let place = smaller.blocks.get_mut(block).and_then(|steps| steps.get_mut(step));
                let Some(Value::Array(items)) = place.and_then(|step| step.pointer_mut(pointer)) else { return };
                if end - start < items.len() {
                    items.drain(start..end);
                    if is_whole(items) {
                        self.takes(smaller);
                    }
                }
                end = start;
            }
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
    }

    fn settings(&mut self) {
        for member in SETTINGS {
            let names: Vec<String> = match self.best.member_mut(member) {
                Some(Value::Object(settings)) => settings.keys().cloned().collect(),
                _ => continue,
            };
            for name in names.iter().filter(|name| !NEEDED.contains(&name.as_str())) {
                let mut smaller = self.best.clone();
                let Some(Value::Object(settings)) = smaller.member_mut(member) else { continue };
                settings.remove(name);
                if settings.is_empty() {
                    smaller.head.retain(|(known, _)| known != member);
                }
                self.takes(smaller);
            }
        }
    }
}

/// Whether nobody deletes an address without saving its customer: no list of Magento would tell of it.
fn is_whole(edits: &[Value]) -> bool {
    let has = |edit: Option<&Value>, word: &str| edit.is_some_and(|edit| edit.get(word).is_some());
    let mut followed = edits.iter().zip(edits.iter().skip(1).map(Some).chain([None]));
    followed.all(|(edit, next)| !has(Some(edit), "delete address") || has(next, "update customer"))
}

/// Places of the lists of edits in a step.
fn lists(step: &Value) -> Vec<String> {
    ["/in magento", "/in crm", "/during/in magento", "/during/in crm"]
        .into_iter()
        .filter(|pointer| step.pointer(pointer).is_some_and(Value::is_array))
        .map(str::to_owned)
        .collect()
}

/// What is wrong, whichever row it is: names and numbers differ from one scenario to the next smaller one.
fn reason(failures: &[Failure]) -> BTreeSet<String> {
    let Some(first) = failures.first() else { return BTreeSet::new() };
    let plain = |line: &str| -> String {
        let mut is_quoted = false;
        let kept = |c: &char| {
            is_quoted ^= *c == '"';
            !is_quoted && !c.is_ascii_digit()
        };
        line.chars().filter(kept).collect()
    };
    if first.detail.is_empty() {
        return BTreeSet::from([format!("{}: {}", first.kind.as_str(), plain(&first.message))]);
    }
    first.detail.lines().map(plain).collect()
}

fn told(failures: &[Failure]) -> Vec<String> {
    let Some(first) = failures.first() else { return Vec::new() };
    if first.detail.is_empty() {
        return vec![format!("{}: {}", first.step, first.message)];
    }
    first.detail.lines().take(TOLD_MAX).map(str::to_owned).collect()
}

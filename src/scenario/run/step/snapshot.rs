//! `snapshot`: what is there now, as a text to compare.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::scenario::language::finding::{did_you_mean, slashed};
use crate::scenario::language::known;
use crate::scenario::language::step::Step;
use crate::scenario::language::step::snapshot::{Part, SnapshotStep};
use crate::scenario::language::text::span::At;
use crate::scenario::run::cannot_work::CannotWork;
use crate::scenario::run::failure::{Failure, FailureKind};
use crate::scenario::run::shared::Left;
use crate::scenario::run::trace;
use crate::scenario::run::world::{Failures, Mark, World};
use crate::snapshot::{Header, Mode, SnapshotName, Store, Verdict, unified, yaml};

/// Lines of a new snapshot that a failure shows.
const PREVIEW_LINES: usize = 20;

impl World<'_> {
    /// Compares, and says what differs.
    pub(in crate::scenario) fn snapshot(
        &mut self,
        snapshot: &SnapshotStep,
        step: &At<Step>,
    ) -> Result<Option<Failure>, CannotWork> {
        let text = self.snapshot_text(snapshot)?;
        let scenario = &self.case.scenario;
        let header = Header {
            source: source_name(&scenario.name, &scenario.file.path),
            line: step.1.as_ref().and_then(|origin| origin.line_of_scenario()).unwrap_or(step.place().line),
            description: scenario.script.title.get().clone(),
        };
        let name = self.case.snapshot_name(snapshot);
        self.forget_calls();
        let left = self.case.shared().filter(|_| self.store.writes() || self.to_accept.is_some());
        if let Some(left) = left.and_then(|left| left.left_before(&name, &self.case.name, &text)) {
            return self.same_as(&left, &name, &text, step);
        }
        let verdict = self.store.compare(&name, &header, &text)?;
        if let (Some(to_accept), Verdict::New | Verdict::Differs { .. }) = (&mut self.to_accept, &verdict) {
            to_accept.push((name, header, text));
            return Ok(None);
        }
        let (message, detail) = match verdict {
            Verdict::Same => return Ok(None),
            Verdict::Accepted => {
                self.accepted += 1;
                return Ok(None);
            }
            Verdict::New => ("is new; look at it and accept it".to_owned(), preview(&text)),
            Verdict::Differs { expected } => ("differs".to_owned(), unified(&expected, &text)),
        };
        let failure = Self::failure(step, FailureKind::Snapshot, message + &self.what_a_client_said());
        Ok(Some(Failure { step: format!("snapshot {}", snapshot.name), detail, ..failure }))
    }

    /// What somebody's client said when the last thing it did failed: a snapshot only shows that it did.
    fn what_a_client_said(&self) -> String {
        let failed = self.last.as_ref().filter(|last| self.is_theirs() && !last.success);
        failed.map_or_else(String::new, |last| format!("; the client failed before it: {}", last.message.trim()))
    }

    /// Accepts what is new or differs, of a case in which everything else is as it should be.
    pub(in crate::scenario) fn accept(&mut self, is_well: bool) -> Failures {
        let to_accept = self.to_accept.take().unwrap_or_default();
        let store = Store::new(self.case.snapshots_folder().as_path(), Mode::Accept);
        let failure = |name: &SnapshotName, line, kind, message: String| Failure {
            kind,
            file: None,
            line,
            column: None,
            step: format!("snapshot {}", name.0.rsplit('@').next().unwrap_or_default()),
            message,
            detail: String::new(),
        };
        let mut failures = Failures::new();
        for (name, header, text) in to_accept {
            if !is_well {
                let message = "is not accepted, since something else is wrong with the scenario; mend that first";
                failures.push(failure(&name, header.line, FailureKind::Snapshot, message.to_owned()));
                continue;
            }
            match store.compare(&name, &header, &text) {
                Ok(_) => self.accepted += 1,
                Err(why) => failures.push(failure(&name, header.line, FailureKind::CannotWork, why.to_string())),
            }
        }
        failures
    }

    /// A case that shares its snapshots must leave what the first one of the run has left; only that one writes.
    fn same_as(
        &self,
        left: &Left,
        name: &SnapshotName,
        text: &str,
        step: &At<Step>,
    ) -> Result<Option<Failure>, CannotWork> {
        let failure = if left.text == text {
            match self.store.matches(name, text)? {
                true => return Ok(None),
                false => Self::failure(step, FailureKind::Snapshot, format!("differs as in {}", left.by)),
            }
        } else {
            let message = format!("is not what {} left, and they share it", left.by);
            let detail = unified(&left.text, text);
            Failure { detail, ..Self::failure(step, FailureKind::Unmet, message) }
        };
        let snapshot = name.0.rsplit_once('@').map_or("", |(_, snapshot)| snapshot);
        Ok(Some(Failure { step: format!("snapshot {snapshot}"), ..failure }))
    }

    fn snapshot_text(&self, snapshot: &SnapshotStep) -> Result<String, CannotWork> {
        let parts = snapshot.of.clone().unwrap_or_else(|| self.usual_parts());
        let mut tree = Map::new();
        for part in parts {
            match part {
                Part::Outcome => {
                    if let Some(last) = &self.last {
                        tree.insert("outcome".to_owned(), last.shown.clone());
                    }
                }
                Part::Crm => {
                    let state = match self.their_rows() {
                        Some(rows) => json!(rows),
                        None => self.crm.state()?,
                    };
                    tree.insert("crm".to_owned(), state);
                }
                Part::Trace => drop(tree.insert("trace".to_owned(), self.trace())),
                Part::Shop => drop(tree.insert("shop".to_owned(), self.shops_state())),
            }
        }
        check_left_out(&tree, &snapshot.without)?;
        leave_out(&mut tree, &snapshot.without);
        Ok(yaml::text(&tree))
    }

    /// The shop's state belongs in where the sync may have written to it.
    fn usual_parts(&self) -> Vec<Part> {
        let two_way = self
            .integration
            .and_then(|id| self.crm.integration(id).ok())
            .is_some_and(|integration| integration.settings.is_two_way_sync_enabled);
        let mut parts = vec![Part::Outcome, Part::Crm];
        // How somebody's client gets its rows is its own affair, unless a snapshot asks for it.
        if !self.is_theirs() {
            parts.push(Part::Trace);
        }
        if two_way {
            parts.push(Part::Shop);
        }
        parts
    }

    /// The calls since the last snapshot; by shop when there are several.
    fn trace(&self) -> Value {
        self.per_shop(|name| {
            let Some(shop) = self.shops.get(name) else { return Value::Null };
            let journal = shop.journal();
            let seen = self.shown.get(name).copied().unwrap_or_default();
            let begins = |mark: &Mark| mark.from.get(name).copied().unwrap_or_default();
            let ends = self.marks.iter().skip(1).map(begins).chain([journal.entries().len()]);
            let mut lines = Vec::new();
            for (mark, end) in self.marks.iter().zip(ends) {
                let calls = journal.entries().get(begins(mark).max(seen)..end).unwrap_or_default();
                if !calls.is_empty() {
                    lines.push(json!({ "step": mark.step, "at": crate::datetime::to_sql(mark.at) }));
                    lines.extend(trace::of(calls));
                }
            }
            Value::Array(lines)
        })
    }

    pub(in crate::scenario) fn shops_state(&self) -> Value {
        self.per_shop(|name| {
            let Some(shop) = self.shops.get(name) else { return Value::Null };
            let mut state = shop.with_shop(|shop| shop.state());
            if let Some(tables) = state.as_object_mut() {
                tables.retain(|table, _| SHOWN_TABLES.contains(&table.as_str()));
            }
            state
        })
    }

    fn per_shop(&self, of: impl Fn(&str) -> Value) -> Value {
        match self.shops.len() {
            1 => self.shops.first().map_or(Value::Null, |(name, _)| of(name)),
            _ => self.shops.keys().map(|name| (name.clone(), of(name))).collect::<Map<_, _>>().into(),
        }
    }
}

/// Tables of the shop that a sync can write to; the others are as the seed made them.
const SHOWN_TABLES: &[&str] = &["customer", "customer_address", "newsletter_subscriber"];

/// The file as everybody knows it, wherever the project lies.
fn source_name(name: &str, path: &std::path::Path) -> String {
    let slashed = slashed(path);
    let extension = path.extension().map(|extension| extension.to_string_lossy()).unwrap_or_default();
    let below = format!("scenarios/{name}.{extension}");
    if slashed.ends_with(&below) {
        below
    } else {
        path.file_name().map_or(slashed, |file| file.to_string_lossy().into_owned())
    }
}

/// A name to leave out is one that stands in the snapshot, or that may when there are rows.
fn check_left_out(tree: &Map<String, Value>, names: &[String]) -> Result<(), CannotWork> {
    fn collect(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.keys().cloned());
                members.values().for_each(|member| collect(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            _ => {}
        }
    }
    let mut held: BTreeSet<String> = tree.keys().cloned().collect();
    tree.values().for_each(|value| collect(value, &mut held));
    let is_known = |name: &str| held.contains(name) || known::is_table_or_field(name);
    let Some(unknown) = names.iter().find(|name| !is_known(name)) else { return Ok(()) };
    let hint = did_you_mean(unknown, held.iter().map(String::as_str))
        .unwrap_or_else(|| "write the name of a table or field as it stands there".to_owned());
    Err(CannotWork::NothingToLeaveOut { named: unknown.clone(), hint })
}

/// Takes members of those names away, at every depth.
fn leave_out(tree: &mut Map<String, Value>, names: &[String]) {
    fn within(value: &mut Value, names: &[String]) {
        match value {
            Value::Object(members) => leave_out(members, names),
            Value::Array(items) => items.iter_mut().for_each(|item| within(item, names)),
            _ => {}
        }
    }
    if names.is_empty() {
        return;
    }
    tree.retain(|name, _| !names.contains(name));
    tree.values_mut().for_each(|value| within(value, names));
}

fn preview(text: &str) -> String {
    let mut shown: Vec<String> = text.lines().take(PREVIEW_LINES).map(|line| format!("+ {line}")).collect();
    let more = text.lines().count().saturating_sub(PREVIEW_LINES);
    if more > 0 {
        shown.push(json!(format!("{more} more lines")).as_str().map_or_else(String::new, |rest| format!("  … {rest}")));
    }
    shown.join("\n") + "\n"
}

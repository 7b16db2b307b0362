//! A plan for a terminal, in the manner of infrastructure tools: what changes first, the sum at the end.

use std::fmt::Write as _;

use serde_json::Value;

use crate::sync::plan::{EntityPlan, Plan};
use crate::sync::write::{FieldChange, MagentoWrite, Winner};

/// Lines of one list; the JSON has all.
const LINES_MAX: usize = 20;

/// The whole plan in words.
pub(super) fn plan(plan: &Plan) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "\nPlan of a sync of {}\n", plan.shop);
    entities(&mut out, &plan.entities);
    changes(&mut out, plan);
    let doubled = plan.doubled_accounts.iter();
    list(
        &mut out,
        "Accounts that would be doubled",
        doubled.map(|double| format!("{}: {} ({})", double.person, double.accounts.join(" | "), double.why)),
    );
    let joined = plan.joined_accounts.iter();
    list(
        &mut out,
        "Accounts that would be shared",
        joined.map(|join| {
            let existed = if join.existed { ", there already" } else { "" };
            format!("{}{existed}: {}", join.account, join.customers.join(", "))
        }),
    );
    let guests = plan.combined_guests.iter();
    list(
        &mut out,
        "Guests that would be combined",
        guests.map(|guest| {
            let names = guest.names.join(" | ");
            let named = if names.is_empty() { names } else { format!(" to {names}") };
            format!("{}: orders {}{named} ({})", guest.email, guest.orders.join(", "), guest.why)
        }),
    );
    out.push_str(&exports(&plan.writes, &plan.export_failures));
    list(
        &mut out,
        "Records that would fail",
        plan.failures.iter().map(|failure| {
            let stops = if failure.stops_connector { " stops" } else { "" };
            format!("{}{stops}: {}", failure.connector, failure.reason)
        }),
    );
    list(&mut out, "Warnings", plan.warnings.iter().cloned());
    let _ = writeln!(out, "\n{}", closing(plan).join("\n"));
    out
}

/// What would be written to Magento, and what would not get there.
pub(super) fn exports(writing: &[MagentoWrite], failures: &[String]) -> String {
    let mut out = String::new();
    writes(&mut out, writing);
    list(&mut out, "Edits that would not reach Magento", failures.iter().cloned());
    out
}

fn entities(out: &mut String, entities: &[EntityPlan]) {
    let width = entities.iter().map(|entity| entity.entity.len()).max().unwrap_or(0);
    for entity in entities {
        let mut parts = Vec::new();
        for (count, sign, word) in [
            (entity.created, "+", "create"),
            (entity.updated, "~", "update"),
            (entity.merged, "±", "merge"),
            (entity.deleted, "-", "delete"),
            (entity.unchanged, "=", "unchanged"),
        ] {
            if count > 0 {
                parts.push(format!("{sign} {count} {word}"));
            }
        }
        let _ = writeln!(out, "  {:width$}  {}", entity.entity, parts.join("  "));
    }
}

fn changes(out: &mut String, plan: &Plan) {
    for change in plan.changes.iter().take(LINES_MAX) {
        let _ = writeln!(out, "\n  ~ {} {}", change.entity, change.row);
        for field in &change.fields {
            let _ = writeln!(out, "      {}: {} -> {}", field.field, shown(&field.before), shown(&field.after));
        }
    }
    let changed: usize = plan.entities.iter().map(|entity| entity.updated + entity.merged).sum();
    let hidden = changed.saturating_sub(plan.changes.len().min(LINES_MAX));
    if hidden > 0 {
        let _ = writeln!(out, "\n  ... and {hidden} more rows");
    }
}

fn writes(out: &mut String, writes: &[MagentoWrite]) {
    if writes.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nTwo-way sync would write to Magento ({}):", writes.len());
    for write in writes.iter().take(LINES_MAX) {
        let id = write.origin_id.map_or_else(|| "(new)".to_owned(), |id| id.to_string());
        let _ = writeln!(out, "  {} {} {id} by {}", sign(write), write.entity, write.operation);
        let conflict = |field: &str| write.conflicts.iter().find(|conflict| conflict.field == field);
        for change in &write.changes {
            let clash = if conflict(&change.field).is_some() { " (conflict, the CRM wins)" } else { "" };
            let _ = writeln!(out, "      {}{clash}", leaves(change));
        }
        for lost in write.conflicts.iter().filter(|conflict| conflict.winner == Winner::Magento) {
            let (crm, magento) = (text(&lost.crm), text(&lost.magento));
            let _ = writeln!(out, "      {}: stays {magento} (conflict, Magento wins over {crm})", lost.field);
        }
    }
    more(out, writes.len());
}

/// A field that leaves, with what Magento holds and what it is sent.
fn leaves(change: &FieldChange) -> String {
    let (field, after) = (&change.field, text(&change.after));
    if change.unread {
        return format!("{field}: (Magento did not say) -> {after}");
    }
    if change.is_same() {
        return format!("{field}: {after} is sent again");
    }
    format!("{field}: {} -> {after}", text(&change.before))
}

fn sign(write: &MagentoWrite) -> &'static str {
    if write.origin_id.is_some() { "~" } else { "+" }
}

fn list(out: &mut String, title: &str, lines: impl ExactSizeIterator<Item = String>) {
    let count = lines.len();
    if count == 0 {
        return;
    }
    let _ = writeln!(out, "\n{title} ({count}):");
    for line in lines.take(LINES_MAX) {
        let _ = writeln!(out, "  {line}");
    }
    more(out, count);
}

fn more(out: &mut String, count: usize) {
    if count > LINES_MAX {
        let _ = writeln!(out, "  ... and {} more; --json has all", count - LINES_MAX);
    }
}

/// The sum at the end, sentence by sentence.
pub(super) fn closing(plan: &Plan) -> Vec<String> {
    let total = |of: fn(&EntityPlan) -> usize| plan.entities.iter().map(of).sum::<usize>();
    let sum = format!(
        "Plan: {} to create, {} to update, {} to merge, {} to delete, {} unchanged in the CRM; {} to write to Magento.",
        total(|entity| entity.created),
        total(|entity| entity.updated),
        total(|entity| entity.merged),
        total(|entity| entity.deleted),
        total(|entity| entity.unchanged),
        plan.writes.len()
    );
    let took = plan.calls.took().as_secs_f64();
    let initial = match plan.estimate.done_before {
        true => "the initial sync was made before".to_owned(),
        false => format!(
            "the initial sync takes about {} calls and {} s of the shop's time",
            plan.estimate.calls, plan.estimate.seconds
        ),
    };
    let calls = format!("{} calls in {took:.1} s; {initial}.", plan.calls.calls());
    let cut = plan.ended_by.as_ref().map(|reason| format!("This is not all: {reason}."));
    let refused = &plan.calls.refused;
    let written = match refused.is_empty() {
        true => "Nothing was written to the shop or the CRM file.".to_owned(),
        false => format!("Nothing was written; refused before it was sent: {}.", refused.join(", ")),
    };
    [Some(sum), Some(calls), cut, Some(written)].into_iter().flatten().collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "(nothing)".to_owned(),
        other => other.to_string(),
    }
}

fn text(value: &Option<String>) -> String {
    let shown = value.as_deref().filter(|text| !text.is_empty());
    shown.map_or_else(|| "(nothing)".to_owned(), |text| format!("\"{}\"", text.replace('\n', ", ")))
}

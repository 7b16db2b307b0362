//! A plan as one HTML page without scripts, for handing around.

use std::fmt::Write as _;

use super::text;
use crate::sync::plan::Plan;
use crate::xml::writer::escape_attribute;

const STYLE: &str = ":root{color-scheme:light dark;--line:#ddd;--warn:#fff6d6}body{font:15px/1.5 system-ui,sans-serif;\
max-width:70em;margin:2em auto;padding:0 1em}.wide{overflow-x:auto}table{border-collapse:collapse;margin:.5em 0 1.5em}\
th,td{text-align:left;padding:.25em .8em;border-bottom:1px solid var(--line);vertical-align:top;\
overflow-wrap:anywhere}td.n,th.n{text-align:right}h2{font-size:1.1em;margin-top:2em}\
.warn{background:var(--warn);padding:.5em .8em;margin:.3em 0}\
@media(prefers-color-scheme:dark){:root{--line:#444;--warn:#4a3f12}}";

/// The page.
pub(super) fn page(plan: &Plan) -> String {
    let mut out = String::new();
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>Plan of a sync</title>\
         <style>{STYLE}</style></head><body>\n<h1>Plan of a sync</h1>\n<p>Shop: {}</p>\n",
        escape_attribute(&plan.shop)
    );
    if let Some(reason) = &plan.ended_by {
        let _ = writeln!(out, "<p class=\"warn\">This is not all: {}.</p>", escape_attribute(reason));
    }
    for warning in &plan.warnings {
        let _ = writeln!(out, "<p class=\"warn\">{}</p>", escape_attribute(warning));
    }
    let rows = plan.entities.iter().map(|entity| {
        let counts = [entity.created, entity.updated, entity.merged, entity.deleted, entity.unchanged];
        std::iter::once(entity.entity.to_owned()).chain(counts.map(|count| count.to_string())).collect()
    });
    table(&mut out, "Rows of the CRM", &["entity", "create", "update", "merge", "delete", "unchanged"], rows);
    let rows = plan.changes.iter().flat_map(|change| {
        change.fields.iter().map(|field| {
            vec![
                format!("{} {}", change.entity, change.row),
                field.field.clone(),
                field.before.to_string(),
                field.after.to_string(),
            ]
        })
    });
    table(&mut out, "Rows that change (the first of each entity)", &["row", "field", "before", "after"], rows);
    let rows = plan.doubled_accounts.iter().map(|d| vec![d.person.clone(), d.accounts.join(" | "), d.why.clone()]);
    table(&mut out, "Accounts that would be doubled", &["person", "accounts", "why"], rows);
    let rows = plan.joined_accounts.iter().map(|join| vec![join.account.clone(), join.customers.join(", ")]);
    table(&mut out, "Accounts that would be shared", &["account", "customers"], rows);
    let rows = plan
        .combined_guests
        .iter()
        .map(|guest| vec![guest.email.clone(), guest.orders.join(", "), guest.names.join(" | "), guest.why.clone()]);
    table(&mut out, "Guests that would be combined", &["e-mail", "orders", "names", "why"], rows);
    writes(&mut out, plan);
    table(
        &mut out,
        "Edits that would not reach Magento",
        &["edit"],
        plan.export_failures.iter().map(|e| vec![e.clone()]),
    );
    let rows = plan.failures.iter().map(|failure| vec![failure.connector.clone(), failure.reason.clone()]);
    table(&mut out, "Records that would fail", &["connector", "why"], rows);
    let rows = plan.calls.operations.iter().map(|(operation, metered)| {
        vec![operation.clone(), metered.calls.to_string(), metered.millis.to_string(), metered.bytes.to_string()]
    });
    table(&mut out, "Calls that were made", &["operation", "calls", "ms", "bytes"], rows);
    for sentence in text::closing(plan) {
        let _ = writeln!(out, "<p>{}</p>", escape_attribute(&sentence));
    }
    out.push_str("</body></html>\n");
    out
}

fn writes(out: &mut String, plan: &Plan) {
    let rows = plan.writes.iter().flat_map(|write| {
        let what = format!("{} {}", write.entity, write.origin_id.map_or("(new)".to_owned(), |id| id.to_string()));
        let shown = |value: &Option<String>| value.clone().unwrap_or_default();
        let changed = write.changes.iter().map({
            let what = what.clone();
            move |change| {
                let note = if change.unread { "Magento did not say what it holds" } else { "" };
                vec![what.clone(), change.field.clone(), shown(&change.before), shown(&change.after), note.to_owned()]
            }
        });
        let contested = write.conflicts.iter().map(move |conflict| {
            let note = format!("conflict: the CRM has {}, {} wins", shown(&conflict.crm), conflict.winner);
            vec![what.clone(), conflict.field.clone(), shown(&conflict.magento), String::new(), note]
        });
        changed.chain(contested).collect::<Vec<_>>()
    });
    table(out, "Two-way sync would write to Magento", &["record", "field", "before", "after", "note"], rows);
}

fn table(out: &mut String, title: &str, heads: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    let _ = write!(out, "<h2>{}</h2>\n<div class=\"wide\"><table><tr>", escape_attribute(title));
    for head in heads {
        let _ = write!(out, "<th>{}</th>", escape_attribute(head));
    }
    out.push_str("</tr>\n");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let class = if cell.bytes().all(|byte| byte.is_ascii_digit()) { " class=\"n\"" } else { "" };
            let _ = write!(out, "<td{class}>{}</td>", escape_attribute(&cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table></div>\n");
}

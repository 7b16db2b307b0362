//! A plan as one HTML page, for handing around: the answer first, then what would be written to the shop, what would not work,
//! and the rows of the CRM.

use serde::Serialize;

use super::text;
use crate::report::page;
use crate::sync::plan::Plan;

const TEMPLATE: &str = include_str!("page.html");

#[derive(Serialize)]
struct Page<'a> {
    shop: &'a str,
    answer: Vec<String>,
    warnings: &'a [String],
    tables: Vec<Table>,
}

#[derive(Serialize)]
struct Table {
    title: &'static str,
    heads: &'static [&'static str],
    rows: Vec<Vec<Cell>>,
}

#[derive(Serialize)]
struct Cell {
    text: String,
    is_number: bool,
}

/// The page.
///
/// # Errors
/// A template that does not fit its data, which a test finds first.
pub(super) fn page(plan: &Plan) -> Result<String, minijinja::Error> {
    let tables = vec![
        writes(plan),
        unexported(plan),
        failures(plan),
        doubled(plan),
        joined(plan),
        guests(plan),
        counts(plan),
        changes(plan),
        calls(plan),
    ];
    page::page(TEMPLATE, &Page { shop: &plan.shop, answer: text::closing(plan), warnings: &plan.warnings, tables })
}

fn table(
    title: &'static str,
    heads: &'static [&'static str],
    rows: impl IntoIterator<Item = impl IntoIterator<Item = String>>,
) -> Table {
    let cell = |text: String| Cell { is_number: text.bytes().all(|byte| byte.is_ascii_digit()), text };
    Table { title, heads, rows: rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect() }
}

fn writes(plan: &Plan) -> Table {
    let rows = plan.writes.iter().flat_map(|write| {
        let what = format!("{} {}", write.entity, write.origin_id.map_or("(new)".to_owned(), |id| id.to_string()));
        let shown = |value: &Option<String>| value.clone().unwrap_or_default();
        let changed = write.changes.iter().map({
            let what = what.clone();
            move |change| {
                let note = if change.unread { "Magento did not say what it holds" } else { "" };
                [what.clone(), change.field.clone(), shown(&change.before), shown(&change.after), note.to_owned()]
            }
        });
        let contested = write.conflicts.iter().map(move |conflict| {
            let note = format!("conflict: the CRM has {}, {} wins", shown(&conflict.crm), conflict.winner);
            [what.clone(), conflict.field.clone(), shown(&conflict.magento), String::new(), note]
        });
        changed.chain(contested).collect::<Vec<_>>()
    });
    table("Two-way sync would write to Magento", &["record", "field", "before", "after", "note"], rows)
}

fn unexported(plan: &Plan) -> Table {
    table("Edits that would not reach Magento", &["edit"], plan.export_failures.iter().map(|edit| [edit.clone()]))
}

fn failures(plan: &Plan) -> Table {
    let rows = plan.failures.iter().map(|failure| [failure.connector.clone(), failure.reason.clone()]);
    table("Records that would fail", &["connector", "why"], rows)
}

fn doubled(plan: &Plan) -> Table {
    let rows = plan.doubled_accounts.iter().map(|one| [one.person.clone(), one.accounts.join(" | "), one.why.clone()]);
    table("Accounts that would be doubled", &["person", "accounts", "why"], rows)
}

fn joined(plan: &Plan) -> Table {
    let rows = plan.joined_accounts.iter().map(|join| [join.account.clone(), join.customers.join(", ")]);
    table("Accounts that would be shared", &["account", "customers"], rows)
}

fn guests(plan: &Plan) -> Table {
    let rows = plan
        .combined_guests
        .iter()
        .map(|guest| [guest.email.clone(), guest.orders.join(", "), guest.names.join(" | "), guest.why.clone()]);
    table("Guests that would be combined", &["e-mail", "orders", "names", "why"], rows)
}

fn counts(plan: &Plan) -> Table {
    let rows = plan.entities.iter().map(|entity| {
        let counts = [entity.created, entity.updated, entity.merged, entity.deleted, entity.unchanged];
        std::iter::once(entity.entity.to_owned()).chain(counts.map(|count| count.to_string()))
    });
    table("Rows of the CRM", &["entity", "create", "update", "merge", "delete", "unchanged"], rows)
}

fn changes(plan: &Plan) -> Table {
    let rows = plan.changes.iter().flat_map(|change| {
        change.fields.iter().map(|field| {
            [
                format!("{} {}", change.entity, change.row),
                field.field.clone(),
                field.before.to_string(),
                field.after.to_string(),
            ]
        })
    });
    table("Rows that change (the first of each entity)", &["row", "field", "before", "after"], rows)
}

fn calls(plan: &Plan) -> Table {
    let rows = plan.calls.operations.iter().map(|(operation, metered)| {
        [operation.clone(), metered.calls.to_string(), metered.millis.to_string(), metered.bytes.to_string()]
    });
    table("Calls that were made", &["operation", "calls", "ms", "bytes"], rows)
}

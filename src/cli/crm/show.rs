//! `mockgento crm show`: rows for a person, or for a program with `--json`.

use std::io::Write as _;

use clap::Args;
use comfy_table::{Table, presets};
use miette::miette;
use serde_json::{Map, Value};

use super::{CannotWrite, CrmFile, entity, filters, pair};
use crate::cli::output;
use crate::cli::{ExitCode, Outcome};
use crate::crm::{Crm, Entity, Row};

/// What a table shows of an entity when no columns are asked for.
const COLUMNS: &[(Entity, &[&str])] = &[
    (Entity::Customer, &["originId", "firstName", "lastName", "email", "group", "guest", "lifetime", "account"]),
    (Entity::CustomerAddress, &["originId", "owner", "street", "city", "postalCode", "country", "types"]),
    (Entity::Order, &["incrementId", "status", "firstName", "lastName", "customerEmail", "totalAmount", "createdAt"]),
    (Entity::OrderItem, &["originId", "order", "sku", "name", "qty", "price", "rowTotal"]),
    (Entity::OrderAddress, &["originId", "owner", "street", "city", "postalCode", "country", "types"]),
    (Entity::Cart, &["originId", "status", "firstName", "lastName", "email", "grandTotal", "itemsQty", "createdAt"]),
    (Entity::CartItem, &["originId", "cart", "sku", "name", "qty", "price", "rowTotal"]),
    (Entity::CartAddress, &["originId", "cart", "kind", "street", "city", "postalCode", "country"]),
    (Entity::CreditMemo, &["incrementId", "order", "status", "grandTotal", "createdAt"]),
    (Entity::CreditMemoItem, &["originId", "creditMemo", "sku", "name", "qty", "price", "rowTotal"]),
    (Entity::ContactAddress, &["contact", "street", "city", "postalCode", "country", "types"]),
];

/// Arguments of `crm show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// What to show, such as `customer`, `order` or `account`.
    #[arg(value_parser = entity)]
    entity: Entity,
    #[command(flatten)]
    file: CrmFile,
    /// Only rows whose field has the value; an empty value finds rows without one. Relations by name: `group=General`.
    #[arg(long = "where", value_name = "FIELD=VALUE", value_parser = pair, num_args = 1..)]
    filters: Vec<(String, String)>,
    /// Columns of the table.
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    columns: Vec<String>,
    /// Show at most so many rows.
    #[arg(long, value_name = "ROWS")]
    limit: Option<usize>,
    /// Print JSON: a list of rows with all their fields.
    #[arg(long)]
    json: bool,
}

/// Shows; nothing found is exit code 1, so that scripts can ask.
pub fn run(args: &ShowArgs) -> Outcome {
    let crm = args.file.open_to_read()?;
    let filters = filters(&crm, args.entity, &args.filters)?;
    for column in &args.columns {
        // The filter is not used: it checks the field's name, and says which one was meant.
        crm.filter(args.entity, column, "").map_err(super::report)?;
    }
    let limit = args.limit.unwrap_or(usize::MAX);
    let (mut rows, mut count) = (Vec::new(), 0_usize);
    let mut page = None;
    crm.each_row::<CannotWrite>(args.entity, &filters, &mut |row| {
        count += 1;
        if rows.len() < limit {
            rows.push(crm.shown(&row)?);
        }
        page = Some(row).filter(|_| count == 1);
        Ok(())
    })
    .map_err(|error| miette!("{error}"))?;
    let text = match rows.as_slice() {
        _ if args.json => output::to_json(&rows),
        [] => format!("no {} found", args.entity.table()),
        [one] if args.columns.is_empty() && count == 1 => in_full(one) + &notes(&crm, page.as_ref())?,
        many => format!("{}\n{}", table_of(args.entity, &args.columns, many), shown_of(many.len(), count)),
    };
    // A closed pipe has seen enough.
    let _ = writeln!(output::stdout(), "{text}");
    Ok(if count > 0 { ExitCode::AsExpected } else { ExitCode::Failed })
}

fn shown_of(shown: usize, count: usize) -> String {
    if shown == count { format!("{count} rows") } else { format!("{shown} of {count} rows") }
}

/// One row: a line per field that has a value.
fn in_full(row: &Map<String, Value>) -> String {
    let width = row.keys().map(String::len).max().unwrap_or_default();
    let lines = row.iter().filter(|(_, value)| !value.is_null());
    lines.map(|(field, value)| format!("{field:width$}  {}", plain(value))).collect::<Vec<_>>().join("\n")
}

/// The order notes that a page of the CRM shows below its fields.
fn notes(crm: &Crm, page: Option<&Row>) -> miette::Result<String> {
    let Some(page) = page else { return Ok(String::new()) };
    let notes = crm.notes_on_page(page).map_err(super::report)?;
    let line = |note: &Row| {
        let text = |field: &str| note.fields.get(field).map(|value| plain(&value.to_json())).unwrap_or_default();
        format!("\n  {}  {}", text("createdAt"), text("message"))
    };
    let lines: String = notes.iter().map(line).collect();
    Ok(if lines.is_empty() { lines } else { format!("\n\nOrder notes{lines}") })
}

/// Rows of an entity, in its usual columns unless some are chosen.
pub(in crate::cli) fn table_of(entity: Entity, chosen: &[String], rows: &[Map<String, Value>]) -> String {
    let chosen = chosen.iter().map(String::as_str).collect::<Vec<_>>();
    let usual = COLUMNS.iter().find(|(known, _)| *known == entity).map(|(_, columns)| columns.to_vec());
    let all = || entity.columns().iter().map(|(name, _)| *name).collect();
    let columns = if chosen.is_empty() { usual.unwrap_or_else(all) } else { chosen };
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    output::fit(&mut table);
    table.set_header(["row"].into_iter().chain(columns.iter().copied()));
    for row in rows {
        let cell = |field: &str| row.get(field).map(plain).unwrap_or_default();
        table.add_row([cell("row")].into_iter().chain(columns.iter().map(|field| cell(field))));
    }
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    table.trim_fmt()
}

/// A value without the quotes of JSON.
pub(in crate::cli) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

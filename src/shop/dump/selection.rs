//! Which rows of a real shop are asked for: all that a seed has a place for, or the newest of each kind with what belongs to
//! them and what they point to. What a seed has no place for is counted.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::part::{CHANGED, NEEDED, ROOTS, Root, children, is_of_root};
use super::source::{Pick, Source, number};
use super::{Part, entities, is_read, joined};
use crate::shop::database::Database;
use crate::shop::seed::SeedRow;

/// Rows by the names of tables without their prefix, and what is not among them.
#[derive(Default)]
pub(super) struct Selected {
    pub(super) tables: IndexMap<String, Vec<SeedRow>>,
    /// Tables that a seed has no place for, with their rows.
    pub(super) unknown: Vec<(String, usize)>,
    pub(super) notes: Vec<String>,
}

/// Tables that are made anew from others, or say nothing of the shop: nobody misses them.
const PASSING: &[&str] = &[
    "adminnotification",
    "api_session",
    "cache",
    "captcha_log",
    "core_cache",
    "core_flag",
    "core_resource",
    "core_session",
    "cron",
    "dataflow",
    "index",
    "log_",
    "report_event",
    "sales_flat_creditmemo_grid",
    "sales_flat_invoice_grid",
    "sales_flat_order_grid",
    "sales_flat_shipment_grid",
    "persistent_session",
    "importexport",
];

/// Asks the source for the chosen rows.
pub(super) fn select<S: Source>(source: &mut S, prefix: Option<&str>, part: &Part) -> Result<Selected, S::Error> {
    let all = source.tables()?;
    let prefix = prefix.map_or_else(|| prefix_of(all.keys().map(String::as_str)), str::to_owned);
    let mut selected = Selected::default();
    let mut columns: IndexMap<String, Vec<String>> = IndexMap::new();
    for (name, found) in all {
        match name.strip_prefix(prefix.as_str()) {
            Some(plain) => {
                columns.insert(plain.to_owned(), found);
            }
            None => match source.count(&name)? {
                0 => {}
                rows => {
                    selected.notes.push(format!("{name}: {rows} rows of a table without the prefix {prefix}"));
                }
            },
        }
    }
    let mut asking = Asking { source, prefix, columns, part, selected };
    for table in asking.columns.keys().cloned().collect::<Vec<_>>() {
        if !is_known(&table) {
            if !PASSING.iter().any(|passing| table.contains(passing)) {
                let rows = asking.source.count(&format!("{}{table}", asking.prefix))?;
                asking.selected.unknown.extend((rows > 0).then(|| (table.clone(), rows)));
            }
        } else if part.is_whole() || !is_of_root(&table) {
            let rows = asking.rows(&table, &Pick::All)?;
            asking.selected.tables.insert(table, rows);
        }
    }
    if !part.is_whole() {
        for root in ROOTS {
            asking.root(root)?;
        }
    }
    Ok(asking.selected)
}

/// Whether the conversion knows what to do with a table.
fn is_known(table: &str) -> bool {
    is_read(table)
        || entities::is_read(table)
        || joined::is_read(table)
        || Database::names().any(|known| known == table)
}

/// The prefix of all tables, found by one that every shop has.
fn prefix_of<'a>(names: impl Iterator<Item = &'a str> + Clone) -> String {
    let known = ["core_store_group", "core_website", "eav_attribute", "customer_entity"];
    let found = known.iter().find_map(|known| {
        let prefix =
            |name: &'a str| name.strip_suffix(known).filter(|prefix| prefix.is_empty() || prefix.ends_with('_'));
        names.clone().find_map(prefix)
    });
    found.unwrap_or_default().to_owned()
}

struct Asking<'s, S> {
    source: &'s mut S,
    prefix: String,
    columns: IndexMap<String, Vec<String>>,
    part: &'s Part,
    selected: Selected,
}

impl<S: Source> Asking<'_, S> {
    fn rows(&mut self, table: &str, pick: &Pick) -> Result<Vec<SeedRow>, S::Error> {
        self.source.rows(&format!("{}{table}", self.prefix), pick)
    }

    /// The newest of a root, those that others point to, and what belongs to them.
    fn root(&mut self, root: &Root) -> Result<(), S::Error> {
        let Some(columns) = self.columns.get(root.table) else { return Ok(()) };
        let changed = CHANGED.iter().copied().filter(|known| columns.iter().any(|column| column == known)).collect();
        let all = self.source.count(&format!("{}{}", self.prefix, root.table))?;
        let mut fresh = Vec::new();
        if self.part.wants(root.kind) && self.part.limit != Some(0) {
            let (since, limit) = (self.part.since.clone(), self.part.limit);
            fresh = self.rows(root.table, &Pick::Newest { key: root.key, changed, since, limit })?;
        }
        let mut held: BTreeSet<i64> = fresh.iter().filter_map(|row| number(row, root.key)).collect();
        loop {
            let wanted = self.pointed_to(root.table);
            let numbers: Vec<i64> = wanted.into_iter().filter(|number| held.insert(*number)).collect();
            if !numbers.is_empty() {
                fresh.extend(self.rows(root.table, &Pick::Numbered { column: root.key, numbers })?);
            }
            if fresh.is_empty() {
                break;
            }
            self.with_children(root.table, std::mem::take(&mut fresh))?;
        }
        let Some(rows) = self.selected.tables.get_mut(root.table) else {
            self.selected.tables.insert(root.table.to_owned(), Vec::new());
            self.left_out(root.table, 0, all);
            return Ok(());
        };
        rows.sort_by_key(|row| number(row, root.key));
        let taken = rows.len();
        self.left_out(root.table, taken, all);
        Ok(())
    }

    fn left_out(&mut self, table: &str, taken: usize, all: usize) {
        if taken < all {
            self.selected
                .notes
                .push(format!("{table}: {taken} of {all} rows, by --only, --limit and --since and what they point to"));
        }
    }

    /// Numbers of a table's rows that others point to.
    fn pointed_to(&self, table: &str) -> BTreeSet<i64> {
        let from = NEEDED.iter().filter(|(_, _, target)| *target == table);
        let numbers = from.flat_map(|(from, column, _)| {
            let rows = self.selected.tables.get(*from).into_iter().flatten();
            rows.filter_map(|row| number(row, column))
        });
        numbers.filter(|number| *number > 0).collect()
    }

    fn with_children(&mut self, table: &str, rows: Vec<SeedRow>) -> Result<(), S::Error> {
        for child in children(table) {
            let numbers: Vec<i64> = rows.iter().filter_map(|row| number(row, child.key_of_parent)).collect();
            if self.columns.contains_key(&child.table) && !numbers.is_empty() {
                let pick = Pick::Numbered { column: child.column, numbers };
                let found = self.rows(&child.table, &pick)?;
                self.with_children(&child.table, found)?;
            }
        }
        self.selected.tables.entry(table.to_owned()).or_default().extend(rows);
        Ok(())
    }
}

//! A shop's tables as a step leaves them. A shop begins with its seed, so only what changes is told.

use super::shortened;
use super::table::{Cells, TableChange, Told};
use crate::shop::state::{API_USERS, shown_row, users};
use crate::shop::{Database, Row, Shop};
use indexmap::IndexMap;

/// Switches of the shop, as a table of one row.
const INSTALLATION: &str = "installation";

/// What is known of a shop.
#[derive(Debug)]
pub(super) struct ShopRows {
    /// Nothing can have changed while it stays.
    version: u64,
    database: Database,
    besides: IndexMap<&'static str, IndexMap<String, Cells>>,
    told: IndexMap<&'static str, Told>,
}

impl ShopRows {
    pub(super) fn of(shop: &Shop) -> Self {
        Self {
            version: shop.version(),
            database: shop.database().clone(),
            besides: besides(shop),
            told: IndexMap::new(),
        }
    }

    /// What changed since the last look.
    pub(super) fn look(&mut self, shop: &Shop) -> Vec<TableChange> {
        if shop.version() == self.version {
            return Vec::new();
        }
        self.version = shop.version();
        let now = besides(shop);
        let mut changes: Vec<TableChange> = now.iter().filter_map(|(name, rows)| self.besides(name, rows)).collect();
        self.besides = now;
        let tables: Vec<TableChange> = shop.database().all_names().filter_map(|name| self.table(shop, name)).collect();
        if !tables.is_empty() {
            self.database = shop.database().clone();
        }
        changes.extend(tables);
        changes
    }

    fn table(&mut self, shop: &Shop, name: &'static str) -> Option<TableChange> {
        let (before, now) = (self.database.table(name), shop.database().table(name));
        let mut reading = self.told.entry(name).or_default().begin(name);
        for (id, row) in before.iter().filter(|(id, _)| now.row(*id).is_none()) {
            reading.row(id.to_string(), Some(|| cells(row)), None::<fn() -> Cells>);
        }
        for (id, row) in now.iter() {
            let was = before.row(id);
            if was != Some(row) {
                reading.row(id.to_string(), was.map(|was| || cells(was)), Some(|| cells(row)));
            }
        }
        reading.end(now.len())
    }

    fn besides(&mut self, name: &'static str, now: &IndexMap<String, Cells>) -> Option<TableChange> {
        let before = self.besides.get(name);
        let mut reading = self.told.entry(name).or_default().begin(name);
        for (key, cells) in now {
            let was = before.and_then(|rows| rows.get(key));
            if was != Some(cells) {
                reading.row(key.clone(), was.map(|was| || was.clone()), Some(|| cells.clone()));
            }
        }
        reading.end(now.len())
    }
}

/// A row as people read it, secrets masked.
fn cells(row: &Row) -> Cells {
    shown_row(row).map(|(column, value)| (column.to_owned(), shortened(value.to_owned()))).collect()
}

fn besides(shop: &Shop) -> IndexMap<&'static str, IndexMap<String, Cells>> {
    let bridge = shop.bridge().map_or_else(|| "none".to_owned(), |release| release.short().to_string());
    let installation = [("style", shop.mode().as_str().to_owned()), ("bridge", bridge)];
    let installation = installation.into_iter().map(|(column, text)| (column.to_owned(), text)).collect();
    let of_user = |user: serde_json::Value| {
        let cells: Cells = user
            .as_object()
            .into_iter()
            .flatten()
            .map(|(column, value)| (column.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
        (cells.get("username").cloned().unwrap_or_default(), cells)
    };
    IndexMap::from([
        (INSTALLATION, IndexMap::from([("1".to_owned(), installation)])),
        (API_USERS, users(shop).map(of_user).collect()),
    ])
}

//! A seed of a real shop's tables: rows as its database holds them, attributes in tables of their own, become the rows that
//! the fake has. What has no place is told and never dropped in silence. Where the rows come from (`source`) is not known
//! here; `sql` reads those of a `mysqldump`.

mod entities;
mod joined;
mod numbers;
mod part;
mod selection;
mod source;
mod sql;

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::database::Database;
use super::seed::{Seed, SeedError, SeedRow};
pub use part::{Kind, Part};
use selection::Selected;
pub use source::{Pick, Source};

/// Rows of a real shop, by the names of its tables.
#[derive(Clone, Debug, Default)]
pub struct Tables(pub IndexMap<String, Vec<SeedRow>>);

/// A seed, and what of the shop is not in it.
#[derive(Clone, Debug)]
pub struct Converted {
    /// The seed that was made.
    pub seed: Seed,
    /// What was not understood, left out or changed, a line each.
    pub notes: Vec<String>,
    /// Whether rows of a kind that a seed has were left out because they contradict others.
    pub is_incomplete: bool,
}

/// Names of configuration values that are secrets.
const SECRETS: &[&str] = &["password", "api_key", "secret", "signature", "token", "private", "merchant", "account_id"];

/// Tables of the installation.
const INSTALLATION: &[&str] = &[
    "core_website",
    "core_store_group",
    "core_store",
    "customer_group",
    "core_config_data",
    "api_user",
    "api_role",
    "api_rule",
];

fn is_read(table: &str) -> bool {
    INSTALLATION.contains(&table)
}

impl Tables {
    /// Reads a `mysqldump`; `name` is for messages.
    ///
    /// # Errors
    /// [`SeedError::Syntax`] with the line for what is none.
    pub fn of_sql(text: &str, name: &str) -> Result<Self, SeedError> {
        sql::read(text, name)
    }

    /// Whether these are the tables of a real shop and not those of the fake: attributes have tables of their own.
    pub fn are_real<'a>(mut names: impl Iterator<Item = &'a str>) -> bool {
        names.any(|name| name.ends_with("customer_entity") || name.ends_with("catalog_product_entity"))
    }

    /// The names of all tables, prefix included.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Makes a seed; `prefix` is the tables', found out when it is not given.
    pub fn convert(mut self, prefix: Option<&str>, part: &Part) -> Converted {
        match seed_of(&mut self, prefix, part) {
            Ok(converted) => converted,
            Err(never) => match never {},
        }
    }
}

/// Makes a seed of the tables of a real shop, wherever they are; `prefix` is the tables', found out when it is not given.
///
/// # Errors
/// When rows cannot be had.
pub fn seed_of<S: Source>(source: &mut S, prefix: Option<&str>, part: &Part) -> Result<Converted, S::Error> {
    let Selected { tables, unknown, notes } = selection::select(source, prefix, part)?;
    let mut conversion =
        Conversion { tables, seed: Seed::default(), made: IndexMap::new(), notes, is_incomplete: false };
    conversion.installation();
    let numbers = entities::all(&mut conversion);
    joined::all(&mut conversion);
    conversion.flat();
    numbers.translate(&mut conversion.made);
    conversion.rest(unknown);
    let Conversion { mut seed, made, notes, is_incomplete, .. } = conversion;
    let packed =
        made.into_iter().map(|(table, rows)| (table, rows.into_iter().map(|row| row.into_iter().collect()).collect()));
    seed.tables = packed.collect();
    seed.name_own_columns();
    Ok(Converted { seed, notes, is_incomplete })
}

/// A conversion under way: what is taken out of the tables goes into the seed.
struct Conversion {
    tables: IndexMap<String, Vec<SeedRow>>,
    seed: Seed,
    /// The fake's tables as far as they are made.
    made: IndexMap<String, Vec<SeedRow>>,
    notes: Vec<String>,
    is_incomplete: bool,
}

impl Conversion {
    fn take(&mut self, table: &str) -> Vec<SeedRow> {
        self.tables.shift_remove(table).unwrap_or_default()
    }

    fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Notes rows of a kind that a seed has and that cannot be in one.
    fn lost(&mut self, text: impl Into<String>) {
        self.note(text);
        self.is_incomplete = true;
    }

    /// Stores, groups, configuration and users.
    fn installation(&mut self) {
        let without_admin = |rows: Vec<SeedRow>, key: &str| -> Vec<SeedRow> {
            rows.into_iter().filter(|row| text(row, key) != Some("0")).collect()
        };
        self.seed.websites = without_admin(self.take("core_website"), "website_id");
        self.seed.store_groups = without_admin(self.take("core_store_group"), "group_id");
        self.seed.store_views = without_admin(self.take("core_store"), "store_id");
        self.seed.customer_groups = self.take("customer_group");
        let (mut narrower, mut secret) = (0, 0);
        for row in self.take("core_config_data") {
            let (Some(path), Some(value)) = (text(&row, "path"), text(&row, "value")) else { continue };
            let name = path.rsplit('/').next().unwrap_or_default();
            if SECRETS.iter().any(|word| name.contains(word)) {
                secret += 1;
            } else if text(&row, "scope").is_none_or(|scope| scope == "default") {
                self.seed.config.insert(path.to_owned(), value.to_owned());
            } else {
                narrower += 1;
            }
        }
        if narrower > 0 {
            self.note(format!(
                "core_config_data: {narrower} values of websites and store views; a seed has those of the whole shop"
            ));
        }
        if secret > 0 {
            self.note(format!("core_config_data: {secret} values that are named like secrets are left out"));
        }
        let users: Vec<String> =
            self.take("api_user").iter().filter_map(|row| text(row, "username").map(str::to_owned)).collect();
        self.take("api_role");
        self.take("api_rule");
        if !users.is_empty() {
            let names = users.join(", ");
            self.note(format!("api_user: {names}: only hashes of their keys are known; add users to `api_users`, or start the shop with --user"));
        }
    }

    /// Tables that the fake has as they are.
    fn flat(&mut self) {
        let names: Vec<String> =
            self.tables.keys().filter(|name| Database::names().any(|known| known == *name)).cloned().collect();
        for name in names {
            let rows = self.take(&name);
            if !rows.is_empty() {
                self.made.entry(name).or_default().extend(rows);
            }
        }
    }

    /// Notes the rows that no rule has taken.
    fn rest(&mut self, unknown: Vec<(String, usize)>) {
        let mut all: BTreeMap<String, usize> = unknown.into_iter().collect();
        all.extend(std::mem::take(&mut self.tables).into_iter().map(|(name, rows)| (name, rows.len())));
        for (name, count) in all.into_iter().filter(|(_, count)| *count > 0) {
            self.note(format!(
                "{name}: {count} rows of a table that a seed has no place for; `own_tables` can declare one"
            ));
        }
    }
}

fn text<'a>(row: &'a SeedRow, column: &str) -> Option<&'a str> {
    row.get(column).and_then(Option::as_deref)
}

//! What a seed may say: columns there are, values that they hold, keys that are used once.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::attributes::SeedAttribute;
use super::options::{self, BySeed};
use super::{OwnTable, Seed, SeedError, SeedRow};
use crate::magento::columns as tables;
use crate::magento::columns::stored;
use crate::shop::database::Database;
use crate::shop::option_labels::{self, Options};
use crate::shop::row::Row;
use crate::shop::written::{self, Miswritten, takes};

/// The entity of each type in the rows of `eav_attribute`; a row that names none is of a product.
const ENTITIES: &[(&str, &str)] =
    &[("1", "customer"), ("2", "customer_address"), ("3", "catalog_category"), ("4", "catalog_product")];

/// The table of an entity by its type in `eav_attribute`; a product when nothing is said.
pub fn entity_of(entity_type: Option<&str>) -> Option<&'static str> {
    let wanted = entity_type.unwrap_or("4");
    ENTITIES.iter().find(|(id, _)| *id == wanted).map(|(_, table)| *table)
}

/// Columns that Magento's tables have not, by table.
pub(super) type Own = BTreeSet<(String, String)>;

/// A column or a value that does not fit, and where it is.
#[derive(Clone, Debug)]
pub(super) struct Misfit {
    /// The keys and numbers that lead to the record.
    pub(super) path: Vec<String>,
    /// The name of the column.
    pub(super) column: String,
    /// The record, as a person would name it.
    pub(super) named: String,
    /// What is wrong with the value.
    pub(super) what: String,
    /// What to do about it.
    pub(super) remedy: String,
}

impl Misfit {
    pub(super) fn of<S: Into<String>>(
        path: impl IntoIterator<Item = S>,
        column: &str,
        named: String,
        what: String,
        remedy: String,
    ) -> Self {
        let path = path.into_iter().map(Into::into).collect();
        Self { path, column: column.to_owned(), named, what, remedy }
    }
}

impl From<Misfit> for SeedError {
    fn from(misfit: Misfit) -> Self {
        Self::Invalid { what: format!("{}: {}", misfit.named, misfit.what), remedy: misfit.remedy }
    }
}

/// The most mistakes of a seed that are told; nobody reads more.
pub(super) const MISFITS_MAX: usize = 20;

/// A record of the seed.
struct Record<'a> {
    list: &'a str,
    number: usize,
    address: Option<usize>,
    named: &'a dyn Fn() -> String,
}

impl Record<'_> {
    fn misfit(&self, column: &str, what: String, remedy: String) -> Misfit {
        let list = self.list.split('/').map(str::to_owned).chain([self.number.to_string()]);
        let address = self.address.iter().flat_map(|nth| ["addresses".to_owned(), nth.to_string()]);
        Misfit::of(list.chain(address), column, (self.named)(), what, remedy)
    }
}

/// Columns that are no Magento's, and the attributes among them, whose values have types.
struct Known<'a> {
    own: Own,
    attributes: &'a [SeedAttribute],
    options: BySeed,
}

/// What is wrong with any column and value of any row, in the order of the checks.
pub(super) fn rows(seed: &Seed) -> Vec<Misfit> {
    let own = Known { own: seed.own_columns(), attributes: &seed.attributes, options: options::of_seed(seed) };
    let mut found = Vec::new();
    for (list, table, rows) in [
        ("websites", "core_website", &seed.websites),
        ("store_groups", "core_store_group", &seed.store_groups),
        ("store_views", "core_store", &seed.store_views),
        ("customer_groups", "customer_group", &seed.customer_groups),
    ] {
        for (number, row) in rows.iter().enumerate() {
            let named = || format!("{list}: number {}", number + 1);
            check(&own, table, columns(row), &Record { list, number, address: None, named: &named }, &mut found);
        }
    }
    for (number, customer) in seed.customers.iter().enumerate() {
        let named = || {
            let email = customer.fields.get("email");
            email.map_or_else(|| format!("customers: number {}", number + 1), |email| format!("customers: \"{email}\""))
        };
        let record = Record { list: "customers", number, address: None, named: &named };
        check(&own, "customer", customer.fields.iter(), &record, &mut found);
        for (nth, address) in customer.addresses.iter().enumerate() {
            let named = || format!("{}, address {}", named(), nth + 1);
            let record = Record { list: "customers", number, address: Some(nth), named: &named };
            check(&own, "customer_address", address.iter(), &record, &mut found);
        }
        if found.len() >= MISFITS_MAX {
            break;
        }
    }
    for (table, rows) in &seed.tables {
        let list = format!("tables/{table}");
        let mut before: Option<&Row> = None;
        for (number, row) in rows.iter().enumerate() {
            let named = || format!("tables: {table}, number {}", number + 1);
            let record = Record { list: &list, number, address: None, named: &named };
            match seed.own_tables.get(table) {
                Some(own_table) => own_row(own_table, row, &record, &mut found),
                None => {
                    // What the row before has in the same place was looked at with it.
                    let alike = before.filter(|before| Arc::ptr_eq(&before.shape(), &row.shape()));
                    let mut seen = alike.map(Row::iter);
                    let is_new =
                        |column: &(&str, Option<&str>)| seen.as_mut().and_then(Iterator::next) != Some(*column);
                    check(&own, table, row.iter().filter(is_new), &record, &mut found);
                }
            }
            before = Some(row);
            if found.len() >= MISFITS_MAX {
                break;
            }
        }
    }
    found.truncate(MISFITS_MAX);
    found
}

/// A row of a table that the seed itself declares.
fn own_row(own: &OwnTable, row: &Row, record: &Record<'_>, found: &mut Vec<Misfit>) {
    let types =
        tables::TableColumns::own(&own.key, own.columns.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let Ok(types) = types else { return };
    for (column, value) in row.iter() {
        let Some(known) = types.columns.get(column) else {
            let names = types.columns.keys().map(String::as_str);
            let listed = names.clone().collect::<Vec<_>>().join(", ");
            let remedy = crate::nearest::meant(column, names)
                .map_or_else(|| format!("it has {listed}"), |nearest| format!("did you mean `{nearest}`?"));
            found.push(record.misfit(column, format!("it has no column `{column}`"), remedy));
            continue;
        };
        if let Some(text) = value.filter(|text| !text.is_empty())
            && stored::misfit(text, known.declared.sql_type).is_some()
        {
            let what = format!("`{column}` is {} and cannot hold \"{text}\"", known.declared);
            let remedy = "write a value of that type, or another type under `own_tables`".to_owned();
            found.push(record.misfit(column, what, remedy));
        }
    }
}

fn columns(row: &SeedRow) -> impl Iterator<Item = (&str, Option<&str>)> {
    row.iter().map(|(column, value)| (column.as_str(), value.as_deref()))
}

fn check<'a>(
    known: &Known<'_>,
    table: &str,
    row: impl Iterator<Item = (&'a str, Option<&'a str>)>,
    record: &Record<'_>,
    found: &mut Vec<Misfit>,
) {
    for (column, value) in row {
        let is_own = || known.own.contains(&(table.to_owned(), column.to_owned()));
        if !written::is_column(&[table], column) && tables::table(table).is_some() && !is_own() {
            let wrong = written::no_column(&[table], column);
            let own = known.own.iter().filter(|(of, _)| of == table).map(|(_, own)| own.as_str());
            let meant = crate::nearest::meant(column, own).map(|own| format!("did you mean `{own}`?"));
            let remedy = meant.unwrap_or(wrong.remedy);
            let remedy = format!("{} A column of your own is named under `columns`", ended(&remedy));
            found.push(record.misfit(column, wrong.what, remedy));
        } else if let Some(text) = value.filter(|_| column == "country_id" && record.address.is_some())
            // A shop may hold a country that Magento does not know; what is another spelling of one it knows is a mistake.
            && let Some(remedy) = takes::no_country(text).filter(|remedy| remedy.starts_with("did you mean"))
        {
            found.push(record.misfit(column, format!("{table}.{column} cannot hold \"{text}\""), remedy));
        } else if let Some(text) = value
            && let Err(wrong) = known.labels(table, column, text)
        {
            found.push(record.misfit(column, wrong.what, wrong.remedy));
        } else if let Some(text) = value
            && let Err(wrong) = written::check_stored(table, column, text)
        {
            found.push(record.misfit(column, wrong.what, wrong.remedy));
        } else if let (Some(text), Some(attribute)) = (value, known.attribute(table, column))
            && let Err(wrong) = attribute.holds(table, text, known.options_of(table, column))
        {
            found.push(record.misfit(column, wrong.what, wrong.remedy));
        }
    }
}

impl Known<'_> {
    fn labels(&self, table: &str, column: &str, text: &str) -> Result<(), Miswritten> {
        if option_labels::is_ids(text) {
            return Ok(());
        }
        let options = self.options.iter().find(|((of, code), _)| *of == table && code == column);
        options.map_or(Ok(()), |(_, options)| option_labels::check(table, column, text, options))
    }

    fn options_of(&self, table: &str, column: &str) -> &Options {
        static NONE: Options = Options::new();
        self.options.iter().find(|((of, code), _)| *of == table && code == column).map_or(&NONE, |(_, options)| options)
    }

    fn attribute(&self, table: &str, column: &str) -> Option<&SeedAttribute> {
        self.attributes.iter().find(|known| known.entity.table() == table && known.code == column)
    }
}

/// A remedy after which a sentence may follow.
fn ended(remedy: &str) -> String {
    if remedy.ends_with(['?', '.']) { remedy.to_owned() } else { format!("{remedy}.") }
}

/// What Magento's database and its customer model want of a customer.
pub(super) fn customer(row: &Row, database: &Database) -> Result<(), SeedError> {
    let invalid = |what: String, remedy: &str| Err(SeedError::Invalid { what, remedy: remedy.to_owned() });
    let customers = database.table("customer");
    let email = row.text("email");
    if row.has("entity_id") && customers.row(row.int("entity_id")).is_some() {
        let what = format!("customers: \"{email}\" has the id {}, which another one has", row.text("entity_id"));
        return invalid(what, "give each an id of its own");
    }
    if database.table("customer_group").row(row.int("group_id")).is_none() {
        let what = format!("customers: \"{email}\" is in the group {}, which does not exist", row.text("group_id"));
        return invalid(what, "add it under customer_groups, or correct group_id");
    }
    if email.is_empty() {
        return invalid("customers: there is one without an e-mail address".to_owned(), "add `email: …`");
    }
    let mut others = customers.with("email", email);
    if others.any(|(_, other)| other.int("website_id") == row.int("website_id")) {
        let what = format!("customers: there are two with the e-mail address \"{email}\" in one website");
        return invalid(what, "Magento's database refuses the second; change or remove one of them");
    }
    Ok(())
}

impl Seed {
    /// Columns that the seed says another module has added, and those of its own attributes.
    pub fn own_columns(&self) -> BTreeSet<(String, String)> {
        let named = self.columns.iter().flat_map(|(table, columns)| columns.iter().map(move |column| (table, column)));
        let mut own: Own = named.map(|(table, column)| (table.clone(), column.clone())).collect();
        own.extend(self.attributes.iter().map(|it| (it.entity.table().to_owned(), it.code.clone())));
        for row in self.tables.get("eav_attribute").into_iter().flatten() {
            let table = entity_of(row.get("entity_type_id"));
            if let (Some(table), Some(code)) = (table, row.get("attribute_code")) {
                own.insert((table.to_owned(), code.to_owned()));
            }
        }
        own
    }

    /// Names under `columns` what no table of Magento has: for seeds that are made of what a shop answered.
    pub fn name_own_columns(&mut self) {
        let mut own = Own::new();
        let mut look = |table: &str, column: &str| {
            if !written::is_column(&[table], column) {
                own.insert((table.to_owned(), column.to_owned()));
            }
        };
        for (table, rows) in [
            ("core_website", &self.websites),
            ("core_store_group", &self.store_groups),
            ("core_store", &self.store_views),
            ("customer_group", &self.customer_groups),
        ] {
            rows.iter().flat_map(columns).for_each(|(column, _)| look(table, column));
        }
        for customer in &self.customers {
            customer.fields.iter().for_each(|(column, _)| look("customer", column));
            customer.addresses.iter().flat_map(Row::iter).for_each(|(column, _)| look("customer_address", column));
        }
        for (table, rows) in &self.tables {
            rows.iter().flat_map(Row::iter).for_each(|(column, _)| look(table, column));
        }
        for (table, column) in own.difference(&self.own_columns()) {
            self.columns.entry(table.clone()).or_default().push(column.clone());
        }
    }
}

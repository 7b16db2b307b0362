//! The starting data of a shop as a file people write: YAML, or JSON, which is a kind of it.
//!
//! Field names are Magento's column and attribute names; what is left out gets the value a fresh install would give it.

mod alike;
mod attributes;
mod check;
mod mistakes;
pub mod row;
pub mod schema;

pub use attributes::{AttributeKind, AttributeOf, AttributeScope, Options, SeedAttribute};
pub use check::entity_of;
pub use row::SeedRow;

use std::io::{self, BufRead as _, BufReader, Read, Seek};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::acl::{API_KEY_LENGTH_MIN, ApiUser, Role, Users};
use super::config::Settings;
use super::database::Database;
use super::row::Row;
use crate::bounded::CountedJson;
use crate::magento::columns::TableColumns;
use crate::magento::{Contract, directory};
use crate::nearest::nearest;
use crate::secret::ApiKey;
use crate::yaml_mistake;

/// A seed file, read: what a shop holds when it starts.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    /// Values of Magento's configuration, by path: `general/locale/timezone: Europe/Berlin`.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub config: IndexMap<String, String>,
    /// Websites; the admin website 0 is added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub websites: Vec<SeedRow>,
    /// Store groups; one per website is added when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub store_groups: Vec<SeedRow>,
    /// Store views; the admin store 0 is added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub store_views: Vec<SeedRow>,
    /// Customer groups; the four of a fresh install when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub customer_groups: Vec<SeedRow>,
    /// The users of the API, each with a key and rights.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub api_users: Vec<SeedUser>,
    /// Customers with their addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub customers: Vec<SeedCustomer>,
    /// Columns that another module has added to Magento's tables, by table. Attributes that are rows of `eav_attribute`
    /// need not be here.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub columns: IndexMap<String, Vec<String>>,
    /// Attributes of customers, addresses, products and categories that Magento has not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<SeedAttribute>,
    /// Tables of another module, by name: their key and their columns with types. Their rows are under `tables`.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub own_tables: IndexMap<String, OwnTable>,
    /// Any other table, by Magento's name: a list of rows, or groups of rows that are alike.
    #[serde(skip_serializing_if = "IndexMap::is_empty", with = "alike")]
    pub tables: IndexMap<String, Vec<Row>>,
}

/// A table of another module.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OwnTable {
    /// The column that counts its rows; `entity_id` when left out.
    #[serde(default = "entity_id")]
    pub key: String,
    /// Its other columns with their types: int, bool, decimal, varchar(32), text, date, datetime, or as a `CREATE TABLE` has
    /// them.
    #[serde(default)]
    pub columns: IndexMap<String, String>,
}

fn entity_id() -> String {
    "entity_id".to_owned()
}

/// Keys and values of a seed. Rows are read packed, so that a value takes what its text does.
pub const NODES_MAX: usize = 20_000_000;
/// A long seed may have more: one for so many bytes, which a shop of a hundred thousand customers and as many orders has not.
const BYTES_OF_NODE: usize = 6;
/// No key or value of a seed in YAML is written in fewer bytes, on the average.
const NODE_BYTES_MIN: usize = 4;
/// What a short seed in YAML may have all the same.
const YAML_NODES_MIN: usize = 250_000;

/// Seeds in JSON from this length on are read as they come. People do not write so much, so that nobody wants the place of a
/// column that does not fit.
const LONG: usize = 8 * 1024 * 1024;

/// Keys and values that a seed of so many bytes may have.
fn nodes_max(bytes: usize) -> usize {
    NODES_MAX.max(bytes / BYTES_OF_NODE)
}

/// Checks that a JSON text has not too many keys and values, before anything is made of them: a value of two bytes takes
/// a hundred in memory.
///
/// # Errors
/// [`SeedError::TooLarge`].
pub fn check_nodes(text: &str, name: &str, nodes_max: usize) -> Result<(), SeedError> {
    if crate::bounded::json_nodes(text.as_bytes()) <= nodes_max {
        return Ok(());
    }
    Err(SeedError::TooLarge { name: name.to_owned(), nodes_max })
}

/// Whether a text was refused for its size, where it stands or where it is repeated.
fn passes_budget(error: &serde_saphyr::Error) -> bool {
    use serde_saphyr::Error;
    match error {
        Error::AliasError { error, .. } | Error::WithSnippet { error, .. } => passes_budget(error),
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } | Error::AliasExpansionLimitExceeded { .. } => {
            true
        }
        _ => false,
    }
}

/// An API user of a seed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SeedUser {
    /// The name with which the user logs in.
    pub username: String,
    /// API key, at least six characters.
    pub api_key: String,
    /// Whether the account is active.
    #[serde(default = "yes")]
    pub is_active: bool,
    /// Allowed ACL nodes; `[all]` for everything. A user without the key has no role and cannot log in.
    pub role: Option<Vec<String>>,
}

impl SeedUser {
    /// An active user whose role allows everything.
    pub fn with_full_access(username: impl Into<String>, api_key: impl Into<String>) -> Self {
        let role = Some(vec!["all".to_owned()]);
        Self { username: username.into(), api_key: api_key.into(), is_active: true, role }
    }
}

/// A customer of a seed.
#[derive(Clone, Debug, Default)]
pub struct SeedCustomer {
    /// Addresses; the first becomes both defaults unless `default_billing` or `default_shipping` say otherwise.
    pub addresses: Vec<Row>,
    /// Columns and attributes of the customer.
    pub fields: Row,
}

/// By hand, because serde's `flatten` would read every scalar as its own type and lose the place of errors.
impl<'de> Deserialize<'de> for SeedCustomer {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> serde::de::Visitor<'de> for Fields {
            type Value = SeedCustomer;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a customer: columns and addresses")
            }

            fn visit_map<M: serde::de::MapAccess<'de>>(self, mut map: M) -> Result<SeedCustomer, M::Error> {
                let (mut addresses, mut fields) = (Vec::new(), SeedRow::new());
                while let Some(key) = map.next_key::<String>()? {
                    if key == "addresses" {
                        addresses = map.next_value()?;
                    } else {
                        fields.insert(key, map.next_value()?);
                    }
                }
                Ok(SeedCustomer { addresses, fields: fields.into() })
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

impl Serialize for SeedCustomer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.fields.iter() {
            map.serialize_entry(key, &value)?;
        }
        if !self.addresses.is_empty() {
            map.serialize_entry("addresses", &self.addresses)?;
        }
        map.end()
    }
}

fn yes() -> bool {
    true
}

/// Why a seed cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    /// More than a shop can be made of.
    #[error("{name}: the seed has more than {nodes_max} keys and values; make it smaller, or use the shop \"big\"")]
    TooLarge {
        /// The name of what was read.
        name: String,
        /// The limit that was exceeded.
        nodes_max: usize,
    },
    /// Not a seed file.
    #[error("{name}:{line}:{column}: {message}")]
    Syntax {
        /// The name of the file.
        name: String,
        /// The line of the file, counted from 1.
        line: u64,
        /// The column of the line, counted from 1.
        column: u64,
        /// What was expected there.
        message: String,
    },
    /// Columns and values that do not fit: a line for each, with its place and a remedy.
    #[error("{0}")]
    Rows(String),
    /// No seed at all: a stub of the overrides that the shop is opened with does not fit it.
    #[error("{0}")]
    Overrides(String),
    /// A seed that contradicts itself.
    #[error("{what}; {remedy}")]
    Invalid {
        /// What is wrong with the seed.
        what: String,
        /// What to do about it.
        remedy: String,
    },
}

/// What a seed becomes.
pub(super) struct Loaded {
    pub(super) settings: Settings,
    pub(super) database: Database,
    pub(super) users: Users,
    /// In which sets attributes of products are to be.
    pub(super) members: Vec<attributes::Membership>,
    /// The customers as they are in the tables, whose rows they share: opened on again they are the same.
    pub(super) customers: Vec<SeedCustomer>,
}

impl Seed {
    /// Reads a seed file; `name` is for messages.
    ///
    /// # Errors
    /// [`SeedError::Syntax`] with line and column.
    pub fn parse(text: &str, name: &str) -> Result<Self, SeedError> {
        Self::parse_within(text, name, nodes_max(text.len()))
    }

    /// Reads a long seed in JSON as it comes, so that its text, which takes as much as the shop, is never in memory. `None`
    /// for one that is not read so: one that is short or no JSON, and one with a mistake, which is told from its text.
    pub fn of_long_json(mut reader: impl Read + Seek, bytes: usize) -> Option<Self> {
        if bytes < LONG {
            return None;
        }
        // Counted before anything is made of it.
        io::copy(&mut CountedJson::new(&mut reader, nodes_max(bytes)), &mut io::sink()).ok()?;
        reader.rewind().ok()?;
        let mut reader = BufReader::new(CountedJson::new(reader, nodes_max(bytes)));
        let is_json = reader.fill_buf().is_ok_and(|begin| begin.starts_with(b"{"));
        if is_json { serde_json::from_reader(reader).ok() } else { None }
    }

    /// As [`Seed::parse`] for a seed with fewer keys and values.
    ///
    /// # Errors
    /// [`SeedError::Syntax`] with line and column, [`SeedError::TooLarge`].
    pub fn parse_within(text: &str, name: &str, nodes_max: usize) -> Result<Self, SeedError> {
        check_nodes(text, name, nodes_max)?;
        // JSON is read as such where it can be, since that is faster; messages are the same for both.
        if text.starts_with('{')
            && let Ok(seed) = serde_json::from_str(text)
        {
            return Ok(seed);
        }
        // What is written out has less; references to what stands above may only repeat a little.
        let max = (text.len() / NODE_BYTES_MIN).clamp(YAML_NODES_MIN, nodes_max.max(YAML_NODES_MIN));
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! {
                max_nodes: max, max_events: max.saturating_mul(3), max_total_scalar_bytes: text.len().max(1 << 26),
            },
        };
        serde_saphyr::from_str_with_options(text, options).map_err(|error| {
            if passes_budget(&error) {
                return SeedError::TooLarge { name: name.to_owned(), nodes_max: max };
            }
            let (line, column, message) = yaml_mistake::of(&error, text, &yaml_mistake::SEED, |_| true).in_one_line();
            SeedError::Syntax { name: name.to_owned(), line, column, message }
        })
    }

    /// Writes the seed as YAML.
    ///
    /// # Errors
    /// The text of the serializer, which has none to report for these types.
    pub fn to_yaml(&self) -> Result<String, SeedError> {
        serde_saphyr::to_string(self)
            .map_err(|error| SeedError::Invalid { what: error.to_string(), remedy: "report this as a bug".to_owned() })
    }

    /// Writes the seed as JSON, which is read many times as fast as YAML.
    ///
    /// # Errors
    /// The text of the serializer, which has none to report for these types.
    pub fn to_json(&self) -> Result<String, SeedError> {
        serde_json::to_string(self)
            .map_err(|error| SeedError::Invalid { what: error.to_string(), remedy: "report this as a bug".to_owned() })
    }

    /// Fills in defaults, checks references and builds the tables.
    pub(super) fn load(self, contract: &Contract) -> Result<Loaded, SeedError> {
        let mut settings = Settings::default();
        for (path, value) in &self.config {
            settings.set(path.clone(), value.clone());
        }
        let mut database = Database::default();
        for (name, own) in &self.own_tables {
            declare(name, own, &mut database)?;
        }
        let members = attributes::install(&self.attributes, &mut database)?;
        if let Some(misfit) = check::rows(&self).into_iter().next() {
            return Err(misfit.into());
        }
        for (table, columns) in &self.columns {
            let known = database.get_mut(table).ok_or_else(|| unknown_table(table))?;
            columns.iter().for_each(|column| known.add_column(column));
        }
        load_stores(&self, &mut database)?;
        load_groups(&self, &mut database);
        let users = load_users(&self.api_users, contract)?;
        for (table, rows) in self.tables {
            let known = database.get_mut(&table).ok_or_else(|| unknown_table(&table))?;
            for row in rows {
                let key = known.key();
                if row.get(key).is_some() && known.row(row.int(key)).is_some() {
                    return Err(SeedError::Invalid {
                        what: format!("tables: {table} has two records with the {key} {}", row.text(key)),
                        remedy: "give each a number of its own".to_owned(),
                    });
                }
                known.insert(row);
            }
        }
        let mut customers = Vec::with_capacity(self.customers.len());
        for customer in self.customers {
            customers.push(load_customer(customer, &settings, &mut database)?);
        }
        database.fill_up();
        Ok(Loaded { settings, database, users, members, customers })
    }
}

fn declare(name: &str, own: &OwnTable, database: &mut Database) -> Result<(), SeedError> {
    let invalid = |what: String, remedy: &str| Err(SeedError::Invalid { what, remedy: remedy.to_owned() });
    let is_name =
        |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if Database::names().any(|known| known == name) {
        let what = format!("own_tables: {name} is a table of Magento");
        return invalid(what, "name columns that a module has added to it under `columns`");
    }
    if let Some(wrong) =
        [name, &own.key].into_iter().chain(own.columns.keys().map(String::as_str)).find(|text| !is_name(text))
    {
        return invalid(format!("own_tables: \"{wrong}\" does not do as a name"), "use letters, digits and _");
    }
    let columns = own.columns.iter().map(|(column, text)| (column.as_str(), text.as_str()));
    match TableColumns::own(&own.key, columns) {
        Ok(declared) => {
            database.declare(name, &own.key, declared);
            Ok(())
        }
        Err((column, text)) => invalid(
            format!("own_tables: {name}.{column}: there is no type \"{text}\""),
            "write int, bool, decimal, varchar(32), text, date or datetime",
        ),
    }
}

fn unknown_table(table: &str) -> SeedError {
    let nearest = nearest(table, Database::names());
    SeedError::Invalid {
        what: format!("tables: there is no table \"{table}\""),
        remedy: match nearest {
            Some(nearest) => format!("did you mean \"{nearest}\"? A table of your own is declared under `own_tables`"),
            None => "declare a table of your own under `own_tables`".to_owned(),
        },
    }
}

fn to_row(row: &SeedRow) -> Row {
    row.iter().map(|(column, value)| (column.clone(), value.clone())).collect()
}

fn row_of(columns: &[(&str, &str)]) -> Row {
    columns.iter().map(|(column, value)| ((*column).to_owned(), Some((*value).to_owned()))).collect()
}

fn load_stores(seed: &Seed, database: &mut Database) -> Result<(), SeedError> {
    let admin_website = [
        ("website_id", "0"),
        ("code", "admin"),
        ("name", "Admin"),
        ("sort_order", "0"),
        ("default_group_id", "0"),
        ("is_default", "0"),
    ];
    let admin_group = [
        ("group_id", "0"),
        ("website_id", "0"),
        ("name", "Default"),
        ("root_category_id", "0"),
        ("default_store_id", "0"),
    ];
    let admin_store = [
        ("store_id", "0"),
        ("code", "admin"),
        ("website_id", "0"),
        ("group_id", "0"),
        ("name", "Admin"),
        ("sort_order", "0"),
        ("is_active", "1"),
    ];
    database.table_mut("core_website").insert(row_of(&admin_website));
    database.table_mut("core_store_group").insert(row_of(&admin_group));
    database.table_mut("core_store").insert(row_of(&admin_store));
    let main = row_of(&[("website_id", "1"), ("code", "base"), ("name", "Main Website"), ("is_default", "1")]);
    let websites: Vec<Row> =
        if seed.websites.is_empty() { vec![main] } else { seed.websites.iter().map(to_row).collect() };
    for (at, mut website) in websites.into_iter().enumerate() {
        website.set_default("sort_order", "0");
        website.set_default("is_default", if at == 0 { "1" } else { "0" });
        let id = database.table_mut("core_website").insert(website);
        if seed.store_groups.is_empty() && id != 0 {
            let (name, text) = (website_name(database, id), id.to_string());
            let group = row_of(&[
                ("group_id", &text),
                ("website_id", &text),
                ("name", &format!("{name} Store")),
                ("root_category_id", "2"),
            ]);
            database.table_mut("core_store_group").insert(group);
            database.table_mut("core_website").update(id, |row| row.set_default("default_group_id", &text));
        }
    }
    for group in &seed.store_groups {
        database.table_mut("core_store_group").insert(to_row(group));
    }
    let default_view =
        row_of(&[("store_id", "1"), ("code", "default"), ("website_id", "1"), ("name", "Default Store View")]);
    let views: Vec<Row> =
        if seed.store_views.is_empty() { vec![default_view] } else { seed.store_views.iter().map(to_row).collect() };
    for mut view in views {
        let website = view.text("website_id").to_owned();
        if database.table("core_website").row(view.int("website_id")).is_none() {
            return Err(SeedError::Invalid {
                what: format!(
                    "store_views: \"{}\" names the website {website}, which does not exist",
                    view.text("code")
                ),
                remedy: "add the website or correct website_id".to_owned(),
            });
        }
        let group = database.table("core_store_group").with("website_id", &website).map(|(id, _)| id).next();
        view.set_default("group_id", &group.unwrap_or_default().to_string());
        view.set_default("sort_order", "0");
        view.set_default("is_active", "1");
        let group = view.int("group_id");
        let id = database.table_mut("core_store").insert(view).to_string();
        database.table_mut("core_store_group").update(group, |row| row.set_default("default_store_id", &id));
    }
    for (id, _) in database.table("core_website").clone().iter() {
        let group = database.table("core_store_group").with("website_id", &id.to_string()).map(|(id, _)| id).next();
        database
            .table_mut("core_website")
            .update(id, |row| row.set_default("default_group_id", &group.unwrap_or_default().to_string()));
    }
    Ok(())
}

fn website_name(database: &Database, id: i64) -> String {
    database.table("core_website").row(id).map(|row| row.text("name").to_owned()).unwrap_or_default()
}

fn load_groups(seed: &Seed, database: &mut Database) {
    const FRESH: [(&str, &str); 4] = [("0", "NOT LOGGED IN"), ("1", "General"), ("2", "Wholesale"), ("3", "Retailer")];
    let groups = database.table_mut("customer_group");
    if seed.customer_groups.is_empty() {
        for (id, code) in FRESH {
            groups.insert(row_of(&[("customer_group_id", id), ("customer_group_code", code), ("tax_class_id", "3")]));
        }
    }
    for group in &seed.customer_groups {
        groups.insert(to_row(group));
    }
}

fn load_users(users: &[SeedUser], contract: &Contract) -> Result<Users, SeedError> {
    let mut loaded = Users::default();
    for user in users {
        if user.api_key.chars().count() < API_KEY_LENGTH_MIN {
            return Err(SeedError::Invalid {
                what: format!(
                    "api_users: the API key of \"{}\" is shorter than {API_KEY_LENGTH_MIN} characters",
                    user.username
                ),
                remedy: "Magento's admin form refuses such a key; use a longer one".to_owned(),
            });
        }
        for node in user.role.iter().flatten() {
            if !contract.acl().has(node) && node != "all" {
                return Err(SeedError::Invalid {
                    what: format!(
                        "api_users: the role of \"{}\" names \"{node}\", which is no node of the ACL tree",
                        user.username
                    ),
                    remedy: "use nodes such as customer/info, or all".to_owned(),
                });
            }
        }
        loaded.put(ApiUser {
            name: user.username.clone(),
            key: ApiKey::new(user.api_key.clone()),
            active: user.is_active,
            role: user.role.clone().map(Role::from_nodes),
        });
    }
    Ok(loaded)
}

/// The stamp of rows whose seed gives none: long before any scenario's clock.
const SEED_STAMP: &str = "2013-01-01 00:00:00";

fn load_customer(
    customer: SeedCustomer,
    settings: &Settings,
    database: &mut Database,
) -> Result<SeedCustomer, SeedError> {
    let mut row = customer.fields;
    // People write the API's name of the key; the column is called entity_id.
    if let Some(id) = row.remove("customer_id") {
        row.set("entity_id", id);
    }
    row.set_default("website_id", "1");
    let website = row.text("website_id").to_owned();
    let store = database.table("core_store").with("website_id", &website).map(|(id, _)| id).next();
    row.set_default("store_id", &store.unwrap_or_default().to_string());
    let Some(store) = database.table("core_store").row(row.int("store_id")) else {
        return Err(SeedError::Invalid {
            what: format!(
                "customers: \"{}\" belongs to the store {}, which does not exist",
                row.text("email"),
                row.text("store_id")
            ),
            remedy: "add the store view or correct store_id".to_owned(),
        });
    };
    row.set_default("created_in", store.text("name"));
    row.set_default("group_id", &settings.text("customer/create_account/default_group"));
    check::customer(&row, database)?;
    row.set_default("is_active", "1");
    row.set_default("created_at", SEED_STAMP);
    let created = row.text("created_at").to_owned();
    row.set_default("updated_at", &created);
    if !row.has("increment_id") {
        row.set_opt("increment_id", None);
    }
    let id = database.table_mut("customer").insert(row);
    let (mut first, mut addresses) = (None, Vec::with_capacity(customer.addresses.len()));
    for address in customer.addresses {
        let mut address = address;
        address.set("parent_id", id.to_string());
        address.set_default("created_at", &created);
        address.set_default("updated_at", &created);
        let known =
            address.get("region_id").and_then(|region| directory::region(crate::soap::value::leading_int(region)));
        if let Some(region) = known {
            address.set_default("region", &region.name);
        }
        let address_id = database.table_mut("customer_address").insert(address);
        first.get_or_insert(address_id);
        addresses.extend(database.table("customer_address").row(address_id).cloned());
    }
    if let Some(first) = first {
        database.table_mut("customer").update(id, |row| {
            row.set_default("default_billing", &first.to_string());
            row.set_default("default_shipping", &first.to_string());
        });
    }
    Ok(SeedCustomer { addresses, fields: database.table("customer").row(id).cloned().unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_long_seed_in_yaml_is_read_and_one_that_repeats_itself_is_not() {
        let customer = |n| format!("- {{email: c{n}@shop.example, firstname: Ann, lastname: Lee}}\n");
        let text = format!("customers:\n{}", (0..45_000).map(customer).collect::<String>());
        assert_eq!(Seed::parse(&text, "long.yaml").unwrap().customers.len(), 45_000);
        let row = |n| format!("    a{n}: x\n");
        let rows = (0..200).map(row).collect::<String>();
        let again = "  - *row\n".repeat(2_000);
        let text = format!("tables:\n  eav_attribute_set:\n  - &row\n{rows}{again}");
        let refused = Seed::parse(&text, "bomb.yaml").unwrap_err();
        assert!(matches!(refused, SeedError::TooLarge { nodes_max: 250_000, .. }), "{refused}");
    }

    #[test]
    fn a_long_seed_in_json_is_read_as_it_comes() {
        let seed = Seed::corner_shop_people().unwrap();
        let text = seed.to_json().unwrap();
        let read =
            |text: &str, bytes: usize| Seed::of_long_json(Cursor::new(text), bytes).map(|seed| seed.to_json().unwrap());
        assert_eq!(read(&text, LONG).as_ref(), Some(&text));
        for (text, bytes) in
            [(text.as_str(), LONG - 1), (&text[..text.len() - 1], LONG), ("customers: []", LONG), ("", LONG)]
        {
            assert_eq!(read(text, bytes), None);
        }
    }

    #[test]
    fn a_seed_gets_what_a_fresh_install_would_have() {
        let seed =
            Seed::parse("customers:\n- {email: a@example.com, firstname: Ann, addresses: [{city: Rome}]}\n", "s")
                .unwrap();
        let loaded = seed.load(Contract::shared()).unwrap();
        let customer = loaded.database.table("customer").row(1).unwrap();
        assert_eq!((customer.text("store_id"), customer.text("created_in")), ("1", "Default Store View"));
        assert_eq!(customer.text("default_billing"), "1");
        assert_eq!(loaded.database.table("customer_group").len(), 4);
    }

    #[test]
    fn a_broken_seed_names_the_place_and_the_remedy() {
        for (text, expected) in [
            ("custmers: []\n", "s:1:1: `custmers` is not known here; did you mean `customers`?"),
            ("api_users:\n- {username: a, api_key: abc, role: [all]}\n", "api_users: the API key of \"a\" is shorter"),
            (
                "api_users:\n- {username: a, api_key: abcdef, role: [shoes]}\n",
                "api_users: the role of \"a\" names \"shoes\"",
            ),
            (
                "tables: {sales_order: []}\n",
                "tables: there is no table \"sales_order\"; did you mean \"sales_flat_order\"?",
            ),
            ("store_views:\n- {code: x, website_id: 9}\n", "store_views: \"x\" names the website 9"),
        ] {
            let error = Seed::parse(text, "s")
                .and_then(|seed| seed.load(Contract::shared()).map(|_| ()))
                .unwrap_err()
                .to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn the_built_in_seed_loads() {
        let loaded = Seed::corner_shop_people().unwrap().load(Contract::shared()).unwrap();
        assert!(loaded.database.table("customer").len() >= 10);
        assert_eq!(loaded.database.table("core_website").len(), 3);
    }
}

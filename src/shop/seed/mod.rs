//! The starting data of a shop as a file people write: YAML, or JSON, which is a kind of it.
//!
//! Field names are Magento's column and attribute names; what is left out gets the value a fresh install would give it.

mod alike;
pub(in crate::shop) mod attributes;
mod check;
mod declared;
mod held;
mod load;
mod mistakes;
mod options;
mod read;
mod recover;
mod references;
pub mod row;
pub mod schema;

pub use attributes::{AttributeKind, AttributeOf, AttributeScope, Options, SeedAttribute};
pub use check::entity_of;
pub use read::{NODES_MAX, check_nodes};
pub use row::SeedRow;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::row::Row;

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
    /// The role of an API user has a right that there is not.
    #[error("api_users: the role of \"{user}\" names \"{node}\", which is no node of the ACL tree; {remedy}")]
    NoRight {
        /// The name of the user.
        user: String,
        /// What the role names.
        node: String,
        /// What to do about it.
        remedy: String,
    },
    /// A seed that contradicts itself.
    #[error("{what}; {remedy}")]
    Invalid {
        /// What is wrong with the seed.
        what: String,
        /// What to do about it.
        remedy: String,
    },
}

impl Seed {
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
}

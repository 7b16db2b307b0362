//! What Magento knows of an attribute of an entity.

use serde::Deserialize;

use super::sql_type::{Declaration, SqlType};

/// An attribute as `eav_attribute`, `customer_eav_attribute` and `catalog_eav_attribute` describe it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Kind of table that holds its values: `static` (a column of the entity's own table), `varchar`, `text`, `int`,
    /// `decimal` or `datetime`.
    pub backend_type: String,
    /// How forms show it; none for those that no form shows.
    pub input: Option<String>,
    /// Label in forms and fault texts.
    #[serde(default)]
    pub label: Option<String>,
    /// Whether a value must be given.
    #[serde(default)]
    pub required: bool,
    /// Whether somebody may delete it.
    #[serde(default)]
    pub user_defined: bool,
    /// Whether two entities may not have the same value.
    #[serde(default)]
    pub unique: bool,
    /// Value of a new entity that is given none.
    #[serde(default)]
    pub default: Option<String>,
    /// The model that changes and checks a value before it is saved.
    #[serde(default)]
    pub backend: Option<String>,
    /// The model that knows its options.
    #[serde(default)]
    pub source: Option<String>,
    /// How a value from outside is read: `date` or `datetime`.
    #[serde(default)]
    pub input_filter: Option<String>,
    /// The model that reads and checks it in forms.
    #[serde(default)]
    pub data_model: Option<String>,
    /// Where a value holds.
    #[serde(default)]
    pub scope: Scope,
    /// Types of product that have it; empty for all.
    #[serde(default)]
    pub apply_to: Vec<String>,
    /// Columns of `catalog_eav_attribute` that are 1.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Lines of a text of several lines, 0 for others.
    #[serde(default)]
    pub lines: u8,
    /// Fewest characters that a form takes.
    #[serde(default)]
    pub min_text_length: Option<u16>,
    /// Most characters that a form takes.
    #[serde(default)]
    pub max_text_length: Option<u16>,
    /// What a form checks: `email` or `date`.
    #[serde(default)]
    pub input_validation: Option<String>,
}

/// Where a value of an attribute holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The value holds for all websites and store views.
    #[default]
    Global,
    /// In all store views of a website.
    Website,
    /// In one store view.
    Store,
}

/// Backend models whose `beforeSave` does not call that of their parent, which is where a default value is set.
const WITHOUT_DEFAULT: [&str; 2] =
    ["catalog/product_attribute_backend_boolean", "catalog/product_attribute_backend_msrp"];

impl Attribute {
    /// The value that Magento saves for a new entity that is given none.
    pub fn saved_default(&self) -> Option<&str> {
        let backend = self.backend.as_deref().unwrap_or_default();
        self.default.as_deref().filter(|_| !WITHOUT_DEFAULT.contains(&backend))
    }

    /// The column `value` of the table that holds its values.
    pub(super) fn declared(&self) -> Declaration {
        Declaration::nullable(SqlType::of_backend(&self.backend_type).unwrap_or(SqlType::TEXT))
    }

    /// Whether products of this type have it.
    pub fn applies_to(&self, product_type: &str) -> bool {
        self.apply_to.is_empty() || self.apply_to.iter().any(|known| known == product_type)
    }
}

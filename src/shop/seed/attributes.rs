//! Attributes that a shop has besides Magento's: what a seed says of them becomes rows of `eav_attribute` and
//! `eav_attribute_option`, where the operations look for them, and members of attribute sets.

use std::collections::BTreeSet;
use std::fmt;

use indexmap::IndexMap;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::SeedError;
use crate::magento::columns::{self, SqlType};
use crate::magento::product_type::PRODUCT_TYPES;
use crate::nearest::nearest;
use crate::shop::database::Database;
use crate::shop::option_labels::Options as Numbered;
use crate::shop::row::Row;
use crate::shop::written::{self, Miswritten};

/// The first id that an attribute of somebody's gets in a fresh install.
const FIRST_ID: i64 = 132;
/// The first id of an option of theirs.
const FIRST_OPTION_ID: i64 = 3;

/// Options that a message lists.
const LISTED_MAX: usize = 12;

/// An attribute of somebody's.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SeedAttribute {
    /// What has it; a product when left out.
    #[serde(default)]
    pub entity: AttributeOf,
    /// Its code, such as `loyalty_tier`.
    pub code: String,
    /// How forms show it, which says how values are kept; `text` when left out.
    #[serde(default, rename = "type")]
    pub kind: AttributeKind,
    /// Its label; the code when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Options of a `select` or `multiselect`: labels, or labels by option id.
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
    /// Attribute sets that have it, by name or id; all of them when left out. Of products only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sets: Option<Vec<String>>,
    /// Types of product that have it; all when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apply_to: Vec<String>,
    /// Where a value holds; everywhere when left out.
    #[serde(default)]
    pub scope: AttributeScope,
    /// Whether a value must be given.
    #[serde(default)]
    pub required: bool,
    /// Whether two entities may not have the same value.
    #[serde(default)]
    pub unique: bool,
    /// Value of a form that is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

/// What has an attribute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributeOf {
    /// The attribute is one of customers.
    Customer,
    /// The attribute is one of customers' addresses.
    Address,
    /// The attribute is one of categories.
    Category,
    /// The attribute is one of products.
    #[default]
    Product,
}

/// How forms show an attribute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributeKind {
    /// A text of one line.
    #[default]
    Text,
    /// A text of several lines.
    Textarea,
    /// A date without a time.
    Date,
    /// Yes or no.
    Boolean,
    /// One of its options.
    Select,
    /// Some of its options.
    Multiselect,
    /// An amount of money.
    Price,
}

/// Where a value of an attribute holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributeScope {
    /// The value holds for all websites and store views.
    #[default]
    Global,
    /// In all store views of a website.
    Website,
    /// In one store view.
    Store,
}

/// Options of an attribute.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Options {
    /// Labels; their ids are counted up.
    Labels(Vec<String>),
    /// The labels by the ids of the options.
    ById(IndexMap<String, String>),
}

impl Default for Options {
    fn default() -> Self {
        Self::Labels(Vec::new())
    }
}

/// By hand, because ids are written as numbers.
impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Labels;

        impl<'de> Visitor<'de> for Labels {
            type Value = Options;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of labels, or labels by option id")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Options, A::Error> {
                let mut labels = Vec::new();
                while let Some(label) = items.next_element()? {
                    labels.push(label);
                }
                Ok(Options::Labels(labels))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Options, A::Error> {
                let mut labels = IndexMap::new();
                while let Some((id, label)) = members.next_entry::<String, String>()? {
                    labels.insert(id, label);
                }
                Ok(Options::ById(labels))
            }
        }

        deserializer.deserialize_any(Labels)
    }
}

impl Options {
    fn labels(&self) -> impl Iterator<Item = &str> {
        let (by_place, by_id) = match self {
            Self::Labels(labels) => (Some(labels), None),
            Self::ById(labels) => (None, Some(labels)),
        };
        by_place.into_iter().flatten().chain(by_id.into_iter().flat_map(IndexMap::values)).map(String::as_str)
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Labels(labels) => labels.is_empty(),
            Self::ById(labels) => labels.is_empty(),
        }
    }
}

impl AttributeOf {
    /// Its number in `eav_attribute`, and the table of its entities.
    fn facts(self) -> (&'static str, &'static str) {
        match self {
            Self::Customer => ("1", "customer"),
            Self::Address => ("2", "customer_address"),
            Self::Category => ("3", "catalog_category"),
            Self::Product => ("4", "catalog_product"),
        }
    }

    /// The table of its entities.
    pub(super) fn table(self) -> &'static str {
        self.facts().1
    }
}

impl SeedAttribute {
    /// Whether it can have a value that a seed writes.
    ///
    /// # Errors
    /// [`Miswritten`] for a value that the database would keep as another one.
    pub(super) fn holds(&self, table: &str, text: &str, options: &Numbered) -> Result<(), Miswritten> {
        let has_options =
            matches!(self.kind, AttributeKind::Select | AttributeKind::Multiselect) && !options.is_empty();
        let mut parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let is_option = |part: &&str| options.iter().any(|(id, _)| id == part);
        if let (true, Some(part)) = (has_options, parts.find(|part| !is_option(part))) {
            let listed: Vec<String> =
                options.iter().take(LISTED_MAX).map(|(id, label)| format!("{id} for {label}")).collect();
            let what = format!("{table}.{} holds ids of options, and \"{part}\" is none", self.code);
            return Err(Miswritten::new(what, format!("there are {}", listed.join(", "))));
        }
        let Some(sql_type) = SqlType::of_backend(self.kind.facts().1) else { return Ok(()) };
        written::check_as(table, &self.code, text, sql_type)
    }
}

/// Options of the attributes with their ids, in their order; labels without ids are counted up.
pub(super) fn options(attributes: &[SeedAttribute]) -> Vec<Numbered> {
    let mut last = FIRST_OPTION_ID;
    let numbered = |attribute: &SeedAttribute| match &attribute.options {
        Options::Labels(labels) => labels
            .iter()
            .map(|label| {
                last = i64::saturating_add(last, 1);
                (last.to_string(), label.clone())
            })
            .collect(),
        Options::ById(labels) => {
            let given = labels.keys().filter_map(|id| id.parse::<i64>().ok()).max().unwrap_or_default();
            last = last.max(given);
            labels.iter().map(|(id, label)| (id.clone(), label.clone())).collect()
        }
    };
    attributes.iter().map(numbered).collect()
}

impl AttributeKind {
    /// The word of forms and the kind of table that holds the values.
    fn facts(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("text", "varchar"),
            Self::Textarea => ("textarea", "text"),
            Self::Date => ("date", "datetime"),
            Self::Boolean => ("boolean", "int"),
            Self::Select => ("select", "int"),
            Self::Multiselect => ("multiselect", "varchar"),
            Self::Price => ("price", "decimal"),
        }
    }
}

/// The column of a row of `eav_attribute` that has the numbers of the sets it is in, where it is of products.
pub(in crate::shop) const SETS: &str = "attribute_set_ids";

/// The attributes of products that stand as rows in a seed, with the sets that have them.
pub(super) fn members_of_rows(rows: &[Row]) -> Vec<Membership> {
    let sets = |row: &Row| -> Option<Membership> {
        let sets = row.get(SETS)?.split(',').filter(|set| !set.is_empty()).map(str::to_owned).collect();
        Some((row.int("attribute_id"), Some(sets)))
    };
    rows.iter().filter_map(sets).collect()
}

/// An attribute of products and the sets that have it.
pub(in crate::shop) type Membership = (i64, Option<Vec<String>>);

/// Puts the attributes into the tables; answers in which sets those of products are to be.
pub(super) fn install(attributes: &[SeedAttribute], database: &mut Database) -> Result<Vec<Membership>, SeedError> {
    let mut seen = BTreeSet::new();
    let mut members = Vec::new();
    for (attribute, options) in attributes.iter().zip(options(attributes)) {
        check(attribute, &mut seen)?;
        let (entity, table) = attribute.entity.facts();
        let (input, backend) = attribute.kind.facts();
        let (scope, is_global) = match attribute.scope {
            AttributeScope::Global => ("global", "1"),
            AttributeScope::Website => ("website", "2"),
            AttributeScope::Store => ("store", "0"),
        };
        let flag = |on: bool| if on { "1" } else { "0" };
        let label = attribute.label.as_deref().unwrap_or(&attribute.code);
        let highest = database.table("eav_attribute").iter().map(|(id, _)| id).max().unwrap_or_default();
        let id = FIRST_ID.max(highest + 1);
        let mut row = Row::new()
            .with("attribute_id", id.to_string())
            .with("entity_type_id", entity)
            .with("attribute_code", attribute.code.as_str())
            .with("backend_type", backend)
            .with("frontend_input", input)
            .with("frontend_label", label)
            .with("label_0", label)
            .with("is_required", flag(attribute.required))
            .with("is_unique", flag(attribute.unique))
            .with("is_user_defined", "1")
            .with("scope", scope)
            .with("is_global", is_global)
            .with("apply_to", attribute.apply_to.join(","));
        row.set_opt("default_value", attribute.default.clone());
        database.table_mut("eav_attribute").insert(row);
        for (order, (option, label)) in options.into_iter().enumerate() {
            let number = option.parse::<i64>().ok().filter(|number| *number > 0);
            let taken = number.is_some_and(|number| database.table("eav_attribute_option").row(number).is_some());
            if number.is_none() || taken {
                return Err(SeedError::Invalid {
                    what: format!("attributes: the option \"{label}\" of {} has the id \"{option}\"", attribute.code),
                    remedy: "write a number of its own, or labels without ids".to_owned(),
                });
            }
            let row = Row::new()
                .with("option_id", option)
                .with("attribute_id", id.to_string())
                .with("sort_order", order.to_string())
                .with("label", label.as_str());
            database.table_mut("eav_attribute_option").insert(row);
        }
        database.table_mut(table).add_column(&attribute.code);
        if attribute.entity == AttributeOf::Product {
            members.push((id, attribute.sets.clone()));
        }
    }
    Ok(members)
}

/// A label that an option before has too, or that is empty, which the second says.
fn odd_label(options: &Options) -> Option<(&str, bool)> {
    let mut seen = BTreeSet::new();
    options
        .labels()
        .find_map(|label| (label.trim().is_empty() || !seen.insert(label)).then(|| (label, label.trim().is_empty())))
}

/// Whether Magento would take it.
///
/// # Errors
/// [`SeedError::Invalid`].
pub(super) fn check(attribute: &SeedAttribute, seen: &mut BTreeSet<(&'static str, String)>) -> Result<(), SeedError> {
    let invalid = |what: String, remedy: &str| {
        Err(SeedError::Invalid { what: format!("attributes: {what}"), remedy: remedy.to_owned() })
    };
    let code = attribute.code.as_str();
    let table = attribute.entity.table();
    let is_code = code.starts_with(|letter: char| letter.is_ascii_lowercase())
        && code.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    if !is_code {
        return invalid(format!("\"{code}\" is no code"), "begin with a lower-case letter, then letters, digits and _");
    }
    if columns::table(table).is_some_and(|known| known.column(code).is_some()) {
        return invalid(format!("Magento's {table} has {code} already"), "leave it out, or give yours another code");
    }
    if !seen.insert((table, code.to_owned())) {
        return invalid(format!("{code} of {table} is there twice"), "keep one of them");
    }
    let has_options = matches!(attribute.kind, AttributeKind::Select | AttributeKind::Multiselect);
    if !has_options && !attribute.options.is_empty() {
        return invalid(format!("{code} has options"), "make it a select or a multiselect, or leave them out");
    }
    if let Options::ById(labels) = &attribute.options
        && let Some((id, label)) = labels.iter().find(|(id, _)| !id.parse::<i64>().is_ok_and(|number| number > 0))
    {
        let what = format!("the option \"{label}\" of {code} has the id \"{id}\"");
        return invalid(what, "write its number and then its label, as in {7: Gold}, or labels without ids");
    }
    if let Some((label, is_empty)) = odd_label(&attribute.options) {
        let what = if is_empty {
            format!("an option of {code} has no label")
        } else {
            format!("{code} has two options \"{label}\"")
        };
        return invalid(what, "give each a label of its own");
    }
    if attribute.entity != AttributeOf::Product && (attribute.sets.is_some() || !attribute.apply_to.is_empty()) {
        return invalid(format!("{code} is of no product"), "leave sets and apply_to to attributes of products");
    }
    // A module may add types of products; one that is spelled nearly like Magento's is none of those.
    let types = || PRODUCT_TYPES.iter().map(|(code, _)| *code);
    let mut mistyped = attribute.apply_to.iter().filter(|kind| types().all(|known| known != kind.as_str()));
    if let Some((kind, meant)) = mistyped.find_map(|kind| Some((kind, nearest(kind, types())?))) {
        return invalid(format!("{code} applies to \"{kind}\""), &format!("did you mean {meant}?"));
    }
    Ok(())
}

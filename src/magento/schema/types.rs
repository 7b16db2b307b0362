//! The table of types, `contract/types.json`, and what modules add to it.

use indexmap::IndexMap;
use serde::Deserialize;

use super::presence::Presence;
use crate::soap::{Occurs, WireStyle};

/// The rows of `contract/types.json`.
#[derive(Clone)]
pub(in crate::magento) struct TypeTable(pub(super) Vec<TypeRow>);

/// A row: a type, and where it applies.
#[derive(Clone)]
pub(super) struct TypeRow {
    pub(super) name: String,
    pub(super) presence: Presence,
    pub(super) sequence: bool,
    pub(super) shape: ShapeRow,
}

/// The items of a list and whether there must be some, or the fields of a record.
#[derive(Clone)]
pub(super) enum ShapeRow {
    Array(String, Occurs),
    Struct(Vec<FieldRow>),
}

/// A field of a record, and where it applies.
#[derive(Clone)]
pub(super) struct FieldRow {
    pub(super) name: String,
    pub(super) type_name: String,
    pub(super) occurs: Occurs,
    pub(super) presence: Presence,
}

/// The shape of a type as the table writes it.
#[derive(Deserialize)]
#[serde(untagged)]
pub(in crate::magento) enum ShapeText {
    Array(String),
    Struct(Vec<String>),
}

/// A type as it is known in one style, whatever the release.
pub(in crate::magento) enum Known {
    /// Fields with their types and whether they are required; whether the RPC document says `sequence`.
    Record(Vec<(String, String, bool)>, bool),
    /// The type of the items.
    List(String),
}

impl TypeTable {
    fn rows(&self, name: &str, mode: WireStyle) -> impl Iterator<Item = &TypeRow> {
        self.0.iter().filter(move |row| row.name == name && row.presence.mode.is_none_or(|known| known == mode))
    }

    /// A type of one style by its name.
    pub(in crate::magento) fn known(&self, name: &str, mode: WireStyle) -> Option<Known> {
        let mut fields = Vec::new();
        let mut is_sequence = false;
        let mut rows = self.rows(name, mode).peekable();
        rows.peek()?;
        for row in rows {
            match &row.shape {
                ShapeRow::Array(item, _) => return Some(Known::List(item.clone())),
                ShapeRow::Struct(declared) => {
                    is_sequence = row.sequence;
                    let here = declared.iter().filter(|field| field.presence.mode.is_none_or(|known| known == mode));
                    let field = |field: &FieldRow| {
                        (field.name.clone(), field.type_name.clone(), field.occurs == Occurs::Required)
                    };
                    fields.extend(here.map(field));
                }
            }
        }
        Some(Known::Record(fields, is_sequence))
    }

    /// Names of the types of one style.
    pub(in crate::magento) fn names(&self, mode: WireStyle) -> impl Iterator<Item = &str> {
        let here = self.0.iter().filter(move |row| row.presence.mode.is_none_or(|known| known == mode));
        here.map(|row| row.name.as_str())
    }

    /// Adds a type of one style.
    pub(in crate::magento) fn add(&mut self, name: &str, mode: WireStyle, shape: ShapeText, sequence: bool) {
        let row = TypeRow::new(name, shape);
        self.0.push(TypeRow { presence: Presence::of(mode), sequence, ..row });
    }

    /// Adds a field of one style to a type that is there.
    pub(in crate::magento) fn add_field(&mut self, name: &str, mode: WireStyle, text: &str) {
        let rows = self.0.iter_mut();
        for row in rows.filter(|row| row.name == name && row.presence.mode.is_none_or(|known| known == mode)) {
            if let ShapeRow::Struct(fields) = &mut row.shape {
                fields.push(FieldRow { presence: Presence::of(mode), ..FieldRow::new(text) });
            }
        }
    }

    /// The table of these rows.
    pub(in crate::magento) fn new(rows: IndexMap<String, ShapeText>) -> Self {
        Self(rows.into_iter().map(|(key, shape)| TypeRow::new(&key, shape)).collect())
    }

    /// Names of all fields of all types.
    pub(in crate::magento) fn fields(&self) -> impl Iterator<Item = &str> {
        let fields = self.0.iter().filter_map(|row| match &row.shape {
            ShapeRow::Struct(fields) => Some(fields),
            ShapeRow::Array(..) => None,
        });
        fields.flatten().map(|field| field.name.as_str())
    }
}

impl TypeRow {
    fn new(key: &str, shape: ShapeText) -> Self {
        let mut words = key.split(' ');
        let name = words.next().unwrap_or_default().to_owned();
        let modifiers: Vec<&str> = words.collect();
        let shape = match shape {
            ShapeText::Array(text) => {
                let (item, least) = declared(text.trim_start_matches("[]"));
                ShapeRow::Array(item.to_owned(), least)
            }
            ShapeText::Struct(fields) => ShapeRow::Struct(fields.iter().map(|field| FieldRow::new(field)).collect()),
        };
        let sequence = modifiers.contains(&"sequence");
        Self { name, presence: Presence::read(&modifiers), sequence, shape }
    }
}

impl FieldRow {
    fn new(text: &str) -> Self {
        let mut words = text.split(' ');
        let name = words.next().unwrap_or_default().to_owned();
        let (type_name, occurs) = declared(words.next().unwrap_or_default());
        let modifiers: Vec<&str> = words.collect();
        Self { name, type_name: type_name.to_owned(), occurs, presence: Presence::read(&modifiers) }
    }
}

/// A type's name and whether an exclamation mark makes it required.
fn declared(text: &str) -> (&str, Occurs) {
    match text.strip_suffix('!') {
        Some(required) => (required, Occurs::Required),
        None => (text, Occurs::Optional),
    }
}

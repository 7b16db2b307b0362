//! What there is to make goods of: a series of products, the names of series, categories, attributes.

use crate::shop::seed::{AttributeKind, AttributeOf, AttributeScope, Options, SeedAttribute};

/// A product of each series.
pub(super) struct Piece {
    pub(super) kind: &'static str,
    pub(super) sku: &'static str,
    pub(super) name: &'static str,
    pub(super) cents: u32,
    pub(super) weight: &'static str,
    /// Its category, by place in [`SHELVES`].
    pub(super) shelf: usize,
    /// Its `size`, which only the variants of the mug have.
    pub(super) size: Option<&'static str>,
}

const fn piece(kind: &'static str, sku: &'static str, name: &'static str, cents: u32, shelf: usize) -> Piece {
    Piece { kind, sku, name, cents, weight: "0.4000", shelf, size: None }
}

/// The products of a series. What is made of others comes after them, so that a series may end anywhere.
pub(super) const SERIES: &[Piece] = &[
    Piece { size: Some("Small"), ..piece("simple", "mug-s", "mug, small", 990, 1) },
    Piece { size: Some("Medium"), ..piece("simple", "mug-m", "mug, medium", 990, 1) },
    Piece { size: Some("Large"), weight: "0.6000", ..piece("simple", "mug-l", "mug, large", 1190, 1) },
    Piece { weight: "1.2000", ..piece("simple", "pot", "tea pot", 3450, 1) },
    Piece { weight: "2.0000", ..piece("simple", "tray", "oak tray & cloth", 4900, 2) },
    piece("virtual", "wrapping", "gift wrapping", 350, 4),
    piece("downloadable", "book", "book of teas (PDF)", 700, 4),
    piece("configurable", "mug", "mug", 990, 1),
    piece("grouped", "table", "table set", 0, 2),
    piece("bundle", "breakfast", "breakfast box", 0, 3),
];

/// Names of series; a number follows once all are used.
pub(super) const NAMES: &[&str] = &[
    "Harbour", "Meadow", "Orchard", "Crème", "Nordic", "Söder", "Juniper", "Copper", "Linen", "Pebble", "Heather",
    "Marigold", "Alpine", "Estuary", "Willow", "Saffron",
];

/// Categories: name and the one above, by place; the first is right below the root of the catalogue.
pub(super) const SHELVES: &[(&str, Option<usize>)] =
    &[("Tea & Table", None), ("Cups and Pots", Some(0)), ("Table", Some(0)), ("Boxes", Some(0)), ("Extras", None)];

/// Attributes that products have besides Magento's.
pub(in crate::shop::generate) fn attributes() -> Vec<SeedAttribute> {
    let attribute = |code: &str, label: &str, kind, options: &[&str]| SeedAttribute {
        entity: AttributeOf::Product,
        code: code.to_owned(),
        kind,
        label: Some(label.to_owned()),
        options: Options::Labels(options.iter().map(|label| (*label).to_owned()).collect()),
        sets: None,
        apply_to: Vec::new(),
        scope: AttributeScope::Global,
        required: false,
        unique: false,
        default: None,
    };
    vec![
        attribute("size", "Size", AttributeKind::Select, &["Small", "Medium", "Large"]),
        attribute("material", "Material", AttributeKind::Text, &[]),
        attribute("care", "Care", AttributeKind::Multiselect, &["Dishwasher", "Microwave", "By hand"]),
    ]
}

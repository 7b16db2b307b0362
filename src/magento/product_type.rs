//! Types of products that Magento has itself; modules may add others.

/// By their codes, with the labels of Magento's form, in its order.
pub const PRODUCT_TYPES: &[(&str, &str)] = &[
    ("simple", "Simple Product"),
    ("grouped", "Grouped Product"),
    ("configurable", "Configurable Product"),
    ("virtual", "Virtual Product"),
    ("bundle", "Bundle Product"),
    ("downloadable", "Downloadable Product"),
];

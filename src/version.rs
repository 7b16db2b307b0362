//! Extension versions, ordered as PHP's `version_compare` orders them (`orocrm-sync` spec, section 2.4): a missing
//! part is lower than a present one, and `dev < alpha < beta < RC < # < pl`, where `#` is any number.
#![doc(hidden)]

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The bridge from which on carts and subscribers are there and two way sync is possible (sync spec 2.4).
pub const SUPPORTED_BRIDGE: &str = "1.2.0";
/// The bridge from which on it lists regions.
pub const BRIDGE_WITH_REGIONS: &str = "1.2.14";
/// The bridge from which on order notes are imported.
pub const BRIDGE_WITH_ORDER_NOTES: &str = "1.2.19";

/// A version text such as `1.2.19` or `1.2.0-beta`, kept as written.
///
/// Equality is of order, not of spelling: `1.2.0beta` equals `1.2.0-beta`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExtensionVersion(String);

impl ExtensionVersion {
    /// Keeps any text; PHP compares any text too.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The version as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this version is at least `other`, PHP's `ge`.
    pub fn at_least(&self, other: &str) -> bool {
        compare(&self.0, other) != Ordering::Less
    }
}

impl fmt::Display for ExtensionVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq for ExtensionVersion {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for ExtensionVersion {}

impl PartialOrd for ExtensionVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ExtensionVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(&self.0, &other.0)
    }
}

/// Compares two version texts as PHP's `version_compare(a, b)` does.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (parts(a), parts(b));
    for at in 0..a.len().max(b.len()) {
        let order = match (a.get(at), b.get(at)) {
            (Some(x), Some(y)) => compare_parts(x, y),
            (Some(extra), None) => against_nothing(extra),
            (None, Some(extra)) => against_nothing(extra).reverse(),
            (None, None) => Ordering::Equal,
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// Splits at `.`, `-`, `_`, `+` and wherever digits meet letters.
fn parts(version: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut current = String::new();
    for c in version.chars() {
        if matches!(c, '.' | '-' | '_' | '+') {
            if !current.is_empty() {
                parts.push(std::mem::take(&mut current));
            }
            continue;
        }
        if current.chars().last().is_some_and(|last| last.is_ascii_digit() != c.is_ascii_digit()) {
            parts.push(std::mem::take(&mut current));
        }
        current.push(c);
    }
    if !current.is_empty() {
        parts.push(current);
    }
    parts
}

fn compare_parts(a: &str, b: &str) -> Ordering {
    match (number(a), number(b)) {
        (Some(x), Some(y)) => x.cmp(&y),
        _ => rank(a).cmp(&rank(b)),
    }
}

/// PHP: a further number makes a version higher, a further word is compared with the release itself.
fn against_nothing(extra: &str) -> Ordering {
    match number(extra) {
        Some(_) => Ordering::Greater,
        None => rank(extra).cmp(&rank("0")),
    }
}

fn number(part: &str) -> Option<u64> {
    part.parse().ok()
}

fn rank(part: &str) -> i8 {
    match part {
        _ if number(part).is_some() => 4,
        "dev" => 0,
        "alpha" | "a" => 1,
        "beta" | "b" => 2,
        "RC" | "rc" | "c" => 3,
        "pl" | "p" => 5,
        _ => -1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with PHP 8.2; the first rows are vectors 75 and 76 of the sync spec.
    #[test]
    fn versions_order_as_php_orders_them() {
        for (a, b, expected) in [
            ("1.1.3", "1.2.0", Ordering::Less),
            ("1.2.3", "1.2.0", Ordering::Greater),
            ("1.2.3", "1.2.14", Ordering::Less),
            ("1.2", "1.2.0", Ordering::Less),
            ("1.2.0-beta", "1.2.0", Ordering::Less),
            ("1.10.0", "1.2.19", Ordering::Greater),
            ("1.2.19", "1.2.19.0", Ordering::Less),
            ("1.0.0.0-rc1", "1.0.0.0", Ordering::Less),
            ("1.2.0pl1", "1.2.0", Ordering::Greater),
            ("1.2.0", "1.2.0", Ordering::Equal),
        ] {
            assert_eq!(compare(a, b), expected, "{a} against {b}");
            assert_eq!(compare(b, a), expected.reverse(), "{b} against {a}");
        }
    }
}

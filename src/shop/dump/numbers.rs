//! Numbers of attributes: a real shop's are of its own history, the fake has those of a fresh install for the system's
//! attributes. Whatever names an attribute by its number is told the new one.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::text;
use crate::shop::operation::system_attribute;
use crate::shop::seed::SeedRow;

/// No attribute of the system's has a number as high, whatever the product is.
const FIRST_OWN: i64 = 140;

/// The fake's number of each attribute that it has, by the shop's.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    known: HashMap<String, String>,
    own: Vec<String>,
}

/// Columns that name an attribute of a product by its number.
const COLUMNS: &[(&str, &str)] = &[
    ("eav_attribute", "attribute_id"),
    ("eav_attribute_option", "attribute_id"),
    ("catalog_product_super_attribute", "attribute_id"),
];

/// Columns of texts that PHP has written with such numbers: the table, the column, and what the row must be for the whole text
/// to be a list by them.
const SERIALISED: &[(&str, &str)] =
    &[("sales_flat_quote_item_option", "value"), ("sales_flat_order_item", "product_options")];

/// What a buyer has chosen of a configurable product, in a request.
const CHOSEN: &str = "s:15:\"super_attribute\";";

impl Numbers {
    /// An attribute of the system's.
    pub(super) fn add_system(&mut self, id: &str, entity: &str, code: &str) {
        if let Some(number) = system_attribute(entity, code) {
            self.known.insert(id.to_owned(), number.to_string());
        }
    }

    /// An attribute of the shop's own.
    pub(super) fn add_own(&mut self, id: &str) {
        self.own.push(id.to_owned());
    }

    /// Gives the shop's own attributes numbers: theirs, or a higher one where the fake has another attribute.
    pub(super) fn settle(&mut self) {
        let number = |id: &String| id.parse::<i64>().unwrap_or_default();
        let mut next = self.own.iter().map(number).max().unwrap_or_default().max(FIRST_OWN - 1) + 1;
        for id in std::mem::take(&mut self.own) {
            let kept = if number(&id) < FIRST_OWN {
                next += 1;
                (next - 1).to_string()
            } else {
                id.clone()
            };
            self.known.insert(id, kept);
        }
    }

    /// Whether the fake has the attribute.
    pub(super) fn has(&self, id: &str) -> bool {
        self.known.contains_key(id)
    }

    /// Puts the fake's numbers into all rows that have the shop's.
    pub(super) fn translate(&self, made: &mut IndexMap<String, Vec<SeedRow>>) {
        if self.known.iter().all(|(shops, fakes)| shops == fakes) {
            return;
        }
        for (table, column) in COLUMNS {
            for row in made.get_mut(*table).into_iter().flatten() {
                if let Some(number) = text(row, column).and_then(|id| self.known.get(id)).cloned() {
                    row.insert((*column).to_owned(), Some(number));
                }
            }
        }
        for (table, column) in SERIALISED {
            for row in made.get_mut(*table).into_iter().flatten() {
                let is_list = text(row, "code") == Some("attributes");
                if let Some(value) = text(row, column).and_then(|value| self.rekeyed(value, is_list)) {
                    row.insert((*column).to_owned(), Some(value));
                }
            }
        }
    }

    /// The text with other numbers; none for one that has none.
    fn rekeyed(&self, value: &str, is_list: bool) -> Option<String> {
        let start = if is_list { 0 } else { value.find(CHOSEN)? + CHOSEN.len() };
        let open = start + value[start..].find('{')? + 1;
        if !value[start..].starts_with("a:") {
            return None;
        }
        let mut rest = &value[open..];
        let mut list = String::new();
        while !rest.starts_with('}') {
            let (key, after) = rest.strip_prefix("i:")?.split_once(';')?;
            let length = value_length(after)?;
            let key = self.known.get(key).map_or(key, String::as_str);
            list.push_str(&format!("i:{key};{}", &after[..length]));
            rest = &after[length..];
        }
        Some(format!("{}{list}{rest}", &value[..open]))
    }
}

/// How long the value of a list is, a text or a number with its end.
fn value_length(text: &str) -> Option<usize> {
    let Some(written) = text.strip_prefix("s:") else {
        return text.starts_with(['i', 'd', 'b', 'N']).then(|| text.find(';').map(|at| at + 1)).flatten();
    };
    let (length, _) = written.split_once(':')?;
    let end = 2 + length.len() + 2 + length.parse::<usize>().ok()? + 2;
    text.get(..end).filter(|value| value.ends_with("\";")).map(str::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_changed_wherever_an_attribute_is_named() {
        let mut numbers = Numbers::default();
        numbers.add_system("300", "catalog_product", "color");
        numbers.add_own("92");
        numbers.add_own("150");
        numbers.settle();
        let color = system_attribute("catalog_product", "color").unwrap();
        for (value, is_list, expected) in [
            ("a:2:{i:300;s:1:\"3\";i:92;s:2:\"};\";}", true, format!("a:2:{{i:{color};s:1:\"3\";i:151;s:2:\"}};\";}}")),
            (
                "a:2:{s:3:\"qty\";i:300;s:15:\"super_attribute\";a:1:{i:300;i:7;}}",
                false,
                format!("a:2:{{s:3:\"qty\";i:300;s:15:\"super_attribute\";a:1:{{i:{color};i:7;}}}}"),
            ),
        ] {
            assert_eq!(numbers.rekeyed(value, is_list), Some(expected), "{value}");
        }
        for (value, is_list) in [
            ("a:1:{s:3:\"qty\";i:1;}", false),
            ("a:1:{i:300;s:9:\"3\";}", true),
            ("a:1:{i:300;s:99999999999999999999:\"\";}", true),
            ("s:15:\"super_attribute\";i:1;", false),
            ("3", true),
            ("a:1:{i:300;a:1:{i:300;i:1;}}", true),
        ] {
            assert_eq!(numbers.rekeyed(value, is_list), None, "{value}");
        }
    }
}

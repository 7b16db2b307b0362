//! Options by their labels. Magento's import takes labels, its database holds ids: a fake that kept a label would answer what
//! no shop does. One rule for seeds, edits and stubs: ids are written, and a label is refused with the id that it has.

use super::Shop;
use super::operation::options_of;
use super::seed::SeedRow;
use super::written::{Miswritten, takes_of};
use crate::magento::columns;

/// Options in their order: id and label.
pub(super) type Options = Vec<(String, String)>;

/// Options that a message lists.
const LISTED_MAX: usize = 12;

/// Whether an attribute of that kind of form holds ids of options.
pub(super) fn has_options(input: &str) -> bool {
    matches!(input, "select" | "multiselect" | "boolean")
}

/// Whether a text is one id, or several with commas.
pub(super) fn is_ids(text: &str) -> bool {
    text.split(',').all(|part| part.trim().bytes().all(|letter| letter.is_ascii_digit() || letter == b'-'))
}

/// Whether a value is made of ids; `options` are those that are known, none of which need be meant.
///
/// # Errors
/// [`Miswritten`] with the id of the option whose label it is, or with all there are.
pub(super) fn check(table: &str, code: &str, text: &str, options: &Options) -> Result<(), Miswritten> {
    let known = || options.iter().filter(|(id, _)| !id.is_empty());
    // Options of some attributes are no numbers: layouts of pages, countries.
    let is_id = |part: &str| is_ids(part) || known().any(|(id, _)| id == part);
    let Some(part) = text.split(',').map(str::trim).find(|part| !is_id(part)) else { return Ok(()) };
    if known().next().is_none() {
        return Ok(());
    }
    let what = format!("{table}.{code} holds ids of options, and \"{part}\" is none");
    let meant = known().find(|(_, label)| label.eq_ignore_ascii_case(part));
    let remedy = match meant {
        Some((id, label)) => format!("write {id}, which is {label}"),
        None => {
            let listed: Vec<String> = known().take(LISTED_MAX).map(|(id, label)| format!("{id} for {label}")).collect();
            let more = if known().count() > LISTED_MAX { " and more" } else { "" };
            format!("there are {}{more}", listed.join(", "))
        }
    };
    Err(Miswritten::new(what, remedy))
}

/// Whether ids are those of options; nothing is said where none are known.
fn check_ids(table: &str, code: &str, text: &str, options: &Options) -> Result<(), Miswritten> {
    let known: Vec<&(String, String)> = options.iter().filter(|(id, _)| !id.is_empty()).collect();
    let unknown = text.split(',').map(str::trim).find(|part| !known.iter().any(|(id, _)| id == part));
    let Some(part) = unknown.filter(|_| !known.is_empty()) else { return Ok(()) };
    let listed: Vec<String> = known.iter().take(LISTED_MAX).map(|(id, label)| format!("{id} for {label}")).collect();
    let more = if known.len() > LISTED_MAX { " and more" } else { "" };
    let what = format!("{table}.{code} has no option {part}");
    Err(Miswritten::of(code, what, format!("there are {}{more}", listed.join(", "))))
}

impl Shop {
    /// Whether the columns of a row that hold options hold ids of them.
    ///
    /// # Errors
    /// [`Miswritten`] for the first that does not.
    pub(super) fn check_labels(&self, tables: &[&str], row: &SeedRow) -> Result<(), Miswritten> {
        for (column, value) in row {
            if let Some(text) = value {
                self.check_label(tables, column, text)?;
            }
        }
        Ok(())
    }

    /// Whether ids are those of options that there are, as a form offers them.
    ///
    /// # Errors
    /// [`Miswritten`] for the first that is none.
    pub(super) fn check_options(&self, tables: &[&str], row: &SeedRow) -> Result<(), Miswritten> {
        for (column, value) in row {
            let entity = tables.iter().find_map(|name| columns::tables().find(|known| known == name));
            let (Some(text), Some(entity)) = (value.as_deref().filter(|text| !text.is_empty()), entity) else {
                continue;
            };
            let is_judged = takes_of(&[entity], column).is_some();
            if !is_judged && columns::attributes(entity).is_some() && is_ids(text) {
                check_ids(entity, column, text, &options_of(self, entity, column))?;
            }
        }
        Ok(())
    }

    /// The same for one column.
    ///
    /// # Errors
    /// As [`Shop::check_labels`].
    pub(super) fn check_label(&self, tables: &[&str], column: &str, text: &str) -> Result<(), Miswritten> {
        let entity = tables.iter().find_map(|name| columns::tables().find(|known| known == name));
        let Some(entity) = entity.filter(|entity| !is_ids(text) && columns::attributes(entity).is_some()) else {
            return Ok(());
        };
        check(entity, column, text, &options_of(self, entity, column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_refused_with_its_id() {
        let options: Options =
            [("", ""), ("7", "Red"), ("9", "Dark blue")].map(|(id, label)| (id.to_owned(), label.to_owned())).into();
        let told = |text: &str| check("catalog_product", "color", text, &options).err().map(|wrong| wrong.to_string());
        for (text, expected) in [
            ("7", None),
            ("", None),
            ("7,9", None),
            ("8", None),
            ("Red", Some("catalog_product.color holds ids of options, and \"Red\" is none; write 7, which is Red")),
            (
                "7, dark BLUE",
                Some(
                    "catalog_product.color holds ids of options, and \"dark BLUE\" is none; write 9, which is Dark blue",
                ),
            ),
            (
                "Green",
                Some(
                    "catalog_product.color holds ids of options, and \"Green\" is none; there are 7 for Red, 9 for Dark blue",
                ),
            ),
        ] {
            assert_eq!(told(text).as_deref(), expected, "{text}");
        }
        assert!(check("catalog_product", "color", "Red", &Vec::new()).is_ok(), "nothing is known");
    }
}

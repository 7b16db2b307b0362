//! All that is wrong with the rows of a seed, each at its line.

use serde_saphyr::Error;

use super::check::{self, Misfit};
use super::{Seed, SeedError};
use crate::place::{At, Place};
use crate::written_value::Value;

/// Seeds that are longer were made by a program; what is wrong with them is said without a line.
const TEXT_MAX: usize = 1 << 20;

impl Seed {
    /// Reads a seed file and looks at every column and value; `name` is for messages.
    ///
    /// # Errors
    /// [`SeedError::Rows`] with all that is wrong with rows; what [`Seed::parse`] has otherwise.
    pub fn checked(text: &str, name: &str) -> Result<Self, SeedError> {
        let seed = Self::parse(text, name)?;
        seed.check_rows(text, name)?;
        Ok(seed)
    }

    /// Looks at every column and value of a seed that was read from a text.
    ///
    /// # Errors
    /// [`SeedError::Rows`].
    pub fn check_rows(&self, text: &str, name: &str) -> Result<(), SeedError> {
        if text.len() > TEXT_MAX {
            return Ok(());
        }
        let misfits = check::rows(self);
        if misfits.is_empty() {
            return Ok(());
        }
        let root: Result<At<Value>, Error> = serde_saphyr::from_str(text);
        let line = |misfit: &Misfit| {
            let place = root.as_ref().ok().and_then(|root| place_of(root, misfit));
            let place = place.map(|place| format!(":{place}")).unwrap_or_default();
            format!("{name}{place}: {}: {}; {}", misfit.named, misfit.what, misfit.remedy)
        };
        Err(SeedError::Rows(misfits.iter().map(line).collect::<Vec<_>>().join("\n")))
    }
}

/// Where the column stands.
fn place_of(root: &At<Value>, misfit: &Misfit) -> Option<Place> {
    let mut at = root;
    for step in misfit.path() {
        at = match at.get() {
            Value::Record(fields) => fields.get(&step)?,
            Value::List(items) => items.get(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    let Value::Record(fields) = at.get() else { return None };
    fields.iter().find(|(name, _)| name.get() == &misfit.column).map(|(name, _)| name.place())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_with_rows_is_said_at_once_and_at_its_line() {
        let text = "customers:\n- email: a@example.com\n  emial: x\n  addresses:\n  - {city: Rome, stret: x}\nwebsites:\n- {website_id: base}\ntables:\n  sales_flat_order:\n  - {entity_id: 1, grand_total: a lot}\n";
        let told = Seed::checked(text, "s.yaml").unwrap_err().to_string();
        let starts = [
            "s.yaml:7:4: websites: number 1: core_website.website_id cannot hold \"base\"; ",
            "s.yaml:3:3: customers: \"a@example.com\": customer has no column `emial`; did you mean `email`?",
            "s.yaml:5:18: customers: \"a@example.com\", address 1: customer_address has no column `stret`; did you mean `street`?",
            "s.yaml:10:20: tables: sales_flat_order, number 1: sales_flat_order.grand_total cannot hold \"a lot\"; ",
        ];
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines.len(), starts.len(), "{told}");
        for (line, start) in lines.iter().zip(starts) {
            assert!(line.starts_with(start), "{line}\n{start}");
        }
        assert!(Seed::checked("customers:\n- {email: a@example.com}\n", "s.yaml").is_ok());
    }
}

//! Reading a seed within limits: a long one as it comes, a short one with the place of each mistake.

use std::io::{self, BufRead as _, BufReader, Read, Seek};

use super::{Seed, SeedError};
use crate::bounded::CountedJson;
use crate::yaml_mistake;

/// Keys and values of a seed. Rows are read packed, so that a value takes what its text does.
pub const NODES_MAX: usize = 20_000_000;
/// A long seed may have more: one for so many bytes, which a shop of a hundred thousand customers and as many orders has not.
const BYTES_OF_NODE: usize = 6;
/// No key or value of a seed in YAML is written in fewer bytes, on the average.
const NODE_BYTES_MIN: usize = 4;
/// What a short seed in YAML may have all the same.
const YAML_NODES_MIN: usize = 250_000;

/// Seeds in JSON from this length on are read as they come. People do not write so much, so that nobody wants the place of a
/// column that does not fit.
const LONG: usize = 8 * 1024 * 1024;

/// Keys and values that a seed of so many bytes may have.
fn nodes_max(bytes: usize) -> usize {
    NODES_MAX.max(bytes / BYTES_OF_NODE)
}

/// Checks that a JSON text has not too many keys and values, before anything is made of them: a value of two bytes takes
/// a hundred in memory.
///
/// # Errors
/// [`SeedError::TooLarge`].
pub fn check_nodes(text: &str, name: &str, nodes_max: usize) -> Result<(), SeedError> {
    if crate::bounded::json_nodes(text.as_bytes()) <= nodes_max {
        return Ok(());
    }
    Err(SeedError::TooLarge { name: name.to_owned(), nodes_max })
}

/// Whether a text was refused for its size, where it stands or where it is repeated.
fn passes_budget(error: &serde_saphyr::Error) -> bool {
    use serde_saphyr::Error;
    match error {
        Error::AliasError { error, .. } | Error::WithSnippet { error, .. } => passes_budget(error),
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } | Error::AliasExpansionLimitExceeded { .. } => {
            true
        }
        _ => false,
    }
}

impl Seed {
    /// Reads a seed file; `name` is for messages.
    ///
    /// # Errors
    /// [`SeedError::Syntax`] with line and column.
    pub fn parse(text: &str, name: &str) -> Result<Self, SeedError> {
        Self::parse_within(text, name, nodes_max(text.len()))
    }

    /// Reads a long seed in JSON as it comes, so that its text, which takes as much as the shop, is never in memory. `None`
    /// for one that is not read so: one that is short or no JSON, and one with a mistake, which is told from its text.
    pub fn of_long_json(mut reader: impl Read + Seek, bytes: usize) -> Option<Self> {
        if bytes < LONG {
            return None;
        }
        // Counted before anything is made of it.
        io::copy(&mut CountedJson::new(&mut reader, nodes_max(bytes)), &mut io::sink()).ok()?;
        reader.rewind().ok()?;
        let mut reader = BufReader::new(CountedJson::new(reader, nodes_max(bytes)));
        let is_json = reader.fill_buf().is_ok_and(|begin| begin.starts_with(b"{"));
        if is_json { serde_json::from_reader(reader).ok() } else { None }
    }

    /// As [`Seed::parse`] for a seed with fewer keys and values.
    ///
    /// # Errors
    /// [`SeedError::Syntax`] with line and column, [`SeedError::TooLarge`].
    pub fn parse_within(text: &str, name: &str, nodes_max: usize) -> Result<Self, SeedError> {
        check_nodes(text, name, nodes_max)?;
        // JSON is read as such where it can be, since that is faster; messages are the same for both.
        if text.starts_with('{')
            && let Ok(seed) = serde_json::from_str(text)
        {
            return Ok(seed);
        }
        // What is written out has less; references to what stands above may only repeat a little.
        let max = (text.len() / NODE_BYTES_MIN).clamp(YAML_NODES_MIN, nodes_max.max(YAML_NODES_MIN));
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! {
                max_nodes: max, max_events: max.saturating_mul(3), max_total_scalar_bytes: text.len().max(1 << 26),
            },
        };
        serde_saphyr::from_str_with_options(text, options).map_err(|error| {
            if passes_budget(&error) {
                return SeedError::TooLarge { name: name.to_owned(), nodes_max: max };
            }
            let (line, column, message) = yaml_mistake::of(&error, text, &yaml_mistake::SEED, |_| true).in_one_line();
            SeedError::Syntax { name: name.to_owned(), line, column, message }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_long_seed_in_yaml_is_read_and_one_that_repeats_itself_is_not() {
        let customer = |n| format!("- {{email: c{n}@shop.example, firstname: Ann, lastname: Lee}}\n");
        let text = format!("customers:\n{}", (0..45_000).map(customer).collect::<String>());
        assert_eq!(Seed::parse(&text, "long.yaml").unwrap().customers.len(), 45_000);
        let row = |n| format!("    a{n}: x\n");
        let rows = (0..200).map(row).collect::<String>();
        let again = "  - *row\n".repeat(2_000);
        let text = format!("tables:\n  eav_attribute_set:\n  - &row\n{rows}{again}");
        let refused = Seed::parse(&text, "bomb.yaml").unwrap_err();
        assert!(matches!(refused, SeedError::TooLarge { nodes_max: 250_000, .. }), "{refused}");
    }

    #[test]
    fn a_longer_seed_may_hold_more() {
        for (bytes, expected) in [(0, NODES_MAX), (6 * NODES_MAX, NODES_MAX), (12 * NODES_MAX, 2 * NODES_MAX)] {
            assert_eq!(nodes_max(bytes), expected, "{bytes}");
        }
    }

    #[test]
    fn a_long_seed_in_json_is_read_as_it_comes() {
        let seed = Seed::corner_shop_people().unwrap();
        let text = seed.to_json().unwrap();
        let read =
            |text: &str, bytes: usize| Seed::of_long_json(Cursor::new(text), bytes).map(|seed| seed.to_json().unwrap());
        assert_eq!(read(&text, LONG).as_ref(), Some(&text));
        for (text, bytes) in
            [(text.as_str(), LONG - 1), (&text[..text.len() - 1], LONG), ("customers: []", LONG), ("", LONG)]
        {
            assert_eq!(read(text, bytes), None);
        }
    }
}

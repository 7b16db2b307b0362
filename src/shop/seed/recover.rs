//! All that keeps a seed from being read: what was found is blanked out, with nothing moved, and the rest is read again.

use super::{Seed, SeedError};
use crate::place::{At, Place};
use crate::shop::written::elsewhere;
use crate::written_value::Value;
use crate::yaml_entries as entries;
use crate::yaml_mistake::{OTHER_KIND, key_before};

/// Parts of the head without which columns and tables of somebody's own are not known.
const OWN: &[&str] = &["columns", "attributes", "own_tables"];
/// How a message about a list in the place of a value begins.
const LIST: &str = "a list stands here where one value belongs";

/// What is wrong with a text that is no seed, each with its place; `first` is what reading it said.
pub(super) fn all(text: &str, name: &str, first: SeedError, most: usize) -> Vec<(Option<Place>, String)> {
    let (mut page, mut found, mut error) = (text.to_owned(), Vec::new(), first);
    let mut knows_own = true;
    while found.len() < most {
        let SeedError::Syntax { line, column, message, .. } = &error else {
            found.push((None, error.to_string()));
            break;
        };
        let Some(at) = offset(&page, *line, *column) else { break };
        let gone = match emptied(&page, text, at) {
            // Its rows were blanked out one by one; that nothing is left says nothing of the file.
            Some(key) => Some(key),
            None => {
                // Blanks change how many characters stand before a place, not how many bytes.
                let place = place_of(text, at);
                let message = with_hint(text, at, message);
                knows_own &= !OWN.iter().any(|part| message.contains(&format!("did you mean `{part}`?")));
                found.push((Some(place.clone()), format!("{name}:{place}: {message}")));
                if message.starts_with(OTHER_KIND) {
                    break;
                }
                let root: Result<At<Value>, _> = serde_saphyr::from_str(&page);
                let Ok(root) = root else { break };
                entries::around(&page, &root, at, message.contains(" is missing"))
            }
        };
        if !gone.is_some_and(|gone| entries::blank(&mut page, &gone)) {
            break;
        }
        match Seed::parse(&page, name) {
            Ok(rest) => {
                if knows_own {
                    found.extend(rest.wrong_rows(&page, name, false));
                }
                break;
            }
            Err(next) => error = next,
        }
    }
    found
}

/// The line of a key at `at` all of whose rows were blanked out, each on a line of its own.
fn emptied(page: &str, text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let start = page.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let end = page.get(start..)?.find('\n').map_or(page.len(), |length| start + length);
    let line = page.get(start..end)?;
    let is_key_alone = line.trim_end().ends_with(':') && ["", ":"].contains(&page.get(at..end)?.trim());
    let next = page.get(end..)?.lines().find(|line| !line.trim().is_empty());
    let indent = |line: &str| line.len() - line.trim_start().len();
    let is_last_of_its = next.is_none_or(|next| indent(next) <= indent(line) && !next.trim_start().starts_with('-'));
    let was_more = page.len() == text.len() && page.get(end..)? != text.get(end..)?;
    (is_key_alone && is_last_of_its && was_more).then_some(start..end)
}

/// Where a line and a column, both counted from 1, are in a text.
fn offset(text: &str, line: u64, column: u64) -> Option<usize> {
    let mut start = 0;
    let mut lines = text.split_inclusive('\n');
    for _ in 1..line {
        start += lines.next()?.len();
    }
    let before: usize = text.get(start..)?.chars().take(usize::try_from(column).ok()? - 1).map(char::len_utf8).sum();
    Some(start + before)
}

fn place_of(text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Place { line, column, bytes: at..at }
}

/// What a row has no list for is in another table.
fn with_hint(text: &str, at: usize, message: &str) -> String {
    let hint = message.starts_with(LIST).then(|| elsewhere::of_any(key_before(text, at)));
    match hint.flatten() {
        Some(hint) => format!("{LIST}; {hint}"),
        None => message.to_owned(),
    }
}

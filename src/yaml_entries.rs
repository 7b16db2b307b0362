//! Parts of a text that can be taken out with nothing moved, so that the rest is read again and its mistakes are found too.

use std::ops::Range;

use crate::place::At;
use crate::written_value::Value;

/// Puts blanks in the place of a part, and of the comma that parted it from the others. Answers whether anything was there.
pub(crate) fn blank(text: &mut String, gone: &Range<usize>) -> bool {
    let mut bytes = std::mem::take(text).into_bytes();
    let is_blank = |byte: &u8| byte.is_ascii_whitespace();
    let after = bytes.iter().skip(gone.end).position(|byte| !is_blank(byte)).map(|skip| gone.end + skip);
    let before = bytes.get(..gone.start).and_then(|before| before.iter().rposition(|byte| !is_blank(byte)));
    let is_comma = |at: &usize| bytes.get(*at) == Some(&b',');
    let comma = after.filter(is_comma).or(before.filter(is_comma));
    let mut is_new = false;
    for at in gone.clone().chain(comma) {
        if let Some(byte) = bytes.get_mut(at).filter(|byte| **byte != b'\n' && **byte != b'\r') {
            is_new |= *byte != b' ';
            *byte = b' ';
        }
    }
    // Whole entries begin and end between characters.
    *text = String::from_utf8_lossy(&bytes).into_owned();
    is_new
}

/// Whether two parts have something in common.
pub(crate) fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// The smallest entry around a place. What lacks something is noticed at one of its members. A pair that is all of an item
/// goes with the item's dash.
pub(crate) fn around(text: &str, root: &At<Value>, at: usize, is_lacking: bool) -> Option<Range<usize>> {
    let entries = entries(text, root);
    let mut around: Vec<&Range<usize>> =
        entries.iter().filter(|entry| entry.contains(&at) || entry.start == at).collect();
    around.sort_by_key(|entry| entry.len());
    let own = (*around.get(usize::from(is_lacking)).or(around.first())?).clone();
    let dash = dash_before(text, own.start);
    let is_item = |entry: &&Range<usize>| entry.start == dash && entry.end == own.end;
    Some(entries.iter().find(is_item).cloned().unwrap_or(own))
}

/// Every pair and every item, with all that belongs to it.
fn entries(text: &str, root: &At<Value>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    visit(text, root, &mut found);
    found
}

/// Notes what is below a value; answers where the value ends.
fn visit(text: &str, value: &At<Value>, found: &mut Vec<Range<usize>>) -> usize {
    let start = value.place().bytes.start;
    let mut last = start;
    match value.get() {
        Value::Record(fields) => {
            for (name, below) in fields.iter() {
                let of_name = name.place().bytes;
                let end = match below.get() {
                    // What stood there may be blanked out.
                    Value::Null => next_written(text, of_name.end + 1),
                    _ => visit(text, below, found).max(of_name.end + 1),
                };
                let end = end.min(text.len());
                found.push(of_name.start..end);
                last = last.max(end);
            }
        }
        Value::List(items) => {
            for item in items {
                let at = item.place().bytes.start;
                let end = visit(text, item, found).max(at);
                found.push(dash_before(text, at)..end);
                last = last.max(end);
            }
        }
        _ => return value.place().bytes.end,
    }
    let closes = match text.as_bytes().get(start) {
        Some(b'{') => b'}',
        Some(b'[') => b']',
        _ => return last,
    };
    let rest = text.as_bytes().iter().skip(last.max(start + 1));
    rest.clone().position(|byte| *byte == closes).map_or(last, |skip| last.max(start + 1) + skip + 1)
}

/// Where something stands again after blanks.
fn next_written(text: &str, from: usize) -> usize {
    let rest = text.as_bytes().iter().skip(from);
    rest.clone().position(|byte| !byte.is_ascii_whitespace()).map_or(text.len(), |skip| from + skip)
}

/// An item of a list in lines begins with its dash.
fn dash_before(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    match before.get(line..).and_then(|line| line.rfind("- ")) {
        Some(dash) if before.get(line + dash + 1..).is_some_and(|rest| rest.trim().is_empty()) => line + dash,
        _ => at,
    }
}

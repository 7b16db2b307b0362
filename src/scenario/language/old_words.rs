//! Words that files had in earlier releases. They are still read, with a warning; `mockgento migrate` writes the new ones in
//! their place and leaves the rest of a file as it is.

use std::borrow::Cow;

use super::finding::Finding;
use super::read::parse;
use super::renamed::{RENAMED, Renamed};
use super::text::span::{At, Place};
use super::text::value::Value;

/// An old word in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldWord {
    /// Where it stands, quotes included.
    pub place: Place,
    /// The word of the earlier release.
    pub old: &'static str,
    /// The word of this release.
    pub new: &'static str,
}

/// The old words of a scenario or of a file of fragments, in the order of the file.
///
/// # Errors
/// When it is not YAML.
pub fn find(text: &str) -> Result<Vec<OldWord>, Finding> {
    if !RENAMED.iter().any(|renamed| text.contains(renamed.old)) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    look(&parse::values(text)?, "", &mut found);
    Ok(found)
}

/// The same text with the new words.
pub fn renewed(text: &str) -> Result<Cow<'_, str>, Finding> {
    let mut new = Cow::Borrowed(text);
    // From the end, so that places before it stay.
    for word in find(text)?.into_iter().rev() {
        let Some(written) = text.get(word.place.bytes.clone()) else { continue };
        new.to_mut().replace_range(word.place.bytes, &written.replacen(word.old, word.new, 1));
    }
    Ok(new)
}

fn look(value: &At<Value>, within: &str, found: &mut Vec<OldWord>) {
    match value.get() {
        Value::Record(fields) => {
            for (key, value) in &fields.0 {
                let renamed = RENAMED.iter().find(|renamed| renamed.within == within && renamed.old == key.get());
                if let Some(Renamed { old, new, .. }) = renamed {
                    found.push(OldWord { place: key.place(), old, new });
                }
                look(value, key.get(), found);
            }
        }
        Value::List(items) => items.iter().for_each(|item| look(item, within, found)),
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::Fraction => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_keys_change_wherever_and_however_they_are_written() {
        for (before, after) in [
            (
                "steps:\n- expect:\n    in cells: {wsi: yes} # in cells: as before\n",
                "in cases: {wsi: yes} # in cells: as before\n",
            ),
            ("steps: [expect: {outcome: success, \"in cells\": {wsi: no}}]", "\"in cases\": {wsi: no}}]"),
            ("a:\n- expect: {'in cells': 1}\n- expect: {in cells: 2}\n", "{'in cases': 1}\n- expect: {in cases: 2}\n"),
        ] {
            let new = renewed(before).unwrap();
            assert!(new.ends_with(after), "{new}");
            assert_eq!(new.len(), before.len());
            assert!(find(&new).unwrap().is_empty());
        }
        for text in
            ["run: 'in cells: x'\n", "steps:\n- run: |\n    in cells: x\n", "in cells: x\n", "title: in cells\n"]
        {
            assert_eq!(renewed(text).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_yaml_is_an_error() {
        assert!(renewed("expect: {in cells: [").is_err());
    }
}

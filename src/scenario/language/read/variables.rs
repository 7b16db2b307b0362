//! `${name}` in a file's texts: values of `let`, of a variant or a matrix, of `with`. They are put in while the file is
//! read, scalar by scalar, so that places stay those of the file and a value can never become anything but a scalar.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// What a reference begins with.
pub(in crate::scenario) const OPENS: &str = "${";
/// What stands for the two characters themselves.
const ESCAPED: &str = "$${";
/// Marks an error about a name, for [`unknown_name`]; a control character cannot stand in a scenario file's scalar.
const MARK: char = '\u{1e}';

/// Names and their values, and which of them a text has asked for.
#[derive(Debug, Default)]
pub(in crate::scenario) struct Variables {
    values: BTreeMap<String, String>,
    used: RefCell<BTreeSet<String>>,
}

impl Variables {
    /// Variables with these values.
    pub(in crate::scenario) fn new(values: BTreeMap<String, String>) -> Self {
        Self { values, used: RefCell::default() }
    }

    /// The values by the names of the variables.
    pub(in crate::scenario) fn values(&self) -> &BTreeMap<String, String> {
        &self.values
    }

    /// Whether something that was read has asked for the name.
    pub(in crate::scenario) fn has_used(&self, name: &str) -> bool {
        self.used.borrow().contains(name)
    }

    /// The names that were asked for and have a value, in their order.
    pub(in crate::scenario) fn used(&self) -> Vec<String> {
        self.used.borrow().iter().filter(|name| self.values.contains_key(*name)).cloned().collect()
    }

    /// The text with every reference replaced; an error is for [`unknown_name`].
    pub(in crate::scenario) fn fill<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, String> {
        if !text.contains(OPENS) {
            return Ok(Cow::Borrowed(text));
        }
        let (mut filled, mut rest) = (String::with_capacity(text.len()), text);
        while let Some(at) = rest.find('$') {
            let (before, from) = rest.split_at(at);
            filled.push_str(before);
            if let Some(after) = from.strip_prefix(ESCAPED) {
                filled.push_str(OPENS);
                rest = after;
            } else if let Some(after) = from.strip_prefix(OPENS) {
                let (name, after) = after.split_once('}').ok_or_else(|| format!("{MARK}{OPENS}{after}"))?;
                filled.push_str(self.value(name)?);
                rest = after;
            } else {
                filled.push('$');
                rest = from.get(1..).unwrap_or_default();
            }
        }
        filled.push_str(rest);
        Ok(Cow::Owned(filled))
    }

    fn value(&self, name: &str) -> Result<&str, String> {
        self.used.borrow_mut().insert(name.to_owned());
        self.values.get(name).map(String::as_str).ok_or_else(|| format!("{MARK}{OPENS}{name}}}"))
    }
}

/// The reference that could not be replaced, when that is what an error's text says.
pub(in crate::scenario) fn unknown_reference(error: &str) -> Option<&str> {
    error.split_once(MARK).map(|(_, reference)| reference).filter(|reference| !reference.contains(MARK))
}

/// An error about the value that a text has with its references replaced, for [`misfit`].
pub(in crate::scenario) fn misfit_text(written: &str, filled: &str, expected: &str) -> String {
    format!("{MARK}{written}{MARK}\"{filled}\" does not fit here{MARK}expected {expected}")
}

/// What was written, what is wrong with it and what to do, when [`misfit_text`] made the error's text.
pub(in crate::scenario) fn misfit(error: &str) -> Option<(&str, &str, &str)> {
    let mut parts = error.split(MARK).skip(1);
    Some((parts.next()?, parts.next()?, parts.next()?))
}

/// Whether the text is one reference and nothing else.
pub(in crate::scenario) fn is_reference(text: &str) -> bool {
    text.strip_prefix(OPENS).and_then(|rest| rest.strip_suffix('}')).is_some_and(|name| !name.contains(['$', '}']))
}

/// Whether the text does as a variable's name.
pub(in crate::scenario) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || "_- ".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_replaced_and_dollars_stay() {
        let values = [("name", "Ada"), ("e mail", "a@x.com"), ("empty", "")];
        let variables = Variables::new(values.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        for (text, expected) in [
            ("plain", Ok("plain")),
            ("${name}", Ok("Ada")),
            ("<${e mail}> ${name}${empty}!", Ok("<a@x.com> Ada!")),
            ("5 $ and $name", Ok("5 $ and $name")),
            ("$${name} is ${name}", Ok("${name} is Ada")),
            ("$$${name}", Ok("$${name}")),
            ("${nmae}", Err("${nmae}")),
            ("${open", Err("${open")),
            ("${}", Err("${}")),
        ] {
            let filled = variables.fill(text);
            let filled = filled.as_deref().map_err(|error| unknown_reference(error).unwrap());
            assert_eq!(filled, expected, "{text}");
        }
        assert!(variables.has_used("name") && variables.has_used("nmae") && !variables.has_used("e-mail"));
        assert!(is_reference("${a}") && !is_reference("${a}b") && !is_reference("${a}${b}"));
    }
}

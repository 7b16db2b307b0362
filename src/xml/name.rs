//! What may be a name: XML 1.0 (fifth edition), productions 4 and 4a, without the colon that namespaces take.

use std::ops::RangeInclusive;

/// What a name may start with.
const START: [RangeInclusive<char>; 15] = [
    'A'..='Z',
    '_'..='_',
    'a'..='z',
    '\u{c0}'..='\u{d6}',
    '\u{d8}'..='\u{f6}',
    '\u{f8}'..='\u{2ff}',
    '\u{370}'..='\u{37d}',
    '\u{37f}'..='\u{1fff}',
    '\u{200c}'..='\u{200d}',
    '\u{2070}'..='\u{218f}',
    '\u{2c00}'..='\u{2fef}',
    '\u{3001}'..='\u{d7ff}',
    '\u{f900}'..='\u{fdcf}',
    '\u{fdf0}'..='\u{fffd}',
    '\u{10000}'..='\u{effff}',
];

/// What may follow besides.
const FOLLOWING: [RangeInclusive<char>; 5] =
    ['-'..='.', '0'..='9', '\u{b7}'..='\u{b7}', '\u{300}'..='\u{36f}', '\u{203f}'..='\u{2040}'];

/// Whether this is a name, or a prefix and a name.
pub(super) fn is_qualified_name(text: &str) -> bool {
    match text.split_once(':') {
        Some((prefix, local)) => is_name(prefix) && is_name(local),
        None => is_name(text),
    }
}

/// Whether this is a name without a prefix (NCName).
pub fn is_name(text: &str) -> bool {
    if let [first, rest @ ..] = text.as_bytes()
        && (first.is_ascii_alphabetic() || *first == b'_')
        && rest.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    {
        return true;
    }
    let mut characters = text.chars();
    let starts = |c: char| START.iter().any(|range| range.contains(&c));
    characters.next().is_some_and(starts)
        && characters.all(|c| starts(c) || FOLLOWING.iter().any(|range| range.contains(&c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_productions() {
        for good in ["a", "SOAP-ENV:Body", "_1", "straße", "a.b-c", "日本"] {
            assert!(is_qualified_name(good), "{good}");
        }
        for bad in ["", "1", ";", "-a", "a:", ":a", "a:b:c", "a;b", "×", "a b"] {
            assert!(!is_qualified_name(bad), "{bad}");
        }
    }
}

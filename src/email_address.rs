//! When two e-mail addresses are one.
//!
//! The reference client collapses the guests of a batch in lower case, and its database compares texts without case
//! (sync spec 6.5; OroCRM's tables have MySQL's `utf8mb4_unicode_ci`): `Gus@Example.com` and `gus@example.com` are one
//! person, in one batch and in two. Accents stay different here, where that collation ignores them too: `rené@` and
//! `rene@` are two mailboxes.
#![doc(hidden)]

use unicase::UniCase;

/// What all spellings of an address have in common: Unicode's full case folding (`ß` is `ss`, every sigma is one), without
/// the blanks after it, which that collation does not compare either. Nothing is sent or shown in this form.
pub fn key(address: &str) -> String {
    UniCase::unicode(address.trim_end_matches(' ')).to_folded_case()
}

/// Whether two addresses are one.
pub fn is_same(one: &str, other: &str) -> bool {
    UniCase::unicode(one.trim_end_matches(' ')) == UniCase::unicode(other.trim_end_matches(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_whatever_its_case() {
        for (one, other, expected) in [
            ("Gus@Example.com", "gus@example.COM", true),
            ("gus@example.com", "gus@example.com  ", true),
            ("ZOË@example.com", "zoë@example.com", true),
            ("ÇAĞRI@example.com", "çağrı@example.com", false),
            ("Straße@example.com", "STRASSE@example.com", true),
            ("ΝΊΚΟΣ@example.gr", "νίκος@example.gr", true),
            ("ИВАН@пример.рф", "иван@ПРИМЕР.рф", true),
            ("rené@example.com", "rene@example.com", false),
            ("gus@example.com", " gus@example.com", false),
            ("gus@example.com", "gus@example.org", false),
            ("", " ", true),
        ] {
            assert_eq!(is_same(one, other), expected, "{one} and {other}");
            assert_eq!(key(one) == key(other), expected, "keys of {one} and {other}");
        }
    }
}

//! Who a guest is: searches by e-mail, and by name too where several people share the address (sync spec 6.2, 6.5 and
//! "Split by Full Name"). The guests of one batch are told apart by the same search: each is looked for among those made
//! before it.

use crate::email_address;
use crate::quirk::{Quirk, Quirks};

/// A person as an order or a cart names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The guest's e-mail address.
    pub email: Option<String>,
    /// The guest's first name.
    pub first_name: Option<String>,
    /// The guest's last name.
    pub last_name: Option<String>,
}

/// What a customer must match to be that person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// E-mail address, in any case.
    pub email: String,
    /// First and last name, exactly, when the address is shared.
    pub names: Option<(Option<String>, Option<String>)>,
}

/// How to look for a person; `None` without an e-mail address, when nobody is looked for (vector 123).
pub fn search(person: &Person, shared: &[String], quirks: &Quirks) -> Option<Search> {
    let email = person.email.clone()?;
    let is_named = person.first_name.is_some() || person.last_name.is_some();
    let names =
        (is_named && is_shared(&email, shared, quirks)).then(|| (person.first_name.clone(), person.last_name.clone()));
    Some(Search { email, names })
}

/// Whether several people share an address. The reference client compares exactly.
pub fn is_shared(email: &str, shared: &[String], quirks: &Quirks) -> bool {
    if quirks.has(Quirk::SharedEmailsMatchedExactly) {
        return shared.iter().any(|listed| listed == email);
    }
    shared.iter().any(|listed| email_address::is_same(listed.trim(), email.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quirk::Profile;

    fn person(email: &str, first: &str, last: &str) -> Person {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Person { email: text(email), first_name: text(first), last_name: text(last) }
    }

    #[test]
    fn names_count_only_for_an_address_on_the_list() {
        // Vector 123.
        let shared = ["family@example.com".to_owned()];
        let quirks = Quirks::default();
        for (joe, expected) in [
            (person("family@example.com", "Joe", ""), Some(Some((Some("Joe".to_owned()), None)))),
            (person("joe@example.com", "Joe", ""), Some(None)),
            (person("", "Joe", ""), None),
        ] {
            assert_eq!(search(&joe, &shared, &quirks).map(|search| search.names), expected, "{joe:?}");
        }
    }

    #[test]
    fn a_shared_address_is_found_in_any_case_unless_the_quirk_is_on() {
        let shared = ["Family@example.com ".to_owned()];
        for (quirks, expected) in [(Quirks::default(), true), (Profile::OroCrm41.quirks(), false)] {
            assert_eq!(is_shared("family@example.com", &shared, &quirks), expected);
        }
    }
}

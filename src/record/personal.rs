//! Which fields hold personal data, by Magento's names; the table is `personal.json`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a personal value is, which decides what may replace it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Names, streets, notes, numbers, hashes: word by word.
    Words,
    /// What people wrote: replaced word by word, but its words are no names to be looked for elsewhere.
    Note,
    /// An e-mail address.
    Email,
    /// An IP address, or several.
    Ip,
    /// A VAT number, whose country stays.
    Vat,
    /// A date of birth, whose year stays.
    Date,
}

static KINDS: LazyLock<BTreeMap<String, Kind>> = LazyLock::new(|| {
    let table: BTreeMap<Kind, Vec<String>> = serde_json::from_str(include_str!("personal.json"))
        .unwrap_or_else(|error| panic!("the built-in table of personal fields is broken: {error}"));
    table.into_iter().flat_map(|(kind, names)| names.into_iter().map(move |name| (name, kind))).collect()
});

/// What a field holds; nothing for one that says nothing about a person.
pub(super) fn kind_of(field: &str) -> Option<Kind> {
    KINDS.get(field).copied()
}

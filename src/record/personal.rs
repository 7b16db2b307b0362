//! Which fields hold personal data, by Magento's names. `personal.json` has those that are replaced, `kept.json` those that
//! were looked at and say nothing about a person, `personal_by_operation.json` what is otherwise in single operations. A
//! field in neither is one of an extension or an attribute of the shop's own: nobody has looked at it, so it is replaced.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::de::DeserializeOwned;

/// What a value is, which decides what may replace it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Names, streets, numbers, hashes: word by word.
    Words,
    /// What people wrote: replaced word by word, but its words are no names to be looked for elsewhere.
    Note,
    /// PHP's serialised form: keys stay, texts are replaced.
    Serialised,
    /// An e-mail address.
    Email,
    /// An IP address, or several.
    Ip,
    /// A VAT number, whose country stays.
    Vat,
    /// A date of birth, whose year stays.
    Date,
    /// A month of a card's validity.
    Month,
    /// A year of it.
    Year,
    /// Nobody knows: as a note, but numbers, dates and flags stay.
    Unknown,
    /// Nothing about a person: only words that were learned elsewhere are replaced.
    Kept,
}

static KINDS: LazyLock<BTreeMap<String, Kind>> = LazyLock::new(|| {
    let personal: BTreeMap<Kind, Vec<String>> = table("personal", include_str!("personal.json"));
    let kept: BTreeMap<String, Vec<String>> = table("kept", include_str!("kept.json"));
    let personal = personal.into_iter().flat_map(|(kind, names)| names.into_iter().map(move |name| (name, kind)));
    kept.into_values().flatten().map(|name| (name, Kind::Kept)).chain(personal).collect()
});

/// By the beginning of an operation's name.
static BY_OPERATION: LazyLock<BTreeMap<String, BTreeMap<String, Kind>>> =
    LazyLock::new(|| table("personal by operation", include_str!("personal_by_operation.json")));

fn table<T: DeserializeOwned>(name: &str, text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("the built-in table {name} is broken: {error}"))
}

/// Parts of a SOAP envelope that are no fields of Magento's.
const ENVELOPE: [&str; 6] = ["faultcode", "faultstring", "faultactor", "detail", "loginReturn", "callReturn"];

/// What a field of an operation's request or answer holds.
pub(super) fn kind_of(operation: &str, field: &str) -> Kind {
    let scoped = BY_OPERATION.iter().filter(|(prefix, _)| operation.starts_with(prefix.as_str()));
    if let Some(kind) = scoped.filter_map(|(_, fields)| fields.get(field)).next() {
        return *kind;
    }
    // Responses of RPC and WS-I are wrapped in names of their own.
    let is_wrapper =
        field.is_empty() || ENVELOPE.contains(&field) || field.ends_with("Response") || field.ends_with("Param");
    KINDS.get(field).copied().unwrap_or(if is_wrapper { Kind::Kept } else { Kind::Unknown })
}

/// What a field holds wherever it is; nothing for one that is not known to be personal.
pub(super) fn known_kind(field: &str) -> Option<Kind> {
    KINDS.get(field).copied().filter(|kind| *kind != Kind::Kept)
}

/// Fields that stay as they are, in order.
pub fn kept_fields() -> BTreeSet<&'static str> {
    KINDS.iter().filter(|(_, kind)| **kind == Kind::Kept).map(|(name, _)| name.as_str()).collect()
}

/// Fields that are replaced, in order.
pub fn personal_fields() -> BTreeSet<&'static str> {
    KINDS.iter().filter(|(_, kind)| **kind != Kind::Kept).map(|(name, _)| name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::magento::{BridgeRelease, Contract, Flavor};
    use crate::soap::{Shape, WireStyle};

    #[test]
    fn every_field_of_the_api_was_looked_at_once() {
        let mut names = BTreeSet::new();
        for mode in [WireStyle::RpcEncoded, WireStyle::WsI] {
            let schema = Contract::shared().schema(mode, Some(BridgeRelease::newest()), Flavor::default());
            for kind in &schema.types {
                if let Shape::Struct { fields, .. } = &kind.shape {
                    names.extend(fields.iter().map(|field| field.name.clone()));
                }
            }
            for operation in schema.operations.values() {
                let parts = operation.request.parts.iter().chain(&operation.response.parts);
                names.extend(parts.map(|part| part.name.as_str().into()));
            }
        }
        // They never reach a file.
        for dropped in ["sessionId", "apiKey"] {
            names.remove(dropped);
        }
        assert!(names.len() > 500);
        let unseen: Vec<_> = names.iter().filter(|name| kind_of("", name) == Kind::Unknown).collect();
        assert!(unseen.is_empty(), "put into personal.json or kept.json: {unseen:?}");
        let twice: Vec<_> = kept_fields().intersection(&personal_fields()).copied().collect();
        assert!(twice.is_empty(), "{twice:?}");
        let gone: Vec<_> = kept_fields().into_iter().filter(|name| !names.contains(*name)).collect();
        assert!(gone.is_empty(), "no field of the API: {gone:?}");
    }

    #[test]
    fn a_name_means_something_else_in_some_operations() {
        for (operation, field, kind) in [
            ("giftMessageSetForQuote", "from", Kind::Words),
            ("oroCustomerList", "from", Kind::Kept),
            ("oroWishlistList", "description", Kind::Note),
            ("catalogProductInfo", "description", Kind::Kept),
            ("oroCustomerInfo", "loyalty_card", Kind::Unknown),
            ("oroCustomerInfo", "oroCustomerInfoResponse", Kind::Kept),
        ] {
            assert_eq!(kind_of(operation, field), kind, "{operation} {field}");
        }
    }
}

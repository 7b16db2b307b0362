//! What a text is made of: words, e-mail and IP addresses, and which of them tell who somebody is.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;

use crate::magento::{BridgeRelease, Contract, Flavor, directory};
use crate::soap::{Shape, WireStyle};

/// Shorter words are too common to be looked for outside the fields they came from.
const WORD_MIN: usize = 4;
/// Numbers are looked for from this length on: amounts, ids and years are shorter.
const NUMBER_MIN: usize = 7;

/// E-mail addresses, what may be an IP address, and words.
pub(super) static TOKENS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"[^\s<>'\x22(),;:=]+@[\w.-]+\w",
        r"|(?:[0-9A-Fa-f]{0,4}:){2,7}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4})",
        r"|\d{1,3}(?:\.\d{1,3}){3}",
        r"|[\w&&[^_]]+",
    ))
});

/// Words alone.
pub(super) static WORDS: LazyLock<Regex> = LazyLock::new(|| pattern(r"[\w&&[^_]]+"));

/// Hosts of web addresses.
pub(super) static ADDRESSES: LazyLock<Regex> = LazyLock::new(|| pattern(r#"https?://([^/\s"<>?&@]+)"#));

/// Amounts, and numbers too short to name somebody.
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*[-+]?(?:\d{1,6}|\d+\.\d+)\s*$"));

/// Hosts in the names of XML namespaces, which say nothing of a shop.
pub(super) const PUBLIC_HOSTS: [&str; 4] = ["schemas.xmlsoap.org", "www.w3.org", "xml.apache.org", "shop.example"];

/// Words of the API itself, of a shop as it is installed and of what hides a shop. Who is called so is replaced in the
/// fields that say so, but elsewhere the word means something else.
static VOCABULARY: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let installed = "default main website store general wholesale retailer guest pending processing complete closed \
                     canceled holded payment review simple configurable shop example admin recorded session";
    let mut words: BTreeSet<String> = installed.split_whitespace().map(str::to_owned).collect();
    for mode in [WireStyle::RpcEncoded, WireStyle::WsI] {
        let schema = Contract::shared().schema(mode, Some(BridgeRelease::newest()), Flavor::default());
        for kind in &schema.types {
            if let Shape::Struct { fields, .. } = &kind.shape {
                words.extend(fields.iter().flat_map(|field| field.name.split('_')).map(str::to_lowercase));
            }
        }
    }
    words
});

/// Regions as Magento names them. They remain, and a city may be called like its region.
static PLACES: LazyLock<BTreeSet<&'static str>> =
    LazyLock::new(|| directory::regions().iter().map(|region| region.name.as_str()).collect());

/// Whether a text is the name of a region and nothing else.
pub(super) fn is_place(text: &str) -> bool {
    PLACES.contains(text)
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| panic!("the built-in pattern {text}: {error}"))
}

/// Whether a token is an IP address, and one of version 6. `::1` and what else is shorter than a word is not told from
/// punctuation.
pub(super) fn address(token: &str) -> Option<bool> {
    let parsed: IpAddr = token.parse().ok()?;
    (parsed.is_ipv4() || token.len() > WORD_MIN).then_some(parsed.is_ipv6())
}

/// Some fields say in one operation whether, and in another what: `confirmation` is one.
pub(super) fn is_flag(text: &str) -> bool {
    matches!(text, "true" | "false" | "0" | "1")
}

/// Whether a text is nothing but a short number or an amount.
pub(super) fn is_number(text: &str) -> bool {
    NUMBERS.is_match(text)
}

/// Whether a word says who somebody is wherever it stands.
pub(super) fn is_telling(word: &str) -> bool {
    let length = word.chars().count();
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return length >= NUMBER_MIN;
    }
    length >= WORD_MIN && !VOCABULARY.contains(&word.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_taken_apart_where_people_would() {
        for (text, tokens) in [
            ("Ann-Sofie O'Neil_2", &["Ann", "Sofie", "O", "Neil", "2"][..]),
            ("mail ann.sofie+x@mail.example, please", &["mail", "ann.sofie+x@mail.example", "please"]),
            ("192.0.2.1, 2001:db8::7 ::ffff:192.0.2.1", &["192.0.2.1", "2001:db8::7", "::ffff:192.0.2.1"]),
            ("<a href=\"mailto:a@b.example\">", &["a", "href", "mailto", "a@b.example"]),
        ] {
            let found: Vec<_> = TOKENS.find_iter(text).map(|token| token.as_str()).collect();
            assert_eq!(found, tokens, "{text}");
        }
    }

    #[test]
    fn a_time_is_no_address() {
        for (token, is_v6) in
            [("12:00:00", None), ("10.0.0.1", Some(false)), ("2001:db8::7", Some(true)), ("::a", None)]
        {
            assert_eq!(address(token), is_v6, "{token}");
        }
    }
}

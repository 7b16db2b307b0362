//! Personal values replaced, the same everywhere. First all of a recording is learned, then it is replaced: a substitute
//! is never somebody else's original.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::cipher::SubstituteKey;
use super::leaves::rewritten;
use super::personal::{Kind, kind_of};
use crate::magento::{BridgeRelease, Contract, Flavor};
use crate::soap::{Shape, WireMode};

/// Shorter words are too common to be looked for outside the fields they came from.
const WORD_MIN: usize = 4;
/// Numbers are looked for from this length on: amounts, ids and years are shorter.
const NUMBER_MIN: usize = 7;

static TOKENS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[^\s<>'(),;:]+@[\w.-]+\w|\d{1,3}(?:\.\d{1,3}){3}|[\w&&[^_]]+"));

static ADDRESSES: LazyLock<Regex> = LazyLock::new(|| pattern(r#"https?://([^/\s"<>?&@]+)"#));

/// Words of the API itself, of a shop as it is installed and of what hides a shop. Who is called so is replaced in the fields that say so, but
/// elsewhere the word means something else.
static VOCABULARY: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let installed = "default main website store general wholesale retailer guest pending processing complete closed \
                     canceled holded payment review simple configurable shop example admin recorded session";
    let mut words: BTreeSet<String> = installed.split_whitespace().map(str::to_owned).collect();
    for mode in [WireMode::RpcEncoded, WireMode::WsI] {
        let schema = Contract::shared().schema(mode, Some(BridgeRelease::newest()), Flavor::default());
        for kind in &schema.types {
            if let Shape::Struct { fields, .. } = &kind.shape {
                words.extend(fields.iter().flat_map(|field| field.name.split('_')).map(str::to_lowercase));
            }
        }
    }
    words
});

/// Hosts of namespaces.
const PUBLIC_HOSTS: [&str; 4] = ["schemas.xmlsoap.org", "www.w3.org", "xml.apache.org", "shop.example"];

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| panic!("the built-in pattern {text}: {error}"))
}

/// What replaces a recording's personal values.
pub struct Sanitiser {
    key: SubstituteKey,
    /// Words and addresses that were met in personal fields, in lower case.
    originals: BTreeSet<String>,
    /// The shop's own names and secrets, and what stands for them.
    shop: Vec<(String, String)>,
}

impl Sanitiser {
    /// Nothing learned yet.
    pub fn new(key: SubstituteKey) -> Self {
        Self { key, originals: BTreeSet::new(), shop: Vec::new() }
    }

    /// A text that gives the shop away, such as its host, and what stands for it everywhere.
    pub fn hide(&mut self, text: impl Into<String>, by: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.shop.push((text, by.into()));
            // The longest first, so that no part of one is replaced before the whole.
            self.shop.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        }
    }

    /// Hides the hosts of all addresses in a document, but those that every SOAP document names; and where the shop is
    /// administrated.
    pub(super) fn hide_addresses(&mut self, document: &str) {
        let hosts: BTreeSet<String> = ADDRESSES.captures_iter(document).map(|found| found[1].to_owned()).collect();
        for host in hosts.into_iter().filter(|host| !PUBLIC_HOSTS.contains(&host.as_str())) {
            if !self.shop.iter().any(|(known, _)| *known == host) {
                self.hide(host, "shop.example");
            }
        }
        let mut admin = Vec::new();
        rewritten(document, &mut |field, text| {
            if field == "admin_url" && !text.is_empty() {
                admin.push(text.to_owned());
            }
            None
        });
        for url in admin {
            if !self.shop.iter().any(|(known, _)| *known == url) {
                self.hide(url, "http://shop.example/admin/");
            }
        }
    }

    /// Remembers the personal values of an answer.
    pub fn learn(&mut self, document: &str) {
        let mut found = Vec::new();
        rewritten(document, &mut |field, text| {
            if let Some(kind) = kind_of(field) {
                found.push((kind, text.to_owned()));
            }
            None
        });
        for (kind, text) in found {
            self.learn_value(kind, &text);
        }
    }

    fn learn_value(&mut self, kind: Kind, text: &str) {
        if is_flag(text) {
            return;
        }
        match kind {
            Kind::Date | Kind::Note => {}
            Kind::Email => {
                self.originals.insert(text.trim().to_lowercase());
            }
            Kind::Words | Kind::Ip | Kind::Vat => {
                let words = TOKENS.find_iter(text).map(|token| token.as_str()).filter(|word| is_telling(word));
                self.originals.extend(words.map(str::to_lowercase));
            }
        }
    }

    /// The document with its personal values replaced.
    pub fn document(&self, document: &str) -> String {
        let replaced = rewritten(document, &mut |field, text| {
            let new = match kind_of(field) {
                Some(kind) => self.value(kind, text),
                None => self.text(text),
            };
            (new != text).then_some(new)
        });
        self.hidden(replaced)
    }

    /// JSON with its personal values replaced: fields by their names, other texts by what was learned.
    pub fn json(&self, value: &Value) -> Value {
        self.json_field("", value)
    }

    fn json_field(&self, field: &str, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                let new = kind_of(field).map_or_else(|| self.text(text), |kind| self.value(kind, text));
                Value::String(self.hidden(new))
            }
            Value::Array(items) => items.iter().map(|item| self.json_field(field, item)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), self.json_field(name, value))).collect()
            }
            other => other.clone(),
        }
    }

    pub(super) fn hidden(&self, mut text: String) -> String {
        for (original, by) in &self.shop {
            if text.contains(original.as_str()) {
                text = text.replace(original.as_str(), by);
            }
        }
        text
    }

    fn value(&self, kind: Kind, text: &str) -> String {
        if is_flag(text) {
            return text.to_owned();
        }
        match kind {
            Kind::Words | Kind::Note | Kind::Ip => {
                TOKENS.replace_all(text, |found: &regex::Captures<'_>| self.token(&found[0])).into_owned()
            }
            Kind::Email => self.email(text),
            Kind::Vat => match text.get(..2).filter(|country| country.bytes().all(|byte| byte.is_ascii_uppercase())) {
                Some(country) => format!("{country}{}", self.value(Kind::Words, &text[2..])),
                None => self.value(Kind::Words, text),
            },
            Kind::Date => self.date(text),
        }
    }

    /// A text that is nobody's field: only what was learned is replaced.
    fn text(&self, text: &str) -> String {
        let replaced = TOKENS.replace_all(text, |found: &regex::Captures<'_>| {
            let token = &found[0];
            if self.originals.contains(&token.to_lowercase()) { self.token(token) } else { token.to_owned() }
        });
        replaced.into_owned()
    }

    fn token(&self, token: &str) -> String {
        if token.contains('@') {
            return self.email(token);
        }
        if token.parse::<IpAddr>().is_ok() {
            let number = self.key.number(&["ip", token]).to_be_bytes();
            return format!("10.{}.{}.{}", number[0], number[1], number[2]);
        }
        self.word(token)
    }

    /// Moves on until the substitute is nobody's original; two words cannot arrive at the same one that way.
    fn word(&self, word: &str) -> String {
        let mut substitute = self.key.word(word);
        for _ in 0..100 {
            if substitute != word && !self.originals.contains(&substitute.to_lowercase()) {
                break;
            }
            substitute = self.key.word(&substitute);
        }
        substitute
    }

    /// The words before the `@` as elsewhere; a domain that cannot exist, the same for the same domain.
    fn email(&self, text: &str) -> String {
        let Some((local, domain)) = text.rsplit_once('@') else { return self.value(Kind::Words, text) };
        let words =
            |text: &str| TOKENS.replace_all(text, |found: &regex::Captures<'_>| self.word(&found[0])).into_owned();
        let host = domain.rsplit_once('.').map_or(domain, |(host, _)| host);
        format!("{}@{}.test", words(local), words(host))
    }

    /// Another day of the same year.
    fn date(&self, text: &str) -> String {
        let Some((date, rest)) = text.split_at_checked(10) else { return self.value(Kind::Words, text) };
        let Ok(day) = date.parse::<jiff::civil::Date>() else { return self.value(Kind::Words, text) };
        let number = self.key.number(&["date", date]);
        format!("{:04}-{:02}-{:02}{rest}", day.year(), 1 + number % 12, 1 + number / 12 % 28)
    }

    /// The first text of a file that holds an original, cut short; `None` when the file may be written.
    pub(super) fn survivor(&self, text: &str) -> Option<String> {
        if let Some(what) = self.names_the_shop(text) {
            return Some(what);
        }
        let found = TOKENS.find_iter(text).find(|token| self.originals.contains(&token.as_str().to_lowercase()))?;
        let first: String = found.as_str().chars().take(1).collect();
        Some(format!("a word of {} characters that begins with {first}", found.as_str().chars().count()))
    }
}

impl Sanitiser {
    /// What of the shop a text gives away.
    pub(super) fn names_the_shop(&self, text: &str) -> Option<String> {
        let (_, by) = self.shop.iter().find(|(original, _)| text.contains(original.as_str()))?;
        Some(format!("what {by} stands for"))
    }
}

/// Some fields say in one operation whether, and in another what: `confirmation` is one.
fn is_flag(text: &str) -> bool {
    matches!(text, "true" | "false" | "0" | "1")
}

/// Whether a word says who somebody is wherever it stands.
fn is_telling(word: &str) -> bool {
    let length = word.chars().count();
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return length >= NUMBER_MIN;
    }
    length >= WORD_MIN && !VOCABULARY.contains(&word.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(document: &str) -> Sanitiser {
        let mut sanitiser = Sanitiser::new(SubstituteKey::of("key"));
        sanitiser.learn(document);
        sanitiser
    }

    #[test]
    fn the_same_person_is_the_same_everywhere_and_nothing_of_them_survives() {
        let document = "<r><firstname>Anna</firstname><customer_name>Anna Ångström</customer_name>\
                        <email>Anna.Angstrom@Shop.example</email><dob>1980-05-06 00:00:00</dob>\
                        <taxvat>DE123456789</taxvat><remote_ip>192.0.2.7</remote_ip><telephone>+49 30 1234567</telephone>\
                        <status>Anna asked us to wait</status><total>1234.5000</total></r>";
        let sanitiser = learned(document);
        let replaced = sanitiser.document(document);
        let leaf = |name: &str| {
            let (_, rest) = replaced.split_once(&format!("<{name}>")).unwrap();
            rest.split_once('<').unwrap().0.to_owned()
        };
        let anna = leaf("firstname");
        assert!(leaf("customer_name").starts_with(&anna) && leaf("status").starts_with(&anna), "{replaced}");
        assert!(leaf("email").starts_with(&anna) && leaf("email").ends_with(".test"), "{replaced}");
        assert!(leaf("dob").starts_with("1980-") && leaf("dob").ends_with(" 00:00:00"), "{replaced}");
        assert!(leaf("taxvat").starts_with("DE") && leaf("remote_ip").starts_with("10."), "{replaced}");
        assert_eq!(leaf("total"), "1234.5000");
        assert_eq!(sanitiser.survivor(&replaced), None, "{replaced}");
        for survivor in ["anna", "x Ångström", "192.0.2.7", "1234567", "anna.angstrom@shop.example"] {
            assert!(sanitiser.survivor(survivor).is_some(), "{survivor}");
        }
        let said = sanitiser.survivor("Ångström").unwrap();
        assert!(!said.contains("ngstr"), "a refusal does not tell what it found: {said}");
    }

    #[test]
    fn addresses_that_differ_in_case_only_still_do() {
        let sanitiser = learned("<r><email>Shared.Guest@Example.com</email></r>");
        let (one, other) = (sanitiser.email("Shared.Guest@Example.com"), sanitiser.email("shared.guest@example.com"));
        assert_ne!(one, other);
        assert_eq!(one.to_lowercase(), other);
    }

    #[test]
    fn the_shop_and_its_secrets_are_hidden() {
        let mut sanitiser = learned("<r/>");
        sanitiser.hide("shop.acme.com", "shop.example");
        let replaced = sanitiser.document("<r><admin_url>https://shop.acme.com/admin</admin_url></r>");
        assert_eq!(replaced, "<r><admin_url>https://shop.example/admin</admin_url></r>");
        assert!(sanitiser.survivor("see shop.acme.com").is_some());
    }
}

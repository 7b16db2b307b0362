//! Personal values replaced, the same everywhere. First all of a recording is learned, then it is replaced: a substitute
//! is never somebody else's original.

use std::collections::BTreeSet;

use serde_json::Value;

use super::cipher::SubstituteKey;
use super::leaves::rewritten;
use super::personal::{Kind, kind_of, known_kind};
use super::serialised;
use super::words::{ADDRESSES, PUBLIC_HOSTS, TOKENS, WORDS, address, is_flag, is_number, is_place, is_telling};

/// Magento takes no shorter keys.
const HIDDEN_MIN: usize = 6;

/// What stands for the shop's hosts.
pub(super) const SHOP_HOST: &str = "shop.example";

/// What replaces a recording's personal values.
pub struct Sanitiser {
    key: SubstituteKey,
    /// Words and addresses that were met in personal fields, in lower case.
    originals: BTreeSet<String>,
    /// The shop's own names and secrets, and what stands for them.
    shop: Vec<(String, String)>,
}

impl Sanitiser {
    /// A sanitiser that has not learned any personal data yet.
    pub fn new(key: SubstituteKey) -> Self {
        Self { key, originals: BTreeSet::new(), shop: Vec::new() }
    }

    /// A text that gives the shop away, such as its host, and what stands for it everywhere.
    pub fn hide(&mut self, text: impl Into<String>, by: impl Into<String>) {
        let text = text.into();
        // What is shorter is no key and no host, but a part of anything; clients in trouble send what they like.
        if text.len() >= HIDDEN_MIN && !self.shop.iter().any(|(known, _)| *known == text) {
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
            self.hide(host, SHOP_HOST);
        }
        let mut admin = Vec::new();
        rewritten(document, &mut |field, text| {
            if field == "admin_url" && !text.is_empty() {
                admin.push(text.to_owned());
            }
            None
        });
        for url in admin {
            self.hide(url, "http://shop.example/admin/");
        }
    }

    /// A name of somebody who is in no field, such as the API user.
    pub(super) fn learn_name(&mut self, name: &str) {
        self.learn_value(Kind::Words, name);
    }

    /// Remembers the personal values of an operation's answer.
    pub(super) fn learn(&mut self, operation: &str, document: &str) {
        let mut found = Vec::new();
        let mut meet = |field: &str, text: &str| found.push((kind_of(operation, field), text.to_owned()));
        match answer_of_json_rpc(document) {
            Some(value) => drop(each_text(&value, "", &mut |field, text| {
                meet(field, text);
                text.to_owned()
            })),
            None => drop(rewritten(document, &mut |field, text| {
                meet(field, text);
                None
            })),
        }
        for (kind, text) in found {
            self.learn_value(kind, &text);
        }
    }

    /// Remembers the personal values of an operation's arguments.
    pub fn learn_arguments(&mut self, operation: &str, arguments: &Value) {
        let mut found = Vec::new();
        each_text(arguments, "", &mut |field, text| {
            found.push((kind_of(operation, field), text.to_owned()));
            text.to_owned()
        });
        for (kind, text) in found {
            self.learn_value(kind, &text);
        }
    }

    fn learn_value(&mut self, kind: Kind, text: &str) {
        if is_flag(text) {
            return;
        }
        let found = TOKENS.find_iter(text).map(|token| token.as_str());
        match kind {
            Kind::Words | Kind::Ip | Kind::Vat => {
                let words = found.flat_map(|token| {
                    let is_whole = token.contains('@') || address(token).is_some();
                    let parts =
                        if is_whole { vec![token] } else { WORDS.find_iter(token).map(|word| word.as_str()).collect() };
                    parts.into_iter().filter(move |word| is_whole || is_telling(word))
                });
                self.originals.extend(words.map(str::to_lowercase).collect::<Vec<_>>());
            }
            Kind::Email => {
                self.originals.insert(text.trim().to_lowercase());
            }
            _ => {}
        }
    }

    /// The answer of an operation with its personal values replaced.
    pub(super) fn document(&self, operation: &str, document: &str) -> String {
        let document = self.hidden(document.to_owned());
        if let Some(value) = answer_of_json_rpc(&document) {
            let new = each_text(&value, "", &mut |field, text| self.value(kind_of(operation, field), text));
            return new.to_string();
        }
        if !document.contains(":Envelope") && !document.contains("<methodResponse>") {
            // A page may hold a name anywhere, in attributes too.
            return self.text(&document);
        }
        rewritten(&document, &mut |field, text| {
            let new = self.value(kind_of(operation, field), text);
            (new != text).then_some(new)
        })
    }

    /// The arguments of an operation with their personal values replaced.
    pub fn arguments(&self, operation: &str, arguments: &Value) -> Value {
        each_text(arguments, "", &mut |field, text| {
            self.value(kind_of(operation, field), &self.hidden(text.to_owned()))
        })
    }

    /// JSON of ours with its personal values replaced: those that have a known name, others by what was learned.
    pub fn json(&self, value: &Value) -> Value {
        each_text(value, "", &mut |field, text| {
            let text = self.hidden(text.to_owned());
            known_kind(field).map_or_else(|| self.text(&text), |kind| self.value(kind, &text))
        })
    }

    /// The text without what gives the shop away. Mail addresses at its host are somebody's and left to those who
    /// replace them.
    pub(super) fn hidden(&self, mut text: String) -> String {
        for (original, by) in self.shop.iter().filter(|(original, _)| !original.is_empty()) {
            if !text.contains(original.as_str()) {
                continue;
            }
            let mut parts = text.split(original.as_str());
            let mut new = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let stays = new.ends_with('@') && by == SHOP_HOST;
                new.push_str(if stays { original } else { by });
                new.push_str(part);
            }
            text = new;
        }
        text
    }

    fn value(&self, kind: Kind, text: &str) -> String {
        if is_flag(text) {
            return text.to_owned();
        }
        match kind {
            Kind::Kept => self.text(text),
            Kind::Words | Kind::Note | Kind::Ip => {
                TOKENS.replace_all(text, |found: &regex::Captures<'_>| self.token(&found[0])).into_owned()
            }
            Kind::Serialised => {
                let member = |key: &str, text: &str| self.value(known_kind(key).unwrap_or(Kind::Unknown), text);
                let whole = || if text == "Array" { text.to_owned() } else { self.value(Kind::Note, text) };
                serialised::rewritten(text, &member).unwrap_or_else(whole)
            }
            Kind::Email => self.email(text),
            Kind::Vat => match text.get(..2).filter(|country| country.bytes().all(|byte| byte.is_ascii_uppercase())) {
                Some(country) => format!("{country}{}", self.value(Kind::Words, &text[2..])),
                None => self.value(Kind::Words, text),
            },
            Kind::Date => self.date(text),
            Kind::Month => self.counted(text, "month", |number| 1 + number % 12),
            Kind::Year => self.counted(text, "year", |number| 2020 + number % 20),
            Kind::Unknown if is_number(text) => text.to_owned(),
            Kind::Unknown if is_day(text) => self.date(text),
            Kind::Unknown if is_moment(text) => text.to_owned(),
            Kind::Unknown => self.value(Kind::Note, text),
        }
    }

    /// A text that is nobody's field: what was learned is replaced, and every e-mail address.
    fn text(&self, text: &str) -> String {
        if is_place(text) {
            return text.to_owned();
        }
        let learned = |word: &str| self.originals.contains(&word.to_lowercase());
        let replaced = TOKENS.replace_all(text, |found: &regex::Captures<'_>| {
            let token = &found[0];
            if token.contains('@') || learned(token) {
                return self.token(token);
            }
            let part = |found: &regex::Captures<'_>| {
                if learned(&found[0]) { self.word(&found[0]) } else { found[0].to_owned() }
            };
            WORDS.replace_all(token, part).into_owned()
        });
        replaced.into_owned()
    }

    fn token(&self, token: &str) -> String {
        if token.contains('@') {
            return self.email(token);
        }
        if let Some(is_v6) = address(token) {
            return self.address(token, is_v6);
        }
        WORDS.replace_all(token, |found: &regex::Captures<'_>| self.word(&found[0])).into_owned()
    }

    /// An address of a private network, in the notation of the original; nobody's original.
    fn address(&self, token: &str, is_v6: bool) -> String {
        let lower = token.to_lowercase();
        let mut substitute = String::new();
        for attempt in 0..100 {
            let n = self.key.number(&["ip", &lower, &attempt.to_string()]).to_be_bytes();
            substitute = match is_v6 {
                true => format!(
                    "fd{:02x}:{:02x}{:02x}:{:02x}{:02x}::{:02x}{:02x}",
                    n[0], n[1], n[2], n[3], n[4], n[5], n[6]
                ),
                false => format!("10.{}.{}.{}", n[0], n[1], n[2]),
            };
            if !self.originals.contains(&substitute) {
                break;
            }
        }
        substitute
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
        let local = WORDS.replace_all(local, |found: &regex::Captures<'_>| self.word(&found[0]));
        // All of the domain decides, so that one name below two ends stays two.
        let moved = self.key.word(domain);
        let host = moved.rsplit_once('.').map_or(moved.as_str(), |(host, _)| host);
        format!("{local}@{host}.test")
    }

    /// Another day of the same year.
    fn date(&self, text: &str) -> String {
        let Some((date, rest)) = text.split_at_checked(10) else { return self.value(Kind::Words, text) };
        let Ok(day) = date.parse::<jiff::civil::Date>() else { return self.value(Kind::Words, text) };
        let number = self.key.number(&["date", date]);
        format!("{:04}-{:02}-{:02}{rest}", day.year(), 1 + number % 12, 1 + number / 12 % 28)
    }

    /// A number that is drawn from some range.
    fn counted(&self, text: &str, what: &str, range: impl Fn(u64) -> u64) -> String {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.value(Kind::Words, text);
        }
        let number = range(self.key.number(&[what, text]));
        format!("{number:0width$}", width = text.len())
    }

    /// The first text of a file that holds an original, cut short; `None` when the file may be written.
    pub fn survivor(&self, text: &str) -> Option<String> {
        if let Some(what) = self.names_the_shop(text) {
            return Some(what);
        }
        if is_place(text) {
            return None;
        }
        let is_original = |word: &str| self.originals.contains(&word.to_lowercase());
        let found = TOKENS.find_iter(text).map(|token| token.as_str()).find_map(|token| {
            if is_original(token) || is_real_address(token) {
                return Some(token);
            }
            let is_whole = token.contains('@') || address(token).is_some();
            let mut parts = WORDS.find_iter(token).map(|word| word.as_str()).filter(|_| !is_whole);
            parts.find(|word| is_original(word))
        })?;
        let first: String = found.chars().take(1).collect();
        Some(format!("a word of {} characters that begins with {first}", found.chars().count()))
    }

    /// What a text of ours gives away: the shop, a secret, or a mail address that could exist.
    pub(super) fn gives_away(&self, text: &str) -> Option<String> {
        let address = TOKENS.find_iter(text).map(|token| token.as_str()).find(|token| is_real_address(token));
        self.names_the_shop(text).or_else(|| address.map(|_| "an e-mail address".to_owned()))
    }

    /// What of the shop a text gives away.
    pub(super) fn names_the_shop(&self, text: &str) -> Option<String> {
        let (_, by) = self.shop.iter().find(|(original, _)| text.contains(original.as_str()))?;
        Some(format!("what {by} stands for"))
    }
}

/// Substitutes end in `.test`.
fn is_real_address(token: &str) -> bool {
    token.contains('@') && ![".test", SHOP_HOST].iter().any(|end| token.ends_with(end))
}

/// A day without a time.
fn is_day(text: &str) -> bool {
    let (day, rest) = text.split_at_checked(10).unwrap_or((text, "?"));
    matches!(rest, "" | " 00:00:00") && day.parse::<jiff::civil::Date>().is_ok()
}

/// A moment in the form of the database or of ISO 8601.
fn is_moment(text: &str) -> bool {
    text.get(..19).is_some_and(|moment| moment.parse::<jiff::civil::DateTime>().is_ok())
}

/// Operators of filters: the value belongs to the field around them.
const OPERATORS: [&str; 17] = [
    "eq", "neq", "like", "nlike", "in", "nin", "is", "null", "notnull", "gt", "lt", "gteq", "lteq", "moreq", "finset",
    "from", "to",
];

/// Rewrites all texts with the field each belongs to; of a pair of key and value that is what the key says.
/// The answer of a call over JSON-RPC.
fn answer_of_json_rpc(document: &str) -> Option<Value> {
    let is_one = document.starts_with("{\"result\":") || document.starts_with("{\"error\":");
    if is_one { serde_json::from_str(document).ok() } else { None }
}

fn each_text(value: &Value, field: &str, rewrite: &mut dyn FnMut(&str, &str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(rewrite(field, text)),
        Value::Array(items) => items.iter().map(|item| each_text(item, field, rewrite)).collect(),
        Value::Object(members) => {
            let key = members.get("key").and_then(Value::as_str);
            let within = match key {
                Some(operator) if OPERATORS.contains(&operator) && !matches!(field, "" | "filters" | "filter") => {
                    Some(field)
                }
                named => named,
            };
            let member = |(name, value): (&String, &Value)| {
                let field = match (name.as_str(), within) {
                    ("value", Some(within)) => within,
                    _ => name,
                };
                (name.clone(), each_text(value, field, rewrite))
            };
            members.iter().map(member).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(document: &str) -> Sanitiser {
        let mut sanitiser = Sanitiser::new(SubstituteKey::of("key"));
        sanitiser.learn("", document);
        sanitiser
    }

    #[test]
    fn the_same_person_is_the_same_everywhere_and_nothing_of_them_survives() {
        let document = "<e:Envelope><r><firstname>Anna</firstname><customer_name>Anna Ångström</customer_name>\
                        <email>Anna.Angstrom@Shop.example</email><dob>1980-05-06 00:00:00</dob>\
                        <taxvat>DE123456789</taxvat><remote_ip>192.0.2.7</remote_ip><telephone>+49 30 1234567</telephone>\
                        <status>Anna asked us to wait</status><total>1234.5000</total></r></e:Envelope>";
        let sanitiser = learned(document);
        let replaced = sanitiser.document("", document);
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
        let replaced = sanitiser.document("", "<r><admin_url>https://shop.acme.com/admin</admin_url></r>");
        assert_eq!(replaced, "<r><admin_url>https://shop.example/admin</admin_url></r>");
        assert!(sanitiser.survivor("see shop.acme.com").is_some());
    }
}

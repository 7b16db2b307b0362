//! What of a call is secret by its value, and what by its place in a login, whatever its arguments are called and however
//! deep they are: found before the journal keeps any of it.

use crate::shop::Shop;
use crate::soap::{SoapStruct, SoapValue};
use crate::xml::mask::Secrets;

const LOGIN: &str = "login";
/// What of a login is no secret.
const NAME: &str = "username";
/// Texts that are looked for at most; a call holds few.
const FOUND_MAX: usize = 64;

/// Texts of a call that are hidden wherever they stand.
#[derive(Clone, Debug, Default)]
pub(super) struct SecretValues(Vec<String>);

impl SecretValues {
    /// Finds them in all that the journal keeps of a call.
    pub(super) fn of(shop: &Shop, operation: &str, arguments: &SoapStruct, why: Option<&str>) -> Self {
        let mut found = Vec::new();
        shop.find_secrets(operation, &mut found);
        shop.find_secrets(why.unwrap_or_default(), &mut found);
        in_struct(shop, arguments, &mut found);
        if operation == LOGIN {
            texts_of_login(arguments, &mut found);
        }
        found.truncate(FOUND_MAX);
        Self(found)
    }

    pub(super) fn texts(&self) -> &[String] {
        &self.0
    }

    /// A text without them.
    pub(super) fn hide(&self, text: String) -> String {
        if self.0.is_empty() { text } else { Secrets { texts: &self.0, ..Secrets::default() }.hide(&text) }
    }

    /// Arguments without them, at every depth.
    pub(super) fn hide_in(&self, arguments: SoapStruct) -> SoapStruct {
        if self.0.is_empty() {
            return arguments;
        }
        arguments.into_iter().map(|(name, value)| (name, self.hidden(value))).collect()
    }

    fn hidden(&self, value: SoapValue) -> SoapValue {
        match value {
            SoapValue::Text(text) => SoapValue::Text(self.hide(text)),
            SoapValue::List(items) => SoapValue::List(items.into_iter().map(|item| self.hidden(item)).collect()),
            SoapValue::Struct(members) => SoapValue::Struct(self.hide_in(members)),
            other => other,
        }
    }
}

/// Whether a login brought its key in a place where it is not looked for, so that nobody knows which text is the key.
pub(super) fn is_odd_login(operation: &str, arguments: &SoapStruct) -> bool {
    let key = arguments.get("apiKey");
    operation == LOGIN && !matches!(key, Some(SoapValue::Text(text)) if !text.is_empty())
}

fn in_struct(shop: &Shop, members: &SoapStruct, found: &mut Vec<String>) {
    for (name, value) in members.iter() {
        // The session's own argument is not kept at all.
        if !name.eq_ignore_ascii_case(super::secret_names::SESSION_NAME) {
            in_value(shop, value, found);
        }
    }
}

fn in_value(shop: &Shop, value: &SoapValue, found: &mut Vec<String>) {
    match value {
        SoapValue::Text(text) => shop.find_secrets(text, found),
        SoapValue::List(items) => {
            // A call within a call: its path, then its arguments.
            if let [SoapValue::Text(path), rest @ ..] = items.as_slice()
                && path == LOGIN
            {
                rest.iter().for_each(|value| texts_of(value, found));
            }
            items.iter().for_each(|item| in_value(shop, item, found));
        }
        SoapValue::Struct(members) => {
            let is_login = members.iter().any(|(_, value)| value.as_text() == Some(LOGIN));
            if is_login {
                texts_of_login(members, found);
            }
            in_struct(shop, members, found);
        }
        _ => {}
    }
}

fn texts_of_login(arguments: &SoapStruct, found: &mut Vec<String>) {
    for (name, value) in arguments.iter().filter(|(name, _)| !name.eq_ignore_ascii_case(NAME)) {
        if value.as_text() != Some(LOGIN) && !name.eq_ignore_ascii_case("operation") {
            texts_of(value, found);
        }
    }
}

/// All texts of a value; very short ones would hide half of everything.
fn texts_of(value: &SoapValue, found: &mut Vec<String>) {
    match value {
        SoapValue::Text(text) if text.chars().count() > 3 => found.push(text.clone()),
        SoapValue::List(items) => items.iter().for_each(|item| texts_of(item, found)),
        SoapValue::Struct(members) => texts_of_login(members, found),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::server::{EndpointOptions, HttpRequestParts, Journal, Service};
    use crate::shop::seed::SeedUser;
    use crate::shop::{Seed, ShopConfig};

    const KEY: &str = "secret123";
    /// One of another shop.
    const FOREIGN: &str = "pr0ducti0n-key";

    fn text(value: &str) -> String {
        format!("<value><string>{value}</string></value>")
    }

    fn array(values: &[String]) -> String {
        format!("<value><array><data>{}</data></array></value>", values.concat())
    }

    fn xml_rpc(method: &str, parameters: &[String]) -> String {
        let parameters: String = parameters.iter().map(|value| format!("<param>{value}</param>")).collect();
        format!(
            "<?xml version=\"1.0\"?><methodCall><methodName>{method}</methodName><params>{parameters}</params></methodCall>"
        )
    }

    fn soap(body: &str) -> String {
        format!(
            "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:m=\"urn:Magento\"><e:Body>{body}</e:Body></e:Envelope>"
        )
    }

    /// Whatever is put into the wrong place, or into the right one of a call within a call.
    #[test]
    fn the_journal_keeps_no_session_and_no_key_wherever_it_stands() {
        let clock = Clock::virtual_at("2026-01-01T00:00:00Z".parse().unwrap());
        let mut seed = Seed::corner_shop_people().unwrap();
        seed.api_users.push(SeedUser::with_full_access("tester", KEY));
        let mut shop = Shop::new(ShopConfig::new(clock), seed).unwrap();
        let login = SoapStruct::new().with("username", "tester").with("apiKey", KEY);
        let id = shop.dispatch("login", &login).unwrap().to_text().unwrap();
        let service = Service::new(shop, EndpointOptions::default(), Journal::new());
        let ask = |path: &str, body: &str| {
            let (method, path) = ("POST".to_owned(), path.to_owned());
            service.reply(&HttpRequestParts { method, path, ..HttpRequestParts::default() }, body.as_bytes());
        };
        let keys = |key: &str| array(&[text("tester"), text(key)]);
        let sid = text(&id);
        for body in [
            xml_rpc("call", &[text("customer.list"), sid.clone()]),
            xml_rpc(&id, &[]),
            xml_rpc("call", &[sid.clone(), text("customer.list"), array(std::slice::from_ref(&sid))]),
            xml_rpc(
                "multiCall",
                &[sid.clone(), array(&[array(&[text("multiCall"), array(std::slice::from_ref(&sid))])])],
            ),
            xml_rpc("login", &[text(KEY), text("tester")]),
            xml_rpc("login", &[text("tester"), array(&[text(FOREIGN)])]),
            xml_rpc("login", &[keys(FOREIGN)]),
            xml_rpc("call", &[sid.clone(), text("login"), keys(FOREIGN)]),
            xml_rpc("multiCall", &[sid.clone(), array(&[array(&[text("login"), keys(FOREIGN)])])]),
        ] {
            ask("/api/xmlrpc/", &body);
        }
        for body in [
            format!("<m:login><username>{KEY}</username><apiKey>tester</apiKey></m:login>"),
            format!("<m:login><username>u</username><apiKey href=\"#k\"/></m:login><m id=\"k\">{FOREIGN}</m>"),
            format!("<m:login><arg0>u</arg0><arg1>{FOREIGN}</arg1></m:login>"),
        ] {
            ask("/api/v2_soap/", &soap(&body));
        }
        let journal = service.locked_journal();
        assert_eq!(journal.entries().len(), 12);
        for entry in journal.entries() {
            let request = journal.envelopes(entry.number).map(|envelopes| envelopes.request()).unwrap_or_default();
            let kept = serde_json::to_string(entry).unwrap() + &request;
            for secret in [KEY, FOREIGN, &id] {
                assert!(!kept.contains(secret), "{secret}: {kept}");
            }
        }
        let named = journal.entries().iter().filter(|entry| entry.operation == "login").count();
        assert!(named >= 5, "what is no secret is kept");
    }
}

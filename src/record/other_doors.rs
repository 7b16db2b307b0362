//! Calls through the doors of API version 1: SOAP v1, XML-RPC and JSON-RPC. They are named as calls of version 2 are, and their
//! arguments stand below `args`, so that none is taken for one of version 2.

use crate::doors::{json_rpc, xml_rpc};
use crate::magento::{Contract, Flavor};
use crate::shop::version1::HANDLER_METHODS;
use crate::soap::{Codec, SoapStruct, SoapValue, version1};

/// A call, by the handler's function and the names of its parameters; `None` for what is no call of version 1.
pub(super) fn read(body: &[u8], namespace: &str) -> Option<(String, SoapStruct)> {
    soap(body, namespace).or_else(|| xml(body)).or_else(|| json(body))
}

fn soap(body: &[u8], namespace: &str) -> Option<(String, SoapStruct)> {
    let service = version1::service(namespace, Flavor::default().version1_handler());
    let read = Codec::of_version1(service).read_request(body, None).ok()?;
    let mut arguments = read.arguments;
    if let Some(path) = arguments.remove("resourcePath") {
        arguments.set("apiPath", path);
    }
    Some((read.operation, arguments))
}

fn xml(body: &[u8]) -> Option<(String, SoapStruct)> {
    let read = xml_rpc::read(body).ok()?;
    Some((read.method.clone(), by_name(&read.method, read.parameters)))
}

fn json(body: &[u8]) -> Option<(String, SoapStruct)> {
    let read = json_rpc::read(body).ok()?;
    let values = match read.parameters {
        json_rpc::Parameters::Named(values) => return Some((read.method, values)),
        json_rpc::Parameters::Positional(values) => values,
    };
    if HANDLER_METHODS.iter().any(|(name, _)| *name == read.method) {
        return Some((read.method.clone(), by_name(&read.method, values)));
    }
    // A path in place of a function: the session comes first.
    let mut values = values.into_iter();
    let session = values.next().unwrap_or_default();
    let args: Vec<SoapValue> = values.collect();
    let arguments = SoapStruct::new().with("sessionId", session).with("apiPath", read.method).with("args", args);
    Some(("call".to_owned(), arguments))
}

fn by_name(method: &str, values: Vec<SoapValue>) -> SoapStruct {
    let known = HANDLER_METHODS.iter().find(|(name, _)| *name == method);
    match known {
        Some((_, names)) => names.iter().copied().zip(values).collect(),
        None => SoapStruct::new().with("args", values),
    }
}

/// The operation that a call is of, by the name of version 2 where its path leads to one: of the product, or of those that
/// the shop's own description declares.
pub(super) fn operation(method: String, arguments: &SoapStruct, declared: &[String]) -> String {
    if method != "call" {
        return method;
    }
    let path = arguments.text("apiPath").unwrap_or_default();
    let known = Contract::shared().operation_at(&path).map(|(facts, _)| facts.name.clone());
    known.or_else(|| of_module(&path, declared)).unwrap_or(if path.is_empty() { method } else { path })
}

/// The operation of a module at a path. A description names no paths; `acme_loyalty.info` and its alias `loyalty.info` are
/// letter by letter the end of `acmeLoyaltyInfo`, or of none or of several, and then keep their path.
fn of_module(path: &str, declared: &[String]) -> Option<String> {
    let plain = |text: &str| {
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect::<String>()
    };
    if path.split('.').count() < 2 {
        return None;
    }
    let steps: Vec<&str> = path.split('.').take(2).collect();
    let wanted = plain(&steps.concat());
    let own = || declared.iter().filter(|name| Contract::shared().operation(name).is_none());
    if let Some(same) = own().find(|name| plain(name) == wanted) {
        return Some(same.clone());
    }
    let mut ending = own().filter(|name| plain(name).ends_with(&wanted));
    ending.next().filter(|_| ending.next().is_none()).cloned()
}

/// The session in the answer of a login, which is all that such an answer holds.
pub(super) fn session(answer: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_hexdigit();
    answer.split(|c| !is_part(c)).find(|run| (32..=64).contains(&run.len())).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOAP: &str = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><m:call xmlns:m=\"urn:Magento\">\
                        <sessionId>s</sessionId><resourcePath>customer.info</resourcePath><args>7</args></m:call></e:Body>\
                        </e:Envelope>";
    const XML: &str = "<?xml version=\"1.0\"?><methodCall><methodName>call</methodName><params><param><value><string>s</string>\
                       </value></param><param><value><string>customer.info</string></value></param><param><value><array><data>\
                       <value>7</value></data></array></value></param></params></methodCall>";

    #[test]
    fn a_call_is_named_alike_through_every_door() {
        for body in [
            SOAP,
            XML,
            r#"{"method":"call","params":["s","customer.info",["7"]],"id":1}"#,
            r#"{"method":"customer.info","params":["s","7"],"id":1}"#,
        ] {
            let (method, arguments) = read(body.as_bytes(), "urn:Magento").expect(body);
            assert_eq!(arguments.text("sessionId").as_deref(), Some("s"), "{body}");
            assert_eq!(operation(method, &arguments, &[]), "customerCustomerInfo", "{body}");
        }
        assert!(read(b"<html/>", "urn:Magento").is_none());
    }

    #[test]
    fn operations_of_modules_are_found_by_what_the_description_declares() {
        let declared = ["acmeLoyaltyInfo", "acmeLoyaltyList", "otherCardList", "acmeCardList"].map(str::to_owned);
        for (path, expected) in [
            ("acme_loyalty.info", "acmeLoyaltyInfo"),
            ("loyalty.list", "acmeLoyaltyList"),
            ("acme_card.list", "acmeCardList"),
            ("card.list", "card.list"),
            ("acme_loyalty.create", "acme_loyalty.create"),
            ("acmeLoyaltyInfo", "acmeLoyaltyInfo"),
        ] {
            let arguments = SoapStruct::new().with("apiPath", path);
            assert_eq!(operation("call".to_owned(), &arguments, &declared), expected, "{path}");
        }
    }

    #[test]
    fn a_login_brings_a_session() {
        let id = "0123456789abcdef0123456789abcdef";
        for answer in [
            format!("<methodResponse><params><param><value><string>{id}</string>"),
            format!(r#"{{"result":"{id}","id":"1"}}"#),
            format!("<loginReturn xsi:type=\"xsd:string\">{id}</loginReturn>"),
        ] {
            assert_eq!(session(&answer).as_deref(), Some(id));
        }
        assert_eq!(session("<string>Access denied.</string>"), None);
    }
}

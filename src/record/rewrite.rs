//! The addresses of a shop behind a proxy: those in its service description become the proxy's, and back.

use std::collections::BTreeSet;

use url::Url;

use crate::soap::wsdl_reader;
use crate::transport::{AllowedOrigins, Origin, Way, masked};

/// Paths of the proxy that stand for other hosts than the one it was given.
const OTHERS: &str = "/__upstream/";

/// Where a shop's service really is: at the address it was given by, and wherever its description sends calls.
pub(super) struct Upstreams {
    /// Each as it is written in documents, with the base of its calls.
    known: Vec<(String, Result<Url, NoTarget>)>,
    /// The shop's own address.
    given: Url,
    allowed: AllowedOrigins,
    /// Paths that the description refers to, besides its own.
    linked: BTreeSet<String>,
}

/// Why a request to the proxy goes nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoTarget {
    /// Nobody named such a host.
    #[error("the recording proxy knows no such address")]
    Unknown,
    /// The client's key was meant for another origin.
    #[error(
        "the shop's WSDL sends calls to another origin, {named}, which would get the API key; check the shop's base URL, or \
         give --allow-origin {origin} if that is right"
    )]
    OtherOrigin {
        /// Where calls would go, credentials masked.
        named: String,
        /// Scheme, host and port of the address.
        origin: String,
    },
}

impl Upstreams {
    pub(super) fn new(url: &Url, allowed: AllowedOrigins) -> Self {
        let known = vec![(url.origin().ascii_serialization(), Ok(base(url)))];
        Self { known, given: url.clone(), allowed, linked: BTreeSet::new() }
    }

    /// Where a request to the proxy goes.
    pub(super) fn target(&self, path: &str) -> Result<Url, NoTarget> {
        let (at, path) = match path.strip_prefix(OTHERS) {
            None => (0, path),
            Some(rest) => {
                let (number, _) = rest.split_once('/').ok_or(NoTarget::Unknown)?;
                (number.parse().map_err(|_| NoTarget::Unknown)?, &rest[number.len()..])
            }
        };
        let (_, base) = self.known.get(at).ok_or(NoTarget::Unknown)?;
        // Joined as a whole, `//host/` would name another host.
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut url = base.clone()?;
        url.set_path(path);
        url.set_query(query);
        Ok(url)
    }

    /// Whether the description refers to a path of the proxy.
    pub(super) fn is_linked(&self, path: &str) -> bool {
        self.linked.contains(path)
    }

    /// A document with the shop's addresses replaced by the proxy's, `proxy` being its host and port.
    pub(super) fn rewritten(&mut self, document: &[u8], proxy: &str) -> Vec<u8> {
        self.learn(document);
        let mut bytes = document.to_vec();
        for at in 0..self.known.len() {
            let to = match at {
                0 => format!("http://{proxy}"),
                _ => format!("http://{proxy}{OTHERS}{at}"),
            };
            bytes = self.replaced(&bytes, at, &to);
        }
        bytes
    }

    /// An address of a header.
    pub(super) fn location(&self, location: &str, proxy: &str) -> String {
        for (at, (written, _)) in self.known.iter().enumerate() {
            let rest = location.strip_prefix(written.as_str()).filter(|rest| ends_here(rest.as_bytes().first()));
            if let Some(rest) = rest {
                return if at == 0 {
                    format!("http://{proxy}{rest}")
                } else {
                    format!("http://{proxy}{OTHERS}{at}{rest}")
                };
            }
        }
        location.to_owned()
    }

    /// Remembers where the description sends calls. User and password go along only to the origin they were given for,
    /// and calls, which carry the client's key, only there too unless another is allowed.
    fn learn(&mut self, document: &[u8]) {
        let Ok(facts) = wsdl_reader::read(document, None) else { return };
        let Ok(address) = facts.address.parse::<Url>() else { return };
        if !matches!(address.scheme(), "http" | "https") {
            return;
        }
        let Some(rest) = facts.address.find("://").map(|at| at + 3) else { return };
        let end = facts.address[rest..].find(['/', '?']).map_or(facts.address.len(), |at| rest + at);
        let written = facts.address[..end].to_owned();
        if self.known.iter().any(|(known, _)| *known == written) {
            return;
        }
        let Some(origin) = Origin::of(&address) else { return };
        let to = match self.allowed.way(&self.given, &address) {
            Way::Same => Ok(base(&self.given)),
            Way::OverTls => {
                let mut secure = base(&address);
                // Both fail only for URLs without a host.
                let _ = secure.set_username(self.given.username());
                let _ = secure.set_password(self.given.password());
                Ok(secure)
            }
            Way::Allowed => Ok(base(&address)),
            Way::Unencrypted | Way::Elsewhere => {
                Err(NoTarget::OtherOrigin { named: masked(&address), origin: origin.to_string() })
            }
        };
        self.known.push((written, to));
    }

    fn replaced(&mut self, document: &[u8], at: usize, to: &str) -> Vec<u8> {
        let Some((from, _)) = self.known.get(at).cloned() else { return document.to_vec() };
        let from = from.as_bytes();
        let mut out = Vec::with_capacity(document.len());
        let mut rest = document;
        while let Some(found) = rest.windows(from.len()).position(|window| window == from) {
            let (before, after) = (&rest[..found], &rest[found + from.len()..]);
            out.extend_from_slice(before);
            // `http://shop.example` is not the beginning of `http://shop.example.com`.
            if ends_here(after.first()) {
                out.extend_from_slice(to.as_bytes());
                let end = after.iter().position(|byte| b"\"'<> \n".contains(byte)).unwrap_or(after.len());
                let path = String::from_utf8_lossy(&after[..end]).replace("&amp;", "&");
                let prefix = if at == 0 { String::new() } else { format!("{OTHERS}{at}") };
                self.linked.insert(format!("{prefix}{path}"));
            } else {
                out.extend_from_slice(from);
            }
            rest = after;
        }
        out.extend_from_slice(rest);
        out
    }
}

fn ends_here(next: Option<&u8>) -> bool {
    next.is_none_or(|next| b"/?#\"'<> \r\n".contains(next))
}

/// Scheme, host, port and credentials of an address.
fn base(url: &Url) -> Url {
    let mut base = url.clone();
    base.set_path("/");
    base.set_query(None);
    base.set_fragment(None);
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wsdl(address: &str) -> String {
        format!(
            "<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\" \
             xmlns:t=\"urn:Magento\" targetNamespace=\"urn:Magento\"><binding name=\"B\"><soap:binding style=\"rpc\"/>\
             </binding><service><port binding=\"t:B\"><soap:address location=\"{address}\"/></port></service>\
             </definitions>"
        )
    }

    #[test]
    fn calls_come_back_through_the_proxy_and_go_where_they_were_to_go() {
        for (given, named, shown, path, target) in [
            (
                "http://u:p@shop.example/?wsdl",
                "http://shop.example/api/",
                "http://p:1/api/",
                "/api/",
                "http://u:p@shop.example/api/",
            ),
            (
                "http://u:p@shop.example/",
                "http://shop.example:80/api/",
                "http://p:1/__upstream/1/api/",
                "/__upstream/1/api/?a=b",
                "http://u:p@shop.example/api/?a=b",
            ),
            (
                "http://u:p@shop.example/",
                "https://admin.example/api/",
                "http://p:1/__upstream/1/api/",
                "/__upstream/1/api/",
                "https://admin.example/api/",
            ),
            (
                "http://shop.example/",
                "http://shop.example.com/api/",
                "http://p:1/__upstream/1/api/",
                "//evil.example/x",
                "http://shop.example//evil.example/x",
            ),
        ] {
            let given: Url = given.parse().unwrap();
            let origin = Origin::of(&named.parse().unwrap()).unwrap();
            let mut upstreams = Upstreams::new(&given, AllowedOrigins::new(vec![origin.clone()]));
            let document = String::from_utf8(upstreams.rewritten(wsdl(named).as_bytes(), "p:1")).unwrap();
            assert_eq!(document, wsdl(shown), "{named}");
            assert_eq!(upstreams.target(path).unwrap().as_str(), target, "{named}");
            assert_eq!(upstreams.target("/__upstream/7/"), Err(NoTarget::Unknown));
            assert_eq!(upstreams.location(named, "p:1"), shown);
            // What is not allowed goes nowhere.
            let mut strict = Upstreams::new(&given, AllowedOrigins::default());
            assert_eq!(strict.rewritten(wsdl(named).as_bytes(), "p:1"), document.as_bytes());
            match strict.target(path) {
                Ok(url) => assert_eq!(url.host_str(), given.host_str()),
                Err(refused) => {
                    let said = refused.to_string();
                    assert!(said.contains(&format!("give --allow-origin {origin} if")), "{said}");
                    assert_ne!(named.parse::<Url>().unwrap().origin(), given.origin());
                }
            }
        }
    }

    #[test]
    fn what_the_description_imports_is_known() {
        let mut upstreams = Upstreams::new(&"http://shop.example/".parse().unwrap(), AllowedOrigins::default());
        upstreams.rewritten(b"<import schemaLocation=\"http://shop.example/schema.xsd?a=1&amp;b=2\"/>", "p:1");
        assert!(upstreams.is_linked("/schema.xsd?a=1&b=2") && !upstreams.is_linked("/customer/account"));
    }
}

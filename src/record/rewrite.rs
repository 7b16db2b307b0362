//! The addresses of a shop behind a proxy: those in its service description become the proxy's, and back.

use std::collections::BTreeSet;

use url::Url;

use crate::soap::wsdl_reader;

/// Paths of the proxy that stand for other hosts than the one it was given.
const OTHERS: &str = "/__upstream/";

/// Where a shop's service really is: at the address it was given by, and wherever its description sends calls.
pub(super) struct Upstreams {
    /// Each as it is written in documents, with the base of its calls.
    known: Vec<(String, Url)>,
    /// Paths that the description refers to, besides its own.
    linked: BTreeSet<String>,
}

impl Upstreams {
    pub(super) fn new(url: &Url) -> Self {
        Self { known: vec![(url.origin().ascii_serialization(), base(url))], linked: BTreeSet::new() }
    }

    /// Where a request to the proxy goes; `None` for a host nobody named.
    pub(super) fn target(&self, path: &str) -> Option<Url> {
        let (at, path) = match path.strip_prefix(OTHERS) {
            None => (0, path),
            Some(rest) => {
                let (number, _) = rest.split_once('/')?;
                (number.parse().ok()?, &rest[number.len()..])
            }
        };
        let (_, base) = self.known.get(at)?;
        // Joined as a whole, `//host/` would name another host.
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut url = base.clone();
        url.set_path(path);
        url.set_query(query);
        Some(url)
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

    /// Remembers where the description sends calls. User and password go along only to the host they were given for.
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
        let given = self.known.first().map(|(_, given)| given.clone());
        let is_given = given.as_ref().is_some_and(|given| given.origin() == address.origin());
        let to = given.filter(|_| is_given).unwrap_or_else(|| base(&address));
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
            let mut upstreams = Upstreams::new(&given.parse().unwrap());
            let document = String::from_utf8(upstreams.rewritten(wsdl(named).as_bytes(), "p:1")).unwrap();
            assert_eq!(document, wsdl(shown), "{named}");
            assert_eq!(upstreams.target(path).unwrap().as_str(), target, "{named}");
            assert!(upstreams.target("/__upstream/7/").is_none());
            assert_eq!(upstreams.location(named, "p:1"), shown);
        }
    }

    #[test]
    fn what_the_description_imports_is_known() {
        let mut upstreams = Upstreams::new(&"http://shop.example/".parse().unwrap());
        upstreams.rewritten(b"<import schemaLocation=\"http://shop.example/schema.xsd?a=1&amp;b=2\"/>", "p:1");
        assert!(upstreams.is_linked("/schema.xsd?a=1&b=2") && !upstreams.is_linked("/customer/account"));
    }
}

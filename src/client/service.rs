//! What a shop's WSDL says about it, and where calls go: sync spec, section 2.1.

use std::sync::Arc;

use url::Url;

use super::wsdl_cache::Document;
use super::{ClientError, ClientOptions};
use crate::magento::{BridgeRelease, Contract, Flavor};
use crate::memo::Memo;
use crate::soap::wsdl_reader::{self, WsdlError, WsdlFacts};
use crate::soap::{Codec, ServiceSchema, WireStyle};
use crate::transport::{AllowedOrigins, HttpRequest, Origin, Transport, Way, masked};

/// A shop's SOAP service, ready to be called.
pub(super) struct Service {
    pub(super) wsdl: Arc<WsdlFacts>,
    /// Where calls go, with the credentials of the typed URL if they may go there.
    pub(super) address: Url,
    pub(super) codec: Codec,
    /// What a person should know about the address.
    pub(super) warnings: Vec<String>,
    /// Whether the WSDL came from the cache, so that it may be out of date.
    pub(super) cached: bool,
}

/// Documents that were read, each with itself as the key: a shop's is the same for every session.
static READ: Memo<Document, (Document, Arc<WsdlFacts>)> = Memo::new();

/// What a document says, and the bytes that were read of it first: who keeps those is recognised without reading.
fn read(document: &[u8]) -> Result<(Document, Arc<WsdlFacts>), WsdlError> {
    let kept = |facts: WsdlFacts| {
        let document = Document::from(document);
        (document.clone(), (document, Arc::new(facts)))
    };
    let make = || wsdl_reader::read(document, None).map(kept);
    READ.get_or_try(|known| std::ptr::eq(known.as_ref(), document) || known.as_ref() == document, make)
}

impl Service {
    /// Takes the WSDL from the cache or downloads it. A download is tried once: the retries are for calls.
    pub(super) async fn load(transport: &dyn Transport, options: &ClientOptions) -> Result<Self, ClientError> {
        match options.wsdl_cache.get(&options.url) {
            Some(document) => Ok(Self::read(&document, options, transport.allowed_origins(), true)?.0),
            None => Self::download(transport, options).await,
        }
    }

    /// Downloads the WSDL and puts it in the cache once it is understood.
    pub(super) async fn download(transport: &dyn Transport, options: &ClientOptions) -> Result<Self, ClientError> {
        let sent = transport.send(HttpRequest::get(options.url.clone())).await;
        let answer = sent.map_err(ClientError::WsdlDownload)?;
        // Without its `?wsdl` the SOAP of version 1 answers 500; JSON-RPC a 404 where there is none.
        if matches!(answer.status, 404 | 500) && names_version1(&options.url) {
            return Err(version1(&options.url));
        }
        if answer.status != 200 {
            return Err(ClientError::WsdlStatus { url: masked(&options.url), status: answer.status });
        }
        let (service, document) = Self::read(&answer.body, options, transport.allowed_origins(), false)?;
        options.wsdl_cache.put(&options.url, document);
        Ok(service)
    }

    fn read(
        document: &[u8],
        options: &ClientOptions,
        allowed: &AllowedOrigins,
        cached: bool,
    ) -> Result<(Self, Document), ClientError> {
        let (document, wsdl) = read(document).map_err(|source| match source {
            WsdlError::NotWsdl { root } if root == "methodResponse" => version1(&options.url),
            _ if names_version1(&options.url) => version1(&options.url),
            source => ClientError::Wsdl { url: masked(&options.url), source },
        })?;
        if wsdl.has_operation("call") && !wsdl.has_operation("storeList") {
            return Err(version1(&options.url));
        }
        let (address, warnings) = address(&wsdl, &options.url, allowed)?;
        let codec = Codec::new(schema_for(&wsdl));
        Ok((Self { wsdl, address, codec, warnings, cached }, document))
    }

    /// The style the shop speaks.
    pub(super) fn mode(&self) -> WireStyle {
        self.wsdl.mode
    }
}

/// Whether an address is one of those of API version 1, whatever it answers.
fn names_version1(typed: &Url) -> bool {
    let path = typed.path().trim_end_matches('/');
    ["/api", "/api/index", "/api/soap", "/api/xmlrpc", "/api/jsonrpc"].iter().any(|door| path.ends_with(door))
}

/// What is said of an address that serves API version 1: the one of version 2 stands beside it.
fn version1(typed: &Url) -> ClientError {
    let mut instead = typed.clone();
    if typed.path().ends_with("/api.php") {
        instead.set_query(Some("type=v2_soap&wsdl=1"));
    } else {
        let front = typed.path().rsplit_once("/api").map_or("", |(front, _)| front);
        instead.set_path(&format!("{front}/api/v2_soap/"));
        instead.set_query(Some("wsdl=1"));
    }
    ClientError::Version1 { url: masked(typed), instead: masked(&instead) }
}

/// The contract's types guide the encoding; which operations there are is the WSDL's word.
fn schema_for(wsdl: &WsdlFacts) -> Arc<ServiceSchema> {
    schema_of(Contract::shared(), wsdl)
}

/// What a catalogue declares of a shop with such a WSDL.
pub(super) fn schema_of(contract: &Contract, wsdl: &WsdlFacts) -> Arc<ServiceSchema> {
    let bridge = wsdl.has_operation("oroPing").then(BridgeRelease::newest);
    let flavor = if wsdl.target_namespace == Flavor::NEWEST_OPENMAGE.target_namespace() {
        Flavor::NEWEST_OPENMAGE
    } else {
        Flavor::OpenMage194
    };
    contract.schema(wsdl.mode, bridge, flavor)
}

/// Calls go to the address the WSDL names, not to the URL that was typed. The reference client sends key, user and
/// password wherever that is; here they stay at their origin in every profile, because secrecy comes before likeness.
fn address(wsdl: &WsdlFacts, typed: &Url, allowed: &AllowedOrigins) -> Result<(Url, Vec<String>), ClientError> {
    let not_callable = || ClientError::Address { found: wsdl.address.clone() };
    let mut address: Url = wsdl.address.parse().map_err(|_| not_callable())?;
    let origin = Origin::of(&address).ok_or_else(not_callable)?;
    let way = allowed.way(typed, &address);
    let (asked, named) = (masked(typed), masked(&address));
    let mut warnings = Vec::new();
    match way {
        Way::Same | Way::OverTls => {
            let set = address.set_username(typed.username()).and_then(|()| address.set_password(typed.password()));
            set.map_err(|()| not_callable())?;
        }
        Way::Allowed => {
            let is_protected = !typed.username().is_empty() || typed.password().is_some();
            let withheld = if is_protected { "; user and password of the URL are not sent there" } else { "" };
            warnings.push(format!("the WSDL of {asked} sends calls to {named}, which is allowed{withheld}"));
        }
        Way::Unencrypted => return Err(ClientError::Unencrypted { asked, named, origin: origin.to_string() }),
        Way::Elsewhere => return Err(ClientError::OtherOrigin { asked, named, origin: origin.to_string() }),
    }
    Ok((address, warnings))
}

#[cfg(test)]
mod tests {
    use super::*;
    use indexmap::IndexMap;

    #[test]
    fn secrets_go_to_the_origin_they_were_typed_for_and_to_no_other() {
        let typed = "https://joe:s3cret@shop.example/api/?wsdl=1";
        for (typed, named, called) in [
            (typed, "https://shop.example/api/index/", "https://joe:s3cret@shop.example/api/index/"),
            (typed, "https://SHOP.example:443/api/", "https://joe:s3cret@shop.example/api/"),
            ("http://a:b@shop.example/", "https://shop.example/api/", "https://a:b@shop.example/api/"),
            ("http://shop.example/", "http://u:p@shop.example/api/", "http://shop.example/api/"),
        ] {
            let (address, warnings) = address(&facts(named), &typed.parse().unwrap(), AllowedOrigins::NONE).unwrap();
            assert_eq!((address.as_str(), warnings), (called, Vec::new()));
        }
        for (typed, named, expected) in [
            (typed, "https://admin.example/api/", "give --allow-origin https://admin.example if"),
            (typed, "https://shop.example:8443/api/", "another host or port"),
            (typed, "http://shop.example/api/", "unencrypted"),
            (typed, "http://shop.example:8080/api/", "another host or port"),
            ("http://shop.example/", "http://other.example/", "check the shop's base URL"),
            ("http://127.0.0.1:8085/", "http://127.0.0.1:8086/", "another host or port"),
        ] {
            let (wsdl, typed) = (facts(named), typed.parse().unwrap());
            let said = address(&wsdl, &typed, AllowedOrigins::NONE).unwrap_err().to_string();
            assert!(said.contains(expected) && !said.contains("s3cret"), "{said}");
            let allowed = AllowedOrigins::new(vec![Origin::of(&named.parse().unwrap()).unwrap()]);
            let (address, warnings) = address(&wsdl, &typed, &allowed).unwrap();
            assert_eq!(address.as_str(), named, "without user and password");
            assert_eq!(warnings.len(), 1);
            let tells = warnings[0].contains("are not sent there");
            assert_eq!(tells, !typed.username().is_empty(), "{warnings:?}");
            assert!(!warnings[0].contains("s3cret"), "{warnings:?}");
        }
        for nonsense in ["/api/", "ftp://shop.example/", "REPLACE_WITH_ACTUAL_URL"] {
            assert!(matches!(
                address(&facts(nonsense), &typed.parse().unwrap(), AllowedOrigins::NONE),
                Err(ClientError::Address { found }) if found == nonsense
            ));
        }
    }

    #[test]
    fn who_asks_api_version_1_is_told_where_version_2_is() {
        for (typed, expected) in [
            ("http://shop.example/api/soap/?wsdl", "http://shop.example/api/v2_soap/?wsdl=1"),
            (
                "http://shop.example/shop/index.php/api/?wsdl=1",
                "http://shop.example/shop/index.php/api/v2_soap/?wsdl=1",
            ),
            ("http://shop.example/api/soap/", "http://shop.example/api/v2_soap/?wsdl=1"),
            ("http://shop.example/api/jsonrpc", "http://shop.example/api/v2_soap/?wsdl=1"),
            ("http://shop.example/api/xmlrpc", "http://shop.example/api/v2_soap/?wsdl=1"),
            ("http://shop.example/api.php?type=soap&wsdl", "http://shop.example/api.php?type=v2_soap&wsdl=1"),
        ] {
            let typed: Url = typed.parse().unwrap();
            assert!(names_version1(&typed) || typed.path().ends_with("api.php"), "{typed}");
            let said = version1(&typed).to_string();
            assert!(said.contains("this is API v1") && said.ends_with(&format!("use {expected}")), "{said}");
        }
    }

    #[test]
    fn a_wsdl_of_version_1_is_not_taken_for_one_of_version_2() {
        let document = crate::soap::version1::wsdl("urn:Magento", "", "http://shop.example/api/soap/");
        let facts = wsdl_reader::read(document.as_bytes(), None).unwrap();
        assert!(facts.has_operation("call") && !facts.has_operation("storeList"));
    }

    fn facts(address: &str) -> WsdlFacts {
        WsdlFacts {
            mode: WireStyle::RpcEncoded,
            target_namespace: "urn:Magento".to_owned(),
            address: address.to_owned(),
            soap_actions: IndexMap::new(),
        }
    }
}

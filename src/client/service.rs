//! What a shop's WSDL says about it, and where calls go: sync spec, section 2.1.

use std::sync::Arc;

use url::Url;

use super::{ClientError, ClientOptions};
use crate::magento::{BridgeRelease, Contract, Flavor};
use crate::memo::Memo;
use crate::soap::wsdl_reader::{self, WsdlFacts};
use crate::soap::{Codec, ServiceSchema, WireMode};
use crate::transport::{HttpRequest, Transport, masked};

/// A shop's SOAP service, ready to be called.
pub(super) struct Service {
    pub(super) wsdl: WsdlFacts,
    /// Where calls go, with the credentials of the typed URL if they may go there.
    pub(super) address: Url,
    pub(super) codec: Codec,
    /// What a person should know about the address.
    pub(super) warnings: Vec<String>,
    /// Whether the WSDL came from the cache, so that it may be out of date.
    pub(super) cached: bool,
}

/// Documents that were read: a shop's is the same for every session.
static READ: Memo<Vec<u8>, WsdlFacts> = Memo::new();

impl Service {
    /// Takes the WSDL from the cache or downloads it. A download is tried once: the retries are for calls.
    pub(super) async fn load(transport: &dyn Transport, options: &ClientOptions) -> Result<Self, ClientError> {
        match options.wsdl_cache.get(&options.url) {
            Some(document) => Self::read(&document, options, true),
            None => Self::download(transport, options).await,
        }
    }

    /// Downloads the WSDL and puts it in the cache once it is understood.
    pub(super) async fn download(transport: &dyn Transport, options: &ClientOptions) -> Result<Self, ClientError> {
        let sent = transport.send(HttpRequest::get(options.url.clone())).await;
        let answer = sent.map_err(ClientError::WsdlDownload)?;
        if answer.status != 200 {
            return Err(ClientError::WsdlStatus { url: masked(&options.url), status: answer.status });
        }
        let service = Self::read(&answer.body, options, false)?;
        options.wsdl_cache.put(&options.url, answer.body);
        Ok(service)
    }

    fn read(document: &[u8], options: &ClientOptions, cached: bool) -> Result<Self, ClientError> {
        let read = || wsdl_reader::read(document, None).map(|facts| (document.to_vec(), facts));
        let wsdl = READ
            .get_or_try(|known| known == document, read)
            .map_err(|source| ClientError::Wsdl { url: masked(&options.url), source })?;
        let (address, warnings) = address(&wsdl, &options.url)?;
        let codec = Codec::new(schema_for(&wsdl));
        Ok(Self { wsdl, address, codec, warnings, cached })
    }

    /// The style the shop speaks.
    pub(super) fn mode(&self) -> WireMode {
        self.wsdl.mode
    }
}

/// The contract's types guide the encoding; which operations there are is the WSDL's word.
fn schema_for(wsdl: &WsdlFacts) -> Arc<ServiceSchema> {
    let bridge = wsdl.has_operation("oroPing").then(BridgeRelease::newest);
    let flavor = if wsdl.target_namespace == Flavor::OpenMage20.target_namespace() {
        Flavor::OpenMage20
    } else {
        Flavor::OpenMage194
    };
    Contract::shared().schema(wsdl.mode, bridge, flavor)
}

/// Calls go to the address the WSDL names, not to the URL that was typed. Basic auth goes along only to the host it was
/// typed for, and never from https to http.
fn address(wsdl: &WsdlFacts, typed: &Url) -> Result<(Url, Vec<String>), ClientError> {
    let not_callable = || ClientError::Address { found: wsdl.address.clone() };
    let mut address: Url = wsdl.address.parse().map_err(|_| not_callable())?;
    if !matches!(address.scheme(), "http" | "https") || address.host_str().is_none() {
        return Err(not_callable());
    }
    let (asked, named) = (masked(typed), masked(&address));
    let mut warnings = Vec::new();
    let protected = !typed.username().is_empty();
    let unencrypted = typed.scheme() == "https" && address.scheme() == "http";
    if !same_host(typed, &address) {
        let withheld = if protected { "; user and password of the URL are not sent there" } else { "" };
        warnings.push(format!(
            "the WSDL of {asked} sends calls to another host, {named}{withheld}; check the shop's base URL"
        ));
    } else if unencrypted {
        warnings
            .push(format!("the WSDL of {asked} sends calls to {named}, unencrypted; check the shop's secure base URL"));
    } else if protected {
        let set = address.set_username(typed.username()).and_then(|()| address.set_password(typed.password()));
        set.map_err(|()| not_callable())?;
    }
    Ok((address, warnings))
}

/// Whether two URLs lead to one server. The default ports of http and https belong together: shops move logins to
/// https.
fn same_host(one: &Url, other: &Url) -> bool {
    one.host_str() == other.host_str() && (one.port().is_none() && other.port().is_none() || one.port() == other.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use indexmap::IndexMap;

    #[test]
    fn credentials_go_to_the_host_they_were_typed_for_and_to_no_other() {
        let typed = "https://joe:s3cret@shop.example/api/?wsdl=1";
        for (typed, named, called, warning) in [
            (typed, "https://shop.example/api/index/", "https://joe:s3cret@shop.example/api/index/", None),
            (typed, "https://admin.example/api/", "https://admin.example/api/", Some("are not sent there")),
            (typed, "https://shop.example:8443/api/", "https://shop.example:8443/api/", Some("another host")),
            (typed, "http://shop.example/api/", "http://shop.example/api/", Some("unencrypted")),
            ("http://a:b@shop.example/", "https://shop.example/api/", "https://a:b@shop.example/api/", None),
            (
                "http://shop.example/",
                "http://other.example/",
                "http://other.example/",
                Some("check the shop's base URL"),
            ),
        ] {
            let (address, warnings) = address(&facts(named), &typed.parse().unwrap()).unwrap();
            assert_eq!(address.as_str(), called);
            assert_eq!(warnings.len(), usize::from(warning.is_some()), "{warnings:?}");
            assert!(warnings.iter().all(|said| said.contains(warning.unwrap()) && !said.contains("s3cret")));
        }
        for nonsense in ["/api/", "ftp://shop.example/", "REPLACE_WITH_ACTUAL_URL"] {
            assert!(matches!(
                address(&facts(nonsense), &typed.parse().unwrap()),
                Err(ClientError::Address { found }) if found == nonsense
            ));
        }
    }

    fn facts(address: &str) -> WsdlFacts {
        WsdlFacts {
            mode: WireMode::RpcEncoded,
            target_namespace: "urn:Magento".to_owned(),
            address: address.to_owned(),
            soap_actions: IndexMap::new(),
        }
    }
}

//! A shop that is asked: a client over the guard that lets only reading through, and what came back as it came.

use std::sync::Arc;
use std::time::Duration;

use super::CompareError;
use super::service::ServiceFacts;
use super::tap::Tap;
use super::wanted::{self, WantedQuestion};
use crate::client::{BridgeStatus, ClientError, ClientOptions, MagentoClient, Retries, WsdlCache};
use crate::clock::Clock;
use crate::magento::{BridgeRelease, Contract, Flavor};
use crate::soap::wsdl_reader::WsdlError;
use crate::soap::{SoapStruct, SoapValue, WireStyle};
use crate::transport::{HttpAnswer, HttpRequest, Transport, masked};

/// How many records of each kind are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Records of each kind that are looked at.
    pub records: usize,
}

/// Hears of every question that is asked.
pub type Progress<'a> = &'a mut dyn FnMut(&str);

/// A question that failed on the way is asked once more after this.
const PAUSE: Duration = Duration::from_secs(1);

/// A shop, connected to.
pub struct AskedShop {
    tap: Arc<Tap>,
    clock: Clock,
    pub(super) client: MagentoClient,
    pub(super) facts: ServiceFacts,
    pub(super) bridge: BridgeStatus,
    pub(super) url: url::Url,
    /// The answer that brought the WSDL.
    pub(super) wsdl: HttpAnswer,
    /// Why operations of modules cannot be called, if so.
    pub(super) unreadable: Option<String>,
}

/// What became of a call.
pub(super) struct Heard {
    pub(super) value: Result<SoapValue, ClientError>,
    /// The answer as it came, if one came.
    pub(super) answer: Option<HttpAnswer>,
}

impl AskedShop {
    /// Fetches the WSDL and logs in, in the style the WSDL declares. `transport` should let only reading through.
    ///
    /// # Errors
    /// [`CompareError::Unreachable`].
    pub async fn connect(transport: Arc<dyn Transport>, options: ClientOptions) -> Result<Self, CompareError> {
        let tap = Arc::new(Tap::new(transport));
        let url = options.url.clone();
        let unreachable = |source: ClientError| CompareError::Unreachable { url: masked(&url), source };
        let sent = tap.send(HttpRequest::get(url.clone())).await;
        let wsdl = sent.map_err(|error| unreachable(ClientError::WsdlDownload(error)))?;
        let facts = ServiceFacts::read(&wsdl.body);
        let mode = facts.as_ref().map_or(options.mode, |facts| facts.mode);
        let cache = WsdlCache::default();
        if facts.is_some() {
            cache.put(&url, wsdl.body.as_slice().into());
        }
        let clock = options.clock.clone();
        let options = ClientOptions { mode, retries: Retries::Off, wsdl_cache: cache, ..options };
        let mut client = MagentoClient::connect(tap.clone(), options).await.map_err(unreachable)?;
        let Some(facts) = facts else {
            let source = WsdlError::NotWsdl { root: "no <portType>".to_owned() };
            return Err(unreachable(ClientError::Wsdl { url: masked(&url), source }));
        };
        let bridge = client.bridge().await;
        let learned = client.learn_modules(&String::from_utf8_lossy(&wsdl.body));
        let unreadable = learned.err().map(|error| error.to_string());
        Ok(Self { tap, clock, client, facts, bridge, url, wsdl, unreadable })
    }

    /// Operations of modules that may be asked, with what their requests are called: those that read by their names, and
    /// those that are wanted.
    pub fn readable_of_modules(&self, asked_for: &[WantedQuestion]) -> Vec<(String, String)> {
        let may = wanted::operations(&self.facts).filter(|operation| wanted::refused(operation, asked_for).is_none());
        let named = may.map(|operation| {
            let wrapper = self.facts.operations.get(operation).and_then(|facts| facts.wrapper.clone());
            (operation.to_owned(), wrapper.unwrap_or_else(|| operation.to_owned()))
        });
        named.collect()
    }

    /// What the shop's WSDL declares.
    pub fn facts(&self) -> &ServiceFacts {
        &self.facts
    }

    /// The time by the clock of this machine.
    pub(super) fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// Asks; arguments go by the names they have in RPC.
    pub(super) async fn ask(&mut self, operation: &str, arguments: SoapStruct) -> Heard {
        let arguments = by_own_names(self.facts.mode, operation, arguments);
        let mut heard = self.once(operation, arguments.clone()).await;
        if is_trouble(&heard) {
            self.clock.sleep(PAUSE).await;
            heard = self.once(operation, arguments).await;
        }
        heard
    }

    async fn once(&mut self, operation: &str, arguments: SoapStruct) -> Heard {
        self.tap.take();
        let value = self.client.call(operation, arguments).await;
        Heard { value, answer: self.tap.take() }
    }

    /// Asks in a session that does not exist.
    pub(super) async fn ask_without_session(&mut self, operation: &str) -> Heard {
        self.tap.take();
        let value = self.client.call_in("nosuchsession00000000000000000000", operation, SoapStruct::new()).await;
        Heard { value, answer: self.tap.take() }
    }

    /// Sends a request as it is.
    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpAnswer, crate::transport::TransportError> {
        self.tap.send(request).await
    }

    /// Rows of a list; none when it cannot be had.
    pub(super) async fn rows(&mut self, operation: &str, arguments: SoapStruct) -> Vec<SoapStruct> {
        if !self.client.has_operation(operation) {
            return Vec::new();
        }
        self.ask(operation, arguments).await.value.map(crate::client::collection).unwrap_or_default()
    }
}

/// No answer, or one that a busy server gives: it may be another one the next time.
fn is_trouble(heard: &Heard) -> bool {
    match &heard.value {
        Err(ClientError::Transport { .. } | ClientError::NotSoap { .. }) => true,
        Err(ClientError::Http { status, .. }) => *status >= 500,
        _ => false,
    }
}

/// WS-I calls many parts otherwise than RPC does, in the same order.
fn by_own_names(mode: WireStyle, operation: &str, arguments: SoapStruct) -> SoapStruct {
    if mode == WireStyle::RpcEncoded {
        return arguments;
    }
    let newest = Some(BridgeRelease::newest());
    let [rpc, wsi] = [WireStyle::RpcEncoded, WireStyle::WsI]
        .map(|mode| Contract::shared().schema(mode, newest, Flavor::OpenMage194));
    let (Some(rpc), Some(wsi)) = (rpc.operation(operation), wsi.operation(operation)) else { return arguments };
    let own_name = |name: &str| {
        let at = rpc.request.parts.iter().position(|part| part.name == name)?;
        wsi.request.parts.get(at).map(|part| part.name.clone())
    };
    arguments.into_iter().map(|(name, value)| (own_name(&name).map_or(name, Into::into), value)).collect()
}

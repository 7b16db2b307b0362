//! The client side of the wire: it talks to any Magento as OroCRM's connector does, or better where that is defective.
//! Login, one session, retries, the bridge, WS-I unwrapping. No CRM in here and no import rules.

pub mod bridge;
pub mod error;
pub mod mask;
pub mod retry;
pub mod unwrap;
pub mod wsdl_cache;

use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use crate::clock::Clock;
use crate::magento::{BridgeRelease, Contract, Flavor};
use crate::quirk::{Quirk, Quirks};
use crate::secret::{ApiKey, SessionId};
use crate::soap::wsdl_reader::{self, WsdlFacts};
use crate::soap::{Answer, Codec, SoapStruct, SoapValue, WireMode};
use crate::transport::{HttpAnswer, HttpRequest, Transport};

pub use bridge::BridgeStatus;
pub use error::ClientError;
pub use retry::Retries;
pub use unwrap::collection;
pub use wsdl_cache::WsdlCache;

use mask::Masker;

/// API fault "Session expired. Try to relogin."
const SESSION_EXPIRED: u16 = 5;

/// What a client is given.
#[derive(Clone)]
pub struct ClientOptions {
    /// WSDL URL; may hold `user:password@` for HTTP basic auth.
    pub url: Url,
    /// SOAP API user.
    pub user: String,
    /// SOAP API key.
    pub key: ApiKey,
    /// The style the integration is set to.
    pub mode: WireMode,
    /// Whether calls are repeated (sync spec 2.7).
    pub retries: Retries,
    /// Which misbehaviours of the reference client are wanted.
    pub quirks: Quirks,
    /// Source of delays.
    pub clock: Clock,
    /// Where WSDLs are kept.
    pub wsdl_cache: WsdlCache,
}

/// A logged-in client of one shop.
pub struct MagentoClient {
    transport: Arc<dyn Transport>,
    options: ClientOptions,
    wsdl: WsdlFacts,
    endpoint: Url,
    codec: Codec,
    masker: Masker,
    session: Option<SessionId>,
    server_time: Option<Timestamp>,
    bridge: Option<BridgeStatus>,
    calls: u64,
}

impl MagentoClient {
    /// Downloads the WSDL, or takes it from the cache, and logs in.
    ///
    /// # Errors
    /// [`ClientError`] saying what failed and what to do: no connection, no WSDL, the other style, access denied.
    pub async fn connect(transport: Arc<dyn Transport>, options: ClientOptions) -> Result<Self, ClientError> {
        if options.user.is_empty() || options.key.expose_secret().is_empty() {
            return Err(ClientError::NoCredentials);
        }
        let wsdl = load_wsdl(transport.as_ref(), &options).await?;
        if wsdl.mode != options.mode {
            return Err(ClientError::StyleMismatch { configured: options.mode, found: wsdl.mode });
        }
        let endpoint = endpoint(&wsdl, &options.url)?;
        let codec = Codec::new(schema_for(&wsdl, options.mode));
        let masker = Masker::new(&options);
        let mut client = Self {
            transport,
            options,
            wsdl,
            endpoint,
            codec,
            masker,
            session: None,
            server_time: None,
            bridge: None,
            calls: 0,
        };
        client.login().await?;
        Ok(client)
    }

    /// Whether the WSDL declares an operation.
    pub fn has_operation(&self, name: &str) -> bool {
        self.wsdl.has_operation(name)
    }

    /// The shop's time at login, from the `Date` header; `None` when there was none.
    pub fn server_time(&self) -> Option<Timestamp> {
        self.server_time
    }

    /// The bridge, asked once: never when the WSDL does not declare `oroPing` (sync spec 2.4).
    pub async fn bridge(&mut self) -> BridgeStatus {
        if let Some(known) = &self.bridge {
            return known.clone();
        }
        let status = if self.has_operation("oroPing") {
            match self.call("oroPing", SoapStruct::new()).await {
                Ok(answer) => BridgeStatus::from_ping(&answer),
                Err(error) => {
                    tracing::warn!("oroPing failed, the bridge counts as not installed: {error}");
                    BridgeStatus::default()
                }
            }
        } else {
            BridgeStatus::default()
        };
        self.bridge = Some(status.clone());
        status
    }

    /// Calls an operation; the session id is put first. Returns what the reference client would work on: the value of
    /// the response part, in WS-I unwrapped (sync spec 3.2).
    ///
    /// # Errors
    /// [`ClientError`], with secrets masked. An expired session is renewed once and the call repeated with the new one.
    pub async fn call(&mut self, operation: &str, arguments: SoapStruct) -> Result<SoapValue, ClientError> {
        match self.call_in_session(operation, &arguments).await {
            Err(error) if error.fault_code() == Some(SESSION_EXPIRED) && !self.options.quirks.has(Quirk::NoReLogin) => {
                tracing::info!("the session expired before {operation}; logging in again");
                self.login().await?;
                self.call_in_session(operation, &arguments).await
            }
            result => result,
        }
    }

    /// Calls a list operation and makes a list of whatever form the answer has (sync spec 3.3).
    ///
    /// # Errors
    /// As [`MagentoClient::call`].
    pub async fn call_list(&mut self, operation: &str, arguments: SoapStruct) -> Result<Vec<SoapStruct>, ClientError> {
        Ok(collection(self.call(operation, arguments).await?))
    }

    async fn call_in_session(&mut self, operation: &str, arguments: &SoapStruct) -> Result<SoapValue, ClientError> {
        let session = self.session.as_ref().map(|id| id.expose_secret().to_owned()).unwrap_or_default();
        let mut all = SoapStruct::new().with("sessionId", session);
        for (name, value) in arguments.iter() {
            all.set(name, unwrap::printable(value.clone()));
        }
        let (value, _) = self.exchange(operation, &all).await?;
        Ok(value)
    }

    async fn login(&mut self) -> Result<(), ClientError> {
        let arguments = SoapStruct::new()
            .with("username", self.options.user.as_str())
            .with("apiKey", self.options.key.expose_secret());
        let (value, answer) = self.exchange("login", &arguments).await?;
        let Some(id) = value.as_text().filter(|id| !id.is_empty()) else {
            return Err(ClientError::NoSession { found: self.masker.excerpt(&answer.body) });
        };
        self.masker.add(id);
        self.session = Some(SessionId::new(id));
        if self.server_time.is_none() {
            self.server_time = answer.header("date").and_then(crate::datetime::parse_http);
        }
        Ok(())
    }

    /// One call with its retries; what comes back is decoded and unwrapped.
    async fn exchange(
        &mut self,
        operation: &str,
        arguments: &SoapStruct,
    ) -> Result<(SoapValue, HttpAnswer), ClientError> {
        self.calls += 1;
        let number = self.calls;
        let body = self
            .codec
            .write_request(operation, arguments)
            .map_err(|source| ClientError::Request { operation: operation.to_owned(), source })?;
        let action = self.wsdl.soap_actions.get(operation).cloned().unwrap_or_default();
        let headers = vec![
            ("Content-Type".to_owned(), "text/xml; charset=utf-8".to_owned()),
            ("SOAPAction".to_owned(), format!("\"{action}\"")),
            ("User-Agent".to_owned(), concat!("mockgento/", env!("CARGO_PKG_VERSION")).to_owned()),
        ];
        // The arguments of login are never logged, whatever the profile: security comes before likeness.
        tracing::debug!("call {number}: {operation}");
        let mut attempt = 0;
        loop {
            let request = HttpRequest::post(self.endpoint.clone(), headers.clone(), body.clone());
            let outcome = self.transport.send(request).await;
            if let Some(delay) = self.options.retries.delay(&outcome, attempt) {
                attempt += 1;
                tracing::warn!("[Warning] Attempt number {attempt} with {} sec delay.", delay.as_secs());
                self.options.clock.sleep(delay).await;
                continue;
            }
            let answer = outcome.map_err(|source| ClientError::Transport {
                operation: operation.to_owned(),
                call: number,
                attempts: attempt + 1,
                source,
            })?;
            let value = self.decode(operation, number, &answer)?;
            return Ok((value, answer));
        }
    }

    fn decode(&self, operation: &str, call: u64, answer: &HttpAnswer) -> Result<SoapValue, ClientError> {
        let body = unwrap::printable_bytes(&answer.body);
        match self.codec.read_response(operation, &body) {
            Ok(Answer::Fault(fault)) => {
                let operation = operation.to_owned();
                let fault = crate::soap::SoapFault { string: self.masker.mask(&fault.string), ..fault };
                Err(ClientError::Fault { operation, call, status: answer.status, fault })
            }
            Ok(Answer::Value(_)) if answer.status >= 400 => Err(self.http_error(operation, call, answer)),
            Ok(Answer::Value(value)) => Ok(match self.options.mode {
                WireMode::RpcEncoded => value,
                WireMode::WsI => unwrap::unwrap(value, &self.options.quirks),
            }),
            Err(_) if answer.status != 200 => Err(self.http_error(operation, call, answer)),
            Err(source) => Err(ClientError::NotSoap {
                operation: operation.to_owned(),
                call,
                excerpt: self.masker.excerpt(&answer.body),
                source,
            }),
        }
    }

    fn http_error(&self, operation: &str, call: u64, answer: &HttpAnswer) -> ClientError {
        ClientError::Http {
            operation: operation.to_owned(),
            call,
            status: answer.status,
            excerpt: self.masker.excerpt(&answer.body),
        }
    }
}

/// The contract's types guide the encoding; which operations there are is the WSDL's word.
fn schema_for(wsdl: &WsdlFacts, mode: WireMode) -> Arc<crate::soap::ServiceSchema> {
    let bridge = wsdl.has_operation("oroPing").then(BridgeRelease::newest);
    let flavor = if wsdl.target_namespace == Flavor::OpenMage20.target_namespace() {
        Flavor::OpenMage20
    } else {
        Flavor::OpenMage194
    };
    Contract::shared().schema(mode, bridge, flavor)
}

async fn load_wsdl(transport: &dyn Transport, options: &ClientOptions) -> Result<WsdlFacts, ClientError> {
    if let Some(bytes) = options.wsdl_cache.get(&options.url) {
        return read_wsdl(&bytes, options);
    }
    let mut attempt = 0;
    let answer = loop {
        let outcome = transport.send(HttpRequest::get(options.url.clone())).await;
        let Some(delay) = options.retries.delay(&outcome, attempt) else {
            break outcome.map_err(|source| ClientError::Transport {
                operation: "the WSDL".to_owned(),
                call: 0,
                attempts: attempt + 1,
                source,
            })?;
        };
        attempt += 1;
        options.clock.sleep(delay).await;
    };
    if answer.status != 200 {
        let url = crate::transport::masked(&options.url);
        let location = answer.header("location").map(str::to_owned);
        return Err(ClientError::WsdlStatus { url, status: answer.status, location });
    }
    let facts = read_wsdl(&answer.body, options)?;
    options.wsdl_cache.put(&options.url, answer.body);
    Ok(facts)
}

fn read_wsdl(bytes: &[u8], options: &ClientOptions) -> Result<WsdlFacts, ClientError> {
    wsdl_reader::read(bytes, None)
        .map_err(|source| ClientError::Wsdl { url: crate::transport::masked(&options.url), source })
}

/// Calls go to the address the WSDL names, not to the URL typed; basic auth goes along only to the host it was typed for.
fn endpoint(wsdl: &WsdlFacts, typed: &Url) -> Result<Url, ClientError> {
    let mut address: Url = wsdl.address.parse().map_err(|_| ClientError::Address { found: wsdl.address.clone() })?;
    let same_host =
        address.host_str() == typed.host_str() && address.port_or_known_default() == typed.port_or_known_default();
    if same_host && !typed.username().is_empty() {
        let set = address.set_username(typed.username()).and_then(|()| address.set_password(typed.password()));
        set.map_err(|()| ClientError::Address { found: wsdl.address.clone() })?;
    } else if !same_host {
        tracing::warn!(
            "the WSDL of {} sends calls to {}; check the shop's base URL if they fail",
            crate::transport::masked(typed),
            crate::transport::masked(&address)
        );
    }
    Ok(address)
}

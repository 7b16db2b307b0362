//! A logged-in client: calls with their retries, one re-login, answers decoded and unwrapped (sync spec, section 2).

use std::sync::Arc;

use jiff::Timestamp;
use tracing::Instrument as _;
use url::Url;

use super::ahead::AnswerReader;
use super::bridge::BridgeStatus;
use super::mask::Masker;
use super::service::{Service, schema_of};
use super::{Attempted, ClientError, ClientOptions, collection, members, received, retry, unwrap};
use crate::clock::Deadline;
use crate::magento::{Contract, Module, ModuleError};
use crate::quirk::Quirk;
use crate::secret::SessionId;
use crate::soap::{Answer, Codec, SoapFault, SoapStruct, SoapValue, WireStyle};
use crate::transport::{HttpAnswer, HttpRequest, Transport};

/// API fault "Session expired. Try to relogin."
const SESSION_EXPIRED: u16 = 5;

/// A logged-in client of one shop.
pub struct MagentoClient {
    transport: Arc<dyn Transport>,
    options: ClientOptions,
    service: Service,
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
        let mut service = Service::load(transport.as_ref(), &options).await?;
        if service.cached && is_outdated(&service, &options) {
            service = Service::download(transport.as_ref(), &options).await?;
        }
        if service.mode() != options.mode {
            return Err(ClientError::StyleMismatch { found: service.mode() });
        }
        for warning in &service.warnings {
            tracing::warn!("{warning}");
        }
        let masker = Masker::new(&options);
        let mut client =
            Self { transport, options, service, masker, session: None, server_time: None, bridge: None, calls: 0 };
        client.login().await?;
        Ok(client)
    }

    /// Whether the WSDL declares an operation.
    pub fn has_operation(&self, name: &str) -> bool {
        self.service.wsdl.has_operation(name)
    }

    /// Lets operations be called that the product does not have, by what the shop's WSDL declares of them.
    ///
    /// # Errors
    /// [`ModuleError`] for a document in which they cannot be read; nothing has changed then.
    pub fn learn_modules(&mut self, wsdl: &str) -> Result<(), ModuleError> {
        let contract = Contract::shared().with_modules(&[Module::read_wsdl(wsdl, "WSDL")?])?;
        self.service.codec = Codec::new(schema_of(&contract, &self.service.wsdl));
        Ok(())
    }

    /// The shop's time at the first login, from the `Date` header; `None` when there was none. The carriers know header
    /// names in lower case only, so a name spelled another way is found even with Q-30.
    pub fn server_time(&self) -> Option<Timestamp> {
        self.server_time
    }

    /// Where calls go: what the WSDL says, which need not be the URL that was typed. May hold credentials.
    pub fn address(&self) -> &Url {
        &self.service.address
    }

    /// What a person should know about where calls go; usually nothing.
    pub fn warnings(&self) -> &[String] {
        &self.service.warnings
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
                    BridgeStatus { is_unknown: !error.is_not_present(), ..BridgeStatus::default() }
                }
            }
        } else {
            BridgeStatus::default()
        };
        self.bridge = Some(status.clone());
        status
    }

    /// The part of a record that leaves with a call: the members that the operation's type declares, in its order, with
    /// numbers cast as the encoding casts them, so that an empty text is 0.
    pub fn leaving(&self, operation: &str, argument: &str, record: &SoapStruct) -> SoapStruct {
        members::leaving(self.service.codec.schema(), operation, argument, record)
    }

    /// Whether the answer of an operation declares a member, so that its absence means that it is empty.
    pub fn answers(&self, operation: &str, member: &str) -> bool {
        members::answers(self.service.codec.schema(), operation, member)
    }

    /// Calls an operation; the session id is put first. Returns what the reference client would work on: the value of
    /// the response part, in WS-I unwrapped (sync spec 3.2).
    ///
    /// # Errors
    /// [`ClientError`], with secrets masked. An expired session is renewed once and the call repeated with the new one.
    pub async fn call(&mut self, operation: &str, arguments: SoapStruct) -> Result<SoapValue, ClientError> {
        self.require(operation).await?;
        let arguments = arguments.into_iter().map(|(name, value)| (name, unwrap::printable(value))).collect();
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

    /// The operation must be declared. A cached WSDL may be older than the operation, so it is downloaded again before
    /// anything is refused (the recommendation of Q-38).
    async fn require(&mut self, operation: &str) -> Result<(), ClientError> {
        if self.service.cached && !self.has_operation(operation) {
            tracing::info!("the cached WSDL knows no {operation}; downloading it again");
            self.service = Service::download(self.transport.as_ref(), &self.options).await?;
        }
        if self.has_operation(operation) {
            return Ok(());
        }
        let of_the_bridge = Contract::shared().operation(operation).is_some_and(|facts| facts.since.is_some());
        Err(if of_the_bridge {
            ClientError::BridgeRequired(operation.to_owned())
        } else {
            ClientError::NotDeclared(operation.to_owned())
        })
    }

    /// Calls an operation in a session that somebody else names; nothing is renewed when there is none.
    ///
    /// # Errors
    /// As [`MagentoClient::call`].
    pub async fn call_in(
        &mut self,
        session: &str,
        operation: &str,
        arguments: SoapStruct,
    ) -> Result<SoapValue, ClientError> {
        let mut all = SoapStruct::new().with("sessionId", session);
        for (name, value) in arguments {
            all.set(name, value);
        }
        Ok(self.exchange(operation, &all).await?.0)
    }

    /// A request that ends a session nobody has, for another address: it holds no secret.
    ///
    /// # Errors
    /// When the shop's service knows no `endSession`.
    pub fn harmless_request(&self, address: Url) -> Result<HttpRequest, ClientError> {
        let request = self.request("endSession", &SoapStruct::new().with("sessionId", "none"))?;
        Ok(HttpRequest { url: address, ..request })
    }

    async fn call_in_session(&mut self, operation: &str, arguments: &SoapStruct) -> Result<SoapValue, ClientError> {
        let (value, _) = self.exchange(operation, &self.in_session(arguments)).await?;
        Ok(value)
    }

    /// The arguments with the session id before them.
    pub(super) fn in_session(&self, arguments: &SoapStruct) -> SoapStruct {
        let session = self.session.as_ref().map(|id| id.expose_secret().to_owned()).unwrap_or_default();
        let mut all = SoapStruct::new().with("sessionId", session);
        for (name, value) in arguments.iter() {
            all.set(name, value.clone());
        }
        all
    }

    pub(super) fn transport(&self) -> Arc<dyn Transport> {
        self.transport.clone()
    }

    pub(super) fn reader(&self) -> AnswerReader {
        let (codec, quirks) = (self.service.codec.clone(), self.options.quirks.clone());
        AnswerReader { codec, mode: self.options.mode, quirks }
    }

    async fn login(&mut self) -> Result<(), ClientError> {
        let arguments = SoapStruct::new()
            .with("username", unwrap::printable(self.options.user.as_str().into()))
            .with("apiKey", unwrap::printable(self.options.key.expose_secret().into()));
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
        let mut call = Attempted { operation: operation.to_owned(), call: self.calls, attempts: 1 };
        let request = self.request(operation, arguments)?;
        loop {
            // The arguments of login are never logged, whatever the profile: security comes before likeness.
            tracing::debug!("{call}");
            let span = tracing::debug_span!("call", operation, number = self.calls);
            let outcome = self.transport.send(request.clone()).instrument(span).await.map(received::readable);
            let delay = self.options.retries.delay(&outcome, call.attempts, &self.options.quirks);
            if let Some(delay) = delay.filter(|_| self.may_repeat(operation)) {
                tracing::warn!("[Warning] Attempt number {} with {} sec delay.", call.attempts, delay.as_secs());
                call.attempts += 1;
                tokio::select! {
                    biased;
                    () = self.transport.given_up() => {}
                    () = self.options.clock.sleep(delay) => {}
                }
                continue;
            }
            if retry::is_nothing(&outcome, &self.options.quirks) {
                let nothing =
                    HttpAnswer { status: 200, headers: Vec::new(), body: Vec::new(), deadline: Deadline::never() };
                return Ok((SoapValue::Nil, outcome.unwrap_or(nothing)));
            }
            let answer = match outcome {
                Ok(answer) => answer,
                Err(source) => return Err(ClientError::Transport { call, source }),
            };
            tracing::debug!("{call}: HTTP {}, {} bytes", answer.status, answer.body.len());
            let value = self.decode(call, &answer)?;
            return Ok((value, answer));
        }
    }

    /// Whether another attempt can do no harm. The reference client repeats a create like anything else, although Magento may
    /// have done it and only the answer is missing. Fixed, the next sync looks whether it is there first.
    fn may_repeat(&self, operation: &str) -> bool {
        !operation.ends_with("Create") || self.options.quirks.has(Quirk::CreateSentAgain)
    }

    pub(super) fn request(&self, operation: &str, arguments: &SoapStruct) -> Result<HttpRequest, ClientError> {
        let written = self.service.codec.write_request(operation, arguments);
        let body = written.map_err(|source| ClientError::Request { operation: operation.to_owned(), source })?;
        let action = self.service.wsdl.soap_actions.get(operation).map(String::as_str).unwrap_or_default();
        let headers = vec![
            ("Content-Type".to_owned(), "text/xml; charset=utf-8".to_owned()),
            ("SOAPAction".to_owned(), format!("\"{action}\"")),
            ("User-Agent".to_owned(), concat!("mockgento/", env!("CARGO_PKG_VERSION")).to_owned()),
        ];
        Ok(HttpRequest::post(self.service.address.clone(), headers, body))
    }

    fn decode(&self, call: Attempted, answer: &HttpAnswer) -> Result<SoapValue, ClientError> {
        let body = unwrap::printable_bytes(&answer.body);
        let status = answer.status;
        let excerpt = || self.masker.excerpt(&answer.body);
        match self.service.codec.read_response_within(&call.operation, &body, answer.deadline) {
            Ok(Answer::Fault(fault)) => {
                let fault = SoapFault { string: self.masker.mask(&fault.string), ..fault };
                Err(ClientError::Fault { call, status, fault })
            }
            Ok(Answer::Value(value)) if status < 400 => Ok(match self.options.mode {
                WireStyle::RpcEncoded => value,
                WireStyle::WsI => unwrap::unwrap(value, &self.options.quirks),
            }),
            Err(source) if status == 200 => {
                Err(ClientError::NotSoap { call, excerpt: excerpt(), source: Box::new(source) })
            }
            _ => Err(ClientError::Http { call, status, excerpt: excerpt() }),
        }
    }
}

/// Without Q-38 a cached WSDL is looked at again when it contradicts the settings or knows no bridge: both may have
/// changed in the shop since.
fn is_outdated(service: &Service, options: &ClientOptions) -> bool {
    let doubtful = service.mode() != options.mode || !service.wsdl.has_operation("oroPing");
    doubtful && !options.quirks.has(Quirk::WsdlCacheNeverExpires)
}

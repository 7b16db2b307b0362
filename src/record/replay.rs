//! A cassette as a shop, and the sync against it: no network, and the same CRM every time.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::RecordError;
use super::cassette::{Cassette, Exchange, Reader};
use crate::clock::Clock;
use crate::crm::{Crm, IntegrationSettings};
use crate::quirk::Profile;
use crate::secret::ApiKey;
use crate::soap::WireMode;
use crate::sync::context::{SyncContext, SyncOptions};
use crate::sync::driver;
use crate::sync::outcome::SyncOutcome;
use crate::transport::{Breakage, HttpAnswer, HttpRequest, Method, Sending, Transport, TransportError, masked};

/// Where a replayed shop is.
pub(super) const ADDRESS: &str = "http://shop.example/api/v2_soap/?wsdl=1";

/// [`Transport`] that answers from a cassette.
pub struct ReplayTransport {
    wsdl: Vec<u8>,
    reader: Reader,
    answers: Mutex<BTreeMap<(String, String), VecDeque<Exchange>>>,
}

impl ReplayTransport {
    /// Answers as recorded; the same question asked again gets the next answer to it, and at last the same one.
    ///
    /// # Errors
    /// [`RecordError::Wsdl`] when the service description cannot be read.
    pub fn new(cassette: &Cassette) -> Result<Self, RecordError> {
        let mut answers: BTreeMap<_, VecDeque<Exchange>> = BTreeMap::new();
        for exchange in &cassette.exchanges {
            let key = (exchange.operation.clone(), exchange.arguments.to_string());
            answers.entry(key).or_default().push_back(exchange.clone());
        }
        let reader = Reader::of_wsdl(&cassette.wsdl)?;
        Ok(Self { wsdl: cassette.wsdl.clone().into_bytes(), reader, answers: Mutex::new(answers) })
    }

    fn answer(&self, request: &HttpRequest) -> Result<HttpAnswer, TransportError> {
        if request.method == Method::Get {
            return Ok(HttpAnswer { status: 200, headers: Vec::new(), body: self.wsdl.clone() });
        }
        let broken = |detail: String| {
            Err(TransportError::Broken { url: masked(&request.url), breakage: Breakage::BeforeAnswer, detail })
        };
        let (operation, arguments) = self.reader.request(&request.body);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(recorded) = answers.get_mut(&(operation.clone(), arguments.to_string())) else {
            tracing::info!("the cassette has no {operation} with {arguments}");
            return broken(format!("the cassette has no {operation} with {arguments}"));
        };
        let exchange = match recorded.len() {
            1 => recorded.front().cloned(),
            _ => recorded.pop_front(),
        };
        match exchange {
            Some(Exchange { status: Some(status), date, answer, .. }) => {
                let headers = date.map(|date| ("date".to_owned(), date)).into_iter().collect();
                Ok(HttpAnswer { status, headers, body: answer.into_bytes() })
            }
            _ => broken("no answer came when this was recorded".to_owned()),
        }
    }
}

impl Transport for ReplayTransport {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        Box::pin(std::future::ready(self.answer(&request)))
    }
}

/// The settings of the integration a cassette was recorded with, of the shop it stands for.
pub(super) fn settings(cassette: &Cassette, mode: WireMode) -> IntegrationSettings {
    IntegrationSettings {
        api_url: ADDRESS.to_owned(),
        api_user: "recorded".to_owned(),
        api_key: ApiKey::new("recorded"),
        is_wsi_mode: mode == WireMode::WsI,
        sync_start_date: cassette.meta.sync_start_date,
        website_id: cassette.meta.website,
        ..IntegrationSettings::default()
    }
}

/// Syncs from a cassette into a CRM whose clock stands where the recording's did.
///
/// # Errors
/// [`RecordError`] when the cassette or the CRM cannot be used.
pub async fn replay(cassette: &Cassette, crm: &mut Crm) -> Result<SyncOutcome, RecordError> {
    let transport = ReplayTransport::new(cassette)?;
    let settings = settings(cassette, transport.reader.mode());
    let profile: Profile =
        cassette.meta.profile.parse().map_err(|_| RecordError::Profile(cassette.meta.profile.clone()))?;
    let id = crm.add_integration(&settings)?;
    let mut ignore = |_| {};
    let mut context = SyncContext {
        clock: crm.clock().clone(),
        crm,
        transport: Arc::new(transport),
        quirks: profile.quirks(),
        events: &mut ignore,
        options: SyncOptions::default(),
    };
    Ok(driver::sync(&mut context, id).await?)
}

/// The clock of a replay.
impl Cassette {
    /// A clock that stands where the recording's stood.
    pub fn clock(&self) -> Clock {
        Clock::virtual_at(self.meta.clock)
    }
}

//! A cassette as a shop, and the sync against it: no network, and the same CRM every time.

use std::sync::Arc;

use super::RecordError;
use super::cassette::{Caller, Cassette};
use super::play::{Play, Played};
use crate::clock::Deadline;
use crate::crm::{Crm, IntegrationSettings};
use crate::quirk::Profile;
use crate::secret::ApiKey;
use crate::sync::context::{SyncContext, SyncOptions};
use crate::sync::driver;
use crate::sync::outcome::SyncOutcome;
use crate::transport::{
    AllowedOrigins, Breakage, HttpAnswer, HttpRequest, Method, Sending, Transport, TransportError, masked,
};

/// Where a replayed shop is.
pub(super) const ADDRESS: &str = "http://shop.example/api/v2_soap/?wsdl=1";

/// [`Transport`] that answers from a cassette.
pub struct ReplayTransport(Play);

impl ReplayTransport {
    /// Answers as recorded; see [`Play`].
    ///
    /// # Errors
    /// [`RecordError::Wsdl`] when the service description cannot be read.
    pub fn new(cassette: &Cassette) -> Result<Self, RecordError> {
        Ok(Self(Play::new(cassette)?))
    }

    fn answer(&self, request: &HttpRequest) -> Result<HttpAnswer, TransportError> {
        if request.method == Method::Get {
            let (headers, body) = (Vec::new(), self.0.wsdl().as_bytes().to_vec());
            return Ok(HttpAnswer { status: 200, headers, body, deadline: Deadline::never() });
        }
        let url = masked(&request.url);
        match self.0.answer(&request.body) {
            Played::Answer(answer) => Ok(answer),
            Played::Broken(broken) => Err(broken.again(url)),
            Played::Unknown(detail) => {
                tracing::info!("{detail}");
                Err(TransportError::Broken { url, breakage: Breakage::BeforeAnswer, detail })
            }
        }
    }
}

impl Transport for ReplayTransport {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        Box::pin(std::future::ready(self.answer(&request)))
    }

    fn allowed_origins(&self) -> &AllowedOrigins {
        AllowedOrigins::ANY
    }
}

/// The settings of the integration a cassette was recorded with, of the shop it stands for.
fn settings(cassette: &Cassette) -> IntegrationSettings {
    IntegrationSettings {
        api_url: ADDRESS.to_owned(),
        api_user: "recorded".to_owned(),
        api_key: ApiKey::new("recorded"),
        is_wsi_mode: cassette.meta.wsi,
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
    if cassette.meta.caller == Caller::Client {
        return Err(RecordError::NotOurs);
    }
    let transport = ReplayTransport::new(cassette)?;
    let profile: Profile =
        cassette.meta.profile.parse().map_err(|_| RecordError::Profile(cassette.meta.profile.clone()))?;
    let id = crm.add_integration(&settings(cassette))?;
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
